"""Find the elements of a result that overflow or underflow decides.

A function is defined on real numbers. With very large or very small inputs, its definition may overflow or underflow in
the dtype of the case, although the true result is in range. An implementation may avoid that or not: such an element
is undecided. The reference finds it: evaluated in the dtype itself, it differs from its result in double precision.
Hardware may also take zero for subnormal numbers, in the inputs or in every step.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from monitor.suite.check_protocol import OracleError
from monitor.suite.declare import FLOATING, Case
from monitor.suite.input_kinds import LARGEST, SUBNORMAL, Draw
from monitor.suite.inputs import Array, draw_inputs
from monitor.suite.oracle import SAME_RANGE, FetchedTensor, in_range
from monitor.suite.references import evaluate
from monitor.suite.tolerances import PARTS, SMALLEST_NORMAL, tolerance_of

TERMS = 2.0**8  # more terms of one size than a sum of the largest numbers has here
MAGNIFIED = 4.0  # a factor of the drawn inputs is rarely larger


def undecided_as_expected(case: Case, draw: Draw, got: list[Any], want: list[Any]) -> list[Any]:
    """Return the results, with the expected value in the place of every undecided element.

    In double precision, an element that is not finite is undecided: the reference itself overflowed. So is an element
    that is another one in extended precision, where NumPy has it: a step of the reference overflowed.
    """
    inputs = draw_inputs(case, draw)
    in_dtype = _in_dtype(case, draw, inputs)
    flushing = {name: _flushing(value) if name in draw.tensors else value for name, value in in_dtype.items()}
    extended = _extended(case, draw, inputs)
    others = [
        _evaluated(case, other) for other in (in_dtype, _flushed(case, draw, inputs), flushing, extended) if other
    ]
    apart = {name: _apart(value) if name in draw.tensors else value for name, value in in_dtype.items()}
    larger = [_evaluated(case, variant) for variant in (_raised(draw, in_dtype), apart)]
    decided = []
    for number, (leaf, truth) in enumerate(zip(got, want, strict=False)):
        if not (isinstance(leaf, FetchedTensor) and isinstance(truth, FetchedTensor)):
            decided.append(leaf)
            continue
        values = [np.array(other[number]) for other in others if other is not None]
        overflowing = [np.array(other[number]) for other in larger if other is not None]
        decided.append(FetchedTensor(_decided(case, leaf.values, truth, values, overflowing), leaf.dtype))
    return decided + got[len(decided) :]


def _decided(case: Case, got: Array, truth: FetchedTensor, others: list[Array], larger: list[Array]) -> Array:
    """Return a result, with the expected value in the place of every element that the other evaluations leave open.

    `larger` are evaluations in which every partial product or sum that may overflow does.
    """
    dtype = truth.dtype
    # The reference in bfloat16 is evaluated in single precision: its own rounding is far below the tolerance.
    condition = 1.0 if case.dtype in SAME_RANGE else case.declaration.condition
    expected = in_range(truth.values, dtype)
    if got.shape != expected.shape:  # the shape may depend on the values
        alike = (other for other in others if other.shape == got.shape)
        return expected if any(not _differs(got, other, dtype, condition).any() for other in alike) else got
    undecided = _near_overflow(truth.values, dtype, case.dtype)
    for other in larger:
        if other.shape == expected.shape and expected.dtype.kind in "fc":
            undecided |= np.isfinite(expected) & ~np.isfinite(in_range(other, dtype))
    for other in others:
        if other.shape == expected.shape:
            undecided |= _differs(other, expected, dtype, condition)
    return np.where(undecided, expected, got) if undecided.any() else got


def _near_overflow(truth: Array, dtype: str, computed_in: str) -> Array:
    """Return where a sum of terms may overflow in another order; in double precision the reference overflows itself."""
    if truth.dtype.kind not in "fc":
        return np.zeros(truth.shape, bool)
    finite = np.isfinite(truth)
    largest = LARGEST.get(PARTS.get(dtype, dtype), math.inf)
    near: Array = finite & (np.abs(truth) > largest / TERMS)
    return near | ~finite if computed_in == "float64" else near


class _FlushingArray(np.ndarray[Any, np.dtype[Any]]):
    """An array whose operations read and write zero for subnormal numbers, as the processor does in some frameworks."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if out := options.get("out"):
            options["out"] = tuple(np.asarray(array) for array in out)
        return _flushing(getattr(ufunc, method)(*(_flush(value) for value in inputs), **options))

    def __array_function__(self, *call: Any) -> Any:
        return _flushing(super().__array_function__(*call))


