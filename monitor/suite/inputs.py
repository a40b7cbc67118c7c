"""Draw the inputs of a case, with the same values in every run, build and framework.

Floating values are rounded to the precision of the dtype of the case: a framework and the oracle in double precision
start from the same numbers, and differ only by the computation of the function.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from monitor.suite.declare import DTYPE, Case, Tensor, View
from monitor.suite.input_kinds import Draw
from monitor.suite.tolerances import SIGNIFICANT_BITS

Array = np.ndarray[Any, np.dtype[Any]]


def draw_inputs(case: Case, draw: Draw, number: int = 0) -> dict[str, Any]:
    """Return each input of a call by name: an array in double precision, or the declared value itself.

    `number` is the place of the call in a batch.
    """
    return {
        name: draw_tensor(draw.tensors[name], case.dtype, seed=case.declaration.seed(name) + number)
        if name in draw.tensors
        else spec
        for name, spec in case.declaration.inputs.items()
    }


def reference_arguments(case: Case, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs that the oracle takes, by name; a dtype is its name."""
    names = [*inspect.signature(case.declaration.oracle).parameters][1:]
    return {name: case.dtype if inputs[name] is DTYPE else inputs[name] for name in names}


def draw_tensor(spec: Tensor, dtype: str, *, seed: int) -> Array:
    """Return the values of an input of a case in `dtype`, as float64, complex128, int64 or bool."""
    dtype = spec.dtype or dtype
    if spec.listed:
        values = np.array(spec.listed, "int" if dtype.startswith(("int", "uint")) else None).reshape(spec.shape)
    elif spec.constant is not None:
        values = np.full(spec.shape, spec.constant)
    else:
        values = np.array(_drawn(spec, dtype, np.random.default_rng(seed)))
        values = values if spec.factor == 1 else values * spec.factor
    values = _rounded_to(values, dtype)
    for fill in spec.fills:
        values.reshape(-1)[fill.start :: fill.step] = fill.value
    return values


def uneven(shape: tuple[int, ...], first: int = 0) -> Array:
    """Return weights for the elements of an array, neither equal nor symmetric, and exact in every dtype."""
    return ((np.arange(first, first + np.prod(shape, dtype=int)) % 7 - 2.5) / 4).reshape(shape)


def base_of(values: Array, view: View) -> Array:
    """Return an array that `view` of the framework turns into these values. The rest of it is NaN, or zero."""
    if view is View.TRANSPOSED:
        return np.ascontiguousarray(values.transpose())
    hole = np.nan if values.dtype.kind in "fc" else 0
    if view is View.OFFSET:
        return np.concatenate([np.full((1, *values.shape[1:]), hole, values.dtype), values])
    base = np.full((*values.shape[:-1], 2 * values.shape[-1]), hole, values.dtype)
    base[..., ::2] = values
    return base


def _drawn(spec: Tensor, dtype: str, random: np.random.Generator) -> Array:
    if spec.below:
        return random.integers(0, spec.below, spec.shape)
    if dtype == "bool":
        return random.integers(0, 2, spec.shape).astype(bool)
    if dtype.startswith(("int", "uint")):
        whole = random.integers(0 if dtype.startswith("u") else -8, 8, spec.shape)
        return np.abs(whole) + 1 if spec.positive else whole
    if spec.within:
        return random.uniform(*spec.within, spec.shape)
    values = random.standard_normal(spec.shape)
    if dtype.startswith("complex"):
        return values + 1j * random.standard_normal(spec.shape)
    return np.maximum(np.abs(values), 1 / 8) if spec.positive else values


def _rounded_to(values: Array, dtype: str) -> Array:
    """Return values with the significant bits of a dtype; those of an exact dtype as they are."""
    if dtype == "bool":
        return values.astype(bool)
    if dtype not in SIGNIFICANT_BITS:
        return values
    bits = SIGNIFICANT_BITS[dtype]
    if np.iscomplexobj(values):
        return _rounded(values.real, bits) + 1j * _rounded(values.imag, bits)
    return np.asarray(_rounded(values.astype(float), bits))


def _rounded(values: Array, bits: int) -> Array:
    mantissa, exponent = np.frexp(values)
    rounded: Array = np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits)
    return rounded
