"""The latencies of a series of runs as arrays, nights by cases, and the nights of each class of machine."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from monitor.history.run_files import RecordedRun
from monitor.history.run_matrix import PASS, Flags, Floats, RunMatrix
from monitor.history.store import LoadedHistory
from monitor.model import CALIBRATION_JUMP, Evidence, MachineBaseline, Series


@dataclass(frozen=True)
class Nights:
    """Runs of one series that observed anything, in order.

    `latencies` are natural logarithms of microseconds, nights by cases, NaN if a case did not pass or was not timed.
    """

    runs: tuple[RecordedRun, ...]
    cases: tuple[str, ...]
    latencies: Floats

    def alike(self, number: int, last: int | None = None) -> Flags:
        """Return which nights, up to `number` or `last`, are on its class of machine; none if its speed is unknown.

        A series belongs to one class of machine: another chip, or the same one throttled, has another speed.
        """
        seen = (number if last is None else last) + 1
        every = np.zeros(len(self.runs), dtype=bool)
        for rows, _ in _classes(self._calibrations(self.machines[number])[:seen]):
            if rows[number]:
                every[:seen] = rows
        return every

    def machine_classes(self) -> Iterator[tuple[str, Flags, MachineBaseline]]:
        """Yield every class of machine: its name, its nights, and its usual speed."""
        for machine in sorted(set(self.machines)):
            for rows, baseline in _classes(self._calibrations(machine)):
                yield machine, rows, baseline

    @cached_property
    def machines(self) -> tuple[str, ...]:
        """Return the name of the class of machine of each night."""
        return tuple(item.run.machine for item in self.runs)

    @cached_property
    def calibrations(self) -> Floats:
        """Return the calibration time of each night, in microseconds; NaN if unknown."""
        return np.array([_calibration(item) for item in self.runs])

    def _calibrations(self, machine: str) -> Floats:
        of_machine = np.array([one == machine for one in self.machines], dtype=bool)
        times: Floats = np.where(of_machine, self.calibrations, np.nan)
        return times


def _classes(times: Floats) -> Iterator[tuple[Flags, MachineBaseline]]:
    """Split nights on one machine name at jumps in their calibration; yield nights and usual speed of each part.

    Two machines may have one name, for example hosts of one CPU with different memory. A night far from all others of
    its class belongs to none: the machine was throttled or shared.
    """
    known = np.sort(times[times > 0])
    jumps = np.flatnonzero(np.diff(np.log(known)) > np.log1p(CALIBRATION_JUMP))
    for some in np.split(known, jumps + 1) if len(known) else ():
        pace = MachineBaseline(float(np.median(some)))
        within = (times >= some[0]) & (times <= some[-1])
        yield within & np.array([pace.is_of(time) for time in times], dtype=bool), pace


def _calibration(item: RecordedRun) -> float:
    """Return the calibration time of a run, NaN if it was cut short or has no valid time."""
    times = [time for time in item.end.calibration if time > 0] if item.end else []
    return statistics.median(times) if times else np.nan


@lru_cache(maxsize=1)  # verdicts, reported slowdowns and change points all start from it
def nights_by_series(recorded: LoadedHistory) -> dict[Series, Nights]:
    """Return the nights of every executed series of a history; no other series is timed."""
    found = {series: _nights(grid) for series, grid in recorded.matrices.items() if series[3] is Evidence.EXECUTED}
    return {series: nights for series, nights in found.items() if nights.runs}


def _nights(grid: RunMatrix) -> Nights:
    observed = [number for number, item in enumerate(grid.runs) if not item.run.blocked]
    microseconds = grid.numbers("latency_median")
    timed = (grid.outcome == PASS) & (microseconds > 0)
    latencies = np.log(microseconds, out=np.full(timed.shape, np.nan), where=timed)
    ever = timed.any(axis=0)
    return Nights(
        tuple(grid.runs[number] for number in observed), tuple(grid.cases[ever]), latencies[observed][:, ever]
    )
