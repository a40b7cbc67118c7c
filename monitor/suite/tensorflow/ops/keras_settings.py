"""Keras's initializers, random numbers, metrics, settings and saved parts."""

from monitor.suite.declare import case, fact
from monitor.suite.tensorflow.ops.compat_v1_random import near

INITIALIZERS = [
    fact(
        "tf.random_uniform_initializer",
        lambda tf: (lambda x: (*near(x, 1.0, 4 / 12**0.5), x.min() >= -1, x.max() < 3))(
            tf.random_uniform_initializer(-1.0, 3.0, seed=1)((200, 200)).numpy()
        ),
        lambda found: found == [True] * 4,
    ),
    fact(
        "tf.keras.initializers.RandomUniform",
        lambda tf: (lambda x: (*near(x, 1.0, 4 / 12**0.5), x.min() >= -1, x.max() < 3))(
            tf.keras.initializers.RandomUniform(-1.0, 3.0, seed=1)((200, 200)).numpy()
        ),
        lambda found: found == [True] * 4,
    ),
    fact(
        "tf.keras.initializers.LecunNormal",
        lambda tf: near(tf.keras.initializers.LecunNormal(seed=1)((200, 300)).numpy(), 0.0, 200**-0.5),
        lambda found: found == [True] * 2,
    ),
    fact(
        "tf.keras.initializers.Orthogonal",
        lambda tf: (lambda x: float(tf.reduce_max(abs(x @ tf.transpose(x) - 4 * tf.eye(3)))))(
            tf.keras.initializers.Orthogonal(gain=2.0, seed=1)((3, 5))
        ),
        lambda far: far < 1e-5,
    ),
    fact(
        "tf.keras.initializers.Zeros",
        lambda tf: tf.keras.initializers.Zeros()((2, 1), dtype="int32").numpy().tolist(),
        lambda made: made == [[0], [0]],
    ),
    fact(
        "tf.keras.initializers.Ones",
        lambda tf: tf.keras.initializers.Ones()((2, 1)).numpy().tolist(),
        lambda made: made == [[1.0], [1.0]],
    ),
    fact(
        "tf.keras.random.SeedGenerator",
        lambda tf: (lambda a, b: ([x.numpy().tolist() for x in (a.next(), a.next())], b.next().numpy().tolist()))(
            tf.keras.random.SeedGenerator(7), tf.keras.random.SeedGenerator(7)
        ),
        lambda found: found[0][0] == found[1] and found[0][0] != found[0][1],
    ),
    fact(
        "tf.keras.random.normal",
        lambda tf: near(tf.keras.random.normal((200, 200), mean=1.0, stddev=2.0, seed=1).numpy(), 1.0, 2.0),
        lambda found: found == [True] * 2,
    ),
    fact(
        "tf.keras.random.randint",
        lambda tf: (lambda x: (sorted({*x.ravel().tolist()}), abs(x.mean() - 3.5) < 0.1))(
            tf.keras.random.randint((50, 50), 2, 6, seed=1).numpy()
        ),
        lambda found: found == [[2, 3, 4, 5], True],
    ),
]

