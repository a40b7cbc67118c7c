"""Build the pages that list runs: one per month, and one of the newest runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.site.pages.run import RunSource

MONTH_LENGTH = len("2026-11")
RECENT_RUNS = 100  # runs, on the first page


@dataclass(frozen=True)
class RunRow:
    """Run and the number of its changes of each kind."""

    night: NightChanges
    kinds: tuple[tuple[ChangeKind, int], ...]


@dataclass(frozen=True)
class RunMonth:
    """Runs that started in one month, newest first. `digest` covers all inputs of the page."""

    name: str
    page: str
    runs: tuple[RunSource, ...]

    @property
    def digest(self) -> tuple[str, ...]:
        return tuple(one.digest for one in self.runs)


def run_rows(runs: Iterable[RunSource]) -> Iterator[RunRow]:
    for one in runs:
        counts = Counter(change.kind for change in one.night.changes)
        yield RunRow(one.night, tuple((kind, counts[kind]) for kind in ChangeKind if kind in counts))


def newest_first(runs: Iterable[RunSource]) -> list[RunSource]:
    return sorted(runs, key=lambda one: (one.night.run.started, one.night.run.id), reverse=True)


def run_months(newest: Iterable[RunSource]) -> tuple[RunMonth, ...]:
    """Return the months that have runs, newest first. `newest` must be in that order."""
    by_month = groupby(newest, lambda one: one.night.run.started[:MONTH_LENGTH])
    return tuple(RunMonth(name, f"runs/{name}.html", tuple(runs)) for name, runs in by_month)
