"""Arguments of Keras's long short-term memory that no other case passes."""

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


def lstm(np, x, states, w, u, b, activation, gate):
    h, c = states
    i, f, g, o = np.split(x @ w + b + h @ u, 4, axis=-1)
    c = gate(np, f) * c + gate(np, i) * activation(np, g)
    return gate(np, o) * activation(np, c), c


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


LSTM = [
    argument(
        "tf.keras.layers.LSTM",
        lambda tf, x=tensor(2, 4, 3): outcome(
            tf,
            tf.keras.layers.LSTM(
                2,
                activation="relu",
                recurrent_activation="tanh",
                kernel_initializer=numbered,
                recurrent_initializer=numbered,
                bias_initializer=numbered,
                unit_forget_bias=False,
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
                np,
                unrolled(
                    np,
                    lstm,
                    x,
                    (
                        np.zeros((2, 2)),
                        np.zeros((2, 2)),
                    ),
                    w,
                    u,
                    b,
                    rectified,
                    tanh,
                )[:1],
                w,
                u,
                b,
            )
        )(numbers(np, (3, 8)), numbers(np, (2, 8)), numbers(np, (8,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.LSTM",
        lambda tf, x=tensor(2, 4, 3): called_twice(
            tf,
            tf.keras.layers.LSTM(
                2,
                use_bias=False,
                kernel_initializer=numbered,
                recurrent_initializer=numbered,
                return_sequences=True,
                return_state=True,
                go_backwards=True,
                stateful=True,
            ),
            x,
        ),
        lambda np, x: backwards_twice(
            np,
            lstm,
            x,
            (
                np.zeros((2, 2)),
                np.zeros((2, 2)),
            ),
            numbers(np, (3, 8)),
            numbers(np, (2, 8)),
        ),
        name="states",
    ),
    argument(
        "tf.keras.layers.LSTMCell",
        lambda tf, x=tensor(2, 3), h=tensor(2, 2), c=tensor(2, 2): outcome(
            tf,
            tf.keras.layers.LSTMCell(
                2,
                activation="relu",
                recurrent_activation="tanh",
                kernel_initializer=numbered,
                recurrent_initializer=numbered,
                bias_initializer=numbered,
                unit_forget_bias=False,
                kernel_regularizer=size,
                recurrent_regularizer=size,
                bias_regularizer=size,
                kernel_constraint="non_neg",
                recurrent_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
            [h, c],
        ),
        lambda np, x, h, c: (
            lambda w, u, b: expected(
                np,
                (lambda states: [states[0], *states])(
                    lstm(
                        np,
                        x,
                        (
                            h,
                            c,
                        ),
                        w,
                        u,
                        b,
                        rectified,
                        tanh,
                    )
                ),
                w,
                u,
                b,
                is_regularized=False,
            )
        )(numbers(np, (3, 8)), numbers(np, (2, 8)), numbers(np, (8,))),
        name="parts",
    ),
]
