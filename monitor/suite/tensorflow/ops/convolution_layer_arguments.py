"""Arguments of Keras's convolutions and dense layers that no other case passes.

Each case passes all arguments of the parts of a layer at once. It returns the result of the layer, the sum of its
losses, and its weights after a step of an optimizer with no gradient: the step applies the constraints.
"""

from functools import partial

from monitor.suite.declare import formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=16)


def numbers(np, shape):
    return (((np.arange(int(np.prod(shape))) * 7 + 3) % 11 - 5) / 8).reshape(shape)


def numbered(shape, dtype="float32"):
    import numpy as np

    return numbers(np, shape).astype(dtype)


def size(x):
    import tensorflow as tf

    return tf.reduce_sum(tf.abs(x))


def outcome(tf, layer, x):
    """Return a result, the sum of the losses, and the weights after their constraints."""
    result = layer(x)
    loss = tf.add_n(layer.losses)
    zeros = [tf.zeros(one.shape) for one in layer.trainable_variables]
    tf.keras.optimizers.SGD(0.0).apply_gradients(zip(zeros, layer.trainable_variables, strict=True))
    return [result, loss, *(one.value for one in layer.trainable_variables)]


def expected(np, result, *weights):
    """Return the same: a regularizer sums absolute values, and a constraint replaces negative numbers by 0.

    The loss of the result is divided by the number of samples, as documented.
    """
    loss = np.abs(result).sum() / len(result) + sum(np.abs(one).sum() for one in weights)
    return [result, loss, *(np.maximum(one, 0) for one in weights)]


def first(np, x):
    """Return an array with its channels in the second dimension instead of the last."""
    return np.moveaxis(x, -1, 1)


def last(np, x):
    return np.moveaxis(x, 1, -1)


def padded(np, x, before, after):
    return np.pad(x, [(0, 0), *[(before, after)] * (x.ndim - 2), (0, 0)])


