"""Keras's models, initializers and saved configurations."""

from monitor.suite.declare import case, fact, formula, tensor
from monitor.suite.limits import FIXED_SHAPES, VARIABLES

SINGLE = ("float32",)

INITIALIZERS = [
    fact(
        "tf.constant_initializer",
        lambda tf: tf.constant_initializer(2.5)((2, 3), tf.float64).numpy().tolist(),
        lambda made: made == [[2.5] * 3] * 2,
    ),
    fact(
        "tf.zeros_initializer",
        lambda tf: tf.zeros_initializer()((2, 3)).numpy().tolist(),
        lambda made: made == [[0.0] * 3] * 2,
    ),
    fact(
        "tf.keras.initializers.Constant",
        lambda tf: tf.keras.initializers.Constant(-1.5)((2,)).numpy().tolist(),
        lambda made: made == [-1.5, -1.5],
    ),
    fact(
        "tf.keras.initializers.RandomNormal",
        lambda tf: (lambda x: (abs(x.mean() - 2) < 0.05, abs(x.std() - 3) < 0.05))(
            tf.keras.initializers.RandomNormal(2.0, 3.0, seed=1)((200, 200)).numpy()
        ),
        lambda near: near == [True, True],
    ),
    fact(
        "tf.keras.initializers.TruncatedNormal",
        lambda tf: (lambda x: (abs(x.mean() - 2) < 0.05, abs(x - 2).max() <= 6.0, abs(x.std() - 3 * 0.8796) < 0.05))(
            tf.keras.initializers.TruncatedNormal(2.0, 3.0, seed=1)((200, 200)).numpy()
        ),
        lambda near: near == [True, True, True],
    ),
    fact(
        "tf.keras.initializers.VarianceScaling",
        lambda tf: (lambda x: (abs(x.mean()) < 0.01, abs(x.var() - 2 / 200) < 0.001))(
            tf.keras.initializers.VarianceScaling(2.0, mode="fan_in", distribution="uniform", seed=1)(
                (200, 300)
            ).numpy()
        ),
        lambda near: near == [True, True],
    ),
    fact(
        "tf.random_normal_initializer",
        lambda tf: (lambda x: (abs(x.mean() - 1) < 0.05, abs(x.std() - 2) < 0.05))(
            tf.random_normal_initializer(1.0, 2.0, seed=1)((200, 200)).numpy()
        ),
        lambda near: near == [True, True],
    ),
    fact(
        "tf.keras.initializers.get",
        lambda tf: [
            type(tf.keras.initializers.get(x)).__name__
            for x in ("zeros", "glorot_uniform", {"class_name": "Ones", "config": {}})
        ],
        lambda names: names == ["Zeros", "GlorotUniform", "Ones"],
    ),
    fact(
        "tf.keras.initializers.serialize",
        lambda tf: (lambda made: (made["class_name"], made["config"]["value"]))(
            tf.keras.initializers.serialize(tf.keras.initializers.Constant(2.0))
        ),
        lambda made: made == ["Constant", 2.0],
    ),
]

CONFIGURED = [
    fact(
        "tf.keras.activations.get",
        lambda tf: [tf.keras.activations.get(x).__name__ for x in ("relu", "softmax", None)],
        lambda names: names == ["relu", "softmax", "linear"],
    ),
    fact(
        "tf.keras.activations.serialize",
        lambda tf: tf.keras.activations.serialize(tf.keras.activations.relu),
        lambda name: name == "relu",
    ),
    fact(
        "tf.keras.regularizers.get",
        lambda tf: float(
            tf.keras.regularizers.get({"class_name": "L2", "config": {"l2": 0.5}})(tf.constant([1.0, 2.0]))
        ),
        lambda loss: loss == 2.5,
    ),
    fact(
        "tf.keras.regularizers.serialize",
        lambda tf: tf.keras.regularizers.serialize(tf.keras.regularizers.L1(0.25))["config"]["l1"],
        lambda value: value == 0.25,
    ),
    fact(
        "tf.keras.layers.serialize",
        lambda tf: (lambda made: (made["class_name"], made["config"]["units"]))(
            tf.keras.layers.serialize(tf.keras.layers.Dense(3))
        ),
        lambda made: made == ["Dense", 3],
    ),
    fact(
        "tf.keras.layers.deserialize",
        lambda tf: (lambda layer: (type(layer).__name__, layer.units, layer.use_bias))(
            tf.keras.layers.deserialize(tf.keras.layers.serialize(tf.keras.layers.Dense(3, use_bias=False)))
        ),
        lambda made: made == ["Dense", 3, False],
    ),
    fact(
        "tf.keras.saving.serialize_keras_object",
        lambda tf: tf.keras.saving.serialize_keras_object(tf.keras.layers.ReLU(max_value=2.0))["config"]["max_value"],
        lambda value: value == 2.0,
    ),
    fact(
        "tf.keras.saving.deserialize_keras_object",
        lambda tf: float(
            tf.keras.saving.deserialize_keras_object(
                tf.keras.saving.serialize_keras_object(tf.keras.layers.ReLU(max_value=2.0))
            )(tf.constant([5.0]))[0]
        ),
        lambda value: value == 2.0,
    ),
    fact("tf.keras.config.backend", lambda tf: tf.keras.config.backend(), lambda name: name == "tensorflow"),
    fact("tf.keras.backend.backend", lambda tf: tf.keras.backend.backend(), lambda name: name == "tensorflow"),
    fact("tf.keras.backend.epsilon", lambda tf: tf.keras.backend.epsilon(), lambda value: value == 1e-7),
    fact(
        "tf.keras.config.image_data_format",
        lambda tf: tf.keras.config.image_data_format(),
        lambda name: name == "channels_last",
    ),
    fact(
        "tf.keras.utils.pack_x_y_sample_weight",
        lambda tf: (tf.keras.utils.pack_x_y_sample_weight(1, 2), tf.keras.utils.pack_x_y_sample_weight(1, 2, 3)),
        lambda packed: packed == [[1, 2], [1, 2, 3]],
    ),
    fact(
        "tf.keras.utils.unpack_x_y_sample_weight",
        lambda tf: [tf.keras.utils.unpack_x_y_sample_weight(x) for x in ((1,), (1, 2), (1, 2, 3))],
        lambda unpacked: unpacked == [[1, None, None], [1, 2, None], [1, 2, 3]],
    ),
    fact(
        "tf.keras.tree.map_structure",
        lambda tf: tf.keras.tree.map_structure(lambda x, y: x + y, {"a": 1, "b": [2, 3]}, {"a": 10, "b": [20, 30]}),
        lambda mapped: mapped == {"a": 11, "b": [22, 33]},
    ),
    fact(
        "tf.keras.KerasTensor",
        lambda tf: (lambda x: (x.shape, x.dtype, isinstance(x + 1, tf.keras.KerasTensor)))(
            tf.keras.KerasTensor((2, None), "float32")
        ),
        lambda found: found == [[2, None], "float32", True],
    ),
]


