"""Regressions over time: what turned worse for good, since which build, how it stands, how late it was known.

Pure functions over the nights of a history; `monitor.analysis.regressions.tracker` says what belongs to one regression.
What is new, gone or blocked never is one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import accumulate

from monitor.analysis.cells import Cell
from monitor.analysis.outcomes.failure_groups import GroupMessage
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.tracker import (
    FailingCell,
    RegressionEvent,
    RegressionKind,
    RegressionTracker,
    TrackedRegression,
    age_of,
)
from monitor.model import Build, Outcome, Run, Series


class RegressionState(StrEnum):
    """State of a regression after the newest run of every affected series."""

    OPEN = "open"
    FIXED = "fixed"
    REMOVED = "removed"  # the suite no longer has the remaining cells
    MUTED = "muted"  # the remaining cells are muted for a while
    EXPECTED = "expected"  # the remaining cells are known and accepted
    API_REMOVED = "api-removed"  # the framework removed the remaining names as announced
    FLAKY = "flaky"  # the remaining cells are flaky: shown, never reported


# What is to be said of a bad cell instead of counting it, None where it counts.
Excuse = Callable[[FailingCell], RegressionState | None]


@dataclass(frozen=True)
class TimeToDetection:
    """How late a regression was known: so many days after the first bad build was made, and builds after it."""

    days: int
    builds: int


@dataclass(frozen=True)
class Regression:
    """A cause, and what became of it.

    `id` stays as it is while the regression spreads and its span is narrowed. `last_good` and `first_bad` are the span
    that all its cells agree on, `fixed` the build in which the last of them was good again. `bad` are the cells that
    are bad now, `cells` all that ever were; `message` is what the first of them said, which is `message_of`.
    `detection` is None where nobody was watching when the first bad build came out, or where the build does not tell
    its date.
    `beside` is what else differs between the runs of the last good build and of the first bad one: "numpy 2.3.1 ->
    2.4.0". `flaky` are the cells of `bad` that answer now this, now that.
    """

    id: str
    framework: str
    kind: RegressionKind
    state: RegressionState
    signature: str
    message: str
    last_good: Build
    first_bad: Build
    fixed: Build | None
    bad: tuple[FailingCell, ...]
    cells: tuple[Cell, ...]
    events: tuple[RegressionEvent, ...]
    detection: TimeToDetection | None
    message_of: Cell | None = None
    beside: tuple[str, ...] = ()
    flaky: tuple[Cell, ...] = ()

    @property
    def said(self) -> GroupMessage:
        """Return the message, with its case unless all cells are known to say just that."""
        alike = len(self.bad) == len(self.cells) and all(one.message == self.message for one in self.bad)
        return GroupMessage(
            self.message, "" if alike or len(self.cells) == 1 or not self.message_of else self.message_of.case
        )

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(sorted({cell.function for cell in self.cells}))

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(sorted({cell.target for cell in self.cells}))


def nothing_excused(bad: FailingCell) -> RegressionState | None:  # noqa: ARG001 - an Excuse
    return None


def regressions(nights: Iterable[NightChanges], excuse: Excuse = nothing_excused) -> tuple[Regression, ...]:
    """Every regression of a history, in the order in which they opened."""
    register = RegressionTracker.of(nights)
    newest = {series: build.bare for series, runs in register.runs.items() if (build := runs[-1].build)}
    watch = _WatchPeriods(register.runs)
    return tuple(_told(life, newest, register.flaky, watch, excuse) for life in register.lives)


def _told(
    life: TrackedRegression,
    newest: Mapping[Series, Build],
    flaky: Collection[Cell],
    watch: _WatchPeriods,
    excuse: Excuse,
) -> Regression:
    """A regression as it stands after the last night."""
    bad = tuple(
        replace(
            one,
            build=newest.get(cell.series, one.build),
            outcome=Outcome.FLAKY if cell in flaky else one.outcome,
        )
        for cell, one in sorted(life.bad.items())
    )
    fixed = None if bad else life.fixed
    return Regression(
        life.id,
        life.framework,
        life.kind,
        state_of(bad, fixed, excuse),
        life.signature,
        life.message,
        life.last_good,
        life.first_bad,
        fixed,
        bad,
        tuple(sorted(life.cells)),
        tuple(life.events),
        watch.detection(life.last_good, life.first_bad, fixed, {cell.series for cell in life.cells}),
        life.message_of,
        life.beside,
        tuple(one.cell for one in bad if _excused(one, excuse) is RegressionState.FLAKY),
    )


def state_of(bad: Sequence[FailingCell], fixed: Build | None, excuse: Excuse) -> RegressionState:
    """How a regression stands whose cells are bad now, or whose last one a build has mended."""
    if not bad:
        return RegressionState.FIXED if fixed else RegressionState.REMOVED
    excuses = {_excused(one, excuse) for one in bad}
    if None in excuses:
        return RegressionState.OPEN
    return next(
        state
        for state in (
            RegressionState.FLAKY,
            RegressionState.MUTED,
            RegressionState.EXPECTED,
            RegressionState.API_REMOVED,
        )
        if state in excuses
    )


def _excused(bad: FailingCell, excuse: Excuse) -> RegressionState | None:
    """What is to be said of a bad cell instead of counting it: where workers disagree on it, that it is flaky."""
    if bad.removed:
        return RegressionState.API_REMOVED
    return excuse(bad) or (RegressionState.FLAKY if bad.outcome is Outcome.FLAKY else None)


@dataclass(frozen=True)
class _BuildDates:
    """The runs of a series that came to a build, the oldest build first: when, by the rank of its age, and its version.

    `earliest` is the first in time of all up to each run, `later` the first of it and all after it.
    """

    runs: Sequence[tuple[str, int, str]]
    ranks: Sequence[int]
    earliest: Sequence[tuple[str, int, str]]
    later: Sequence[tuple[str, int, str]]

    @classmethod
    def of(cls, runs: Sequence[tuple[str, int, str]]) -> _BuildDates:
        later = [*accumulate(reversed(runs), min)][::-1]
        return cls(runs, [rank for _, rank, _ in runs], [*accumulate(runs, min)], later)

    def until(self, rank: int) -> Iterator[tuple[str, int, str]]:
        """The first run, in time, of a build of at most that rank."""
        if end := bisect_right(self.ranks, rank):
            yield self.earliest[end - 1]

    def between(self, since: int, before: int) -> Iterator[tuple[str, int, str]]:
        """The first run, in time, of a build from one rank to below another."""
        start, end = (bisect_left(self.ranks, rank) for rank in (since, before))
        if start < end:
            yield self.later[start] if end == len(self.runs) else min(self.runs[start:end])

    def versions(self, since: int, before: int) -> set[str]:
        """The builds from one rank to below another."""
        start, end = (bisect_left(self.ranks, rank) for rank in (since, before))
        return {version for _, _, version in self.runs[start:end]}


class _WatchPeriods:
    """Who was watching when."""

    def __init__(self, runs: Mapping[Series, Sequence[Run]]) -> None:
        ages = {age_of(run.build) for found in runs.values() for run in found if run.build}
        self._rank = {age: rank for rank, age in enumerate(sorted(ages))}
        self._seen = {
            series: _BuildDates.of(
                [(r.started, self._rank[age_of(r.build)], r.build.version) for r in found if r.build]
            )
            for series, found in runs.items()
        }

    def detection(
        self, last_good: Build, first_bad: Build, fixed: Build | None, series: Iterable[Series]
    ) -> TimeToDetection | None:
        """How late it was known: with the first run, in time, of a build that has it."""
        watching = [self._seen[each] for each in series]
        good_until, bad_since = self._rank[age_of(last_good)], self._rank[age_of(first_bad)]
        bad_before = self._rank[age_of(fixed)] if fixed else len(self._rank)
        good = [first for seen in watching for first in seen.until(good_until)]
        bad = [first for seen in watching for first in seen.between(bad_since, bad_before)]
        if not (good and bad and first_bad.date and min(good)[0][:10] <= first_bad.date):
            return None
        known, seen_in, _ = min(bad)
        days = date.fromisoformat(known[:10]) - date.fromisoformat(first_bad.date)
        missed = set[str]().union(*(seen.versions(bad_since, seen_in) for seen in watching))
        return TimeToDetection(days.days, len(missed))
