"""Find accuracy drift: a case passes as before, with a numerical error that has grown for good inside its tolerance.

A tolerance admits every correct way to compute a function. So a rewritten kernel, a wider fusion or an accumulator of
lower precision still passes, and costs its users digits. On one machine the error of a case is nearly the same every
night, so a step is visible once its level is known.
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

# Twice the error is one binary digit less: the smallest noticeable loss.
MIN_RATIO = 2.0
# Below one unit in the last place, a result is rounded as well as its dtype allows.
SMALLEST_ULP = 1.0
# A step exceeds the errors of all earlier builds but this many. A two-valued error (for example of non-deterministic
# sums) makes the standard deviation meaningless.
OUTLIER_BUILDS = 1
# One build may be an outlier; a second one makes the step lasting.
MIN_BUILDS = 2
# The builds of the baseline: enough to know its noise, few enough to forget old levels.
MAX_BASELINE_BUILDS = 10
MIN_BASELINE_BUILDS = 3
# From this relative error on, no digit of an element is correct, because its true value is zero or cancels to it. Then
# the absolute error is compared instead.
NO_CORRECT_DIGIT = 1.0


@dataclass(frozen=True)
class ErrorLevel:
    """Smallest and largest numerical error of a case over the runs of one build."""

    low: float
    high: float


@dataclass(frozen=True)
class AccuracyDrift:
    """A lasting step of a cell's error from `before` to `after`, in `unit`: `ulp`, or `abs`.

    `build_before` is the last build before the step, `build_after` the first after it. `run` confirmed that it lasts.
    """

    cell: Cell
    run: Run
    build_before: Build
    build_after: Build
    before: float
    after: float
    unit: str

    @property
    def message(self) -> str:
        """Return the step for a reader, with three digits."""
        times = f", {self.after / self.before:.3g} times" if self.before else ""
        return f"error {self.before:.3g} -> {self.after:.3g} {self.unit}{times}"


def lasting_steps(levels: Sequence[ErrorLevel], floor: float) -> Iterator[tuple[int, float, float]]:
    """Yield each lasting rise of a series of levels: position, level before, smallest error after.

    An error below `floor` counts as none; without a floor, a step from an error of zero cannot be seen. After a step, a
    new baseline needs `MIN_BASELINE_BUILDS` builds before another step is seen.
    """
    known: list[ErrorLevel] = []
    for position, level in enumerate(levels):
        new = levels[position : position + MIN_BUILDS]
        if len(known) >= MIN_BASELINE_BUILDS and len(new) == MIN_BUILDS:
            highs = sorted(one.high for one in known)
            before, after = median(highs), min(one.low for one in new)
            limit = max(MIN_RATIO * max(before, floor), highs[-1 - OUTLIER_BUILDS])
            if limit and after > limit >= known[-1].high:  # the build just before is below the limit
                yield position, before, after
                known = []
        known = [*known, level][-MAX_BASELINE_BUILDS:]


def accuracy_drifts(recorded: LoadedHistory) -> tuple[AccuracyDrift, ...]:
    """Return every lasting step of the numerical error of a cell on one class of machine."""
    drifts = [drift for matrix in recorded.matrices.values() for drift in _series_drifts(matrix)]
    return tuple(sorted(drifts, key=lambda drift: drift.cell))


def _series_drifts(matrix: RunMatrix) -> Iterator[AccuracyDrift]:
    passes = matrix.outcome == PASS
    measured = (matrix.numbers(name) for name in ("max_abs", "max_rel", "max_ulp"))
    absolute, relative, ulp = (np.where(passes, numbers, np.nan) for numbers in measured)
    machines = np.array([item.run.machine for item in matrix.runs], object)
    for machine in sorted(set(machines)):
        rows = np.flatnonzero(machines == machine)
        checked = ~np.isnan(ulp[rows])
        digits = np.fmax.reduce(np.where(checked, relative[rows], np.nan), axis=0) < NO_CORRECT_DIGIT
        error = np.where(checked, np.where(digits, ulp[rows], absolute[rows]), np.nan)
        moved = np.fmax.reduce(error, axis=0) > MIN_RATIO * np.fmin.reduce(error, axis=0)
        for case in np.flatnonzero(moved).tolist():
            measurements = [
                (run, build, value)
                for number, value, known in zip(rows, error[:, case].tolist(), checked[:, case], strict=True)
                if known and (build := (run := matrix.runs[number].run).build)
            ]
            floor = SMALLEST_ULP if digits[case] else 0.0
            yield from _case_drifts(matrix.cases[case], measurements, floor)


def _case_drifts(case: str, measurements: Sequence[tuple[Run, Build, float]], floor: float) -> Iterator[AccuracyDrift]:
    builds = [[*group] for _, group in groupby(measurements, key=lambda measurement: measurement[1].requirement)]
    levels = [ErrorLevel(min(errors), max(errors)) for errors in ([error for *_, error in group] for group in builds)]
    for position, before, after in lasting_steps(levels, floor):
        _, until, _ = builds[position - 1][-1]
        _, since, _ = builds[position][0]
        run, _, _ = builds[position + MIN_BUILDS - 1][0]
        yield AccuracyDrift(
            Cell.of(case, run),
            run,
            until.without_packages,
            since.without_packages,
            before,
            after,
            "ulp" if floor else "abs",
        )
