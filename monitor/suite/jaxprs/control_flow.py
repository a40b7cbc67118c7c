"""Primitives that call programs: loops and branches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from monitor.suite.inputs import Array
from monitor.suite.jaxprs.interpreter import evaluate, numpy_dtype, primitive


@primitive("scan")
def scan(*operands: Array, jaxpr: Any, length: int, reverse: bool, **parameters: Any) -> list[Array]:
    num_consts, num_carry = _constants_and_carry(parameters)
    constants, carry = [*operands[:num_consts]], [*operands[num_consts : num_consts + num_carry]]
    sequences = operands[num_consts + num_carry :]
    steps = []
    for place in reversed(range(length)) if reverse else range(length):
        results = evaluate(jaxpr, [*constants, *carry, *(sequence[place] for sequence in sequences)])
        carry = results[:num_carry]
        steps.append(results[num_carry:])
    ordered = steps[::-1] if reverse else steps
    shapes = jaxpr.out_avals[num_carry:]
    return carry + [
        np.stack([step[place] for step in ordered])
        if ordered
        else np.zeros((0, *shape.shape), numpy_dtype(shape.dtype))
        for place, shape in enumerate(shapes)
    ]


def _constants_and_carry(parameters: Mapping[str, Any]) -> tuple[int, int]:
    """Return the numbers of constant and of carried operands; since jax 0.12, `ft_in` has a tree of each kind."""
    if "ft_in" not in parameters:
        return parameters["num_consts"], parameters["num_carry"]
    constants, carry, _ = parameters["ft_in"].unpack()
    return len([*constants.vals]), len([*carry.vals])


@primitive("while")
def while_loop(
    *operands: Array, cond_jaxpr: Any, body_jaxpr: Any, cond_nconsts: int, body_nconsts: int, **_: Any
) -> list[Array]:
    of_condition, rest = operands[:cond_nconsts], operands[cond_nconsts:]
    of_body, carry = rest[:body_nconsts], [*rest[body_nconsts:]]
    while evaluate(cond_jaxpr, [*of_condition, *carry])[0]:
        carry = evaluate(body_jaxpr, [*of_body, *carry])
    return carry


@primitive("cond")
def cond(index: Array, *operands: Array, branches: Any, **_: Any) -> list[Array]:
    return evaluate(branches[min(max(int(index), 0), len(branches) - 1)], operands)
