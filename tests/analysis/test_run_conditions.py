"""The same build cannot regress: a change with another machine, driver or package is the environment's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.flakiness import flakiness_ratings
from monitor.analysis.outcomes.machine_baselines import differing_outcomes
from monitor.analysis.outcomes.outcome_changes import INCIDENT_MIN_CASES, NightChanges, night_changes
from monitor.analysis.outcomes.value_changes import value_changes
from monitor.analysis.regressions.regression import Regression, RegressionState, regressions
from monitor.analysis.regressions.regression_tracker import RECENT_RUNS
from monitor.formats.run_file import RunFile
from monitor.formats.serialization import from_json, to_json
from monitor.model import (
    Build,
    Channel,
    Comparison,
    ComparisonSide,
    Digest,
    Evidence,
    Job,
    Outcome,
    Package,
    Reason,
)
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]
A, B = "jax/jax.a/eager", "jax/jax.b/eager"
EPYC = {"host.cpu": "AMD EPYC", "host.vectors": "AVX2"}
XEON = {"host.cpu": "Intel Xeon", "host.vectors": "AVX-512"}
ON_XEON = "AMD EPYC, AVX2 -> Intel Xeon, AVX-512"
NEVER = (ChangeKind.REGRESSED, ChangeKind.FIXED, ChangeKind.CHANGED, ChangeKind.VALUES_CHANGED)


def with_packages(version: str = "1", **packages: str) -> Build:
    return Build("jax", version, Channel.RELEASE, packages=tuple(Package(*each) for each in sorted(packages.items())))


def changes(found: Sequence[NightChanges]) -> list[tuple[int, str, str]]:
    """The day of each change, its kind, and its message."""
    return [(int(night.run.started[8:10]), change.kind, change.message) for night in found for change in night.changes]


def night(runfile: Make, day: int, outcome: str, **run: object) -> RunFile:
    """A night of one case, whose answer two fresh workers confirm."""
    return runfile(day, {A: outcome}, **{"retries": {A: [outcome, outcome]}, "version": "1", **run})


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ({"environment": EPYC}, {"environment": XEON}, ON_XEON),
        (
            {"environment": EPYC | {"device.driver": "550.1"}},
            {"environment": EPYC | {"device.driver": "560.2"}},
            "driver 550.1 -> 560.2",
        ),
        (
            {"environment": {"device.name": "NVIDIA A100"}},
            {"environment": {"device.name": "NVIDIA H100"}},
            "NVIDIA A100 -> NVIDIA H100",
        ),
        (
            {"environment": {"python.version": "3.11.2"}},
            {"environment": {"python.version": "3.12.1"}},
            "Python 3.11.2 -> 3.12.1",
        ),
        (
            {"build": with_packages(numpy="2.3.1", scipy="1.17")},
            {"build": with_packages(numpy="2.4.0", scipy="1.17")},
            "numpy 2.3.1 -> 2.4.0",
        ),
        (
            {"build": with_packages(numpy="2.3.1")},
            {"build": with_packages(numpy="2.3.1", zlib="1")},
            "zlib none -> 1",
        ),
        ({}, {}, "the same build, machine and packages, so the check or the state of the machine"),
    ],
)
@pytest.mark.parametrize(("good", "bad"), [("pass", "mismatch"), ("mismatch", "pass"), ("error", "mismatch")])
def test_the_same_build_cannot_regress(
    runfile: Make,
    before: dict[str, object],
    after: dict[str, object],
    named: str,
    good: str,
    bad: str,
) -> None:
    history = loaded_history(night(runfile, 1, good, **before), night(runfile, 2, bad, **after))
    (change,) = night_changes(history)[-1].changes
    assert (change.kind, change.of_build) == (ChangeKind.ENVIRONMENT, False)
    assert change.message.startswith(named)
    assert regressions(night_changes(history)) == ()


def test_a_part_of_the_build_can_regress_though_the_framework_is_the_same(runfile: Make) -> None:
    compilers = [Build("libtpu", version, Channel.RELEASE) for version in ("0.0.42", "0.0.50")]
    nights = night_changes(
        loaded_history(
            night(runfile, 1, "pass", compiler=compilers[0], evidence=Evidence.COMPILED, environment=EPYC),
            night(runfile, 2, "crash", compiler=compilers[1], evidence=Evidence.COMPILED, environment=XEON),
        )
    )
    (change,) = nights[-1].regressions
    assert change.text.startswith("compiler libtpu==0.0.42 -> libtpu==0.0.50; ")
    (regression,) = regressions(nights)
    assert regression.state is RegressionState.OPEN
    assert regression.also_changed[0] == "compiler libtpu==0.0.42 -> libtpu==0.0.50"


@pytest.mark.parametrize("part", ["jaxlib", "jax-cuda13-plugin", "libtpu", "torch-xla", "triton", "keras-nightly"])
def test_what_implements_the_functions_is_a_part_of_the_build(runfile: Make, part: str) -> None:
    both = [with_packages(**{part: version, "numpy": "2.0"}) for version in ("1", "2")]
    nights = night_changes(
        loaded_history(night(runfile, 1, "pass", build=both[0]), night(runfile, 2, "error", build=both[1]))
    )
    assert [change.also_changed for change in nights[-1].regressions] == [(f"{part} 1 -> 2",)]


def test_a_new_build_with_other_packages_regresses_and_names_them(runfile: Make) -> None:
    nights = night_changes(
        loaded_history(
            night(runfile, 1, "pass", build=with_packages("1", numpy="2.3.1")),
            night(runfile, 2, "error", build=with_packages("2", numpy="2.4.0")),
        )
    )
    (regression,) = regressions(nights)
    assert regression.also_changed == ("numpy 2.3.1 -> 2.4.0",)


def compared(good: str, new: str) -> tuple[Comparison, ...]:
    sides = (ComparisonSide(build, (Outcome(outcome),) * 3) for build, outcome in (("jax==1", good), ("jax==2", new)))
    return (Comparison(A, Reason.TURNED, *sides),)


@pytest.mark.parametrize(
    ("comparisons", "kind", "says"),
    [
        ((), ChangeKind.ENVIRONMENT, f"jax==1 -> jax==2; {ON_XEON}; not known which of these it came with"),
        (compared("pass", "error"), ChangeKind.REGRESSED, "why error"),
        (compared("error", "error"), ChangeKind.ENVIRONMENT, f"{ON_XEON}; fails under the last good build too"),
    ],
)
def test_a_new_build_on_a_machine_without_a_past_is_judged_by_the_last_good_build(
    runfile: Make, comparisons: tuple[Comparison, ...], kind: ChangeKind, says: str
) -> None:
    nights = night_changes(
        loaded_history(
            night(runfile, 1, "pass", environment=EPYC),
            night(runfile, 2, "error", version="2", environment=XEON, comparisons=comparisons),
        )
    )
    (change,) = nights[-1].changes
    assert change.kind is kind
    assert change.message.startswith(says)
    assert len(regressions(nights)) == (kind is ChangeKind.REGRESSED)


def test_many_that_turn_on_a_new_machine_are_no_incident(runfile: Make) -> None:
    cases = [f"jax/jax.f{number:02}/eager" for number in range(3 * INCIDENT_MIN_CASES)]
    nights = night_changes(
        loaded_history(
            runfile(1, dict.fromkeys(cases, "pass"), environment=EPYC),
            runfile(2, dict.fromkeys(cases, "error"), environment=XEON, version="2"),
        )
    )
    assert len(nights[-1].of(ChangeKind.ENVIRONMENT)) == len(cases)
    assert (nights[-1].incidents, regressions(nights)) == ((), ())


def test_machines_that_take_turns_and_answer_as_ever_are_no_news(runfile: Make) -> None:
    history = loaded_history(
        *(
            night(runfile, day, *(("pass",) if day % 2 else ("mismatch",)), version=str(day), environment=machine)
            for day, machine in enumerate((EPYC, XEON) * 10, start=1)
        ),
    )
    assert [(day, kind) for day, kind, _ in changes(night_changes(history))] == [(2, ChangeKind.ENVIRONMENT)]
    assert flakiness_ratings(history) == ()  # each machine always says the same


def test_what_turns_on_every_machine_is_told_once(runfile: Make) -> None:
    answers = ["pass"] * 4 + ["error"] * 4 + ["pass"] * 4
    nights = night_changes(
        loaded_history(
            *(
                night(runfile, day, answer, version=str(day), environment=(EPYC, XEON)[day % 2])
                for day, answer in enumerate(answers, start=1)
            ),
        )
    )
    assert [(day, kind) for day, kind, _ in changes(nights)] == [(5, ChangeKind.REGRESSED), (9, ChangeKind.FIXED)]
    (regression,) = regressions(nights)
    assert (regression.state, regression.last_good.version, regression.first_bad.version) == (
        RegressionState.FIXED,
        "3",
        "5",
    )


def test_a_case_that_one_machine_still_fails_is_not_mended(runfile: Make) -> None:
    on_epyc, on_xeon = ["pass", "error", "pass", "pass"], ["pass", "error", "error", "pass"]
    run_files = [
        night(runfile, 2 * day + n, answer, version=str(2 * day + n), environment=machine)
        for n, (answers, machine) in enumerate(((on_epyc, EPYC), (on_xeon, XEON)))
        for day, answer in enumerate(answers, start=1)
    ]
    run_files.sort(key=lambda one: one.run.started)

    def after(count: int) -> Regression:
        (one,) = regressions(night_changes(loaded_history(*run_files[:count])))
        return one

    assert [after(count).state for count in (4, 5, 6, 7, 8)] == [RegressionState.OPEN] * 4 + [RegressionState.FIXED]


@pytest.mark.parametrize(
    ("on_the_next", "state"),
    [("pass", RegressionState.FIXED), ("flaky", RegressionState.REMOVED), ("error", RegressionState.OPEN)],
)
def test_a_machine_that_was_replaced_keeps_open_what_fails_on_the_next(
    runfile: Make, on_the_next: str, state: RegressionState
) -> None:
    later = []
    for number in range(RECENT_RUNS):
        one = night(runfile, 3, on_the_next, version=str(number + 3), environment=XEON)
        run = replace(one.run, id=f"20261201T03{number:02}00Z-{number:06x}", started=f"2026-12-01T03:{number:02}:00Z")
        later.append(replace(one, run=run))
    first = (
        night(runfile, 1, "pass", environment=EPYC),
        night(runfile, 2, "error", version="2", environment=EPYC),
    )
    before = loaded_history(*first, *later[:-1])
    assert [one.state for one in regressions(night_changes(before))] == [RegressionState.OPEN]
    assert [one.state for one in regressions(night_changes(loaded_history(*first, *later)))] == [state]


def digested(runfile: RunFile, figure: int) -> RunFile:
    observations = tuple(replace(one, digest=Digest("a", (figure,))) for one in runfile.observations)
    return replace(runfile, observations=observations)


def test_values_are_held_against_those_of_the_same_machine(runfile: Make) -> None:
    history = loaded_history(
        *(
            digested(night(runfile, day, "pass", version=str(day), environment=machine), figure)
            for day, (machine, figure) in enumerate(
                [(EPYC, 10), (XEON, 90), (EPYC, 10), (XEON, 90), (EPYC, 50)], start=1
            )
        ),
    )
    assert [*value_changes(history)] == [history.runs[-1].run.id]


def with_values(runfile: Make, day: int, figure: int | None, version: str = "1") -> RunFile:
    """Return a night of two passing cases, the first with this digest, or without one, the second with a digest."""
    one, other = runfile(day, {A: "pass", B: "pass"}, version=version, environment=EPYC).observations
    digest = None if figure is None else Digest("a", (figure,))
    seen = replace(one, digest=digest), replace(other, digest=Digest("b"))
    return replace(runfile(day, {A: "pass", B: "pass"}, version=version, environment=EPYC), observations=seen)


def test_a_digest_that_is_gone_is_a_change_once(runfile: Make) -> None:
    nights = [with_values(runfile, day, figure, str(day)) for day, figure in enumerate([10, None, None, 10], start=1)]
    assert changes(night_changes(loaded_history(*nights))) == [
        (2, ChangeKind.VALUES_CHANGED, "two calls give different values")
    ]


def test_a_case_that_lost_its_digest_under_one_build_has_no_change_of_values(runfile: Make) -> None:
    nights = [with_values(runfile, day, figure, version) for day, figure, version in [(1, 10, "1"), (2, None, "1")]]
    later = [with_values(runfile, 3, 10, "2"), with_values(runfile, 4, None, "3")]
    assert value_changes(loaded_history(*nights, *later)) == {}


def test_values_that_another_package_changed_are_the_environments(runfile: Make) -> None:
    nights = night_changes(
        loaded_history(
            digested(night(runfile, 1, "pass", build=with_packages(numpy="2.3.1")), 10),
            digested(night(runfile, 2, "pass", build=with_packages(numpy="2.4.0")), 90),
        )
    )
    assert changes(nights) == [
        (2, ChangeKind.ENVIRONMENT, "numpy 2.3.1 -> 2.4.0: other values, by about 64 times the tolerance")
    ]


@pytest.mark.parametrize("seed", range(40))
def test_no_series_of_one_build_ever_regresses(runfile: Make, seed: int) -> None:
    """Whatever machines, packages and outcomes come in turns: one build never changes an outcome of a build."""
    rolled = Random(seed)  # noqa: S311 - a test's own dice
    cases = [f"jax/jax.f{number:02}/eager" for number in range(3 * INCIDENT_MIN_CASES)]
    outcomes = ["pass", "pass", "mismatch", "error", "flaky", "blocked"]
    run_files = []
    for day in range(1, 10):
        given = {case: rolled.choice(outcomes) for case in cases}
        again = {case: [outcome] * 2 for case, outcome in given.items() if rolled.random() < 0.5}
        machine, numpy = rolled.choice([EPYC, XEON]), rolled.choice(["2.3.1", "2.4.0"])
        run_files.append(
            digested(
                runfile(day, given, retries=again, environment=machine, build=with_packages(numpy=numpy)),
                rolled.choice([10, 90]),
            )
        )
    found = night_changes(loaded_history(*run_files))
    assert [change for one in found for change in one.changes if change.kind in NEVER] == []
    assert [incident for one in found for incident in one.incidents if "at once" in incident] == []
    assert regressions(found) == ()


def test_one_machine_alone_is_judged_as_ever(runfile: Make) -> None:
    """Classes of machine add nothing where there is one: with and without a name, the news is the same."""
    run_files = []
    for day, (outcome, again) in enumerate(product(["pass", "error", "flaky", "absent"], [True, False]), start=1):
        run_files.append(runfile(day, {A: outcome}, version=str(day), retries={A: [outcome] * 2} if again else {}))
    named = [replace(one, run=replace(one.run, environment=EPYC)) for one in run_files]

    def news(which: str, runfiles: list[RunFile]) -> list[Change]:
        return [change for one in night_changes(loaded_history(*runfiles)) for change in one.changes]

    assert news("named", named) == news("unnamed", run_files) != []


def test_the_runner_asks_again_what_is_news_to_its_own_machine(runfile: Make) -> None:
    history = loaded_history(
        night(runfile, 1, "pass", environment=EPYC),
        night(runfile, 2, "mismatch", environment=XEON),
        night(runfile, 3, "pass", environment=EPYC),
    )
    watch = {A: Outcome.PASS}
    others = differing_outcomes(history, watch)
    assert others == {"Intel Xeon, AVX-512": {A: Outcome.MISMATCH}}
    job = Job("cpu", "jax", "paper", watch=watch, watch_on=others)
    assert [job.watch_for(one) for one in ("Intel Xeon, AVX-512", "AMD EPYC, AVX2", "another")] == [
        {A: Outcome.MISMATCH},
        watch,
        watch,
    ]
    assert from_json(Job, to_json(job)) == job
