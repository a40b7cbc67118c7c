"""What builds measured side by side come to: which cases are slower, and what slows everything down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from monitor.analysis.latency import confirmed, steps
from monitor.history.grid import Floats
from monitor.model import Comparison, Reason, Side

# Controls whose median step is what everything has in common: a single one would lend its own noise to all.
FEWEST_CONTROLS = 5


@dataclass(frozen=True)
class SideBySide:
    """What the comparisons of one night come to, steps in logarithms.

    `slower` holds the suspects that are slower with the new build, what everything has in common taken out; `alike`
    those that are not. `common` is None where too few controls tell.
    """

    slower: dict[str, float] = field(default_factory=dict)
    alike: tuple[str, ...] = ()
    common: float | None = None


def judge(comparisons: Iterable[Comparison]) -> SideBySide:
    """Judge the latencies of one night's comparisons."""
    of_reason: dict[Reason, list[Comparison]] = {reason: [] for reason in Reason}
    for comparison in comparisons:
        of_reason[comparison.reason].append(comparison)
    suspects, controls = of_reason[Reason.SUSPECT], of_reason[Reason.CONTROL]
    of_controls = steps(*_samples([(one.good, one.new) for one in controls]))
    told = np.isfinite(of_controls)
    common = float(np.median(of_controls[told])) if told.sum() >= FEWEST_CONTROLS else None
    pair = _samples([(one.good, one.new) for one in suspects])
    found = confirmed(*pair, common or 0.0)
    by = steps(*pair) - (common or 0.0)
    slower = {one.case: float(step) for one, yes, step in zip(suspects, found, by, strict=True) if yes}
    return SideBySide(slower, tuple(one.case for one in suspects if one.case not in slower), common)


class Direction(StrEnum):
    """Which way the latency of a case moved from one build to another."""

    SLOWER = "slower"
    FASTER = "faster"
    UNCONFIRMED = "not confirmed"  # alike, or too few samples to tell


def directions(pairs: Sequence[tuple[Side, Side]]) -> tuple[Direction, ...]:
    """Which way each case moved, by the rule that confirms suspects. Nothing is taken out as common to all."""
    before, after = _samples(pairs)
    slower, faster = confirmed(before, after), confirmed(after, before)
    return tuple(
        Direction.SLOWER if down else Direction.FASTER if up else Direction.UNCONFIRMED
        for down, up in zip(slower, faster, strict=True)
    )


def _samples(pairs: Sequence[tuple[Side, Side]]) -> tuple[Floats, Floats]:
    """The latencies under the good and the new build, logarithms: samples by cases, NaN where one was lost."""
    return _columns([good for good, _ in pairs]), _columns([new for _, new in pairs])


def _columns(sides: Sequence[Side]) -> Floats:
    array = np.full((max((len(side.latencies) for side in sides), default=0), len(sides)), np.nan)
    for number, side in enumerate(sides):
        array[: len(side.latencies), number] = np.log(side.latencies)
    return array
