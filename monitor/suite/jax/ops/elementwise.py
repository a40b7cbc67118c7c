"""Functions of one array, element by element."""

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
    positive,
    tensor,
    uniform,
    values,
)
from monitor.suite.limits import INTEGER_RANGE, JUMP, WELL_SCALED

ALL = (EAGER, COMPILED, GRADIENT)
REAL = {"complex64": "float32", "complex128": "float64"}
INF, NAN = float("inf"), float("nan")

smooth = partial(formula, dtypes=FLOATING, modes=ALL)
exact = partial(formula, dtypes=FLOATING, modes=(EAGER, COMPILED))

SIGNS = [
    formula(
        "jax.numpy.abs",
        lambda jax, x=tensor(3, 5): jax.numpy.abs(x),
        lambda np, x: np.abs(x),
        dtypes=NUMERIC,
        modes=ALL,
    ),
    formula(
        "jax.numpy.abs",
        lambda jax, x=tensor(3, 5): jax.numpy.abs(x),
        lambda np, x: np.hypot(x.real, x.imag),
        name="complex",
        dtypes=COMPLEX,
        returns=REAL,
    ),
    formula(
        "jax.numpy.absolute",
        lambda jax, x=tensor(3, 5): jax.numpy.absolute(x),
        lambda np, x: np.maximum(x, -x),
        dtypes=NUMERIC,
        modes=ALL,
    ),
    smooth("jax.numpy.fabs", lambda jax, x=tensor(3, 5): jax.numpy.fabs(x), lambda np, x: np.abs(x)),
    formula(
        "jax.numpy.negative",
        lambda jax, x=tensor(3, 5): jax.numpy.negative(x),
        lambda np, x: -1 * x,
        dtypes=NUMERIC + COMPLEX,
        modes=ALL,
    ),
    exact(
        "jax.numpy.sign",
        lambda jax, x=values(-2, -0.5, 0, 0.25, 3, NAN, INF): jax.numpy.sign(x),
        lambda np, x: np.array([-1, -1, 0, 1, 1, NAN, 1]),
    ),
    formula(
        "jax.numpy.sign",
        lambda jax, x=tensor(3, 5): jax.numpy.sign(x),
        lambda np, x: np.where(x == x, 1.0 * (x > 0) - 1.0 * (x < 0), x),
        name="drawn",
        dtypes=NUMERIC,
    ),
    exact(
        "jax.numpy.signbit",
        lambda jax, x=tensor(3, 5): jax.numpy.signbit(x),
        lambda np, x: np.copysign(1, x) < 0,
    ),
]

PARTS = [
    formula(
        "jax.numpy.real",
        lambda jax, x=tensor(3, 5): jax.numpy.real(x),
        lambda np, x: x.real,
        dtypes=COMPLEX,
        returns=REAL,
    ),
    smooth("jax.numpy.real", lambda jax, x=tensor(3, 5): jax.numpy.real(x), lambda np, x: x, name="of-real"),
    formula(
        "jax.numpy.imag",
        lambda jax, x=tensor(3, 5): jax.numpy.imag(x),
        lambda np, x: x.imag,
        dtypes=COMPLEX,
        returns=REAL,
    ),
    exact(
        "jax.numpy.imag", lambda jax, x=tensor(3, 5): jax.numpy.imag(x), lambda np, x: np.zeros(x.shape), name="of-real"
    ),
    formula(
        "jax.numpy.conj",
        lambda jax, x=tensor(3, 5): jax.numpy.conj(x),
        lambda np, x: x.real - 1j * x.imag if np.iscomplexobj(x) else x,
        dtypes=COMPLEX + FLOATING,
    ),
    formula(
        "jax.numpy.conjugate",
        lambda jax, x=tensor(3, 5): jax.numpy.conjugate(x),
        lambda np, x: x.real - 1j * x.imag if np.iscomplexobj(x) else x,
        dtypes=COMPLEX + FLOATING,
    ),
    formula(
        "jax.numpy.angle",
        lambda jax, x=tensor(3, 5): jax.numpy.angle(x),
        lambda np, x: np.arctan2(x.imag, x.real),
        dtypes=COMPLEX,
        returns=REAL,
    ),
    formula(
        "jax.numpy.angle",
        lambda jax, x=tensor(3, 5): jax.numpy.angle(x, deg=True),
        lambda np, x: np.arctan2(x.imag, x.real) * (180 / np.pi),
        name="degrees",
        dtypes=COMPLEX,
        returns=REAL,
    ),
]

