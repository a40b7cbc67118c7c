"""Regressions over time: confirmed failures with one cause, their builds, their state and their time to detection.

Pure functions over the nights of a history. `monitor.analysis.regressions.regression_tracker` decides which failures
belong to one regression. Added, removed and blocked cases never do.
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
from monitor.analysis.regressions.regression_tracker import (
    FailingCell,
    RegressionEvent,
    RegressionKind,
    RegressionTracker,
    TrackedRegression,
    build_sort_key,
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


# Gives the state of a failing cell that does not count, None for one that counts.
Suppression = Callable[[FailingCell], RegressionState | None]


@dataclass(frozen=True)
class TimeToDetection:
    """Days from the date of the first bad build to the first run of such a build, and builds tested in between."""

    days: int
    builds: int


@dataclass(frozen=True)
class Regression:
    """Confirmed failures with one cause.

    `id` does not change while the regression spreads and its commit range narrows. All cells fit between `last_good`
    and `first_bad`; `fixed` is the build in which the last of them passed again. `bad` are the cells that fail now,
    `cells` all cells that ever did. `message` is the first message of the cell `message_of`. `detection` is None if no
    good build was run before the first bad one was made, or if that build has no date. `also_changed` lists the other
    differences between the runs of the last good and the first bad build: "numpy 2.3.1 -> 2.4.0". `flaky` are the flaky
    cells of `bad`.
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
    also_changed: tuple[str, ...] = ()
    flaky: tuple[Cell, ...] = ()

    @property
    def common_message(self) -> GroupMessage:
        """Return the message, with its case unless all cells have exactly that message."""
        alike = len(self.bad) == len(self.cells) and all(one.message == self.message for one in self.bad)
        return GroupMessage(
            self.message, "" if alike or len(self.cells) == 1 or not self.message_of else self.message_of.case
        )

    @property
    def functions(self) -> tuple[str, ...]:
        """Return the functions of all cells, sorted."""
        return tuple(sorted({cell.function for cell in self.cells}))

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the targets of all cells, sorted."""
        return tuple(sorted({cell.target for cell in self.cells}))


def no_suppression(bad: FailingCell) -> RegressionState | None:  # noqa: ARG001 - a Suppression
    """Return None: every failing cell counts."""
    return None


def regressions(nights: Iterable[NightChanges], suppress: Suppression = no_suppression) -> tuple[Regression, ...]:
    """Return every regression of a history, in the order in which they opened."""
    tracker = RegressionTracker.of(nights)
    newest = {series: build.without_packages for series, runs in tracker.runs.items() if (build := runs[-1].build)}
    watch = _WatchPeriods(tracker.runs)
    return tuple(_finished(tracked, newest, tracker.flaky, watch, suppress) for tracked in tracker.regressions)


def _finished(
    tracked: TrackedRegression,
    newest: Mapping[Series, Build],
    flaky: Collection[Cell],
    watch: _WatchPeriods,
    suppress: Suppression,
) -> Regression:
    """Return a regression in its state after the last night."""
    bad = tuple(
        replace(
            one,
            build=newest.get(cell.series, one.build),
            outcome=Outcome.FLAKY if cell in flaky else one.outcome,
        )
        for cell, one in sorted(tracked.bad.items())
    )
    fixed = None if bad else tracked.fixed
    return Regression(
        tracked.id,
        tracked.framework,
        tracked.kind,
        regression_state(bad, fixed, suppress),
        tracked.signature,
        tracked.message,
        tracked.last_good,
        tracked.first_bad,
        fixed,
        bad,
        tuple(sorted(tracked.cells)),
        tuple(tracked.events),
        watch.detection(tracked.last_good, tracked.first_bad, fixed, {cell.series for cell in tracked.cells}),
        tracked.message_of,
        tracked.also_changed,
        tuple(one.cell for one in bad if _suppressed_state(one, suppress) is RegressionState.FLAKY),
    )


def regression_state(bad: Sequence[FailingCell], fixed: Build | None, suppress: Suppression) -> RegressionState:
    """Return the state of a regression from its failing cells, or from the build that fixed the last of them."""
    if not bad:
        return RegressionState.FIXED if fixed else RegressionState.REMOVED
    states = {_suppressed_state(one, suppress) for one in bad}
    if None in states:
        return RegressionState.OPEN
    return next(
        state
        for state in (
            RegressionState.FLAKY,
            RegressionState.MUTED,
            RegressionState.EXPECTED,
            RegressionState.API_REMOVED,
        )
        if state in states
    )


def _suppressed_state(bad: FailingCell, suppress: Suppression) -> RegressionState | None:
    """Return the state of a cell that does not count, or None. A cell on which fresh workers disagree is flaky."""
    if bad.removed:
        return RegressionState.API_REMOVED
    return suppress(bad) or (RegressionState.FLAKY if bad.outcome is Outcome.FLAKY else None)


@dataclass(frozen=True)
class _BuildDates:
    """Runs of a series that reached a build, the oldest build first, as (start, rank of the build, version).

    `earliest` has the first run in time up to each, `later` the first in time from each on.
    """

    runs: Sequence[tuple[str, int, str]]
    ranks: Sequence[int]
    earliest: Sequence[tuple[str, int, str]]
    earliest_from: Sequence[tuple[str, int, str]]

    @classmethod
    def of(cls, runs: Sequence[tuple[str, int, str]]) -> _BuildDates:
        later = [*accumulate(reversed(runs), min)][::-1]
        return cls(runs, [rank for _, rank, _ in runs], [*accumulate(runs, min)], later)

    def until(self, rank: int) -> Iterator[tuple[str, int, str]]:
        """Yield the first run, in time, of a build of at most that rank."""
        if end := bisect_right(self.ranks, rank):
            yield self.earliest[end - 1]

    def between(self, since: int, before: int) -> Iterator[tuple[str, int, str]]:
        """Yield the first run, in time, of a build of a rank from `since` to below `before`."""
        start, end = (bisect_left(self.ranks, rank) for rank in (since, before))
        if start < end:
            yield self.earliest_from[start] if end == len(self.runs) else min(self.runs[start:end])

    def versions(self, since: int, before: int) -> set[str]:
        """Return the builds of a rank from `since` to below `before`."""
        start, end = (bisect_left(self.ranks, rank) for rank in (since, before))
        return {version for _, _, version in self.runs[start:end]}


class _WatchPeriods:
    """Builds of each series in the order of time, for the time to detection."""

    def __init__(self, runs: Mapping[Series, Sequence[Run]]) -> None:
        ages = {build_sort_key(run.build) for found in runs.values() for run in found if run.build}
        self._rank = {age: rank for rank, age in enumerate(sorted(ages))}
        self._seen = {
            series: _BuildDates.of(
                [(r.started, self._rank[build_sort_key(r.build)], r.build.version) for r in found if r.build]
            )
            for series, found in runs.items()
        }

    def detection(
        self, last_good: Build, first_bad: Build, fixed: Build | None, series: Iterable[Series]
    ) -> TimeToDetection | None:
        """Return the time to detection: until the first run, in time, of a bad build."""
        watched = [self._seen[each] for each in series]
        good_until, bad_since = self._rank[build_sort_key(last_good)], self._rank[build_sort_key(first_bad)]
        bad_before = self._rank[build_sort_key(fixed)] if fixed else len(self._rank)
        good = [first for seen in watched for first in seen.until(good_until)]
        bad = [first for seen in watched for first in seen.between(bad_since, bad_before)]
        if not (good and bad and first_bad.date and min(good)[0][:10] <= first_bad.date):
            return None
        known, seen_in, _ = min(bad)
        days = date.fromisoformat(known[:10]) - date.fromisoformat(first_bad.date)
        missed = set[str]().union(*(seen.versions(bad_since, seen_in) for seen in watched))
        return TimeToDetection(days.days, len(missed))
