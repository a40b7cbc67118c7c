"""Draw the inputs of a case, with the same values in every run, build and framework.

Floating values are rounded to the precision of the dtype of the case: a framework and the oracle in double precision
start from the same numbers, and differ only by the computation of the function.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from monitor.suite.declare import DTYPE, Case, Tensor
from monitor.suite.tolerances import SIGNIFICANT_BITS

Array = np.ndarray[Any, np.dtype[Any]]


def draw_inputs(case: Case) -> dict[str, Any]:
    """Return each input by name: an array in double precision, or the declared value itself."""
    return {
        name: draw(spec, spec.dtype or case.dtype, seed=case.declaration.seed(name))
        if isinstance(spec, Tensor)
        else spec
        for name, spec in case.declaration.inputs.items()
    }


def reference_arguments(case: Case, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs that the oracle takes, by name; a dtype is its name."""
    names = [*inspect.signature(case.declaration.oracle).parameters][1:]
    return {name: case.dtype if inputs[name] is DTYPE else inputs[name] for name in names}


def draw(spec: Tensor, dtype: str, *, seed: int) -> Array:
    """Return an array of the shape of `spec` for `dtype`, as float64, complex128, int64 or bool."""
    random = np.random.default_rng(seed)
    if spec.below:
        return random.integers(0, spec.below, spec.shape)
    if dtype == "bool":
        return random.integers(0, 2, spec.shape).astype(bool)
    if dtype.startswith(("int", "uint")):
        whole = random.integers(0 if dtype.startswith("u") else -8, 8, spec.shape)
        return np.abs(whole) + 1 if spec.positive else whole
    if spec.within:
        return _rounded(random.uniform(*spec.within, spec.shape), SIGNIFICANT_BITS[dtype])
    values = _rounded(random.standard_normal(spec.shape), SIGNIFICANT_BITS[dtype])
    if dtype.startswith("complex"):
        return values + 1j * _rounded(random.standard_normal(spec.shape), SIGNIFICANT_BITS[dtype])
    return np.maximum(np.abs(values), 1 / 8) if spec.positive else values


def _rounded(values: Array, bits: int) -> Array:
    mantissa, exponent = np.frexp(values)
    rounded: Array = np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits)
    return rounded
