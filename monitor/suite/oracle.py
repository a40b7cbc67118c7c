"""Compare results with the truth, which does not come from the code under test.

The truth is computed in double precision, from exactly the inputs of the framework. The author of a check knows how
(`monitor.suite.declared_check`, and the listed suites of each framework).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from monitor.model import NumericalError
from monitor.suite.inputs import Array
from monitor.suite.tolerances import PARTS, SIGNIFICANT_BITS, SMALLEST_EXPONENT, TOLERANCE

# A larger deviation becomes None, or this value if it passes: sums of two larger ones would be infinite. The schema has
# the same limit.
LARGEST_ERROR = 1e300


SAME_RANGE = {"bfloat16": "float32"}  # NumPy has no bfloat16; its exponents are those of single precision


class MismatchError(Exception):
    """A wrong result; the message describes it in words that are the same on every machine.

    `error` is the size of the error, where it is a number.
    """

    def __init__(self, message: str, error: NumericalError | None = None) -> None:
        super().__init__(message)
        self.error = error


class FetchedTensor:
    """A fetched tensor of a framework: its values as a NumPy array, and the name of its dtype.

    `weak` is whether another operand decides the dtype of a later result, as for a Python number (JAX).
    """

    def __init__(self, values: Array, dtype: str, *, weak: bool = False) -> None:
        self.values, self.dtype, self.weak = values, dtype, weak


@dataclass(frozen=True)
class Leniency:
    """Additional tolerance beyond that of the dtype, for a reason that the check knows.

    `floor` is the least relative tolerance; `condition` a factor on the tolerance; `scale` the least magnitude that
    errors are relative to; `slack`, one array for each result, an additional absolute error.
    """

    floor: float = 0.0
    condition: float = 1.0
    scale: float = 0.0
    slack: tuple[Array, ...] = ()


EXACTLY = Leniency()


def compare(got: list[Any], want: list[Any], leniency: Leniency = EXACTLY) -> NumericalError | None:
    """Compare flat lists of leaves and return the largest error; None where nothing is inexact.

    Tensors are compared by shape, dtype and values, anything else by equality; a wanted tensor without a dtype leaves
    the dtype open. Raises MismatchError.
    """
    if len(got) != len(want):
        raise MismatchError(f"{len(got)} results, expected {len(want)}")
    errors = []
    for number, (leaf, truth) in enumerate(zip(got, want, strict=True)):
        if isinstance(leaf, FetchedTensor) and isinstance(truth, FetchedTensor):
            slack = leniency.slack[number] if leniency.slack else np.zeros(())
            if error := _compare_tensors(leaf, truth, leniency, slack):
                errors.append(error)
        elif isinstance(leaf, FetchedTensor) or isinstance(truth, FetchedTensor) or leaf != truth:
            raise MismatchError(f"result {_shown(leaf)}, expected {_shown(truth)}"[:200])
    return NumericalError.largest(errors)


def leaves(value: Any) -> Iterator[Any]:
    """Yield the leaves of nested tuples, lists and dicts, dicts in the order of their keys."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from leaves(value[key])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def with_open_dtypes(results: Iterable[Any]) -> list[Any]:
    """Return copies of results that are the truth for any dtype: a function may change what it gave back before."""
    return [FetchedTensor(leaf.values.copy(), "") if isinstance(leaf, FetchedTensor) else leaf for leaf in results]


def values_of(results: Iterable[Any]) -> list[Any]:
    """Return the values of tensors, and other leaves as they are."""
    return [leaf.values if isinstance(leaf, FetchedTensor) else leaf for leaf in results]


def _shown(leaf: Any) -> str:
    return repr(leaf.values.tolist() if isinstance(leaf, FetchedTensor) else leaf)


def _compare_tensors(
    got: FetchedTensor, want: FetchedTensor, leniency: Leniency, slack: Array
) -> NumericalError | None:
    if got.values.shape != want.values.shape:
        raise MismatchError(f"shape {got.values.shape}, expected {want.values.shape}")
    if want.dtype and got.dtype != want.dtype:
        raise MismatchError(f"dtype {got.dtype}, expected {want.dtype}")
    part = PARTS.get(got.dtype, got.dtype)
    if part not in TOLERANCE:
        wrong = int(np.count_nonzero(got.values != want.values))
        if wrong:
            raise MismatchError(f"{wrong} of {want.values.size} elements differ")
        return None
    return _compare_inexact(got.values, in_range(want.values, part), part, leniency, slack)


def in_range(values: Array, dtype: str) -> Array:
    """Return the values, with infinities for those beyond the range of a dtype."""
    dtype = SAME_RANGE.get(PARTS.get(dtype, dtype), PARTS.get(dtype, dtype))
    if values.dtype.kind not in "fc" or dtype not in ("float16", "float32"):
        return values
    with np.errstate(over="ignore"):
        if np.iscomplexobj(values):
            return in_range(values.real, dtype) + 1j * in_range(values.imag, dtype)
        return np.where(np.isinf(values.astype(dtype)), np.copysign(np.inf, values), values)


def _compare_inexact(got: Array, want: Array, dtype: str, leniency: Leniency, slack: Array) -> NumericalError | None:
    finite = np.isfinite(want)
    if not np.array_equal(np.isnan(got), np.isnan(want)) or not np.array_equal(
        got[np.isinf(want)], want[np.isinf(want)]
    ):
        raise MismatchError("not finite where a number was expected, or the reverse")
    slack = np.broadcast_to(slack, want.shape)[finite]
    got, want = got[finite].astype(np.result_type(got, want, float)), want[finite]
    if want.size == 0:
        return None
    error, size = np.abs(got - want), np.abs(want)
    exponent = np.maximum(np.frexp(size)[1] - 1, SMALLEST_EXPONENT[dtype])
    ulp = np.exp2(exponent - (SIGNIFICANT_BITS[dtype] - 1.0))
    relative = error / np.maximum(size, np.finfo(float).tiny)
    # A wanted zero has no relative error: only the largest element judges it.
    worst = NumericalError(
        float(error.max()), float(relative[size > 0].max(initial=0)), float((error / ulp)[size > 0].max(initial=0))
    )
    tolerance = leniency.condition * max(TOLERANCE[dtype], leniency.floor)
    allowed = tolerance * size + tolerance * max(size.max() or 1.0, leniency.scale) + slack
    if wrong := int(np.count_nonzero(~(error <= allowed))):
        over = _round_up(float(np.max(error / allowed)))
        measured = worst if all(value <= LARGEST_ERROR for value in astuple(worst)) else None
        raise MismatchError(f"{wrong} of {want.size} elements off, by up to {over:g} times the tolerance", measured)
    return NumericalError(*(min(value, LARGEST_ERROR) for value in astuple(worst)))


def _round_up(value: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten: a size of an error that is stable from run to run."""
    if not math.isfinite(value):
        return value
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9))
