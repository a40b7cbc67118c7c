"""Arguments of `tf.compat.v1` functions of numbers that no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, indices, positive, tensor, uniform
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT
from monitor.suite.tensorflow.ops.sequence_layers import sigmoid, softmax

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=16)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def weighted(np, each, w):
    """Return the weighted losses, their sum, their mean by weights, and the result of `collected`."""
    each = each * w
    return [each, each.sum(), each.sum() / w.sum(), [1, True]]


def collected(tf, build):
    """Return the number of losses in a collection, and whether a node has the name of the scope."""
    with tf.Graph().as_default() as graph:
        build()
        names = [operation.name for operation in graph.get_operations()]
        return [len(graph.get_collection("own")), any(name.startswith("given/") for name in names)]


LOSS_REDUCTIONS = ("none", "weighted_sum", "weighted_mean")

LOSSES = [
    argument(
        "tf.compat.v1.losses.mean_squared_error",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=tensor(4, 5), w=positive(4, 1): [
            *(tf.compat.v1.losses.mean_squared_error(y, p, weights=w, reduction=one) for one in LOSS_REDUCTIONS),
            collected(
                tf,
                lambda: tf.compat.v1.losses.mean_squared_error(
                    y.numpy(), p.numpy(), scope="given", loss_collection="own"
                ),
            ),
        ],
        lambda np, y, p, w: weighted(np, (y - p) ** 2, np.ones((4, 5)) * w),
        name="weights",
    ),
    argument(
        "tf.compat.v1.losses.absolute_difference",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=tensor(4, 5), w=positive(4, 1): [
            *(tf.compat.v1.losses.absolute_difference(y, p, weights=w, reduction=one) for one in LOSS_REDUCTIONS),
            collected(
                tf,
                lambda: tf.compat.v1.losses.absolute_difference(
                    y.numpy(), p.numpy(), scope="given", loss_collection="own"
                ),
            ),
        ],
        lambda np, y, p, w: weighted(np, np.abs(y - p), np.ones((4, 5)) * w),
        name="weights",
    ),
    argument(
        "tf.compat.v1.losses.huber_loss",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=tensor(4, 5), w=positive(4, 1): [
            *(tf.compat.v1.losses.huber_loss(y, p, weights=w, reduction=one) for one in LOSS_REDUCTIONS),
            collected(
                tf, lambda: tf.compat.v1.losses.huber_loss(y.numpy(), p.numpy(), scope="given", loss_collection="own")
            ),
        ],
        lambda np, y, p, w: weighted(
            np, np.where(np.abs(y - p) < 1, (y - p) ** 2 / 2, np.abs(y - p) - 0.5), np.ones((4, 5)) * w
        ),
        name="weights",
    ),
    argument(
        "tf.compat.v1.losses.sigmoid_cross_entropy",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=tensor(4, 5), w=positive(4, 1): [
            *(
                tf.compat.v1.losses.sigmoid_cross_entropy(y, p, label_smoothing=0.25, weights=w, reduction=one)
                for one in LOSS_REDUCTIONS
            ),
            collected(
                tf,
                lambda: tf.compat.v1.losses.sigmoid_cross_entropy(
                    y.numpy(), p.numpy(), scope="given", loss_collection="own"
                ),
            ),
        ],
        lambda np, y, p, w: weighted(
            np,
            (lambda z, q: -z * np.log(q) - (1 - z) * np.log(1 - q))(0.75 * y + 0.125, sigmoid(np, p)),
            np.ones((4, 5)) * w,
        ),
        name="weights",
    ),
    argument(
        "tf.compat.v1.losses.softmax_cross_entropy",
        lambda tf, y=uniform(0.1, 0.9, 4, 5), p=tensor(4, 5), w=positive(4): [
            *(
                tf.compat.v1.losses.softmax_cross_entropy(y, p, label_smoothing=0.25, weights=w, reduction=one)
                for one in LOSS_REDUCTIONS
            ),
            collected(
                tf,
                lambda: tf.compat.v1.losses.softmax_cross_entropy(
                    y.numpy(), p.numpy(), scope="given", loss_collection="own"
                ),
            ),
        ],
        lambda np, y, p, w: weighted(np, -((0.75 * y + 0.05) * np.log(softmax(np, p))).sum(1), w),
        name="weights",
    ),
    argument(
        "tf.compat.v1.losses.sparse_softmax_cross_entropy",
        lambda tf, y=indices(4, below=5), p=tensor(4, 5), w=positive(4): [
            *(
                tf.compat.v1.losses.sparse_softmax_cross_entropy(y, p, weights=w, reduction=one)
                for one in LOSS_REDUCTIONS
            ),
            collected(
                tf,
                lambda: tf.compat.v1.losses.sparse_softmax_cross_entropy(
                    y.numpy(), p.numpy(), scope="given", loss_collection="own"
                ),
            ),
        ],
        lambda np, y, p, w: weighted(np, -np.log(softmax(np, p))[np.arange(4), y], w),
        name="weights",
    ),
]

REDUCTIONS = [
    argument(
        "tf.compat.v1.reduce_mean",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_mean(x, reduction_indices=1, keep_dims=True),
        lambda np, x: x.mean(1, keepdims=True),
        name="old-names",
    ),
    argument(
        "tf.compat.v1.reduce_max",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_max(x, reduction_indices=1, keep_dims=True),
        lambda np, x: x.max(1, keepdims=True),
        name="old-names",
    ),
    argument(
        "tf.compat.v1.reduce_min",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_min(x, reduction_indices=1, keep_dims=True),
        lambda np, x: x.min(1, keepdims=True),
        name="old-names",
    ),
    argument(
        "tf.compat.v1.reduce_logsumexp",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_logsumexp(x, reduction_indices=1, keep_dims=True),
        lambda np, x: np.log(np.exp(x).sum(1, keepdims=True)),
        name="old-names",
    ),
    argument(
        "tf.compat.v1.reduce_prod",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_prod(x, axis=1, keep_dims=True),
        lambda np, x: x.prod(1, keepdims=True),
        name="old-names",
    ),
    argument(
        "tf.compat.v1.reduce_any",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_any(x > 1, axis=1, keep_dims=True),
        lambda np, x: (x > 1).any(1, keepdims=True),
        name="old-names",
    ),
    argument(
        "tf.compat.v1.reduce_all",
        lambda tf, x=tensor(3, 5): tf.compat.v1.reduce_all(x > -1, reduction_indices=1, keepdims=True),
        lambda np, x: (x > -1).all(1, keepdims=True),
        name="old-names",
    ),
    argument_fact(
        "tf.compat.v1.count_nonzero",
        lambda tf: (
            tf.compat.v1.count_nonzero(input=[[0, 1], [2, 3]], reduction_indices=1, keep_dims=True),
            tf.compat.v1.count_nonzero([[0, 1], [2, 3]]),
        ),
        lambda found: found[0].tolist() == [[1], [2]] and found[1] == 3,
        name="old-names",
    ),
    argument_fact(
        "tf.compat.v1.to_float",
        lambda tf: (lambda graph: [one.name for one in graph.get_operations()])(
            tf.function(lambda x: tf.compat.v1.to_float(x, name="given"), input_signature=[tf.TensorSpec([], "int32")])
            .get_concrete_function()
            .graph
        ),
        lambda names: "given" in names,
        name="name",
    ),
    argument(
        "tf.compat.v1.convert_to_tensor",
        lambda tf, x=tensor(3): [
            tf.compat.v1.convert_to_tensor(x, dtype="float32"),
            str(tf.compat.v1.convert_to_tensor([1], dtype="float64").dtype.name),
            str(tf.compat.v1.convert_to_tensor([1], preferred_dtype="float64").dtype.name),
            str(tf.compat.v1.convert_to_tensor([1], dtype_hint="float64").dtype.name),
        ],
        lambda np, x: [x, "float64", "float64", "float64"],
        name="dtype",
    ),
    argument_fact(
        "tf.compat.v1.nn.dropout",
        lambda tf: tf.compat.v1.nn.dropout(tf.ones([4, 400]), keep_prob=0.75, noise_shape=[1, 400], seed=3),
        lambda found: (
            (found == found[:1]).all() and abs((found == 0).mean() - 0.25) < 0.1 and abs(found.max() - 4 / 3) < 1e-6
        ),
        name="kept",
    ),
    argument_fact(
        "tf.compat.v1.multinomial",
        lambda tf: tf.compat.v1.multinomial([[0.0, 50.0]], 3, output_dtype=tf.int32),
        lambda found: found.dtype == "int32" and found.tolist() == [[1, 1, 1]],
        name="dtype",
    ),
    argument_fact(
        "tf.compat.v1.train.polynomial_decay",
        lambda tf: [
            float(one()) if callable(one) else float(one)
            for one in (
                tf.compat.v1.train.polynomial_decay(1.0, step, 4, end_learning_rate=0.0, cycle=True)
                for step in (1, 4, 6)
            )
        ],
        lambda found: found == [0.75, 0.0, 0.25],
        name="cycle",
    ),
    argument(
        "tf.compat.v1.image.resize_images",
        lambda tf, x=tensor(1, 2, 3, 2): [
            tf.compat.v1.image.resize_images(x, (3, 5), align_corners=True),
            tf.compat.v1.image.resize_images(x, (4, 9), preserve_aspect_ratio=True, method=1),
        ],
        lambda np, x: [
            (lambda y: np.stack([y[:, :, 0], y[:, :, :2].mean(2), y[:, :, 1], y[:, :, 1:].mean(2), y[:, :, 2]], 2))(
                np.stack([x[:, 0], x.mean(1), x[:, 1]], 1)
            ),
            x.repeat(2, 1).repeat(2, 2),
        ],
        name="corners",
    ),
]


def is_double(dtype):
    return dtype == "float64"


double_fact = partial(argument_fact, promise=is_double, name="dtype")

DTYPES = [
    double_fact(
        "tf.compat.v1.random_normal_initializer",
        lambda tf: tf.compat.v1.random_normal_initializer(0.0, 1.0, dtype=tf.float64)([2]).dtype.name,
    ),
    double_fact(
        "tf.compat.v1.truncated_normal_initializer",
        lambda tf: tf.compat.v1.truncated_normal_initializer(0.0, 1.0, dtype=tf.float64)([2]).dtype.name,
    ),
    argument_fact(
        "tf.compat.v1.variance_scaling_initializer",
        lambda tf: (lambda one: (one.dtype.name, float(tf.math.reduce_std(one))))(
            tf.compat.v1.variance_scaling_initializer(mode="fan_out", seed=1, dtype=tf.float64)([50, 400])
        ),
        lambda found: found[0] == "float64" and abs(found[1] * 20 - 1) < 0.05,
        name="dtype",
    ),
    double_fact(
        "tf.compat.v1.constant_initializer",
        lambda tf: tf.compat.v1.constant_initializer(2.0, dtype=tf.float64)([2]).dtype.name,
    ),
    double_fact(
        "tf.compat.v1.zeros_initializer",
        lambda tf: tf.compat.v1.zeros_initializer(dtype=tf.float64)([2]).dtype.name,
    ),
    double_fact(
        "tf.compat.v1.ones_initializer",
        lambda tf: tf.compat.v1.ones_initializer(dtype=tf.float64)([2]).dtype.name,
    ),
    double_fact(
        "tf.compat.v1.uniform_unit_scaling_initializer",
        lambda tf: tf.compat.v1.uniform_unit_scaling_initializer(dtype=tf.float64)([2]).dtype.name,
    ),
    double_fact(
        "tf.compat.v1.initializers.glorot_uniform",
        lambda tf: tf.compat.v1.initializers.glorot_uniform(dtype=tf.float64)([2]).dtype.name,
    ),
]
