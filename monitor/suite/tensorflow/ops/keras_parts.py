"""Keras's cells, merging layers, activations and boxes."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, GRADIENT, formula, tensor
from monitor.suite.limits import FINITE, FIXED_SHAPES, VARIABLES

layer = partial(formula, dtypes=("float32",), condition=8, limits=FIXED_SHAPES | VARIABLES)

LAYERS = [
    layer(
        "tf.keras.layers.LSTMCell",
        lambda tf, x=tensor(2, 3), h=tensor(2, 2), c=tensor(2, 2), w=tensor(3, 8), u=tensor(2, 8), b=tensor(8): (
            lambda cell: (cell.build((2, 3)), cell.set_weights([w.numpy(), u.numpy(), b.numpy()]), cell(x, [h, c])[1])[
                2
            ]
        )(tf.keras.layers.LSTMCell(2)),
        lambda np, x, h, c, w, u, b: _lstm(np, c, x @ w + h @ u + b),
    ),
    layer(
        "tf.keras.layers.SimpleRNNCell",
        lambda tf, x=tensor(2, 3), h=tensor(2, 2), w=tensor(3, 2), u=tensor(2, 2), b=tensor(2): (
            lambda cell: (cell.build((2, 3)), cell.set_weights([w.numpy(), u.numpy(), b.numpy()]), cell(x, [h])[0])[2]
        )(tf.keras.layers.SimpleRNNCell(2)),
        lambda np, x, h, w, u, b: np.tanh(x @ w + h @ u + b),
    ),
    layer(
        "tf.keras.layers.RNN",
        lambda tf, x=tensor(2, 4, 3), w=tensor(3, 2), u=tensor(2, 2), b=tensor(2): (
            lambda made: (made.build((2, 4, 3)), made.set_weights([w.numpy(), u.numpy(), b.numpy()]), made(x))[2]
        )(tf.keras.layers.RNN(tf.keras.layers.SimpleRNNCell(2), return_sequences=True)),
        lambda np, x, w, u, b: _unrolled(np, x, w, u, b),
        condition=16,
    ),
    layer(
        "tf.keras.layers.StackedRNNCells",
        lambda tf, x=tensor(2, 3), h=tensor(2, 2), g=tensor(2, 2), w=tensor(3, 2), v=tensor(2, 2): _stacked(
            tf, x, h, g, w, v
        ),
        lambda np, x, h, g, w, v: np.tanh(np.tanh(x @ w + h @ np.eye(2)) @ v + g @ np.eye(2)),
    ),
    layer(
        "tf.keras.layers.RMSNormalization",
        lambda tf, x=tensor(3, 5): tf.keras.layers.RMSNormalization(epsilon=0.5)(x),
        lambda np, x: x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 0.5),
        limits=FIXED_SHAPES | FINITE | VARIABLES,
    ),
    layer(
        "tf.keras.layers.Resizing",
        lambda tf, x=tensor(1, 2, 2, 3): tf.keras.layers.Resizing(4, 4, interpolation="nearest")(x),
        lambda np, x: x[:, [0, 0, 1, 1]][:, :, [0, 0, 1, 1]],
    ),
    formula(
        "tf.keras.layers.add",
        lambda tf, x=tensor(3, 5), y=tensor(3, 5), z=tensor(3, 5): tf.keras.layers.add([x, y, z]),
        lambda np, x, y, z: x + y + z,
        dtypes=("float32",),
        modes=(EAGER, COMPILED, GRADIENT),
        condition=4,
    ),
    formula(
        "tf.keras.layers.multiply",
        lambda tf, x=tensor(3, 5), y=tensor(3, 5): tf.keras.layers.multiply([x, y]),
        lambda np, x, y: x * y,
        dtypes=("float32",),
        modes=(EAGER, COMPILED, GRADIENT),
    ),
    formula(
        "tf.keras.layers.concatenate",
        lambda tf, x=tensor(3, 5), y=tensor(3, 2): tf.keras.layers.concatenate([x, y]),
        lambda np, x, y: np.concatenate([x, y], axis=-1),
        dtypes=("float32",),
        modes=(EAGER, COMPILED, GRADIENT),
        limits=FIXED_SHAPES,
    ),
    formula(
        "tf.keras.activations.softmax",
        lambda tf, x=tensor(3, 5): tf.keras.activations.softmax(x),
        lambda np, x: (lambda y: y / np.sum(y, axis=-1, keepdims=True))(np.exp(x - np.max(x, axis=-1, keepdims=True))),
        dtypes=("float32", "float64"),
        modes=(EAGER, COMPILED, GRADIENT),
        condition=4,
        limits=FIXED_SHAPES | FINITE,
    ),
    formula(
        "tf.keras.activations.silu",
        lambda tf, x=tensor(3, 5): tf.keras.activations.silu(x),
        lambda np, x: x / (1 + np.exp(-x)),
        dtypes=("float32", "float64"),
        modes=(EAGER, COMPILED, GRADIENT),
        condition=4,
    ),
    formula(
        "tf.keras.activations.sigmoid",
        lambda tf, x=tensor(3, 5): tf.keras.activations.sigmoid(x),
        lambda np, x: 1 / (1 + np.exp(-x)),
        dtypes=("float32", "float64"),
        modes=(EAGER, COMPILED, GRADIENT),
    ),
    formula(
        "tf.keras.backend.dot",
        lambda tf, x=tensor(3, 5), y=tensor(5, 2): tf.keras.backend.dot(x, y),
        lambda np, x, y: x @ y,
        dtypes=("float32", "float64"),
        modes=(EAGER, COMPILED, GRADIENT),
        condition=4,
        limits=FIXED_SHAPES,
    ),
    formula(
        "tf.keras.utils.bounding_boxes.convert_format",
        lambda tf, x=tensor(2, 3, 4): tf.keras.utils.bounding_boxes.convert_format(x, "xywh", "xyxy"),
        lambda np, x: np.concatenate([x[..., :2], x[..., :2] + x[..., 2:]], axis=-1),
        dtypes=("float32",),
        limits=FIXED_SHAPES,
    ),
    formula(
        "tf.keras.utils.bounding_boxes.convert_format",
        lambda tf, x=tensor(2, 3, 4): tf.keras.utils.bounding_boxes.convert_format(
            x, "yxyx", "center_xywh", height=10, width=20
        ),
        lambda np, x: np.stack(
            [
                (x[..., 1] + x[..., 3]) / 2,
                (x[..., 0] + x[..., 2]) / 2,
                x[..., 3] - x[..., 1],
                x[..., 2] - x[..., 0],
            ],
            axis=-1,
        ),
        name="center",
        dtypes=("float32",),
        condition=4,
        limits=FIXED_SHAPES,
    ),
]


def _lstm(np, c, gates):
    i, f, g, o = np.split(gates, 4, axis=1)
    carry = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    return [np.tanh(carry) / (1 + np.exp(-o)), carry]


def _unrolled(np, x, w, u, b):
    states = [np.zeros((len(x), 2))]
    for k in range(x.shape[1]):
        states.append(np.tanh(x[:, k] @ w + states[-1] @ u + b))
    return np.stack(states[1:], axis=1)


def _stacked(tf, x, h, g, w, v):
    eye = tf.eye(2).numpy()
    cells = [tf.keras.layers.SimpleRNNCell(2, use_bias=False) for _ in range(2)]
    both = tf.keras.layers.StackedRNNCells(cells)
    both.build((2, 3))
    both.set_weights([w.numpy(), eye, v.numpy(), eye])
    return both(x, [h, g])[0]
