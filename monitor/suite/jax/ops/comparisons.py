"""Comparisons, logic, and tests of values."""

from functools import partial

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, EVERY, FLOATING, NUMERIC, fact, formula, tensor, values

NAN, INF = float("nan"), float("inf")
BOTH = (EAGER, COMPILED)

numeric = partial(formula, dtypes=NUMERIC, modes=BOTH)
every = partial(formula, dtypes=EVERY, modes=BOTH)
floating = partial(formula, dtypes=FLOATING, modes=BOTH)

ORDER = [
    every("jax.numpy.equal", lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.equal(a, b), lambda np, a, b: a == b),
    every(
        "jax.numpy.not_equal",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.not_equal(a, b),
        lambda np, a, b: a != b,
    ),
    numeric("jax.numpy.less", lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.less(a, b), lambda np, a, b: a < b),
    numeric(
        "jax.numpy.less_equal",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.less_equal(a, b),
        lambda np, a, b: a <= b,
    ),
    numeric(
        "jax.numpy.greater", lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.greater(a, b), lambda np, a, b: a > b
    ),
    numeric(
        "jax.numpy.greater_equal",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.greater_equal(a, b),
        lambda np, a, b: a >= b,
    ),
]

LOGIC = [
    every(
        "jax.numpy.logical_and",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.logical_and(a, b),
        lambda np, a, b: (a != 0) & (b != 0),
    ),
    every(
        "jax.numpy.logical_or",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.logical_or(a, b),
        lambda np, a, b: (a != 0) | (b != 0),
    ),
    every(
        "jax.numpy.logical_xor",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.logical_xor(a, b),
        lambda np, a, b: (a != 0) != (b != 0),
    ),
    every("jax.numpy.logical_not", lambda jax, x=tensor(3, 5): jax.numpy.logical_not(x), lambda np, x: x == 0),
]

VALUES = [
    every("jax.numpy.isfinite", lambda jax, x=tensor(3, 5): jax.numpy.isfinite(x), lambda np, x: np.isfinite(x)),
    floating(
        "jax.numpy.isfinite",
        lambda jax, x=values(1, NAN, INF, -INF, 0): jax.numpy.isfinite(x),
        lambda np, x: np.array([True, False, False, False, True]),
        name="edges",
    ),
    every("jax.numpy.isnan", lambda jax, x=tensor(3, 5): jax.numpy.isnan(x), lambda np, x: x != x),
    floating(
        "jax.numpy.isnan",
        lambda jax, x=values(1, NAN, INF, -INF, 0): jax.numpy.isnan(x),
        lambda np, x: np.array([False, True, False, False, False]),
        name="edges",
    ),
    every("jax.numpy.isinf", lambda jax, x=tensor(3, 5): jax.numpy.isinf(x), lambda np, x: np.isinf(x)),
    floating(
        "jax.numpy.isneginf",
        lambda jax, x=values(1, NAN, INF, -INF, 0): jax.numpy.isneginf(x),
        lambda np, x: np.array([False, False, False, True, False]),
    ),
    floating(
        "jax.numpy.isposinf",
        lambda jax, x=values(1, NAN, INF, -INF, 0): jax.numpy.isposinf(x),
        lambda np, x: np.array([False, False, True, False, False]),
    ),
    formula(
        "jax.numpy.isreal",
        lambda jax, x=tensor(3, 5): [jax.numpy.isreal(x), jax.numpy.isreal(x.real.astype(x.dtype))],
        lambda np, x: [x.imag == 0, x.real == x.real],
        dtypes=COMPLEX,
    ),
]

CLOSE = [
    floating(
        "jax.numpy.isclose",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.isclose(a, b, rtol=0.5, atol=0.25),
        lambda np, a, b: (a == b) | (np.isfinite(b) & (np.abs(a - b) <= 0.25 + 0.5 * np.abs(b))),
    ),
    floating(
        "jax.numpy.isclose",
        lambda jax, a=values(1, NAN, INF, INF, 2), b=values(1, NAN, INF, -INF, 3): jax.numpy.isclose(
            a, b, equal_nan=True
        ),
        lambda np, a, b: np.array([True, True, True, False, False]),
        name="equal-nan",
    ),
    floating(
        "jax.numpy.allclose",
        lambda jax, a=tensor(3, 5): jax.numpy.allclose(a, a),
        lambda np, a: (a == a).all(),
    ),
    floating(
        "jax.numpy.allclose",
        lambda jax, a=values(1, NAN, 100), b=values(1, NAN, 101): [
            jax.numpy.allclose(a, b, rtol=0.125, equal_nan=True),
            jax.numpy.allclose(a, b, rtol=0.125),
            jax.numpy.allclose(a, b, rtol=0, atol=0.5, equal_nan=True),
        ],
        lambda np, a, b: [np.array(True), np.array(False), np.array(False)],
        name="options",
    ),
]

KINDS = [
    fact(
        "jax.numpy.iscomplexobj",
        lambda jax: [
            jax.numpy.iscomplexobj(x)
            for x in (1, 1j, jax.numpy.ones(2), jax.numpy.ones(2, "complex64"), [1, 2j], jax.numpy.ones(2, bool))
        ],
        lambda kinds: kinds == [False, True, False, True, True, False],
    ),
]
