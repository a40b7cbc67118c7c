"""Keras operations on numbers and shapes, beside those of `keras_math` and `keras_arrays`."""

from functools import partial

from monitor.suite.declare import (
    BOOL,
    COMPILED,
    DTYPE,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    NUMERIC,
    fact,
    formula,
    positive,
    tensor,
    values,
)
from monitor.suite.limits import FINITE, FIXED_SHAPES, FIXED_VALUES, JUMP, NAN_PLACE, NOT_EMPTY

ALL = (EAGER, COMPILED, GRADIENT)
PLAIN = (EAGER, COMPILED)

every = partial(formula, dtypes=EVERY, modes=ALL)
fixed = partial(formula, dtypes=EVERY, modes=ALL, limits=FIXED_SHAPES)
number = partial(formula, dtypes=NUMERIC, modes=PLAIN)
smooth = partial(formula, dtypes=FLOATING, modes=ALL)

COMPARED = [
    number(
        "tf.keras.ops.greater",
        lambda tf, x=tensor(3, 5), y=tensor(5): tf.keras.ops.greater(x, y),
        lambda np, x, y: x > y,
    ),
    number(
        "tf.keras.ops.greater_equal",
        lambda tf, x=tensor(3, 5), y=tensor(5): tf.keras.ops.greater_equal(x, y),
        lambda np, x, y: x >= y,
    ),
    number(
        "tf.keras.ops.less",
        lambda tf, x=tensor(3, 5), y=tensor(5): tf.keras.ops.less(x, y),
        lambda np, x, y: x < y,
    ),
    number(
        "tf.keras.ops.less_equal",
        lambda tf, x=tensor(3, 5), y=tensor(5): tf.keras.ops.less_equal(x, y),
        lambda np, x, y: x <= y,
    ),
    number(
        "tf.keras.ops.not_equal",
        lambda tf, x=tensor(3, 5), y=tensor(5): tf.keras.ops.not_equal(x, y),
        lambda np, x, y: x != y,
    ),
    formula(
        "tf.keras.ops.logical_or",
        lambda tf, x=tensor(3, 5), y=tensor(5): tf.keras.ops.logical_or(x, y),
        lambda np, x, y: (x != 0) | (y != 0),
        dtypes=BOOL,
        modes=PLAIN,
    ),
    formula(
        "tf.keras.ops.numpy.all",
        lambda tf, x=values(1, 1, 0, 1, 1, 1, shape=(2, 3)): tf.keras.ops.numpy.all(x, axis=1),
        lambda np, x: np.sum(x == 0, axis=1) == 0,
        dtypes=("bool", "int32", "float32"),
        modes=PLAIN,
    ),
]

ELEMENTWISE = [
    number("tf.keras.ops.abs", lambda tf, x=tensor(3, 5): tf.keras.ops.abs(x), lambda np, x: np.where(x < 0, -x, x)),
    smooth(
        "tf.keras.ops.floor",
        lambda tf, x=tensor(3, 5): tf.keras.ops.floor(x),
        lambda np, x: np.floor(x),
        modes=PLAIN,
    ),
    smooth("tf.keras.ops.ceil", lambda tf, x=tensor(3, 5): tf.keras.ops.ceil(x), lambda np, x: np.ceil(x), modes=PLAIN),
    smooth(
        "tf.keras.ops.round",
        lambda tf, x=values(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1.25, -7.75): tf.keras.ops.round(x),
        lambda np, x: np.rint(x),
        modes=PLAIN,
    ),
    number(
        "tf.keras.ops.sign",
        lambda tf, x=values(-3, 0, 2, 1, -1): tf.keras.ops.sign(x),
        lambda np, x: np.where(np.isnan(x), x, (x > 0) * 1.0 - (x < 0) * 1.0),
    ),
    number(
        "tf.keras.ops.floor_divide",
        lambda tf, x=values(-7, 7, -6, 6, 5), y=values(2, -2, 3, 3, -3): tf.keras.ops.floor_divide(x, y),
        lambda np, x, y: np.array([-4, -4, -2, 2, -2]),
        limits=FIXED_SHAPES | FIXED_VALUES,
    ),
    smooth("tf.keras.ops.reciprocal", lambda tf, x=positive(3, 5): tf.keras.ops.reciprocal(x), lambda np, x: 1 / x),
    smooth(
        "tf.keras.ops.relu",
        lambda tf, x=tensor(3, 5): tf.keras.ops.relu(x),
        lambda np, x: np.where(x < 0, 0, x),
        limits=JUMP,
    ),
    smooth(
        "tf.keras.ops.silu",
        lambda tf, x=tensor(3, 5): tf.keras.ops.silu(x),
        lambda np, x: x / (1 + np.exp(-x)),
        condition=4,
    ),
    smooth(
        "tf.keras.ops.softplus",
        lambda tf, x=tensor(3, 5): tf.keras.ops.softplus(x),
        lambda np, x: np.where(x > 0, x, 0) + np.log1p(np.exp(-np.abs(x))),
        condition=4,
    ),
    smooth(
        "tf.keras.ops.nn.normalize",
        lambda tf, x=tensor(3, 5): tf.keras.ops.nn.normalize(x, axis=-1),
        lambda np, x: x / np.sqrt(np.sum(x * x, axis=-1, keepdims=True)),
        condition=8,
        limits=FIXED_SHAPES | FIXED_VALUES | JUMP,
    ),
]

