"""Test random numbers of a fixed seed against the distribution that they shall have.

The seed is fixed, so that the outcome is the same in every run of a build.
"""

from __future__ import annotations

import importlib
from typing import Any

# Critical value of the Kolmogorov-Smirnov test: a right generator exceeds it once in 100,000 seeds.
CRITICAL_DISTANCE = 2.5
# The share of the numbers that rounding to half precision moves past a place.
ROUNDED_SHARE = 1 / 256
# Standard scores of the chi-square test: a right generator exceeds it once in 100,000 seeds.
CHI_SQUARE_DEVIATIONS = 6.0


def follows(values: Any, name: str, *parameters: float) -> bool:
    """Return whether numbers follow a continuous distribution of `scipy.stats`: the Kolmogorov-Smirnov test."""
    values = values.reshape(-1).astype(float)
    values.sort()
    below = getattr(importlib.import_module("scipy.stats"), name)(*parameters).cdf(values)
    count = len(values)
    steps = [number / count for number in range(count + 1)]
    furthest = max(abs(below - steps[:-1]).max(), abs(below - steps[1:]).max())
    return bool(furthest < CRITICAL_DISTANCE / count**0.5 + ROUNDED_SHARE)


def counts_follow(counts: Any, shares: Any) -> bool:
    """Return whether counts are those of draws with these probabilities: the chi-square test of Pearson.

    A value of probability zero never comes.
    """
    pairs = [(float(count), float(share)) for count, share in zip(counts, shares, strict=True)]
    total = sum(count for count, _ in pairs)
    if any(count for count, share in pairs if not share):
        return False
    possible = [(count, share * total) for count, share in pairs if share]
    statistic = sum((count - expected) ** 2 / expected for count, expected in possible)
    freedom = len(possible) - 1
    return bool(statistic < freedom + CHI_SQUARE_DEVIATIONS * (2 * freedom) ** 0.5)
