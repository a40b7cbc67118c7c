"""What was measured of each case in the last runs of its series, and what it said: for the charts and the strips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from monitor.reporting.charts import Values
from monitor.reporting.standing import Series

COLUMNS = ["case", "run", "message", "latency_median", "max_ulp"]


@dataclass(frozen=True)
class Trend:
    """One entry for each of the series' recent runs, None, or an empty message, where there was nothing.

    `latencies` are medians of a call in microseconds, `errors` the largest ones, in ulp.
    """

    latencies: Values
    errors: Values
    messages: tuple[str, ...]


class Trends(Mapping[str, Trend]):
    """The trend of each case that any of the recent runs of a series was asked for, in arrays until it is wanted."""

    def __init__(self, series: Series, observations: pd.DataFrame) -> None:
        place = {run.id: number for number, run in enumerate(series.recent)}
        rows = observations.loc[observations["run"].isin([*place]), COLUMNS]
        case, names = pd.factorize(rows["case"])
        runs = rows["run"].cat
        at = case, np.array([place.get(run, 0) for run in runs.categories], int)[runs.codes]
        self._number = {str(name): number for number, name in enumerate(names)}
        self._latencies, self._errors, self._messages = (
            np.full((len(names), len(place)), nothing, object) for nothing in (None, None, "")
        )
        for table, column in (
            (self._latencies, "latency_median"),
            (self._errors, "max_ulp"),
            (self._messages, "message"),
        ):
            told = rows[column].notna().to_numpy()
            table[tuple(axis[told] for axis in at)] = rows[column].to_numpy(object)[told]

    def __getitem__(self, case: str) -> Trend:
        number = self._number[case]
        return Trend(
            self._latencies[number].tolist(), self._errors[number].tolist(), tuple(self._messages[number].tolist())
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._number)

    def __len__(self) -> int:
        return len(self._number)
