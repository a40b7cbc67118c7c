"""The latencies of a series of runs as arrays: nights by cases, and which of the nights are of one machine."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.latency import Flags, Floats
from monitor.history.layout import RecordedRun
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


def nights_by_series(recorded: Recorded) -> dict[Series, Nights]:
    """The nights of every series of a history that is executed: nothing else is timed."""
    runs: dict[Series, list[RecordedRun]] = {}
    for item in recorded.runs:
        if item.run.evidence is Evidence.EXECUTED and not item.run.blocked:
            runs.setdefault(item.run.series, []).append(item)
    table = recorded.observations
    timed = table[(table["outcome"] == Outcome.PASS.value) & (table["latency_median"] > 0)]
    taken = {
        str(run): dict(zip(rows["case"], np.log(rows["latency_median"]), strict=True))
        for run, rows in timed[["run", "case", "latency_median"]].groupby("run", observed=True)
    }
    return {series: _nights(found, [taken.get(item.run.id, {}) for item in found]) for series, found in runs.items()}


def _nights(runs: Sequence[RecordedRun], taken: Sequence[Mapping[str, float]]) -> Nights:
    cases = tuple(sorted({case for night in taken for case in night}))
    columns = {case: number for number, case in enumerate(cases)}
    latencies = np.full((len(runs), len(cases)), np.nan)
    for row, night in zip(latencies, taken, strict=True):
        row[[columns[case] for case in night]] = [*night.values()]
    return Nights(tuple(runs), cases, latencies)
