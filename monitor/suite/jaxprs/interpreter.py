"""Evaluate a traced program of JAX in NumPy: no kernel of the framework runs.

A traced program (jaxpr) is a list of primitives with their parameters. Floating numbers are computed in double
precision, whatever their dtype; integers in their own, so that they wrap alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from monitor.suite.inputs import Array

Parameters = Mapping[str, Any]
# A primitive takes its operands and the parameters of its equation, and returns one array or a list of them.
Primitive = Callable[..., Any]

PRIMITIVES: dict[str, Primitive] = {}

# The parameter that holds the program which a primitive calls.
CALLED = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "remat": "jaxpr",
    "remat2": "jaxpr",
}
# Primitives whose result depends on the dtype of their operands.
NEED_DTYPES = {"bitcast_convert_type", "nextafter"}


class NoReferenceError(Exception):
    """A program with a primitive that has no reference; the message names it."""


def primitive(*names: str) -> Callable[[Primitive], Primitive]:
    """Register the reference of primitives, `reference(*operands, **parameters)`."""

    def register(function: Primitive) -> Primitive:
        PRIMITIVES.update(dict.fromkeys(names, function))
        return function

    return register


def evaluate(program: Any, inputs: Iterable[Array]) -> list[Array]:
    """Return the results of a closed jaxpr for arrays of NumPy. Raises NoReferenceError."""
    with np.errstate(all="ignore"):
        return _evaluate(program.jaxpr, [widened(constant) for constant in program.consts], [*map(widened, inputs)])


def widened(value: Any) -> Array:
    """Return floating values in double precision, and all others as they are."""
    values = np.asarray(value)
    if values.dtype.kind in "iub":
        return values
    if values.dtype.kind == "c":
        return values.astype(np.complex128)
    if values.dtype.kind == "f" or is_float(values.dtype):
        return values.astype(np.float64)
    raise NoReferenceError(f"values of {values.dtype}")


def is_float(dtype: Any) -> bool:
    """Return whether a dtype is a real floating one, those included that NumPy lacks."""
    name = str(dtype)
    return name.startswith(("float", "bfloat"))


def numpy_dtype(dtype: Any) -> Any:
    """Return the dtype in which values of a framework's dtype are computed here. Raises NoReferenceError."""
    if is_float(dtype):
        return np.dtype(np.float64)
    name = str(dtype)
    if name.startswith("complex"):
        return np.dtype(np.complex128)
    if name == "bool" or (name.startswith(("int", "uint")) and name not in ("int2", "int4", "uint2", "uint4")):
        return np.dtype(name)
    raise NoReferenceError(f"values of {name}")


def _evaluate(program: Any, constants: list[Array], inputs: list[Array]) -> list[Array]:
    known: dict[Any, Array] = {}

    def read(variable: Any) -> Array:
        if hasattr(variable, "val"):
            return np.asarray(variable.val).astype(numpy_dtype(variable.aval.dtype))
        return known[variable]

    known.update(zip(program.constvars, constants, strict=True))
    known.update(zip(program.invars, inputs, strict=True))
    for equation in program.eqns:
        operands = [*map(read, equation.invars)]
        results = _apply(equation, operands)
        known.update(zip(equation.outvars, results, strict=False))
    return [*map(read, program.outvars)]


def _apply(equation: Any, operands: list[Array]) -> list[Array]:
    name = equation.primitive.name
    if name in CALLED:
        called = equation.params[CALLED[name]]
        closed = hasattr(called, "jaxpr")
        constants = [*map(widened, called.consts)] if closed else []
        return _evaluate(called.jaxpr if closed else called, constants, operands)
    function = PRIMITIVES.get(name)
    if function is None:
        raise NoReferenceError(f"no reference for {name}")
    exact = {"operand_dtypes": [one.aval.dtype for one in equation.invars]} if name in NEED_DTYPES else {}
    results = function(*operands, **equation.params, **exact)
    results = results if isinstance(results, list) else [results]
    dtypes = [variable.aval.dtype for variable in equation.outvars]
    return [
        np.asarray(result) if str(dtype).startswith("key<") else np.asarray(result).astype(numpy_dtype(dtype))
        for result, dtype in zip(results, dtypes, strict=True)
    ]
