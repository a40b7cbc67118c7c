"""Arguments of Keras's recurrent layers that no other case passes."""

from functools import partial

from monitor.suite.declare import formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES
from monitor.suite.tensorflow.ops.layer_parts import (
    BIAS,
    KERNEL,
    absolute_sum,
    called_twice,
    expected,
    numbered,
    numbers,
    outcome,
)
from monitor.suite.tensorflow.ops.sequence_layers import sigmoid

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=32)


def rectified(np, x):
    return np.maximum(x, 0)


def tanh(np, x):
    return np.tanh(x)


def simple(np, x, states, w, u, b, activation, gate):
    return (activation(np, x @ w + b + states[0] @ u),)


def gru(np, x, states, w, u, b, activation, gate):
    h = states[0]
    bias = np.zeros((2, w.shape[1])) + b
    (xz, xr, xh), (hz, hr, hh) = np.split(x @ w + bias[0], 3, axis=-1), np.split(h @ u + bias[1], 3, axis=-1)
    z, r = gate(np, xz + hz), gate(np, xr + hr)
    return (z * h + (1 - z) * activation(np, xh + r * hh),)


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


def start(np):
    """Return the first states of two samples and two units; only the step `lstm` reads the second one."""
    return [np.zeros((2, 2))] * 2


def layer_outcome(np, step, x, *weights, is_regularized=True):
    """Return the outcome of a layer that returns the state after each step."""
    sequence, _ = unrolled(np, step, x, start(np), *weights, activation=rectified, gate=tanh)
    return expected(np, sequence, *weights, is_regularized=is_regularized)


def cell_outcome(np, step, x, states, *weights):
    states = step(np, x, states, *weights, activation=rectified, gate=tanh)
    return expected(np, [states[0], *states], *weights, is_regularized=False)


def backwards_twice(np, step, x, w, u):
    """Return the sequences and states of two calls, backwards, without a bias."""
    results, states = [], start(np)
    for _ in range(2):
        sequence, states = unrolled(np, step, x[:, ::-1], states, w, u, 0)
        results += [sequence, *states]
    return results


RECURRENT = {
    "recurrent_initializer": numbered,
    "recurrent_regularizer": absolute_sum,
    "recurrent_constraint": "non_neg",
}
BACKWARDS = {
    "use_bias": False,
    "kernel_initializer": numbered,
    "recurrent_initializer": numbered,
    "return_sequences": True,
    "return_state": True,
    "go_backwards": True,
    "stateful": True,
}

SIMPLE = [
    argument(
        "tf.keras.layers.SimpleRNN",
        lambda tf, x=tensor(2, 4, 3): outcome(
            tf,
            tf.keras.layers.SimpleRNN(
                2,
                activation="relu",
                **KERNEL,
                **RECURRENT,
                **BIAS,
                return_sequences=True,
                unroll=True,
            ),
            x,
        ),
        lambda np, x: layer_outcome(
            np, simple, x, numbers(np, (3, 2)), numbers(np, (2, 2)), numbers(np, (2,)), is_regularized=False
        ),
        name="parts",
    ),
    argument(
        "tf.keras.layers.SimpleRNN",
        lambda tf, x=tensor(2, 4, 3): (lambda layer: [layer(x), tf.reduce_sum(layer.losses)])(
            tf.keras.layers.SimpleRNN(
                2, kernel_initializer=numbered, recurrent_initializer=numbered, activity_regularizer=absolute_sum
            )
        ),
        lambda np, x: (lambda h: [h, np.abs(h).sum() / 2])(
            unrolled(np, simple, x, start(np), numbers(np, (3, 2)), numbers(np, (2, 2)), 0)[1][0]
        ),
        name="activity-regularizer",
    ),
    argument(
        "tf.keras.layers.SimpleRNN",
        lambda tf, x=tensor(2, 4, 3): called_twice(
            tf.keras.layers.SimpleRNN(2, bias_initializer="ones", **BACKWARDS), x
        ),
        lambda np, x: backwards_twice(np, simple, x, numbers(np, (3, 2)), numbers(np, (2, 2))),
        name="states",
    ),
    argument(
        "tf.keras.layers.SimpleRNNCell",
        lambda tf, x=tensor(2, 3), h=tensor(2, 2): outcome(
            tf,
            tf.keras.layers.SimpleRNNCell(
                2,
                activation="relu",
                **KERNEL,
                **RECURRENT,
                **BIAS,
            ),
            x,
            [h],
        ),
        lambda np, x, h: cell_outcome(np, simple, x, [h], numbers(np, (3, 2)), numbers(np, (2, 2)), numbers(np, (2,))),
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
                **KERNEL,
                **RECURRENT,
                **BIAS,
                activity_regularizer=absolute_sum,
                return_sequences=True,
                unroll=True,
            ),
            x,
        ),
        lambda np, x: layer_outcome(np, gru, x, numbers(np, (3, 6)), numbers(np, (2, 6)), numbers(np, (2, 6))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.GRU",
        lambda tf, x=tensor(2, 4, 3): called_twice(tf.keras.layers.GRU(2, bias_initializer="ones", **BACKWARDS), x),
        lambda np, x: backwards_twice(np, gru, x, numbers(np, (3, 6)), numbers(np, (2, 6))),
        name="states",
    ),
]

LSTM = [
    argument(
        "tf.keras.layers.LSTM",
        lambda tf, x=tensor(2, 4, 3): outcome(
            tf,
            tf.keras.layers.LSTM(
                2,
                activation="relu",
                recurrent_activation="tanh",
                unit_forget_bias=False,
                **KERNEL,
                **RECURRENT,
                **BIAS,
                activity_regularizer=absolute_sum,
                return_sequences=True,
                unroll=True,
            ),
            x,
        ),
        lambda np, x: layer_outcome(np, lstm, x, numbers(np, (3, 8)), numbers(np, (2, 8)), numbers(np, (8,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.LSTM",
        lambda tf, x=tensor(2, 4, 3): called_twice(tf.keras.layers.LSTM(2, **BACKWARDS), x),
        lambda np, x: backwards_twice(np, lstm, x, numbers(np, (3, 8)), numbers(np, (2, 8))),
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
                unit_forget_bias=False,
                **KERNEL,
                **RECURRENT,
                **BIAS,
            ),
            x,
            [h, c],
        ),
        lambda np, x, h, c: cell_outcome(
            np, lstm, x, [h, c], numbers(np, (3, 8)), numbers(np, (2, 8)), numbers(np, (8,))
        ),
        name="parts",
    ),
]
