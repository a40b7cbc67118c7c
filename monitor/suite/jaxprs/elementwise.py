"""Primitives that compute each element of their result from the elements at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from monitor.suite.inputs import Array
from monitor.suite.jaxprs.interpreter import PRIMITIVES, NoReferenceError, numpy_dtype, primitive

UNARY: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "bessel_i0e": special.i0e,
    "bessel_i1e": special.i1e,
    "cbrt": np.cbrt,
    "ceil": np.ceil,
    "conj": np.conj,
    "copy": np.copy,
    "copy_p": np.copy,
    "cos": np.cos,
    "cosh": np.cosh,
    "digamma": special.digamma,
    "erf": special.erf,
    "erf_inv": special.erfinv,
    "erfc": special.erfc,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "floor": np.floor,
    "imag": np.imag,
    "is_finite": np.isfinite,
    "lgamma": special.gammaln,
    "log": np.log,
    "log1p": np.log1p,
    "neg": np.negative,
    "not": np.invert,
    "one_minus_square": lambda x: 1 - x * x,
    "real": np.real,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "square": np.square,
    "stop_gradient": np.copy,
    "tan": np.tan,
    "tanh": np.tanh,
}
BINARY: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "add_any": np.add,
    "and": np.bitwise_and,
    "atan2": np.arctan2,
    "complex": lambda x, y: x + 1j * y,
    "eq": np.equal,
    "ge": np.greater_equal,
    "gt": np.greater,
    "igamma": special.gammainc,
    "igammac": special.gammaincc,
    "le": np.less_equal,
    "lt": np.less,
    "max": lambda x, y: np.maximum(_real(x), y),
    "min": lambda x, y: np.minimum(_real(x), y),
    "mul": np.multiply,
    "ne": np.not_equal,
    "or": np.bitwise_or,
    "sub": np.subtract,
    "xor": np.bitwise_xor,
}


def _without_parameters(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *operands, **_: function(*operands)


PRIMITIVES.update({name: _without_parameters(function) for name, function in (UNARY | BINARY).items()})


def _real(x: Array) -> Array:
    if x.dtype.kind == "c":
        raise NoReferenceError("no order of complex numbers")
    return x


@primitive("population_count")
def population_count(x: Array, **_: Any) -> Array:
    return np.bitwise_count(_unsigned(x))


def _unsigned(x: Array) -> Array:
    return x.view(f"u{x.dtype}") if x.dtype.kind == "i" else x


@primitive("logistic")
def logistic(x: Array, **_: Any) -> Array:
    if np.iscomplexobj(x):
        return np.asarray(1 / (1 + np.exp(-x)))
    return np.asarray(special.expit(x))


@primitive("sign")
def sign(x: Array, **_: Any) -> Array:
    if np.iscomplexobj(x):
        return np.where(x == 0, 0, x / np.where(x == 0, 1, np.abs(x)))
    return np.where(x == 0, x, np.sign(x))  # the sign of zero is zero itself


@primitive("round")
def round_(x: Array, *, rounding_method: Any, **_: Any) -> Array:
    if int(rounding_method) == 1:  # to the even one of two neighbours
        return np.round(x)
    return np.copysign(np.floor(np.abs(x) + 0.5), x)


@primitive("div")
def div(x: Array, y: Array, **_: Any) -> Array:
    if x.dtype.kind in "iu":
        quotient = np.abs(x.astype(object)) // np.where(y == 0, 1, np.abs(y.astype(object)))
        signed = np.where((x < 0) != (y < 0), -quotient, quotient)
        return np.where(y == 0, -1, signed).astype(np.int64 if x.dtype.kind == "i" else np.uint64).astype(x.dtype)
    return np.asarray(x / y)


@primitive("rem")
def rem(x: Array, y: Array, **_: Any) -> Array:
    if x.dtype.kind in "iu":
        return np.where(y == 0, x, np.fmod(x, np.where(y == 0, 1, y)))
    return np.fmod(x, y)


@primitive("pow")
def pow_(x: Array, y: Array, **_: Any) -> Array:
    return np.power(x, y)


@primitive("integer_pow")
def integer_pow(x: Array, *, y: int, **_: Any) -> Array:
    if y < 0:
        return np.asarray(1 / integer_pow(x, y=-y))
    power = np.ones_like(x)
    for _step in range(y):
        power = power * x
    return power


@primitive("clamp")
def clamp(low: Array, x: Array, high: Array, **_: Any) -> Array:
    return np.minimum(np.maximum(x, low), high)


@primitive("select_n")
def select_n(which: Array, *choices: Array, **_: Any) -> Array:
    return np.choose(np.broadcast_to(which.astype(int), choices[0].shape), choices) if choices[0].size else choices[0]


@primitive("regularized_incomplete_beta")
def betainc(a: Array, b: Array, x: Array, **_: Any) -> Array:
    return np.asarray(special.betainc(a, b, x))


@primitive("shift_left")
def shift_left(x: Array, y: Array, **_: Any) -> Array:
    return np.where(_within(x, y), np.left_shift(x, np.where(_within(x, y), y, 0)), 0)


@primitive("shift_right_logical")
def shift_right_logical(x: Array, y: Array, **_: Any) -> Array:
    unsigned = _unsigned(x)
    amount = np.where(_within(x, y), y, 0).astype(unsigned.dtype)
    return np.where(_within(x, y), np.right_shift(unsigned, amount), 0).astype(x.dtype)


@primitive("shift_right_arithmetic")
def shift_right_arithmetic(x: Array, y: Array, **_: Any) -> Array:
    bits = 8 * x.dtype.itemsize
    return np.asarray(np.right_shift(x, np.where(_within(x, y), y, bits - 1).astype(x.dtype)))


def _within(x: Array, y: Array) -> Array:
    inside: Array = (y >= 0) & (y.astype(object) < 8 * x.dtype.itemsize)
    return inside.astype(bool)


@primitive("convert_element_type")
def convert_element_type(x: Array, *, new_dtype: Any, **_: Any) -> Array:
    dtype = numpy_dtype(new_dtype)
    if x.dtype.kind == "c" and dtype.kind != "c":
        x = x.real
    if dtype.kind in "iu" and x.dtype.kind == "f":
        info = np.iinfo(dtype)
        whole = np.trunc(np.nan_to_num(x, nan=0.0, posinf=np.inf, neginf=-np.inf))
        inside = np.clip(whole, float(info.min), np.nextafter(float(info.max) + 1, 0)).astype(dtype)
        return np.where(whole > info.max, info.max, np.where(whole < info.min, info.min, inside)).astype(dtype)
    return x.astype(dtype)


@primitive("reduce_precision")
def reduce_precision(x: Array, *, exponent_bits: int, mantissa_bits: int, **_: Any) -> Array:
    mantissa, exponent = np.frexp(x)
    rounded = np.ldexp(np.round(np.ldexp(mantissa, mantissa_bits + 1)), exponent - mantissa_bits - 1)
    largest = np.ldexp(2 - 2.0**-mantissa_bits, 2 ** (exponent_bits - 1) - 1)
    smallest = 2.0 ** (2 - 2 ** (exponent_bits - 1))
    rounded = np.where(np.abs(rounded) < smallest, np.copysign(0.0, rounded), rounded)
    return np.asarray(np.where(np.abs(rounded) > largest, np.copysign(np.inf, rounded), rounded))


@primitive("device_put")
def device_put(*values: Array, **_: Any) -> list[Array]:
    return [*values]


@primitive("iota")
def iota(*_: Array, dtype: Any, shape: tuple[int, ...], dimension: int, **__: Any) -> Array:
    counted = np.arange(shape[dimension]).astype(numpy_dtype(dtype))
    along = [1] * len(shape)
    along[dimension] = shape[dimension]
    return np.broadcast_to(counted.reshape(along), shape).copy()


@primitive("bitcast_convert_type")
def bitcast_convert_type(x: Array, *, new_dtype: Any, operand_dtypes: list[Any], **_: Any) -> Array:
    exact = np.ascontiguousarray(x.astype(operand_dtypes[0]))
    old, new = exact.dtype.itemsize, np.dtype(new_dtype).itemsize
    if new == old:
        return exact.view(new_dtype)
    return exact[..., None].view(new_dtype) if new < old else exact.view(new_dtype)[..., 0]


@primitive("nextafter")
def nextafter(x: Array, y: Array, *, operand_dtypes: list[Any], **_: Any) -> Array:
    return np.asarray(np.nextafter(x.astype(operand_dtypes[0]), y.astype(operand_dtypes[0])))
