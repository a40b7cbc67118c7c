"""The latencies of a series of runs as arrays: nights by cases, and which of the nights are of one machine."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from monitor.history.grid import PASS, Flags, Floats, Grid
from monitor.history.layout import RecordedRun
from monitor.history.store import Recorded
from monitor.model import Evidence, Pace, Series


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
    found = {series: _nights(grid) for series, grid in recorded.grids.items() if series[3] is Evidence.EXECUTED}
    return {series: nights for series, nights in found.items() if nights.runs}


def _nights(grid: Grid) -> Nights:
    observed = [number for number, item in enumerate(grid.runs) if not item.run.blocked]
    microseconds = grid.numbers("latency_median")
    timed = (grid.outcome == PASS) & (microseconds > 0)
    latencies = np.log(microseconds, out=np.full(timed.shape, np.nan), where=timed)
    ever = timed.any(axis=0)
    return Nights(
        tuple(grid.runs[number] for number in observed), tuple(grid.cases[ever]), latencies[observed][:, ever]
    )
