"""Tell whether a case is slower with the new builds than with the old ones, whatever layout does to each build.

Where the code and data of a build lie in memory makes a case a few per cent faster or slower in that build, on every
night and in every process (Mytkowicz et al., 2009, "Producing wrong data without doing anything obviously wrong!").
One good build and one new build cannot tell this bias from a slowdown. Several of each can: layout is drawn anew with
each build, a slowdown stays. So a case that was slower side by side is followed. Each night measures it under that
night's build, beside several good builds. The evidence is the mean over new builds against the mean over good builds,
in units of how far builds are apart in that case.

All figures are natural logarithms of microseconds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from monitor.analysis.latency.detection import CLEARLY, FEWEST, usual
from monitor.analysis.latency.detection import SPREAD as NIGHTS
from monitor.history.run_matrix import Floats

OF_NIGHTS = 7  # nights for which a case is followed. Good builds are older, so that none of them has the step
GOODS = 6  # good builds beside which a case is measured
ROUNDS = 6  # of a comparison: each has one process of the new build. What is saved pays for further cases
FILED_AFTER = 2  # nights that have to agree: one night's machine can ail one build alone
# A case is followed as long as it is slower by so much: on its first night, and in the mean of two or more.
FOLLOWED_FROM = (0.035, 0.05)

# So many standard deviations make a slowdown certain enough to be filed when all new builds that a case is followed for
# have been seen. The fewer have been seen, the more it takes, by this power of their share (Wang and Tsiatis, 1987,
# "Approximately optimal one-parameter boundaries for group sequential trials"): most chance findings are early ones.
# `benchmarks/verdicts.py` measures both.
DEVIATIONS = 4.5
EARLIER = 0.12
# How much the spread of builds counts, in builds, where it is a guess. `LAYOUT` is a high one, so that little allowance
# has to be made for its being too low.
PRIOR_BUILDS = 50.0
MOST_PRIOR_BUILDS = 1000.0
# Where the spread of builds is not known, it is taken to be so large. A case that varies more from night to night than
# most is taken to do so because of layout, up to this.
LAYOUT = 0.05
LEAST_LAYOUT = 0.01  # a smaller spread is one that a few figures happen to have
LOUD = 1.25  # a case varies more than most beyond so many of their deviations: of 60 nights it is known to a tenth
SURELY = 1.1  # what the deviation of such a case is multiplied by
QUIET = 1.25  # the deviation of a dozen nights may be below the true one by so much
LEAST_SQUARES = 1e-6  # a sum below says that a clock is coarse
FEWEST_SPREADS = 10  # comparisons that tell how far builds usually are apart
FEWEST_GOODS = 3  # good builds of a comparison that tell how far they are apart


@dataclass(frozen=True)
class NightComparison:
    """A case on one night: the level under the new `build`, less what all cases have in common, and under good builds.

    `shift` is by how much the run's own figure was above the level of its past; NaN where that is not known.
    """

    build: str
    new: float
    goods: Mapping[str, float]
    shift: float = np.nan

    @property
    def step(self) -> float:
        return self.new - fmean(self.goods.values())


@dataclass(frozen=True)
class LatencySpread:
    """What is known of a case before it is followed, in standard deviations.

    `layout` is how far builds are apart, side by side, known as well as from `freedom` + 1 builds. `nights` is how far
    its nights are apart, of which there are `known`, under so many `builds`; NaN where that is not known.
    """

    layout: float = LAYOUT
    freedom: float = PRIOR_BUILDS
    nights: float = np.nan
    known: int = 0
    builds: int = 0


@dataclass(frozen=True)
class StepEstimate:
    """What the nights so far say of a case: the `step`, in logarithms, and in how many `deviations` of its error.

    The deviations are those of a normal distribution that are as improbable: the error is an estimate. `aside` is the
    step side by side alone, without the figures of the runs. `builds` counts the new builds.
    """

    step: float
    aside: float
    deviations: float
    builds: int


def weigh(nights: Sequence[NightComparison], spread: LatencySpread) -> StepEstimate:
    """Weigh all nights on which a case was followed.

    A build counts once, however often it was measured: its layout is the same each time. Two estimates of the step are
    averaged by their precision. One is side by side, where the machine's night falls on all builds, but the good builds
    are few. The other is of the runs' figures against those of the nights before, which are of many builds. The layout
    of the new builds is in both.
    """
    of_build: dict[str, list[NightComparison]] = defaultdict(list)
    for night in nights:
        of_build[night.build].append(night)
    steps = [fmean(night.step for night in same) for same in of_build.values()]
    aside, builds = fmean(steps), len(steps)
    offsets, weights = _of_goods([*of_build.values()])
    own = len(offsets) - 1 + builds - 1
    freedom = spread.freedom + own
    variance = (spread.freedom * spread.layout**2 + _squares(offsets) + _squares(steps)) / freedom
    of_goods = variance * sum(weight**2 for weight in weights)

    shifts = [told for same in of_build.values() if (told := _mean_of_told(night.shift for night in same)) is not None]
    if not shifts or not spread.builds:
        return StepEstimate(aside, aside, _normal(aside / (variance / builds + of_goods) ** 0.5, freedom), builds)
    of_machine = max(spread.nights**2 - variance, 0.0)  # what nights of one build differ by
    of_nights = of_machine * (1 / len(shifts) + 1 / spread.known) + variance / spread.builds
    share = of_nights / (of_goods + of_nights)  # of the estimate side by side
    step = share * aside + (1 - share) * fmean(shifts)
    of_new = variance * ((share**2 + 2 * share * (1 - share)) / builds + (1 - share) ** 2 / len(shifts))
    error = of_new + share**2 * of_goods + (1 - share) ** 2 * of_nights
    return StepEstimate(step, aside, _normal(step / error**0.5, freedom), builds)


def _squares(figures: Sequence[float]) -> float:
    middle = fmean(figures)
    return sum((figure - middle) ** 2 for figure in figures)


def _mean_of_told(figures: Iterable[float]) -> float | None:
    told = [figure for figure in figures if math.isfinite(figure)]
    return fmean(told) if told else None


def certain(weighed: StepEstimate, nights: Sequence[NightComparison]) -> bool:
    """Whether a slowdown is to be filed."""
    clearly = min(weighed.step, weighed.aside) >= float(np.log1p(CLEARLY))
    enough = DEVIATIONS * (OF_NIGHTS / weighed.builds) ** EARLIER
    return clearly and len(nights) >= FILED_AFTER and weighed.deviations >= enough


def promising(weighed: StepEstimate, nights: Sequence[object]) -> bool:
    """Whether a case that is not filed is measured again on the next night."""
    first, later = FOLLOWED_FROM
    return weighed.aside >= (first if len(nights) == 1 else later)


def usual_layout(comparisons: Iterable[Sequence[float]]) -> tuple[float, float]:
    """How far builds usually are apart in a case, and how much that says of one case, in builds.

    From the levels of cases under the good builds of a comparison. The spreads of all cases are fitted with a scaled
    inverse chi-square distribution (Smyth, 2004, "Linear models and empirical Bayes methods for assessing differential
    expression", section 6.2). Where all cases have the same spread, it says all there is of any; where they differ,
    little. `LAYOUT` and `PRIOR_BUILDS` where too few comparisons tell.
    """
    told = [levels for levels in comparisons if len(levels) >= FEWEST_GOODS]
    if len(told) < FEWEST_SPREADS:
        return LAYOUT, PRIOR_BUILDS
    squares = [max(_squares(levels), LEAST_SQUARES) for levels in told]
    return _usual(np.array(squares), np.array([len(levels) - 1.0 for levels in told]))


def _usual(squares: Floats, freedom: Floats) -> tuple[float, float]:
    """Fit deviations, given as sums of squares with their degrees of freedom; return the scale and its own freedom."""
    from scipy.optimize import brentq  # takes a second to import, and most nights compare nothing
    from scipy.special import digamma, polygamma

    logs = np.log(squares / freedom) - digamma(freedom / 2) + np.log(freedom / 2)  # unbiased
    apart = float(np.var(logs, ddof=1) - polygamma(1, freedom / 2).mean())
    # Variances that differ by what chi-square of so much freedom does: trigamma(prior / 2) is `apart`.
    prior = MOST_PRIOR_BUILDS
    if apart > polygamma(1, prior / 2):
        prior = 2 * float(brentq(lambda half: polygamma(1, half) - apart, 0.05, prior / 2))
    return float(np.exp((np.mean(logs) + digamma(prior / 2) - np.log(prior / 2)) / 2)), prior


def spreads(
    past: Floats, others: Floats, layout: float, builds: int, freedom: float = PRIOR_BUILDS
) -> tuple[list[LatencySpread], Floats]:
    """What is known of cases before they are followed, and their levels; NaN where too little is known.

    `past` has the nights before, by cases, without what all cases have in common; they are of so many `builds`.
    `others` has those of some other cases. `layout` is the usual spread of builds, and `freedom` how much it says of
    one case. A case that varies more from night to night than most is taken to owe that to layout, up to `LAYOUT`. One
    that varies less than its builds would is taken at its word, if its nights are of enough builds.
    """
    levels, noises = usual(past)
    typical, scale, prior = _usual_noise(others)
    known = np.isfinite(past[-NIGHTS:]).sum(axis=0)
    found = []
    for noise, nights in zip(noises, known, strict=True):
        if np.isnan(noise):
            found.append(LatencySpread(max(layout, LAYOUT), min(freedom, PRIOR_BUILDS)))
        else:
            # A deviation that is found to be larger than the others' may still be below the true one.
            beyond = ((SURELY * float(noise)) ** 2 - typical**2) ** 0.5 if noise > LOUD * typical else 0.0
            most = QUIET * float(noise) if builds >= FEWEST else np.inf
            known_layout = max(min(max(layout, min(beyond, LAYOUT)), most), LEAST_LAYOUT)
            own = (prior * scale**2 + (nights - 1) * float(noise) ** 2) / (prior + nights - 1)
            found.append(LatencySpread(known_layout, freedom, own**0.5, int(nights), min(builds, int(nights))))
    return found, levels


def _usual_noise(others: Floats) -> tuple[float, float, float]:
    """The median deviation of the nights of some cases, and what fits them: the scale, and how much it says of one."""
    noises = usual(others)[1]
    told = np.isfinite(noises) & (noises > 0)
    if told.sum() < FEWEST_SPREADS:
        return float(np.median(noises[told])) if told.any() else 0.0, 0.0, 0.0
    freedom = np.isfinite(others[-NIGHTS:][:, told]).sum(axis=0) - 1.0
    return float(np.median(noises[told])), *_usual(noises[told] ** 2 * freedom, freedom)


def _of_goods(builds: Sequence[Sequence[NightComparison]]) -> tuple[list[float], list[float]]:
    """How far each good build is from all of a night, and by how much it weighs in the mean over the new builds."""
    offsets: dict[str, list[float]] = defaultdict(list)
    weights: dict[str, float] = defaultdict(float)
    for same in builds:
        for night in same:
            middle = fmean(night.goods.values())
            for label, level in night.goods.items():
                offsets[label].append(level - middle)
                weights[label] += 1 / (len(builds) * len(same) * len(night.goods))
    return [fmean(one) for one in offsets.values()], [*weights.values()]


def _normal(deviations: float, freedom: float) -> float:
    """The deviation of a standard normal figure that is as improbable as one of Student's t distribution."""
    from scipy.stats import norm, t  # takes a second to import, and most nights compare nothing

    return float(-norm.ppf(t.sf(deviations, freedom))) if deviations > 0 else 0.0
