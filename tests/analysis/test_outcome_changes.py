"""Confirmed differences count as changes; missing evidence never does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.change_rules import change_kind
from monitor.analysis.outcomes.outcome_changes import INCIDENT_MIN_CASES, NightChanges, newest_nights, night_changes
from monitor.formats.run_file import RunFile
from monitor.model import Build, Comparison, ComparisonSide, Evidence, Outcome, Reason
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]
A, B = "jax/jax.a/eager", "jax/jax.b/eager"


def read(*runfiles: RunFile) -> tuple[NightChanges, ...]:
    return night_changes(loaded_history(*runfiles))


def test_the_first_night_has_no_news(runfile: Make) -> None:
    (night,) = read(runfile(1, {A: "pass", B: "error"}))
    assert (night.previous_build, night.changes, night.incidents) == (None, (), ())


def test_a_confirmed_change_for_the_worse_is_a_regression(runfile: Make) -> None:
    *_, night = read(
        runfile(1, {A: "pass", B: "pass"}, version="1"),
        runfile(2, {A: "pass", B: "absent"}, version="2", retries={B: ["absent", "absent"]}),
    )
    assert night.previous_build is not None
    assert night.previous_build.requirement == "jax==1"
    assert night.changes == (
        Change(
            B, ChangeKind.REGRESSED, Outcome.PASS, Outcome.ABSENT, "why absent", night.previous_build, night.run.build
        ),
    )
    assert night.regressions == night.changes
    assert night.changes[0].function == "jax.b"


def test_what_a_table_says_needs_nobody_to_confirm_it(runfile: Make) -> None:
    both = (runfile(1, {A: "pass"}), runfile(2, {A: "unsupported"}, version="2"))
    listed = [
        replace(
            one,
            run=replace(one.run, evidence=Evidence.REGISTERED),
            observations=tuple(replace(o, evidence=Evidence.REGISTERED) for o in one.observations),
        )
        for one in both
    ]
    *_, night = read(*listed)
    assert [change.kind for change in night.regressions] == [ChangeKind.REGRESSED]


@pytest.mark.parametrize(("evidence", "observed"), [(Evidence.REGISTERED, 2), (Evidence.EXECUTED, 1)])
def test_what_a_table_does_not_tell_is_an_answer(evidence: Evidence, observed: int, runfile: Make) -> None:
    one = runfile(1, {A: "pass", B: "blocked"})
    seen = tuple(replace(observation, evidence=evidence) for observation in one.observations)
    (night,) = read(replace(one, run=replace(one.run, evidence=evidence), observations=seen))
    assert (night.observed, night.expected) == (observed, 2)
    assert bool(night.incidents) is (observed < 2)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("pass", "error", ChangeKind.REGRESSED),
        ("error", "pass", ChangeKind.FIXED),
        ("unsupported", "error", ChangeKind.CHANGED),
        ("pass", "flaky", ChangeKind.UNCONFIRMED),
        ("flaky", "pass", ChangeKind.UNCONFIRMED),
    ],
)
def test_the_kind_of_a_change(before: str, after: str, kind: ChangeKind) -> None:
    assert change_kind(Outcome(before), Outcome(after)) is kind


def turns(runfile: Make, *answers: tuple[str, list[str]]) -> list[tuple[str, str, str, str, str]]:
    """Return the changes of a case over several builds: run, kind, outcomes, and both builds."""
    runfiles = [
        runfile(day, {A: outcome}, version=str(day), retries={A: again})
        for day, (outcome, again) in enumerate(answers, start=1)
    ]
    return [
        (
            night.run.build.version,
            change.kind,
            f"{change.before} -> {change.after}",
            version(change.build_before),
            version(change.build_after),
        )
        for night in read(*runfiles)
        for change in night.changes
        if night.run.build
    ]


def version(build: Build | None) -> str:
    return build.version if build else "-"


def test_what_no_fresh_worker_confirmed_the_next_run_may(runfile: Make) -> None:
    assert turns(runfile, ("pass", []), ("error", []), ("error", []), ("error", []), ("pass", ["pass"] * 2)) == [
        ("2", "unconfirmed", "pass -> error", "1", "2"),
        ("3", "regressed", "pass -> error", "1", "2"),
        ("5", "fixed", "error -> pass", "4", "5"),
    ]


def test_a_flaky_night_hides_no_regression(runfile: Make) -> None:
    mixed = ["error", "pass"]
    assert turns(runfile, ("pass", []), ("flaky", mixed), ("error", []), ("error", [])) == [
        ("2", "unconfirmed", "pass -> flaky", "1", "2"),
        ("3", "unconfirmed", "flaky -> error", "2", "3"),
        ("4", "regressed", "pass -> error", "1", "3"),
    ]


def test_a_flaky_night_alone_is_told_and_forgotten(runfile: Make) -> None:
    assert turns(runfile, ("pass", []), ("flaky", ["error", "pass"]), ("pass", []), ("pass", [])) == [
        ("2", "unconfirmed", "pass -> flaky", "1", "2"),
        ("3", "unconfirmed", "flaky -> pass", "2", "3"),
    ]


def test_what_was_flaky_from_the_first_is_held_against_nothing(runfile: Make) -> None:
    assert turns(runfile, ("flaky", ["error", "pass"]), ("error", []), ("error", []), ("pass", ["pass"] * 2)) == [
        ("2", "unconfirmed", "flaky -> error", "1", "2"),
        ("4", "fixed", "error -> pass", "3", "4"),
    ]


def test_the_last_good_build_is_the_last_that_asked_the_case(runfile: Make) -> None:
    *_, night = read(
        runfile(1, {A: "pass", B: "pass"}, version="1"),
        runfile(2, {B: "pass"}, version="2", selection=("jax/jax.b/*",)),
        runfile(3, {A: "error", B: "pass"}, version="3", retries={A: ["error", "error"]}),
    )
    (change,) = night.changes
    assert (version(night.previous_build), version(change.build_before), version(change.build_after)) == ("2", "1", "3")


def test_attempts_that_disagree_confirm_nothing(runfile: Make) -> None:
    *_, night = read(runfile(1, {A: "pass"}), runfile(2, {A: "flaky"}, retries={A: ["error", "pass"]}))
    assert [change.kind for change in night.changes] == [ChangeKind.UNCONFIRMED]
    assert night.regressions == ()


def test_the_last_good_build_decides_the_cause_of_a_regression(runfile: Make) -> None:
    """The rerun of the last good build fails in one case, passes in another, and is flaky in the third."""
    c = "jax/jax.c/eager"
    passes, fails = Outcome.PASS, Outcome.ERROR
    said = {A: (fails, fails, fails), B: (passes, passes, passes), c: (passes, fails, passes)}
    tonight = ComparisonSide("jax==2", (fails, fails, fails))
    broken = runfile(
        2,
        dict.fromkeys(said, "error"),
        version="2",
        retries={case: ["error", "error"] for case in said},
        comparisons=tuple(
            Comparison(case, Reason.TURNED, ComparisonSide("jax==1", outcomes), tonight)
            for case, outcomes in said.items()
        ),
    )
    *_, night, after = read(
        runfile(1, dict.fromkeys(said, "pass"), version="1"),
        broken,
        runfile(3, {A: "pass", B: "pass", c: "error"}, version="3", retries={A: ["pass"], B: ["pass"]}),
    )
    assert {change.case: change.kind for change in night.changes} == {
        A: ChangeKind.ENVIRONMENT,
        B: ChangeKind.REGRESSED,
        c: ChangeKind.UNCONFIRMED,
    }
    assert [change.case for change in night.regressions] == [B]
    assert {change.case: change.kind for change in after.changes} == {
        A: ChangeKind.FIXED,
        B: ChangeKind.FIXED,
        c: ChangeKind.REGRESSED,  # the next night says so too
    }


def test_missing_evidence_is_an_incident_and_no_change(runfile: Make) -> None:
    *_, night = read(runfile(1, {A: "pass", B: "pass"}), runfile(2, {A: "pass"}, expected=(A, B)))
    assert night.changes == ()
    assert night.incidents == ("only 1 of 2 cases were observed",)
    assert (night.observed, night.expected) == (1, 2)


def test_a_night_with_holes_changes_no_function(runfile: Make) -> None:
    cases = [f"jax/jax.f{number:02}/eager" for number in range(40)]
    answered = dict.fromkeys(cases[:37], "pass")
    _, holes, after = read(
        runfile(1, dict.fromkeys(cases, "pass")),
        runfile(2, answered, expected=tuple(cases)),  # 92.5 %: cut short
        runfile(3, dict.fromkeys(cases, "pass")),
    )
    assert holes.incidents == ("only 37 of 40 cases were observed",)
    assert (holes.changes, holes.score.failure, holes.score.unknown) == ((), 0, 3)
    assert (after.changes, after.incidents) == ((), ())
    *_, full = read(
        runfile(1, dict.fromkeys(cases, "pass")),
        runfile(2, dict.fromkeys(cases[:38], "pass"), expected=tuple(cases)),
    )
    assert full.incidents == ()  # 95 %


def test_a_build_that_cannot_be_had_is_one_incident(runfile: Make) -> None:
    first, blocked, after = read(
        runfile(1, {A: "pass"}, version="1"),
        runfile(2, {}, blocked="no such version", build=None),
        runfile(3, {A: "pass"}, version="3"),
    )
    assert blocked.incidents == ("nothing could be observed: no such version",)
    assert blocked.changes == ()
    assert after.previous_build == first.run.build
    assert (after.changes, after.incidents) == ((), ())


def test_what_is_gone_and_what_is_new(runfile: Make) -> None:
    *_, night = read(runfile(1, {A: "pass"}), runfile(2, {B: "error"}))
    assert night.changes == (
        Change(B, ChangeKind.ADDED, None, Outcome.ERROR, "why error", None, night.run.build),
        Change(A, ChangeKind.REMOVED, Outcome.PASS, None, "", night.previous_build),
    )


def test_a_selection_makes_nothing_gone(runfile: Make) -> None:
    *_, night = read(runfile(1, {A: "pass", B: "pass"}), runfile(2, {B: "pass"}, selection=("jax/jax.b/*",)))
    assert night.changes == ()


def test_many_at_once_are_one_incident(runfile: Make) -> None:
    cases = [f"jax/jax.f{number}/eager" for number in range(3 * INCIDENT_MIN_CASES)]
    broken = cases[:INCIDENT_MIN_CASES]
    *_, night = read(
        runfile(1, dict.fromkeys(cases, "pass")),
        runfile(
            2,
            {case: "error" if case in broken else "pass" for case in cases},
            version="2",
            retries={case: ["error", "error"] for case in broken},
        ),
    )
    assert night.incidents == ("10 of 30 cases regressed at once: one cause, not 10",)
    assert len(night.of(ChangeKind.REGRESSED)) == INCIDENT_MIN_CASES
    assert night.regressions == ()


def test_many_at_once_need_not_all_be_confirmed(runfile: Make) -> None:
    cases = [f"jax/jax.f{number:02}/eager" for number in range(40)]
    *_, night = read(
        runfile(1, dict.fromkeys(cases, "pass")),
        runfile(
            2, dict.fromkeys(cases, "error"), version="2", retries={case: ["error", "error"] for case in cases[:5]}
        ),
    )
    assert night.incidents == ("40 of 40 cases regressed at once: one cause, not 40",)
    assert (len(night.of(ChangeKind.REGRESSED)), night.regressions) == (5, ())


def test_an_incident_is_told_once(runfile: Make) -> None:
    cases = [f"jax/jax.f{number:02}/eager" for number in range(40)]
    broken = dict.fromkeys(cases, "error")
    *_, night = read(runfile(1, dict.fromkeys(cases, "pass")), *(runfile(day, broken, version="2") for day in (2, 3)))
    assert (night.changes, night.incidents) == ((), ())


def test_targets_and_suites_are_apart(runfile: Make) -> None:
    all_nights = read(
        runfile(1, {A: "pass"}),
        runfile(2, {A: "error"}, suite="other"),
        runfile(3, {A: "error"}, target="gpu"),
    )
    assert all(night.changes == () for night in all_nights)
    assert [night.run.id for night in newest_nights(all_nights)] == [all_nights[i].run.id for i in (1, 0, 2)]


def test_news_of_a_first_night_is_what_the_authors_did_not_declare(runfile: Make) -> None:
    declared = {"jax/jax.limit/eager": "unimplemented on cpu", "jax/jax.lifted/eager": "unimplemented on cpu"}
    outcomes = {"jax/jax.limit/eager": "error", "jax/jax.lifted/eager": "pass", A: "pass", B: "error"}
    (night,) = read(with_declared(runfile(1, outcomes), declared))
    assert {change.case: change.kind for change in night.changes} == {
        "jax/jax.lifted/eager": ChangeKind.UNEXPECTED_PASS,
        B: ChangeKind.UNEXPECTED_FAILURE,
    }
    assert {change.case: change.message for change in night.changes} == {
        "jax/jax.lifted/eager": "unimplemented on cpu",
        B: "why error",
    }


def test_a_declared_limit_that_now_works_is_news_on_any_night(runfile: Make) -> None:
    declared = dict.fromkeys((A, B), "unimplemented on cpu")
    *_, night = read(
        with_declared(runfile(1, {A: "error"}), declared),
        with_declared(runfile(2, {A: "pass", B: "pass"}, version="2", retries={A: ["pass", "pass"]}), declared),
    )
    assert [(change.case, change.kind) for change in night.changes] == [
        (A, ChangeKind.FIXED),
        (B, ChangeKind.UNEXPECTED_PASS),
    ]


def with_declared(runfile: RunFile, declared: dict[str, str]) -> RunFile:
    observations = (replace(one, declared_limit=declared.get(one.case, "")) for one in runfile.observations)
    return replace(runfile, observations=tuple(observations))
