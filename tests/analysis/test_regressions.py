"""Regressions over time: their cells, their state, and their time to detection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.analysis.cells import Cell
from monitor.analysis.outcomes.outcome_changes import INCIDENT_MIN_CASES, night_changes
from monitor.analysis.regressions.regression import Regression, RegressionState, TimeToDetection, regressions
from monitor.analysis.regressions.regression_tracker import EventKind, FailingCell, RegressionKind
from monitor.formats.run_file import RunFile
from monitor.model import Build, Channel, Evidence, Outcome
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]
A, B, C = "jax/jax.a/eager", "jax/jax.b/eager", "jax/jax.c/eager"


@pytest.fixture
def night(runfile: Make) -> Make:
    """A night whose every failure is confirmed: `night(3, {A: "error"}, target="gpu", says={A: "ValueError: x"})`."""

    def make(
        day: int, outcomes: dict[str, str], *, target: str = "cpu", says: dict[str, str] | None = None, **run: object
    ) -> RunFile:
        version = str(run.pop("version", day))
        confirmed = {case: [outcome] * 2 for case, outcome in outcomes.items() if outcome != "blocked"}
        one = runfile(day, outcomes, version=version, retries=confirmed, target=target, **run)
        observations = tuple(replace(o, message=(says or {}).get(o.case, o.message)) for o in one.observations)
        return replace(one, run=replace(one.run, id=f"{one.run.id}-{target}"), observations=observations)

    return make


def read(*runfiles: RunFile, **options: object) -> tuple[Regression, ...]:
    return regressions(night_changes(loaded_history(*runfiles)), **options)  # type: ignore[arg-type]


def cell(case: str, target: str = "cpu") -> Cell:
    return Cell(case, target, "paper", Evidence.EXECUTED)


def steps(regression: Regression) -> list[tuple[str, str, tuple[str, ...]]]:
    """The events of a regression: step, build, cases with their targets."""
    return [
        (e.step.value, e.run.build.version if e.run.build else "-", tuple(f"{c.function} {c.target}" for c in e.cells))
        for e in regression.events
    ]


def span(regression: Regression) -> tuple[str, str, str | None]:
    fixed = regression.fixed.version if regression.fixed else None
    return regression.last_good.version, regression.first_bad.version, fixed


def test_a_regression_opens_shrinks_and_closes(night: Make) -> None:
    (found,) = read(
        night(1, {A: "pass", B: "pass", C: "pass"}),
        night(2, {A: "error", B: "error", C: "pass"}),
        night(3, {A: "pass", B: "error", C: "pass"}),
        night(4, {A: "pass", B: "pass", C: "pass"}),
    )
    assert (found.kind, found.state, span(found)) == (RegressionKind.FUNCTIONS, RegressionState.FIXED, ("1", "2", "4"))
    assert (found.bad, found.cells) == ((), (cell(A), cell(B)))
    assert steps(found) == [
        ("opened", "2", ("jax.a cpu", "jax.b cpu")),
        ("shrunk", "3", ("jax.a cpu",)),
        ("closed", "4", ("jax.b cpu",)),
    ]


def test_an_open_one_tells_what_is_bad_now(night: Make) -> None:
    (found,) = read(night(1, {A: "pass"}), night(2, {A: "error"}), night(3, {A: "mismatch"}))
    assert (found.state, span(found)) == (RegressionState.OPEN, ("1", "2", None))
    assert found.message == "why error"
    assert found.bad == (FailingCell(cell(A), Outcome.MISMATCH, "why mismatch", Build("jax", "3", Channel.RELEASE)),)


def test_what_says_something_else_is_another(night: Make) -> None:
    found = read(night(1, {A: "pass", B: "pass"}), night(2, {A: "error", B: "mismatch"}))
    assert [one.cells for one in found] == [(cell(A),), (cell(B),)]


def test_hardware_that_runs_less_often_joins_and_narrows_the_span(night: Make) -> None:
    (found,) = read(
        night(1, {A: "pass"}, target="gpu"),
        night(2, {A: "pass"}),
        night(5, {A: "error"}),
        night(4, {A: "error"}, target="gpu"),
    )
    assert span(found) == ("2", "4", None)
    assert steps(found) == [("opened", "4", ("jax.a gpu",)), ("spread", "5", ("jax.a cpu",))]


def test_what_passed_in_the_first_bad_build_has_another_cause(night: Make) -> None:
    found = read(
        night(1, {A: "pass", B: "pass"}),
        night(2, {A: "error", B: "pass"}),
        night(3, {A: "error", B: "error"}),
    )
    assert [span(one) for one in found] == [("1", "2", None), ("2", "3", None)]
    assert found[0].id != found[1].id


def test_what_comes_back_is_reopened(night: Make) -> None:
    (found,) = read(*(night(day, {A: o}) for day, o in enumerate(("pass", "error", "pass", "pass", "error"), start=1)))
    assert (found.state, span(found)) == (RegressionState.OPEN, ("4", "5", None))
    assert [event.step for event in found.events] == [EventKind.OPENED, EventKind.CLOSED, EventKind.REOPENED]


def test_its_id_stays_when_a_build_between_is_run_later(night: Make) -> None:
    known = [night(1, {A: "pass"}, version="1"), night(2, {A: "error"}, version="5")]
    (before,) = read(*known)
    (after,) = read(*known, night(3, {A: "error"}, version="3"))
    assert (span(before), span(after)) == (("1", "5", None), ("1", "3", None))
    assert before.id == after.id


def test_many_at_once_are_one_incident_of_the_build_on_all_hardware(night: Make) -> None:
    cases = [f"jax/jax.f{number:02}/eager" for number in range(2 * INCIDENT_MIN_CASES)]
    says = {case: f"why {number % 7} {'abcdefg'[number % 7]}" for number, case in enumerate(cases)}
    good, broken = dict.fromkeys(cases, "pass"), dict.fromkeys(cases, "error")
    (found,) = read(
        *(night(1, good, target=target) for target in ("cpu", "gpu")),
        *(night(2, broken, target=target, says=says) for target in ("cpu", "gpu")),
        night(3, good),
    )
    assert (found.kind, found.state, span(found)) == (RegressionKind.INCIDENT, RegressionState.OPEN, ("1", "2", None))
    assert (len(found.cells), len(found.bad), found.targets) == (2 * len(cases), len(cases), ("cpu", "gpu"))
    assert [event.step for event in found.events] == [EventKind.OPENED, EventKind.SPREAD, EventKind.SHRUNK]


def test_what_is_new_gone_blocked_or_flaky_is_none(night: Make) -> None:
    found = read(
        night(1, {A: "pass", B: "pass"}),
        night(2, {A: "blocked", B: "flaky", C: "error"}),
        night(3, {A: "pass", C: "error"}),
        night(4, {}, blocked="no such version", build=None),
    )
    assert found == ()


def test_what_leaves_the_suite_is_not_fixed(night: Make) -> None:
    (found,) = read(night(1, {A: "pass", B: "pass"}), night(2, {A: "error", B: "pass"}), night(3, {B: "pass"}))
    assert (found.state, span(found)) == (RegressionState.REMOVED, ("1", "2", None))


def test_a_night_that_asks_nothing_closes_nothing(night: Make) -> None:
    (found,) = read(
        night(1, {A: "pass"}),
        night(2, {A: "error"}),
        night(3, {A: "blocked"}),
        night(4, {}, blocked="no device"),
    )
    assert found.state is RegressionState.OPEN


def test_a_flaky_answer_closes_nothing(night: Make) -> None:
    (found,) = read(night(1, {A: "pass"}), night(2, {A: "error"}), night(3, {A: "flaky"}))
    assert found.state is RegressionState.FLAKY


def dated(runfile: RunFile, day: int) -> RunFile:
    """A run of a nightly that was made on that day of November."""
    build = Build("jax", f"1.0.dev202611{day:02}", Channel.NIGHTLY, date=f"2026-11-{day:02}")
    return replace(runfile, run=replace(runfile.run, build=build))


@pytest.mark.parametrize(
    ("runs", "detection"),
    [
        # (night, the day its build was made, outcome)
        ([(1, 1, "pass"), (2, 2, "error")], TimeToDetection(days=0, builds=0)),
        ([(1, 1, "pass"), (9, 4, "error")], TimeToDetection(days=5, builds=0)),
        # Build 4 was run after build 8 had shown the failure: four days and one tested build before.
        ([(1, 1, "pass"), (8, 8, "error"), (9, 4, "error")], TimeToDetection(days=4, builds=1)),
        # Nobody watched when build 2 came out: old builds were run to look back.
        ([(20, 1, "pass"), (21, 2, "error")], None),
    ],
)
def test_how_late_it_was_known(
    night: Make, runs: list[tuple[int, int, str]], detection: TimeToDetection | None
) -> None:
    (found,) = read(*(dated(night(day, {A: outcome}), made) for day, made, outcome in runs))
    assert found.detection == detection


def test_how_late_is_not_known_of_builds_without_a_date(night: Make) -> None:
    (found,) = read(night(1, {A: "pass"}), night(2, {A: "error"}))
    assert found.detection is None


@pytest.mark.parametrize(
    ("excuses", "state"),
    [
        ({}, RegressionState.OPEN),
        ({A: RegressionState.MUTED}, RegressionState.OPEN),
        ({A: RegressionState.MUTED, B: RegressionState.EXPECTED}, RegressionState.MUTED),
        ({A: RegressionState.EXPECTED, B: RegressionState.EXPECTED}, RegressionState.EXPECTED),
        ({A: RegressionState.FLAKY, B: RegressionState.MUTED}, RegressionState.FLAKY),
    ],
)
def test_what_is_left_decides_how_it_stands(
    night: Make, excuses: dict[str, RegressionState], state: RegressionState
) -> None:
    (found,) = read(
        night(1, {A: "pass", B: "pass"}),
        night(2, {A: "error", B: "error"}),
        suppress=lambda bad: excuses.get(bad.cell.case),
    )
    assert found.state is state