@case("tf.keras.utils.register_keras_serializable")
def register_keras_serializable(tf):
    @tf.keras.utils.register_keras_serializable(package="portability", name="Doubling")
    class Doubling(tf.keras.layers.Layer):
        def call(self, x):
            return 2 * x

    made = tf.keras.layers.deserialize(tf.keras.layers.serialize(Doubling()))
    return tf.keras.utils.get_registered_name(Doubling), float(made(tf.constant(3.0)))


@register_keras_serializable.promise
def _(found):
    return found == ["portability>Doubling", 6.0]


@case("tf.keras.saving.register_keras_serializable")
def saving_register_keras_serializable(tf):
    @tf.keras.saving.register_keras_serializable(package="portability")
    def tripled(x):
        return 3 * x

    name = tf.keras.activations.serialize(tripled)
    return float(tf.keras.activations.get(name)(2.0))


@saving_register_keras_serializable.promise
def _(value):
    return value == 6.0


MODELS = [
    formula(
        "tf.keras.Input",
        lambda tf, x=tensor(4, 3): (lambda given: tf.keras.Model(given, 2 * given + 1)(x))(tf.keras.Input((3,))),
        lambda np, x: 2 * x + 1,
        dtypes=SINGLE,
        limits=FIXED_SHAPES | VARIABLES,
    ),
    formula(
        "tf.keras.layers.Input",
        lambda tf, x=tensor(4, 3): (lambda given: tf.keras.Model(given, tf.keras.layers.ReLU()(given))(x))(
            tf.keras.layers.Input((3,))
        ),
        lambda np, x: np.maximum(x, 0),
        dtypes=SINGLE,
        limits=FIXED_SHAPES | VARIABLES,
    ),
    fact(
        "tf.keras.Input",
        lambda tf: (lambda x: (x.shape, x.dtype, x.name))(
            tf.keras.Input((None, 3), batch_size=2, dtype="int32", name="tokens")
        ),
        lambda found: found == [[2, None, 3], "int32", "tokens"],
        name="described",
    ),
]


@case("tf.keras.Sequential", dtypes=SINGLE, limits=FIXED_SHAPES | VARIABLES)
def sequential(tf, x=tensor(4, 3), weight=tensor(3, 2), bias=tensor(2)):
    layer = tf.keras.layers.Dense(2)
    model = tf.keras.Sequential([tf.keras.Input((3,)), layer, tf.keras.layers.ReLU()])
    layer.set_weights([weight.numpy(), bias.numpy()])
    return model(x)


@sequential.reference
def _(np, x, weight, bias):
    return np.maximum(x @ weight + bias, 0)


@case("tf.keras.Model", name="subclass", dtypes=SINGLE, limits=FIXED_SHAPES | VARIABLES)
def model_subclass(tf, x=tensor(4, 3), weight=tensor(3, 2)):
    class Doubled(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = tf.keras.layers.Dense(2, use_bias=False)

        def call(self, given):
            return 2 * self.dense(given)

    model = Doubled()
    model(x)
    model.dense.set_weights([weight.numpy()])
    return model(x)


@model_subclass.reference
def _(np, x, weight):
    return 2 * (x @ weight)


@case("tf.keras.Model", name="fit")
def model_fit(tf):
    import numpy as np

    x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    model.compile(optimizer=tf.keras.optimizers.SGD(0.5), loss="mse")
    model.fit(x, 3 * x + 1, epochs=20, batch_size=16, verbose=0)
    weight, bias = model.get_weights()
    return abs(float(weight[0, 0]) - 3) < 0.01, abs(float(bias[0]) - 1) < 0.01


@model_fit.promise
def _(near):
    return near == [True, True]


@case("tf.keras.layers.ReversibleEmbedding", dtypes=SINGLE, limits=FIXED_SHAPES | VARIABLES)
def reversible_embedding(tf, weight=tensor(6, 3)):
    layer = tf.keras.layers.ReversibleEmbedding(6, 3, tie_weights=True)
    layer.build((None,))
    layer.set_weights([weight.numpy()])
    tokens = layer(tf.constant([4, 1]))
    return tokens, layer(tokens, reverse=True)


@reversible_embedding.reference
def _(np, weight):
    return [weight[[4, 1]], weight[[4, 1]] @ weight.T]
