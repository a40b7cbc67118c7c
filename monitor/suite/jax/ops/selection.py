"""Selection of elements by conditions, positions and bounds."""

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
    indices,
    tensor,
    uniform,
    values,
)
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES

ALL = (EAGER, COMPILED, GRADIENT)
SOME = ("float32", "bfloat16", "int32")
NAN = float("nan")

smooth = partial(formula, dtypes=FLOATING, modes=ALL)
some = partial(formula, dtypes=SOME, modes=(EAGER, COMPILED))

WHERE = [
    formula(
        "jax.numpy.where",
        lambda jax, condition=tensor(3, 5, dtype="bool"), x=tensor(3, 5), y=tensor(5): jax.numpy.where(condition, x, y),
        lambda np, condition, x, y: np.choose(condition, [y, x]),
        dtypes=EVERY,
        modes=ALL,
    ),
    smooth(
        "jax.numpy.where",
        lambda jax, x=tensor(3, 5): jax.numpy.where(x > 0, x, 0),
        lambda np, x: np.where(x > 0, x, 0),
        name="python-number",
    ),
    formula(
        "jax.numpy.where",
        lambda jax, x=values(0, 3, 0, -2, 0, 1): jax.numpy.where(x, size=4, fill_value=9),
        lambda np, x: [np.array([1, 3, 5, 9])],
        name="size",
        dtypes=NUMERIC,
        returns=dict.fromkeys(NUMERIC, "int64"),
    ),
    formula(
        "jax.lax.select",
        lambda jax, which=tensor(3, 5, dtype="bool"), x=tensor(3, 5), y=tensor(3, 5): jax.lax.select(which, x, y),
        lambda np, which, x, y: np.choose(which, [y, x]),
        dtypes=EVERY,
        modes=ALL,
    ),
]

CLIP = [
    formula(
        "jax.numpy.clip",
        lambda jax, x=tensor(3, 5): jax.numpy.clip(x, -1, 2),
        lambda np, x: np.minimum(np.maximum(x, -1), 2),
        dtypes=NUMERIC,
        modes=ALL,
    ),
    smooth(
        "jax.numpy.clip",
        lambda jax, x=tensor(3, 5): jax.numpy.clip(x, min=0.25),
        lambda np, x: np.maximum(x, 0.25),
        name="min",
    ),
    smooth(
        "jax.numpy.clip",
        lambda jax, x=tensor(3, 5): jax.numpy.clip(x, max=0.25),
        lambda np, x: np.minimum(x, 0.25),
        name="max",
    ),
    smooth(
        "jax.numpy.clip",
        lambda jax, x=tensor(3, 5), low=uniform(-1, 0, 5), high=uniform(0.5, 1, 3, 1): jax.numpy.clip(x, low, high),
        lambda np, x, low, high: np.minimum(np.maximum(x, low), high),
        name="arrays",
    ),
]

TAKEN = [
    formula(
        "jax.numpy.take",
        lambda jax, x=tensor(4, 5), at=indices(3, below=4): jax.numpy.take(x, at, axis=0),
        lambda np, x, at: x[at],
        dtypes=EVERY,
        modes=ALL,
        limits=FIXED_SHAPES,
    ),
    smooth(
        "jax.numpy.take",
        lambda jax, x=tensor(4, 5), at=indices(2, 3, below=20): jax.numpy.take(x, at),
        lambda np, x, at: x.reshape(-1)[at],
        name="flat",
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.numpy.take",
        lambda jax, x=tensor(4, 5), at=values(-9, 4, 11, dtype="int32"): jax.numpy.take(x, at, axis=1, mode="clip"),
        lambda np, x, at: x[:, [0, 4, 4]],
        name="clip",
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.numpy.take",
        lambda jax, x=tensor(4, 5), at=values(-9, 4, 11, dtype="int32"): jax.numpy.take(x, at, axis=1, mode="wrap"),
        lambda np, x, at: x[:, [1, 4, 1]],
        name="wrap",
        limits=FIXED_SHAPES,
    ),
    formula(
        "jax.numpy.take",
        lambda jax, x=tensor(4, 5), at=values(-5, 4, 11, -6, dtype="int32"): jax.numpy.take(
            x, at, axis=1, mode="fill", fill_value=7
        ),
        lambda np, x, at: np.stack([x[:, 0], x[:, 4], np.full(4, 7), np.full(4, 7)], axis=1),
        name="fill",
        dtypes=SOME,
        limits=FIXED_SHAPES,
    ),
    formula(
        "jax.numpy.take",
        lambda jax, x=tensor(4, 5), at=values(1, 11, dtype="int32"): jax.numpy.take(x, at, axis=1),
        lambda np, x, at: np.stack([x[:, 1], np.full(4, NAN)], axis=1),
        name="beyond",
        dtypes=FLOATING,
        limits=FIXED_SHAPES,
    ),
    formula(
        "jax.numpy.take_along_axis",
        lambda jax, x=tensor(4, 5), at=indices(2, 5, below=4): jax.numpy.take_along_axis(x, at, axis=0),
        lambda np, x, at: np.take_along_axis(x, at, axis=0),
        dtypes=EVERY,
        modes=ALL,
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.numpy.take_along_axis",
        lambda jax, x=tensor(4, 5), at=values(-1, 9, -9, 0, shape=(4, 1), dtype="int32"): jax.numpy.take_along_axis(
            x, at, axis=-1, mode="clip"
        ),
        lambda np, x, at: np.array([x[0, 4], x[1, 4], x[2, 0], x[3, 0]])[:, None],
        name="clip",
        limits=FIXED_SHAPES,
    ),
]

