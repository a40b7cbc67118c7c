"""Keras layers that change the shape of their input."""

from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, NOT_EMPTY


@case("tf.keras.layers.Flatten", dtypes=FLOATING, limits=FIXED_SHAPES)
def flatten(tf, x=tensor(2, 3, 4)):
    return tf.keras.layers.Flatten(dtype=x.dtype.name)(x)


@flatten.reference
def _(np, x):
    return x.reshape(2, 12)


@case("tf.keras.layers.Reshape", dtypes=FLOATING, limits=FIXED_SHAPES)
def reshape(tf, x=tensor(2, 3, 4)):
    return tf.keras.layers.Reshape((4, 3), dtype=x.dtype.name)(x)


@reshape.reference
def _(np, x):
    return x.reshape(2, 4, 3)


@case("tf.keras.layers.Permute", dtypes=FLOATING, limits=FIXED_RANK)
def permute(tf, x=tensor(2, 3, 4)):
    return tf.keras.layers.Permute((2, 1), dtype=x.dtype.name)(x)


@permute.reference
def _(np, x):
    return np.swapaxes(x, 1, 2)


@case("tf.keras.layers.RepeatVector", dtypes=FLOATING, limits=FIXED_RANK)
def repeat_vector(tf, x=tensor(2, 5)):
    return tf.keras.layers.RepeatVector(3, dtype=x.dtype.name)(x)


@repeat_vector.reference
def _(np, x):
    return np.repeat(x[:, None], 3, axis=1)


@case("tf.keras.layers.ZeroPadding1D", dtypes=FLOATING, limits=FIXED_RANK)
def zero_padding1_d(tf, x=tensor(2, 3, 4)):
    return tf.keras.layers.ZeroPadding1D(1, dtype=x.dtype.name)(x)


@zero_padding1_d.reference
def _(np, x):
    return np.pad(x, [(0, 0), (1, 1), (0, 0)])


@case("tf.keras.layers.ZeroPadding2D", dtypes=FLOATING, limits=FIXED_RANK)
def zero_padding2_d(tf, x=tensor(2, 3, 4, 2)):
    return tf.keras.layers.ZeroPadding2D(1, dtype=x.dtype.name)(x)


@zero_padding2_d.reference
def _(np, x):
    return np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)])


@case("tf.keras.layers.Cropping1D", dtypes=FLOATING, limits=NOT_EMPTY | FIXED_RANK)
def cropping1_d(tf, x=tensor(2, 4, 3)):
    return tf.keras.layers.Cropping1D(1, dtype=x.dtype.name)(x)


@cropping1_d.reference
def _(np, x):
    return x[:, 1:-1]


@case("tf.keras.layers.Cropping2D", dtypes=FLOATING, limits=NOT_EMPTY | FIXED_RANK)
def cropping2_d(tf, x=tensor(2, 4, 5, 2)):
    return tf.keras.layers.Cropping2D(1, dtype=x.dtype.name)(x)


@cropping2_d.reference
def _(np, x):
    return x[:, 1:-1, 1:-1]


@case("tf.keras.layers.UpSampling1D", dtypes=FLOATING, limits=FIXED_RANK)
def up_sampling1_d(tf, x=tensor(2, 3, 4)):
    return tf.keras.layers.UpSampling1D(2, dtype=x.dtype.name)(x)


@up_sampling1_d.reference
def _(np, x):
    return np.repeat(x, 2, axis=1)


@case("tf.keras.layers.UpSampling2D", dtypes=FLOATING, limits=FIXED_RANK)
def up_sampling2_d(tf, x=tensor(2, 3, 4, 2)):
    return tf.keras.layers.UpSampling2D(2, dtype=x.dtype.name)(x)


@up_sampling2_d.reference
def _(np, x):
    return np.repeat(np.repeat(x, 2, axis=1), 2, axis=2)
