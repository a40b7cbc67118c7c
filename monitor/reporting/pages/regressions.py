"""The page of regressions: what is open, what was mended, and how late each was known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from monitor.analysis.regressions import Regression, State
from monitor.reporting.addresses import commits


@dataclass(frozen=True)
class RegressionsPage:
    """Regressions by how they stand, the newest of each first. `known_after` is the median time to detection in days.

    It is None where none came out while somebody was watching; `timed` is of how many it is the median.
    """

    groups: tuple[tuple[State, tuple[Regression, ...]], ...]
    known_after: float | None
    timed: int


def regressions_page(found: Sequence[Regression]) -> RegressionsPage:
    groups = [(state, tuple(one for one in reversed(found) if one.state is state)) for state in State]
    days = [one.detection.days for one in found if one.detection]
    return RegressionsPage(
        tuple((state, group) for state, group in groups if group), median(days) if days else None, len(days)
    )


def commits_of(regression: Regression) -> str:
    """The address of the commits between the last good build and the first bad one."""
    return commits(regression.framework, regression.last_good, regression.first_bad)
