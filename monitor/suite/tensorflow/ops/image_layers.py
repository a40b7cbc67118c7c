"""Keras layers over images, sequences of images and volumes, channels last."""

from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY, VARIABLES
from monitor.suite.tensorflow.ops.convolution import correlate, correlate_channels
from monitor.suite.tensorflow.ops.pooling import windows


@case("tf.keras.layers.Conv1D", dtypes=FLOATING, condition=4, limits=FIXED_RANK | LINKED_SIZES | VARIABLES)
def conv1_d(tf, x=tensor(2, 6, 3), k=tensor(3, 3, 4), b=tensor(4)):
    layer = tf.keras.layers.Conv1D(4, 3, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([k.numpy(), b.numpy()])
    return layer(x)


@conv1_d.reference
def _(np, x, k, b):
    return correlate(np, x, k) + b


@case("tf.keras.layers.Conv2D", dtypes=FLOATING, condition=4, limits=FIXED_RANK | LINKED_SIZES | VARIABLES)
def conv2_d(tf, x=tensor(2, 7, 7, 3), k=tensor(3, 3, 3, 4), b=tensor(4)):
    layer = tf.keras.layers.Conv2D(4, 3, strides=2, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([k.numpy(), b.numpy()])
    return layer(x)


@conv2_d.reference
def _(np, x, k, b):
    return correlate(np, x, k, 2) + b


@case("tf.keras.layers.Conv3D", dtypes=FLOATING, condition=4, limits=FIXED_SHAPES | VARIABLES)
def conv3_d(tf, x=tensor(1, 4, 4, 4, 2), k=tensor(2, 2, 2, 2, 2), b=tensor(2)):
    layer = tf.keras.layers.Conv3D(2, 2, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([k.numpy(), b.numpy()])
    return layer(x)


@conv3_d.reference
def _(np, x, k, b):
    return correlate(np, x, k) + b


@case("tf.keras.layers.DepthwiseConv2D", dtypes=FLOATING, condition=4, limits=FIXED_SHAPES | VARIABLES)
def depthwise_conv2_d(tf, x=tensor(2, 5, 5, 3), k=tensor(3, 3, 3, 1)):
    layer = tf.keras.layers.DepthwiseConv2D(3, use_bias=False, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([k.numpy()])
    return layer(x)


@depthwise_conv2_d.reference
def _(np, x, k):
    return correlate_channels(np, x, k)


@case("tf.keras.layers.SeparableConv2D", dtypes=FLOATING, condition=16, limits=FIXED_SHAPES | VARIABLES)
def separable_conv2_d(tf, x=tensor(2, 5, 5, 3), k=tensor(3, 3, 3, 1), p=tensor(1, 1, 3, 4)):
    layer = tf.keras.layers.SeparableConv2D(4, 3, use_bias=False, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([k.numpy(), p.numpy()])
    return layer(x)


@separable_conv2_d.reference
def _(np, x, k, p):
    return correlate_channels(np, x, k) @ p[0, 0]


@case("tf.keras.layers.Conv2DTranspose", dtypes=FLOATING, condition=4, limits=FIXED_SHAPES | VARIABLES)
def conv2_dtranspose(tf, x=tensor(2, 3, 4, 3), k=tensor(2, 2, 4, 3)):
    layer = tf.keras.layers.Conv2DTranspose(4, 2, strides=2, use_bias=False, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([k.numpy()])
    return layer(x)


@conv2_dtranspose.reference
def _(np, x, k):
    return np.einsum("bijc,klfc->bikjlf", x, k).reshape(2, 6, 8, 4)


@case("tf.keras.layers.Conv1DTranspose", dtypes=FLOATING, condition=4, limits=FIXED_SHAPES | VARIABLES)
def conv1_dtranspose(tf, x=tensor(2, 3, 3), k=tensor(2, 4, 3)):
    layer = tf.keras.layers.Conv1DTranspose(4, 2, strides=2, use_bias=False, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([k.numpy()])
    return layer(x)


@conv1_dtranspose.reference
def _(np, x, k):
    return np.einsum("bic,kfc->bikf", x, k).reshape(2, 6, 4)


@case("tf.keras.layers.MaxPooling1D", dtypes=FLOATING, condition=2, limits=NOT_EMPTY | FIXED_RANK)
def max_pooling1_d(tf, x=tensor(2, 6, 3)):
    return tf.keras.layers.MaxPooling1D(2, dtype=x.dtype.name)(x)


@max_pooling1_d.reference
def _(np, x):
    return windows(np, x, 2, np.max, 2)


@case("tf.keras.layers.MaxPooling2D", dtypes=FLOATING, condition=2, limits=NOT_EMPTY | FIXED_RANK)
def max_pooling2_d(tf, x=tensor(2, 6, 6, 3)):
    return tf.keras.layers.MaxPooling2D(2, dtype=x.dtype.name)(x)


@max_pooling2_d.reference
def _(np, x):
    return windows(np, x, 2, np.max, 2)


@case("tf.keras.layers.AveragePooling1D", dtypes=FLOATING, condition=2, limits=FIXED_RANK)
def average_pooling1_d(tf, x=tensor(2, 6, 3)):
    return tf.keras.layers.AveragePooling1D(2, dtype=x.dtype.name)(x)


@average_pooling1_d.reference
def _(np, x):
    return windows(np, x, 2, np.mean, 2)


@case("tf.keras.layers.AveragePooling2D", dtypes=FLOATING, condition=2, limits=FIXED_RANK)
def average_pooling2_d(tf, x=tensor(2, 6, 6, 3)):
    return tf.keras.layers.AveragePooling2D(2, dtype=x.dtype.name)(x)


@average_pooling2_d.reference
def _(np, x):
    return windows(np, x, 2, np.mean, 2)


@case("tf.keras.layers.GlobalMaxPooling1D", dtypes=FLOATING, condition=2, limits=FIXED_RANK)
def global_max_pooling1_d(tf, x=tensor(2, 6, 3)):
    return tf.keras.layers.GlobalMaxPooling1D(dtype=x.dtype.name)(x)


@global_max_pooling1_d.reference
def _(np, x):
    return np.max(x, axis=(1,))


@case("tf.keras.layers.GlobalMaxPooling2D", dtypes=FLOATING, condition=2, limits=FIXED_RANK)
def global_max_pooling2_d(tf, x=tensor(2, 6, 6, 3)):
    return tf.keras.layers.GlobalMaxPooling2D(dtype=x.dtype.name)(x)


@global_max_pooling2_d.reference
def _(np, x):
    return np.max(x, axis=(1, 2))


@case("tf.keras.layers.GlobalAveragePooling1D", dtypes=FLOATING, condition=2, limits=FIXED_RANK)
def global_average_pooling1_d(tf, x=tensor(2, 6, 3)):
    return tf.keras.layers.GlobalAveragePooling1D(dtype=x.dtype.name)(x)


@global_average_pooling1_d.reference
def _(np, x):
    return np.mean(x, axis=(1,))


@case("tf.keras.layers.GlobalAveragePooling2D", dtypes=FLOATING, condition=2, limits=FIXED_RANK)
def global_average_pooling2_d(tf, x=tensor(2, 6, 6, 3)):
    return tf.keras.layers.GlobalAveragePooling2D(dtype=x.dtype.name)(x)


@global_average_pooling2_d.reference
def _(np, x):
    return np.mean(x, axis=(1, 2))


@case("tf.keras.layers.GlobalAveragePooling3D", dtypes=FLOATING, condition=2, limits=FIXED_RANK)
def global_average_pooling3_d(tf, x=tensor(2, 6, 6, 6, 3)):
    return tf.keras.layers.GlobalAveragePooling3D(dtype=x.dtype.name)(x)


@global_average_pooling3_d.reference
def _(np, x):
    return np.mean(x, axis=(1, 2, 3))
