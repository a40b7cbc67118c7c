"""Compare the latencies of a target with a reference, over cases that ran on both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

# The study's limit: "can be ten times slower".
FAR_SLOWER = 10.0


@dataclass(frozen=True)
class SlowdownRatios:
    """Number of `cases` timed on both, of those `slower` than on the reference, and of those over ten times slower.

    `middle` is the median ratio, above 1 if the reference is faster.
    """

    cases: int
    slower: int
    far_slower: int
    middle: float


def slowdown_ratios(times: Iterable[tuple[float, float]]) -> SlowdownRatios | None:
    """Return the summary of pairs of times, here and on the reference; None without any pair."""
    ratios = [here / reference for here, reference in times]
    if not ratios:
        return None
    slower, far_slower = (sum(ratio > bound for ratio in ratios) for bound in (1, FAR_SLOWER))
    return SlowdownRatios(len(ratios), slower, far_slower, median(ratios))
