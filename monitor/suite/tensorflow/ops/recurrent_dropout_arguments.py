"""Dropout of Keras's recurrent layers."""

from functools import partial

from monitor.suite.declare import fact
from monitor.suite.limits import ARGUMENT_ONLY

argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def dropped(tf, layer, *inputs):
    """Return the shares of 0, 2 and 6 in the result of a layer that adds its inputs.

    A mask has zeros and twos. From inputs of one, the first state is 0 or 2, and the second is 0, 2 or 2 + 4. A layer
    with the same seed has the same masks, and one with another seed has others.
    """
    results = [tf.nest.flatten(one(*inputs, training=True))[0] for one in (layer(7), layer(7), layer(8))]
    first, again, other = (tf.reshape(one, [-1]).numpy() for one in results)
    shares = [float((first == value).mean()) for value in (0, 2, 6)]
    return shares, bool((first == again).all()), bool((first == other).all())


def is_dropped(found, shares):
    near = [abs(a - b) < 0.1 for a, b in zip(found[0], shares, strict=True)]
    return all(near) and found[1:] == [True, False]


def identity(shape, dtype="float32"):
    """Return a kernel that is one for the new values, and zero for the gates before and after them."""
    import numpy as np

    rows, columns = shape
    return np.eye(rows, columns, min(2 * rows, columns - rows), dtype)


def lstm_bias(shape, dtype="float32"):
    """Return a bias that opens all gates but the one that keeps the old state."""
    import numpy as np

    return np.repeat(np.array([10, -10, 0, 10], dtype), shape[0] // 4)


def gru_bias(shape, dtype="float32"):
    import numpy as np

    return np.repeat(np.array([-10, 10, 0], dtype), shape[0] // 3)


DROPPING = {
    "activation": None,
    "kernel_initializer": identity,
    "recurrent_initializer": identity,
    "dropout": 0.5,
    "recurrent_dropout": 0.5,
}

DROPOUT = [
    argument_fact(
        "tf.keras.layers.SimpleRNN",
        lambda tf: dropped(
            tf,
            lambda seed: tf.keras.layers.SimpleRNN(40, **DROPPING, seed=seed),
            tf.ones([20, 2, 40]),
        ),
        lambda found: is_dropped(found, (0.5, 0.25, 0.25)),
        name="dropout",
    ),
    argument_fact(
        "tf.keras.layers.GRU",
        lambda tf: dropped(
            tf,
            lambda seed: tf.keras.layers.GRU(
                40,
                recurrent_activation="hard_sigmoid",
                bias_initializer=gru_bias,
                reset_after=False,
                **DROPPING,
                seed=seed,
            ),
            tf.ones([20, 2, 40]),
        ),
        lambda found: is_dropped(found, (0.5, 0.25, 0.25)),
        name="dropout",
    ),
    argument_fact(
        "tf.keras.layers.LSTM",
        lambda tf: dropped(
            tf,
            lambda seed: tf.keras.layers.LSTM(
                40,
                recurrent_activation="hard_sigmoid",
                bias_initializer=lstm_bias,
                unit_forget_bias=False,
                **DROPPING,
                seed=seed,
            ),
            tf.ones([20, 2, 40]),
        ),
        lambda found: is_dropped(found, (0.5, 0.25, 0.25)),
        name="dropout",
    ),
    argument_fact(
        "tf.keras.layers.SimpleRNNCell",
        lambda tf: dropped(
            tf,
            lambda seed: tf.keras.layers.SimpleRNNCell(
                40,
                use_bias=False,
                bias_initializer="ones",
                **DROPPING,
                seed=seed,
            ),
            tf.ones([20, 40]),
            [tf.fill([20, 40], 2.0)],
        ),
        lambda found: is_dropped(found, (0.25, 0.25, 0.25)),
        name="dropout",
    ),
    argument_fact(
        "tf.keras.layers.LSTMCell",
        lambda tf: dropped(
            tf,
            lambda seed: tf.keras.layers.LSTMCell(
                40,
                recurrent_activation="hard_sigmoid",
                use_bias=False,
                bias_initializer="ones",
                **DROPPING,
                seed=seed,
            ),
            tf.fill([20, 40], 4.0),
            [tf.fill([20, 40], 8.0), tf.zeros([20, 40])],
        ),
        lambda found: is_dropped(found, (0.25, 0.25, 0.25)),
        name="dropout",
    ),
]