POWERS = [
    formula(
        "jax.numpy.square",
        lambda jax, x=tensor(3, 5): jax.numpy.square(x),
        lambda np, x: x * x,
        dtypes=NUMERIC + COMPLEX,
        modes=ALL,
    ),
    formula(
        "jax.lax.square",
        lambda jax, x=tensor(3, 5): jax.lax.square(x),
        lambda np, x: x * x,
        dtypes=NUMERIC + COMPLEX,
        modes=ALL,
    ),
    smooth("jax.numpy.reciprocal", lambda jax, x=positive(3, 5): jax.numpy.reciprocal(x), lambda np, x: 1 / x),
    smooth("jax.numpy.cbrt", lambda jax, x=positive(3, 5): jax.numpy.cbrt(x), lambda np, x: np.cbrt(x), limits=JUMP),
    exact("jax.numpy.cbrt", lambda jax, x=tensor(3, 5): jax.numpy.cbrt(x), lambda np, x: np.cbrt(x), name="signed"),
    smooth("jax.numpy.exp2", lambda jax, x=tensor(3, 5): jax.numpy.exp2(x), lambda np, x: np.exp2(x)),
    smooth("jax.numpy.expm1", lambda jax, x=tensor(3, 5): jax.numpy.expm1(x), lambda np, x: np.expm1(x)),
    smooth(
        "jax.numpy.expm1",
        lambda jax, x=uniform(-0.001, 0.001, 16): jax.numpy.expm1(x),
        lambda np, x: np.expm1(x),
        name="near-zero",
    ),
    smooth("jax.numpy.log1p", lambda jax, x=positive(3, 5): jax.numpy.log1p(x), lambda np, x: np.log1p(x)),
    smooth(
        "jax.numpy.log1p",
        lambda jax, x=uniform(-0.001, 0.001, 16): jax.numpy.log1p(x),
        lambda np, x: np.log1p(x),
        name="near-zero",
    ),
    smooth("jax.numpy.log2", lambda jax, x=positive(3, 5): jax.numpy.log2(x), lambda np, x: np.log2(x)),
    smooth("jax.numpy.log10", lambda jax, x=positive(3, 5): jax.numpy.log10(x), lambda np, x: np.log10(x)),
]

ANGLES = [
    smooth("jax.numpy.sin", lambda jax, x=tensor(3, 5): jax.numpy.sin(x), lambda np, x: np.sin(x)),
    formula(
        "jax.numpy.sin",
        lambda jax, x=tensor(3, 5): jax.numpy.sin(x),
        lambda np, x: np.sin(x.real) * np.cosh(x.imag) + 1j * np.cos(x.real) * np.sinh(x.imag),
        name="complex",
        dtypes=COMPLEX,
        modes=(EAGER, COMPILED),
    ),
    smooth("jax.numpy.tan", lambda jax, x=uniform(-1, 1, 3, 5): jax.numpy.tan(x), lambda np, x: np.tan(x)),
    smooth("jax.numpy.arcsin", lambda jax, x=uniform(-0.9, 0.9, 3, 5): jax.numpy.arcsin(x), lambda np, x: np.arcsin(x)),
    smooth("jax.numpy.arccos", lambda jax, x=uniform(-0.9, 0.9, 3, 5): jax.numpy.arccos(x), lambda np, x: np.arccos(x)),
    smooth("jax.numpy.arctan", lambda jax, x=tensor(3, 5): jax.numpy.arctan(x), lambda np, x: np.arctan(x)),
    smooth("jax.numpy.sinh", lambda jax, x=tensor(3, 5): jax.numpy.sinh(x), lambda np, x: np.sinh(x)),
    smooth("jax.numpy.cosh", lambda jax, x=tensor(3, 5): jax.numpy.cosh(x), lambda np, x: np.cosh(x)),
    smooth("jax.numpy.tanh", lambda jax, x=tensor(3, 5): jax.numpy.tanh(x), lambda np, x: np.tanh(x)),
    smooth("jax.numpy.arcsinh", lambda jax, x=tensor(3, 5): jax.numpy.arcsinh(x), lambda np, x: np.arcsinh(x)),
    smooth("jax.numpy.arccosh", lambda jax, x=uniform(1.5, 4, 3, 5): jax.numpy.arccosh(x), lambda np, x: np.arccosh(x)),
    smooth(
        "jax.numpy.arctanh", lambda jax, x=uniform(-0.9, 0.9, 3, 5): jax.numpy.arctanh(x), lambda np, x: np.arctanh(x)
    ),
    smooth("jax.numpy.deg2rad", lambda jax, x=tensor(3, 5): jax.numpy.deg2rad(x), lambda np, x: x * (np.pi / 180)),
    smooth("jax.numpy.rad2deg", lambda jax, x=tensor(3, 5): jax.numpy.rad2deg(x), lambda np, x: x * (180 / np.pi)),
    smooth(
        "jax.numpy.sinc", lambda jax, x=tensor(3, 5): jax.numpy.sinc(x), lambda np, x: np.sinc(x), limits=WELL_SCALED
    ),
]

