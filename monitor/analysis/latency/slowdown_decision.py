"""Decide whether a case is slower with the new builds than with the old ones, whatever the layout of each build.

The place of a build's code and data in memory makes a case a few per cent faster or slower in that build, on every
night and in every process (Mytkowicz et al., 2009, "Producing wrong data without doing anything obviously wrong!"). One
good and one new build cannot separate this bias from a slowdown. Several of each can: layout is drawn anew with each
build, a slowdown stays. So a case that was slower once is followed. Each night measures it under that night's build,
together with several good builds. The evidence is the mean over new builds against the mean over good builds, in units
of the spread of builds in that case.

All figures are natural logarithms of microseconds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np

from monitor.analysis.latency.detection import MIN_CONFIRMED_STEP, MIN_NIGHTS, level_and_noise
from monitor.analysis.latency.detection import NOISE_NIGHTS as NIGHTS
from monitor.history.run_matrix import Floats

FOLLOWED_NIGHTS = 7  # nights for which a case is followed. Good builds are older, so that none of them has the step
GOOD_BUILDS = 6  # good builds beside which a case is measured
ROUNDS = 6  # of a comparison: each has one process of the new build. What is saved pays for further cases
MIN_REPORT_NIGHTS = 2  # nights that have to agree: the machine of one night can slow down a single build
# A case is followed as long as it is slower by so much: on its first night, and in the mean of two or more.
FOLLOWED_FROM = (0.035, 0.05)

# Standard deviations that a slowdown needs to be reported after all new builds for which a case is followed. With fewer
# builds it needs more, by this power of their share (Wang and Tsiatis, 1987,
# "Approximately optimal one-parameter boundaries for group sequential trials"): most chance findings are early ones.
# `benchmarks/verdicts.py` measures both.
DEVIATIONS = 4.1
DEVIATIONS_OF_LAYOUT = 15.0  # more, for a spread of builds of 1.0: where builds differ more, chance finds more
BOUNDARY_EXPONENT = 0.1
# The weight of the spread of builds, in builds, where it is a guess. `LAYOUT` is a high guess, so it needs
# little allowance for being too low.
PRIOR_BUILDS = 50.0
MAX_PRIOR_BUILDS = 1000.0
# Where the spread of builds is not known, it is taken to be so large. A case that varies more from night to night than
# most is taken to do so because of layout, up to this.
LAYOUT = 0.05
MIN_LAYOUT = 0.01  # a smaller spread is one that a few figures happen to have
# A case is noisy from so many times the deviation of most others: 60 nights give a deviation to a tenth.
NOISY_FACTOR = 1.25
NOISY_INFLATION = 1.1  # factor for the deviation of a noisy case
QUIET_FACTOR = 1.25  # the deviation of a dozen nights may be below the true one by so much
MIN_SQUARES = 1e-6  # a sum below says that a clock is coarse
MIN_COMPARISONS = 10  # comparisons that tell how far builds usually are apart
MIN_GOOD_BUILDS = 3  # good builds of a comparison that tell how far they are apart


@dataclass(frozen=True)
class NightComparison:
    """A case on one night: its level under the new `build`, without the common step, and under good builds.

    `shift` is the distance of the run's own latency above the level of its past; NaN if unknown. `good_shifts` are the
    same distances of the runs of good builds; a build whose run is not known is missing.
    """

    build: str
    new: float
    goods: Mapping[str, float]
    shift: float = np.nan
    good_shifts: Mapping[str, float] = field(default_factory=dict)

    @property
    def step(self) -> float:
        """Return the step from the mean of the good builds to the new one."""
        return self.corrected_step(0.0)

    def corrected_step(self, part: float) -> float:
        """Return the step without the known layout of the good builds, which is so large a part of their shifts."""
        return self.new - fmean(level - part * self.good_shifts.get(label, 0.0) for label, level in self.goods.items())


@dataclass(frozen=True)
class LatencySpread:
    """Spread of a case before it is followed, in standard deviations.

    `layout` is the spread of builds in comparisons, as precise as from `freedom` + 1 builds. `nights` is the spread of
    its `known` nights under so many `builds`; NaN if unknown. `scatter` is the part of `layout` that a good build has
    because few processes measure it.
    """

    layout: float = LAYOUT
    freedom: float = PRIOR_BUILDS
    nights: float = np.nan
    known: int = 0
    builds: int = 0
    scatter: float = 0.0


@dataclass(frozen=True)
class StepEstimate:
    """Estimate of a case's `step` from the nights so far, in logarithms, and in `deviations` of its error.

    The deviations are those of a normal distribution with the same probability, because the error is an estimate.
    `compared` is the step in the comparisons only, without the latencies of the runs. `builds` counts the new builds.
    """

    step: float
    compared: float
    deviations: float
    builds: int


def weigh(nights: Sequence[NightComparison], spread: LatencySpread) -> StepEstimate:
    """Estimate the step of a case from all nights on which it was followed.

    A build counts once, however often it was measured, because its layout stays the same. Two estimates of the step are
    averaged by their precision. One is from comparisons, where the machine's night affects all builds, but the good
    builds are few. The other is from the runs' latencies against those of the nights before, which have many builds.
    The layout of the new builds is in both.

    The layout of a good build is predicted from its own run, and removed from the comparisons: the shift of a run is
    layout and noise, so the best prediction is the part of the shift that layout has of its variance (Robinson, 1991,
    "That BLUP is a good thing: the estimation of random effects").
    """
    by_build: dict[str, list[NightComparison]] = defaultdict(list)
    for night in nights:
        by_build[night.build].append(night)
    measured = [*by_build.values()]
    goods, builds = _good_builds(measured), len(measured)
    freedom = spread.freedom + len(goods) - 1 + builds - 1
    squares = _squares([good.offset for good in goods]) + _squares(_mean_steps(measured))
    variance = (spread.freedom * spread.layout**2 + squares) / freedom
    layout = max(variance - spread.scatter**2, 0.0)
    of_run = min(layout / spread.nights**2, 1.0) if spread.builds else 0.0  # the part of layout in a run's shift
    compared = fmean(_mean_steps(measured, of_run))
    of_goods = sum(good.weight**2 * (variance - of_run * layout * good.has_shift) for good in goods)

    shifts = [mean for same in by_build.values() if (mean := _mean_of_known(night.shift for night in same)) is not None]
    if not shifts or not spread.builds:
        return StepEstimate(
            compared, compared, _normal(compared / (variance / builds + of_goods) ** 0.5, freedom), builds
        )
    of_machine = max(spread.nights**2 - layout, 0.0)  # what nights of one build differ by
    of_runs, of_level = of_machine / len(shifts), of_machine / spread.known + layout / spread.builds
    # The level of the past is in both estimates: in the one side by side, by the shifts of the good builds.
    left = max(1 - of_run * sum(good.weight * good.has_shift for good in goods), 0.0)
    # The share of the estimate side by side for the smallest error. If nights differ by layout alone, all sums are 0.
    both = of_goods + of_runs + left**2 * of_level
    share = min((of_runs + left * of_level) / both, 1.0) if both > 0 else 1.0
    step = share * compared + (1 - share) * fmean(shifts)
    of_new = variance * ((share**2 + 2 * share * (1 - share)) / builds + (1 - share) ** 2 / len(shifts))
    error = of_new + share**2 * of_goods + (1 - share) ** 2 * of_runs + (1 - share * left) ** 2 * of_level
    return StepEstimate(step, compared, _normal(step / error**0.5, freedom), builds)


def _mean_steps(builds: Sequence[Sequence[NightComparison]], part: float = 0.0) -> list[float]:
    """Return the mean step of each new build over its nights."""
    return [fmean(night.corrected_step(part) for night in same) for same in builds]


def _squares(figures: Sequence[float]) -> float:
    middle = fmean(figures)
    return sum((figure - middle) ** 2 for figure in figures)


def _mean_of_known(figures: Iterable[float]) -> float | None:
    known = [figure for figure in figures if math.isfinite(figure)]
    return fmean(known) if known else None


def min_deviations(builds: int, layout: float) -> float:
    """Return the deviations that a slowdown needs after so many new builds, with this usual spread of builds."""
    return float((DEVIATIONS + DEVIATIONS_OF_LAYOUT * layout) * (FOLLOWED_NIGHTS / builds) ** BOUNDARY_EXPONENT)


def is_certain(weighed: StepEstimate, nights: Sequence[NightComparison], layout: float) -> bool:
    """Return whether a slowdown is certain enough to be reported, with this usual spread of builds."""
    clearly = min(weighed.step, weighed.compared) >= float(np.log1p(MIN_CONFIRMED_STEP))
    enough = min_deviations(weighed.builds, layout)
    return clearly and len(nights) >= MIN_REPORT_NIGHTS and weighed.deviations >= enough


def is_promising(weighed: StepEstimate, nights: Sequence[object]) -> bool:
    """Return whether the next night measures a case again that is not reported."""
    first, later = FOLLOWED_FROM
    return weighed.compared >= (first if len(nights) == 1 else later)


def usual_layout(comparisons: Iterable[Sequence[float]]) -> tuple[float, float]:
    """Return the usual spread of builds in a case, and its weight for one case, in builds.

    Each comparison has the levels of one case under several good builds. The spreads of all cases are fitted with a
    scaled inverse chi-square distribution (Smyth, 2004, "Linear models and empirical Bayes methods for assessing
    differential expression", section 6.2). The weight is high if all cases have the same spread, and low if they
    differ. Too few comparisons give `LAYOUT` and `PRIOR_BUILDS`.
    """
    usable = [levels for levels in comparisons if len(levels) >= MIN_GOOD_BUILDS]
    if len(usable) < MIN_COMPARISONS:
        return LAYOUT, PRIOR_BUILDS
    squares = [max(_squares(levels), MIN_SQUARES) for levels in usable]
    return _usual(np.array(squares), np.array([len(levels) - 1.0 for levels in usable]))


def process_scatter(samples: Iterable[Sequence[float]]) -> float:
    """Return the usual deviation of a level that few processes scatter around; each sample is one build in one case.

    All figures are logarithms of latencies. 0 if no build has two processes.
    """
    several = [one for one in samples if len(one) > 1]
    if not several:
        return 0.0
    of_process = sum(map(_squares, several)) / sum(len(one) - 1 for one in several)
    return float((of_process * fmean(1 / len(one) for one in several)) ** 0.5)


def _usual(squares: Floats, freedom: Floats) -> tuple[float, float]:
    """Fit deviations, given as sums of squares with their degrees of freedom; return the scale and its own freedom."""
    from scipy.optimize import brentq  # takes a second to import, and most nights compare nothing
    from scipy.special import digamma, polygamma

    logs = np.log(squares / freedom) - digamma(freedom / 2) + np.log(freedom / 2)  # unbiased
    apart = float(np.var(logs, ddof=1) - polygamma(1, freedom / 2).mean())
    # Variances that differ by what chi-square of so much freedom does: trigamma(prior / 2) is `apart`.
    prior = MAX_PRIOR_BUILDS
    if apart > polygamma(1, prior / 2):
        prior = 2 * float(brentq(lambda half: polygamma(1, half) - apart, 0.05, prior / 2))
    return float(np.exp((np.mean(logs) + digamma(prior / 2) - np.log(prior / 2)) / 2)), prior


def spreads(
    past: Floats, others: Floats, layout: float, builds: int, freedom: float = PRIOR_BUILDS, scatter: float = 0.0
) -> tuple[list[LatencySpread], Floats]:
    """Return the spreads of cases before they are followed, and their levels; NaN if too few nights are known.

    `past` has the nights before, by cases, without the common drift; they have so many `builds`. `others` has those of
    some other cases. `layout` is the usual spread of builds, and `freedom` its weight for one case; `scatter` is the
    part of the processes in it. The excess noise of a case over most others is attributed to layout, up to `LAYOUT`. A
    case with less noise than its builds would cause keeps its own spread, if its nights have enough builds.
    """
    levels, noises = level_and_noise(past)
    typical, scale, prior = _usual_noise(others)
    known = np.isfinite(past[-NIGHTS:]).sum(axis=0)
    found = []
    for noise, nights in zip(noises, known, strict=True):
        if np.isnan(noise):
            found.append(LatencySpread(max(layout, LAYOUT), min(freedom, PRIOR_BUILDS)))
        else:
            # A deviation that is found to be larger than the others' may still be below the true one.
            beyond = (
                ((NOISY_INFLATION * float(noise)) ** 2 - typical**2) ** 0.5 if noise > NOISY_FACTOR * typical else 0.0
            )
            most = QUIET_FACTOR * float(noise) if builds >= MIN_NIGHTS else np.inf
            known_layout = max(min(max(layout, min(beyond, LAYOUT)), most), MIN_LAYOUT)
            own = (prior * scale**2 + (nights - 1) * float(noise) ** 2) / (prior + nights - 1)
            found.append(LatencySpread(known_layout, freedom, own**0.5, int(nights), min(builds, int(nights)), scatter))
    return found, levels


def _usual_noise(others: Floats) -> tuple[float, float, float]:
    """Return the median deviation of the nights of some cases, and the fitted scale with its weight for one case."""
    noises = level_and_noise(others)[1]
    known = np.isfinite(noises) & (noises > 0)
    median = float(np.median(noises[known])) if known.any() else 0.0
    if known.sum() < MIN_COMPARISONS:
        return median, 0.0, 0.0
    freedom = np.isfinite(others[-NIGHTS:][:, known]).sum(axis=0) - 1.0
    return median, *_usual(noises[known] ** 2 * freedom, freedom)


@dataclass(frozen=True)
class _GoodBuild:
    """A good build over all nights: its distance from all good builds, and its weight in the mean over new builds."""

    offset: float
    weight: float
    has_shift: bool


def _good_builds(builds: Sequence[Sequence[NightComparison]]) -> list[_GoodBuild]:
    offsets: dict[str, list[float]] = defaultdict(list)
    weights: dict[str, float] = defaultdict(float)
    shifted: set[str] = set()
    for same in builds:
        for night in same:
            middle = fmean(night.goods.values())
            for label, level in night.goods.items():
                offsets[label].append(level - middle)
                weights[label] += 1 / (len(builds) * len(same) * len(night.goods))
            shifted |= night.good_shifts.keys()
    return [_GoodBuild(fmean(one), weights[label], label in shifted) for label, one in offsets.items()]


def _normal(deviations: float, freedom: float) -> float:
    """Return the standard normal deviation with the same probability as that of Student's t distribution."""
    # scipy.stats has the same functions and is fifty times as slow.
    from scipy.special import ndtri, stdtr  # takes half a second to import, and most nights compare nothing

    return float(-ndtri(stdtr(freedom, -deviations))) if deviations > 0 else 0.0
