"""What was measured of each case in the last runs of its series, and what it said: for the charts and the strips.

All cases of a series at once, as arrays: of a year's million measurements the pages draw one in four.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.reporting.charts import Table, movements
from monitor.reporting.standing import Series

Codes = NDArray[np.int64]


class Measure:
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


class Trends:
    """The cases that any of the recent runs of a series was asked for, by number.

    `latencies` are medians of a call in microseconds, `errors` the largest ones, in ulp.
    """

    def __init__(self, number: dict[str, int], latencies: Table, errors: Table, said: Codes, texts: list[str]) -> None:
        self._number = number
        self._said, self._texts = said, texts
        self._speak = frozenset(np.flatnonzero((said != 0).sum(axis=1)).tolist())
        self.latencies, self.errors = Measure(latencies), Measure(errors)

    def number(self, case: str) -> int | None:
        return self._number.get(case)

    def messages(self, case: str) -> tuple[str, ...]:
        """What a case said in each of the recent runs; none at all where it never said anything."""
        number = self._number.get(case, -1)
        if number not in self._speak:
            return ()
        return tuple([self._texts[code] for code in self._said[number].tolist()])


def all_trends(series: Sequence[Series], observations: pd.DataFrame) -> list[Trends]:
    """The trends of each series; `observations` has what the recent runs of all of them observed."""
    places = {run.id: (n, column) for n, one in enumerate(series) for column, run in enumerate(one.recent)}
    of_run = [places.get(run, (-1, 0)) for run in observations["run"].cat.categories]
    of_series, column = np.array(of_run, np.int64).reshape(-1, 2)[observations["run"].cat.codes].T
    cases, known = pd.factorize(observations["case"])
    names = [*map(str, known)]
    said, texts = pd.factorize(observations["message"].fillna(""))
    speech = ["", *map(str, texts)]
    said = np.array([number if one else 0 for number, one in enumerate(speech[1:], start=1)], np.int64)[said]
    figures = [observations[name].to_numpy(np.float64, na_value=np.nan) for name in ("latency_median", "max_ulp")]
    found = []
    for n, one in enumerate(series):
        rows = np.flatnonzero(of_series == n)
        here, number = np.unique(cases[rows], return_inverse=True)
        at, shape = (number, column[rows]), (len(here), len(one.recent))
        latencies, errors = np.full(shape, np.nan), np.full(shape, np.nan)
        for table, figure in zip((latencies, errors), figures, strict=True):
            table[at] = figure[rows]
        messages = np.zeros(shape, np.int64)
        messages[at] = said[rows]
        found.append(Trends({names[c]: k for k, c in enumerate(here.tolist())}, latencies, errors, messages, speech))
    return found
