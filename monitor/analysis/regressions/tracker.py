"""The lives of regressions: the nights of a history, read one by one, and what each does to what is bad.

One cause, one regression. A cause came between two builds, the last good and the first bad. Changes that say the same
are one regression as far as these spans have a build in common, over functions, modes, dtypes, suites and hardware;
what they have in common is where to look for it.
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
from monitor.analysis.outcomes.failure_groups import signature
from monitor.analysis.outcomes.outcome_changes import Change, ChangeKind, NightChanges, turned_at_once
from monitor.analysis.outcomes.run_conditions import machine_of
from monitor.history.ordering import age
from monitor.model import Build, Outcome, Run, Series

# Ways in which a cell becomes bad. What was removed as announced has a page to be found on, and alarms nobody.
OPENS = (ChangeKind.REGRESSED, ChangeKind.API_REMOVED)
# Ways in which a cell can become good again. What is not known to be a build's doing is good all the same.
MENDS = (ChangeKind.FIXED, ChangeKind.ENVIRONMENT)

# A class of machine that none of so many runs of a series was on has been replaced: nobody can see there whether what
# was bad still is. Hosted runners are of three kinds or so, and each is seen within a month of nights.
REMEMBERED = 30

# What the cases of an incident say is not compared: a build that is broken breaks each in its own way.
MANY = "many cases turned worse at once"


class RegressionKind(StrEnum):
    """Whether functions turned worse, or so many at once that something beneath them did, or they became slower."""

    FUNCTIONS = "functions"
    INCIDENT = "incident"  # the build, or the environment, is broken
    SLOWER = "slower"  # they pass as before (`monitor.analysis.latency.slowdown_tracker`)


class EventKind(StrEnum):
    """What a run did to a regression."""

    OPENED = "opened"
    SPREAD = "spread"  # more cells are bad
    SHRUNK = "shrunk"  # some are good again, or left the suite
    CLOSED = "closed"  # the last of them did
    REOPENED = "reopened"  # what was good again is bad again


@dataclass(frozen=True)
class FailingCell:
    """A cell that is bad, what it says, and the newest build that was run there; `slower` where it passes as before.

    `removed` where the framework took its name away as announced; `instead` is what stands in for it, where that is
    known.
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
    """What one run did to a regression, and to which of its cells."""

    step: EventKind
    run: Run
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class _Span:
    """From the last build that is good to the first that is bad: what brought it came between."""

    good: Build
    bad: Build

    @cached_property
    def ages(self) -> tuple[Version, Version, bool]:
        """Of both, and whether there is anything between: builds of somebody's own are all as old."""
        good, bad = age_of(self.good), age_of(self.bad)
        return good, bad, good < bad

    def meets(self, other: _Span) -> bool:
        """Whether one build can have brought both: they have one in common."""
        good, bad, spans = self.ages
        other_good, other_bad, other_spans = other.ages
        if not spans:
            return bad == other_bad
        return good < other_bad and (bad == other_bad or (other_spans and other_good < bad))

    def narrowed(self, other: _Span) -> _Span:
        good, bad = max(self.good, other.good, key=age_of), min(self.bad, other.bad, key=age_of)
        return self if good is self.good and bad is self.bad else _Span(good, bad)


@dataclass(frozen=True)
class _Transition:
    """A cell that turned worse."""

    bad: FailingCell
    span: _Span


