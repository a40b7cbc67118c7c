"""Functions of `tf.compat.v1` on numbers: reductions, layers, losses and loops."""

from functools import partial

from monitor.model import Mode
from monitor.suite.declare import (
    BOOL,
    COMPILED,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    NUMERIC,
    fact,
    formula,
    indices,
    positive,
    tensor,
    values,
)
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, FIXED_VALUES, JUMP, NOT_EMPTY, TIES

ALL = (EAGER, COMPILED, GRADIENT)
PLAIN = (EAGER, COMPILED)
SINGLE = ("float32",)  # losses convert other dtypes to it

fixed = partial(formula, dtypes=EVERY, modes=ALL, limits=FIXED_SHAPES)
smooth = partial(formula, dtypes=FLOATING, modes=ALL)
layer = partial(formula, dtypes=("float32", "float64"), modes=ALL, condition=8, limits=FIXED_SHAPES)

REDUCED = [
    formula(
        "tf.compat.v1.reduce_any",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_any(x, reduction_indices=1),
        lambda np, x: np.sum(x != 0, axis=1) > 0,
        dtypes=BOOL,
        modes=PLAIN,
    ),
    formula(
        "tf.compat.v1.reduce_all",
        lambda tf, x=values(1, 1, 0, 1, 1, 1, shape=(2, 3)): tf.compat.v1.reduce_all(x, axis=1, keep_dims=True),
        lambda np, x: np.sum(x == 0, axis=1, keepdims=True) == 0,
        dtypes=BOOL,
        modes=PLAIN,
    ),
    formula(
        "tf.compat.v1.reduce_min",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_min(x, axis=-1),
        lambda np, x: -np.max(-x, axis=-1),
        dtypes=NUMERIC,
        modes=ALL,
        limits=NOT_EMPTY | TIES,
    ),
    formula(
        "tf.compat.v1.reduce_prod",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_prod(x, reduction_indices=1),
        lambda np, x: np.multiply.reduce(x, axis=1),
        dtypes=("float32", "float64", "int32"),
        modes=ALL,
        condition=8,
    ),
    smooth(
        "tf.compat.v1.reduce_logsumexp",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_logsumexp(x, axis=-1),
        lambda np, x: (lambda top: top + np.log(np.sum(np.exp(x - top[..., np.newaxis]), axis=-1)))(np.max(x, axis=-1)),
        condition=4,
        limits=NOT_EMPTY | FINITE,
    ),
    formula(
        "tf.compat.v1.count_nonzero",
        lambda tf, x=values(0, 2, 0, -1, 3, 0, shape=(2, 3)): tf.compat.v1.count_nonzero(x, axis=1),
        lambda np, x: np.sum(x != 0, axis=1),
        dtypes=("float32", "int32"),
        modes=PLAIN,
        returns=dict.fromkeys(("float32", "int32"), "int64"),
    ),
    layer(
        "tf.compat.v1.nn.moments",
        lambda tf, x=tensor(4, 3): tf.compat.v1.nn.moments(x, axes=[0], keep_dims=True),
        lambda np, x: [
            np.mean(x, axis=0, keepdims=True),
            np.mean((x - np.mean(x, axis=0, keepdims=True)) ** 2, axis=0, keepdims=True),
        ],
    ),
    fact(
        "tf.compat.v1.size",
        lambda tf: [int(tf.compat.v1.size(tf.zeros(shape))) for shape in ((), (3,), (2, 0, 4), (2, 3))],
        lambda found: found == [1, 3, 0, 6],
    ),
    formula(
        "tf.compat.v1.div",
        lambda tf, x=tensor(3, 5), y=positive(5): tf.compat.v1.div(x, y),
        lambda np, x, y: x / y,
        dtypes=FLOATING,
        modes=ALL,
    ),
    formula(
        "tf.compat.v1.div",
        lambda tf, x=values(-7, 7, -6, 6, 5), y=values(2, -2, 3, 3, -3): tf.compat.v1.div(x, y),
        lambda np, x, y: np.array([-4, -4, -2, 2, -2]),
        name="integers",
        dtypes=("int32", "int64"),
        modes=PLAIN,
        limits=FIXED_SHAPES | FIXED_VALUES,
    ),
    formula(
        "tf.compat.v1.to_bfloat16",
        lambda tf, x=tensor(3, 5): tf.compat.v1.to_bfloat16(x),
        lambda np, x: x,
        dtypes=("float32", "float64"),
        modes=PLAIN,
        returns=dict.fromkeys(("float32", "float64"), "bfloat16"),
    ),
]