SHAPED = [
    every(
        "tf.keras.ops.triu",
        lambda tf, x=tensor(4, 5): tf.keras.ops.triu(x, k=1),
        lambda np, x: np.where(
            np.arange(x.shape[-1]) > np.arange(x.shape[-2])[:, np.newaxis], x, np.zeros((), x.dtype)
        ),
    ),
    every(
        "tf.keras.ops.tril",
        lambda tf, x=tensor(4, 5): tf.keras.ops.tril(x),
        lambda np, x: np.where(
            np.arange(x.shape[-1]) <= np.arange(x.shape[-2])[:, np.newaxis], x, np.zeros((), x.dtype)
        ),
    ),
    every("tf.keras.ops.copy", lambda tf, x=tensor(3, 5): tf.keras.ops.copy(x), lambda np, x: x),
    every("tf.keras.ops.flip", lambda tf, x=tensor(3, 5): tf.keras.ops.flip(x, axis=-1), lambda np, x: x[..., ::-1]),
    fixed(
        "tf.keras.ops.unstack",
        lambda tf, x=tensor(2, 3, 4): tf.keras.ops.unstack(x, axis=1),
        lambda np, x: [x[:, 0], x[:, 1], x[:, 2]],
    ),
    fixed(
        "tf.keras.ops.meshgrid",
        lambda tf, x=tensor(3), y=tensor(2): tf.keras.ops.meshgrid(x, y),
        lambda np, x, y: [np.stack([x, x]), np.stack([y, y, y], axis=1)],
    ),
    formula(
        "tf.keras.ops.argsort",
        lambda tf, x=tensor(3, 7): tf.keras.ops.argsort(x, axis=-1),
        lambda np, x: np.argsort(x, axis=-1, kind="stable"),
        dtypes=("float32", "float64", "int32"),
        modes=PLAIN,
        returns=dict.fromkeys(("float32", "float64", "int32"), "int32"),
        limits=NAN_PLACE | NOT_EMPTY,
    ),
    formula(
        "tf.keras.ops.full",
        lambda tf, fill=values(2, shape=()), dtype=DTYPE: tf.keras.ops.full((2, 3), fill, dtype=dtype),
        lambda np, fill: np.array([[fill] * 3] * 2),
        dtypes=NUMERIC,
        modes=PLAIN,
        limits=FIXED_SHAPES,
    ),
    formula(
        "tf.keras.ops.eye",
        lambda tf, dtype=DTYPE: tf.keras.ops.eye(3, 4, k=1, dtype=dtype),
        lambda np: np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),
        dtypes=NUMERIC,
    ),
    formula(
        "tf.keras.ops.linspace",
        lambda tf, a=tensor(), b=tensor(): tf.keras.ops.linspace(a, b, 5),
        lambda np, a, b: np.stack([a + (b - a) * k / 4 for k in range(5)]),
        dtypes=("float32", "float64"),
        modes=ALL,
        condition=4,
        limits=FIXED_SHAPES | FINITE,
    ),
    fact(
        "tf.keras.ops.ndim",
        lambda tf: [tf.keras.ops.ndim(x) for x in (tf.ones(()), tf.ones((0,)), tf.ones((2, 3, 1)), [[1.0]])],
        lambda found: found == [0, 1, 3, 2],
    ),
    fact(
        "tf.keras.ops.dtype",
        lambda tf: [tf.keras.ops.dtype(x) for x in (tf.ones(2), tf.constant(1, tf.int64), tf.constant(True))],
        lambda found: found == ["float32", "int64", "bool"],
    ),
    fixed(
        "tf.keras.ops.image.resize",
        lambda tf, x=tensor(1, 2, 2, 3): tf.keras.ops.image.resize(x, (4, 4), interpolation="nearest"),
        lambda np, x: x[:, [0, 0, 1, 1]][:, :, [0, 0, 1, 1]],
        dtypes=("float32",),
    ),
    fixed(
        "tf.keras.ops.image.resize",
        lambda tf, x=tensor(1, 1, 2, 3): tf.keras.ops.image.resize(x, (1, 4)),
        lambda np, x: np.stack(
            [x[:, :, 0], (3 * x[:, :, 0] + x[:, :, 1]) / 4, (x[:, :, 0] + 3 * x[:, :, 1]) / 4, x[:, :, 1]], axis=2
        ),
        name="bilinear",
        dtypes=("float32",),
        condition=4,
        limits=FIXED_SHAPES | FINITE,
    ),
]

LOOPS = [
    formula(
        "tf.keras.ops.fori_loop",
        lambda tf, x=tensor(3): tf.keras.ops.fori_loop(1, 5, lambda k, total: total * 2 + tf.cast(k, x.dtype), x),
        lambda np, x: 16 * x + 8 + 8 + 6 + 4,
        dtypes=("float32", "int32"),
        modes=PLAIN,
        condition=8,
    ),
    formula(
        "tf.keras.ops.while_loop",
        lambda tf, x=positive(): tf.keras.ops.while_loop(lambda k, y: k < 4, lambda k, y: (k + 1, y * y), (1, x))[1],
        lambda np, x: x**8,
        dtypes=("float32", "float64"),
        modes=PLAIN,
        condition=16,
    ),
]
