"""Judge the sign of zeros in results, where the definition of the function gives zero a sign.

A zero has the sign of its limit if the reference gives both: -0 for an input of -0, and a small negative number for a
small negative input. Where they disagree, as for a maximum of 0 and -0, the sign is undecided.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from monitor.suite.check_protocol import OracleError
from monitor.suite.declare import Case
from monitor.suite.input_kinds import Draw
from monitor.suite.inputs import Array, draw_inputs
from monitor.suite.oracle import FetchedTensor, MismatchError
from monitor.suite.references import evaluate

NEAR = 2.0**-30  # the distance from zero at which the limit is taken
SMALL = 2.0**-15  # of a result that goes to zero with its input


def refuse_other_zeros(case: Case, draw: Draw, got: list[Any]) -> None:
    """Raise MismatchError for a zero of the other sign than its limit. Only draws with -0 are judged."""
    if not any(fill.value == 0 and np.signbit(fill.value) for spec in draw.tensors.values() for fill in spec.fills):
        return
    inputs = draw_inputs(case, draw)
    try:
        truth = evaluate(case, inputs)
    except OracleError:
        return
    refuse_zeros_unlike(
        got,
        truth,
        lambda: evaluate(
            case, {name: moved(value) if name in draw.tensors else value for name, value in inputs.items()}
        ),
    )


def refuse_zeros_unlike(got: list[Any], truth: list[Any], limit: Callable[[], list[Any]]) -> None:
    """Raise MismatchError for a zero of the other sign than the truth, if its limit has that sign as well.

    `limit` returns the truth for inputs whose zeros are `moved`; if it raises, no sign is decided.
    """
    pairs = [
        (leaf.values, np.asarray(want))
        for leaf, want in zip(got, truth, strict=False)
        if isinstance(leaf, FetchedTensor) and leaf.values.dtype.kind == "f"
    ]
    if not any(_other_zeros(*pair).any() for pair in pairs):
        return
    try:
        limits = limit()
    except Exception:  # no limit: a reference may refuse other values
        return
    for leaf, want, near in zip(got, truth, limits, strict=False):
        if isinstance(leaf, FetchedTensor) and leaf.values.dtype.kind == "f":
            wrong = int(np.count_nonzero(_wrong(leaf.values, np.asarray(want), np.asarray(near))))
            if wrong:
                raise MismatchError(f"{wrong} of {leaf.values.size} elements are a zero of the other sign")


def moved(values: Array) -> Array:
    """Return floating values with small numbers of their signs in the place of zeros, and others as they are."""
    return np.where(values == 0, np.copysign(NEAR, values), values) if values.dtype.kind == "f" else values


def _other_zeros(values: Array, truth: Array) -> Array:
    """Return where a result and its truth are zeros of two signs."""
    if values.shape != truth.shape or truth.dtype.kind != "f":
        return np.zeros((), bool)
    other: Array = (values == 0) & (truth == 0) & (np.signbit(values) != np.signbit(truth))
    return other


def _wrong(values: Array, truth: Array, limit: Array) -> Array:
    if truth.shape != limit.shape or limit.dtype.kind != "f":
        return np.zeros((), bool)
    small = (limit != 0) & (np.abs(limit) < SMALL)
    wrong: Array = _other_zeros(values, truth) & small & (np.signbit(limit) == np.signbit(truth))
    return wrong
