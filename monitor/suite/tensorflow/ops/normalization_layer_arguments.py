"""Arguments of Keras's layers that normalize or activate, which no other case passes."""

from functools import partial

from monitor.suite.declare import formula, tensor, uniform
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES
from monitor.suite.tensorflow.ops.layer_parts import absolute_sum, expected, numbered, numbers, outcome

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=32)


def trained(tf, layer, x):
    """Return the results of two calls in training, and all weights."""
    return [layer(x, training=True), layer(x + 1, training=True), *(one.value for one in layer.variables)]


def standardized(np, x, axes, epsilon=0.001):
    mean, variance = (f(x, axis=axes, keepdims=True) for f in (np.mean, np.var))
    return (x - mean) / np.sqrt(variance + epsilon)


def renormalized(np, x):
    """Return the results of two calls with batch renormalization, whose corrections are limited.

    The mean and the deviation of the corrections begin at 0 and 1, and move by a quarter.
    """
    results, center, deviation = [], np.zeros(3), np.ones(3)
    for batch in (x, x + 1):
        mean, scale = batch.mean(0), np.sqrt(batch.var(0) + 0.001)
        r, d = np.clip(scale / deviation, 0.75, 1.25), np.clip((mean - center) / deviation, -0.5, 0.5)
        results.append((batch - mean) / scale * r + d)
        center, deviation = 0.75 * center + 0.25 * mean, 0.75 * deviation + 0.25 * scale
    return results


BETA = {
    "beta_initializer": numbered,
    "beta_regularizer": absolute_sum,
    "beta_constraint": "non_neg",
}
GAMMA = {
    "gamma_initializer": numbered,
    "gamma_regularizer": absolute_sum,
    "gamma_constraint": "non_neg",
}

