"""Arguments of Keras's depthwise convolutions, embeddings and low-rank weights that no other case passes."""

from functools import partial

from monitor.suite.declare import formula, indices, tensor
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES
from monitor.suite.tensorflow.ops.convolution import channels_first, channels_last, correlate_channels
from monitor.suite.tensorflow.ops.layer_parts import BIAS, absolute_sum, expected, numbered, numbers, outcome

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=16)


def adapted(tf, layer, x):
    """Return the result of a layer after setting its weights of low rank, and the number of these weights."""
    layer.build(x.shape)
    pair = [one for one in layer.trainable_variables if "lora" in one.name]
    for one in pair:
        one.assign(numbered(one.shape))
    return [layer(x), len(pair)]


def reversed_logits(tf, layer, x):
    """Return the result of a layer, the logits of ones, whether these are in double precision, and a loss."""
    result, logits = layer(x), layer(tf.ones([1, 3]), reverse=True)
    return [result, tf.cast(logits, "float32"), logits.dtype == "float64", layer.losses[0]]


def dilated(np, x, kernel):
    """Return the convolution of each channel alone with the options DILATED. Its channels are last."""
    x = np.pad(channels_last(np, x), [(0, 0), (1, 1), (1, 1), (0, 0)])
    return correlate_channels(np, x, kernel, dilation=2)


DEPTHWISE = {
    "depthwise_initializer": numbered,
    "depthwise_regularizer": absolute_sum,
    "depthwise_constraint": "non_neg",
}
DILATED = {
    "padding": "same",
    "depth_multiplier": 2,
    "data_format": "channels_first",
    "dilation_rate": 2,
    "activation": "tanh",
}

CHANNELS = [
    argument(
        "tf.keras.layers.DepthwiseConv2D",
        lambda tf, x=tensor(2, 3, 5, 4): outcome(
            tf, tf.keras.layers.DepthwiseConv2D(2, **DILATED, **DEPTHWISE, **BIAS, activity_regularizer=absolute_sum), x
        ),
        lambda np, x: (
            lambda kernel, bias: expected(
                np,
                channels_first(np, np.tanh(dilated(np, x, kernel) + bias)),
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
        lambda np, x: correlate_channels(np, x, numbers(np, (2, 2, 3, 1)), stride=2),
        name="strided",
    ),
    argument(
        "tf.keras.layers.SeparableConv2D",
        lambda tf, x=tensor(2, 3, 5, 4): outcome(
            tf,
            tf.keras.layers.SeparableConv2D(
                5,
                2,
                **DILATED,
                pointwise_initializer=numbered,
                pointwise_regularizer=absolute_sum,
                activity_regularizer=absolute_sum,
                **DEPTHWISE,
                pointwise_constraint="non_neg",
                **BIAS,
            ),
            x,
        ),
        lambda np, x: (
            lambda kernel, points, bias: expected(
                np,
                channels_first(np, np.tanh(dilated(np, x, kernel) @ points[0, 0] + bias)),
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
        lambda np, x: correlate_channels(np, x, numbers(np, (2, 2, 3, 1)), stride=2) @ numbers(np, (3, 4)),
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
        lambda np, x: channels_first(
            np, channels_last(np, x) * numbers(np, (3,)) @ numbers(np, (3, 4)) + numbers(np, (4,))
        ),
        name="channels-first",
    ),
]

TABLE = {
    "embeddings_initializer": numbered,
    "embeddings_regularizer": absolute_sum,
    "embeddings_constraint": "non_neg",
}

EMBEDDINGS = [
    argument(
        "tf.keras.layers.Embedding",
        lambda tf, i=indices(2, 4, below=6): outcome(tf, tf.keras.layers.Embedding(6, 3, **TABLE), i),
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
                embeddings_regularizer=absolute_sum,
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
            tf.keras.layers.ReversibleEmbedding(2, 3, mask_zero=True, **TABLE)
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
