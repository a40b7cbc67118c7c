"""Reductions, positions of extremes, and cumulative results."""

from functools import partial

from monitor.suite.declare import (
    COMPILED,
    COMPLEX,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    NUMERIC,
    formula,
    positive,
    tensor,
    values,
)
from monitor.suite.limits import FIXED_SHAPES, NOT_EMPTY, TIES

ALL = (EAGER, COMPILED, GRADIENT)
BOTH = (EAGER, COMPILED)
SOME = ("float32", "float64", "bfloat16")
INF = float("inf")
COUNTED = {"bool": "int64", "int32": "int64"}  # small integers are added up in the default one
PLACES = dict.fromkeys(EVERY, "int64")

some = partial(formula, dtypes=SOME, modes=ALL)
places = partial(formula, dtypes=NUMERIC, modes=BOTH, returns=PLACES)

LOGIC = [
    formula(
        "jax.numpy.any",
        lambda jax, x=tensor(3, 5): jax.numpy.any(x > 1, axis=0),
        lambda np, x: (x > 1).sum(axis=0) > 0,
        dtypes=NUMERIC,
        modes=BOTH,
    ),
    formula(
        "jax.numpy.any",
        lambda jax, x=tensor(3, 5): jax.numpy.any(x),
        lambda np, x: (x != 0).sum() > 0,
        name="all-axes",
        dtypes=EVERY,
        modes=BOTH,
    ),
    formula(
        "jax.numpy.any",
        lambda jax, x=tensor(3, 5, dtype="bool"), which=tensor(5, dtype="bool"): jax.numpy.any(
            x, axis=-1, keepdims=True, where=which
        ),
        lambda np, x, which: (x & which).sum(axis=-1, keepdims=True) > 0,
        name="where",
        dtypes=("bool",),
        modes=BOTH,
    ),
]

EXTREMES = [
    formula(
        "jax.numpy.min",
        lambda jax, x=tensor(3, 5): jax.numpy.min(x, axis=1),
        lambda np, x: np.min(x, axis=1),
        dtypes=NUMERIC,
        modes=ALL,
        limits=NOT_EMPTY,
    ),
    some(
        "jax.numpy.min",
        lambda jax, x=tensor(3, 5): jax.numpy.min(x, keepdims=True),
        lambda np, x: np.min(x, keepdims=True),
        name="keepdims",
        limits=NOT_EMPTY,
    ),
    some(
        "jax.numpy.min",
        lambda jax, x=tensor(3, 5), which=tensor(3, 5, dtype="bool"): jax.numpy.min(
            x, axis=0, where=which, initial=0.5
        ),
        lambda np, x, which: np.min(np.where(which, x, 0.5), axis=0, initial=0.5),
        name="where",
    ),
    some(
        "jax.numpy.amin",
        lambda jax, x=tensor(3, 5): jax.numpy.amin(x, axis=0),
        lambda np, x: np.min(x, axis=0),
        limits=NOT_EMPTY,
    ),
    some(
        "jax.numpy.amax",
        lambda jax, x=tensor(3, 5): jax.numpy.amax(x, axis=0),
        lambda np, x: np.max(x, axis=0),
        limits=NOT_EMPTY,
    ),
    some(
        "jax.numpy.ptp",
        lambda jax, x=tensor(3, 5): jax.numpy.ptp(x, axis=-1),
        lambda np, x: np.max(x, axis=-1) - np.min(x, axis=-1),
        limits=NOT_EMPTY,
    ),
]