ROUNDED = [
    exact("jax.numpy.floor", lambda jax, x=tensor(3, 5): jax.numpy.floor(x), lambda np, x: np.floor(x)),
    exact("jax.numpy.ceil", lambda jax, x=tensor(3, 5): jax.numpy.ceil(x), lambda np, x: np.ceil(x)),
    exact(
        "jax.numpy.rint",
        lambda jax, x=values(-1.5, -0.5, 0.5, 1.5, 2.5, 2.25): jax.numpy.rint(x),
        lambda np, x: np.array([-2, -0.0, 0, 2, 2, 2]),
    ),
    exact(
        "jax.numpy.round",
        lambda jax, x=values(-1.5, -0.5, 0.5, 1.5, 2.5, 2.25): jax.numpy.round(x),
        lambda np, x: np.array([-2, -0.0, 0, 2, 2, 2]),
    ),
    formula(
        "jax.numpy.round",
        lambda jax, x=tensor(3, 5): jax.numpy.round(x, decimals=2),
        lambda np, x: np.rint(x * 100) / 100,
        name="decimals",
        dtypes=("float64", "float32"),
        limits=INTEGER_RANGE,
    ),
    formula(
        "jax.numpy.round",
        lambda jax, x=values(1234, -1250, 1350, 49): jax.numpy.round(x, -2),
        lambda np, x: np.array([1200, -1200, 1400, 0]),
        name="hundreds",
        dtypes=INTEGER,
    ),
]

MENDED = [
    exact(
        "jax.numpy.nan_to_num",
        lambda jax, x=values(NAN, 1, -2, NAN): jax.numpy.nan_to_num(x),
        lambda np, x: np.array([0, 1, -2, 0]),
    ),
    exact(
        "jax.numpy.nan_to_num",
        lambda jax, x=tensor(3, 5): jax.numpy.nan_to_num(x, nan=1.5, posinf=100.0, neginf=-7.0),
        lambda np, x: np.select([x != x, x == INF, x == -INF], [1.5, 100.0, -7.0], x),
        name="replacements",
    ),
]

BITS = [
    formula(
        "jax.numpy.invert",
        lambda jax, x=tensor(3, 5): jax.numpy.invert(x),
        lambda np, x: x != 1 if x.dtype == bool else -1 - x,
        dtypes=INTEGER + BOOL,
    ),
    formula(
        "jax.numpy.bitwise_count",
        lambda jax, x=tensor(3, 5): jax.numpy.bitwise_count(x),
        lambda np, x: np.sum([np.abs(x) // bit % 2 for bit in (1, 2, 4, 8)], axis=0),
        dtypes=INTEGER,
        returns={"int32": "uint8", "int64": "uint8"},
    ),
    exact(
        "jax.numpy.frexp",
        lambda jax, x=tensor(3, 5): jax.numpy.frexp(x)[0],
        lambda np, x: np.frexp(x)[0],
        name="mantissa",
    ),
    formula(
        "jax.numpy.frexp",
        lambda jax, x=values(1, -3, 0, 0.3125, 65504): jax.numpy.frexp(x)[1],
        lambda np, x: np.array([1, 2, 0, -1, 16]),
        name="exponent",
        dtypes=("float32", "float64"),
        returns={"float32": "int32", "float64": "int32"},
    ),
]