LAYERS = [
    smooth(
        "tf.compat.v1.nn.sigmoid",
        lambda tf, x=tensor(3, 5): tf.compat.v1.nn.sigmoid(x),
        lambda np, x: 1 / (1 + np.exp(-x)),
    ),
    smooth(
        "tf.compat.v1.nn.softplus",
        lambda tf, x=tensor(3, 5): tf.compat.v1.nn.softplus(x),
        lambda np, x: np.where(x > 0, x, 0) + np.log1p(np.exp(-np.abs(x))),
        condition=4,
    ),
    smooth(
        "tf.compat.v1.nn.log_softmax",
        lambda tf, x=tensor(3, 5): tf.compat.v1.nn.log_softmax(x),
        lambda np, x: (lambda y: y - np.log(np.sum(np.exp(y), axis=-1, keepdims=True)))(
            x - np.max(x, axis=-1, keepdims=True)
        ),
        condition=8,
        limits=NOT_EMPTY | FIXED_RANK,
    ),
    layer(
        "tf.compat.v1.nn.softmax_cross_entropy_with_logits_v2",
        lambda tf, labels=positive(3, 5), logits=tensor(3, 5): tf.compat.v1.nn.softmax_cross_entropy_with_logits_v2(
            labels=labels, logits=logits
        ),
        lambda np, labels, logits: (
            lambda y: -np.sum(labels * (y - np.log(np.sum(np.exp(y), axis=-1, keepdims=True))), axis=-1)
        )(logits - np.max(logits, axis=-1, keepdims=True)),
        limits=FIXED_SHAPES | FINITE,
        modes=PLAIN,  # its gradient holds for labels that add up to 1
    ),
    layer(
        "tf.compat.v1.nn.conv1d",
        lambda tf, x=tensor(2, 5, 3), kernel=tensor(3, 3, 4): tf.compat.v1.nn.conv1d(x, kernel, 2, "VALID"),
        lambda np, x, kernel: np.stack([np.einsum("bwi,wio->bo", x[:, k : k + 3], kernel) for k in (0, 2)], axis=1),
    ),
    layer(
        "tf.compat.v1.nn.conv2d",
        lambda tf, x=tensor(2, 4, 3, 2), kernel=tensor(2, 2, 2, 3): tf.compat.v1.nn.conv2d(
            x, kernel, strides=[1, 1, 1, 1], padding="VALID"
        ),
        lambda np, x, kernel: np.stack(
            [
                np.stack([np.einsum("bhwi,hwio->bo", x[:, r : r + 2, c : c + 2], kernel) for c in range(2)], axis=1)
                for r in range(3)
            ],
            axis=1,
        ),
    ),
    layer(
        "tf.compat.v1.nn.depthwise_conv2d",
        lambda tf, x=tensor(2, 3, 3, 2), kernel=tensor(2, 2, 2, 2): tf.compat.v1.nn.depthwise_conv2d(
            x, kernel, strides=[1, 1, 1, 1], padding="VALID"
        ),
        lambda np, x, kernel: np.stack(
            [
                np.stack(
                    [np.einsum("bhwi,hwim->bim", x[:, r : r + 2, c : c + 2], kernel).reshape(2, 4) for c in range(2)],
                    axis=1,
                )
                for r in range(2)
            ],
            axis=1,
        ),
    ),
    layer(
        "tf.compat.v1.nn.avg_pool",
        lambda tf, x=tensor(2, 4, 2, 3): tf.compat.v1.nn.avg_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID"),
        lambda np, x: np.stack([np.mean(x[:, :2], axis=(1, 2)), np.mean(x[:, 2:], axis=(1, 2))], axis=1)[
            :, :, np.newaxis
        ],
    ),
    layer(
        "tf.compat.v1.losses.mean_squared_error",
        lambda tf, labels=tensor(3, 4), found=tensor(3, 4), weights=positive(3, 1): (
            tf.compat.v1.losses.mean_squared_error(labels, found, weights)
        ),
        lambda np, labels, found, weights: np.sum(weights * (found - labels) ** 2) / 12,
        dtypes=SINGLE,
        limits=FIXED_SHAPES | FIXED_VALUES | JUMP,
    ),
    layer(
        "tf.compat.v1.losses.absolute_difference",
        lambda tf, labels=tensor(3, 4), found=tensor(3, 4): tf.compat.v1.losses.absolute_difference(labels, found),
        lambda np, labels, found: np.sum(np.abs(found - labels)) / 12,
        modes=PLAIN,
        dtypes=SINGLE,
    ),
    layer(
        "tf.compat.v1.losses.huber_loss",
        lambda tf, labels=tensor(3, 4), found=tensor(3, 4): tf.compat.v1.losses.huber_loss(labels, found, delta=0.5),
        lambda np, labels, found: (lambda e: np.mean(np.where(e <= 0.5, e * e / 2, 0.5 * e - 0.125)))(
            np.abs(found - labels)
        ),
        modes=PLAIN,
        dtypes=SINGLE,
    ),
    layer(
        "tf.compat.v1.losses.sigmoid_cross_entropy",
        lambda tf, labels=values(0, 1, 1, 0, 1, 0, shape=(2, 3)), logits=tensor(2, 3): (
            tf.compat.v1.losses.sigmoid_cross_entropy(labels, logits)
        ),
        lambda np, labels, logits: np.mean(
            np.log1p(np.exp(-np.abs(logits))) + np.where(logits > 0, logits, 0) - labels * logits
        ),
        modes=PLAIN,
        limits=FIXED_SHAPES | FIXED_VALUES,
        dtypes=SINGLE,
    ),
    layer(
        "tf.compat.v1.losses.softmax_cross_entropy",
        lambda tf, labels=values(0, 1, 0, 1, 0, 0, shape=(2, 3)), logits=tensor(2, 3): (
            tf.compat.v1.losses.softmax_cross_entropy(labels, logits)
        ),
        lambda np, labels, logits: np.mean(
            np.log(np.sum(np.exp(logits), axis=1)) - np.sum(np.where(labels > 0, logits, 0), axis=1)
        ),
        modes=PLAIN,
        limits=FIXED_SHAPES | FIXED_VALUES,
        dtypes=SINGLE,
    ),
    layer(
        "tf.compat.v1.losses.sparse_softmax_cross_entropy",
        lambda tf, labels=indices(3, below=4), logits=tensor(3, 4): tf.compat.v1.losses.sparse_softmax_cross_entropy(
            labels, logits
        ),
        lambda np, labels, logits: np.mean(np.log(np.sum(np.exp(logits), axis=1)) - logits[np.arange(3), labels]),
        limits=FIXED_SHAPES | FIXED_VALUES,
        dtypes=SINGLE,
    ),
]

