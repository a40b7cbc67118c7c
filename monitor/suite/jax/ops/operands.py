"""Functions of two arrays, element by element."""

from functools import partial

from monitor.suite.declare import (
    BOOL,
    COMPILED,
    COMPLEX,
    EAGER,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    formula,
    indices,
    positive,
    tensor,
    values,
)
from monitor.suite.limits import JUMP

ALL = (EAGER, COMPILED, GRADIENT)
HALF_EXACT = ("float32", "float64")

smooth = partial(formula, dtypes=FLOATING, modes=ALL)
exact = partial(formula, dtypes=FLOATING, modes=(EAGER, COMPILED))
whole = partial(formula, dtypes=INTEGER, modes=(EAGER, COMPILED))

ARITHMETIC = [
    formula(
        "jax.numpy.subtract",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.subtract(a, b),
        lambda np, a, b: a - b,
        dtypes=NUMERIC + COMPLEX,
        modes=ALL,
    ),
    formula(
        "jax.numpy.multiply",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.multiply(a, b),
        lambda np, a, b: a * b,
        dtypes=NUMERIC + COMPLEX,
        modes=ALL,
    ),
    smooth(
        "jax.numpy.divide",
        lambda jax, a=tensor(3, 5), b=positive(3, 5): jax.numpy.divide(a, b),
        lambda np, a, b: a / b,
        limits=JUMP,
    ),
    smooth(
        "jax.numpy.divide",
        lambda jax, a=tensor(3, 5), b=positive(5): jax.numpy.divide(a, b),
        lambda np, a, b: a / b,
        name="broadcast",
        limits=JUMP,
    ),
    formula(
        "jax.numpy.divide",
        lambda jax, a=tensor(3, 5), b=positive(5): jax.numpy.divide(a, b),
        lambda np, a, b: a / b,
        name="whole",
        dtypes=INTEGER,
        returns={"int32": "float32", "int64": "float64"},
    ),
    smooth(
        "jax.numpy.true_divide",
        lambda jax, a=tensor(3, 5), b=positive(3, 5): jax.numpy.true_divide(a, b),
        lambda np, a, b: a / b,
        limits=JUMP,
    ),
]

REMAINDERS = [
    whole(
        "jax.numpy.floor_divide",
        lambda jax, a=tensor(3, 5), b=positive(3, 5): jax.numpy.floor_divide(a, b),
        lambda np, a, b: a // b,
    ),
    exact(
        "jax.numpy.floor_divide",
        lambda jax, a=values(7, -7, 5.5, -0.5, 6), b=values(2, 2, -1.5, 4, -3): jax.numpy.floor_divide(a, b),
        lambda np, a, b: np.array([3, -4, -4, -1, -2]),
        name="floating",
    ),
    whole(
        "jax.numpy.mod",
        lambda jax, a=tensor(3, 5), b=positive(3, 5): jax.numpy.mod(a, b),
        lambda np, a, b: a - b * np.floor(a / b).astype(int),
    ),
    exact(
        "jax.numpy.mod",
        lambda jax, a=values(7, -7, 5.5, -0.5, 6), b=values(2, 2, -1.5, 4, -4): jax.numpy.mod(a, b),
        lambda np, a, b: np.array([1, 1, -0.5, 3.5, -2]),
        name="floating",
    ),
    whole(
        "jax.numpy.remainder",
        lambda jax, a=tensor(3, 5), b=positive(3, 5): jax.numpy.remainder(a, -b),
        lambda np, a, b: a + b * np.floor(a / -b).astype(int),
    ),
    whole(
        "jax.numpy.fmod",
        lambda jax, a=tensor(3, 5), b=positive(3, 5): jax.numpy.fmod(a, b),
        lambda np, a, b: a - b * np.trunc(a / b).astype(int),
    ),
    exact(
        "jax.numpy.fmod",
        lambda jax, a=values(7, -7, 5.5, -0.5, 6), b=values(2, 2, -1.5, 4, -4): jax.numpy.fmod(a, b),
        lambda np, a, b: np.array([1, -1, 1, -0.5, 2]),
        name="floating",
    ),
    whole(
        "jax.numpy.divmod",
        lambda jax, a=tensor(3, 5), b=positive(3, 5): jax.numpy.divmod(a, b),
        lambda np, a, b: [np.floor(a / b).astype(int), a - b * np.floor(a / b).astype(int)],
    ),
    whole(
        "jax.numpy.gcd",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.gcd(a, b),
        lambda np, a, b: np.gcd(a, b),
    ),
    whole(
        "jax.numpy.lcm",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.lcm(a, b),
        lambda np, a, b: np.lcm(a, b),
    ),
]

