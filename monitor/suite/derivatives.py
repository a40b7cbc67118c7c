"""Differentiate the reference of a declared case by differences, and judge gradients of a framework with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from monitor.model import NumericalError
from monitor.suite.declare import Case
from monitor.suite.input_kinds import Draw
from monitor.suite.inputs import Array, draw_inputs, uneven
from monitor.suite.oracle import FetchedTensor, Leniency, compare
from monitor.suite.references import evaluate, expected_results
from monitor.suite.tolerances import ONE_SIDED_TOLERANCE, SECOND_STEP, STEP

Inputs = dict[str, Any]

# Points around a kink at which its derivatives are taken, and their distance from it, well above the step of a
# difference. Each of eight equal elements comes first in one of them, but for a chance of one in five thousand.
POINTS = 64
DISTANCE = 2.0**6 * STEP

# The largest difference of two second differences of a smooth function, relative to their size or to one.
AGREEMENT = 1e-3


def expected_gradients(case: Case, draw: Draw, weights: list[Array], names: Iterable[str]) -> list[Array]:
    """Return the derivative of the weighted sum of all results by each named input, by central differences.

    Raises OracleError.
    """
    objective = _objective(case, weights)
    inputs = draw_inputs(case, draw)
    return [_differences(objective, inputs, name, STEP, -STEP) for name in names]


def expected_forward(case: Case, draw: Draw, tangents: Mapping[str, Array]) -> list[Array]:
    """Return the derivative of each result along the tangents, by central differences. Raises OracleError."""
    inputs = draw_inputs(case, draw)
    high, low = (evaluate(case, _moved(inputs, tangents, step)) for step in (STEP, -STEP))
    return [(np.asarray(up) - np.asarray(down)) / (2 * STEP) for up, down in zip(high, low, strict=True)]


def expected_second(case: Case, draw: Draw, tangents: Mapping[str, Array]) -> tuple[list[Array], tuple[Array, ...]]:
    """Return the derivative of the gradient along the tangents, by each of their inputs, and a bound of its error.

    Raises OracleError. The gradient is that of the weighted sum of all results. The bound has the difference between
    two steps, and the rounding of the four sums of a difference. It is infinite if the two steps disagree: the function
    bends within a step.
    """
    weights = gradient_weights(case, draw)
    objective = _objective(case, weights)
    inputs = draw_inputs(case, draw)
    size = sum(np.abs(w * np.asarray(r)).sum() for w, r in zip(weights, evaluate(case, inputs), strict=True))
    rounding = 4 * np.finfo(float).eps * size / SECOND_STEP**2

    def along(inputs: Inputs, step: float) -> float:
        return objective(_moved(inputs, tangents, step)) - objective(_moved(inputs, tangents, -step))

    def second(name: str, step: float) -> Array:
        return _differences(lambda given: along(given, step) / (2 * step), inputs, name, step, -step)

    fine = [second(name, SECOND_STEP) for name in tangents]
    coarse = [second(name, 2 * SECOND_STEP) for name in tangents]
    return fine, tuple(_bound(a, b) + rounding for a, b in zip(fine, coarse, strict=True))


def _bound(fine: Array, coarse: Array) -> Array:
    """Return the difference between two second differences; infinity where they share less than three digits."""
    apart = np.abs(fine - coarse)
    return np.where(apart > AGREEMENT * np.maximum(np.abs(fine), 1.0), np.inf, apart)


def directions(case: Case, draw: Draw) -> dict[str, Array]:
    """Return a direction for each input that has a derivative, exact in every dtype."""
    free = {name: spec for name, spec in draw.tensors.items() if spec.differentiable(case.dtype)}
    return {name: uneven(spec.shape, first) for first, (name, spec) in enumerate(free.items())}


def _moved(inputs: Inputs, tangents: Mapping[str, Array], step: float) -> Inputs:
    return inputs | {name: inputs[name] + step * tangent for name, tangent in tangents.items()}


def gradient_weights(case: Case, draw: Draw) -> list[Array]:
    """Return weights for the elements of each result, neither equal nor symmetric, and exact in every dtype."""
    return [uneven(np.shape(result)) for result in expected_results(case, draw)]


def compare_with_one_sided(case: Case, draw: Draw, names: list[str], got: list[Any]) -> NumericalError | None:
    """Compare gradients where the function may have a kink. Raises MismatchError and OracleError.

    Every number between the two one-sided derivatives is a right derivative there, and so is every number between the
    derivatives at points nearby (the generalized gradient, Clarke 1983). An element without finite one-sided
    derivatives is undecided.
    """
    objective = _objective(case, gradient_weights(case, draw))
    inputs = draw_inputs(case, draw)
    want = []
    for name, leaf in zip(names, got, strict=True):
        right = _differences(objective, inputs, name, STEP, 0.0)
        left = _differences(objective, inputs, name, 0.0, -STEP)
        low, high = np.minimum(left, right), np.maximum(left, right)
        nearest = (left + right) / 2
        if isinstance(leaf, FetchedTensor) and leaf.values.shape == nearest.shape:
            if _outside(leaf.values, low, high).any():
                nearby = _derivatives_nearby(objective, inputs, name)
                low, high = np.fmin(low, np.fmin.reduce(nearby)), np.fmax(high, np.fmax.reduce(nearby))
            between = np.clip(leaf.values, low, high)
            nearest = np.where(np.isfinite(left) & np.isfinite(right), between, leaf.values)
        want.append(FetchedTensor(nearest, case.dtype))
    # Inputs and weights are about one, and so are the terms whose sum a gradient near zero is.
    return compare(got, want, Leniency(ONE_SIDED_TOLERANCE, case.declaration.condition, scale=1.0))


def _outside(values: Array, low: Array, high: Array) -> Array:
    outside: Array = (values < low - ONE_SIDED_TOLERANCE) | (values > high + ONE_SIDED_TOLERANCE)
    return outside


def _derivatives_nearby(objective: Callable[[Inputs], float], inputs: Inputs, name: str) -> Array:
    """Return the derivative with respect to an input at points around it, in all orders of equal elements, stacked."""
    random = np.random.default_rng(0)
    points = [inputs[name] + DISTANCE * random.standard_normal(inputs[name].shape) for _ in range(POINTS)]
    return np.stack([_differences(objective, {**inputs, name: point}, name, STEP, -STEP) for point in points])


def _objective(case: Case, weights: list[Array]) -> Callable[[Inputs], float]:
    def objective(inputs: Inputs) -> float:
        with np.errstate(all="ignore"):
            return float(sum((w * np.asarray(r)).sum() for w, r in zip(weights, evaluate(case, inputs), strict=True)))

    return objective


def _differences(objective: Callable[[Inputs], float], inputs: Inputs, name: str, up: float, down: float) -> Array:
    """Return the difference quotient of the objective by each element of an input, between two steps from it."""
    gradient = np.zeros(inputs[name].shape)
    for index in np.ndindex(gradient.shape):
        high, low = inputs[name].copy(), inputs[name].copy()
        high[index] += up
        low[index] += down
        gradient[index] = (objective({**inputs, name: high}) - objective({**inputs, name: low})) / (up - down)
    return gradient
