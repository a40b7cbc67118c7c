"""Measure how the rounding of inputs changes a result: the condition of a function, found by perturbation.

A function that magnifies the rounding of its inputs (a solver, a power, a step) may magnify the rounding of its own
steps too. A result that is no further off than the last digit of the inputs moves it is as accurate as possible
(Higham, Accuracy and Stability of Numerical Algorithms, 1.6).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor
from monitor.suite.tolerances import PARTS, SIGNIFICANT_BITS

# Number of perturbations of the inputs by one rounding (of two inputs, each up or down, one combination of four may be
# the one that crosses a step), and the factor on the resulting distance: a function rounds more than once.
PERTURBATIONS = 16
MAGNIFIED = 16

Factors = Callable[[tuple[int, ...]], Array]


def sensitivity(truth: Callable[[Factors], list[Any]], want: list[Any], dtype: str) -> tuple[Array, ...]:
    """Return, for each result in `want`, how far it moves if every input moves by one rounding of `dtype`, times 16.

    `truth(factors)` computes the results in double precision, with every inexact input multiplied by `factors(its
    shape)`.
    """
    moved = [np.zeros(leaf.values.shape if isinstance(leaf, FetchedTensor) else ()) for leaf in want]
    bits = SIGNIFICANT_BITS.get(PARTS.get(dtype, dtype))
    if bits is None:  # an exact dtype: nothing is rounded
        return tuple(moved)
    for seed in range(PERTURBATIONS):
        random = np.random.default_rng(seed)

        def factors(shape: tuple[int, ...], random: np.random.Generator = random) -> Array:
            return 1 + 2.0**-bits * random.choice((-1.0, 1.0), shape)

        perturbed = truth(factors)
        for furthest, leaf, truth_leaf in zip(moved, perturbed, want, strict=True):
            if isinstance(truth_leaf, FetchedTensor) and leaf.values.shape == furthest.shape:
                with np.errstate(invalid="ignore"):
                    distance = np.abs(np.subtract(leaf.values, truth_leaf.values, dtype=complex))
                np.fmax(furthest, distance, out=furthest)
    return tuple(MAGNIFIED * furthest for furthest in moved)


def shapes(results: list[Any]) -> list[Any]:
    """Return the shapes of tensors, and other values as they are: the comparable part of random values."""
    return [leaf.values.shape if isinstance(leaf, FetchedTensor) else leaf for leaf in results]