BATCHES = [
    argument(
        "tf.keras.layers.BatchNormalization",
        lambda tf, x=tensor(2, 3, 4): outcome(
            tf,
            tf.keras.layers.BatchNormalization(
                axis=1,
                moving_mean_initializer=numbered,
                moving_variance_initializer=lambda shape, dtype="float32": numbered(shape, dtype) ** 2 + 0.5,
                **BETA,
                **GAMMA,
            ),
            x,
        ),
        lambda np, x: (
            lambda g: expected(
                np,
                ((x - g[:, None]) / np.sqrt(g[:, None] ** 2 + 0.501)) * g[:, None] + g[:, None],
                g,
                g,
                is_regularized=False,
            )
        )(numbers(np, (3,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.BatchNormalization",
        lambda tf, x=tensor(4, 3): trained(
            tf, tf.keras.layers.BatchNormalization(momentum=0.75, center=False, scale=False), x
        ),
        lambda np, x: [
            standardized(np, x, 0),
            standardized(np, x, 0),
            0.75 * 0.25 * x.mean(0) + 0.25 * (x.mean(0) + 1),
            0.75 * (0.75 + 0.25 * x.var(0)) + 0.25 * x.var(0),
        ],
        name="moving",
    ),
    argument(
        "tf.keras.layers.BatchNormalization",
        lambda tf, x=tensor(4, 3): trained(
            tf,
            tf.keras.layers.BatchNormalization(
                renorm=True, renorm_clipping={"rmax": 1.25, "rmin": 0.75, "dmax": 0.5}, renorm_momentum=0.75
            ),
            x,
        )[:2],
        renormalized,
        name="renorm",
    ),
]

NORMALIZATIONS = [
    argument(
        "tf.keras.layers.LayerNormalization",
        lambda tf, x=tensor(2, 3, 4): outcome(
            tf,
            tf.keras.layers.LayerNormalization(
                axis=1,
                **BETA,
                **GAMMA,
            ),
            x,
        ),
        lambda np, x: (
            lambda g: expected(np, standardized(np, x, 1) * g[:, None] + g[:, None], g, g, is_regularized=False)
        )(numbers(np, (3,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.LayerNormalization",
        lambda tf, x=tensor(2, 3, 4): (lambda layer: [layer(x), len(layer.variables)])(
            tf.keras.layers.LayerNormalization(center=False, scale=False)
        ),
        lambda np, x: [standardized(np, x, -1), 0],
        name="bare",
    ),
    argument(
        "tf.keras.layers.GroupNormalization",
        lambda tf, x=tensor(2, 4, 3): outcome(
            tf,
            tf.keras.layers.GroupNormalization(
                2,
                axis=1,
                **BETA,
                **GAMMA,
            ),
            x,
        ),
        lambda np, x: (
            lambda g: expected(
                np,
                standardized(np, x.reshape(2, 2, 6), -1).reshape(2, 4, 3) * g[:, None] + g[:, None],
                g,
                g,
                is_regularized=False,
            )
        )(numbers(np, (4,))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.GroupNormalization",
        lambda tf, x=tensor(2, 3, 4): (lambda layer: [layer(x), len(layer.variables)])(
            tf.keras.layers.GroupNormalization(1, center=False, scale=False)
        ),
        lambda np, x: [standardized(np, x, (1, 2)), 0],
        name="bare",
    ),
    argument(
        "tf.keras.layers.RMSNormalization",
        lambda tf, x=tensor(2, 3, 4): tf.keras.layers.RMSNormalization(axis=1, epsilon=0.125)(x),
        lambda np, x: x / np.sqrt((x * x).mean(1, keepdims=True) + 0.125),
        name="axis",
    ),
    argument(
        "tf.keras.layers.UnitNormalization",
        lambda tf, x=tensor(2, 3, 4): tf.keras.layers.UnitNormalization(axis=1)(x),
        lambda np, x: x / np.sqrt((x * x).sum(1, keepdims=True)),
        name="axis",
    ),
    argument(
        "tf.keras.layers.Normalization",
        lambda tf, x=tensor(2, 3, 4), m=tensor(3), v=uniform(0.5, 2, 3): tf.keras.layers.Normalization(
            axis=1, mean=m.numpy(), variance=v.numpy(), invert=True
        )(x),
        lambda np, x, m, v: x * np.sqrt(v)[:, None] + m[:, None],
        name="inverse",
    ),
]

ACTIVATIONS = [
    argument(
        "tf.keras.layers.PReLU",
        lambda tf, x=tensor(2, 3, 4): outcome(
            tf,
            tf.keras.layers.PReLU(
                alpha_initializer=numbered, alpha_regularizer=absolute_sum, alpha_constraint="non_neg", shared_axes=[1]
            ),
            x,
        ),
        lambda np, x: (lambda a: expected(np, np.where(x > 0, x, a * x), a, is_regularized=False))(numbers(np, (1, 4))),
        name="parts",
    ),
    argument(
        "tf.keras.layers.ReLU",
        lambda tf, x=tensor(2, 5): tf.keras.layers.ReLU(negative_slope=0.25, threshold=0.5)(x),
        lambda np, x: np.where(x >= 0.5, x, 0.25 * (x - 0.5)),
        name="slope",
    ),
    argument(
        "tf.keras.layers.ELU",
        lambda tf, x=tensor(2, 5): tf.keras.layers.ELU(alpha=0.5)(x),
        lambda np, x: np.where(x > 0, x, np.expm1(x) / 2),
        name="alpha",
    ),
    argument(
        "tf.keras.layers.Softmax",
        lambda tf, x=tensor(2, 3, 4): tf.keras.layers.Softmax(axis=1)(x),
        lambda np, x: np.exp(x) / np.exp(x).sum(1, keepdims=True),
        name="axis",
    ),
    argument(
        "tf.keras.layers.ActivityRegularization",
        lambda tf, x=tensor(2, 5): (lambda layer: [layer(x), tf.add_n(layer.losses)])(
            tf.keras.layers.ActivityRegularization(l1=0.5)
        ),
        lambda np, x: [x, np.abs(x).sum() / 2 / 2],
        name="l1",
    ),
]
