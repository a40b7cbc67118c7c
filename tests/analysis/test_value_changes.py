"""Silent changes of values are found; varying values and rounding are not reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.formats.run_file import RunFile
from monitor.model import Digest, Outcome
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]
A, B = "jax/jax.a/eager", "jax/jax.b/eager"


def with_digests(runfile: RunFile, digests: Mapping[str, Digest]) -> RunFile:
    return replace(runfile, observations=tuple(replace(o, digest=digests.get(o.case)) for o in runfile.observations))


def changes(*runfiles: RunFile) -> list[tuple[Change, ...]]:
    return [night.changes for night in night_changes(loaded_history(*runfiles))]


def test_other_values_are_told_with_how_far_they_are_off(runfile: Make) -> None:
    outcomes = {A: "pass", B: "pass"}
    _, second, third = changes(
        with_digests(runfile(1, outcomes, version="1"), {A: Digest("00", (1, 2)), B: Digest("00", (5,))}),
        with_digests(runfile(2, outcomes, version="2"), {A: Digest("00", (1, 42)), B: Digest("00", (6,))}),
        with_digests(runfile(3, outcomes, version="3"), {A: Digest("01", (1, 42)), B: Digest("00", (99999,))}),
    )
    assert [(change.case, change.kind, change.message) for change in second] == [
        (A, ChangeKind.VALUES_CHANGED, "other values, by about 32 times the tolerance")
    ]
    assert [(change.case, change.message) for change in third] == [
        (A, "another structure, or other whole numbers"),
        (B, "entirely other values"),
    ]


def test_what_varies_under_one_build_says_nothing_of_another(runfile: Make) -> None:
    found = changes(
        with_digests(runfile(1, {A: "pass"}, version="1"), {A: Digest("00")}),
        with_digests(runfile(2, {A: "pass"}, version="2"), {A: Digest("01")}),
        with_digests(runfile(3, {A: "pass"}, version="2"), {A: Digest("02")}),
    )
    assert found == [(), (), ()]


def test_values_are_held_against_the_last_that_there_were(runfile: Make) -> None:
    *_, last = changes(
        with_digests(runfile(1, {A: "pass"}, version="1"), {A: Digest("00")}),
        runfile(2, {A: "pass"}, version="2"),
        with_digests(runfile(3, {A: "pass"}, version="3"), {A: Digest("01")}),
    )
    assert [change.kind for change in last] == [ChangeKind.VALUES_CHANGED]


def test_a_case_that_turned_is_told_of_once(runfile: Make) -> None:
    _, second = changes(
        with_digests(runfile(1, {A: "pass"}, version="1"), {A: Digest("00")}),
        with_digests(runfile(2, {A: "mismatch"}, version="2"), {A: Digest("01")}),
    )
    assert [change.before for change in second] == [Outcome.PASS]
    assert len(second) == 1


def test_other_values_everywhere_are_no_incident(runfile: Make) -> None:
    cases = {f"jax/jax.f{number}/eager": "pass" for number in range(40)}
    runfiles = [
        with_digests(runfile(night, cases, version=str(night)), dict.fromkeys(cases, Digest(f"0{night}")))
        for night in (1, 2)
    ]
    *_, night = night_changes(loaded_history(*runfiles))
    assert len(night.of(ChangeKind.VALUES_CHANGED)) == len(cases)
    assert not night.incidents
