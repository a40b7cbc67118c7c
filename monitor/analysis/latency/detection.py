"""Judge latencies, as pure functions over arrays.

Three stages, each of which costs more and decides more. A series is *suspect* when tonight stands out from its own
past, by its own noise. It is *confirmed* when good builds and the new one, in turns on the same machine in the same
night, differ too: any fault of the machine that night affects both. It is *reported* when that holds over the builds of
several nights (`monitor.analysis.latency.slowdown_decision`), because the layout of a build stays with it. From then
on the new level is the expected one.

Latencies are natural logarithms of microseconds, an array of nights by series, NaN where a series was not measured: a
step of 0.1 is 10 %, and slower by half weighs as much as twice as fast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.history.run_matrix import Flags, Floats

WINDOW = 30  # nights of the past of a series
MIN_NIGHTS = 8  # nights that give its noise
MIN_STEP = 0.05  # a smaller step is not worth the work
MIN_STEP_US = 0.5  # a smaller step may come from the clock

# A step of 10 % at 4 % noise stands out by 2.4 deviations, on many a night by less: asking for four, as is usual where
# a suspicion is the verdict, would miss most of them. Here it only buys a comparison (`benchmarks/verdicts.py`).
DEVIATIONS = 1.2
RECENT = 3  # nights whose median counts beside tonight; a single spike does not move it
NORMAL = 1.4826  # standard deviations in a median absolute deviation of normal noise
MEDIAN_OF_RECENT = 0.67  # deviation of a median of three, in those of one

NOISE_NIGHTS = 60  # nights that say how far a series' nights are apart: of 30, the deviation is known to 13 % only
CLIPPED = 2.5  # robust deviations at which a night is clipped before the deviation of all is taken
OF_CLIPPED = 0.98872  # deviation of standard normal figures that are clipped so

# A series has two levels where the best split of its nights into fast and slow ones leaves so many nights on each side,
# and the means so many deviations apart (Ashman, Bird and Zepf, 1994, "Detecting bimodality in astronomical datasets",
# ask for 2). Normal nights, which can always be split, come to 2.7.
MIN_MODE_NIGHTS = 5
MIN_MODE_DISTANCE = 4.0
SLOW_EDGE = 1.64  # deviations below the mean of the slow level from which a night belongs to it: 95 % of its nights do

CONTROLS = 25  # series that tell what all have in common: so many are compared though they are not suspect
SAMPLES = 15  # fresh processes of each of two builds that are compared by hand, or in a bisection
MIN_CONFIRMED_STEP = 0.06  # a bias of a single build lasts the night, however often both are run
FALSE_DISCOVERIES = 0.01  # of the confirmed of a night, at most this share by chance


@dataclass(frozen=True)
class LatencyForecast:
    """Forecast of the next night from the nights so far, an array over series each; NaN if too few nights are known.

    `level` and `noise` are the series' own, the latter in standard deviations. The next night is suspect if it is above
    the level by more than `bound`, after removal of the common drift. If a series has two levels, nights from
    `slow_lowest` above the level belong to the slow one, and are suspect beyond `slow_bound`.
    """

    level: Floats
    noise: Floats
    bound: Floats
    slow_lowest: Floats
    slow_bound: Floats

    def excess(self, shift: Floats) -> Floats:
        """Return the distance beyond the bound of a night that is above the level by `shift`."""
        return shift - np.where(shift >= self.slow_lowest, self.slow_bound, self.bound)


@dataclass(frozen=True)
class Suspicion:
    """Tonight against the past, an array over series each: `shift` in logarithms, without the common drift.

    `noise` is the series' own, in standard deviations, and `excess` is tonight's distance beyond its bound; all are NaN
    if too few nights are known.
    """

    shift: Floats
    noise: Floats
    excess: Floats

    @property
    def suspect(self) -> Flags:
        found: Flags = self.excess > 0
        return found


def drift(latencies: Floats) -> Floats:
    """Return the common shift of each night: the median over the series of their distance to their own median.

    A night on a slow machine, or a build that slows everything down, shifts all series alike. This is a series of its
    own, and a step in it is one finding. NaN for a night of fewer than `CONTROLS` series.
    """
    return _common(latencies - median(latencies, axis=0))


def expectation(latencies: Floats) -> LatencyForecast:
    """Return the forecast of the next night from `latencies`, the nights since the last accepted change.

    A night is suspect if it alone, or in the median with the two before it, is slower than the nights before those by
    more than `MIN_STEP`, `MIN_STEP_US` and `DEVIATIONS` of its noise. Both give a bound on that night by itself. If a
    series has two levels, the night alone counts, by its own level and its noise.
    """
    plain = latencies - np.nan_to_num(drift(latencies))[:, None]
    lately = RECENT - 1
    past = plain[: -(lately - 1)][-WINDOW:] if len(plain) >= RECENT else plain[:0]
    known = np.isfinite(past).sum(axis=0) >= MIN_NIGHTS
    level = np.where(known, median(past, axis=0), np.nan)
    noise = np.where(known, NORMAL * median(np.abs(past - level), axis=0), np.nan)
    least = min_reported_step(level)
    alone = np.maximum(least, DEVIATIONS * noise)
    together = _third_above(plain[-lately:] - level, np.maximum(least, DEVIATIONS * MEDIAN_OF_RECENT * noise))
    bound = np.minimum(alone, np.maximum(together, least / 2))
    fast, slow, of_level = two_levels(past)
    above = np.maximum(least, DEVIATIONS * of_level)
    bound = np.where(np.isnan(slow), bound, fast - level + above)
    return LatencyForecast(level, noise, bound, slow - level - SLOW_EDGE * of_level, slow - level + above)


def suspicion(latencies: Floats) -> Suspicion:
    """Judge the last night of `latencies` by those before it, which are the nights since the last accepted change."""
    expected = expectation(latencies[:-1])
    shift = latencies[-1] - expected.level
    shift = shift - np.nan_to_num(_common(shift[None]))
    return Suspicion(shift, expected.noise, expected.excess(shift))


def min_reported_step(level: Floats | float) -> Floats:
    """Return the smallest step, in logarithms, that is reported of a series at that level."""
    least: Floats = np.maximum(np.log1p(MIN_STEP), np.log1p(MIN_STEP_US / np.exp(level)))
    return least


def build_steps(good: Floats, new: Floats) -> Floats:
    """Return the step of each series from the good build to the new one; latencies are samples by series.

    A sample that was lost with its process is NaN; so is the step of a series without any.
    """
    return median(new, axis=0) - median(good, axis=0)


def confirm_slower(good: Floats, new: Floats, common: float = 0.0) -> Flags:
    """Return which suspects of a night are slower with the new build; latencies are samples by suspects.

    `common` is the median of `build_steps` over some series that are not suspect: a common slowdown is one finding of
    its own. The test is a one-sided rank test (Mann and Whitney, 1947) that limits the share of false discoveries among
    the night's suspects (Benjamini and Hochberg, 1995); and the medians differ by `MIN_CONFIRMED_STEP`.
    """
    found: Flags = np.zeros(good.shape[1], dtype=bool)
    sampled = np.isfinite(good).any(axis=0) & np.isfinite(new).any(axis=0)
    if sampled.any():
        from scipy import stats  # takes a second to import, and most nights compare nothing

        good, new = good[:, sampled], new[:, sampled]
        chance = stats.mannwhitneyu(new - common, good, alternative="greater", axis=0, nan_policy="omit").pvalue
        step = build_steps(good, new) - common
        found[sampled] = (stats.false_discovery_control(chance) <= FALSE_DISCOVERIES) & (
            step >= np.log1p(MIN_CONFIRMED_STEP)
        )
    return found


def level_and_noise(latencies: Floats) -> tuple[Floats, Floats]:
    """Return the level of each series and the deviation of its nights; NaN with fewer than `MIN_NIGHTS` nights.

    Both are of the last `NOISE_NIGHTS` nights, clipped at `CLIPPED` robust deviations: spikes do not move them, and for
    normal noise they are nearly as precise as the plain ones, while the median absolute deviation of 60 nights is no
    better than the plain deviation of 22.
    """
    recent = latencies[-NOISE_NIGHTS:]
    known = np.isfinite(recent).sum(axis=0) >= MIN_NIGHTS
    middle = median(recent, axis=0)
    reach = CLIPPED * NORMAL * median(np.abs(recent - middle), axis=0)
    clipped = np.where(known, np.clip(recent, middle - reach, middle + reach), 0.0)
    count = np.maximum(np.isfinite(clipped).sum(axis=0), 2)
    level = np.nansum(clipped, axis=0) / count
    noise = np.sqrt(np.nansum((clipped - level) ** 2, axis=0) / (count - 1)) / OF_CLIPPED
    return np.where(known, level, np.nan), np.where(known, noise, np.nan)


def two_levels(past: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the levels of the fast and the slow nights of each series, and the deviation within one level.

    Both levels come from the split of a series' nights with the least squares within both sides. NaN for a series with
    one level.
    """
    if len(past) < 2 * MIN_MODE_NIGHTS:
        none = np.full(past.shape[1], np.nan)
        return none, none, none
    nights = np.sort(past, axis=0)  # NaN comes last
    known = np.isfinite(nights)
    count, total = known.sum(axis=0), np.nansum(nights, axis=0)
    some = np.cumsum(known, axis=0)  # on the fast side, if it ends with this night
    of_fast = np.nancumsum(nights, axis=0)
    others = np.maximum(count - some, 1)
    between = of_fast**2 / np.maximum(some, 1) + (total - of_fast) ** 2 / others
    allowed = known & (some >= MIN_MODE_NIGHTS) & (count - some >= MIN_MODE_NIGHTS)
    best = np.where(allowed, between, -np.inf).argmax(axis=0)
    columns = np.arange(len(best))
    fast = of_fast[best, columns] / np.maximum(some[best, columns], 1)
    slow = (total - of_fast[best, columns]) / others[best, columns]
    within = np.nansum(nights**2, axis=0) - between[best, columns]
    noise = np.sqrt(np.maximum(within, 0.0) / np.maximum(count - 2, 1))
    found = allowed[best, columns] & (slow - fast > MIN_MODE_DISTANCE * noise) & (slow - fast > np.log1p(MIN_STEP))
    return np.where(found, fast, np.nan), np.where(found, slow, np.nan), np.where(found, noise, np.nan)


