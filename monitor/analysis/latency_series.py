"""The latencies of a series of runs as arrays: nights by cases, and which of the nights are of one machine."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.analysis.latency import Flags, Floats
from monitor.history.layout import RecordedRun
from monitor.history.rows import NONE, Numbers
from monitor.history.store import Recorded
from monitor.model import Evidence, Outcome, Pace, Series


@dataclass(frozen=True)
class Nights:
    """The runs of one series that observed something, in order.

    `latencies` are natural logarithms of microseconds, nights by cases, NaN where a case did not pass or was not timed.
    """

    runs: tuple[RecordedRun, ...]
    cases: tuple[str, ...]
    latencies: Floats

    def on(self, machine: str) -> tuple[Flags, Pace]:
        """Which nights are of a class of machine, at its usual speed, and that speed.

        A series belongs to one class of machine: another chip, or the same one throttled, has another pace.
        """
        times = np.array([_calibration(item) if item.run.machine == machine else np.nan for item in self.runs])
        known = times[np.isfinite(times)]
        pace = Pace(float(np.median(known)) if len(known) else np.nan)
        return np.array([pace.is_of(time) for time in times], dtype=bool), pace


def _calibration(item: RecordedRun) -> float:
    """The time of the fixed job in a run, NaN where it was cut short, or where what it told is no time."""
    times = [time for time in item.end.calibration if time > 0] if item.end else []
    return statistics.median(times) if times else np.nan


@lru_cache(maxsize=1)  # verdicts, what was told of, and the look back all begin with it
def nights_by_series(recorded: Recorded) -> dict[Series, Nights]:
    """The nights of every series of a history that is executed: nothing else is timed."""
    runs: dict[Series, list[RecordedRun]] = {}
    for item in recorded.runs:
        if item.run.evidence is Evidence.EXECUTED and not item.run.blocked:
            runs.setdefault(item.run.series, []).append(item)
    table = recorded.observations
    timed = table.loc[(table["outcome"] == Outcome.PASS.value) & (table["latency_median"] > 0)]
    case, names = pd.factorize(timed["case"], sort=True)
    run = timed["run"].astype("category").cat
    latencies = np.log(timed["latency_median"].to_numpy(float))
    cases = names.to_numpy(object)
    return {
        series: _nights(found, run.categories, run.codes.to_numpy(), (cases, case), latencies)
        for series, found in runs.items()
    }


def _nights(
    runs: Sequence[RecordedRun],
    ids: Iterable[str],
    run: Numbers,
    cases: tuple[NDArray[np.object_], Numbers],
    latencies: Floats,
) -> Nights:
    """The nights of one series, from the run, the case and the latency of every row that was timed."""
    place = {item.run.id: number for number, item in enumerate(runs)}
    night = np.array([place.get(name, NONE) for name in ids], int)[run]
    ours = np.flatnonzero(night != NONE)
    names, case = cases
    told, column = np.unique(case[ours], return_inverse=True)
    table = np.full((len(runs), len(told)), np.nan)
    table[night[ours], column] = latencies[ours]
    return Nights(tuple(runs), tuple(map(str, names[told])), table)