SELECTED = [
    fixed(
        "tf.compat.v1.gather_nd",
        lambda tf, x=tensor(3, 4, 2): tf.compat.v1.gather_nd(x, [[0, 1], [2, 3], [0, 1]]),
        lambda np, x: np.stack([x[0, 1], x[2, 3], x[0, 1]]),
    ),
    fixed(
        "tf.compat.v1.batch_gather",
        lambda tf, x=tensor(2, 4), i=indices(2, 3, below=4): tf.compat.v1.batch_gather(x, i),
        lambda np, x, i: np.stack([row[k] for row, k in zip(x, i, strict=True)]),
    ),
    fixed(
        "tf.compat.v1.boolean_mask",
        lambda tf, x=tensor(3, 2): tf.compat.v1.boolean_mask(x, [True, False, True]),
        lambda np, x: x[[0, 2]],
        modes=(EAGER, GRADIENT),
    ),
    fixed(
        "tf.compat.v1.depth_to_space",
        lambda tf, x=tensor(1, 2, 2, 4): tf.compat.v1.depth_to_space(x, 2),
        lambda np, x: np.block([[x[0, r, c].reshape(2, 2) for c in range(2)] for r in range(2)])[
            np.newaxis, ..., np.newaxis
        ],
        dtypes=("float32", "int32"),
    ),
    formula(
        "tf.compat.v1.image.resize_images",
        lambda tf, x=tensor(1, 2, 2, 3): tf.compat.v1.image.resize_images(x, (4, 4), method=1),
        lambda np, x: x[:, [0, 0, 1, 1]][:, :, [0, 0, 1, 1]],
        dtypes=("float32", "int32"),
        modes=PLAIN,
        limits=FIXED_SHAPES,
    ),
    formula(
        "tf.compat.v1.image.resize_images",
        lambda tf, x=tensor(1, 1, 2, 3): tf.compat.v1.image.resize_images(x, (1, 4)),
        lambda np, x: np.stack([x[:, :, 0], (x[:, :, 0] + x[:, :, 1]) / 2, x[:, :, 1], x[:, :, 1]], axis=2),
        name="bilinear",
        dtypes=("float32",),
        modes=PLAIN,
        condition=4,
        limits=FIXED_SHAPES | FINITE,
    ),
]

