"""Read the reviewed files of known failures, and apply them to changes and regressions.

`triage/README.md` explains the fields of `expected.toml` and `mutes.toml`. Every entry has a reason, an owner and a
last day. After that day the entry has no effect and is reported, because nothing is accepted for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from monitor.analysis.cells import Cell
from monitor.analysis.latency.slowdown_tracker import LatencyNight, ReportedSlowdown, Slowdown, SlowdownStatus
from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.regression import RegressionState, Suppression
from monitor.analysis.regressions.regression_tracker import FailingCell
from monitor.formats.toml_reader import TomlTable, nearest, read_toml
from monitor.history.ordering import version_sort_key
from monitor.model import Build, Outcome, Run

EXPECTED, MUTES = "expected.toml", "mutes.toml"

# Values of `outcome` in an entry: failures, and slowdowns, whose outcome is a pass.
SLOWER = "slower"
FAILURES = [o.value for o in Outcome if o not in (Outcome.PASS, Outcome.FLAKY, Outcome.BLOCKED)] + [SLOWER]

# The kinds of change that triage applies to, and the kinds that they become.
TRIAGED_KINDS = (
    ChangeKind.REGRESSED,
    ChangeKind.CHANGED,
    ChangeKind.VALUES_CHANGED,
    ChangeKind.ACCURACY_DRIFT,
    ChangeKind.UNEXPECTED_FAILURE,
)
SUPPRESSED_KINDS = {
    RegressionState.EXPECTED: ChangeKind.EXPECTED,
    RegressionState.MUTED: ChangeKind.MUTED,
    RegressionState.FLAKY: ChangeKind.UNCONFIRMED,
}


@dataclass(frozen=True)
class TriageEntry:
    """One entry of a reviewed file, at the place `where`. Empty fields and None match everything.

    An entry with `slower` applies to slowdowns only.
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
        """Return whether the entry names that cell, whatever its outcome."""
        named = any(fnmatchcase(cell.case, pattern) for pattern in self.cases)
        return named and (not self.targets or cell.target in self.targets)

    def may_name(self, framework: str, target: str) -> bool:
        """Return whether the entry names any case of that framework on that target."""
        named = any(fnmatchcase(framework, pattern.partition("/")[0]) for pattern in self.cases)
        return named and (not self.targets or target in self.targets)

    def covers(self, bad: FailingCell) -> bool:
        """Return whether the entry applies to that failure."""
        fits = bad.slower if self.slower else self.outcome in (None, bad.outcome)
        return fits and self.names(bad.cell) and self.in_range(bad.build)

    def in_range(self, build: Build) -> bool:
        """Return whether the entry applies to that build."""
        return self.builds.contains(version_sort_key(build.version), prereleases=True)  # nightlies are


@dataclass(frozen=True)
class Triage:
    """Entries of both files."""

    expected: tuple[TriageEntry, ...] = ()
    mutes: tuple[TriageEntry, ...] = ()


def load_triage(directory: Path) -> Triage:
    """Read the reviewed files of a directory; a missing file has no entries. Raises FieldError."""
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
        table.refuse("builds", f'"{text}" is not a range of versions: write ">=0.6.0, <0.9"')


def suppression_of(triage: Triage, flaky: Collection[Cell], today: date) -> Suppression:
    """Return the function that gives a failure its state if it does not count: expected, muted or flaky."""
    active = [
        (RegressionState.EXPECTED, [entry for entry in triage.expected if entry.expires >= today]),
        (RegressionState.MUTED, [entry for entry in triage.mutes if entry.expires >= today]),
    ]

    def suppress(bad: FailingCell) -> RegressionState | None:
        for state, entries in active:
            if any(entry.covers(bad) for entry in entries):
                return state
        return RegressionState.FLAKY if bad.cell in flaky else None

    return suppress


def apply_triage(night: NightChanges, suppress: Suppression) -> NightChanges:
    """Return a night whose suppressed changes have the kinds `expected`, `muted` and `unconfirmed`."""
    build = night.run.build

    def triaged(change: Change) -> Change:
        if change.kind not in TRIAGED_KINDS or change.after is None or build is None:
            return change
        cell = Cell.of(change.case, night.run)
        state = suppress(FailingCell(cell, change.after, change.message, build))
        return replace(change, kind=SUPPRESSED_KINDS[state]) if state else change

    return replace(night, changes=tuple(map(triaged, night.changes)))


def unsuppressed_slowdowns(night: LatencyNight, suppress: Suppression) -> tuple[Slowdown, ...]:
    """Return the slowdowns that a night reports and that nothing suppresses."""
    return tuple(
        slow for slow in night.of(SlowdownStatus.REPORTED) for bad in _slower(slow, night.run) if not suppress(bad)
    )


def triage_problems(
    triage: Triage, answers: Iterable[FailingCell], slowdowns: Iterable[ReportedSlowdown], today: date
) -> Iterator[str]:
    """Yield a line for each entry that has ended or matches nothing.

    `answers` are the last outcomes of all cells of a history, passing or failing. `slowdowns` are its reported
    slowdowns. Entries for a framework or hardware without any outcome are not checked.
    """
    now, slow = [*answers], [*_slow(slowdowns)]
    seen = {(bad.cell.framework, bad.cell.target) for bad in now}
    for entry in (*triage.expected, *triage.mutes):
        named = [bad for bad in now if entry.names(bad.cell)]
        failing = slow if entry.slower else named
        narrowed = entry.slower or entry.outcome
        if entry.expires < today:
            yield f"{entry.where}: ended on {entry.expires} and has no effect: renew or remove it"
        elif not named and any(entry.may_name(framework, target) for framework, target in seen):
            yield f"{entry.where}: matches no case: fix or remove it"
        elif any(entry.in_range(bad.build) for bad in named) and narrowed and not any(map(entry.covers, failing)):
            yield f"{entry.where}: no matching case fails this way any more: remove it"


def _slow(slowdowns: Iterable[ReportedSlowdown]) -> Iterator[FailingCell]:
    """Yield every reported slowdown that has not recovered, as a failing cell."""
    for one in slowdowns:
        if one.recovered is None:
            yield from _slower(one.slowdown, one.run)


def _slower(slow: Slowdown, run: Run) -> Iterator[FailingCell]:
    """Yield a slowdown as a failing cell; none if the run reached no build."""
    if run.build:
        yield FailingCell(Cell.of(slow.case, run), Outcome.PASS, "", run.build, slower=True)
