"""Judge approximate primitives of JAX by what they promise."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.suite.inputs import Array
from monitor.suite.oracle import MismatchError

APPROXIMATE_TOP_K = "approx_top_k"


def refuse_other_extremes(program: Any, operand: Array, results: list[Array]) -> None:
    """Raise MismatchError unless `approx_top_k` returns elements with their places, and enough of the extreme ones.

    Its `recall_target` is the expected share of the extreme elements among the results. Results that are not reduced
    to `k` are not counted.
    """
    parameters = _parameters(program)
    if parameters is None:
        return
    axis = parameters["reduction_dimension"] % operand.ndim
    values, places = results
    if places.size and (places.min() < 0 or places.max() >= operand.shape[axis]):
        raise MismatchError("a place is outside of the operand")
    if not np.array_equal(np.take_along_axis(operand, places.astype(int), axis).astype(values.dtype), values):
        raise MismatchError("a value is not the element at its place")
    count = values.shape[axis]
    ordered = np.sort(places, axis=axis)
    if (np.diff(ordered, axis=axis) == 0).any():
        raise MismatchError("a place comes twice")
    if count != parameters["k"] or not count:
        return
    ranked = np.sort(operand.astype(float), axis=axis)
    if parameters["is_max_k"]:
        ranked = np.flip(ranked, axis)
    limit = np.take(ranked, [count - 1], axis)
    found = values >= limit if parameters["is_max_k"] else values <= limit
    if found.mean() < parameters["recall_target"]:
        raise MismatchError("too few of the extreme elements")


def _parameters(program: Any) -> Any:
    for equation in program.eqns:
        if equation.primitive.name == APPROXIMATE_TOP_K:
            return equation.params
        for value in equation.params.values():
            if hasattr(value, "eqns") and (found := _parameters(value)):
                return found
    return None
