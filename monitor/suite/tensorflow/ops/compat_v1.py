"""Functions of `tf.compat.v1` on tensors, called eagerly."""

from functools import partial

from monitor.suite.declare import (
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
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, INTEGER_RANGE, NOT_EMPTY, TIES

ALL = (EAGER, COMPILED, GRADIENT)
PLAIN = (EAGER, COMPILED)

every = partial(formula, dtypes=EVERY, modes=ALL)
fixed = partial(formula, dtypes=EVERY, modes=ALL, limits=FIXED_SHAPES)
smooth = partial(formula, dtypes=FLOATING, modes=ALL)

CREATED = [
    formula(
        "tf.compat.v1.constant",
        lambda tf, dtype=DTYPE: tf.compat.v1.constant([[1, 0], [3, 4]], dtype=dtype),
        lambda np: np.array([[1, 0], [3, 4]]),
        dtypes=NUMERIC,
    ),
    formula(
        "tf.compat.v1.constant",
        lambda tf, dtype=DTYPE: tf.compat.v1.constant(3, dtype=dtype, shape=(2, 2)),
        lambda np: np.full((2, 2), 3),
        name="shape",
        dtypes=NUMERIC,
    ),
    every(
        "tf.compat.v1.convert_to_tensor", lambda tf, x=tensor(3, 5): tf.compat.v1.convert_to_tensor(x), lambda np, x: x
    ),
    every(
        "tf.compat.v1.zeros_like",
        lambda tf, x=tensor(3, 5): tf.compat.v1.zeros_like(x),
        lambda np, x: np.zeros(x.shape, x.dtype),
        modes=PLAIN,
    ),
    every(
        "tf.compat.v1.ones_like",
        lambda tf, x=tensor(3, 5): tf.compat.v1.ones_like(x),
        lambda np, x: np.ones(x.shape, x.dtype),
        modes=PLAIN,
    ),
    fact(
        "tf.compat.v1.zeros_initializer",
        lambda tf: tf.compat.v1.zeros_initializer()((2, 2), tf.float32).numpy().tolist(),
        lambda made: made == [[0.0, 0.0]] * 2,
    ),
    fact(
        "tf.compat.v1.constant_initializer",
        lambda tf: tf.compat.v1.constant_initializer([1, 2])((2,), tf.float32).numpy().tolist(),
        lambda made: made == [1.0, 2.0],
    ),
    fact(
        "tf.compat.v1.random_normal_initializer",
        lambda tf: (lambda x: (abs(x.mean() - 1) < 0.05, abs(x.std() - 2) < 0.05))(
            tf.compat.v1.random_normal_initializer(1.0, 2.0, seed=1)((200, 200)).numpy()
        ),
        lambda near: near == [True, True],
    ),
]

SHAPES = [
    fact(
        "tf.compat.v1.shape",
        lambda tf: [tf.compat.v1.shape(tf.zeros(shape)).numpy().tolist() for shape in ((), (3,), (2, 0, 4))],
        lambda shapes: shapes == [[], [3], [2, 0, 4]],
    ),
    fact(
        "tf.compat.v1.shape",
        lambda tf: tf.compat.v1.shape(tf.zeros(3), out_type=tf.int64).dtype.name,
        lambda name: name == "int64",
        name="out-type",
    ),
    every(
        "tf.compat.v1.expand_dims",
        lambda tf, x=tensor(3, 5): tf.compat.v1.expand_dims(x, axis=1),
        lambda np, x: x[:, np.newaxis],
    ),
    every(
        "tf.compat.v1.expand_dims",
        lambda tf, x=tensor(3, 5): tf.compat.v1.expand_dims(x, dim=-1),
        lambda np, x: x[..., np.newaxis],
        name="dim",
    ),
    fixed(
        "tf.compat.v1.squeeze", lambda tf, x=tensor(3, 1, 5, 1): tf.compat.v1.squeeze(x), lambda np, x: x[:, 0, :, 0]
    ),
    fixed(
        "tf.compat.v1.squeeze",
        lambda tf, x=tensor(3, 1, 5, 1): tf.compat.v1.squeeze(x, squeeze_dims=[1]),
        lambda np, x: x[:, 0],
        name="dims",
    ),
    every("tf.compat.v1.transpose", lambda tf, x=tensor(3, 5): tf.compat.v1.transpose(x), lambda np, x: x.T),
    fixed(
        "tf.compat.v1.transpose",
        lambda tf, x=tensor(3, 5, 2): tf.compat.v1.transpose(x, perm=[2, 0, 1]),
        lambda np, x: np.stack([x[..., 0], x[..., 1]]),
        name="perm",
    ),
    fixed(
        "tf.compat.v1.pad",
        lambda tf, x=tensor(2, 3): tf.compat.v1.pad(x, [[1, 0], [0, 2]]),
        lambda np, x: np.block([[np.zeros((1, 5), x.dtype)], [x, np.zeros((2, 2), x.dtype)]]),
    ),
    fixed(
        "tf.compat.v1.pad",
        lambda tf, x=tensor(2, 3): tf.compat.v1.pad(x, [[0, 0], [1, 1]], mode="SYMMETRIC"),
        lambda np, x: x[:, [0, 0, 1, 2, 2]],
        name="symmetric",
    ),
]

CAST = [
    formula(
        "tf.compat.v1.to_float",
        lambda tf, x=tensor(3, 5): tf.compat.v1.to_float(x),
        lambda np, x: x.astype("float32"),
        dtypes=NUMERIC,
        modes=PLAIN,
        returns=dict.fromkeys(NUMERIC, "float32"),
    ),
    formula(
        "tf.compat.v1.to_int32",
        lambda tf, x=values(-2.75, -0.5, 0, 1.25, 7.5): tf.compat.v1.to_int32(x),
        lambda np, x: np.array([-2, 0, 0, 1, 7]),
        dtypes=FLOATING,
        modes=PLAIN,
        returns=dict.fromkeys(FLOATING, "int32"),
        limits=INTEGER_RANGE,
    ),
    formula(
        "tf.compat.v1.to_int64",
        lambda tf, x=values(-2.75, -0.5, 0, 1.25, 7.5): tf.compat.v1.to_int64(x),
        lambda np, x: np.array([-2, 0, 0, 1, 7]),
        dtypes=FLOATING,
        modes=PLAIN,
        returns=dict.fromkeys(FLOATING, "int64"),
        limits=INTEGER_RANGE,
    ),
]

REDUCED = [
    formula(
        "tf.compat.v1.reduce_sum",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_sum(x, axis=-1),
        lambda np, x: np.sum(x, axis=-1),
        dtypes=NUMERIC,
        modes=ALL,
        condition=4,
    ),
    formula(
        "tf.compat.v1.reduce_sum",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_sum(x, reduction_indices=[0], keep_dims=True),
        lambda np, x: np.sum(x, axis=0, keepdims=True),
        name="old-names",
        dtypes=NUMERIC,
        modes=ALL,
        condition=4,
    ),
    smooth(
        "tf.compat.v1.reduce_mean",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_mean(x, axis=-1),
        lambda np, x: np.mean(x, axis=-1),
        condition=4,
        limits=NOT_EMPTY,
    ),
    formula(
        "tf.compat.v1.reduce_max",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_max(x, axis=-1),
        lambda np, x: np.max(x, axis=-1),
        dtypes=NUMERIC,
        modes=ALL,
        limits=NOT_EMPTY | TIES,
    ),
    formula(
        "tf.compat.v1.argmax",
        lambda tf, x=tensor(3, 5): tf.compat.v1.argmax(x, axis=1),
        lambda np, x: np.argmax(np.where(np.isnan(x), -np.inf, x), axis=1),
        dtypes=NUMERIC,
        modes=PLAIN,
        returns=dict.fromkeys(NUMERIC, "int64"),
        limits=NOT_EMPTY,
    ),
    formula(
        "tf.compat.v1.argmax",
        lambda tf, x=tensor(3, 5): tf.compat.v1.argmax(x, dimension=0, output_type=tf.int32),
        lambda np, x: np.argmax(np.where(np.isnan(x), -np.inf, x), axis=0),
        name="int32",
        dtypes=NUMERIC,
        modes=PLAIN,
        returns=dict.fromkeys(NUMERIC, "int32"),
        limits=NOT_EMPTY,
    ),
    smooth(
        "tf.compat.v1.norm",
        lambda tf, x=tensor(3, 5): tf.compat.v1.norm(x, axis=-1),
        lambda np, x: np.sqrt(np.sum(x * x, axis=-1)),
        condition=4,
    ),
    smooth(
        "tf.compat.v1.norm",
        lambda tf, x=tensor(3, 5): tf.compat.v1.norm(x, ord=1, axis=0, keep_dims=True),
        lambda np, x: np.sum(np.abs(x), axis=0, keepdims=True),
        name="one",
        condition=4,
    ),
    smooth(
        "tf.compat.v1.nn.softmax",
        lambda tf, x=tensor(3, 5): tf.compat.v1.nn.softmax(x),
        lambda np, x: (
            np.exp(x - np.max(x, axis=-1, keepdims=True))
            / np.sum(np.exp(x - np.max(x, axis=-1, keepdims=True)), axis=-1, keepdims=True)
        ),
        condition=4,
        limits=NOT_EMPTY | FIXED_RANK,
    ),
    smooth(
        "tf.compat.v1.nn.sparse_softmax_cross_entropy_with_logits",
        lambda tf, labels=indices(3, below=5), logits=tensor(3, 5): (
            tf.compat.v1.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        ),
        lambda np, labels, logits: (
            lambda shifted: np.log(np.sum(np.exp(shifted), axis=-1)) - shifted[np.arange(len(labels)), labels]
        )(logits - np.max(logits, axis=-1, keepdims=True)),
        condition=8,
        limits=FIXED_SHAPES,
    ),
]

SELECTED = [
    every(
        "tf.compat.v1.where",
        lambda tf, condition=tensor(3, 5, dtype="bool"), x=tensor(3, 5), y=tensor(3, 5): tf.compat.v1.where(
            condition, x, y
        ),
        lambda np, condition, x, y: np.array(
            [a if c else b for c, a, b in zip(condition.flat, x.flat, y.flat, strict=True)], x.dtype
        ).reshape(x.shape),
    ),
    formula(
        "tf.compat.v1.where",
        lambda tf, x=values(0, 1, 1, 0, 0, 1, shape=(2, 3)): tf.compat.v1.where(x > 0),
        lambda np, x: np.array([[0, 1], [0, 2], [1, 2]]),
        name="places",
        dtypes=("float32", "int32"),
        returns=dict.fromkeys(("float32", "int32"), "int64"),
        limits=FIXED_SHAPES,
    ),
    fixed(
        "tf.compat.v1.gather",
        lambda tf, x=tensor(4, 3), i=indices(2, below=4): tf.compat.v1.gather(x, i),
        lambda np, x, i: np.stack([x[k] for k in i]),
    ),
    fixed(
        "tf.compat.v1.gather",
        lambda tf, x=tensor(4, 3), i=indices(2, below=3): tf.compat.v1.gather(x, i, axis=1),
        lambda np, x, i: np.stack([x[:, k] for k in i], axis=1),
        name="axis",
    ),
    formula(
        "tf.compat.v1.cond",
        lambda tf, x=tensor(3): tf.compat.v1.cond(tf.reduce_sum(x * x) >= 0, lambda: x + 1, lambda: x - 1),
        lambda np, x: x + 1 if np.sum(x * x) >= 0 else x - 1,
        dtypes=("float32", "float64"),
        modes=PLAIN,
        limits=FIXED_SHAPES,
    ),
    fact(
        "tf.compat.v1.nn.dropout",
        lambda tf: (lambda x: (sorted({float(v) for v in x.flat}), abs(x.mean() - 1) < 0.05))(
            tf.compat.v1.nn.dropout(tf.ones((100, 100)), rate=0.5, seed=1).numpy()
        ),
        lambda found: found == [[0.0, 2.0], True],
    ),
]

SETTINGS = [
    fact(
        "tf.compat.v1.executing_eagerly",
        lambda tf: (
            tf.compat.v1.executing_eagerly(),
            tf.function(lambda: tf.constant(tf.compat.v1.executing_eagerly()))().numpy().tolist(),
        ),
        lambda found: found[0] is True,
    ),
    fact("tf.compat.v1.name_scope", lambda tf: _scoped_name(tf), lambda name: name == "outer/sum:0"),
    fact("tf.compat.v1.no_op", lambda tf: tf.compat.v1.no_op(), lambda result: result is None),
    fact("tf.compat.v1.logging.set_verbosity", lambda tf: _verbosity(tf), lambda found: found is True),
    fact(
        "tf.compat.v1.TensorShape",
        lambda tf: tf.compat.v1.TensorShape([2, None]).as_list(),
        lambda shape: shape == [2, None],
    ),
]


def _scoped_name(tf):
    with tf.Graph().as_default(), tf.compat.v1.name_scope("outer"):
        return tf.add(1.0, 2.0, name="sum").name


def _verbosity(tf):
    before = tf.compat.v1.logging.get_verbosity()
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)
    after = tf.compat.v1.logging.get_verbosity()
    tf.compat.v1.logging.set_verbosity(before)
    return after == tf.compat.v1.logging.FATAL
