"""Drift: a case passes as before, and its numerical error has become larger for good, inside its tolerance.

A tolerance is wide enough for every way to compute a function that is right. So a kernel that was rewritten, a wider
fusion, an accumulator in a lower precision pass, and cost their users digits. On one machine the error of a case is the
same on every night, or nearly: a step of it is seen where its level is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

import numpy as np

from monitor.analysis.cells import Cell
from monitor.history.run_matrix import PASS, RunMatrix
from monitor.history.store import LoadedHistory
from monitor.model import Build, Run

# Twice the error is one binary digit less: the smallest loss that anybody could notice.
FACTOR = 2.0
# Below one unit in the last place a result is rounded as well as its dtype can be: there is nothing to lose.
SMALLEST_ULP = 1.0
# Beyond the noise of the case itself, which is what it had before in all builds but the oddest. An error that jumps
# between two values, as sums in no fixed order do, has no deviation worth the name.
ODD_BUILDS = 1
# One build may be odd. The second that says the same makes it lasting.
LASTING = 2
# The builds that make up the level: enough to know its noise, few enough to forget what was.
REMEMBERED = 10
KNOWN_AT_LEAST = 3
# From here on an element has no digit that is right: its truth is zero, or what cancels to it. Its relative error
# says nothing then, and the absolute one is compared.
NO_DIGIT = 1.0


@dataclass(frozen=True)
class ErrorLevel:
    """The numerical error of a case on one build: over its runs, the smallest and the largest."""

    low: float
    high: float


@dataclass(frozen=True)
class AccuracyDrift:
    """A lasting step of a cell's error from `before` to `after`, in `unit`: `ulp`, or `abs`.

    `until` is the last build before it, `since` the first with it; `run` is the one that made it lasting.
    """

    cell: Cell
    run: Run
    until: Build
    since: Build
    before: float
    after: float
    unit: str

    @property
    def message(self) -> str:
        """What the change says, in three digits."""
        times = f", {self.after / self.before:.3g} times" if self.before else ""
        return f"error {self.before:.3g} -> {self.after:.3g} {self.unit}{times}"


def steps(levels: Sequence[ErrorLevel], floor: float) -> Iterator[tuple[int, float, float]]:
    """Where a series of levels rises for good: the position, the level before, and the least of it after.

    An error below `floor` is as good as none; without a floor, nothing can be said of what was exact. After a step the
    new level is the one that is known, and has to be known well before another is seen.
    """
    known: list[ErrorLevel] = []
    for position, level in enumerate(levels):
        new = levels[position : position + LASTING]
        if len(known) >= KNOWN_AT_LEAST and len(new) == LASTING:
            highs = sorted(one.high for one in known)
            before, after = median(highs), min(one.low for one in new)
            limit = max(FACTOR * max(before, floor), highs[-1 - ODD_BUILDS])
            if limit and after > limit >= known[-1].high:  # the build just before was not there yet
                yield position, before, after
                known = []
        known = [*known, level][-REMEMBERED:]


def drifts(recorded: LoadedHistory) -> tuple[AccuracyDrift, ...]:
    """Every lasting step of the numerical error of a cell, on a machine of one kind."""
    found = [drift for grid in recorded.grids.values() for drift in _drifts(grid)]
    return tuple(sorted(found, key=lambda drift: drift.cell))


def _drifts(grid: RunMatrix) -> Iterator[AccuracyDrift]:
    passes = grid.outcome == PASS
    measured = (grid.numbers(name) for name in ("max_abs", "max_rel", "max_ulp"))
    absolute, relative, ulp = (np.where(passes, numbers, np.nan) for numbers in measured)
    machines = np.array([item.run.machine for item in grid.runs], object)
    for machine in sorted(set(machines)):
        there = np.flatnonzero(machines == machine)
        checked = ~np.isnan(ulp[there])
        digits = np.fmax.reduce(np.where(checked, relative[there], np.nan), axis=0) < NO_DIGIT
        error = np.where(checked, np.where(digits, ulp[there], absolute[there]), np.nan)
        # A step is at least that.
        moved = np.fmax.reduce(error, axis=0) > FACTOR * np.fmin.reduce(error, axis=0)
        for case in np.flatnonzero(moved).tolist():
            answered = [
                (run, build, value)
                for number, value, told in zip(there, error[:, case].tolist(), checked[:, case], strict=True)
                if told and (build := (run := grid.runs[number].run).build)
            ]
            floor = SMALLEST_ULP if digits[case] else 0.0
            yield from _of_case(grid.cases[case], answered, floor)


def _of_case(case: str, answered: Sequence[tuple[Run, Build, float]], floor: float) -> Iterator[AccuracyDrift]:
    of_builds = [[*group] for _, group in groupby(answered, key=lambda answer: answer[1].label)]
    levels = [
        ErrorLevel(min(errors), max(errors)) for errors in ([error for *_, error in group] for group in of_builds)
    ]
    for position, before, after in steps(levels, floor):
        _, until, _ = of_builds[position - 1][-1]
        _, since, _ = of_builds[position][0]
        run, _, _ = of_builds[position + LASTING - 1][0]
        yield AccuracyDrift(Cell.of(case, run), run, until.bare, since.bare, before, after, "ulp" if floor else "abs")
