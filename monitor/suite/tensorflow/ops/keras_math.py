"""Keras operations on numbers: element by element, over axes, and products."""

from functools import partial

from monitor.suite.declare import (
    BOOL,
    COMPILED,
    EAGER,
    FLOATING,
    GRADIENT,
    NUMERIC,
    fact,
    formula,
    positive,
    tensor,
    uniform,
    values,
)
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, JUMP, LINKED_SIZES, NOT_EMPTY, TIES

ALL = (EAGER, COMPILED, GRADIENT)
PLACES = dict.fromkeys(NUMERIC + BOOL, "int32")
NAN = float("nan")

smooth = partial(formula, dtypes=FLOATING, modes=ALL)
number = partial(formula, dtypes=NUMERIC, modes=ALL)
plain = partial(formula, modes=(EAGER, COMPILED))

ELEMENTWISE = [
    number("tf.keras.ops.add", lambda tf, x=tensor(3, 5), y=tensor(5): tf.keras.ops.add(x, y), lambda np, x, y: x + y),
    number(
        "tf.keras.ops.subtract",
        lambda tf, x=tensor(3, 5), y=tensor(5): tf.keras.ops.subtract(x, y),
        lambda np, x, y: x - y,
    ),
    number(
        "tf.keras.ops.multiply",
        lambda tf, x=tensor(3, 5), y=tensor(5): tf.keras.ops.multiply(x, y),
        lambda np, x, y: x * y,
    ),
    smooth(
        "tf.keras.ops.divide",
        lambda tf, x=tensor(3, 5), y=positive(3, 5): tf.keras.ops.divide(x, y),
        lambda np, x, y: x / y,
    ),
    smooth(
        "tf.keras.ops.power",
        lambda tf, x=positive(3, 5), y=tensor(3, 5): tf.keras.ops.power(x, y),
        lambda np, x, y: np.power(x, y),
        condition=8,
    ),
    smooth("tf.keras.ops.square", lambda tf, x=tensor(3, 5): tf.keras.ops.square(x), lambda np, x: x * x),
    smooth("tf.keras.ops.sqrt", lambda tf, x=positive(3, 5): tf.keras.ops.sqrt(x), lambda np, x: np.sqrt(x)),
    smooth("tf.keras.ops.rsqrt", lambda tf, x=positive(3, 5): tf.keras.ops.rsqrt(x), lambda np, x: 1 / np.sqrt(x)),
    smooth("tf.keras.ops.exp", lambda tf, x=tensor(3, 5): tf.keras.ops.exp(x), lambda np, x: np.exp(x)),
    smooth("tf.keras.ops.log", lambda tf, x=positive(3, 5): tf.keras.ops.log(x), lambda np, x: np.log(x)),
    smooth("tf.keras.ops.sin", lambda tf, x=tensor(3, 5): tf.keras.ops.sin(x), lambda np, x: np.sin(x)),
    smooth("tf.keras.ops.cos", lambda tf, x=tensor(3, 5): tf.keras.ops.cos(x), lambda np, x: np.cos(x)),
    smooth("tf.keras.ops.tanh", lambda tf, x=tensor(3, 5): tf.keras.ops.tanh(x), lambda np, x: np.tanh(x)),
    smooth(
        "tf.keras.ops.sigmoid", lambda tf, x=tensor(3, 5): tf.keras.ops.sigmoid(x), lambda np, x: 1 / (1 + np.exp(-x))
    ),
    number(
        "tf.keras.ops.maximum",
        lambda tf, x=tensor(3, 5), y=tensor(3, 5): tf.keras.ops.maximum(x, y),
        lambda np, x, y: np.where(np.isnan(x) | (x > y), x, y),
        limits=JUMP,
    ),
    number(
        "tf.keras.ops.minimum",
        lambda tf, x=tensor(3, 5), y=tensor(3, 5): tf.keras.ops.minimum(x, y),
        lambda np, x, y: np.where(np.isnan(x) | (x < y), x, y),
        limits=JUMP,
    ),
    number(
        "tf.keras.ops.clip",
        lambda tf, x=tensor(3, 5): tf.keras.ops.clip(x, -1, 2),
        lambda np, x: np.where(x < -1, -1, np.where(x > 2, 2, x)),
        limits=JUMP,
    ),
    plain(
        "tf.keras.ops.equal",
        lambda tf, x=values(1, 2, NAN, 0), y=values(1, 3, NAN, -0.0): tf.keras.ops.equal(x, y),
        lambda np, x, y: np.array([True, False, False, True]),
        dtypes=FLOATING,
    ),
    plain(
        "tf.keras.ops.logical_not",
        lambda tf, x=tensor(3, 5, dtype="bool"): tf.keras.ops.logical_not(x),
        lambda np, x: x == 0,
        dtypes=BOOL,
    ),
    plain(
        "tf.keras.ops.logical_and",
        lambda tf, x=tensor(3, 5, dtype="bool"), y=tensor(3, 5, dtype="bool"): tf.keras.ops.logical_and(x, y),
        lambda np, x, y: x * y,
        dtypes=BOOL,
    ),
]

