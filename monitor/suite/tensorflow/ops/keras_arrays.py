"""Keras operations on the shape, the elements and the dtype of an array."""

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
    indices,
    tensor,
    values,
)
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, HOST_VALUES, INTEGER_RANGE, NOT_EMPTY

ALL = (EAGER, COMPILED, GRADIENT)

every = partial(formula, dtypes=EVERY, modes=ALL)
flat = partial(formula, dtypes=EVERY, modes=ALL, limits=FIXED_RANK)
fixed = partial(formula, dtypes=EVERY, modes=ALL, limits=FIXED_SHAPES)

TYPES = [
    formula(
        "tf.keras.ops.cast",
        lambda tf, x=tensor(3, 5): tf.keras.ops.cast(x, "float32"),
        lambda np, x: x.astype("float32"),
        dtypes=NUMERIC,
        modes=(EAGER, COMPILED),
        returns=dict.fromkeys(NUMERIC, "float32"),
    ),
    formula(
        "tf.keras.ops.cast",
        lambda tf, x=values(-2.75, -0.5, 0, 1.25, 7.5): tf.keras.ops.cast(x, "int32"),
        lambda np, x: np.array([-2, 0, 0, 1, 7]),
        name="to-int32",
        dtypes=FLOATING,
        modes=(EAGER, COMPILED),
        returns=dict.fromkeys(FLOATING, "int32"),
    ),
    formula(
        "tf.keras.ops.cast",
        lambda tf, x=tensor(3, 5): tf.keras.ops.cast(x, "bool"),
        lambda np, x: x != 0,
        name="to-bool",
        dtypes=NUMERIC,
        modes=(EAGER, COMPILED),
    ),
    every(
        "tf.keras.ops.convert_to_tensor", lambda tf, x=tensor(3, 5): tf.keras.ops.convert_to_tensor(x), lambda np, x: x
    ),
    formula(
        "tf.keras.ops.convert_to_tensor",
        lambda tf, x=tensor(3, 5): tf.keras.ops.convert_to_tensor(x.numpy().tolist(), dtype=x.dtype),
        lambda np, x: x,
        name="of-a-list",
        dtypes=("float32", "float64", "int32", "bool"),
        limits=HOST_VALUES | NOT_EMPTY,
    ),
    formula(
        "tf.keras.ops.convert_to_numpy",
        lambda tf, x=tensor(3, 5): tf.keras.ops.convert_to_numpy(x),
        lambda np, x: x,
        dtypes=("float32", "float64", "float16", "int32", "int64", "bool"),
        limits=HOST_VALUES,
    ),
    fact(
        "tf.keras.ops.is_tensor",
        lambda tf: [tf.keras.ops.is_tensor(x) for x in (tf.ones(2), tf.keras.ops.ones(2), 1.0, [tf.ones(2)])],
        lambda found: found == [True, True, False, False],
    ),
    every(
        "tf.keras.ops.stop_gradient",
        lambda tf, x=tensor(3, 5): tf.keras.ops.stop_gradient(x),
        lambda np, x: x,
        modes=(EAGER, COMPILED),
    ),
    fact(
        "tf.keras.backend.standardize_dtype",
        lambda tf: [tf.keras.backend.standardize_dtype(x) for x in (tf.float32, "int", float, bool, "bfloat16")],
        lambda names: names == ["float32", "int64", "float32", "bool", "bfloat16"],
    ),
]

