"""The pages of all runs: a month on each, and the newest runs on the first one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from monitor.analysis.outcomes.outcome_changes import ChangeKind, NightChanges
from monitor.site.pages.run import RunSource

MONTH = len("2026-11")
NEWEST = 100  # runs, on the first page


@dataclass(frozen=True)
class RunRow:
    """A run, and how many of its changes are of each verdict."""

    night: NightChanges
    verdicts: tuple[tuple[ChangeKind, int], ...]


@dataclass(frozen=True)
class RunMonth:
    """The runs that started in a month, the newest first. `told` is all that its page follows from."""

    name: str
    page: str
    runs: tuple[RunSource, ...]

    @property
    def told(self) -> tuple[str, ...]:
        return tuple(one.told for one in self.runs)


def rows(runs: Iterable[RunSource]) -> Iterator[RunRow]:
    for one in runs:
        counts = Counter(change.verdict for change in one.night.changes)
        yield RunRow(one.night, tuple((verdict, counts[verdict]) for verdict in ChangeKind if verdict in counts))


def newest_first(runs: Iterable[RunSource]) -> list[RunSource]:
    return sorted(runs, key=lambda one: (one.night.run.started, one.night.run.id), reverse=True)


def months(newest: Iterable[RunSource]) -> tuple[RunMonth, ...]:
    """Every month that has runs, the newest first, from runs in that order."""
    of_month = groupby(newest, lambda one: one.night.run.started[:MONTH])
    return tuple(RunMonth(name, f"runs/{name}.html", tuple(found)) for name, found in of_month)
