"""The lives of regressions: the nights of a history, read one by one, and what each does to what is bad.

One cause, one regression. A cause came between two builds, the last good and the first bad. Changes that say the same
are one regression as far as these spans have a build in common, over functions, modes, dtypes, suites and hardware;
what they have in common is where to look for it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from packaging.version import Version

from monitor.analysis.causes import signature
from monitor.analysis.cells import Cell
from monitor.analysis.news import Change, Night, Verdict, turned_at_once
from monitor.history.order import age
from monitor.model import Build, Outcome, Run, Series

# What the cases of an incident say is not compared: a build that is broken breaks each in its own way.
MANY = "many cases turned worse at once"


class Kind(StrEnum):
    """Whether functions turned worse, or so many at once that something beneath them did, or they became slower."""

    FUNCTIONS = "functions"
    INCIDENT = "incident"  # the build, or the environment, is broken
    SLOWER = "slower"  # they pass as before (`monitor.analysis.latency_verdicts`)


class Step(StrEnum):
    """What a run did to a regression."""

    OPENED = "opened"
    SPREAD = "spread"  # more cells are bad
    SHRUNK = "shrunk"  # some are good again, or left the suite
    CLOSED = "closed"  # the last of them did
    REOPENED = "reopened"  # what was good again is bad again


@dataclass(frozen=True)
class Bad:
    """A cell that is bad, what it says, and the newest build that was run there; `slower` where it passes as before."""

    cell: Cell
    outcome: Outcome
    message: str
    build: Build
    slower: bool = False


@dataclass(frozen=True)
class Event:
    """What one run did to a regression, and to which of its cells."""

    step: Step
    run: Run
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class _Turn:
    """A cell that turned worse: good under `until`, bad under `since`."""

    bad: Bad
    until: Build
    since: Build


@dataclass(eq=False)
class Life:
    """A regression as far as it has been read; `monitor.analysis.regressions.Regression` says what the fields are."""

    id: str
    framework: str
    kind: Kind
    signature: str
    message: str
    last_good: Build
    first_bad: Build
    fixed: Build | None = None
    bad: dict[Cell, Bad] = field(default_factory=dict)
    cells: set[Cell] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)

    def may_have_brought(self, turn: _Turn) -> bool:
        """Whether one build can have brought both: their spans have one in common."""
        if age_of(turn.since) == age_of(self.first_bad):
            return True
        good, bad = max(turn.until, self.last_good, key=age_of), min(turn.since, self.first_bad, key=age_of)
        return age_of(good) < age_of(bad)

    def narrow(self, turn: _Turn) -> None:
        self.last_good = max(self.last_good, turn.until, key=age_of)
        self.first_bad = min(self.first_bad, turn.since, key=age_of)


class Register:
    """The regressions so far, and the runs of each series that observed anything."""

    def __init__(self) -> None:
        self.lives: list[Life] = []
        self.runs: dict[Series, list[Run]] = defaultdict(list)
        self._alike: dict[tuple[str, Kind, str], list[Life]] = defaultdict(list)
        self._ill: dict[Cell, Life] = {}

    @classmethod
    def of(cls, nights: Iterable[Night]) -> Register:
        """The register after these nights, which are in the order of a history."""
        register = cls()
        for night in nights:
            register.read(night)
        return register

    def read(self, night: Night) -> None:
        """Follow what one night changed."""
        run = night.run
        if run.blocked:
            return
        self.runs[run.series].append(run)
        kind = Kind.INCIDENT if turned_at_once(night.changes, night.expected) else Kind.FUNCTIONS
        steps: dict[tuple[Life, Step], list[Cell]] = defaultdict(list)
        for change in night.changes:
            cell = Cell.of(change.case, run)
            life = self._ill.get(cell)
            if life and change.verdict in (Verdict.BETTER, Verdict.GONE):
                self._heal(life, cell, change.since)
                steps[life, Step.SHRUNK].append(cell)
            elif turn := _turn(cell, change):
                if life:
                    life.bad[cell] = turn.bad
                elif change.before is Outcome.PASS and (change.verdict is Verdict.WORSE or kind is Kind.INCIDENT):
                    life, step = self._place(kind, change, turn)
                    steps[life, Step.OPENED if (life, Step.OPENED) in steps else step].append(cell)
        for (life, step), cells in steps.items():
            closed = step is Step.SHRUNK and not life.bad
            life.events.append(Event(Step.CLOSED if closed else step, run, tuple(cells)))

    def _heal(self, life: Life, cell: Cell, since: Build | None) -> None:
        """Take a cell out of its regression; one that left the suite is good in no build."""
        del life.bad[cell], self._ill[cell]
        if since:
            life.fixed = max(life.fixed or since, since, key=age_of)

    def _place(self, kind: Kind, change: Change, turn: _Turn) -> tuple[Life, Step]:
        """Put a cell that turned worse where it belongs, and say what that does there."""
        cell = turn.bad.cell
        framework, says = cell.framework, MANY if kind is Kind.INCIDENT else signature(change)
        alike = self._alike[framework, kind, says]
        life = _one_of(alike, turn)
        if life is None:
            step = Step.OPENED
            life = Life(
                _id(framework, kind, says, len(alike)),
                framework,
                kind,
                says,
                change.message,
                last_good=turn.until,
                first_bad=turn.since,
            )
            alike.append(life)
            self.lives.append(life)
        elif life.may_have_brought(turn):
            step = Step.SPREAD
            life.narrow(turn)
        elif life.bad:
            step = Step.SPREAD
        else:
            step = Step.REOPENED
            life.last_good, life.first_bad, life.fixed = turn.until, turn.since, None
        life.bad[cell] = turn.bad
        life.cells.add(cell)
        self._ill[cell] = life
        return life, step


def _turn(cell: Cell, change: Change) -> _Turn | None:
    """A change for a bad outcome, or None."""
    if change.after in (None, Outcome.PASS, Outcome.FLAKY) or not (change.until and change.since):
        return None
    return _Turn(Bad(cell, change.after, change.message, change.since), change.until, change.since)


def _one_of(alike: Sequence[Life], turn: _Turn) -> Life | None:
    """Of regressions that say the same, the one that a cell belongs to: by when it turned, or because it was there."""
    for life in reversed(alike):
        if life.may_have_brought(turn):
            return life
    for life in reversed(alike):
        if turn.bad.cell in life.cells and life.kind is Kind.FUNCTIONS:  # a build that is broken again is another
            return life
    return None


def _id(framework: str, kind: Kind, says: str, number: int) -> str:
    return hashlib.sha256(f"{framework} {kind} {says} {number}".encode()).hexdigest()[:12]


def age_of(build: Build) -> Version:
    return age(build.version)
