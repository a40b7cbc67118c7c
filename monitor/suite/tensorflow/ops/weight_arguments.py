"""Arguments of Keras's depthwise convolutions, embeddings and low-rank weights that no other case passes."""

from functools import partial

from monitor.suite.declare import formula, indices, tensor
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


def adapted(tf, layer, x):
    """Return the result of a layer whose weights of low rank are made of numbers."""
    layer.build(x.shape)
    pair = [one for one in layer.trainable_variables if "lora" in one.name]
    for one in pair:
        one.assign(numbered(one.shape))
    return [layer(x), len(pair)]


def reversed_logits(tf, layer, x):
    """Return the result of a layer, and the logits of ones, with their dtype."""
    result, logits = layer(x), layer(tf.ones([1, 3]), reverse=True)
    return [result, tf.cast(logits, "float32"), logits.dtype == "float64", layer.losses[0]]


def expected(np, result, *weights, is_regularized=True):
    """Return the same: a regularizer sums absolute values, and a constraint replaces negative numbers by 0.

    The loss of the result is divided by the number of samples, as documented.
    """
    loss = is_regularized * np.abs(result).sum() / len(result) + sum(np.abs(one).sum() for one in weights)
    return [result, loss, *(np.maximum(one, 0) for one in weights)]


def depthwise(np, x, kernel, stride=1, dilation=1):
    """Return a depthwise convolution with a window of 2 by 2, at all places where it fits."""
    height, width = ((count - dilation - 1) // stride + 1 for count in x.shape[1:3])
    parts = []
    for i, j in np.ndindex(2, 2):
        rows = slice(dilation * i, dilation * i + stride * (height - 1) + 1, stride)
        columns = slice(dilation * j, dilation * j + stride * (width - 1) + 1, stride)
        parts.append(x[:, rows, columns, :, None] * kernel[i, j])
    result = np.sum(parts, axis=0)
    return result.reshape(*result.shape[:3], -1)


def padded(np, x):
    """Return the images with channels last, and with a border of zeros."""
    return np.pad(np.moveaxis(x, 1, -1), [(0, 0), (1, 1), (1, 1), (0, 0)])


DEPTHWISE = [
    argument(
        "tf.keras.layers.DepthwiseConv2D",
        lambda tf, x=tensor(2, 3, 5, 4): outcome(
            tf,
            tf.keras.layers.DepthwiseConv2D(
                2,
                padding="same",
                depth_multiplier=2,
                data_format="channels_first",
                dilation_rate=2,
                activation="tanh",
                depthwise_initializer=numbered,
                bias_initializer=numbered,
                depthwise_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                depthwise_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
        ),
        lambda np, x: (
            lambda kernel, bias: expected(
                np,
                np.moveaxis(np.tanh(depthwise(np, padded(np, x), kernel, dilation=2) + bias), -1, 1),
                kernel,
                bias,
            )
        )(numbers(np, (2, 2, 3, 2)), numbers(np, (6,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.DepthwiseConv2D",
        lambda tf, x=tensor(2, 5, 4, 3): tf.keras.layers.DepthwiseConv2D(2, strides=2, depthwise_initializer=numbered)(
            x
        ),
        lambda np, x: depthwise(np, x, numbers(np, (2, 2, 3, 1)), stride=2),
        name="strided",
    ),
    argument(
        "tf.keras.layers.SeparableConv2D",
        lambda tf, x=tensor(2, 3, 5, 4): outcome(
            tf,
            tf.keras.layers.SeparableConv2D(
                5,
                2,
                padding="same",
                data_format="channels_first",
                dilation_rate=2,
                depth_multiplier=2,
                activation="tanh",
                depthwise_initializer=numbered,
                pointwise_initializer=numbered,
                bias_initializer=numbered,
                depthwise_regularizer=size,
                pointwise_regularizer=size,
                bias_regularizer=size,
                activity_regularizer=size,
                depthwise_constraint="non_neg",
                pointwise_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            x,
        ),
        lambda np, x: (
            lambda kernel, points, bias: expected(
                np,
                np.moveaxis(np.tanh(depthwise(np, padded(np, x), kernel, dilation=2) @ points[0, 0] + bias), -1, 1),
                kernel,
                points,
                bias,
            )
        )(numbers(np, (2, 2, 3, 2)), numbers(np, (1, 1, 6, 5)), numbers(np, (5,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.SeparableConv2D",
        lambda tf, x=tensor(2, 5, 4, 3): tf.keras.layers.SeparableConv2D(
            4, 2, strides=2, depthwise_initializer=numbered, pointwise_initializer=numbered
        )(x),
        lambda np, x: depthwise(np, x, numbers(np, (2, 2, 3, 1)), stride=2) @ numbers(np, (3, 4)),
        name="strided",
    ),
    argument(
        "tf.keras.layers.SeparableConv2D",
        lambda tf, x=tensor(2, 3, 5, 4): tf.keras.layers.SeparableConv2D(
            4,
            1,
            data_format="channels_first",
            depthwise_initializer=numbered,
            pointwise_initializer=numbered,
            bias_initializer=numbered,
        )(x),
        lambda np, x: np.moveaxis(
            np.moveaxis(x, 1, -1) * numbers(np, (3,)) @ numbers(np, (3, 4)) + numbers(np, (4,)), -1, 1
        ),
        name="channels-first",
    ),
]

EMBEDDINGS = [
    argument(
        "tf.keras.layers.Embedding",
        lambda tf, i=indices(2, 4, below=6): outcome(
            tf,
            tf.keras.layers.Embedding(
                6,
                3,
                embeddings_initializer=numbered,
                embeddings_regularizer=size,
                embeddings_constraint="non_neg",
            ),
            i,
        ),
        lambda np, i: expected(np, numbers(np, (6, 3))[i], numbers(np, (6, 3)), is_regularized=False),
        name="parts",
    ),
    argument(
        "tf.keras.layers.Embedding",
        lambda tf, i=indices(2, 4, below=2), w=tensor(2, 3): (lambda layer: [layer(i), layer.compute_mask(i)])(
            tf.keras.layers.Embedding(2, 3, mask_zero=True, weights=w.numpy())
        ),
        lambda np, i, w: [w[i], i != 0],
        name="mask",
    ),
    argument(
        "tf.keras.layers.ReversibleEmbedding",
        lambda tf, i=indices(2, 4, below=6): reversed_logits(
            tf,
            tf.keras.layers.ReversibleEmbedding(
                6,
                3,
                tie_weights=False,
                embeddings_initializer=numbered,
                embeddings_regularizer=size,
                reverse_dtype="float64",
                logit_soft_cap=0.5,
            ),
            i,
        ),
        lambda np, i: [
            numbers(np, (6, 3))[i],
            np.tanh(np.ones((1, 3)) @ numbers(np, (3, 6)) / 0.5) * 0.5,
            True,
            np.abs(numbers(np, (6, 3))).sum(),
        ],
        name="parts",
    ),
    argument(
        "tf.keras.layers.ReversibleEmbedding",
        lambda tf, i=indices(2, 4, below=2): (lambda layer: [layer(i)._keras_mask, outcome(tf, layer, i)[2]])(
            tf.keras.layers.ReversibleEmbedding(
                2,
                3,
                mask_zero=True,
                embeddings_initializer=numbered,
                embeddings_regularizer=size,
                embeddings_constraint="non_neg",
            )
        ),
        lambda np, i: [i != 0, np.maximum(numbers(np, (2, 3)), 0)],
        name="mask",
    ),
]

LOW_RANK = [
    argument(
        "tf.keras.layers.Dense",
        lambda tf, x=tensor(2, 3): adapted(
            tf, tf.keras.layers.Dense(4, kernel_initializer=numbered, lora_rank=2, lora_alpha=6), x
        ),
        lambda np, x: [x @ (numbers(np, (3, 4)) + 3 * numbers(np, (3, 2)) @ numbers(np, (2, 4))), 2],
        name="low-rank",
    ),
    argument(
        "tf.keras.layers.EinsumDense",
        lambda tf, x=tensor(2, 3): adapted(
            tf,
            tf.keras.layers.EinsumDense("ab,bc->ac", 4, kernel_initializer=numbered, lora_rank=2, lora_alpha=6),
            x,
        ),
        lambda np, x: [x @ (numbers(np, (3, 4)) + 3 * numbers(np, (3, 2)) @ numbers(np, (2, 4))), 2],
        name="low-rank",
    ),
    argument(
        "tf.keras.layers.Embedding",
        lambda tf, i=indices(2, 4, below=6): adapted(
            tf, tf.keras.layers.Embedding(6, 3, embeddings_initializer=numbered, lora_rank=2, lora_alpha=6), i
        ),
        lambda np, i: [(numbers(np, (6, 3)) + 3 * numbers(np, (6, 2)) @ numbers(np, (2, 3)))[i], 2],
        name="low-rank",
    ),
]
