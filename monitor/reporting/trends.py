"""What was measured of each case in the last runs of its series, and what it said: for the charts and the strips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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


def trends(series: Series, observations: pd.DataFrame) -> Mapping[str, Trend]:
    """The trend of each case that any of the recent runs was asked for."""
    place = {run.id: number for number, run in enumerate(series.recent)}
    rows = observations.loc[observations["run"].isin([*place]), COLUMNS]
    case, names = pd.factorize(rows["case"])
    at = case, rows["run"].astype("str").map(place).to_numpy(int)

    def spread(column: str, nothing: object) -> list[list[Any]]:
        """A list for each case, with an entry for each run."""
        table = np.full((len(names), len(place)), nothing, object)
        table[at] = rows[column].astype(object).where(rows[column].notna(), nothing)
        return table.tolist()

    told = zip(spread("latency_median", None), spread("max_ulp", None), spread("message", ""), strict=True)
    return {
        str(name): Trend(latencies, errors, tuple(messages))
        for name, (latencies, errors, messages) in zip(names, told, strict=True)
    }
