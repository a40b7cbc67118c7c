"""Is a result right? Compared with what is not the thing under test.

The truth is computed in double precision by NumPy, from the very inputs that the framework was given. The gradient's
truth is the central difference of that reference, element by element.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from monitor.model import Mode, NumericalError
from monitor.suite.declare import Case
from monitor.suite.draw import SIGNIFICANT_BITS, Array, draw_inputs, reference_arguments

# The largest error that is still right, relative to the element and to the largest element of the array (a sum of
# terms of both signs is no more exact than its largest term). For the three lower precisions these are the relative
# tolerances of torch.testing.assert_close; for double precision we ask for more than its 1e-7, so that a result that
# was silently computed in single precision is found.
TOLERANCE = {"float64": 1e-12, "float32": 1.3e-6, "float16": 1e-3, "bfloat16": 1.6e-2}

# The exponent of the smallest normal number, below which a unit in the last place does not shrink.
SMALLEST_EXPONENT = {"float64": -1022, "float32": -126, "float16": -14, "bfloat16": -126}

PARTS = {"complex64": "float32", "complex128": "float64"}  # a complex number is as exact as its parts

# Step of the central difference of a double-precision reference: the cube root of its epsilon balances the error of
# the formula against that of rounding (Press et al., Numerical Recipes, 5.7).
STEP = 2.0**-17
# The error which that leaves, relative to the largest element: a gradient is judged no more sharply than this.
STEP_TOLERANCE = 1e-8


class MismatchError(Exception):
    """A result that is wrong; the message says how, in words that are the same on every machine."""


class Fetched:
    """A tensor of a framework, fetched: its values as a NumPy array, and the name of the dtype it had."""

    def __init__(self, values: Array, dtype: str) -> None:
        self.values, self.dtype = values, dtype


def expected_results(case: Case) -> list[Any]:
    """The truth of a case with a reference, as a flat list of leaves."""
    inputs = draw_inputs(case)
    return [*leaves(_reference(case, inputs))]


def expected_gradients(case: Case, weights: list[Array], names: Iterable[str]) -> list[Array]:
    """The derivative of the weighted sum of all results by each named input, by central differences."""

    def objective(inputs: dict[str, Any]) -> float:
        results = leaves(_reference(case, inputs))
        return float(sum((w * np.asarray(r)).sum() for w, r in zip(weights, results, strict=True)))

    inputs = draw_inputs(case)
    gradients = []
    for name in names:
        gradient = np.zeros(inputs[name].shape)
        for index in np.ndindex(gradient.shape):
            high, low = inputs[name].copy(), inputs[name].copy()
            high[index] += STEP
            low[index] -= STEP
            gradient[index] = (objective({**inputs, name: high}) - objective({**inputs, name: low})) / (2 * STEP)
        gradients.append(gradient)
    return gradients


def keeps_promise(case: Case, result: Any) -> None:
    """Raise MismatchError where a result breaks the promise that the case declares."""
    if not case.declaration.oracle(result, **reference_arguments(case, draw_inputs(case))):
        raise MismatchError("the result does not keep its promise")


def compare(case: Case, got: list[Any], want: list[Any], *, floor: float = 0.0) -> NumericalError | None:
    """Compare flat lists of leaves and return the largest error; None where nothing is inexact.

    Tensors are compared by shape, dtype and values, anything else by equality. `floor` is the least relative
    tolerance. Raises MismatchError.
    """
    if len(got) != len(want):
        raise MismatchError(f"{len(got)} results, expected {len(want)}")
    errors = []
    for leaf, truth in zip(got, want, strict=True):
        if not isinstance(leaf, Fetched):
            if isinstance(truth, np.ndarray) or leaf != truth:
                raise MismatchError(f"result {leaf!r}, expected {np.asarray(truth).tolist()!r}"[:200])
        elif error := _compare_arrays(leaf, np.asarray(truth), case, floor):
            errors.append(error)
    if not errors:
        return None
    return NumericalError(*(max(getattr(e, name) for e in errors) for name in ("max_abs", "max_rel", "max_ulp")))


def leaves(value: Any) -> Iterator[Any]:
    """The leaves of nested tuples, lists and dicts, dicts in the order of their keys."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from leaves(value[key])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def _reference(case: Case, inputs: dict[str, Any]) -> Any:
    return case.declaration.oracle(np, **reference_arguments(case, inputs))


def _compare_arrays(got: Fetched, want: Array, case: Case, floor: float) -> NumericalError | None:
    if got.values.shape != want.shape:
        raise MismatchError(f"shape {got.values.shape}, expected {want.shape}")
    dtype = "bool" if want.dtype == bool else case.dtype if case.mode is Mode.GRADIENT else case.result_dtype
    if got.dtype != dtype:
        raise MismatchError(f"dtype {got.dtype}, expected {dtype}")
    part = PARTS.get(dtype, dtype)
    if part not in TOLERANCE:
        wrong = int(np.count_nonzero(got.values != want))
        if wrong:
            raise MismatchError(f"{wrong} of {want.size} elements differ")
        return None
    return _compare_inexact(got.values, want, part, max(TOLERANCE[part], floor))


def _compare_inexact(got: Array, want: Array, dtype: str, tolerance: float) -> NumericalError | None:
    finite = np.isfinite(want)
    if not np.array_equal(np.isnan(got), np.isnan(want)) or not np.array_equal(
        got[np.isinf(want)], want[np.isinf(want)]
    ):
        raise MismatchError("not finite where a number was expected, or the reverse")
    got, want = got[finite].astype(np.result_type(got, want, float)), want[finite]
    if want.size == 0:
        return None
    error, size = np.abs(got - want), np.abs(want)
    exponent = np.maximum(np.frexp(size)[1] - 1, SMALLEST_EXPONENT[dtype])
    ulp = np.exp2(exponent - (SIGNIFICANT_BITS[dtype] - 1.0))
    relative = error / np.maximum(size, np.finfo(float).tiny)
    # A wanted zero has no relative error: it is judged by the largest element alone.
    worst = NumericalError(
        float(error.max()), float(relative[size > 0].max(initial=0)), float((error / ulp)[size > 0].max(initial=0))
    )
    allowed = tolerance * (size + (size.max() or 1.0))
    if wrong := int(np.count_nonzero(~(error <= allowed))):
        over = _round_up(float(np.max(error / allowed)))
        raise MismatchError(f"{wrong} of {want.size} elements off, by up to {over:g} times the tolerance")
    return worst


def _round_up(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten: the size of an error, the same from one run to the next."""
    if not math.isfinite(value):
        return value
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9))
