"""The latencies of a series of runs as arrays: nights by cases, and which of the nights are of one machine."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from monitor.history.layout import RecordedRun
from monitor.history.run_matrix import PASS, Flags, Floats, RunMatrix
from monitor.history.store import LoadedHistory
from monitor.model import CALIBRATION_JUMP, Evidence, MachineBaseline, Series


@dataclass(frozen=True)
class Nights:
    """The runs of one series that observed something, in order.

    `latencies` are natural logarithms of microseconds, nights by cases, NaN where a case did not pass or was not timed.
    """

    runs: tuple[RecordedRun, ...]
    cases: tuple[str, ...]
    latencies: Floats

    def alike(self, number: int, last: int | None = None) -> Flags:
        """Which nights, up to that one or the `last`, are on its class of machine; none where its speed is not known.

        A series belongs to one class of machine: another chip, or the same one throttled, has another pace.
        """
        seen = (number if last is None else last) + 1
        every = np.zeros(len(self.runs), dtype=bool)
        for rows, _ in _classes(self._calibrations(self.machines[number])[:seen]):
            if rows[number]:
                every[:seen] = rows
        return every

    def paces(self) -> Iterator[tuple[str, Flags, MachineBaseline]]:
        """Every class of machine: its name, which nights are on it, and its usual speed."""
        for machine in sorted(set(self.machines)):
            for rows, pace in _classes(self._calibrations(machine)):
                yield machine, rows, pace

    @cached_property
    def machines(self) -> tuple[str, ...]:
        """The class of machine of each night, by its name."""
        return tuple(item.run.machine for item in self.runs)

    @cached_property
    def calibrations(self) -> Floats:
        """The time of the fixed job on each night, in microseconds; NaN where it does not tell."""
        return np.array([_calibration(item) for item in self.runs])

    def _calibrations(self, machine: str) -> Floats:
        of_machine = np.array([one == machine for one in self.machines], dtype=bool)
        times: Floats = np.where(of_machine, self.calibrations, np.nan)
        return times


def _classes(times: Floats) -> Iterator[tuple[Flags, MachineBaseline]]:
    """Split nights under one name of a machine at jumps in their calibration: which nights, and the usual speed.

    Two machines may have one name, say hosts of one CPU with other memory. A night far from all others of its class
    is of none: the machine was throttled, or shared.
    """
    known = np.sort(times[times > 0])
    jumps = np.flatnonzero(np.diff(np.log(known)) > np.log1p(CALIBRATION_JUMP))
    for some in np.split(known, jumps + 1) if len(known) else ():
        pace = MachineBaseline(float(np.median(some)))
        within = (times >= some[0]) & (times <= some[-1])
        yield within & np.array([pace.is_of(time) for time in times], dtype=bool), pace


def _calibration(item: RecordedRun) -> float:
    """The time of the fixed job in a run, NaN where it was cut short, or where what it told is no time."""
    times = [time for time in item.end.calibration if time > 0] if item.end else []
    return statistics.median(times) if times else np.nan


@lru_cache(maxsize=1)  # verdicts, what was told of, and the look back all begin with it
def nights_by_series(recorded: LoadedHistory) -> dict[Series, Nights]:
    """The nights of every series of a history that is executed: nothing else is timed."""
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
