"""Draw the inputs of a program, and round numbers as a dtype does. Scripts of cases contain these functions."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

BITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}
LARGEST = {"float64": 1.7976931348623157e308, "float32": 2.0**128, "float16": 65520.0, "bfloat16": 2.0**128}
SMALLEST_NORMAL = {"float64": 2.0**-1022, "float32": 2.0**-126, "float16": 2.0**-14, "bfloat16": 2.0**-126}


def rounded(values: Array, dtype: str) -> Array:
    """Return values in double precision, rounded to the significant bits of a dtype."""
    mantissa, exponent = np.frexp(values)
    nearest: Array = np.ldexp(np.round(np.ldexp(mantissa, BITS[dtype])), exponent - BITS[dtype])
    return nearest


def draw(seed: int, shape: tuple[int, ...], dtype: str, values: str = "normal", below: int = 0) -> Array:
    """Return an input: indices less than `below`, a mask, integers, or numbers of that kind of values."""
    random = np.random.default_rng(seed)
    if below or dtype == "bool":
        return random.integers(0, below or 2, shape).astype(bool if dtype == "bool" else int)
    if dtype == "int32":
        return np.ones(shape, int) if values == "ones" else random.integers(-8, 8, shape)
    result = rounded(random.standard_normal(shape), dtype)
    tiny = SMALLEST_NORMAL[dtype]
    if values in ("ones", "constant"):
        result = np.full(shape, 1.0 if values == "ones" else 96.0 if dtype == "float16" else 2.0**35)
    elif values in ("small", "great"):
        result = result * 2.0 ** (-66 if values == "small" else 66)
    elif values == "offset":
        result = rounded(result + 100, dtype)
    special = {
        "nan": [np.nan],
        "infinite": [np.inf, -np.inf],
        "zero": [-0.0, tiny / 4, -tiny / 4],
        "mixed": [np.nan, np.inf, -0.0, tiny / 4, -np.inf],
    }.get(values, [])
    if special:  # in a quarter of the places, and at most in eight
        places = random.permutation(result.size)[: max(1, min(8, result.size // 4))]
        result.flat[places] = np.resize(special, len(places))
    return result
