"""What became slower or faster over the last half-year of a history, for good and however slowly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from monitor.analysis.cells import Cell
from monitor.analysis.latency.latency_series import Nights, nights_by_series
from monitor.analysis.latency.segmentation import WEEK, look_back
from monitor.history.run_matrix import Floats
from monitor.history.store import LoadedHistory
from monitor.model import Build, Series

WEEKS = 26  # half a year: what is older was told of when it was new


# More cases than this share move in one week only where the machine or everything beneath the cases changed: a build
# that slows some functions down leaves most alone. As of outcomes (`monitor.analysis.outcomes.outcome_changes`).
AT_ONCE = 0.2
AT_ONCE_AT_LEAST = 10  # of a few cases, two that move are no sign of anything


@dataclass(frozen=True)
class Changepoint:
    """The latency of a cell left one level for another, between these builds: `factor` is the new level in the old one.

    `until` is the last build on the old level, `since` the first on the new one. `at_once` counts the cases of the
    series that moved in the same week where they are too many to be put down to a build; else it is 0.
    """

    cell: Cell
    until: Build
    since: Build
    factor: float
    at_once: int = 0

    def order(self) -> tuple[bool, float, Cell]:
        """The largest slowdown first; what moved at once with many others last: it says more of the machine."""
        return self.at_once > 0, -self.factor, self.cell


def moves(recorded: LoadedHistory) -> tuple[Changepoint, ...]:
    """Every move of the last half-year, in their order; of nights on the newest one's machine."""
    found = [one for series, nights in nights_by_series(recorded).items() for one in moves_of(series, nights)]
    return tuple(sorted(found, key=Changepoint.order))


def moves_of(series: Series, nights: Nights) -> Iterator[Changepoint]:
    """The moves of one series, case by case."""
    classes = (nights.alike(number) for number in reversed(range(len(nights.runs))))
    alike = np.flatnonzero(next((rows for rows in classes if rows.any()), ()))[-WEEKS * WEEK :]
    alike = alike[_replaced(np.log(nights.calibrations[alike])) :]
    builds = [nights.runs[night].run.build for night in alike]
    found = look_back(nights.latencies[alike])
    weeks = Counter(week for of_case in found for week in {move.last for move in of_case})
    many = max(AT_ONCE * len(nights.cases), AT_ONCE_AT_LEAST)
    target, _, suite, evidence = series
    for case, of_case in zip(nights.cases, found, strict=True):
        for move in of_case:
            until, since = builds[move.first - 1], builds[move.last]
            at_once = weeks[move.last] if weeks[move.last] > many else 0
            if until and since:
                factor = float(np.exp(move.step))
                yield Changepoint(Cell(case, target, suite, evidence), until.bare, since.bare, factor, at_once)


def _replaced(calibrations: Floats) -> int:
    """The first night on the machine of the last one, from the logarithms of the calibrations.

    A machine whose calibration moved for good is another one, though nights on both may be within what nights of one
    class of machine may differ by.
    """
    (of_machine,) = look_back(calibrations[:, None]) if len(calibrations) else ((),)
    return max((move.last for move in of_machine), default=0)
