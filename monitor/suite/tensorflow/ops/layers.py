"""Keras layers of numbers."""

from monitor.suite.declare import FLOATING, case, indices, positive, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY, VARIABLES


@case("tf.keras.layers.Dense", dtypes=FLOATING, condition=4, limits=FIXED_SHAPES | VARIABLES)
def dense(tf, x=tensor(2, 5), w=tensor(5, 4), b=tensor(4)):
    layer = tf.keras.layers.Dense(4, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([w.numpy(), b.numpy()])
    return layer(x)


@dense.reference
def _(np, x, w, b):
    return x @ w + b


@case("tf.keras.layers.Dense", dtypes=FLOATING, condition=4, name="relu", limits=NOT_EMPTY | LINKED_SIZES | VARIABLES)
def dense_relu(tf, x=tensor(3, 2, 5), w=tensor(5, 4)):
    layer = tf.keras.layers.Dense(4, activation="relu", use_bias=False, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([w.numpy()])
    return layer(x)


@dense_relu.reference
def _(np, x, w):
    return np.maximum(x @ w, 0)


@case("tf.keras.layers.EinsumDense", dtypes=FLOATING, condition=4, limits=FIXED_SHAPES | VARIABLES)
def einsum_dense(tf, x=tensor(2, 3, 5), w=tensor(5, 4)):
    layer = tf.keras.layers.EinsumDense("abc,cd->abd", output_shape=(None, 4), dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([w.numpy()])
    return layer(x)


@einsum_dense.reference
def _(np, x, w):
    return x @ w


@case("tf.keras.layers.Embedding", dtypes=FLOATING, limits=FIXED_SHAPES | VARIABLES)
def embedding(tf, w=tensor(6, 3), i=indices(2, 4, below=6)):
    layer = tf.keras.layers.Embedding(6, 3, dtype=w.dtype.name)
    layer.build()
    layer.set_weights([w.numpy()])
    return layer(i)


@embedding.reference
def _(np, w, i):
    return w[i]


@case("tf.keras.layers.Activation", dtypes=FLOATING)
def activation(tf, x=tensor(2, 5)):
    return tf.keras.layers.Activation("tanh", dtype=x.dtype.name)(x)


@activation.reference
def _(np, x):
    return np.tanh(x)


@case("tf.keras.layers.ReLU", dtypes=FLOATING)
def re_lu(tf, x=tensor(2, 5)):
    return tf.keras.layers.ReLU(max_value=1.0, dtype=x.dtype.name)(x)


@re_lu.reference
def _(np, x):
    return np.clip(x, 0, 1)


@case("tf.keras.layers.LeakyReLU", dtypes=FLOATING)
def leaky_re_lu(tf, x=tensor(2, 5)):
    return tf.keras.layers.LeakyReLU(negative_slope=0.25, dtype=x.dtype.name)(x)


@leaky_re_lu.reference
def _(np, x):
    return np.where(x > 0, x, x / 4)


@case("tf.keras.layers.ELU", dtypes=FLOATING)
def elu(tf, x=tensor(2, 5)):
    return tf.keras.layers.ELU(dtype=x.dtype.name)(x)


@elu.reference
def _(np, x):
    return np.where(x > 0, x, np.expm1(x))


@case("tf.keras.layers.PReLU", dtypes=FLOATING, limits=FIXED_RANK | VARIABLES)
def pre_lu(tf, x=tensor(2, 5), w=tensor(5)):
    layer = tf.keras.layers.PReLU(dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([w.numpy()])
    return layer(x)


@pre_lu.reference
def _(np, x, w):
    return np.where(x > 0, x, x * w)


@case("tf.keras.layers.Softmax", dtypes=FLOATING, condition=4)
def softmax(tf, x=tensor(2, 5)):
    return tf.keras.layers.Softmax(dtype=x.dtype.name)(x)


@softmax.reference
def _(np, x):
    shares = np.exp(x - np.max(x, axis=-1, keepdims=True, initial=-np.inf))
    return shares / np.sum(shares, axis=-1, keepdims=True)


@case("tf.keras.layers.Identity", dtypes=FLOATING)
def identity(tf, x=tensor(2, 5)):
    return tf.keras.layers.Identity(dtype=x.dtype.name)(x)


@identity.reference
def _(np, x):
    return x


@case("tf.keras.layers.Lambda", dtypes=FLOATING)
def layers_lambda(tf, x=tensor(2, 5)):
    return tf.keras.layers.Lambda(lambda x: 2 * x, dtype=x.dtype.name)(x)


@layers_lambda.reference
def _(np, x):
    return 2 * x


@case("tf.keras.layers.Masking", dtypes=FLOATING)
def masking(tf, x=tensor(2, 5)):
    return tf.keras.layers.Masking(dtype=x.dtype.name)(x)


@masking.reference
def _(np, x):
    return x


@case("tf.keras.layers.Rescaling", dtypes=FLOATING, condition=2)
def rescaling(tf, x=tensor(2, 5)):
    return tf.keras.layers.Rescaling(0.5, offset=1.0, dtype=x.dtype.name)(x)


@rescaling.reference
def _(np, x):
    return x / 2 + 1


@case("tf.keras.layers.Normalization", dtypes=FLOATING, condition=4)
def normalization(tf, x=tensor(2, 5)):
    return tf.keras.layers.Normalization(mean=1.0, variance=4.0, dtype=x.dtype.name)(x)


@normalization.reference
def _(np, x):
    return (x - 1) / 2


@case("tf.keras.layers.UnitNormalization", dtypes=FLOATING, condition=4)
def unit_normalization(tf, x=tensor(2, 5)):
    return tf.keras.layers.UnitNormalization(dtype=x.dtype.name)(x)


@unit_normalization.reference
def _(np, x):
    return x * np.minimum(1 / np.sqrt(np.sum(x * x, axis=-1, keepdims=True)), 1e12)  # the layer's epsilon


@case("tf.keras.layers.BatchNormalization", dtypes=FLOATING, condition=8, limits=VARIABLES)
def batch_normalization(tf, x=tensor(2, 5), g=tensor(5), b=tensor(5), m=tensor(5), v=positive(5)):
    layer = tf.keras.layers.BatchNormalization(epsilon=0.0, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([g.numpy(), b.numpy(), m.numpy(), v.numpy()])
    return layer(x)


@batch_normalization.reference
def _(np, x, g, b, m, v):
    scale = g / np.sqrt(v + 0)  # a variance of -0 is 0
    return x * scale + (b - m * scale)


@case("tf.keras.layers.LayerNormalization", dtypes=FLOATING, condition=8, limits=VARIABLES)
def layer_normalization(tf, x=tensor(2, 5), g=tensor(5), b=tensor(5)):
    layer = tf.keras.layers.LayerNormalization(epsilon=0.125, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([g.numpy(), b.numpy()])
    return layer(x)


@layer_normalization.reference
def _(np, x, g, b):
    mean, variance = (f(x, axis=-1, keepdims=True) for f in (np.mean, np.var))
    scale = g / np.sqrt(variance + 0.125)
    return x * scale + (b - mean * scale)


@case("tf.keras.layers.GroupNormalization", dtypes=FLOATING, condition=16, limits=FIXED_SHAPES | VARIABLES)
def group_normalization(tf, x=tensor(2, 3, 4), g=tensor(4), b=tensor(4)):
    layer = tf.keras.layers.GroupNormalization(2, epsilon=0.125, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([g.numpy(), b.numpy()])
    return layer(x)


@group_normalization.reference
def _(np, x, g, b):
    y = x.reshape(2, 3, 2, 2)
    mean, variance = (np.repeat(f(y, axis=(1, 3)), 2, axis=1)[:, None] for f in (np.mean, np.var))
    scale = g / np.sqrt(variance + 0.125)
    return x * scale + (b - mean * scale)


@case("tf.keras.layers.Add", dtypes=FLOATING)
def add(tf, a=tensor(2, 5), b=tensor(2, 5)):
    return tf.keras.layers.Add(dtype=a.dtype.name)([a, b])


@add.reference
def _(np, a, b):
    return a + b


@case("tf.keras.layers.Subtract", dtypes=FLOATING)
def subtract(tf, a=tensor(2, 5), b=tensor(2, 5)):
    return tf.keras.layers.Subtract(dtype=a.dtype.name)([a, b])


@subtract.reference
def _(np, a, b):
    return a - b


@case("tf.keras.layers.Multiply", dtypes=FLOATING)
def multiply(tf, a=tensor(2, 5), b=tensor(2, 5)):
    return tf.keras.layers.Multiply(dtype=a.dtype.name)([a, b])


@multiply.reference
def _(np, a, b):
    return a * b


@case("tf.keras.layers.Average", dtypes=FLOATING)
def average(tf, a=tensor(2, 5), b=tensor(2, 5)):
    return tf.keras.layers.Average(dtype=a.dtype.name)([a, b])


@average.reference
def _(np, a, b):
    return (a + b) / 2


@case("tf.keras.layers.Maximum", dtypes=FLOATING)
def maximum(tf, a=tensor(2, 5), b=tensor(2, 5)):
    return tf.keras.layers.Maximum(dtype=a.dtype.name)([a, b])


@maximum.reference
def _(np, a, b):
    return np.maximum(a, b)


@case("tf.keras.layers.Minimum", dtypes=FLOATING)
def minimum(tf, a=tensor(2, 5), b=tensor(2, 5)):
    return tf.keras.layers.Minimum(dtype=a.dtype.name)([a, b])


@minimum.reference
def _(np, a, b):
    return np.minimum(a, b)


@case("tf.keras.layers.Concatenate", dtypes=FLOATING)
def concatenate(tf, a=tensor(2, 5), b=tensor(2, 5)):
    return tf.keras.layers.Concatenate(dtype=a.dtype.name)([a, b])


@concatenate.reference
def _(np, a, b):
    return np.concatenate([a, b], axis=-1)


@case("tf.keras.layers.Dot", dtypes=FLOATING, condition=4, limits=FIXED_RANK)
def dot(tf, a=tensor(2, 5), b=tensor(2, 5)):
    return tf.keras.layers.Dot(axes=1, dtype=a.dtype.name)([a, b])


@dot.reference
def _(np, a, b):
    return np.sum(a * b, axis=1, keepdims=True)


@case("tf.keras.layers.Dropout", dtypes=FLOATING)
def dropout(tf, x=tensor(40, 40)):
    kept = tf.cast(tf.keras.layers.Dropout(0.5, seed=7, dtype=x.dtype.name)(tf.ones_like(x), training=True), tf.float32)
    return sorted({*tf.reshape(kept, [-1]).numpy().tolist()}), float(tf.reduce_mean(tf.cast(kept == 0, tf.float32)))


@dropout.promise
def _(found):
    return found[0] == [0.0, 2.0] and abs(found[1] - 0.5) < 0.075  # six standard deviations


@case("tf.keras.layers.SpatialDropout1D", dtypes=FLOATING, limits=FIXED_RANK | VARIABLES)
def spatial_dropout1_d(tf, x=tensor(2, 3, 4)):
    return tf.keras.layers.SpatialDropout1D(0.5, dtype=x.dtype.name)(x)


@spatial_dropout1_d.reference
def _(np, x):
    return x


@case("tf.keras.layers.GaussianNoise", dtypes=FLOATING, limits=VARIABLES)
def gaussian_noise(tf, x=tensor(2, 5)):
    return tf.keras.layers.GaussianNoise(0.5, dtype=x.dtype.name)(x)


@gaussian_noise.reference
def _(np, x):
    return x


@case("tf.keras.layers.GaussianDropout", dtypes=FLOATING, limits=VARIABLES)
def gaussian_dropout(tf, x=tensor(2, 5)):
    return tf.keras.layers.GaussianDropout(0.5, dtype=x.dtype.name)(x)


@gaussian_dropout.reference
def _(np, x):
    return x


@case("tf.keras.layers.ActivityRegularization", dtypes=FLOATING)
def activity_regularization(tf, x=tensor(2, 5)):
    return tf.keras.layers.ActivityRegularization(l2=0.5, dtype=x.dtype.name)(x)


@activity_regularization.reference
def _(np, x):
    return x
