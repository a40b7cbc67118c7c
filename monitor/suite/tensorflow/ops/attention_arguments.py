"""Arguments of Keras's layers of attention, of loops over cells, and of random layers, which no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES
from monitor.suite.tensorflow.ops.layer_parts import absolute_sum, called_twice
from monitor.suite.tensorflow.ops.sequence_layers import sigmoid, softmax

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=64)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def heads(np, q, v, mask):
    """Return attention with two heads, whose kernels are 1/4, whose biases are 1/8, and whose values have size 3."""
    queries, keys = ((one.sum(-1) / 4 + 0.125)[..., None, None] * np.ones((2, 2)) for one in (q, v))
    values = (v.sum(-1) / 4 + 0.125)[..., None, None] * np.ones((2, 3))
    scores = np.einsum("bthd,bshd->bhts", queries, keys) / np.sqrt(2)
    return np.einsum("bhts,bshd->bthd", softmax(np, np.where(mask, scores, -np.inf)), values)


def projected(np, x):
    """Return the last projection to five numbers, by kernels of 1/4 and biases of 1/8."""
    return (x.sum((-1, -2)) / 4 + 0.125)[..., None] * np.ones(5)


def outcome(tf, layer, *inputs):
    """Return a result, the sum of the losses of the weights, and the absolute sum of all weights after a step.

    The step subtracts one from each weight, so all weights become negative, and the constraint makes them zero.
    """
    result = layer(*inputs)
    weights = layer.trainable_variables
    loss = tf.add_n([one.regularizer(one) for one in weights])
    ones = [tf.ones(one.shape) for one in weights]
    tf.keras.optimizers.SGD(1.0).apply_gradients(zip(ones, weights, strict=True))
    return [result, loss, tf.add_n([tf.reduce_sum(tf.abs(one)) for one in weights])]


def draws(tf, layer, x):
    """Return whether two layers with the same seed draw alike, and whether layers with two seeds do."""
    first, again, other = (layer(seed)(x, training=True) for seed in (7, 7, 8))
    return [bool(tf.reduce_all(first == again)), bool(tf.reduce_all(first == other))]


def refuses(call):
    try:
        call()
    except ValueError:
        return True
    return False


def scaled(layer, q, v):
    """Return the result of a layer of attention whose scale is two."""
    layer.build([q.shape, v.shape])
    layer.trainable_variables[0].assign(2.0)
    return layer([q, v])


ATTENTION = [
    argument(
        "tf.keras.layers.MultiHeadAttention",
        lambda tf, q=tensor(2, 3, 4), v=tensor(2, 3, 4): outcome(
            tf,
            tf.keras.layers.MultiHeadAttention(
                2,
                2,
                value_dim=3,
                output_shape=5,
                sliding_window=2,
                kernel_initializer=tf.keras.initializers.Constant(0.25),
                bias_initializer=tf.keras.initializers.Constant(0.125),
                kernel_regularizer=absolute_sum,
                bias_regularizer=absolute_sum,
                kernel_constraint="non_neg",
                bias_constraint="non_neg",
            ),
            q,
            v,
        ),
        lambda np, q, v: [
            projected(np, heads(np, q, v, abs(np.arange(3)[:, None] - np.arange(3)) < 2)),
            np.array((2 * 16 + 24 + 30) / 4 + (2 * 4 + 6 + 5) / 8),
            np.array(0.0),
        ],
        name="parts",
    ),
    argument(
        "tf.keras.layers.MultiHeadAttention",
        lambda tf, q=tensor(2, 3, 4), v=tensor(2, 5, 4): (lambda layer: [layer(q, v), len(layer.losses) > 0])(
            tf.keras.layers.MultiHeadAttention(
                2,
                2,
                value_dim=3,
                output_shape=5,
                use_gate=True,
                kernel_initializer=tf.keras.initializers.Constant(0.25),
                bias_initializer=tf.keras.initializers.Constant(0.125),
                activity_regularizer=absolute_sum,
            )
        ),
        lambda np, q, v: [
            projected(np, heads(np, q, v, True) * sigmoid(np, q.sum(-1) / 4 + 0.125)[..., None, None]),
            True,
        ],
        name="gate",
    ),
    argument_fact(
        "tf.keras.layers.MultiHeadAttention",
        lambda tf: draws(
            tf,
            lambda seed: (lambda layer: lambda x, training: layer(x, x, training=training))(
                tf.keras.layers.MultiHeadAttention(2, 2, dropout=0.5, kernel_initializer="ones", seed=seed)
            ),
            tf.ones([2, 5, 4]),
        ),
        lambda found: found == [True, False],
        name="dropout",
    ),
    argument(
        "tf.keras.layers.MultiHeadAttention",
        lambda tf, q=tensor(2, 3, 4, 2): [
            tf.keras.layers.MultiHeadAttention(
                1, 2, attention_axes=2, use_bias=False, kernel_initializer=tf.keras.initializers.Constant(0.5)
            )(q, q),
            refuses(lambda: tf.keras.layers.MultiHeadAttention(1, 2, flash_attention=True)(q[0], q[0])),
        ],
        lambda np, q: [
            (lambda h: softmax(np, h[..., None] * h[:, :, None] * np.sqrt(2)) @ h[..., None] * np.ones(2))(
                q.sum(-1) / 2
            ),
            True,
        ],
        name="axes",
    ),
    argument(
        "tf.keras.layers.Attention",
        lambda tf, q=tensor(2, 3, 4), v=tensor(2, 5, 4): [
            scaled(tf.keras.layers.Attention(use_scale=True), q, v),
            tf.keras.layers.Attention(score_mode="concat")([q, v]),
        ],
        lambda np, q, v: [
            softmax(np, 2 * np.einsum("btd,bsd->bts", q, v)) @ v,
            softmax(np, np.tanh(q[:, :, None] + v[:, None]).sum(-1)) @ v,
        ],
        name="scores",
    ),
    argument_fact(
        "tf.keras.layers.Attention",
        lambda tf: draws(
            tf,
            lambda seed: (
                lambda layer: lambda x, training: layer([x, x], return_attention_scores=True, training=training)[1]
            )(tf.keras.layers.Attention(dropout=0.5, seed=seed)),
            tf.ones([2, 5, 4]),
        ),
        lambda found: found == [True, False],
        name="dropout",
    ),
    argument_fact(
        "tf.keras.layers.AdditiveAttention",
        lambda tf: tf.keras.layers.AdditiveAttention(dropout=0.5)(
            [tf.ones([2, 50, 4])] * 2, return_attention_scores=True, training=True
        )[1],
        lambda scores: 0.4 < (scores == 0).mean() < 0.6 and abs(scores.max() - 0.04) < 1e-6,
        name="dropout",
    ),
]

RANDOM = [
    argument_fact(
        "tf.keras.layers.GaussianDropout",
        lambda tf: draws(tf, lambda seed: tf.keras.layers.GaussianDropout(0.5, seed=seed), tf.ones([2, 5])),
        lambda found: found == [True, False],
        name="seed",
    ),
    argument_fact(
        "tf.keras.layers.GaussianNoise",
        lambda tf: draws(tf, lambda seed: tf.keras.layers.GaussianNoise(0.5, seed=seed), tf.ones([2, 5])),
        lambda found: found == [True, False],
        name="seed",
    ),
    argument_fact(
        "tf.keras.layers.SpatialDropout1D",
        lambda tf: draws(tf, lambda seed: tf.keras.layers.SpatialDropout1D(0.5, seed=seed), tf.ones([2, 3, 40])),
        lambda found: found == [True, False],
        name="seed",
    ),
    argument_fact(
        "tf.keras.layers.Dropout",
        lambda tf: tf.keras.layers.Dropout(0.5, noise_shape=(1, 40), seed=7)(tf.ones([3, 40]), training=True),
        lambda found: (found == found[:1]).all() and sorted({*found.ravel().tolist()}) == [0, 2],
        name="shape",
    ),
]


def adding(tf):
    """Return a cell that adds its inputs up."""

    class Adding(tf.keras.layers.Layer):
        state_size = 2
        output_size = 2

        def call(self, x, states):
            return x + states[0], [x + states[0]]

    return Adding()


LOOPS = [
    argument(
        "tf.keras.layers.RNN",
        lambda tf, x=tensor(2, 3, 2): called_twice(
            tf.keras.layers.RNN(
                adding(tf), return_sequences=True, return_state=True, go_backwards=True, stateful=True, unroll=True
            ),
            x,
        ),
        lambda np, x: (lambda sums, total: [sums, total, sums + total[:, None], 2 * total])(
            np.cumsum(x[:, ::-1], 1), x.sum(1)
        ),
        name="states",
    ),
    argument(
        "tf.keras.layers.RNN",
        lambda tf, x=tensor(2, 3, 2): tf.keras.layers.RNN(adding(tf), return_sequences=True, zero_output_for_mask=True)(
            x, mask=tf.constant([[True, False, True]] * 2)
        ),
        lambda np, x: np.stack([x[:, 0], 0 * x[:, 0], x[:, 0] + x[:, 2]], 1),
        name="mask",
    ),
    argument(
        "tf.keras.layers.Bidirectional",
        lambda tf, x=tensor(2, 3, 2): tf.keras.layers.Bidirectional(
            tf.keras.layers.SimpleRNN(1, kernel_initializer="ones", recurrent_initializer="zeros"),
            backward_layer=tf.keras.layers.SimpleRNN(
                1, activation="relu", kernel_initializer="ones", recurrent_initializer="ones", go_backwards=True
            ),
        )(x),
        lambda np, x: (
            lambda y: np.stack(
                [
                    np.tanh(y[:, 2]),
                    np.maximum(y[:, 0] + np.maximum(y[:, 1] + np.maximum(y[:, 2], 0), 0), 0),
                ],
                1,
            )
        )(x.sum(2)),
        name="backward",
    ),
]
