"""Find the lasting changes of latency in the last half-year of a history, however slow they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from monitor.analysis.cells import Cell
from monitor.analysis.latency.latency_series import Nights, nights_by_series
from monitor.analysis.latency.segmentation import WEEK, level_shifts
from monitor.history.run_matrix import Floats
from monitor.history.store import LoadedHistory
from monitor.model import Build, Series

WEEKS = 26  # half a year; older changes were reported when they were new

# If a larger share of the cases changes in one week, the machine or everything beneath the cases changed: a build that
# slows some functions down leaves most alone. The same holds of outcomes (`monitor.analysis.outcomes.outcome_changes`).
COMMON_SHARE = 0.2
MIN_COMMON_CASES = 10  # of a few cases, two changes mean nothing


@dataclass(frozen=True)
class Changepoint:
    """A lasting change of a cell's latency between two builds; `factor` is the new level over the old one.

    `build_before` is the last build at the old level, `build_after` the first at the new one. `at_once` counts the
    cases of the series that changed in the same week, if they are too many for a build to be the cause; else it is 0.
    """

    cell: Cell
    build_before: Build
    build_after: Build
    factor: float
    at_once: int = 0

    def order(self) -> tuple[bool, float, Cell]:
        """Sort key: the largest slowdown first, and changes together with many others last.

        The machine is the likely cause of changes of many cases at once.
        """
        return self.at_once > 0, -self.factor, self.cell


def find_changepoints(recorded: LoadedHistory) -> tuple[Changepoint, ...]:
    """Return every change of the last half-year on the newest night's class of machine, sorted."""
    found = [
        one for series, nights in nights_by_series(recorded).items() for one in series_changepoints(series, nights)
    ]
    return tuple(sorted(found, key=Changepoint.order))


def series_changepoints(series: Series, nights: Nights) -> Iterator[Changepoint]:
    """Yield the changes of one series, case by case."""
    classes = (nights.alike(number) for number in reversed(range(len(nights.runs))))
    alike = np.flatnonzero(next((rows for rows in classes if rows.any()), ()))[-WEEKS * WEEK :]
    alike = alike[_replaced(np.log(nights.calibrations[alike])) :]
    builds = [nights.runs[night].run.build for night in alike]
    found = level_shifts(nights.latencies[alike])
    weeks = Counter(week for shifts in found for week in {shift.last for shift in shifts})
    many = max(COMMON_SHARE * len(nights.cases), MIN_COMMON_CASES)
    target, _, suite, evidence = series
    for case, shifts in zip(nights.cases, found, strict=True):
        for shift in shifts:
            until, since = builds[shift.first - 1], builds[shift.last]
            at_once = weeks[shift.last] if weeks[shift.last] > many else 0
            if until and since:
                factor = float(np.exp(shift.step))
                yield Changepoint(
                    Cell(case, target, suite, evidence), until.without_packages, since.without_packages, factor, at_once
                )


def _replaced(calibrations: Floats) -> int:
    """Return the first night on the machine of the last one, from the logarithms of the calibrations.

    A machine whose calibration moved for good is another one, even if nights on both could be of one class of machine.
    """
    (of_machine,) = level_shifts(calibrations[:, None]) if len(calibrations) else ((),)
    return max((shift.last for shift in of_machine), default=0)