def _flushing(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_flushing(item) for item in value]
    flushed = _flush(value)
    return flushed.view(_FlushingArray) if isinstance(flushed, np.ndarray) else value


def _flush(value: Any) -> Any:
    """Return a floating array with zero for subnormal numbers, and anything else as it is."""
    if not isinstance(value, np.ndarray | np.floating):
        return value
    plain = np.asarray(value)
    if plain.dtype.kind != "f":
        return plain
    return np.where(
        np.abs(plain) < np.finfo(plain.dtype).smallest_normal, np.copysign(plain.dtype.type(0), plain), plain
    )


class _ApartArray(np.ndarray[Any, np.dtype[Any]]):
    """An array whose sums add positive and negative terms apart, so that they overflow as in the worst order."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [np.asarray(value) if isinstance(value, np.ndarray) else value for value in inputs]
        if out := options.get("out"):
            options["out"] = tuple(np.asarray(array) for array in out)
        are_floating = all(np.asarray(value).dtype.kind == "f" for value in plain)
        if ufunc is np.matmul and are_floating:
            (a, minus_a), (b, minus_b) = (_parts(value) for value in plain)
            return _apart((a @ b + minus_a @ minus_b) - (a @ minus_b + minus_a @ b))
        if ufunc is np.add and method == "reduce" and are_floating and not out:
            positive, negative = (ufunc.reduce(part, **options) for part in _parts(*plain))
            return _apart(positive - negative)
        return _apart(getattr(ufunc, method)(*plain, **options))

    def __array_function__(self, *call: Any) -> Any:
        return _apart(super().__array_function__(*call))


def _apart(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_apart(item) for item in value]
    return np.asarray(value).view(_ApartArray) if isinstance(value, np.ndarray | np.floating) else value


def _parts(values: Array) -> tuple[Array, Array]:
    """Return the positive values, and the magnitudes of the negative ones, with zeros in the other places."""
    return np.maximum(values, 0), np.maximum(-values, 0)


def underflow(want: list[Any]) -> tuple[Array, ...]:
    """Return the absolute error that underflow explains, for each expected result.

    A step that underflows loses up to the smallest normal number. Later factors magnify the loss.
    """
    parts = [PARTS.get(leaf.dtype, leaf.dtype) if isinstance(leaf, FetchedTensor) else "" for leaf in want]
    return tuple(np.asarray(MAGNIFIED * SMALLEST_NORMAL.get(part, 0.0)) for part in parts)


def _in_dtype(case: Case, draw: Draw, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs in the dtype that the framework has them in."""
    cast = dict(inputs)
    for name, spec in draw.tensors.items():
        dtype = spec.dtype or case.dtype
        if dtype in FLOATING:
            cast[name] = inputs[name].astype(SAME_RANGE.get(dtype, dtype))
    return cast


def _extended(case: Case, draw: Draw, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs of double precision in NumPy's longest floating dtype; empty for a case in another dtype."""
    if case.dtype != "float64":
        return {}
    doubles = (name for name, spec in draw.tensors.items() if (spec.dtype or case.dtype) == "float64")
    return inputs | {name: inputs[name].astype(np.longdouble) for name in doubles}


def _flushed(case: Case, draw: Draw, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs with zero for subnormal numbers, as hardware may read them."""
    flushed = dict(inputs)
    for name, spec in draw.tensors.items():
        dtype = spec.dtype or case.dtype
        if dtype in SUBNORMAL:
            values = inputs[name]
            flushed[name] = np.where(np.abs(values) < SMALLEST_NORMAL[dtype], np.copysign(0.0, values), values)
    return flushed


def _raised(draw: Draw, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs with magnitudes of at least one.

    The magnitude of their product is that of the largest partial product, in whatever order factors are multiplied.
    """
    raised = dict(inputs)
    for name in draw.tensors:
        values = inputs[name]
        if values.dtype.kind == "f":
            raised[name] = np.where(np.abs(values) < 1, np.copysign(values.dtype.type(1), values), values)
    return raised


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
        close = np.isfinite(expected) & (np.abs(other - expected) <= condition * tolerance_of(dtype) * np.abs(expected))
        differs: Array = ~(close | (other == expected) | (np.isnan(other) & np.isnan(expected)))
    return differs
