"""What became slower or faster over the last half-year of a history, for good and however slowly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from monitor.analysis.cells import Cell
from monitor.analysis.latency_series import Nights, nights_by_series
from monitor.analysis.lookback import WEEK, look_back
from monitor.history.store import Recorded
from monitor.model import Build, Series

WEEKS = 26  # half a year: what is older was told of when it was new


@dataclass(frozen=True)
class Moved:
    """The latency of a cell left one level for another, between these builds: `factor` is the new level in the old one.

    `until` is the last build on the old level, `since` the first on the new one.
    """

    cell: Cell
    until: Build
    since: Build
    factor: float


def moves(recorded: Recorded) -> tuple[Moved, ...]:
    """Every move of the last half-year, the largest slowdown first; of nights on the newest one's class of machine."""
    found = [one for series, nights in nights_by_series(recorded).items() for one in _moves(series, nights)]
    return tuple(sorted(found, key=lambda moved: (-moved.factor, moved.cell)))


def _moves(series: Series, nights: Nights) -> Iterator[Moved]:
    alike, _ = nights.on(nights.runs[-1].run.machine)
    builds = [item.run.build for item, one in zip(nights.runs, alike, strict=True) if one][-WEEKS * WEEK :]
    latencies = nights.latencies[alike][-WEEKS * WEEK :]
    target, _, suite, evidence = series
    for case, of_case in zip(nights.cases, look_back(latencies), strict=True):
        for move in of_case:
            until, since = builds[move.first - 1], builds[move.last]
            if until and since:
                yield Moved(Cell(case, target, suite, evidence), until.bare, since.bare, float(np.exp(move.step)))
