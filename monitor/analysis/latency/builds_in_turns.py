"""Evaluate builds measured in turns: the cases that are slower, and the common slowdown."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations_with_replacement

import numpy as np

from monitor.analysis.latency.detection import confirm_slower
from monitor.history.run_matrix import Floats
from monitor.model import Comparison, ComparisonSide, Reason

# Controls whose usual step is what everything has in common: a single one would lend its own noise to all.
MIN_CONTROLS = 5


@dataclass(frozen=True)
class SideBySide:
    """Result of the comparisons of one night, steps in logarithms.

    `slower` has the suspects that are slower with the new build, without the common step; `alike` are the others.
    `common` is None with too few controls.
    """

    slower: dict[str, float] = field(default_factory=dict)
    alike: tuple[str, ...] = ()
    common: float | None = None


def compare_latencies(comparisons: Iterable[Comparison]) -> SideBySide:
    """Judge the latencies of one night's comparisons. All good builds of a comparison are taken together."""
    given = [*comparisons]
    common = common_step(given)
    suspects = [one for one in given if one.reason in (Reason.SUSPECT, Reason.FOLLOWED)]
    found = confirm_slower(
        _columns([[us for side in one.goods for us in side.latencies] for one in suspects]),
        _columns([one.new.latencies for one in suspects]),
        common or 0.0,
    )
    slower = {
        one.case: step - (common or 0.0)
        for one, yes in zip(suspects, found, strict=True)
        if yes and (step := _step(one)) is not None
    }
    return SideBySide(slower, tuple(one.case for one in suspects if one.case not in slower), common)


def common_step(comparisons: Iterable[Comparison]) -> float | None:
    """Return the common slowdown under the new build, from the controls; None with too few of them."""
    steps = [step for one in comparisons if one.reason is Reason.CONTROL and (step := _step(one)) is not None]
    return _location(steps) if len(steps) >= MIN_CONTROLS else None


def levels(comparison: Comparison) -> tuple[float | None, dict[str, float]]:
    """Return the level of a case under the new build, None if it has none, and under each good build that has one."""
    goods = {side.build: level for side in comparison.goods if (level := _level(side)) is not None}
    return _level(comparison.new), goods


def _level(side: ComparisonSide) -> float | None:
    """Return the logarithm of the latency of a build, None without a process that measured it."""
    return _location([math.log(us) for us in side.latencies]) if side.latencies else None


def _location(figures: Iterable[float]) -> float:
    """Return the estimate of Hodges and Lehmann (1963), robust for six figures and nearly as precise as a mean.

    It is the median over the means of all pairs of figures, each with itself too.
    """
    return statistics.median((one + other) / 2 for one, other in combinations_with_replacement(figures, 2))


def _step(comparison: Comparison) -> float | None:
    new, goods = levels(comparison)
    return None if new is None or not goods else new - statistics.fmean(goods.values())


class Direction(StrEnum):
    """Direction of the change of a case's latency between two builds."""

    SLOWER = "slower"
    FASTER = "faster"
    UNCONFIRMED = "not confirmed"  # alike, or too few samples to tell


def directions(pairs: Sequence[tuple[ComparisonSide, ComparisonSide]]) -> tuple[Direction, ...]:
    """Return the direction of each case, by the rule that confirms suspects, without removing a common step."""
    before, after = _samples(pairs)
    slower, faster = confirm_slower(before, after), confirm_slower(after, before)
    return tuple(
        Direction.SLOWER if down else Direction.FASTER if up else Direction.UNCONFIRMED
        for down, up in zip(slower, faster, strict=True)
    )


def _samples(pairs: Sequence[tuple[ComparisonSide, ComparisonSide]]) -> tuple[Floats, Floats]:
    """Return the latencies under the good and the new build as logarithms, samples by cases, NaN for lost samples."""
    return _columns([good.latencies for good, _ in pairs]), _columns([new.latencies for _, new in pairs])


def _columns(latencies: Sequence[Sequence[float]]) -> Floats:
    array = np.full((max(map(len, latencies), default=0), len(latencies)), np.nan)
    for number, of_case in enumerate(latencies):
        array[: len(of_case), number] = np.log(of_case)
    return array
