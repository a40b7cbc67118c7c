"""Judge the sign of zeros in results, where the definition of the function gives zero a sign.

A zero has the sign of its limit if the reference gives both: -0 for an input of -0, and a small negative number for a
small negative input. Where they disagree, as for a maximum of 0 and -0, the sign is undecided.
"""

from __future__ import annotations

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
    near = {name: _moved(value) if name in draw.tensors else value for name, value in inputs.items()}
    try:
        pairs = [*zip(evaluate(case, inputs), evaluate(case, near), strict=True)]
    except (OracleError, ValueError):  # no limit
        return
    for leaf, (truth, limit) in zip(got, pairs, strict=False):
        if isinstance(leaf, FetchedTensor) and leaf.values.dtype.kind == "f":
            wrong = int(np.count_nonzero(_wrong(leaf.values, np.asarray(truth), np.asarray(limit))))
            if wrong:
                raise MismatchError(f"{wrong} of {leaf.values.size} elements are a zero of the other sign")


def _moved(values: Array) -> Array:
    return np.where(values == 0, np.copysign(NEAR, values), values) if values.dtype.kind == "f" else values


def _wrong(values: Array, truth: Array, limit: Array) -> Array:
    if not values.shape == truth.shape == limit.shape or truth.dtype.kind != "f" or limit.dtype.kind != "f":
        return np.zeros((), bool)
    small = (limit != 0) & (np.abs(limit) < SMALL)
    decided = (truth == 0) & small & (np.signbit(limit) == np.signbit(truth))
    wrong: Array = decided & (values == 0) & (np.signbit(values) != np.signbit(truth))
    return wrong