OVER_AXES = [
    number(
        "tf.keras.ops.sum",
        lambda tf, x=tensor(3, 5): tf.keras.ops.sum(x, axis=-1),
        lambda np, x: np.sum(x, axis=-1),
        condition=4,
    ),
    number(
        "tf.keras.ops.sum",
        lambda tf, x=tensor(3, 5): tf.keras.ops.sum(x, axis=(0, 1), keepdims=True),
        lambda np, x: np.sum(x, axis=(0, 1), keepdims=True),
        name="keepdims",
        condition=4,
    ),
    smooth(
        "tf.keras.ops.mean",
        lambda tf, x=tensor(3, 5): tf.keras.ops.mean(x, axis=-1),
        lambda np, x: np.mean(x, axis=-1),
        condition=4,
        limits=NOT_EMPTY,
    ),
    smooth(
        "tf.keras.ops.mean",
        lambda tf, x=tensor(3, 5): tf.keras.ops.mean(x, axis=0, keepdims=True),
        lambda np, x: np.mean(x, axis=0, keepdims=True),
        name="keepdims",
        condition=4,
        limits=NOT_EMPTY,
    ),
    number(
        "tf.keras.ops.max",
        lambda tf, x=tensor(3, 5): tf.keras.ops.max(x, axis=-1),
        lambda np, x: np.max(x, axis=-1),
        limits=NOT_EMPTY | TIES,
    ),
    number(
        "tf.keras.ops.min",
        lambda tf, x=tensor(3, 5): tf.keras.ops.min(x, axis=-1),
        lambda np, x: np.min(x, axis=-1),
        limits=NOT_EMPTY | TIES,
    ),
    plain(
        "tf.keras.ops.any",
        lambda tf, x=tensor(3, 5, dtype="bool"): tf.keras.ops.any(x, axis=-1),
        lambda np, x: np.sum(x, axis=-1) > 0,
        dtypes=BOOL,
    ),
    plain(
        "tf.keras.ops.argmax",
        lambda tf, x=tensor(3, 5): tf.keras.ops.argmax(x, axis=-1),
        lambda np, x: np.argmax(np.where(np.isnan(x), -np.inf, x), axis=-1),
        dtypes=NUMERIC,
        returns=PLACES,
        limits=NOT_EMPTY,
    ),
    number(
        "tf.keras.ops.cumsum",
        lambda tf, x=tensor(3, 5): tf.keras.ops.cumsum(x, axis=1),
        lambda np, x: np.stack([np.sum(x[:, : k + 1], axis=1) for k in range(x.shape[1])], axis=1),
        condition=4,
        limits=FIXED_SHAPES,
    ),
    smooth(
        "tf.keras.ops.softmax",
        lambda tf, x=tensor(3, 5): tf.keras.ops.softmax(x),
        lambda np, x: _softmax(np, x),
        condition=4,
        limits=NOT_EMPTY,
    ),
    plain(
        "tf.keras.ops.top_k",
        lambda tf, x=values(3, 1, 4, 1.5, 9, 2.5, shape=(2, 3)): tf.keras.ops.top_k(x, 2)[0],
        lambda np, x: np.array([[4, 3], [9, 2.5]]),
        dtypes=("float32", "float64"),
    ),
]

