"""Find slow drift and small steps in the past of every series, once a week.

Seven nights make one value, their median: three of them may be spikes, or missing. Then the past of a series is cut
into levels that minimize the squared distances to them and a penalty for each (Jackson et al., 2005, "An algorithm for
optimal partitioning of data on an interval"). A slow drift appears as steps in one direction and is one shift, from the
first of them to the last.

Half a year is 26 values, so the exact solution for all series at once takes one page of arithmetic, and no library that
is fast for millions of points is needed. The tests compare it with one, ruptures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.analysis.latency.detection import MIN_STEP, NORMAL, drift, median, min_reported_step
from monitor.history.run_matrix import Floats

WEEK = 7
MIN_WEEKS = 2  # that make a level
MAX_OUTLIER = 3.0  # deviations from both of its neighbours, beyond which a week counts no further: it is a bad week

# By so many squared deviations must a level more bring the figures nearer. Of pure noise, one place among 26 does so by
# 30 once in a million looks; that the deviation is an estimate from a few weeks makes it one in some ten thousand.
PENALTY = 30.0
# A deviation that a few weeks happen to make too small is no reason to believe in steps below what is worth telling.
MIN_NOISE = MIN_STEP / 5


@dataclass(frozen=True)
class LevelShift:
    """A lasting shift of a series from one level to another.

    `first` is the first night of the first week off the old level, `last` the first night of the first week on the new
    one; for a plain step they are equal. `step` is in logarithms, below 0 if the series became faster.
    """

    first: int
    last: int
    step: float


def level_shifts(latencies: Floats) -> tuple[tuple[LevelShift, ...], ...]:
    """Return the shifts of every series, from `latencies` as in `monitor.analysis.latency.detection`, nights by series.

    The last night ends the last week; nights before the first whole week are left out.
    """
    plain = latencies - np.nan_to_num(drift(latencies))[:, None]  # a few series give no common drift
    over = len(plain) % WEEK
    figures = weekly(plain[over:])
    starts = partition(_calmed(figures / _noise(figures)), PENALTY)
    return tuple(_moves(figures[:, number], starts[number], over) for number in range(figures.shape[1]))


def weekly(latencies: Floats) -> Floats:
    """Return the median of each week, weeks by series, NaN for a week without any value."""
    weeks = latencies.reshape(len(latencies) // WEEK, WEEK, latencies.shape[1])
    return np.stack([median(week, axis=0) for week in weeks]) if len(weeks) else latencies[:0]


def partition(figures: Floats, penalty: float) -> list[list[int]]:
    """Return the start of each level of each series, from values in units of their deviation, weeks by series."""
    count, series = figures.shape
    there = np.isfinite(figures)
    values = np.where(there, figures - median(figures, axis=0), 0.0)
    sums = [np.vstack([np.zeros(series), np.cumsum(one, axis=0)]) for one in (there, values, values**2)]
    best = np.full((count + 1, series), np.inf)
    best[0] = -penalty  # of the levels, all but one cost
    start = np.zeros((count + 1, series), dtype=np.intp)
    for end in range(1, count + 1):
        for begin in range(end):
            weeks, total, squares = (one[end] - one[begin] for one in sums)
            cost = np.where(weeks >= MIN_WEEKS, squares - total**2 / np.maximum(weeks, 1), np.inf)
            cost += best[begin] + penalty
            better = cost < best[end]
            best[end, better], start[end, better] = cost[better], begin
    return [_starts(start[:, number]) for number in range(series)]


def _starts(start: npt.NDArray[np.intp]) -> list[int]:
    """Return the starts of the best levels in order, given the best start for each end."""
    found, end = [], len(start) - 1
    while end > 0:
        end = int(start[end])
        found.append(end)
    return found[::-1]


def _noise(figures: Floats) -> Floats:
    """Return the deviation of each series, from the differences of neighbouring weeks.

    A step is one of many differences, so it does not raise their median.
    """
    between = median(np.abs(np.diff(figures, axis=0)), axis=0)
    return np.fmax(NORMAL * between / 2**0.5, MIN_NOISE)


def _calmed(figures: Floats) -> Floats:
    """Return values in units of their deviation, with single outliers clipped.

    Squared, one outlier would outweigh ten weeks.
    """
    beyond = np.full((1, figures.shape[1]), np.nan)
    before, after = np.vstack([beyond, figures[:-1]]), np.vstack([figures[1:], beyond])
    calmed: Floats = np.clip(figures, np.fmin(before, after) - MAX_OUTLIER, np.fmax(before, after) + MAX_OUTLIER)
    return np.where(np.isfinite(calmed), calmed, figures)


def _moves(figures: Floats, starts: list[int], over: int) -> tuple[LevelShift, ...]:
    if len(starts) == 1:  # as nearly always
        return ()
    levels = [float(np.nanmedian(level)) for level in np.split(figures, starts[1:]) if np.isfinite(level).any()]
    moves: list[LevelShift] = []
    for week, before, after in zip(starts[1:], levels, levels[1:], strict=False):
        night, step = over + WEEK * week, after - before
        if moves and moves[-1].step * step > 0:
            moves[-1] = LevelShift(moves[-1].first, night, moves[-1].step + step)
        else:
            moves.append(LevelShift(night, night, step))
    return tuple(move for move in moves if abs(move.step) >= min_reported_step(min(levels)))
