"""What people have said of failures: those that are expected, and those that nobody wants to hear of for a while.

Two reviewed files, `expected.toml` and `mutes.toml`, whose fields `triage/README.md` explains. Every entry has a
reason, somebody who answers for it, and an end: after it, the entry has no effect and is told of, for what was accepted
once is not accepted for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from monitor.analysis.cells import Cell
from monitor.analysis.latency.slowdown_tracker import LatencyNight, Slowdown, SlowdownStatus, ToldOf
from monitor.analysis.outcomes.outcome_changes import Change, ChangeKind, NightChanges
from monitor.analysis.regressions.regression import Excuse, RegressionState
from monitor.analysis.regressions.tracker import FailingCell
from monitor.formats.toml_reader import TomlTable, nearest, read_toml
from monitor.history.ordering import age
from monitor.model import Build, Outcome, Run

EXPECTED, MUTES = "expected.toml", "mutes.toml"

# What an entry may speak of: outcomes, and what became slower, though its outcome is a pass.
SLOWER = "slower"
FAILURES = [o.value for o in Outcome if o not in (Outcome.PASS, Outcome.FLAKY, Outcome.BLOCKED)] + [SLOWER]

# What an excuse makes of a change: the verdicts that count, and what they become.
COUNTED = (
    ChangeKind.REGRESSED,
    ChangeKind.CHANGED,
    ChangeKind.VALUES_CHANGED,
    ChangeKind.ACCURACY_DRIFT,
    ChangeKind.UNEXPECTED_FAILURE,
)
EXCUSED = {
    RegressionState.EXPECTED: ChangeKind.EXPECTED,
    RegressionState.MUTED: ChangeKind.MUTED,
    RegressionState.FLAKY: ChangeKind.UNCONFIRMED,
}


@dataclass(frozen=True)
class TriageEntry:
    """One entry of a reviewed file, which lies at `where`. What is empty, or None, narrows nothing.

    With `slower` it speaks of slowdowns, and of no outcome.
    """

    where: str
    cases: tuple[str, ...]
    targets: tuple[str, ...]
    builds: SpecifierSet
    outcome: Outcome | None
    slower: bool
    reason: str
    owner: str
    expires: date

    def names(self, cell: Cell) -> bool:
        """Whether the entry speaks of that cell, whatever becomes of it."""
        named = any(fnmatchcase(cell.case, pattern) for pattern in self.cases)
        return named and (not self.targets or cell.target in self.targets)

    def may_name(self, framework: str, target: str) -> bool:
        """Whether it speaks of any case of that framework on that target."""
        named = any(fnmatchcase(framework, pattern.partition("/")[0]) for pattern in self.cases)
        return named and (not self.targets or target in self.targets)

    def covers(self, bad: FailingCell) -> bool:
        """Whether the entry speaks of that failure."""
        fits = bad.slower if self.slower else self.outcome in (None, bad.outcome)
        return fits and self.names(bad.cell) and self.in_range(bad.build)

    def in_range(self, build: Build) -> bool:
        return self.builds.contains(age(build.version), prereleases=True)  # nightlies are


@dataclass(frozen=True)
class Triage:
    """The entries of both files."""

    expected: tuple[TriageEntry, ...] = ()
    mutes: tuple[TriageEntry, ...] = ()


def load_triage(directory: Path) -> Triage:
    """The reviewed files of a directory; one that is not there says nothing. Raises FieldError."""
    return Triage(
        tuple(_entries(directory / EXPECTED, "expected", outcome_needed=True)),
        tuple(_entries(directory / MUTES, "mute", outcome_needed=False)),
    )


def _entries(path: Path, noun: str, *, outcome_needed: bool) -> Iterator[TriageEntry]:
    if not path.exists():
        return
    table = read_toml(path)
    for record in table.records(noun):
        yield _entry(record, outcome_needed=outcome_needed)
    table.finish()


def _entry(table: TomlTable, *, outcome_needed: bool) -> TriageEntry:
    outcome = table.text("outcome", default=None if outcome_needed else "")
    if outcome and outcome not in FAILURES:
        table.refuse("outcome", f'"{outcome}" is not a failure, {nearest(outcome, FAILURES)}')
    entry = TriageEntry(
        where=f"{table.file}: {table.where}",
        cases=table.texts("cases", pattern=r"\S+/\S+/\S+", shape="a pattern of case ids: jax/jax.lax.sort/*"),
        targets=table.texts("targets", default=()),
        builds=_builds(table),
        outcome=Outcome(outcome) if outcome not in ("", SLOWER) else None,
        slower=outcome == SLOWER,
        reason=table.text("reason"),
        owner=table.text("owner"),
        expires=table.day("expires"),
    )
    table.finish()
    return entry


def _builds(table: TomlTable) -> SpecifierSet:
    text = table.text("builds", default="")
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        table.refuse("builds", f'"{text}" is no range of versions: write ">=0.6.0, <0.9"')


def excuses(triage: Triage, flaky: Collection[Cell], today: date) -> Excuse:
    """What is to be said of a failure instead of counting it: that it is expected, muted, or of a flaky cell."""
    held = [
        (RegressionState.EXPECTED, [entry for entry in triage.expected if entry.expires >= today]),
        (RegressionState.MUTED, [entry for entry in triage.mutes if entry.expires >= today]),
    ]

    def excuse(bad: FailingCell) -> RegressionState | None:
        for state, entries in held:
            if any(entry.covers(bad) for entry in entries):
                return state
        return RegressionState.FLAKY if bad.cell in flaky else None

    return excuse


def excused(night: NightChanges, excuse: Excuse) -> NightChanges:
    """A night whose changes are told as what they are excused for."""
    build = night.run.build

    def told(change: Change) -> Change:
        if change.verdict not in COUNTED or change.after is None or build is None:
            return change
        cell = Cell.of(change.case, night.run)
        state = excuse(FailingCell(cell, change.after, change.message, build))
        return replace(change, verdict=EXCUSED[state]) if state else change

    return replace(night, changes=tuple(map(told, night.changes)))


def filed(night: LatencyNight, excuse: Excuse) -> tuple[Slowdown, ...]:
    """The slowdowns that a night files and that nothing excuses."""
    return tuple(
        slow for slow in night.of(SlowdownStatus.REPORTED) for bad in _slower(slow, night.run) if not excuse(bad)
    )


def stale(triage: Triage, answers: Iterable[FailingCell], told: Iterable[ToldOf], today: date) -> Iterator[str]:
    """What is wrong with the files themselves, a line each: entries that have ended, and those that fit nothing.

    `answers` are the last ones of every cell of a history, good or bad, `told` the slowdowns that were told of. Of a
    framework or hardware that the history has nothing of, it cannot be said what an entry fits.
    """
    now, slow = [*answers], [*_slow(told)]
    seen = {(bad.cell.framework, bad.cell.target) for bad in now}
    for entry in (*triage.expected, *triage.mutes):
        named = [bad for bad in now if entry.names(bad.cell)]
        failing = slow if entry.slower else named
        narrowed = entry.slower or entry.outcome
        if entry.expires < today:
            yield f"{entry.where}: ended on {entry.expires}, and has no effect: renew or remove it"
        elif not named and any(entry.may_name(framework, target) for framework, target in seen):
            yield f"{entry.where}: fits no case: mend or remove it"
        elif any(entry.in_range(bad.build) for bad in named) and narrowed and not any(map(entry.covers, failing)):
            yield f"{entry.where}: nothing that it fits fails so any more: remove it"


def _slow(told: Iterable[ToldOf]) -> Iterator[FailingCell]:
    """Every slowdown that was told of and has not recovered."""
    for slow, run, recovered in told:
        if recovered is None:
            yield from _slower(slow, run)


def _slower(slow: Slowdown, run: Run) -> Iterator[FailingCell]:
    """A slowdown as what an excuse is asked about; nothing where the run came to no build."""
    if run.build:
        yield FailingCell(Cell.of(slow.case, run), Outcome.PASS, "", run.build, slower=True)