EXTREMES = [
    formula(
        "jax.numpy.maximum",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.maximum(a, b),
        lambda np, a, b: np.maximum(a, b),
        dtypes=NUMERIC,
        modes=ALL,
    ),
    smooth(
        "jax.numpy.maximum",
        lambda jax, x=tensor(3, 5): jax.numpy.maximum(x, 0),
        lambda np, x: np.maximum(x, 0),
        name="python-number",
    ),
    formula(
        "jax.numpy.minimum",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.minimum(a, b),
        lambda np, a, b: np.minimum(a, b),
        dtypes=NUMERIC,
        modes=ALL,
    ),
    exact(
        "jax.numpy.fmax",
        lambda jax, a=tensor(3, 5), b=tensor(3, 5): jax.numpy.fmax(a, b),
        lambda np, a, b: np.fmax(a, b),
    ),
    exact(
        "jax.numpy.fmin",
        lambda jax, a=tensor(3, 5), b=tensor(3, 5): jax.numpy.fmin(a, b),
        lambda np, a, b: np.fmin(a, b),
    ),
]

CURVES = [
    smooth(
        "jax.numpy.arctan2",
        lambda jax, a=tensor(3, 5), b=positive(3, 5): jax.numpy.arctan2(a, b),
        lambda np, a, b: np.arctan2(a, b),
        limits=JUMP,
    ),
    exact(
        "jax.numpy.arctan2",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.arctan2(a, b),
        lambda np, a, b: np.arctan2(a, b),
        name="quadrants",
    ),
    smooth(
        "jax.numpy.hypot",
        lambda jax, a=positive(3, 5), b=positive(5): jax.numpy.hypot(a, b),
        lambda np, a, b: np.hypot(a, b),
        limits=JUMP,
    ),
    smooth(
        "jax.numpy.logaddexp",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.logaddexp(a, b),
        lambda np, a, b: np.logaddexp(a, b),
    ),
    smooth(
        "jax.numpy.logaddexp2",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.logaddexp2(a, b),
        lambda np, a, b: np.logaddexp2(a, b),
    ),
    exact(
        "jax.numpy.heaviside",
        lambda jax, x=values(-2, 0, 3, 0.25, -0.0), y=values(7, 8, 9, 10, 11): jax.numpy.heaviside(x, y),
        lambda np, x, y: np.array([0, 8, 1, 1, 11]),
    ),
    formula(
        "jax.numpy.ldexp",
        lambda jax, x=tensor(3, 5), power=indices(3, 5, below=6): jax.numpy.ldexp(x, power - 3),
        lambda np, x, power: x * 2.0 ** (power - 3),
        dtypes=HALF_EXACT,
    ),
]

NEIGHBOURS = [
    formula(
        "jax.numpy.nextafter",
        lambda jax, x=values(1, 1, -2, 1), y=values(2, 0, -3, 1): jax.numpy.nextafter(x, y) - x,
        lambda np, x, y: np.array([2.0**-23, -(2.0**-24), -(2.0**-22), 0]),
        dtypes=("float32",),
    ),
    formula(
        "jax.numpy.nextafter",
        lambda jax, x=values(1, 1, -2, 1), y=values(2, 0, -3, 1): jax.numpy.nextafter(x, y) - x,
        lambda np, x, y: np.array([2.0**-52, -(2.0**-53), -(2.0**-51), 0]),
        name="double",
        dtypes=("float64",),
    ),
]

BITS = [
    formula(
        "jax.numpy.bitwise_or",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.bitwise_or(a, b),
        lambda np, a, b: a | b,
        dtypes=INTEGER + BOOL,
    ),
    formula(
        "jax.numpy.bitwise_xor",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.bitwise_xor(a, b),
        lambda np, a, b: a ^ b,
        dtypes=INTEGER + BOOL,
    ),
    whole(
        "jax.numpy.left_shift",
        lambda jax, x=tensor(3, 5), by=indices(5, below=7): jax.numpy.left_shift(x, by.astype(x.dtype)),
        lambda np, x, by: x * 2**by,
    ),
    whole(
        "jax.numpy.right_shift",
        lambda jax, x=tensor(3, 5), by=indices(5, below=4): jax.numpy.right_shift(x, by.astype(x.dtype)),
        lambda np, x, by: np.floor(x / 2**by).astype(int),
    ),
]
