"""What a night changed, as every page that tells of a night shows it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.analysis.news import Change, Night, Verdict
from monitor.reporting.names import build_title

# Above so many changes of one verdict, a list folds itself up.
FOLDED_ABOVE = 12


@dataclass(frozen=True)
class ChangeGroup:
    """The changes of one verdict in one night, the first `shown` of them listed."""

    verdict: Verdict
    changes: tuple[Change, ...]
    folded: bool
    total: int


@dataclass(frozen=True)
class NightNews:
    """What a night changed, or in `quiet` one sentence that says that it changed nothing."""

    night: Night
    groups: tuple[ChangeGroup, ...]
    quiet: str


def night_news(night: Night, limit: int) -> NightNews:
    """A night's changes by verdict, at most `limit` of each."""
    regressions = night.regressions
    groups = [
        ChangeGroup(
            verdict,
            changes[:limit],
            # What is one incident is told as one: its cases stay folded.
            folded=len(changes) > FOLDED_ABOVE or (verdict is Verdict.WORSE and not regressions),
            total=len(changes),
        )
        for verdict in Verdict
        if (changes := night.of(verdict))
    ]
    return NightNews(night, tuple(groups), "" if groups else _quiet(night))


def _quiet(night: Night) -> str:
    if night.run.blocked:
        return "Nothing could be observed, so nothing is known to have changed."
    if night.baseline is None:
        return f"First night: {build_title(night.run.build)} has nothing to be compared with yet."
    among = f" among the {night.observed} of {night.expected} observed" if night.observed < night.expected else ""
    return f"No outcome changed{among}: {build_title(night.run.build)} against {build_title(night.baseline)}."