FOUND = [
    formula(
        "jax.numpy.nonzero",
        lambda jax, x=values(0, 3, 0, -2, 0, 1, shape=(2, 3)): jax.numpy.nonzero(x, size=5, fill_value=-1),
        lambda np, x: [np.array([0, 1, 1, -1, -1]), np.array([1, 0, 2, -1, -1])],
        dtypes=NUMERIC,
        returns=dict.fromkeys(NUMERIC, "int64"),
    ),
    formula(
        "jax.numpy.count_nonzero",
        lambda jax, x=tensor(3, 5): jax.numpy.count_nonzero(x),
        lambda np, x: np.sum(x != 0),
        dtypes=EVERY,
        returns=dict.fromkeys(EVERY, "int64"),
    ),
    formula(
        "jax.numpy.count_nonzero",
        lambda jax, x=tensor(3, 5): jax.numpy.count_nonzero(x, axis=-1, keepdims=True),
        lambda np, x: np.sum(x != 0, axis=-1, keepdims=True),
        name="axis",
        dtypes=NUMERIC,
        returns=dict.fromkeys(NUMERIC, "int64"),
    ),
    formula(
        "jax.numpy.isin",
        lambda jax, x=tensor(3, 5), among=tensor(4): jax.numpy.isin(x, among),
        lambda np, x, among: (x[..., None] == among).any(axis=-1),
        dtypes=("int32", "int64", "float32"),
        limits=FIXED_RANK,
    ),
    formula(
        "jax.numpy.isin",
        lambda jax, x=tensor(3, 5), among=tensor(4): jax.numpy.isin(x, among, invert=True),
        lambda np, x, among: (x[..., None] != among).all(axis=-1),
        name="invert",
        dtypes=("int32", "float32"),
        limits=FIXED_RANK,
    ),
]

DIAGONALS = [
    formula(
        "jax.numpy.diag",
        lambda jax, x=tensor(4): jax.numpy.diag(x),
        lambda np, x: np.where(np.eye(len(x)), x, 0),
        dtypes=FLOATING + COMPLEX + ("int32",),
        modes=ALL,
        limits=FIXED_SHAPES,
    ),
    smooth(
        "jax.numpy.diag",
        lambda jax, x=tensor(4, 5): jax.numpy.diag(x, k=1),
        lambda np, x: np.array([x[i, i + 1] for i in range(4)]),
        name="of-matrix",
        limits=FIXED_SHAPES,
    ),
    smooth(
        "jax.numpy.diag",
        lambda jax, x=tensor(3): jax.numpy.diag(x, -1),
        lambda np, x: np.array([[0, 0, 0, 0], [x[0], 0, 0, 0], [0, x[1], 0, 0], [0, 0, x[2], 0]]),
        name="below",
        limits=FIXED_SHAPES,
    ),
    smooth(
        "jax.numpy.diagonal",
        lambda jax, x=tensor(2, 4, 5): jax.numpy.diagonal(x, offset=-1, axis1=1, axis2=2),
        lambda np, x: np.stack([x[:, i + 1, i] for i in range(3)], axis=-1),
        limits=FIXED_SHAPES,
    ),
    smooth(
        "jax.numpy.diagflat",
        lambda jax, x=tensor(2, 2): jax.numpy.diagflat(x),
        lambda np, x: np.where(np.eye(4), x.reshape(4, 1), 0),
        limits=FIXED_SHAPES,
    ),
    formula(
        "jax.numpy.triu",
        lambda jax, x=tensor(4, 5): jax.numpy.triu(x),
        lambda np, x: np.where(np.arange(x.shape[-2])[:, None] <= np.arange(x.shape[-1]), x, 0),
        dtypes=NUMERIC,
        modes=ALL,
    ),
    smooth(
        "jax.numpy.triu",
        lambda jax, x=tensor(2, 4, 5): jax.numpy.triu(x, k=-1),
        lambda np, x: np.where(np.arange(x.shape[-2])[:, None] - 1 <= np.arange(x.shape[-1]), x, 0),
        name="k",
    ),
    formula(
        "jax.numpy.trace",
        lambda jax, x=tensor(4, 5): jax.numpy.trace(x),
        lambda np, x: sum(x[i, i] for i in range(4)),
        dtypes=FLOATING + COMPLEX + ("int64",),
        modes=ALL,
        limits=FIXED_SHAPES,
    ),
    smooth(
        "jax.numpy.trace",
        lambda jax, x=tensor(4, 2, 5): jax.numpy.trace(x, offset=1, axis1=2, axis2=0),
        lambda np, x: sum(x[i + 1, :, i] for i in range(3)),
        name="axes",
        limits=FIXED_SHAPES,
    ),
]
