"""What was measured of each case in the last runs of its series, and what it said: for the charts and the strips.

All cases of a series at once, as arrays: of a year's million measurements the pages draw one in four.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.status.current_status import HISTORY_RUNS
from monitor.history.run_matrix import NONE, Numbers, RunMatrix, WordColumn

Table = NDArray[np.float64]  # a row a case, a column a run, nan where nothing was measured


class CaseMeasurements:
    """One figure of the cases of a series: a row a case, a column a run.

    `moves` has by how much each case moved, and `charted` whether it was measured twice and was ever more than nothing.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        measured = ~np.isnan(table)
        charted: NDArray[np.bool_] = (measured.sum(axis=1) > 1) & (measured & (table != 0)).any(axis=1)
        self.moves = [float(one) for one in movements(table)]
        self.charted = [bool(one) for one in charted]

    def of(self, case: int) -> list[float]:
        """The figures of a case by its number, nan where there is none."""
        values: list[float] = self._table[case].tolist()
        return values


@dataclass(frozen=True, eq=False)
class RecentMeasurements:
    """The cases of a series, by number.

    `latencies` are medians of a call in microseconds, `errors` the largest ones, in ulp. `said` is what each case said,
    as places in `texts`; nothing is the first of them.
    """

    numbers: Mapping[str, int]
    latencies: CaseMeasurements
    errors: CaseMeasurements
    said: Numbers
    texts: Sequence[str]

    def messages(self, case: str) -> tuple[str, ...]:
        """What a case said in each of the recent runs; none at all where it never said anything."""
        number = self.numbers.get(case, NONE)
        if number not in self._speak:
            return ()
        return tuple([self.texts[code] for code in self.said[number].tolist()])

    @cached_property
    def _speak(self) -> frozenset[int]:
        return frozenset(np.flatnonzero(self.said.any(axis=1)).tolist())


def trends_of(grid: RunMatrix) -> RecentMeasurements:
    """The trends of one series."""
    latencies, errors = (
        CaseMeasurements(grid.numbers(name)[-HISTORY_RUNS:].T) for name in ("latency_median", "max_ulp")
    )
    return RecentMeasurements(grid.position, latencies, errors, *_speech(grid.words("message")))


def _speech(words: WordColumn) -> tuple[Numbers, list[str]]:
    """What each case said in the recent runs, and the texts that this points to, of which the first is nothing."""
    code = words.code[-HISTORY_RUNS:].T
    codes, place = np.unique(code, return_inverse=True)
    told = ["" if one == NONE else str(words.values[one]) for one in codes.tolist()]
    texts = [*dict.fromkeys(["", *told])]
    return np.array([texts.index(one) for one in told], np.int32)[place.reshape(code.shape)], texts


def movements(table: Table) -> NDArray[np.float64]:
    """Return the logarithm of the ratio of each row's extremes; 0 where a row is constant."""
    known = np.isfinite(table) & (table != 0)
    high = np.where(known, table, 0.0).max(axis=1, initial=0.0)
    low = np.where(known, table, np.inf).min(axis=1, initial=np.inf)
    there = high > 0
    moved = np.zeros(len(table))
    moved[there] = np.log(high[there]) - np.log(low[there])
    return moved
