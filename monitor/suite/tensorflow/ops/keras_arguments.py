"""Arguments of Keras's operations, inputs, initializers and schedules that no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, tensor, values
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT
from monitor.suite.tensorflow.ops.sequence_layers import softmax

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=16)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def attended(np, q, k, v, scores):
    """Return attention with scores changed by a function. The second dimension is time, the third counts heads."""
    weights = softmax(np, scores(np.einsum("bthd,bshd->bhts", q, k)))
    return np.einsum("bhts,bshd->bthd", weights, v)


def deviation(initializer, shape=(3, 400, 50)):
    """Return the standard deviation of drawn weights."""
    return float(initializer(shape).numpy().std())


def refuses(call):
    """Return whether a call raises an error about its arguments."""
    import tensorflow as tf

    try:
        call()
    except (TypeError, ValueError, tf.errors.InvalidArgumentError):
        return True
    return False


def refused(tf):
    """Return for each of six specifications whether a layer refuses an input."""

    class Named(tf.keras.layers.Layer):
        def call(self, x):
            return x

    def refuses_input(spec, x):
        layer = Named()
        layer.input_spec = spec
        return refuses(lambda: layer(x))

    return [
        refuses_input(tf.keras.layers.InputSpec(dtype="int32"), tf.ones([2, 3])),
        refuses_input(tf.keras.layers.InputSpec(shape=(2, 4)), tf.ones([2, 3])),
        refuses_input(tf.keras.layers.InputSpec(max_ndim=1), tf.ones([2, 3])),
        refuses_input(tf.keras.layers.InputSpec(min_ndim=3), tf.ones([2, 3])),
        refuses_input(tf.keras.layers.InputSpec(shape=(2, 3), allow_last_axis_squeeze=True), tf.ones([2, 3, 1])),
        refuses_input(tf.keras.layers.InputSpec(shape=(2, 3), optional=True), None),
    ]


OPERATIONS = [
    argument(
        "tf.keras.ops.add",
        lambda tf, x=tensor(3, 3), y=tensor(3, 1): tf.keras.ops.add(x, y),
        lambda np, x, y: x + y,
        name="column",
    ),
    argument(
        "tf.keras.ops.min",
        lambda tf, x=tensor(3, 4): tf.keras.ops.min(x, axis=0, initial=-0.5),
        lambda np, x: np.minimum(x.min(0), -0.5),
        name="initial",
    ),
    argument(
        "tf.keras.ops.max",
        lambda tf, x=tensor(3, 4): tf.keras.ops.max(x, axis=0, initial=0.5),
        lambda np, x: np.maximum(x.max(0), 0.5),
        name="initial",
    ),
    argument(
        "tf.keras.ops.softmax",
        lambda tf, x=tensor(2, 3, 4): [tf.keras.ops.softmax(x, axis=1), tf.keras.ops.softmax(x, axis=(0, 2))],
        lambda np, x: [
            softmax(np, x, 1),
            softmax(np, x.transpose(1, 0, 2).reshape(3, 8)).reshape(3, 2, 4).transpose(1, 0, 2),
        ],
        name="axis",
    ),
    argument(
        "tf.keras.ops.tril",
        lambda tf, x=tensor(3, 4): tf.keras.ops.tril(x, k=1),
        lambda np, x: np.where(np.arange(4) <= np.arange(3)[:, None] + 1, x, 0),
        name="diagonal",
    ),
    argument(
        "tf.keras.ops.round",
        lambda tf, x=tensor(3, 4): tf.keras.ops.round(x, decimals=1),
        lambda np, x: np.rint(x * 10) / 10,
        name="decimals",
    ),
    argument(
        "tf.keras.ops.meshgrid",
        lambda tf, x=tensor(2), y=tensor(3): tf.keras.ops.meshgrid(x, y, indexing="ij"),
        lambda np, x, y: [np.tile(x[:, None], (1, 3)), np.tile(y, (2, 1))],
        name="rows",
    ),
    argument(
        "tf.keras.ops.linspace",
        lambda tf, a=tensor(2), b=tensor(2): tf.keras.ops.linspace(a, b, 4, endpoint=False, retstep=True, axis=1),
        lambda np, a, b: [a[:, None] + (b - a)[:, None] / 4 * np.arange(4), (b - a) / 4],
        name="step",
    ),
    argument(
        "tf.keras.ops.nn.normalize",
        lambda tf, x=tensor(3, 4): [
            tf.keras.ops.nn.normalize(x, axis=0, order=1),
            tf.keras.ops.nn.normalize(x, axis=0, epsilon=100.0),
        ],
        lambda np, x: [x / np.abs(x).sum(0), x / 100],
        name="order",
    ),
    argument(
        "tf.keras.ops.argsort",
        lambda tf, x=tensor(3, 4): tf.cast(tf.keras.ops.argsort(x, axis=0), x.dtype),
        lambda np, x: 1.0 * np.argsort(x, 0),
        name="axis",
    ),
    argument(
        "tf.keras.ops.unstack",
        lambda tf, x=tensor(2, 3): [*tf.keras.ops.unstack(x, num=2), refuses(lambda: tf.keras.ops.unstack(x, num=3))],
        lambda np, x: [x[0], x[1], True],
        name="number",
    ),
    argument(
        "tf.keras.ops.scatter_update",
        lambda tf, x=tensor(4), y=tensor(3), i=values(0, 0, 2, shape=(3, 1), dtype="int32"): [
            tf.keras.ops.scatter_update(x, i, y, reduction=one) for one in ("add", "max", "min", "mul")
        ],
        lambda np, x, y, i: [
            np.array([x[0] + y[0] + y[1], x[1], x[2] + y[2], x[3]]),
            np.array([max(x[0], y[0], y[1]), x[1], max(x[2], y[2]), x[3]]),
            np.array([min(x[0], y[0], y[1]), x[1], min(x[2], y[2]), x[3]]),
            np.array([x[0] * y[0] * y[1], x[1], x[2] * y[2], x[3]]),
        ],
        name="reduction",
    ),
    argument(
        "tf.keras.ops.while_loop",
        lambda tf, x=tensor(3): tf.keras.ops.while_loop(
            lambda one: True, lambda one: (2 * one,), (x,), maximum_iterations=3
        )[0],
        lambda np, x: 8 * x,
        name="iterations",
    ),
    argument_fact(
        "tf.keras.ops.top_k",
        lambda tf: (
            sorted(tf.keras.ops.top_k(tf.constant([1.0, 4.0, 3.0, 2.0]), 3, sorted=False)[0].numpy().tolist()),
            sorted(tf.keras.ops.top_k(tf.constant([4.0, 4.0, 1.0]), 2, is_stable=False)[1].numpy().tolist()),
        ),
        lambda found: found == [[2.0, 3.0, 4.0], [0, 1]],
        name="unsorted",
    ),
    argument_fact(
        "tf.keras.ops.convert_to_tensor",
        lambda tf: (
            type(tf.keras.ops.convert_to_tensor(tf.sparse.from_dense([0, 2]), sparse=True)).__name__,
            tf.keras.ops.convert_to_tensor(tf.sparse.from_dense([0, 2]), sparse=False),
            tf.keras.ops.convert_to_tensor(tf.ragged.constant([[1], [2, 3]]), ragged=False),
        ),
        lambda found: (
            found[0] == "SparseTensor" and found[1].tolist() == [0, 2] and found[2].tolist() == [[1, 0], [2, 3]]
        ),
        name="sparse",
    ),
    argument_fact(
        "tf.keras.ops.one_hot",
        lambda tf: tf.sparse.to_dense(tf.keras.ops.one_hot([1, 0], 3, sparse=True)),
        lambda found: found.tolist() == [[0, 1, 0], [1, 0, 0]],
        name="sparse",
    ),
]

ATTENTION = [
    argument(
        "tf.keras.ops.dot_product_attention",
        lambda tf, q=tensor(2, 3, 2, 4), k=tensor(2, 3, 2, 4), v=tensor(2, 3, 2, 4), b=tensor(2, 2, 3, 3): [
            tf.keras.ops.dot_product_attention(q, k, v, bias=b, scale=0.25),
            tf.keras.ops.dot_product_attention(q, k, v, is_causal=True),
            tf.keras.ops.dot_product_attention(q, k, v, mask=tf.constant([[[[True, False, True]]]])),
            refuses(lambda: tf.keras.ops.dot_product_attention(q, k, v, flash_attention=True)),
        ],
        lambda np, q, k, v, b: [
            attended(np, q, k, v, lambda s: s / 4 + b),
            attended(np, q, k, v, lambda s: np.where(np.tril(np.ones((3, 3))), s / 2, -np.inf)),
            attended(np, q, k, v, lambda s: np.where([True, False, True], s / 2, -np.inf)),
            True,
        ],
        name="options",
    ),
]

PARTS = [
    argument_fact(
        "tf.keras.Input",
        lambda tf: (
            tf.keras.Input(batch_shape=(4, 2), sparse=True).sparse,
            tf.keras.Input((None,), ragged=True).ragged,
            tf.keras.Input(batch_shape=(4, 2)).shape,
            tf.keras.Input(tensor=tf.keras.KerasTensor((4, 3), "int32")).dtype,
            tf.keras.Model(one := tf.keras.Input((2,), optional=True), tf.keras.layers.Identity()(one))(None) is None,
        ),
        lambda found: found == [True, True, [4, 2], "int32", True],
        name="options",
    ),
    argument_fact(
        "tf.keras.layers.Input",
        lambda tf: (
            tf.keras.layers.Input((2,), batch_size=4, sparse=True).sparse,
            tf.keras.layers.Input((None,), ragged=True).ragged,
            tf.keras.layers.Input((2,), batch_size=4).shape,
            tf.keras.layers.Input(batch_shape=(3, 2)).shape,
            tf.keras.layers.Input(tensor=tf.keras.KerasTensor((4, 3), "int32")).dtype,
            tf.keras.Model(one := tf.keras.layers.Input((2,), optional=True), tf.keras.layers.Identity()(one))(None)
            is None,
        ),
        lambda found: found == [True, True, [4, 2], [3, 2], "int32", True],
        name="options",
    ),
    argument_fact(
        "tf.keras.KerasTensor",
        lambda tf: (
            (lambda one: (one.dtype, one.sparse, one.record_history, one.name))(
                tf.keras.KerasTensor((2, 3), dtype="int32", sparse=True, record_history=False, name="given")
            )
            + (tf.keras.KerasTensor((2, None), ragged=True).ragged,)
        ),
        lambda found: found == ["int32", True, False, "given", True],
        name="options",
    ),
    argument_fact(
        "tf.keras.layers.InputSpec", refused, lambda found: found == [True] * 4 + [False] * 2, name="options"
    ),
    argument_fact(
        "tf.keras.tree.map_structure",
        lambda tf: (
            tf.keras.tree.map_structure(lambda one: 7, [1, None]),
            tf.keras.tree.map_structure(lambda one: 7, [1, None], none_is_leaf=False),
        ),
        lambda found: found == [[7, 7], [7, None]],
        name="none",
    ),
    argument_fact(
        "tf.keras.initializers.VarianceScaling",
        lambda tf: [
            deviation(tf.keras.initializers.VarianceScaling(mode="fan_out", seed=1)),
            deviation(tf.keras.initializers.VarianceScaling(input_axes=[0], output_axes=[1, 2], seed=1)),
            deviation(tf.keras.initializers.VarianceScaling(mode="fan_out", input_axes=[0], output_axes=[1], seed=1)),
        ],
        lambda found: all(abs(a * b**0.5 - 1) < 0.03 for a, b in zip(found, (150, 3, 400), strict=True)),
        name="axes",
    ),
    argument_fact(
        "tf.keras.initializers.LecunNormal",
        lambda tf: deviation(tf.keras.initializers.LecunNormal(seed=1, input_axes=[0, 2], output_axes=[1])),
        lambda found: abs(found * 150**0.5 - 1) < 0.03,
        name="axes",
    ),
    argument_fact(
        "tf.compat.v1.keras.initializers.glorot_uniform",
        lambda tf: deviation(
            tf.compat.v1.keras.initializers.glorot_uniform(seed=1, input_axes=[0, 2], output_axes=[1])
        ),
        lambda found: abs(found * 275**0.5 - 1) < 0.03,
        name="axes",
    ),
    argument_fact(
        "tf.keras.layers.deserialize",
        lambda tf: (
            lambda kind: (
                type(
                    tf.keras.layers.deserialize(
                        {"class_name": "Own", "config": {}, "module": None, "registered_name": "Own"},
                        custom_objects={"Own": kind},
                    )
                ).__name__
            )
        )(type("Own", (tf.keras.layers.Layer,), {})),
        lambda name: name == "Own",
        name="custom",
    ),
    argument_fact(
        "tf.keras.optimizers.schedules.deserialize",
        lambda tf: (
            lambda kind: float(
                tf.keras.optimizers.schedules.deserialize(
                    {"class_name": "Own", "config": {}, "module": None, "registered_name": "Own"},
                    custom_objects={"Own": kind},
                )(3)
            )
        )(
            type(
                "Own",
                (tf.keras.optimizers.schedules.LearningRateSchedule,),
                {"__call__": lambda self, step: 2.0 * step, "get_config": lambda self: {}},
            )
        ),
        lambda rate: rate == 6.0,
        name="custom",
    ),
    argument_fact(
        "tf.keras.optimizers.schedules.CosineDecay",
        lambda tf: (lambda schedule: [float(schedule(step)) for step in (0, 1, 2, 4, 6)])(
            tf.keras.optimizers.schedules.CosineDecay(0.5, 4, alpha=0.25, warmup_target=1.0, warmup_steps=2)
        ),
        lambda found: all(abs(a - b) < 1e-6 for a, b in zip(found, (0.5, 0.75, 1, 0.625, 0.25), strict=True)),
        name="warmup",
    ),
    argument_fact(
        "tf.keras.optimizers.schedules.ExponentialDecay",
        lambda tf: (lambda schedule: [float(schedule(step)) for step in (0, 1, 2, 3)])(
            tf.keras.optimizers.schedules.ExponentialDecay(1.0, 2, 0.5, staircase=True)
        ),
        lambda found: found == [1.0, 1.0, 0.5, 0.5],
        name="staircase",
    ),
    argument_fact(
        "tf.keras.optimizers.schedules.PolynomialDecay",
        lambda tf: (lambda schedule: [float(schedule(step)) for step in (1, 4, 6, 8)])(
            tf.keras.optimizers.schedules.PolynomialDecay(1.0, 4, end_learning_rate=0.0, power=2.0, cycle=True)
        ),
        lambda found: all(abs(a - b) < 1e-6 for a, b in zip(found, (0.5625, 0, 0.0625, 0), strict=True)),
        name="cycle",
    ),
]
