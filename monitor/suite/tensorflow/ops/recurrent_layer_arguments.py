"""Arguments of Keras's recurrent layers that no other case passes."""

from functools import partial

from monitor.suite.declare import formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=32)


def numbers(np, shape):
    return (((np.arange(int(np.prod(shape))) * 7 + 3) % 11 - 5) / 8).reshape(shape)


def numbered(shape, dtype="float32"):
    import numpy as np

    return numbers(np, shape).astype(dtype)


def size(x):
    import tensorflow as tf

    return tf.reduce_sum(tf.abs(x))


def outcome(tf, layer, *inputs):
    """Return a result, the sum of the losses, and the weights after their constraints."""
    result = layer(*inputs)
    loss = tf.add_n(layer.losses)
    zeros = [tf.zeros(one.shape) for one in layer.trainable_variables]
    tf.keras.optimizers.SGD(0.0).apply_gradients(zip(zeros, layer.trainable_variables, strict=True))
    return [result, loss, *(one.value for one in layer.trainable_variables)]


def expected(np, result, *weights, is_regularized=True):
    """Return the same: a regularizer sums absolute values, and a constraint replaces negative numbers by 0.

    The loss of the result is divided by the number of samples, as documented.
    """
    loss = is_regularized * np.abs(np.asarray(result[-1])).sum() / 2 + sum(np.abs(one).sum() for one in weights)
    return [*result, loss, *(np.maximum(one, 0) for one in weights)]


def called_twice(tf, layer, x):
    """Return the sequences and the states of two calls, the second one from the states of the first."""
    return [layer(x), layer(x)]


def sigmoid(np, x):
    return 1 / (1 + np.exp(-x))


def rectified(np, x):
    return np.maximum(x, 0)


def tanh(np, x):
    return np.tanh(x)


def simple(np, x, states, w, u, b, activation, gate):
    (h,) = states
    h = activation(np, x @ w + b + h @ u)
    return (h,)


def gru(np, x, states, w, u, b, activation, gate):
    (h,) = states
    bias = np.zeros((2, w.shape[1])) + b
    (xz, xr, xh), (hz, hr, hh) = np.split(x @ w + bias[0], 3, axis=-1), np.split(h @ u + bias[1], 3, axis=-1)
    z, r = gate(np, xz + hz), gate(np, xr + hr)
    return (z * h + (1 - z) * activation(np, xh + r * hh),)


def unrolled(np, step, x, states, w, u, b, activation=tanh, gate=sigmoid):
    """Return the state after each step, and the last states."""
    sequence = []
    for k in range(x.shape[1]):
        states = step(np, x[:, k], states, w, u, b, activation, gate)
        sequence.append(states[0])
    return np.stack(sequence, axis=1), states


def backwards_twice(np, step, x, states, w, u):
    """Return sequence and states of two calls, backwards, without a bias."""
    results = []
    for _ in range(2):
        sequence, states = unrolled(np, step, x[:, ::-1], states, w, u, 0)
        results += [sequence, *states]
    return results


SIMPLE = [
    argument(
        "tf.keras.layers.SimpleRNN",
        lambda tf, x=tensor(2, 4, 3): outcome(
            tf,
            tf.keras.layers.SimpleRNN(
                2,
                activation="relu",
                kernel_initializer=numbered,
                recurrent_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                recurrent_regularizer=size,
                bias_regularizer=size,
                kernel_constraint="non_neg",
                recurrent_constraint="non_neg",
                bias_constraint="non_neg",
                return_sequences=True,
                unroll=True,
            ),
            x,
        ),
        lambda np, x: (
            lambda w, u, b: expected(
                np,
                unrolled(np, simple, x, (np.zeros((2, 2)),), w, u, b, rectified, tanh)[:1],
                w,
                u,
                b,
                is_regularized=False,
            )
        )(numbers(np, (3, 2)), numbers(np, (2, 2)), numbers(np, (2,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.SimpleRNN",
        lambda tf, x=tensor(2, 4, 3): (lambda layer: [layer(x), tf.reduce_sum(layer.losses)])(
            tf.keras.layers.SimpleRNN(
                2, kernel_initializer=numbered, recurrent_initializer=numbered, activity_regularizer=size
            )
        ),
        lambda np, x: (lambda h: [h, np.abs(h).sum() / 2])(
            unrolled(np, simple, x, (np.zeros((2, 2)),), numbers(np, (3, 2)), numbers(np, (2, 2)), 0)[1][0]
        ),
        name="activity-regularizer",
    ),
    argument(
        "tf.keras.layers.SimpleRNN",
        lambda tf, x=tensor(2, 4, 3): called_twice(
            tf,
            tf.keras.layers.SimpleRNN(
                2,
                use_bias=False,
                bias_initializer="ones",
                kernel_initializer=numbered,
                recurrent_initializer=numbered,
                return_sequences=True,
                return_state=True,
                go_backwards=True,
                stateful=True,
            ),
            x,
        ),
        lambda np, x: backwards_twice(np, simple, x, (np.zeros((2, 2)),), numbers(np, (3, 2)), numbers(np, (2, 2))),
        name="states",
    ),
    argument(
        "tf.keras.layers.SimpleRNNCell",
        lambda tf, x=tensor(2, 3), h=tensor(2, 2): outcome(
            tf,
            tf.keras.layers.SimpleRNNCell(
                2,
                activation="relu",
                kernel_initializer=numbered,
                recurrent_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                recurrent_regularizer=size,
                bias_regularizer=size,
                kernel_constraint="non_neg",
                recurrent_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
            [h],
        ),
        lambda np, x, h: (
            lambda w, u, b: expected(
                np,
                (lambda states: [states[0], *states])(simple(np, x, (h,), w, u, b, rectified, tanh)),
                w,
                u,
                b,
                is_regularized=False,
            )
        )(numbers(np, (3, 2)), numbers(np, (2, 2)), numbers(np, (2,))),
        name="parts",
    ),
]


GRU = [
    argument(
        "tf.keras.layers.GRU",
        lambda tf, x=tensor(2, 4, 3): outcome(
            tf,
            tf.keras.layers.GRU(
                2,
                activation="relu",
                recurrent_activation="tanh",
                kernel_initializer=numbered,
                recurrent_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                recurrent_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                kernel_constraint="non_neg",
                recurrent_constraint="non_neg",
                bias_constraint="non_neg",
                return_sequences=True,
                unroll=True,
            ),
            x,
        ),
        lambda np, x: (
            lambda w, u, b: expected(
                np, unrolled(np, gru, x, (np.zeros((2, 2)),), w, u, b, rectified, tanh)[:1], w, u, b
            )
        )(numbers(np, (3, 6)), numbers(np, (2, 6)), numbers(np, (2, 6))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.GRU",
        lambda tf, x=tensor(2, 4, 3): called_twice(
            tf,
            tf.keras.layers.GRU(
                2,
                use_bias=False,
                bias_initializer="ones",
                kernel_initializer=numbered,
                recurrent_initializer=numbered,
                return_sequences=True,
                return_state=True,
                go_backwards=True,
                stateful=True,
            ),
            x,
        ),
        lambda np, x: backwards_twice(np, gru, x, (np.zeros((2, 2)),), numbers(np, (3, 6)), numbers(np, (2, 6))),
        name="states",
    ),
]
