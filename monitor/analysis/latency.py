"""Is it slower, and is it real? Verdicts on latency, as pure functions over arrays.

In three stages, each of which costs more and says more. A series is *suspect* when tonight stands out from its own
past, by its own noise. It is *confirmed* when the last good build and the new one, side by side on the same machine in
the same night, differ too: whatever ails the machine that night ails both. It is *filed* when that was so on two of
three nights, because a bias can last a night and fall on one build alone: where its code and data happen to lie. From
then on the new level is what is expected.

Latencies are natural logarithms of microseconds, an array of nights by series, NaN where a series was not measured: a
step of 0.1 is 10 %, and slower by half weighs as much as twice as fast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WINDOW = 30  # nights that a series is held against
FEWEST = 8  # nights that say something of its noise
LEAST = 0.05  # a smaller step is not worth anybody's evening
FLOOR_US = 0.5  # nor is one that the clock itself could make

# A step of 10 % at 3 % noise stands out by 3.3 deviations, on many a night by less: asking for four, as is usual where
# a suspicion is the verdict, would miss most of them. Here it only buys a comparison (`benchmarks/verdicts.py`).
DEVIATIONS = 1.8
RECENT = 3  # nights whose median is looked at beside tonight: a single spike does not move it
NORMAL = 1.4826  # standard deviations in a median absolute deviation of normal noise
MEDIAN_OF_RECENT = 0.67  # deviation of a median of three, in those of one

CONTROLS = 25  # series that are compared too though they are not suspect
SAMPLES = 15  # fresh processes a build, side by side: with ten, one 10 % step in twenty is told a night later
FALSE_DISCOVERIES = 0.01  # of the confirmed of a night, at most this share by chance
FILED_AFTER, OF_NIGHTS = 2, 3


@dataclass(frozen=True)
class Suspicion:
    """Tonight against the past, an array over series each: `shift` in logarithms, the machine's common drift taken out.

    `noise` is the series' own, in standard deviations; both are NaN where too little is known.
    """

    shift: Floats
    noise: Floats
    suspect: Flags


def drift(latencies: Floats) -> Floats:
    """How much slower than usual each night was as a whole: the median over the series of their distance to their own.

    A night on a slow machine, or a build that slows everything down, shifts all series alike. This is a series of its
    own, and a step in it is one finding.
    """
    return _median(latencies - _median(latencies, axis=0), axis=1)


def suspicion(latencies: Floats) -> Suspicion:
    """Judge the last night of `latencies` by those before it, which are the nights since the last accepted change.

    A series is suspect when tonight alone, or the median of the last three nights, is slower than the nights before
    those by more than `LEAST`, `FLOOR_US` and `DEVIATIONS` of its noise.
    """
    plain = latencies - drift(latencies)[:, None]
    past = plain[: -(RECENT - 1)][-WINDOW:] if len(plain) > RECENT else plain[:0]
    known = np.isfinite(past).sum(axis=0) >= FEWEST
    level = np.where(known, _median(past, axis=0), np.nan)
    noise = np.where(known, NORMAL * _median(np.abs(past - level), axis=0), np.nan)
    tonight, recent = plain[-1] - level, _median(plain[-RECENT:], axis=0) - level
    least = np.maximum(np.log1p(LEAST), np.log1p(FLOOR_US / np.exp(level)))
    alone = tonight > np.maximum(least, DEVIATIONS * noise)
    together = (recent > np.maximum(least, DEVIATIONS * MEDIAN_OF_RECENT * noise)) & (tonight > least / 2)
    return Suspicion(tonight, noise, alone | together)


def steps(good: Floats, new: Floats) -> Floats:
    """By how much each series is slower with the new build, from latencies taken side by side: samples by series."""
    slower: Floats = np.median(new, axis=0) - np.median(good, axis=0)
    return slower


def confirmed(good: Floats, new: Floats, common: float = 0.0) -> Flags:
    """Which suspects of a night are slower with the new build, from latencies taken side by side: samples by suspects.

    `common` is the median of `steps` over some series that are not suspect: what slows everything down is one finding,
    and no series is slow by as much as all are. A one-sided rank test (Mann and Whitney, 1947), with the share of false
    discoveries among the night's suspects held down (Benjamini and Hochberg, 1995); and the medians differ by `LEAST`.
    """
    if not good.shape[1]:
        return np.zeros(0, dtype=bool)
    chance = stats.mannwhitneyu(new - common, good, alternative="greater", axis=0).pvalue
    step = steps(good, new) - common
    found: Flags = (stats.false_discovery_control(chance) <= FALSE_DISCOVERIES) & (step >= np.log1p(LEAST))
    return found


def filed(confirmations: Flags) -> Flags:
    """Which series are to be told of, from the confirmations of the last nights: nights by series."""
    enough: Flags = confirmations[-OF_NIGHTS:].sum(axis=0) >= FILED_AFTER
    return enough


def _median(values: Floats, axis: int) -> Floats:
    """The median of what is there, NaN where nothing is."""
    found: Floats = np.full(values.shape[1 - axis], np.nan)
    some = np.isfinite(values).any(axis=axis)
    found[some] = np.nanmedian(values[:, some] if axis == 0 else values[some], axis=axis)
    return found
