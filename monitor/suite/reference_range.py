"""Find the elements of a result that overflow or underflow decides.

A function is defined on real numbers. With very large or very small inputs, its definition may overflow or underflow in
the dtype of the case, although the true result is in range. An implementation may avoid that or not: such an element
is undecided. The reference finds it: evaluated in the dtype itself, it differs from its result in double precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.suite.check_protocol import OracleError
from monitor.suite.declare import FLOATING, Case
from monitor.suite.input_kinds import SMALLEST_NORMAL, SUBNORMAL, Draw
from monitor.suite.inputs import Array, draw_inputs
from monitor.suite.oracle import FetchedTensor, in_range
from monitor.suite.references import evaluate
from monitor.suite.tolerances import PARTS, tolerance_of

COMPUTED_IN = {"bfloat16": "float32"}  # NumPy has no bfloat16; the range is the same


def undecided_as_expected(case: Case, draw: Draw, got: list[Any], want: list[Any]) -> list[Any]:
    """Return the results, with the expected value in the place of every undecided element.

    In double precision, an element that is not finite is undecided: the reference itself overflowed.
    """
    inputs = draw_inputs(case, draw)
    others = [_evaluated(case, _in_dtype(case, draw, inputs)), _evaluated(case, _flushed(case, draw, inputs))]
    decided = []
    for number, (leaf, truth) in enumerate(zip(got, want, strict=False)):
        if not (isinstance(leaf, FetchedTensor) and isinstance(truth, FetchedTensor)):
            decided.append(leaf)
            continue
        expected = in_range(truth.values, truth.dtype)
        undecided = np.zeros(expected.shape, bool)
        if case.dtype == "float64" and expected.dtype.kind in "fc":
            undecided |= ~np.isfinite(expected)
        for other in others:
            if other is not None and np.shape(other[number]) == expected.shape:
                undecided |= _differs(np.asarray(other[number]), expected, truth.dtype, case.declaration.condition)
        same = leaf.values.shape == expected.shape
        values = np.where(undecided, expected, leaf.values) if same and undecided.any() else leaf.values
        decided.append(FetchedTensor(values, leaf.dtype))
    return decided + got[len(decided) :]


def underflow(want: list[Any]) -> tuple[Array, ...]:
    """Return the absolute error that underflow explains, for each expected result: the smallest normal number."""
    parts = [PARTS.get(leaf.dtype, leaf.dtype) if isinstance(leaf, FetchedTensor) else "" for leaf in want]
    return tuple(np.asarray(SMALLEST_NORMAL.get(part, 0.0)) for part in parts)


def _in_dtype(case: Case, draw: Draw, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs in the dtype that the framework has them in."""
    cast = dict(inputs)
    for name, spec in draw.tensors.items():
        dtype = spec.dtype or case.dtype
        if dtype in FLOATING:
            cast[name] = inputs[name].astype(COMPUTED_IN.get(dtype, dtype))
    return cast


def _flushed(case: Case, draw: Draw, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs with zero for subnormal numbers, as hardware may read them."""
    flushed = dict(inputs)
    for name, spec in draw.tensors.items():
        dtype = spec.dtype or case.dtype
        if dtype in SUBNORMAL:
            values = inputs[name]
            flushed[name] = np.where(np.abs(values) < SMALLEST_NORMAL[dtype], np.copysign(0.0, values), values)
    return flushed


def _evaluated(case: Case, inputs: dict[str, Any]) -> list[Any] | None:
    """Return the results of the reference, or None where it needs double precision."""
    try:
        return evaluate(case, inputs)
    except OracleError:
        return None


def _differs(other: Array, expected: Array, dtype: str, condition: float) -> Array:
    """Return where another evaluation of the reference is beyond the tolerance, or on another side of infinity."""
    if expected.dtype.kind not in "fc":
        unequal: Array = other != expected
        return unequal
    other = in_range(other.astype(expected.dtype), dtype)
    with np.errstate(all="ignore"):
        close = np.abs(other - expected) <= condition * tolerance_of(dtype) * np.abs(expected)
        differs: Array = ~(close | (other == expected) | (np.isnan(other) & np.isnan(expected)))
    return differs