LOOPS = [
    formula(
        "tf.compat.v1.while_loop",
        lambda tf, x=tensor(3): tf.compat.v1.while_loop(
            lambda k, y: k < 3, lambda k, y: (k + 1, 2 * y), (tf.constant(0), x)
        )[1],
        lambda np, x: 8 * x,
        dtypes=("float32", "int32"),
        modes=PLAIN,
    ),
    formula(
        "tf.compat.v1.scan",
        lambda tf, x=tensor(4, 3): tf.compat.v1.scan(lambda total, row: total + row, x),
        lambda np, x: np.cumsum(x, axis=0),
        dtypes=("float32", "int32"),
        modes=ALL,
        condition=4,
        limits=FIXED_SHAPES,
    ),
    formula(
        "tf.compat.v1.foldl",
        lambda tf, x=tensor(4, 3): tf.compat.v1.foldl(lambda total, row: 2 * total + row, x),
        lambda np, x: 8 * x[0] + 4 * x[1] + 2 * x[2] + x[3],
        dtypes=("float32", "int32"),
        modes=PLAIN,
        condition=8,
        limits=FIXED_SHAPES,
    ),
    formula(
        "tf.compat.v1.map_fn",
        lambda tf, x=tensor(4, 3): tf.compat.v1.map_fn(lambda row: row * row[0], x),
        lambda np, x: x * x[:, :1],
        dtypes=("float32", "int32"),
        modes=ALL,
        limits=FIXED_SHAPES,
    ),
    formula(
        "tf.compat.v1.case",
        lambda tf, x=values(1, 5, 9), k=values(1, shape=(), dtype="int32"): tf.compat.v1.case(
            [(k < 1, lambda: x), (k < 2, lambda: 2 * x)], default=lambda: 3 * x
        ),
        lambda np, x, k: 2 * x,
        dtypes=("float32",),
        modes=PLAIN,
        limits=FIXED_SHAPES | FIXED_VALUES,
    ),
    formula(
        "tf.compat.v1.train.polynomial_decay",
        lambda tf, step=values(25, shape=()): (lambda rate: rate() if callable(rate) else rate)(
            tf.compat.v1.train.polynomial_decay(1.0, step, 100, 0.2, power=2.0)
        ),
        lambda np, step: np.asarray(0.8 * 0.75**2 + 0.2),
        dtypes=("float32",),
        limits=FIXED_SHAPES | FIXED_VALUES | {Mode.COMPILED: "eagerly it returns a function, and in a graph a tensor"},
        condition=4,
    ),
    fact(
        "tf.compat.v1.train.piecewise_constant",
        lambda tf: [
            float(tf.compat.v1.train.piecewise_constant(step, [2, 4], [1.0, 0.5, 0.25])()) for step in (1, 2, 3, 5)
        ],
        lambda found: found == [1.0, 1.0, 0.5, 0.25],
    ),
]