@dataclass(eq=False)
class TrackedRegression:
    """A regression as far as the nights were read; `regression.Regression` documents the fields."""

    id: str
    framework: str
    kind: RegressionKind
    signature: str
    message: str
    message_of: Cell
    span: _Span
    beside: tuple[str, ...] = ()
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
    """Regressions that say the same, by the order in which they opened, and by that of the builds that brought them."""

    def __init__(self) -> None:
        self.numbers: dict[TrackedRegression, int] = {}
        self._by_build: list[TrackedRegression] = []
        self._last_with: dict[Cell, TrackedRegression] = {}  # the last that had a cell

    def that_meets(self, span: _Span) -> TrackedRegression | None:
        """The last that one build can have brought with that span. Most were over before it began."""
        good, _, spans = span.ages
        start = bisect_right(self._by_build, good, key=_brought) if spans else 0
        found = [life for life in self._by_build[start:] if span.meets(life.span)]
        return max(found, key=self.numbers.__getitem__, default=None)

    def that_had(self, cell: Cell) -> TrackedRegression | None:
        """The last that ever had that cell."""
        return self._last_with.get(cell)

    def open(self, life: TrackedRegression) -> None:
        self.numbers[life] = len(self.numbers)
        insort(self._by_build, life, key=_brought)

    def move(self, life: TrackedRegression, span: _Span) -> None:
        if span is not life.span:
            self._by_build.remove(life)
            life.span = span
            insort(self._by_build, life, key=_brought)

    def add(self, cell: Cell, life: TrackedRegression) -> None:
        life.cells.add(cell)
        self._last_with[cell] = max(self._last_with.get(cell, life), life, key=self.numbers.__getitem__)


def _brought(life: TrackedRegression) -> Version:
    """The age of the first build that has it."""
    _, bad, _ = life.span.ages
    return bad