PARTS = [
    fact(
        "tf.keras.regularizers.l2",
        lambda tf: float(tf.keras.regularizers.l2(0.25)(tf.constant([[1.0, -2.0], [3.0, 0.0]]))),
        lambda loss: loss == 3.5,
    ),
    fact(
        "tf.keras.constraints.get",
        lambda tf: (lambda limit: (type(limit).__name__, limit(tf.constant([-1.0, 2.0])).numpy().tolist()))(
            tf.keras.constraints.get("NonNeg")
        ),
        lambda found: found == ["NonNeg", [0.0, 2.0]],
    ),
    fact(
        "tf.keras.constraints.serialize",
        lambda tf: (lambda made: (made["class_name"], made["config"]["max_value"]))(
            tf.keras.constraints.serialize(tf.keras.constraints.MaxNorm(3))
        ),
        lambda made: made == ["MaxNorm", 3],
    ),
    fact(
        "tf.keras.tree.flatten",
        lambda tf: tf.keras.tree.flatten({"b": [2, (3, None)], "a": 1}),
        lambda flat: flat == [1, 2, 3, None],
    ),
    fact(
        "tf.keras.backend.get_uid",
        lambda tf: (
            lambda first: (
                tf.keras.backend.get_uid("portability") - first,
                tf.keras.backend.get_uid("portability") - first,
            )
        )(tf.keras.backend.get_uid("portability")),
        lambda found: found == [1, 2],
    ),
    fact("tf.keras.backend.floatx", lambda tf: _floats(tf), lambda found: found == ["float32", "float16", "float16"]),
    fact(
        "tf.keras.config.dtype_policy",
        lambda tf: (lambda policy: (policy.name, policy.compute_dtype, policy.variable_dtype))(
            tf.keras.config.dtype_policy()
        ),
        lambda found: found == ["float32"] * 3,
    ),
    fact(
        "tf.keras.dtype_policies.get",
        lambda tf: [
            (lambda policy: (policy.compute_dtype, policy.variable_dtype))(tf.keras.dtype_policies.get(name))
            for name in ("mixed_float16", "float64")
        ],
        lambda found: found == [["float16", "float32"], ["float64", "float64"]],
    ),
    fact(
        "tf.keras.dtype_policies.DTypePolicy",
        lambda tf: (lambda policy: (policy.compute_dtype, policy.variable_dtype, policy.name))(
            tf.keras.dtype_policies.DTypePolicy("mixed_bfloat16")
        ),
        lambda found: found == ["bfloat16", "float32", "mixed_bfloat16"],
    ),
    fact(
        "tf.keras.layers.InputSpec",
        lambda tf: _specified(tf),
        lambda found: found == [True, False, False],
    ),
    fact(
        "tf.keras.optimizers.schedules.deserialize",
        lambda tf: (lambda schedule: [float(schedule(step)) for step in (0, 10, 20)])(
            tf.keras.optimizers.schedules.deserialize(
                tf.keras.optimizers.schedules.serialize(tf.keras.optimizers.schedules.ExponentialDecay(1.0, 10, 0.5))
            )
        ),
        lambda rates: rates == [1.0, 0.5, 0.25],
    ),
    fact(
        "tf.keras.optimizers.get",
        lambda tf: [
            (lambda optimizer: (type(optimizer).__name__, round(float(optimizer.learning_rate), 6)))(
                tf.keras.optimizers.get(one)
            )
            for one in ("adam", {"class_name": "SGD", "config": {"learning_rate": 0.5}})
        ],
        lambda found: found == [["Adam", 0.001], ["SGD", 0.5]],
    ),
    fact(
        "tf.keras.metrics.BinaryAccuracy",
        lambda tf: _measured(tf.keras.metrics.BinaryAccuracy(threshold=0.4), [1, 1, 0, 0], [0.9, 0.45, 0.1, 0.5]),
        lambda found: found == 0.75,
    ),
    fact(
        "tf.keras.metrics.SparseCategoricalAccuracy",
        lambda tf: _measured(tf.keras.metrics.SparseCategoricalAccuracy(), [1, 0], [[0.2, 0.8], [0.4, 0.6]]),
        lambda found: found == 0.5,
    ),
    fact(
        "tf.keras.metrics.MeanSquaredError",
        lambda tf: _measured(tf.keras.metrics.MeanSquaredError(), [[1.0, 2.0]], [[2.0, 5.0]]),
        lambda found: found == 5.0,
    ),
]


def _measured(metric, labels, found):
    metric.update_state(labels, found)
    return float(metric.result())


def _floats(tf):
    before = tf.keras.backend.floatx()
    try:
        tf.keras.backend.set_floatx("float16")
        return before, tf.keras.backend.floatx(), tf.keras.ops.ones(2).dtype.name
    finally:
        tf.keras.backend.set_floatx(before)


def _specified(tf):
    class Twice(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.input_spec = tf.keras.layers.InputSpec(ndim=2, axes={-1: 3})

        def call(self, x):
            return 2 * x

    found = []
    for shape in ((4, 3), (4, 2), (3,)):
        try:
            Twice()(tf.ones(shape))
            found.append(True)
        except ValueError:
            found.append(False)
    return found


@case("tf.keras.models.load_model")
def load_model(tf):
    import tempfile

    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    model.set_weights([tf.constant([[2.0], [-1.0]]).numpy(), tf.constant([0.5]).numpy()])
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        loaded = tf.keras.models.load_model(f"{folder}/model.keras")
        return type(loaded).__name__, loaded(tf.constant([[3.0, 1.0]])).numpy().tolist()


@load_model.promise
def _(found):
    return found == ["Sequential", [[5.5]]]


@case("tf.keras.optimizers.legacy.Adam")
def legacy_adam(tf):
    try:
        tf.keras.optimizers.legacy.Adam(0.5)
    except ImportError as error:
        return "`keras.optimizers.legacy` is not supported in Keras 3" in str(error)
    return False


@legacy_adam.promise
def _(refused):
    return refused is True


@case("tf.saved_model.SaveOptions")
def save_options(tf):
    import tempfile
    from pathlib import Path

    class Scaled(tf.Module):
        def __init__(self):
            super().__init__()
            self.weight = tf.Variable(2.0)

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def double(self, x):
            return self.weight * x

    found: list[object] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, kept in enumerate((True, False)):
            made = Scaled()
            options = tf.saved_model.SaveOptions(save_debug_info=kept, function_aliases={"twice": made.double})
            tf.saved_model.save(made, f"{folder}/{number}", options=options)
            found.append(Path(folder, f"{number}/debug/saved_model_debug_info.pb").exists())
            loaded = tf.saved_model.load(f"{folder}/{number}")
            found.append(float(loaded.double(tf.constant(4.0))))
    return found


@save_options.promise
def _(found):
    return found == [True, 8.0, False, 8.0]
