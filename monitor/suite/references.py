"""Evaluate the reference of a declared case, in double precision or in another one."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from monitor.formats.error_text import describe
from monitor.model import Mode
from monitor.suite.check_protocol import OracleError
from monitor.suite.declare import Case
from monitor.suite.input_kinds import BATCH, Draw
from monitor.suite.inputs import draw_inputs, reference_arguments
from monitor.suite.oracle import leaves


def expected_results(case: Case, draw: Draw) -> list[Any]:
    """Return the reference results of a call as a flat list of leaves. Raises OracleError.

    Those of a batch of calls are stacked.
    """
    if case.mode is not Mode.VMAP:
        return evaluate(case, draw_inputs(case, draw))
    calls = [evaluate(case, draw_inputs(case, draw, number)) for number in range(BATCH)]
    results = [*zip(*calls, strict=True)]
    if any(len({np.shape(one) for one in result}) > 1 for result in results):
        raise OracleError("the shape of a result depends on values")
    return [np.stack(result) for result in results]


def has_reference(case: Case, draw: Draw) -> bool:
    """Return whether the oracle takes the inputs of a draw. A promise takes all."""
    if not case.declaration.numeric:
        return True
    try:
        expected_results(case, draw)
    except OracleError:
        return False
    return True


def evaluate(case: Case, inputs: dict[str, Any]) -> list[Any]:
    """Return the results of the reference with these inputs, as a flat list of leaves. Raises OracleError."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # infinities and empty arrays are inputs on purpose
        try:
            return [*leaves(case.declaration.oracle(np, **reference_arguments(case, inputs)))]
        except Exception as error:
            raise OracleError(f"the reference failed: {describe(error)}") from error
