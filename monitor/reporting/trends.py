"""What was measured of each case in the last runs of its series, and what it said: for the charts and the strips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    rows = observations.loc[observations["run"].isin(place.keys()), COLUMNS]
    found: dict[str, tuple[list[float | None], list[float | None], list[str]]] = {}
    for case, run, message, latency, error in rows.itertuples(index=False, name=None):
        if case not in found:
            found[case] = [None] * len(place), [None] * len(place), [""] * len(place)
        latencies, errors, messages = found[case]
        number = place[run]
        latencies[number] = None if pd.isna(latency) else latency
        errors[number] = None if pd.isna(error) else error
        messages[number] = message
    return {case: Trend(latencies, errors, tuple(messages)) for case, (latencies, errors, messages) in found.items()}
