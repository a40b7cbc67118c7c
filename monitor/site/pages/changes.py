"""What a night changed, as every page that tells of a night shows it; and every change of the newest nights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.analysis.outcomes.outcome_changes import Change, ChangeKind, NightChanges
from monitor.formatting.display_names import build_title

# The page of all changes has so many of one verdict and night; the page of the run has all.
CASES_OF_A_NIGHT = 200

# Above so many changes of one verdict, a list folds itself up.
FOLDED_ABOVE = 12


@dataclass(frozen=True)
class ChangeGroup:
    """The changes of one verdict in one night, the first `shown` of them listed."""

    verdict: ChangeKind
    changes: tuple[Change, ...]
    folded: bool
    total: int


@dataclass(frozen=True)
class NightSummary:
    """What a night changed, or in `quiet` one sentence that says that it changed nothing."""

    night: NightChanges
    groups: tuple[ChangeGroup, ...]
    quiet: str


@dataclass(frozen=True)
class KindOfChanges:
    """The changes of one verdict in one night."""

    night: NightChanges
    changes: tuple[Change, ...]


def changes_by_verdict(nights: Iterable[NightChanges]) -> Mapping[ChangeKind, tuple[KindOfChanges, ...]]:
    """Return the changes of these nights by verdict.

    What turned worse in one incident is told as that, and left out.
    """
    every = [*nights]
    found = {
        verdict: tuple(KindOfChanges(night, changes) for night in every if (changes := _told_of(night, verdict)))
        for verdict in ChangeKind
    }
    return {verdict: groups for verdict, groups in found.items() if groups}


def _told_of(night: NightChanges, verdict: ChangeKind) -> tuple[Change, ...]:
    return night.regressions if verdict is ChangeKind.REGRESSED else night.of(verdict)


def night_news(night: NightChanges, limit: int) -> NightSummary:
    """A night's changes by verdict, at most `limit` of each."""
    regressions = night.regressions
    groups = [
        ChangeGroup(
            verdict,
            changes[:limit],
            # What is one incident is told as one: its cases stay folded.
            folded=len(changes) > FOLDED_ABOVE or (verdict is ChangeKind.REGRESSED and not regressions),
            total=len(changes),
        )
        for verdict in ChangeKind
        if (changes := night.of(verdict))
    ]
    return NightSummary(night, tuple(groups), "" if groups else _quiet(night))


def _quiet(night: NightChanges) -> str:
    if night.run.blocked:
        return "Nothing could be observed, so nothing is known to have changed."
    if night.baseline is None:
        return f"First night: {build_title(night.run.build)} has nothing to be compared with yet."
    among = f" among the {night.observed} of {night.expected} observed" if night.observed < night.expected else ""
    return f"No outcome changed{among}: {build_title(night.run.build)} against {build_title(night.baseline)}."
