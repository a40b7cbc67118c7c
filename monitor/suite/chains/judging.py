"""Find how much rounding and range explain of the difference between a program and its reference.

The reference runs in double precision. It runs again with every intermediate result changed as the dtype of the
program may change it: rounded, with overflow to infinity; with zeros for subnormal numbers; and moved by one rounding
up or down, sixteen times. These are the other truths. Scripts of cases contain these functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from monitor.suite.chains.values import BITS, LARGEST, SMALLEST_NORMAL, Array, rounded

Keep = Callable[[Any], Any]  # changes an intermediate result
MakeKeep = Callable[[], Keep]  # for each evaluation of the reference, so that all of one kind make the same changes
Reference = Callable[..., Array]

PERTURBATIONS = 16
MAGNIFIED = 16  # a result may be off by this many times the largest effect of the perturbations
STEP = 2.0**-17  # of central differences, relative to the largest element
MOST_PLACES = 128  # elements of an input by which a gradient is compared, evenly spread
KINK = 1e-3  # change of the slope within a step, relative to the largest derivative, from which it is no derivative


def exact() -> Keep:
    """Return the function that leaves every intermediate result as it is."""
    return lambda value: value


def changes(dtype: str, *, smooth: bool) -> Iterator[MakeKeep]:
    """Yield the changes of intermediate results for a dtype; only smooth ones for derivatives."""
    if dtype not in BITS:
        return
    if not smooth:
        yield lambda: lambda value: limited(value, dtype)
        yield lambda: lambda value: flushed(value, dtype)
    for seed in range(PERTURBATIONS):
        yield partial(perturbed, dtype, seed)


def limited(value: Any, dtype: str) -> Any:
    """Return floating values, rounded to a dtype, and infinite beyond its range."""
    if np.asarray(value).dtype.kind != "f":
        return value
    value = rounded(value, dtype)
    return np.where(np.abs(value) >= LARGEST[dtype], np.copysign(np.inf, value), value)


def flushed(value: Any, dtype: str) -> Any:
    """Return floating values, with zeros for subnormal numbers."""
    if np.asarray(value).dtype.kind != "f":
        return value
    return np.where(np.abs(value) < SMALLEST_NORMAL[dtype], np.copysign(0.0, value), value)


def perturbed(dtype: str, seed: int) -> Keep:
    """Return a function that moves every element by one rounding, up or down."""
    random = np.random.default_rng(seed)

    def keep(value: Any) -> Any:
        if np.asarray(value).dtype.kind != "f":
            return value
        return value * (1 + 2.0 ** -BITS[dtype] * random.choice((-1.0, 1.0), np.shape(value)))

    return keep


def weights(shape: tuple[int, ...]) -> Array:
    """Return weights of a result, neither equal nor symmetric, and exact in every dtype."""
    return (np.arange(np.prod(shape, dtype=int)) % 7 - 2.5).reshape(shape) / 4


def derivatives(reference: Reference, make: MakeKeep, inputs: list[Array], count: int) -> list[Array]:
    """Return the derivatives of the weighted result by the first `count` inputs, by central differences of two steps.

    An element is NaN where it is not compared: where the slope changes within a step, or because the input is large.
    """

    def objective(changed: list[Array]) -> float:
        result = reference(make(), *changed)
        return float(np.sum(weights(result.shape) * result))

    here = objective(inputs)
    found = []
    for number in range(count):
        values = inputs[number]
        step = STEP * (np.abs(values).max() or 1.0)
        slopes = np.full(values.shape, np.nan)
        unsure = np.zeros(values.shape)
        for place in np.unique(np.linspace(0, values.size - 1, MOST_PLACES).astype(int)):
            sides = []
            for shift in (step, -step, 2 * step, -2 * step):
                moved = values.copy()
                moved.flat[place] += shift
                sides.append(objective([*inputs[:number], moved, *inputs[number + 1 :]]))
            inner, outer = (sides[0] - sides[1]) / (2 * step), (sides[2] - sides[3]) / (4 * step)
            slopes.flat[place] = (4 * inner - outer) / 3
            unsure.flat[place] = max(abs(inner - outer), abs(sides[0] + sides[1] - 2 * here) / step)
        largest = np.nanmax(np.abs(slopes), initial=0.0) or 1.0
        found.append(np.where(unsure <= KINK * largest, slopes, np.nan))
    return found


def evaluate(reference: Reference, make: MakeKeep, inputs: list[Array], count: int) -> list[Array]:
    """Return the result of the reference, and its derivatives with respect to the first `count` inputs."""
    with np.errstate(all="ignore"):
        result = np.asarray(reference(make(), *inputs))
        return [result, *derivatives(reference, make, inputs, count)] if count else [result]


def settled(got: list[Array], want: list[Array], others: list[list[Array]]) -> tuple[list[Array], list[Array]]:
    """Return the truths with the elements of `got` that another truth explains, and the slack of each element."""
    truths, slacks = [], []
    with np.errstate(all="ignore"):
        for number, (values, truth) in enumerate(zip(got, want, strict=True)):
            slack = np.zeros(truth.shape)
            explained = np.zeros(truth.shape, bool)
            for other in (each[number] for each in others):
                explained |= (other == values) if truth.dtype.kind != "f" else np.isfinite(other) != np.isfinite(truth)
                explained |= np.isinf(other) & np.isinf(truth) & (other != truth)
                if truth.dtype.kind == "f":
                    slack = np.fmax(slack, MAGNIFIED * np.abs(other - truth))
            truths.append(np.where(explained, values, truth))
            slacks.append(np.where(np.isfinite(slack), slack, 0.0))
    return truths, slacks