POSITIONS = [
    places(
        "jax.numpy.argmax",
        lambda jax, x=tensor(3, 5): jax.numpy.argmax(x, axis=-1),
        lambda np, x: np.argmax(x, axis=-1),
        limits=NOT_EMPTY,
    ),
    places(
        "jax.numpy.argmax",
        lambda jax, x=values(1, 3, 3, 0, 3): jax.numpy.argmax(x),
        lambda np, x: np.array(1),
        name="ties",
    ),
    places(
        "jax.numpy.argmax",
        lambda jax, x=tensor(3, 5): jax.numpy.argmax(x, axis=0, keepdims=True),
        lambda np, x: np.argmax(x, axis=0, keepdims=True),
        name="keepdims",
        dtypes=("float32", "int32"),
        limits=NOT_EMPTY,
    ),
    places(
        "jax.numpy.argmin",
        lambda jax, x=tensor(3, 5): jax.numpy.argmin(x, axis=-1),
        lambda np, x: np.argmin(x, axis=-1),
        limits=NOT_EMPTY,
    ),
    places(
        "jax.numpy.argmin",
        lambda jax, x=tensor(3, 5): jax.numpy.argmin(x),
        lambda np, x: np.argmin(x),
        name="flat",
        limits=NOT_EMPTY,
    ),
]

SPREAD = [
    formula(
        "jax.numpy.std",
        lambda jax, x=tensor(5, 7): jax.numpy.std(x, axis=0),
        lambda np, x: np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0)),
        dtypes=FLOATING,
        modes=ALL,
        condition=4,
        limits=TIES,
    ),
    some(
        "jax.numpy.std",
        lambda jax, x=tensor(5, 7): jax.numpy.std(x, axis=1, ddof=1, keepdims=True),
        lambda np, x: np.sqrt(((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1, keepdims=True) / (x.shape[1] - 1)),
        name="ddof",
        condition=4,
        limits=NOT_EMPTY | TIES,
    ),
    formula(
        "jax.numpy.std",
        lambda jax, x=tensor(5, 7): jax.numpy.std(x),
        lambda np, x: np.sqrt((np.abs(x - x.mean()) ** 2).mean()),
        name="complex",
        dtypes=COMPLEX,
        returns={"complex64": "float32", "complex128": "float64"},
        condition=4,
    ),
]

RUNNING = [
    formula(
        "jax.numpy.cumsum",
        lambda jax, x=tensor(3, 5): jax.numpy.cumsum(x, axis=1),
        lambda np, x: np.cumsum(x, axis=1),
        dtypes=FLOATING + COMPLEX + ("int64",),
        modes=ALL,
        condition=4,
    ),
    some(
        "jax.numpy.cumsum",
        lambda jax, x=tensor(3, 5): jax.numpy.cumsum(x),
        lambda np, x: np.cumsum(x),
        name="flat",
        condition=4,
    ),
    formula(
        "jax.numpy.cumsum",
        lambda jax, x=tensor(3, 5): jax.numpy.cumsum(x, axis=0, dtype="float32"),
        lambda np, x: np.cumsum(x, axis=0),
        name="dtype",
        dtypes=("bfloat16", "int32", "bool"),
        returns={"bfloat16": "float32", "int32": "float32", "bool": "float32"},
        condition=4,
    ),
    formula(
        "jax.numpy.cumprod",
        lambda jax, x=positive(3, 5): jax.numpy.cumprod(x, axis=1),
        lambda np, x: np.cumprod(x, axis=1),
        dtypes=FLOATING,
        modes=ALL,
        condition=4,
    ),
    formula(
        "jax.numpy.diff",
        lambda jax, x=tensor(3, 5): jax.numpy.diff(x),
        lambda np, x: x[..., 1:] - x[..., :-1],
        dtypes=NUMERIC,
        modes=ALL,
    ),
    some(
        "jax.numpy.diff",
        lambda jax, x=tensor(5, 3): jax.numpy.diff(x, n=2, axis=0),
        lambda np, x: (x[2:] - x[1:-1]) - (x[1:-1] - x[:-2]),
        name="twice",
        condition=4,
        limits=NOT_EMPTY,
    ),
    some(
        "jax.numpy.diff",
        lambda jax, x=tensor(3), first=tensor(1), last=tensor(2): jax.numpy.diff(x, prepend=first, append=last),
        lambda np, x, first, last: np.array(
            [x[0] - first[0], x[1] - x[0], x[2] - x[1], last[0] - x[2], last[1] - last[0]]
        ),
        name="ends",
        limits=FIXED_SHAPES,
    ),
]
