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
    return _below_critical(statistic, len(possible) - 1)


def permutations_are_fair(orders: Any) -> bool:
    """Return whether each number comes equally often at each position: one chi-square test of all positions.

    `orders` has one permutation of 0, 1, … per row. Each row and column of the counts has the same sum, so the counts
    of `size` numbers have (size - 1)² degrees of freedom, and Pearson's statistic is size / (size - 1) times too large.
    """
    draws, size = orders.shape
    if any(sorted(order) != [*range(size)] for order in orders.tolist()):
        return False
    expected = draws / size
    counts = [float((orders[:, position] == number).sum()) for position in range(size) for number in range(size)]
    statistic = sum((count - expected) ** 2 / expected for count in counts) * (size - 1) / size
    return _below_critical(statistic, (size - 1) ** 2)


def _below_critical(statistic: float, freedom: int) -> bool:
    return bool(statistic < freedom + CHI_SQUARE_DEVIATIONS * (2 * freedom) ** 0.5)
