"""Arguments of Keras's convolutions and dense layers that no other case passes.

A case `parts` passes the initializers, regularizers and constraints of all weights of a layer at once.
"""

from functools import partial

from monitor.suite.declare import formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES
from monitor.suite.tensorflow.ops.convolution import channels_first, channels_last, correlate, correlate_transposed
from monitor.suite.tensorflow.ops.layer_parts import BIAS, KERNEL, absolute_sum, expected, numbered, numbers, outcome

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=16)


def grouped(np, x, kernel, bias):
    """Return the outcome of the convolution with the options GROUPED. Channels are first."""
    x = np.pad(channels_last(np, x), [(0, 0), *[(1, 1)] * (x.ndim - 2), (0, 0)])
    pairs = zip(np.split(x, 2, -1), np.split(kernel, 2, -1), strict=True)
    result = np.concatenate([correlate(np, part, weight, dilation=2) for part, weight in pairs], -1)
    return expected(np, channels_first(np, np.tanh(result + bias)), kernel, bias)


def doubled(np, x, kernel, bias):
    """Return the outcome of the transposed convolution with the options DOUBLED. Channels are first."""
    result = correlate_transposed(np, channels_last(np, x), kernel, stride=2)[
        (slice(None), *[slice(1, -1)] * (x.ndim - 2))
    ]
    return expected(np, channels_first(np, np.tanh(result + bias)), kernel, bias)


DENSE = [
    argument(
        "tf.keras.layers.Dense",
        lambda tf, x=tensor(2, 3): outcome(
            tf, tf.keras.layers.Dense(4, **KERNEL, **BIAS, activity_regularizer=absolute_sum), x
        ),
        lambda np, x: expected(np, x @ numbers(np, (3, 4)) + numbers(np, (4,)), numbers(np, (3, 4)), numbers(np, (4,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.EinsumDense",
        lambda tf, x=tensor(2, 3): outcome(
            tf,
            tf.keras.layers.EinsumDense(
                "ab,bc->ac",
                output_shape=4,
                activation="tanh",
                bias_axes="c",
                **KERNEL,
                **BIAS,
                activity_regularizer=absolute_sum,
            ),
            x,
        ),
        lambda np, x: expected(
            np, np.tanh(x @ numbers(np, (3, 4)) + numbers(np, (4,))), numbers(np, (3, 4)), numbers(np, (4,))
        ),
        name="parts",
    ),
]

GROUPED = {
    "padding": "same",
    "data_format": "channels_first",
    "dilation_rate": 2,
    "groups": 2,
    "activation": "tanh",
}

CONVOLUTIONS = [
    argument(
        "tf.keras.layers.Conv1D",
        lambda tf, x=tensor(2, 4, 5): outcome(
            tf, tf.keras.layers.Conv1D(6, 2, **GROUPED, **KERNEL, **BIAS, activity_regularizer=absolute_sum), x
        ),
        lambda np, x: grouped(np, x, numbers(np, (2, 2, 6)), numbers(np, (6,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv1D",
        lambda tf, x=tensor(2, 5, 3): tf.keras.layers.Conv1D(
            4, 2, strides=2, use_bias=False, kernel_initializer=numbered, bias_initializer="ones"
        )(x),
        lambda np, x: correlate(np, x, numbers(np, (2, 3, 4)), stride=2),
        name="strided",
    ),
    argument(
        "tf.keras.layers.Conv2D",
        lambda tf, x=tensor(2, 4, 5, 4): outcome(
            tf, tf.keras.layers.Conv2D(6, 2, **GROUPED, **KERNEL, **BIAS, activity_regularizer=absolute_sum), x
        ),
        lambda np, x: grouped(np, x, numbers(np, (2, 2, 2, 6)), numbers(np, (6,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv2D",
        lambda tf, x=tensor(2, 5, 4, 3): tf.keras.layers.Conv2D(
            4, 2, strides=2, use_bias=False, kernel_initializer=numbered, bias_initializer="ones"
        )(x),
        lambda np, x: correlate(np, x, numbers(np, (2, 2, 3, 4)), stride=2),
        name="strided",
    ),
    argument(
        "tf.keras.layers.Conv3D",
        lambda tf, x=tensor(2, 4, 5, 4, 3): outcome(
            tf, tf.keras.layers.Conv3D(6, 2, **GROUPED, **KERNEL, **BIAS, activity_regularizer=absolute_sum), x
        ),
        lambda np, x: grouped(np, x, numbers(np, (2, 2, 2, 2, 6)), numbers(np, (6,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv3D",
        lambda tf, x=tensor(2, 5, 4, 3, 3): tf.keras.layers.Conv3D(
            4, 2, strides=2, use_bias=False, kernel_initializer=numbered, bias_initializer="ones"
        )(x),
        lambda np, x: correlate(np, x, numbers(np, (2, 2, 2, 3, 4)), stride=2),
        name="strided",
    ),
]

DOUBLED = {
    "strides": 2,
    "padding": "same",
    "output_padding": 0,
    "data_format": "channels_first",
    "activation": "tanh",
}

TRANSPOSED = [
    argument(
        "tf.keras.layers.Conv1DTranspose",
        lambda tf, x=tensor(2, 4, 3): outcome(
            tf, tf.keras.layers.Conv1DTranspose(3, 3, **DOUBLED, **KERNEL, **BIAS, activity_regularizer=absolute_sum), x
        ),
        lambda np, x: doubled(np, x, numbers(np, (3, 3, 4)), numbers(np, (3,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv1DTranspose",
        lambda tf, x=tensor(2, 3, 4): tf.keras.layers.Conv1DTranspose(
            3, 3, dilation_rate=2, kernel_initializer=numbered
        )(x),
        lambda np, x: correlate_transposed(np, x, numbers(np, (3, 3, 4)), dilation=2),
        name="dilated",
    ),
    argument(
        "tf.keras.layers.Conv2DTranspose",
        lambda tf, x=tensor(2, 4, 3, 4): outcome(
            tf, tf.keras.layers.Conv2DTranspose(3, 3, **DOUBLED, **KERNEL, **BIAS, activity_regularizer=absolute_sum), x
        ),
        lambda np, x: doubled(np, x, numbers(np, (3, 3, 3, 4)), numbers(np, (3,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv2DTranspose",
        lambda tf, x=tensor(2, 3, 4, 4): tf.keras.layers.Conv2DTranspose(
            3, 3, dilation_rate=2, kernel_initializer=numbered
        )(x),
        lambda np, x: correlate_transposed(np, x, numbers(np, (3, 3, 3, 4)), dilation=2),
        name="dilated",
    ),
]