PRODUCTS = [
    smooth(
        "tf.keras.ops.matmul",
        lambda tf, x=tensor(3, 5), y=tensor(5, 4): tf.keras.ops.matmul(x, y),
        lambda np, x, y: x @ y,
        condition=4,
        limits=LINKED_SIZES | FIXED_RANK,
    ),
    smooth(
        "tf.keras.ops.matmul",
        lambda tf, x=tensor(2, 3, 5), y=tensor(5): tf.keras.ops.matmul(x, y),
        lambda np, x, y: np.sum(x * y, axis=-1),
        name="vector",
        condition=4,
        limits=FIXED_SHAPES,
    ),
    smooth(
        "tf.keras.ops.einsum",
        lambda tf, x=tensor(2, 3, 5), y=tensor(2, 5, 4): tf.keras.ops.einsum("bij,bjk->bik", x, y),
        lambda np, x, y: x @ y,
        condition=4,
        limits=LINKED_SIZES | FIXED_RANK,
    ),
    smooth(
        "tf.keras.ops.einsum",
        lambda tf, x=tensor(3, 5): tf.keras.ops.einsum("ij->j", x),
        lambda np, x: np.sum(x, axis=0),
        name="sum",
        condition=4,
        limits=FIXED_RANK,
    ),
    smooth(
        "tf.keras.ops.dot_product_attention",
        lambda tf, q=tensor(2, 4, 1, 3), k=tensor(2, 5, 1, 3), v=tensor(2, 5, 1, 3): tf.keras.ops.dot_product_attention(
            q, k, v
        ),
        lambda np, q, k, v: _attention(np, q[:, :, 0], k[:, :, 0], v[:, :, 0])[:, :, np.newaxis],
        condition=16,
        dtypes=("float32", "float64"),
        limits=FIXED_SHAPES,
    ),
]


def _attention(np, q, k, v):
    return _softmax(np, q @ np.swapaxes(k, 1, 2) / np.sqrt(3.0)) @ v


def _softmax(np, x):
    weights = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return weights / np.sum(weights, axis=-1, keepdims=True)


CHOICES = [
    formula(
        "tf.keras.ops.cond",
        lambda tf, x=tensor(3): tf.keras.ops.cond(tf.reduce_sum(x * x) >= 0, lambda: x + 1, lambda: x - 1),
        lambda np, x: x + 1 if np.sum(x * x) >= 0 else x - 1,
        dtypes=("float32", "float64"),
        modes=(EAGER, COMPILED),
        limits=FIXED_SHAPES,
    ),
    fact(
        "tf.keras.random.uniform",
        lambda tf: (lambda x: (x.min() >= 2, x.max() < 4, abs(x.mean() - 3) < 0.05, x.shape))(
            tf.keras.random.uniform((100, 100), 2, 4, seed=1).numpy()
        ),
        lambda found: found == [True, True, True, [100, 100]],
    ),
    fact(
        "tf.keras.random.uniform",
        lambda tf: bool(
            (tf.keras.random.uniform((9,), seed=3).numpy() == tf.keras.random.uniform((9,), seed=3).numpy()).all()
        ),
        lambda same: same,
        name="seed",
    ),
    smooth(
        "tf.keras.activations.gelu",
        lambda tf, x=uniform(-3, 3, 3, 5): tf.keras.activations.gelu(x, approximate=True),
        lambda np, x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
        name="approximate",
        condition=8,
    ),
]
