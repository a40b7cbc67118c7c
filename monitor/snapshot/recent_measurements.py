"""Measurements and messages of each case in the last runs of its series, for charts and strips.

All cases of a series at once, as arrays: the pages draw a quarter of a year's million measurements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.status.current_status import HISTORY_RUNS
from monitor.history.run_matrix import NONE, Numbers, RunMatrix, WordColumn

Table = NDArray[np.float64]  # cases by runs, NaN where nothing was measured


class CaseMeasurements:
    """One measurement of the cases of a series, cases by runs.

    `moves` is the logarithm of the ratio of each case's extremes. `charted` is True for a case with at least two
    measurements, one of them not zero.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        measured = ~np.isnan(table)
        charted: NDArray[np.bool_] = (measured.sum(axis=1) > 1) & (measured & (table != 0)).any(axis=1)
        self.moves = [float(one) for one in log_ranges(table)]
        self.charted = [bool(one) for one in charted]

    def of(self, case: int) -> list[float]:
        """Return the measurements of a case by its number, NaN for missing ones."""
        values: list[float] = self._table[case].tolist()
        return values


@dataclass(frozen=True, eq=False)
class RecentMeasurements:
    """Measurements of the cases of a series; `numbers` has the number of each case.

    `latencies` are medians of a call in microseconds, `errors` the largest numerical errors in ulp. `messages_of` has
    the message of each case in each run, as indices in `texts`, whose first entry is empty.
    """

    numbers: Mapping[str, int]
    latencies: CaseMeasurements
    errors: CaseMeasurements
    messages_of: Numbers
    texts: Sequence[str]

    def messages(self, case: str) -> tuple[str, ...]:
        """Return the messages of a case in the recent runs; none if it never had one."""
        number = self.numbers.get(case, NONE)
        if number not in self._with_message:
            return ()
        return tuple([self.texts[code] for code in self.messages_of[number].tolist()])

    @cached_property
    def _with_message(self) -> frozenset[int]:
        return frozenset(np.flatnonzero(self.messages_of.any(axis=1)).tolist())


def recent_measurements(matrix: RunMatrix) -> RecentMeasurements:
    """Return the recent measurements of one series."""
    latencies, errors = (
        CaseMeasurements(matrix.numbers(name)[-HISTORY_RUNS:].T) for name in ("latency_median", "max_ulp")
    )
    return RecentMeasurements(matrix.position, latencies, errors, *_messages(matrix.words("message")))


def _messages(words: WordColumn) -> tuple[Numbers, list[str]]:
    """Return the message of each case in the recent runs as indices, and the texts, the first of which is empty."""
    code = words.code[-HISTORY_RUNS:].T
    codes, place = np.unique(code, return_inverse=True)
    messages = ["" if one == NONE else str(words.values[one]) for one in codes.tolist()]
    texts = [*dict.fromkeys(["", *messages])]
    return np.array([texts.index(one) for one in messages], np.int32)[place.reshape(code.shape)], texts


def log_ranges(table: Table) -> NDArray[np.float64]:
    """Return the logarithm of the ratio of each row's extremes; 0 where a row is constant."""
    known = np.isfinite(table) & (table != 0)
    high = np.where(known, table, 0.0).max(axis=1, initial=0.0)
    low = np.where(known, table, np.inf).min(axis=1, initial=np.inf)
    varying = high > 0
    moved = np.zeros(len(table))
    moved[varying] = np.log(high[varying]) - np.log(low[varying])
    return moved