SHAPES = [
    fact(
        "tf.keras.ops.shape",
        lambda tf: [tf.keras.ops.shape(tf.zeros(shape)) for shape in ((), (3,), (2, 0, 4))],
        lambda shapes: shapes == [[], [3], [2, 0, 4]],
    ),
    formula(
        "tf.keras.ops.shape",
        lambda tf, x=tensor(3, 5): tf.keras.ops.ones(tf.keras.ops.shape(x)) + 0 * tf.keras.ops.cast(x, "float32"),
        lambda np, x: np.ones(x.shape),
        name="used",
        dtypes=("float32",),
        modes=(EAGER, COMPILED),
        limits=INTEGER_RANGE,
    ),
    fixed(
        "tf.keras.ops.reshape",
        lambda tf, x=tensor(3, 4): tf.keras.ops.reshape(x, (2, 6)),
        lambda np, x: np.array([*x.flat]).reshape(2, 6),
    ),
    fixed(
        "tf.keras.ops.reshape",
        lambda tf, x=tensor(3, 4): tf.keras.ops.reshape(x, (-1, 2, 1)),
        lambda np, x: x.reshape(6, 2, 1),
        name="unknown-size",
    ),
    every(
        "tf.keras.ops.expand_dims",
        lambda tf, x=tensor(3, 5): tf.keras.ops.expand_dims(x, -1),
        lambda np, x: x[..., np.newaxis],
    ),
    every(
        "tf.keras.ops.expand_dims",
        lambda tf, x=tensor(3, 5): tf.keras.ops.expand_dims(x, (0, 2)),
        lambda np, x: x[np.newaxis, :, np.newaxis],
        name="several",
    ),
    fixed(
        "tf.keras.ops.squeeze", lambda tf, x=tensor(3, 1, 5, 1): tf.keras.ops.squeeze(x, axis=1), lambda np, x: x[:, 0]
    ),
    fixed(
        "tf.keras.ops.squeeze",
        lambda tf, x=tensor(3, 1, 5, 1): tf.keras.ops.squeeze(x),
        lambda np, x: x[:, 0, :, 0],
        name="all",
    ),
    flat(
        "tf.keras.ops.transpose",
        lambda tf, x=tensor(3, 5, 2): tf.keras.ops.transpose(x, (2, 0, 1)),
        lambda np, x: np.stack([x[..., k] for k in range(x.shape[2])]) if x.shape[2] else x.reshape(0, *x.shape[:2]),
    ),
    every(
        "tf.keras.ops.transpose",
        lambda tf, x=tensor(3, 5): tf.keras.ops.transpose(x),
        lambda np, x: x.T,
        name="reversed",
    ),
    fixed(
        "tf.keras.ops.broadcast_to",
        lambda tf, x=tensor(3, 1): tf.keras.ops.broadcast_to(x, (2, 3, 4)),
        lambda np, x: np.stack([np.concatenate([x] * 4, axis=1)] * 2),
    ),
    fixed(
        "tf.keras.ops.tile",
        lambda tf, x=tensor(2, 3): tf.keras.ops.tile(x, (2, 2)),
        lambda np, x: np.block([[x, x], [x, x]]),
    ),
    fixed(
        "tf.keras.ops.repeat",
        lambda tf, x=tensor(2, 3): tf.keras.ops.repeat(x, 2, axis=1),
        lambda np, x: x[:, [0, 0, 1, 1, 2, 2]],
    ),
    fixed(
        "tf.keras.ops.pad",
        lambda tf, x=tensor(2, 3): tf.keras.ops.pad(x, ((1, 0), (0, 2))),
        lambda np, x: np.block([[np.zeros((1, 5), x.dtype)], [x, np.zeros((2, 2), x.dtype)]]),
    ),
    fixed(
        "tf.keras.ops.pad",
        lambda tf, x=tensor(2, 3): tf.keras.ops.pad(x, ((0, 0), (2, 1)), mode="reflect"),
        lambda np, x: x[:, [2, 1, 0, 1, 2, 1]],
        name="reflect",
    ),
    fixed(
        "tf.keras.ops.pad",
        lambda tf, x=tensor(2, 3): tf.keras.ops.pad(x, ((1, 1), (0, 0)), constant_values=3),
        lambda np, x: np.concatenate([np.full((1, 3), 3.0), x, np.full((1, 3), 3.0)]),
        name="value",
        dtypes=NUMERIC,
    ),
]

JOINED = [
    every(
        "tf.keras.ops.concatenate",
        lambda tf, x=tensor(3, 5), y=tensor(3, 5): tf.keras.ops.concatenate([x, y], axis=-1),
        lambda np, x, y: np.concatenate([x, y], axis=-1),
    ),
    every(
        "tf.keras.ops.stack",
        lambda tf, x=tensor(3, 5), y=tensor(3, 5): tf.keras.ops.stack([x, y], axis=1),
        lambda np, x, y: np.concatenate([x[:, np.newaxis], y[:, np.newaxis]], axis=1),
    ),
    fixed(
        "tf.keras.ops.split",
        lambda tf, x=tensor(3, 6): tf.keras.ops.split(x, 3, axis=1),
        lambda np, x: [x[:, :2], x[:, 2:4], x[:, 4:]],
    ),
    fixed(
        "tf.keras.ops.split",
        lambda tf, x=tensor(6, 2): tf.keras.ops.split(x, (1, 4)),
        lambda np, x: [x[:1], x[1:4], x[4:]],
        name="places",
    ),
]

