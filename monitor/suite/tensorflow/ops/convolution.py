"""Convolutions of channels-last images."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, NOT_EMPTY


def correlate(np, x, kernel, stride=1, dilation=1):
    """Return the cross-correlation of channels-last input, without padding, written from its definition."""
    axes = kernel.ndim - 2
    reach = [dilation * (size - 1) + 1 for size in kernel.shape[:axes]]
    shape = [(size - window) // stride + 1 for size, window in zip(x.shape[1:-1], reach, strict=True)]
    result = np.zeros((x.shape[0], *shape, kernel.shape[-1]), dtype=np.result_type(x, kernel))
    for place in np.ndindex(*shape):
        window = tuple(slice(p * stride, p * stride + r, dilation) for p, r in zip(place, reach, strict=True))
        result[(slice(None), *place)] = np.tensordot(x[(slice(None), *window)], kernel, axes + 1)
    return result


def correlate_channels(np, x, kernel, stride=1, dilation=1):
    """Return the cross-correlation of each channel alone, without padding."""
    parts = [
        correlate(np, x[..., c : c + 1], kernel[..., c : c + 1, :], stride, dilation) for c in range(kernel.shape[-2])
    ]
    return np.concatenate(parts, axis=-1)


def correlate_transposed(np, x, kernel, stride=1, dilation=1):
    """Return the whole result of a transposed convolution of channels-last input."""
    pairs = [*zip(x.shape[1:-1], kernel.shape[:-2], strict=True)]
    shape = [stride * (count - 1) + dilation * (size - 1) + 1 for count, size in pairs]
    result = np.zeros((x.shape[0], *shape, kernel.shape[-2]))
    for offset in np.ndindex(*kernel.shape[:-2]):
        places = [
            slice(dilation * start, dilation * start + stride * (count - 1) + 1, stride)
            for start, (count, _) in zip(offset, pairs, strict=True)
        ]
        result[(slice(None), *places)] += x @ kernel[offset].T
    return result


def channels_first(np, x):
    """Return images with their channels in the second dimension instead of the last."""
    return np.moveaxis(x, -1, 1)


def channels_last(np, x):
    return np.moveaxis(x, 1, -1)


@case("tf.nn.conv1d", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=NOT_EMPTY | FIXED_RANK)
def conv1d(tf, x=tensor(2, 8, 3), k=tensor(3, 3, 4)):
    return tf.nn.conv1d(x, k, stride=2, padding="VALID")


@conv1d.reference
def _(np, x, k):
    return correlate(np, x, k, stride=2)


@case("tf.nn.conv2d", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT), condition=4, limits=FIXED_SHAPES)
def conv2d(tf, x=tensor(2, 6, 7, 3), k=tensor(3, 2, 3, 4)):
    return tf.nn.conv2d(x, k, strides=1, padding="VALID")


@conv2d.reference
def _(np, x, k):
    return correlate(np, x, k)


@case("tf.nn.conv2d", dtypes=FLOATING, condition=4, name="same", limits=NOT_EMPTY | FIXED_RANK)
def conv2d_same(tf, x=tensor(2, 6, 6, 3), k=tensor(3, 3, 3, 4)):
    return tf.nn.conv2d(x, k, strides=1, padding="SAME")


@conv2d_same.reference
def _(np, x, k):
    # The padding is no part of the sums: an infinite weight does not meet its zeros.
    result = np.zeros((*x.shape[:-1], k.shape[-1]), dtype=np.result_type(x, k))
    for i, j in np.ndindex(3, 3):
        rows, columns = (slice(max(0, 1 - p), min(6, 7 - p)) for p in (i, j))
        here, there = (slice(s.start + p - 1, s.stop + p - 1) for s, p in ((rows, i), (columns, j)))
        result[:, rows, columns] += x[:, here, there] @ k[i, j]
    return result


@case("tf.nn.atrous_conv2d", dtypes=FLOATING, condition=4, limits=NOT_EMPTY | FIXED_RANK)
def atrous_conv2d(tf, x=tensor(2, 8, 8, 3), k=tensor(3, 3, 3, 4)):
    return tf.nn.atrous_conv2d(x, k, rate=2, padding="VALID")


@atrous_conv2d.reference
def _(np, x, k):
    return correlate(np, x, k, dilation=2)


@case("tf.nn.convolution", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=FIXED_SHAPES)
def convolution(tf, x=tensor(2, 6, 7, 3), k=tensor(3, 2, 3, 4)):
    return tf.nn.convolution(x, k, strides=2, padding="VALID")


@convolution.reference
def _(np, x, k):
    return correlate(np, x, k, stride=2)


@case("tf.nn.depthwise_conv2d", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=FIXED_SHAPES)
def depthwise_conv2d(tf, x=tensor(2, 5, 5, 3), k=tensor(3, 3, 3, 2)):
    return tf.nn.depthwise_conv2d(x, k, strides=[1, 1, 1, 1], padding="VALID")


@depthwise_conv2d.reference
def _(np, x, k):
    return correlate_channels(np, x, k)


@case("tf.nn.separable_conv2d", dtypes=FLOATING, condition=16, limits=NOT_EMPTY | FIXED_RANK)
def separable_conv2d(tf, x=tensor(2, 5, 5, 3), k=tensor(3, 3, 3, 1), p=tensor(1, 1, 3, 4)):
    return tf.nn.separable_conv2d(x, k, p, strides=[1, 1, 1, 1], padding="VALID")


@separable_conv2d.reference
def _(np, x, k, p):
    return correlate_channels(np, x, k) @ p[0, 0]


@case("tf.nn.conv1d_transpose", dtypes=FLOATING, condition=4, limits=FIXED_SHAPES)
def conv1d_transpose(tf, x=tensor(2, 4, 3), k=tensor(2, 5, 3)):
    return tf.nn.conv1d_transpose(x, k, output_shape=[2, 8, 5], strides=2)


@conv1d_transpose.reference
def _(np, x, k):
    return np.einsum("bic,koc->biko", x, k).reshape(2, 8, 5)


@case("tf.nn.dilation2d", dtypes=FLOATING, limits=FIXED_SHAPES)
def dilation2d(tf, x=tensor(2, 5, 5, 3), k=tensor(2, 2, 3)):
    return tf.nn.dilation2d(x, k, strides=[1] * 4, padding="VALID", data_format="NHWC", dilations=[1] * 4)


@dilation2d.reference
def _(np, x, k):
    shifts = [(i, j) for i in range(2) for j in range(2)]
    return np.max([x[:, i : i + 4, j : j + 4] + k[i, j] for i, j in shifts], axis=0)


@case("tf.nn.erosion2d", dtypes=FLOATING, limits=FIXED_SHAPES)
def erosion2d(tf, x=tensor(2, 5, 5, 3), k=tensor(2, 2, 3)):
    return tf.nn.erosion2d(x, k, strides=[1] * 4, padding="VALID", data_format="NHWC", dilations=[1] * 4)


@erosion2d.reference
def _(np, x, k):
    shifts = [(i, j) for i in range(2) for j in range(2)]
    return np.min([x[:, i : i + 4, j : j + 4] - k[1 - i, 1 - j] for i, j in shifts], axis=0)
