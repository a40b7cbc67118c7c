"""Arguments of Keras's losses and metrics that no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, indices, tensor, uniform
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES
from monitor.suite.tensorflow.ops.sequence_layers import sigmoid, softmax

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=32)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def entropy(np, y, p):
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


def reduced(losses):
    """Return losses without a reduction, and their sum."""
    return [losses, losses.sum()]


def measured(metric, *inputs):
    metric.update_state(*inputs)
    return float(metric.result())


def is_near(found, numbers):
    return all(abs(a - b) < 1e-6 for a, b in zip(found, numbers, strict=True))


REDUCTIONS = [
    argument(
        "tf.keras.losses.MeanSquaredError",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5): [
            tf.keras.losses.MeanSquaredError(reduction=None)(y, p),
            tf.keras.losses.MeanSquaredError(reduction="sum")(y, p),
        ],
        lambda np, y, p: reduced(((y - p) ** 2).mean(1)),
        name="reduction",
    ),
    argument(
        "tf.keras.losses.MeanAbsoluteError",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5): [
            tf.keras.losses.MeanAbsoluteError(reduction=None)(y, p),
            tf.keras.losses.MeanAbsoluteError(reduction="sum")(y, p),
        ],
        lambda np, y, p: reduced(np.abs(y - p).mean(1)),
        name="reduction",
    ),
    argument(
        "tf.keras.losses.MeanAbsolutePercentageError",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5): [
            tf.keras.losses.MeanAbsolutePercentageError(reduction=None)(y, p),
            tf.keras.losses.MeanAbsolutePercentageError(reduction="sum")(y, p),
        ],
        lambda np, y, p: reduced(100 * (np.abs(y - p) / y).mean(1)),
        name="reduction",
    ),
    argument(
        "tf.keras.losses.MeanSquaredLogarithmicError",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5): [
            tf.keras.losses.MeanSquaredLogarithmicError(reduction=None)(y, p),
            tf.keras.losses.MeanSquaredLogarithmicError(reduction="sum")(y, p),
        ],
        lambda np, y, p: reduced(((np.log1p(y) - np.log1p(p)) ** 2).mean(1)),
        name="reduction",
    ),
    argument(
        "tf.keras.losses.KLDivergence",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5): [
            tf.keras.losses.KLDivergence(reduction=None)(y, p),
            tf.keras.losses.KLDivergence(reduction="sum")(y, p),
        ],
        lambda np, y, p: reduced((y * np.log(y / p)).sum(1)),
        name="reduction",
    ),
    argument(
        "tf.keras.losses.Poisson",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5): [
            tf.keras.losses.Poisson(reduction=None)(y, p),
            tf.keras.losses.Poisson(reduction="sum")(y, p),
        ],
        lambda np, y, p: reduced((p - y * np.log(p + 1e-7)).mean(1)),
        name="reduction",
    ),
    argument(
        "tf.keras.losses.LogCosh",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5): [
            tf.keras.losses.LogCosh(reduction=None)(y, p),
            tf.keras.losses.LogCosh(reduction="sum")(y, p),
        ],
        lambda np, y, p: reduced(np.log(np.cosh(p - y)).mean(1)),
        name="reduction",
    ),
    argument(
        "tf.keras.losses.Huber",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5): [
            tf.keras.losses.Huber(reduction=None)(y, p),
            tf.keras.losses.Huber(reduction="sum")(y, p),
        ],
        lambda np, y, p: reduced(((y - p) ** 2 / 2).mean(1)),
        name="reduction",
    ),
    argument(
        "tf.keras.losses.Hinge",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5): [
            tf.keras.losses.Hinge(reduction=None)(2 * y - 1, p),
            tf.keras.losses.Hinge(reduction="sum")(2 * y - 1, p),
        ],
        lambda np, y, p: reduced(np.maximum(1 - (2 * y - 1) * p, 0).mean(1)),
        name="reduction",
    ),
]

ENTROPIES = [
    argument(
        "tf.keras.losses.BinaryCrossentropy",
        lambda tf, y=indices(4, 5, below=2), x=tensor(4, 5): [
            tf.keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.25, reduction=None)(y, x),
            tf.keras.losses.BinaryCrossentropy(from_logits=True, axis=0, reduction="sum")(y, x),
        ],
        lambda np, y, x: [
            entropy(np, 0.75 * y + 0.125, sigmoid(np, x)).mean(1),
            entropy(np, y, sigmoid(np, x)).mean(0).sum(),
        ],
        name="logits",
    ),
    argument(
        "tf.keras.losses.CategoricalCrossentropy",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), x=tensor(4, 5): tf.keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=0.25, axis=0, reduction=None
        )(y, x),
        lambda np, y, x: -((0.75 * y + 0.25 / 4) * np.log(softmax(np, x, 0))).sum(0),
        name="logits",
    ),
    argument(
        "tf.keras.losses.SparseCategoricalCrossentropy",
        lambda tf, i=indices(4, below=5), x=tensor(4, 5): tf.keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=2, reduction="sum"
        )(tf.concat([i, [2]], 0), tf.concat([x, x[:1]], 0)),
        lambda np, i, x: -(np.log(softmax(np, x, 1))[np.arange(4), i] * (i != 2)).sum(),
        name="ignored",
    ),
    argument(
        "tf.keras.losses.SparseCategoricalCrossentropy",
        lambda tf, i=indices(2, 3, below=5), x=tensor(2, 5, 3): tf.keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, axis=1, reduction=None
        )(i, x),
        lambda np, i, x: -np.take_along_axis(np.log(softmax(np, x, 1)), i[:, None], 1)[:, 0],
        name="axis",
    ),
    argument(
        "tf.keras.losses.BinaryFocalCrossentropy",
        lambda tf, y=indices(4, 5, below=2), x=tensor(4, 5): [
            tf.keras.losses.BinaryFocalCrossentropy(
                apply_class_balancing=True, alpha=0.75, gamma=3.0, from_logits=True, reduction=None
            )(y, x),
            tf.keras.losses.BinaryFocalCrossentropy(from_logits=True, label_smoothing=0.25, axis=0, reduction=None)(
                y, x
            ),
        ],
        lambda np, y, x: (
            lambda p, z: [
                ((y * 0.75 + (1 - y) * 0.25) * (1 - y * p - (1 - y) * (1 - p)) ** 3 * entropy(np, y, p)).mean(1),
                ((1 - z * p - (1 - z) * (1 - p)) ** 2 * entropy(np, z, p)).mean(0),
            ]
        )(sigmoid(np, x), 0.75 * y + 0.125),
        name="logits",
    ),
    argument(
        "tf.keras.losses.CosineSimilarity",
        lambda tf, y=tensor(4, 5), p=tensor(4, 5): tf.keras.losses.CosineSimilarity(axis=0, reduction=None)(y, p),
        lambda np, y, p: -(y * p).sum(0) / np.sqrt((y * y).sum(0) * (p * p).sum(0)),
        name="axis",
    ),
]

LABELS, FOUND = [0, 1, 1, 0], [0.1, 0.4, 0.8, 0.6]
CLASSES, SCORES = [[0, 1, 0], [1, 0, 0], [1, 0, 0]], [[0.1, 0.6, 0.3], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]]

METRICS = [
    argument_fact(
        "tf.keras.metrics.Precision",
        lambda tf: [
            measured(tf.keras.metrics.Precision(thresholds=0.3), LABELS, FOUND),
            measured(tf.keras.metrics.Precision(top_k=2), CLASSES, SCORES),
            measured(tf.keras.metrics.Precision(class_id=1), CLASSES, SCORES),
        ],
        lambda found: is_near(found, (2 / 3, 0.5, 0.5)),
        name="options",
    ),
    argument_fact(
        "tf.keras.metrics.Recall",
        lambda tf: [
            measured(tf.keras.metrics.Recall(thresholds=0.3), LABELS, FOUND),
            measured(tf.keras.metrics.Recall(top_k=2), CLASSES, SCORES),
            measured(tf.keras.metrics.Recall(class_id=0), CLASSES, SCORES),
        ],
        lambda found: is_near(found, (1, 1, 1 / 2)),
        name="options",
    ),
    argument_fact(
        "tf.keras.metrics.AUC",
        lambda tf: [
            measured(tf.keras.metrics.AUC(num_thresholds=3), LABELS, [0.1, 0.4, 0.8, 0.4]),
            measured(tf.keras.metrics.AUC(thresholds=[0.5]), LABELS, FOUND),
            measured(tf.keras.metrics.AUC(thresholds=[0.5], summation_method="minoring"), LABELS, FOUND),
            measured(tf.keras.metrics.AUC(thresholds=[0.5], from_logits=True), LABELS, [-2.0, 0.3, 2.0, -0.4]),
        ],
        lambda found: all(abs(a - b) < 1e-5 for a, b in zip(found, (0.75, 0.5, 0.25, 1), strict=True)),
        name="thresholds",
    ),
    argument_fact(
        "tf.keras.metrics.AUC",
        lambda tf: measured(
            tf.keras.metrics.AUC(curve="PR", summation_method="majoring", thresholds=[0.3, 0.5]), LABELS, FOUND
        ),
        lambda found: abs(found - 7 / 12) < 1e-5,
        name="precision",
    ),
    argument_fact(
        "tf.keras.metrics.AUC",
        lambda tf: measured(
            tf.keras.metrics.AUC(thresholds=[0.5], multi_label=True, num_labels=2, label_weights=[0.25, 0.75]),
            [[0, 0], [1, 1], [1, 1], [0, 0]],
            [[0.1, 0.1], [0.4, 0.9], [0.8, 0.8], [0.6, 0.2]],
        ),
        lambda found: abs(found - (0.25 * 0.5 + 0.75)) < 1e-5,
        name="labels",
    ),
]
