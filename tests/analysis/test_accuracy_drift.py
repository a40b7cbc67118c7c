"""Accuracy drift is a lasting step of the numerical error, and no noise, zero or single outlier build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.analysis.outcomes.accuracy_drift import ErrorLevel, accuracy_drifts, lasting_steps
from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.analysis.regressions.regression import regressions
from monitor.formats.run_file import RunFile
from monitor.history.store import LoadedHistory
from monitor.model import NumericalError
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]
A = "jax/jax.a/eager"


@pytest.mark.parametrize(
    ("errors", "found"),
    [
        ([3, 3, 3, 12, 12], [(3, 3, 12)]),
        ([3, 3, 3, 12, 9, 9], [(3, 3, 9)]),
        ([3, 3, 3, 12, 3, 3], []),  # one odd build
        ([3, 3, 3, 12], []),  # which it may be
        ([3, 3, 12, 12, 12], []),  # the level was not known
        ([3, 3, 3, 6, 6], []),  # twice is not more than twice
        ([12, 12, 12, 3, 3], []),  # better
        ([12, 12, 12, 3, 3, 12, 12], []),  # it is what it was
        ([3, 3, 3, 12, 12, 12, 40, 40], [(3, 3, 12), (6, 12, 40)]),
        ([3, 3, 3, 12, 12, 40, 40, 40], [(3, 3, 12)]),  # the new level was not known yet
        ([0, 0, 0, 3, 3], [(3, 0, 3)]),  # exact, and no more
        ([0, 0, 0, 1.5, 1.5], []),  # exact, and rounded otherwise
        ([0.5, 0.5, 0.5, 1.6, 1.6], []),
        ([2, 5, 2, 5, 2, 5, 5], []),  # it jumps between two values, and has both twice in a row one day
        ([2, 5, 2, 5, 2, 9, 9], [(5, 2, 9)]),
        ([3, 3, 99, 3, 3, 12, 12], [(5, 3, 12)]),  # an odd build in the past does not hide a step
    ],
)
def test_steps(errors: list[float], found: list[tuple[int, float, float]]) -> None:
    assert [*lasting_steps([ErrorLevel(error, error) for error in errors], floor=1.0)] == found


def test_of_a_build_that_varies_the_least_is_after_and_the_most_before() -> None:
    before, after = [ErrorLevel(1, 5)] * 3, [ErrorLevel(12, 30), ErrorLevel(11, 90)]
    assert [*lasting_steps([*before, *after], floor=1.0)] == [(3, 5, 11)]
    assert [*lasting_steps([*before, ErrorLevel(9, 30), ErrorLevel(11, 90)], floor=1.0)] == []


def test_without_a_floor_nothing_is_said_of_what_was_exact() -> None:
    exact = [ErrorLevel(0, 0)] * 3
    assert [*lasting_steps([*exact, ErrorLevel(1e-9, 1e-9), ErrorLevel(1e-9, 1e-9)], floor=0.0)] == []


def recorded(runfile: Make, *errors: NumericalError, cpus: str = "aaaaaaaa", outcome: str = "pass") -> LoadedHistory:
    """A history in which a case had these errors, a build a night, on processors of these kinds."""
    runfiles = []
    for day, (error, processor) in enumerate(zip(errors, cpus, strict=False), start=1):
        one = runfile(day, {A: outcome}, version=str(day), environment={"host.cpu": processor})
        runfiles.append(replace(one, observations=tuple(replace(o, error=error) for o in one.observations)))
    return loaded_history(*runfiles)


def ulp(value: float) -> NumericalError:
    return NumericalError(max_abs=1e-9, max_rel=value * 1e-7, max_ulp=value)


def test_it_is_news_when_the_second_build_says_so(runfile: Make) -> None:
    history = recorded(runfile, *map(ulp, (3, 3, 3, 12, 12, 12)))
    messages = [[(c.kind, c.message) for c in night.changes] for night in night_changes(history)]
    assert messages == [[], [], [], [], [(ChangeKind.ACCURACY_DRIFT, "error 3 -> 12 ulp, 4 times")], []]
    (change,) = night_changes(history)[4].changes
    assert change.build_before
    assert change.build_after
    assert (change.build_before.version, change.build_after.version) == ("3", "4")
    assert regressions(night_changes(history)) == ()


def test_another_processor_may_add_otherwise(runfile: Make) -> None:
    assert accuracy_drifts(recorded(runfile, *map(ulp, (3, 3, 3, 12, 12)), cpus="aaabb")) == ()
    (found,) = accuracy_drifts(recorded(runfile, *map(ulp, (3, 7, 3, 7, 3, 12, 12)), cpus="ababaaa"))
    assert (found.build_before.version, found.build_after.version) == ("5", "6")


def test_what_does_not_pass_has_no_drift(runfile: Make) -> None:
    assert accuracy_drifts(recorded(runfile, *map(ulp, (3, 3, 3, 12, 12)), outcome="mismatch")) == ()


def near_zero(absolute: float, units: float) -> NumericalError:
    """The error of a result one of whose elements should be zero."""
    return NumericalError(absolute, 1e9, units)


def test_where_the_truth_is_zero_the_absolute_error_counts(runfile: Make) -> None:
    jittering = [near_zero(1e-7, units) for units in (1e12, 1e12, 1e12, 1e14, 1e14)]
    assert accuracy_drifts(recorded(runfile, *jittering)) == ()
    rising = [near_zero(absolute, 1e12) for absolute in (1e-7, 1e-7, 1e-7, 5e-7, 4e-7)]
    (found,) = accuracy_drifts(recorded(runfile, *rising))
    assert (found.before, found.after, found.unit) == (1e-7, 4e-7, "abs")
