"""How much slower a target is than a reference, over cases that ran on both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

# Where the study drew its line: "can be ten times slower".
FAR = 10.0


@dataclass(frozen=True)
class SlowdownRatios:
    """Of `cases` timed on both, how many are `slower` than on the reference, and how many over ten times.

    `middle` is the median ratio: above 1 where the reference is faster.
    """

    cases: int
    slower: int
    far_slower: int
    middle: float


def ratios(times: Iterable[tuple[float, float]]) -> SlowdownRatios | None:
    """Sum up pairs of times, here and on the reference; None where there is no pair."""
    found = [here / there for here, there in times]
    if not found:
        return None
    return SlowdownRatios(len(found), sum(one > 1 for one in found), sum(one > FAR for one in found), median(found))