class RegressionTracker:
    """The regressions so far, and the runs of each series that observed anything."""

    def __init__(self) -> None:
        self.lives: list[TrackedRegression] = []
        self.runs: dict[Series, list[Run]] = defaultdict(list)
        self._alike: dict[tuple[str, RegressionKind, str], _SignatureGroup] = defaultdict(_SignatureGroup)
        self._ill: dict[Cell, TrackedRegression] = {}
        # On which classes of machine fresh workers gave different answers to a bad cell, the last time.
        self._flaky_on: defaultdict[Cell, set[str]] = defaultdict(set)
        self._ill_on: dict[Cell, set[str]] = defaultdict(set)  # the classes of machine on which a cell is bad

    @classmethod
    def of(cls, nights: Iterable[NightChanges]) -> RegressionTracker:
        """The register after these nights, which are in the order of a history."""
        register = cls()
        for night in nights:
            register.read(night)
        return register

    def read(self, night: NightChanges) -> None:
        """Follow what one night changed."""
        run = night.run
        if run.blocked:
            return
        self.runs[run.series].append(run)
        kind = RegressionKind.INCIDENT if turned_at_once(night.changes, night.expected) else RegressionKind.FUNCTIONS
        steps: dict[tuple[TrackedRegression, EventKind], list[Cell]] = defaultdict(list)
        machine = machine_of(run)
        for change in night.changes:
            cell = Cell.of(change.case, run)
            life = self._ill.get(cell)
            if life and _mends(change):
                if self._heal(life, cell, change, machine):
                    steps[life, EventKind.SHRUNK].append(cell)
            elif turn := _turn(cell, change):
                worse = change.before is Outcome.PASS and (change.verdict in OPENS or kind is RegressionKind.INCIDENT)
                if life:
                    life.bad[cell] = turn.bad
                elif worse:
                    life, step = self._place(kind, change, turn)
                    steps[life, EventKind.OPENED if (life, EventKind.OPENED) in steps else step].append(cell)
                if worse:
                    self._ill_on[cell].add(machine)
        # What is known is no news on a second class of machine, and makes the cell good, or bad, there too.
        for change in night.repeated:
            cell = Cell.of(change.case, run)
            if (life := self._ill.get(cell)) is None:
                continue
            if not _mends(change):
                self._ill_on[cell].add(machine)
            elif self._heal(life, cell, change, machine):
                steps[life, EventKind.SHRUNK].append(cell)
        for life, cell in self._forgotten(run):
            steps[life, EventKind.SHRUNK].append(cell)
        self._note_flaky(night)
        for (life, step), cells in steps.items():
            closed = step is EventKind.SHRUNK and not life.bad
            life.events.append(RegressionEvent(EventKind.CLOSED if closed else step, run, tuple(cells)))

    @property
    def flaky(self) -> frozenset[Cell]:
        """Return the bad cells that are flaky on every class of machine on which they are bad."""
        return frozenset(cell for cell, machines in self._flaky_on.items() if machines >= self._ill_on[cell])

    def _note_flaky(self, night: NightChanges) -> None:
        """Note which bad cells became flaky, and which are no more: each turn is a change, of which most are not."""
        machine = machine_of(night.run)
        for change in (*night.changes, *night.repeated):
            cell = Cell.of(change.case, night.run)
            if cell not in self._ill:
                continue
            if change.after is Outcome.FLAKY and machine in self._ill_on[cell]:
                self._flaky_on[cell].add(machine)
            else:
                self._flaky_on[cell].discard(machine)

    def _heal(self, life: TrackedRegression, cell: Cell, change: Change, machine: str) -> bool:
        """Whether a cell leaves its regression: it is good on every class of machine, or left the suite.

        One that left the suite is good in no build.
        """
        if change.verdict is ChangeKind.REMOVED:
            self._ill_on[cell].clear()
        else:
            self._ill_on[cell].discard(machine)
            if change.since:
                life.fixed = max(life.fixed or change.since, change.since, key=age_of)
        return self._leave(life, cell)

    def _leave(self, life: TrackedRegression, cell: Cell) -> bool:
        if self._ill_on[cell]:
            return False
        del life.bad[cell], self._ill[cell], self._ill_on[cell]
        self._flaky_on.pop(cell, None)
        return True

    def _forgotten(self, run: Run) -> Iterator[tuple[TrackedRegression, Cell]]:
        """The cells that leave their regression because no machine on which they were bad runs any more."""
        runs = self.runs[run.series]
        recent = {machine_of(one) for one in runs[-REMEMBERED:]}
        if len(runs) <= REMEMBERED or machine_of(runs[-REMEMBERED - 1]) in recent:
            return  # no class of machine was forgotten with this run
        for cell, life in [*self._ill.items()]:
            if cell.series == run.series and not self._ill_on[cell] & recent:
                self._ill_on[cell].clear()
                self._leave(life, cell)
                yield life, cell

    def _place(self, kind: RegressionKind, change: Change, turn: _Transition) -> tuple[TrackedRegression, EventKind]:
        """Put a cell that turned worse where it belongs, and say what that does there."""
        cell = turn.bad.cell
        framework, says = cell.framework, MANY if kind is RegressionKind.INCIDENT else signature(change)
        alike = self._alike[framework, kind, says]
        # The one that a cell belongs to by when it turned, or because it was there; a build broken again is another.
        life = alike.that_meets(turn.span) or (alike.that_had(cell) if kind is RegressionKind.FUNCTIONS else None)
        if life is None:
            step = EventKind.OPENED
            life = TrackedRegression(
                _id(framework, kind, says, len(alike.numbers)),
                framework,
                kind,
                says,
                change.message,
                cell,
                turn.span,
                change.beside,
            )
            alike.open(life)
            self.lives.append(life)
        elif life.span.meets(turn.span):
            step = EventKind.SPREAD
            span = life.span.narrowed(turn.span)
            life.beside = life.beside if span is life.span else change.beside
            alike.move(life, span)
        elif life.bad:
            step = EventKind.SPREAD
        else:
            step = EventKind.REOPENED
            alike.move(life, turn.span)
            life.fixed, life.beside = None, change.beside
        alike.add(cell, life)
        life.bad[cell] = turn.bad
        self._ill[cell] = life
        return life, step


def _mends(change: Change) -> bool:
    """Whether a case is good with it, or not there any more."""
    return change.verdict is ChangeKind.REMOVED or (change.verdict in MENDS and change.after is Outcome.PASS)


def _turn(cell: Cell, change: Change) -> _Transition | None:
    """A change for a bad outcome that a build can have brought, or None."""
    if change.after in (None, Outcome.PASS, Outcome.FLAKY) or not (change.until and change.since):
        return None
    if change.verdict is ChangeKind.ENVIRONMENT or not change.of_build:
        return None
    removed = change.verdict is ChangeKind.API_REMOVED
    bad = FailingCell(cell, change.after, change.message, change.since, removed=removed, instead=change.instead)
    return _Transition(bad, _Span(change.until, change.since))


def _id(framework: str, kind: RegressionKind, says: str, number: int) -> str:
    return hashlib.sha256(f"{framework} {kind} {says} {number}".encode()).hexdigest()[:12]


def age_of(build: Build) -> Version:
    return age(build.version)
