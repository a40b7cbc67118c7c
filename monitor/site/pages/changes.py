"""Summarize the changes of a run, and list the changes of the newest runs by kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.formatting.display_names import build_title

# Most changes of one kind and run on the page of changes; the page of the run has all.
MAX_CASES_OF_RUN = 200

# A longer list of changes is folded.
FOLDED_ABOVE = 12


@dataclass(frozen=True)
class ChangeGroup:
    """Changes of one kind in one run. `changes` are the listed ones of `total`."""

    kind: ChangeKind
    changes: tuple[Change, ...]
    folded: bool
    total: int


@dataclass(frozen=True)
class RunChanges:
    """Changes of a run by kind; if there are none, `no_changes` is a sentence that says why."""

    night: NightChanges
    groups: tuple[ChangeGroup, ...]
    no_changes: str


@dataclass(frozen=True)
class RunChangesOfKind:
    """All changes of one kind in one run."""

    night: NightChanges
    changes: tuple[Change, ...]


def changes_by_kind(nights: Iterable[NightChanges]) -> Mapping[ChangeKind, tuple[RunChangesOfKind, ...]]:
    """Return the changes of these runs by kind, without the regressions of an incident."""
    every = [*nights]
    by_kind = {
        kind: tuple(RunChangesOfKind(night, changes) for night in every if (changes := _changes_of_kind(night, kind)))
        for kind in ChangeKind
    }
    return {kind: groups for kind, groups in by_kind.items() if groups}


def _changes_of_kind(night: NightChanges, kind: ChangeKind) -> tuple[Change, ...]:
    return night.regressions if kind is ChangeKind.REGRESSED else night.of(kind)


def summarize_changes(night: NightChanges, limit: int) -> RunChanges:
    """Return the changes of a run by kind, at most `limit` of each."""
    regressions = night.regressions
    groups = [
        ChangeGroup(
            kind,
            changes[:limit],
            # The cases of an incident stay folded.
            folded=len(changes) > FOLDED_ABOVE or (kind is ChangeKind.REGRESSED and not regressions),
            total=len(changes),
        )
        for kind in ChangeKind
        if (changes := night.of(kind))
    ]
    return RunChanges(night, tuple(groups), "" if groups else _why_no_changes(night))


def _why_no_changes(night: NightChanges) -> str:
    if night.run.blocked:
        return "The run observed nothing, so no change is known."
    if night.previous_build is None:
        return f"First run: no earlier build to compare {build_title(night.run.build)} with."
    among = f" among the {night.observed} of {night.expected} observed cases" if night.observed < night.expected else ""
    new, old = build_title(night.run.build), build_title(night.previous_build)
    return f"No outcome changed{among}: {new} compared with {old}."