def convolved(np, x, kernel, stride=1, dilation=1, groups=1):
    """Return a convolution at all places where the kernel fits. Channels are last."""
    sizes = kernel.shape[:-2]
    pairs = zip(x.shape[1:-1], sizes, strict=True)
    places = [(count - dilation * (size - 1) - 1) // stride + 1 for count, size in pairs]
    result = 0
    for offset in np.ndindex(*sizes):
        starts = [dilation * one for one in offset]
        window = x[
            (slice(None), *(slice(s, s + stride * (p - 1) + 1, stride) for s, p in zip(starts, places, strict=True)))
        ]
        parts = zip(np.split(window, groups, -1), np.split(kernel[offset], groups, -1), strict=True)
        result = result + np.concatenate([part @ weight for part, weight in parts], -1)
    return result


def spread(np, x, kernel, stride=1, dilation=1):
    """Return the whole result of a transposed convolution. Channels are last."""
    pairs = [*zip(x.shape[1:-1], kernel.shape[:-2], strict=True)]
    shape = [stride * (count - 1) + dilation * (size - 1) + 1 for count, size in pairs]
    result = np.zeros((x.shape[0], *shape, kernel.shape[-2]))
    for offset in np.ndindex(*kernel.shape[:-2]):
        places = [
            slice(dilation * start, dilation * start + stride * (count - 1) + 1, stride)
            for start, (count, _) in zip(offset, pairs, strict=True)
        ]
        result[(slice(None), *places)] += x @ kernel[offset].T
    return result


DENSE = [
    argument(
        "tf.keras.layers.Dense",
        lambda tf, x=tensor(2, 3): outcome(
            tf,
            tf.keras.layers.Dense(
                4,
                kernel_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                kernel_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
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
                kernel_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                kernel_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
        ),
        lambda np, x: expected(
            np, np.tanh(x @ numbers(np, (3, 4)) + numbers(np, (4,))), numbers(np, (3, 4)), numbers(np, (4,))
        ),
        name="parts",
    ),
]

CONVOLUTIONS = [
    argument(
        "tf.keras.layers.Conv1D",
        lambda tf, x=tensor(2, 4, 5): outcome(
            tf,
            tf.keras.layers.Conv1D(
                6,
                2,
                padding="same",
                data_format="channels_first",
                dilation_rate=2,
                groups=2,
                activation="tanh",
                kernel_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                kernel_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
        ),
        lambda np, x: (
            lambda kernel, bias: expected(
                np,
                first(np, np.tanh(convolved(np, padded(np, last(np, x), 1, 1), kernel, dilation=2, groups=2) + bias)),
                kernel,
                bias,
            )
        )(numbers(np, (2, 2, 6)), numbers(np, (6,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv1D",
        lambda tf, x=tensor(2, 5, 3): tf.keras.layers.Conv1D(
            4, 2, strides=2, use_bias=False, kernel_initializer=numbered, bias_initializer="ones"
        )(x),
        lambda np, x: convolved(np, x, numbers(np, (2, 3, 4)), stride=2),
        name="strided",
    ),
    argument(
        "tf.keras.layers.Conv2D",
        lambda tf, x=tensor(2, 4, 5, 4): outcome(
            tf,
            tf.keras.layers.Conv2D(
                6,
                2,
                padding="same",
                data_format="channels_first",
                dilation_rate=2,
                groups=2,
                activation="tanh",
                kernel_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                kernel_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
        ),
        lambda np, x: (
            lambda kernel, bias: expected(
                np,
                first(np, np.tanh(convolved(np, padded(np, last(np, x), 1, 1), kernel, dilation=2, groups=2) + bias)),
                kernel,
                bias,
            )
        )(numbers(np, (2, 2, 2, 6)), numbers(np, (6,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv2D",
        lambda tf, x=tensor(2, 5, 4, 3): tf.keras.layers.Conv2D(
            4, 2, strides=2, use_bias=False, kernel_initializer=numbered, bias_initializer="ones"
        )(x),
        lambda np, x: convolved(np, x, numbers(np, (2, 2, 3, 4)), stride=2),
        name="strided",
    ),
    argument(
        "tf.keras.layers.Conv3D",
        lambda tf, x=tensor(2, 4, 5, 4, 3): outcome(
            tf,
            tf.keras.layers.Conv3D(
                6,
                2,
                padding="same",
                data_format="channels_first",
                dilation_rate=2,
                groups=2,
                activation="tanh",
                kernel_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                kernel_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
        ),
        lambda np, x: (
            lambda kernel, bias: expected(
                np,
                first(np, np.tanh(convolved(np, padded(np, last(np, x), 1, 1), kernel, dilation=2, groups=2) + bias)),
                kernel,
                bias,
            )
        )(numbers(np, (2, 2, 2, 2, 6)), numbers(np, (6,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv3D",
        lambda tf, x=tensor(2, 5, 4, 3, 3): tf.keras.layers.Conv3D(
            4, 2, strides=2, use_bias=False, kernel_initializer=numbered, bias_initializer="ones"
        )(x),
        lambda np, x: convolved(np, x, numbers(np, (2, 2, 2, 3, 4)), stride=2),
        name="strided",
    ),
]

TRANSPOSED = [
    argument(
        "tf.keras.layers.Conv1DTranspose",
        lambda tf, x=tensor(2, 4, 3): outcome(
            tf,
            tf.keras.layers.Conv1DTranspose(
                3,
                3,
                strides=2,
                padding="same",
                output_padding=0,
                data_format="channels_first",
                activation="tanh",
                kernel_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                kernel_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
        ),
        lambda np, x: (
            lambda kernel, bias: expected(
                np,
                first(np, np.tanh(spread(np, last(np, x), kernel, stride=2)[:, 1:-1] + bias)),
                kernel,
                bias,
            )
        )(numbers(np, (3, 3, 4)), numbers(np, (3,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv1DTranspose",
        lambda tf, x=tensor(2, 3, 4): tf.keras.layers.Conv1DTranspose(
            3, 3, dilation_rate=2, kernel_initializer=numbered
        )(x),
        lambda np, x: spread(np, x, numbers(np, (3, 3, 4)), dilation=2),
        name="dilated",
    ),
    argument(
        "tf.keras.layers.Conv2DTranspose",
        lambda tf, x=tensor(2, 4, 3, 4): outcome(
            tf,
            tf.keras.layers.Conv2DTranspose(
                3,
                3,
                strides=2,
                padding="same",
                output_padding=0,
                data_format="channels_first",
                activation="tanh",
                kernel_initializer=numbered,
                bias_initializer=numbered,
                kernel_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                kernel_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
        ),
        lambda np, x: (
            lambda kernel, bias: expected(
                np,
                first(np, np.tanh(spread(np, last(np, x), kernel, stride=2)[:, 1:-1, 1:-1] + bias)),
                kernel,
                bias,
            )
        )(numbers(np, (3, 3, 3, 4)), numbers(np, (3,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Conv2DTranspose",
        lambda tf, x=tensor(2, 3, 4, 4): tf.keras.layers.Conv2DTranspose(
            3, 3, dilation_rate=2, kernel_initializer=numbered
        )(x),
        lambda np, x: spread(np, x, numbers(np, (3, 3, 3, 4)), dilation=2),
        name="dilated",
    ),
]
