"""Follow the nights of a history and assign each failing cell to a regression.

One cause is one regression. Its cause lies between two builds, the last good and the first bad. Changes with one
normalized message are one regression as far as these spans share a build, over functions, modes, dtypes, suites and
hardware; the shared builds contain the cause.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from packaging.version import Version

from monitor.analysis.cells import Cell
from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.failure_groups import signature
from monitor.analysis.outcomes.outcome_changes import NightChanges, regressed_at_once
from monitor.analysis.outcomes.run_conditions import machine_of
from monitor.history.ordering import version_sort_key
from monitor.model import Build, Outcome, Run, Series

# Kinds of change that open a regression. An announced removal gets a page too, and no issue.
OPENING_KINDS = (ChangeKind.REGRESSED, ChangeKind.API_REMOVED)
# Kinds of change with which a cell can pass again; it does not matter whether a build is the cause.
FIXING_KINDS = (ChangeKind.FIXED, ChangeKind.ENVIRONMENT)

# A class of machine without a run among so many of a series has been replaced, so nobody can see whether its cells
# still fail. Hosted runners have about three classes, and each appears within a month of nights.
RECENT_RUNS = 30

# The messages in an incident are not compared, because a broken build breaks each case in its own way. The ids of
# incidents are made from this text.
INCIDENT_SIGNATURE = "many cases turned worse at once"


class RegressionKind(StrEnum):
    """Kind of a regression: failing functions, an incident of a whole build or environment, or slowdowns."""

    FUNCTIONS = "functions"
    INCIDENT = "incident"  # the build or the environment is broken
    SLOWER = "slower"  # the cells pass as before (`monitor.analysis.latency.slowdown_tracker`)


class EventKind(StrEnum):
    """Effect of a run on a regression."""

    OPENED = "opened"
    SPREAD = "spread"  # more cells fail
    SHRUNK = "shrunk"  # some cells pass again, or left the suite
    CLOSED = "closed"  # the last cell did
    REOPENED = "reopened"  # a fixed cell fails again


@dataclass(frozen=True)
class FailingCell:
    """A failing cell, its message, and the newest build that was run there.

    `slower` is True for a slowdown of a passing cell. `removed` is True if the framework removed the name as announced;
    `instead` is its replacement, if known.
    """

    cell: Cell
    outcome: Outcome
    message: str
    build: Build
    slower: bool = False
    removed: bool = False
    instead: str = ""


@dataclass(frozen=True)
class RegressionEvent:
    """Effect of one run on a regression, and the affected cells."""

    step: EventKind
    run: Run
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class _Span:
    """From the last good build to the first bad one: the cause lies between them."""

    good: Build
    bad: Build

    @cached_property
    def sort_keys(self) -> tuple[Version, Version, bool]:
        """Return the sort keys of both builds, and whether they differ: local builds all have the same key."""
        good, bad = build_sort_key(self.good), build_sort_key(self.bad)
        return good, bad, good < bad

    def meets(self, other: _Span) -> bool:
        """Return whether one build can have caused both, that is, whether the spans share a build."""
        good, bad, spans = self.sort_keys
        other_good, other_bad, other_spans = other.sort_keys
        if not spans:
            return bad == other_bad
        return good < other_bad and (bad == other_bad or (other_spans and other_good < bad))

    def narrowed(self, other: _Span) -> _Span:
        """Return the part of the span that both have in common."""
        good, bad = max(self.good, other.good, key=build_sort_key), min(self.bad, other.bad, key=build_sort_key)
        return self if good is self.good and bad is self.bad else _Span(good, bad)


@dataclass(frozen=True)
class _Transition:
    """A cell that started to fail, and its span."""

    bad: FailingCell
    span: _Span


@dataclass(eq=False)
class TrackedRegression:
    """A regression as of the nights read so far; `regression.Regression` documents the fields."""

    id: str
    framework: str
    kind: RegressionKind
    signature: str
    message: str
    message_of: Cell
    span: _Span
    also_changed: tuple[str, ...] = ()
    fixed: Build | None = None
    bad: dict[Cell, FailingCell] = field(default_factory=dict)
    cells: set[Cell] = field(default_factory=set)
    events: list[RegressionEvent] = field(default_factory=list)

    @property
    def last_good(self) -> Build:
        return self.span.good

    @property
    def first_bad(self) -> Build:
        return self.span.bad


class _SignatureGroup:
    """Regressions with one signature, in the order in which they opened and in that of their first bad builds."""

    def __init__(self) -> None:
        self.numbers: dict[TrackedRegression, int] = {}
        self._by_build: list[TrackedRegression] = []
        self._last_with: dict[Cell, TrackedRegression] = {}  # the last regression that had a cell

    def meeting(self, span: _Span) -> TrackedRegression | None:
        """Return the last regression whose span shares a build with `span`, or None."""
        good, _, spans = span.sort_keys
        start = bisect_right(self._by_build, good, key=_first_bad_key) if spans else 0
        found = [tracked for tracked in self._by_build[start:] if span.meets(tracked.span)]
        return max(found, key=self.numbers.__getitem__, default=None)

    def last_with(self, cell: Cell) -> TrackedRegression | None:
        """Return the last regression that ever had that cell, or None."""
        return self._last_with.get(cell)

    def open(self, tracked: TrackedRegression) -> None:
        self.numbers[tracked] = len(self.numbers)
        insort(self._by_build, tracked, key=_first_bad_key)

    def move(self, tracked: TrackedRegression, span: _Span) -> None:
        if span is not tracked.span:
            self._by_build.remove(tracked)
            tracked.span = span
            insort(self._by_build, tracked, key=_first_bad_key)

    def add(self, cell: Cell, tracked: TrackedRegression) -> None:
        tracked.cells.add(cell)
        self._last_with[cell] = max(self._last_with.get(cell, tracked), tracked, key=self.numbers.__getitem__)


def _first_bad_key(tracked: TrackedRegression) -> Version:
    """Return the sort key of the first bad build."""
    _, bad, _ = tracked.span.sort_keys
    return bad


class RegressionTracker:
    """The regressions so far, and the runs of each series that observed anything."""

    def __init__(self) -> None:
        self.regressions: list[TrackedRegression] = []
        self.runs: dict[Series, list[Run]] = defaultdict(list)
        self._groups: dict[tuple[str, RegressionKind, str], _SignatureGroup] = defaultdict(_SignatureGroup)
        self._failing: dict[Cell, TrackedRegression] = {}
        # The classes of machine on which fresh workers last disagreed on a failing cell.
        self._flaky_on: defaultdict[Cell, set[str]] = defaultdict(set)
        self._failing_on: dict[Cell, set[str]] = defaultdict(set)  # the classes of machine on which a cell fails

    @classmethod
    def of(cls, nights: Iterable[NightChanges]) -> RegressionTracker:
        """Return the tracker after these nights, which are in the order of a history."""
        tracker = cls()
        for night in nights:
            tracker.read(night)
        return tracker

    def read(self, night: NightChanges) -> None:
        """Apply the changes of one night."""
        run = night.run
        if run.blocked:
            return
        self.runs[run.series].append(run)
        kind = RegressionKind.INCIDENT if regressed_at_once(night.changes, night.expected) else RegressionKind.FUNCTIONS
        steps: dict[tuple[TrackedRegression, EventKind], list[Cell]] = defaultdict(list)
        machine = machine_of(run)
        for change in night.changes:
            cell = Cell.of(change.case, run)
            tracked = self._failing.get(cell)
            if tracked and _fixes(change):
                if self._apply_fix(tracked, cell, change, machine):
                    steps[tracked, EventKind.SHRUNK].append(cell)
            elif transition := _transition(cell, change):
                fails = change.before is Outcome.PASS and (
                    change.kind in OPENING_KINDS or kind is RegressionKind.INCIDENT
                )
                if tracked:
                    tracked.bad[cell] = transition.bad
                elif fails:
                    tracked, step = self._assign(kind, change, transition)
                    steps[tracked, EventKind.OPENED if (tracked, EventKind.OPENED) in steps else step].append(cell)
                if fails:
                    self._failing_on[cell].add(machine)
        # A known change on a second class of machine makes the cell pass, or fail, there too.
        for change in night.repeated:
            cell = Cell.of(change.case, run)
            if (tracked := self._failing.get(cell)) is None:
                continue
            if not _fixes(change):
                self._failing_on[cell].add(machine)
            elif self._apply_fix(tracked, cell, change, machine):
                steps[tracked, EventKind.SHRUNK].append(cell)
        for tracked, cell in self._without_machine(run):
            steps[tracked, EventKind.SHRUNK].append(cell)
        self._note_flaky(night)
        for (tracked, step), cells in steps.items():
            closed = step is EventKind.SHRUNK and not tracked.bad
            tracked.events.append(RegressionEvent(EventKind.CLOSED if closed else step, run, tuple(cells)))

    @property
    def flaky(self) -> frozenset[Cell]:
        """Return the failing cells that are flaky on every class of machine on which they fail."""
        return frozenset(cell for cell, machines in self._flaky_on.items() if machines >= self._failing_on[cell])

    def _note_flaky(self, night: NightChanges) -> None:
        """Update which failing cells are flaky on the night's class of machine."""
        machine = machine_of(night.run)
        for change in (*night.changes, *night.repeated):
            cell = Cell.of(change.case, night.run)
            if cell not in self._failing:
                continue
            if change.after is Outcome.FLAKY and machine in self._failing_on[cell]:
                self._flaky_on[cell].add(machine)
            else:
                self._flaky_on[cell].discard(machine)

    def _apply_fix(self, tracked: TrackedRegression, cell: Cell, change: Change, machine: str) -> bool:
        """Apply the fix or the removal of a cell; return whether the cell leaves its regression.

        A cell leaves once it passes on every class of machine, or once it left the suite. A removed cell is fixed in no
        build.
        """
        if change.kind is ChangeKind.REMOVED:
            self._failing_on[cell].clear()
        else:
            self._failing_on[cell].discard(machine)
            if change.build_after:
                tracked.fixed = max(tracked.fixed or change.build_after, change.build_after, key=build_sort_key)
        return self._leave(tracked, cell)

    def _leave(self, tracked: TrackedRegression, cell: Cell) -> bool:
        if self._failing_on[cell]:
            return False
        del tracked.bad[cell], self._failing[cell], self._failing_on[cell]
        self._flaky_on.pop(cell, None)
        return True

    def _without_machine(self, run: Run) -> Iterator[tuple[TrackedRegression, Cell]]:
        """Yield the cells that leave their regression because no machine on which they failed runs any more."""
        runs = self.runs[run.series]
        recent = {machine_of(one) for one in runs[-RECENT_RUNS:]}
        if len(runs) <= RECENT_RUNS or machine_of(runs[-RECENT_RUNS - 1]) in recent:
            return  # this run removes no class of machine from the recent ones
        for cell, tracked in [*self._failing.items()]:
            if cell.series == run.series and not self._failing_on[cell] & recent:
                self._failing_on[cell].clear()
                self._leave(tracked, cell)
                yield tracked, cell

    def _assign(
        self, kind: RegressionKind, change: Change, transition: _Transition
    ) -> tuple[TrackedRegression, EventKind]:
        """Assign a cell that started to fail to a regression; return that regression and the effect on it."""
        cell = transition.bad.cell
        framework, text = cell.framework, INCIDENT_SIGNATURE if kind is RegressionKind.INCIDENT else signature(change)
        group = self._groups[framework, kind, text]
        # By its span, or because it had the cell before; a second broken build is another incident.
        tracked = group.meeting(transition.span) or (
            group.last_with(cell) if kind is RegressionKind.FUNCTIONS else None
        )
        if tracked is None:
            step = EventKind.OPENED
            tracked = TrackedRegression(
                _id(framework, kind, text, len(group.numbers)),
                framework,
                kind,
                text,
                change.message,
                cell,
                transition.span,
                change.also_changed,
            )
            group.open(tracked)
            self.regressions.append(tracked)
        elif tracked.span.meets(transition.span):
            step = EventKind.SPREAD
            span = tracked.span.narrowed(transition.span)
            tracked.also_changed = tracked.also_changed if span is tracked.span else change.also_changed
            group.move(tracked, span)
        elif tracked.bad:
            step = EventKind.SPREAD
        else:
            step = EventKind.REOPENED
            group.move(tracked, transition.span)
            tracked.fixed, tracked.also_changed = None, change.also_changed
        group.add(cell, tracked)
        tracked.bad[cell] = transition.bad
        self._failing[cell] = tracked
        return tracked, step


def _fixes(change: Change) -> bool:
    """Return whether the case passes after the change, or left the suite."""
    return change.kind is ChangeKind.REMOVED or (change.kind in FIXING_KINDS and change.after is Outcome.PASS)


def _transition(cell: Cell, change: Change) -> _Transition | None:
    """Return a change to a failure that a build can have caused, or None."""
    if change.after in (None, Outcome.PASS, Outcome.FLAKY) or not (change.build_before and change.build_after):
        return None
    if change.kind is ChangeKind.ENVIRONMENT or not change.of_build:
        return None
    removed = change.kind is ChangeKind.API_REMOVED
    bad = FailingCell(cell, change.after, change.message, change.build_after, removed=removed, instead=change.instead)
    return _Transition(bad, _Span(change.build_before, change.build_after))


def _id(framework: str, kind: RegressionKind, text: str, number: int) -> str:
    return hashlib.sha256(f"{framework} {kind} {text} {number}".encode()).hexdigest()[:12]


def build_sort_key(build: Build) -> Version:
    return version_sort_key(build.version)