def _third_above(two: Floats, bound: Floats) -> Floats:
    """Return the value beyond which a third night raises the median of the three above a bound; two nights by series.

    A missing night does not count: the median of two is their mean.
    """
    low, high = np.sort(two, axis=0) if len(two) == 2 else np.full((2, two.shape[1]), np.nan)  # NaN comes last
    of_three = np.where(low > bound, -np.inf, np.where(high > bound, bound, np.inf))
    of_two = 2 * bound - low
    there = np.isfinite(low).astype(int) + np.isfinite(high)
    found: Floats = np.choose(there, (bound, of_two, of_three))
    return found


def _common(shifts: Floats) -> Floats:
    """Return the median of each night over the series; NaN for too few series."""
    enough = np.isfinite(shifts).sum(axis=1) >= CONTROLS
    return np.where(enough, median(shifts, axis=1), np.nan)


def median(values: Floats, axis: int) -> Floats:
    """Return the median of the known values, NaN without any."""
    rows = np.sort(values.T if axis == 0 else values, axis=1)  # NaN comes last; NumPy's own `nanmedian` is much slower
    if not rows.shape[1]:
        return np.full(len(rows), np.nan)
    there = (~np.isnan(rows)).sum(axis=1)
    low, high = (np.take_along_axis(rows, place[:, None], axis=1)[:, 0] for place in ((there - 1) // 2, there // 2))
    found: Floats = np.where(there > 0, (low + high) / 2, np.nan)
    return found