CREATED = [
    fact(
        "tf.keras.ops.zeros",
        lambda tf, dtype=DTYPE: (lambda x: (x.shape, x.dtype == dtype, x.numpy().any()))(
            tf.keras.ops.zeros((2, 3), dtype=dtype)
        ),
        lambda made: made == [[2, 3], True, False],
        dtypes=EVERY,
    ),
    fact(
        "tf.keras.ops.ones",
        lambda tf, dtype=DTYPE: (lambda x: (x.shape, x.dtype == dtype, (x.numpy() == 1).all()))(
            tf.keras.ops.ones((2, 3), dtype=dtype)
        ),
        lambda made: made == [[2, 3], True, True],
        dtypes=EVERY,
    ),
    every(
        "tf.keras.ops.zeros_like",
        lambda tf, x=tensor(3, 5): tf.keras.ops.zeros_like(x),
        lambda np, x: np.zeros(x.shape, x.dtype),
        modes=(EAGER, COMPILED),
    ),
    every(
        "tf.keras.ops.ones_like",
        lambda tf, x=tensor(3, 5): tf.keras.ops.ones_like(x),
        lambda np, x: np.ones(x.shape, x.dtype),
        modes=(EAGER, COMPILED),
    ),
    formula(
        "tf.keras.ops.arange",
        lambda tf, dtype=DTYPE: tf.keras.ops.arange(2, 11, 3, dtype=dtype),
        lambda np: np.array([2, 5, 8]),
        dtypes=NUMERIC,
    ),
    formula(
        "tf.keras.ops.arange",
        lambda tf: tf.keras.ops.arange(4),
        lambda np: np.array([0, 1, 2, 3], "int32"),
        name="stop",
    ),
    formula(
        "tf.keras.ops.array",
        lambda tf, x=tensor(3, 5): tf.keras.ops.array(x),
        lambda np, x: x,
        dtypes=EVERY,
        modes=(EAGER, COMPILED),
    ),
    formula(
        "tf.keras.ops.one_hot",
        lambda tf, x=indices(3, 2, below=4): tf.keras.ops.one_hot(x, 4),
        lambda np, x: np.eye(4)[x],
        dtypes=("float32",),
        modes=(EAGER, COMPILED),
        limits=FIXED_SHAPES,
    ),
    formula(
        "tf.keras.ops.one_hot",
        lambda tf, x=indices(3, below=4): tf.keras.ops.one_hot(x, 4, axis=0, dtype="int32"),
        lambda np, x: np.eye(4, dtype="int32")[:, x],
        name="axis",
        dtypes=("int32",),
        modes=(EAGER, COMPILED),
        limits=FIXED_SHAPES,
    ),
]

SELECTED = [
    every(
        "tf.keras.ops.where",
        lambda tf, condition=tensor(3, 5, dtype="bool"), x=tensor(3, 5), y=tensor(3, 5): tf.keras.ops.where(
            condition, x, y
        ),
        lambda np, condition, x, y: np.array(
            [a if c else b for c, a, b in zip(condition.flat, x.flat, y.flat, strict=True)], x.dtype
        ).reshape(x.shape),
        dtypes=NUMERIC + BOOL,
    ),
    fixed(
        "tf.keras.ops.slice", lambda tf, x=tensor(4, 5): tf.keras.ops.slice(x, (1, 2), (2, 3)), lambda np, x: x[1:3, 2:]
    ),
    fixed(
        "tf.keras.ops.slice_update",
        lambda tf, x=tensor(4, 5), y=tensor(2, 3): tf.keras.ops.slice_update(x, (1, 2), y),
        lambda np, x, y: np.block([[x[:1]], [x[1:3, :2], y], [x[3:]]]),
    ),
    fixed(
        "tf.keras.ops.scatter_update",
        lambda tf, x=tensor(4, 3), y=tensor(2, 3): tf.keras.ops.scatter_update(x, [[2], [0]], y),
        lambda np, x, y: np.stack([y[1], x[1], y[0], x[3]]),
        modes=(EAGER, COMPILED),
    ),
    fixed(
        "tf.keras.ops.take",
        lambda tf, x=tensor(4, 3), i=indices(2, 2, below=3): tf.keras.ops.take(x, i, axis=1),
        lambda np, x, i: x[:, i],
    ),
    fixed(
        "tf.keras.ops.take",
        lambda tf, x=tensor(2, 3), i=indices(4, below=6): tf.keras.ops.take(x, i),
        lambda np, x, i: x.reshape(-1)[i],
        name="flat",
    ),
    fixed(
        "tf.keras.ops.take_along_axis",
        lambda tf, x=tensor(3, 4), i=indices(3, 2, below=4): tf.keras.ops.take_along_axis(x, i, axis=1),
        lambda np, x, i: np.array([[x[k, j] for j in i[k]] for k in range(3)]),
    ),
]
