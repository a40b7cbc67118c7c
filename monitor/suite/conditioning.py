"""How far a result may be off because its inputs are rounded: the condition of a function, found by trying.

A function that magnifies the rounding of its inputs (a solver, a power, a step) may magnify that of its own steps as
well: a result no further off than the inputs' last digit would bring it is as right as can be asked (Higham, Accuracy
and Stability of Numerical Algorithms, 1.6).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor
from monitor.suite.tolerances import PARTS, SIGNIFICANT_BITS

# How often the inputs are moved by one rounding to see what that does to the results (of two inputs, each up or down,
# one of four ways may be the one that crosses a step), and how many times that much a result may be off: a function
# rounds more than once.
PERTURBATIONS = 16
MAGNIFIED = 16

Factors = Callable[[tuple[int, ...]], Array]


def sensitivity(truth: Callable[[Factors], list[Any]], want: list[Any], dtype: str) -> tuple[Array, ...]:
    """For each of the results `want`, how far it moves when every input moves by one rounding of `dtype`, enlarged.

    `truth(factors)` computes the results in double precision, every inexact input multiplied by `factors(its shape)`.
    """
    moved = [np.zeros(leaf.values.shape if isinstance(leaf, FetchedTensor) else ()) for leaf in want]
    bits = SIGNIFICANT_BITS.get(PARTS.get(dtype, dtype))
    if bits is None:  # an exact dtype: nothing is rounded
        return tuple(moved)
    for seed in range(PERTURBATIONS):
        random = np.random.default_rng(seed)

        def factors(shape: tuple[int, ...], random: np.random.Generator = random) -> Array:
            return 1 + 2.0**-bits * random.choice((-1.0, 1.0), shape)

        there = truth(factors)
        for furthest, leaf, known in zip(moved, there, want, strict=True):
            if isinstance(known, FetchedTensor) and leaf.values.shape == furthest.shape:
                with np.errstate(invalid="ignore"):
                    distance = np.abs(np.subtract(leaf.values, known.values, dtype=complex))
                np.fmax(furthest, distance, out=furthest)
    return tuple(MAGNIFIED * furthest for furthest in moved)


def shapes(results: list[Any]) -> list[Any]:
    """The shapes of tensors, anything else as it is: what can be compared of values that say nothing."""
    return [leaf.values.shape if isinstance(leaf, FetchedTensor) else leaf for leaf in results]
