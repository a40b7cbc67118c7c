"""Arguments of Keras's layers that pool, pad, crop, flatten and resize, which no other case passes."""

from functools import partial

from monitor.suite.declare import formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES
from monitor.suite.tensorflow.ops.convolution import channels_first, channels_last
from monitor.suite.tensorflow.ops.pooling import windows

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=8)


def pooled(np, x, reduce):
    """Return the reduction of windows of two in each dimension, with stride one. Channels are first.

    A window beyond the end has missing elements, which `reduce` leaves out.
    """
    padding = [(0, 0), *[(0, 1)] * (x.ndim - 2), (0, 0)]
    images = np.pad(channels_last(np, x), padding, constant_values=np.nan)
    return channels_first(np, windows(np, images, 2, reduce, 1))


def interpolation(np, count, size):
    """Return the matrix of linear interpolation between `count` points, to `size` points.

    The weights of a new point form a triangle. It is as wide as the larger of the two steps, of old and new points.
    """
    scale = count / size
    places = (np.arange(size) + 0.5) * scale - 0.5
    weights = np.maximum(1 - np.abs(places[:, None] - np.arange(count)) / max(scale, 1), 0)
    return weights / weights.sum(1, keepdims=True)


def resized(np, x, rows, columns):
    """Return images, whose channels are first, multiplied by matrices from both sides."""
    return np.einsum("ij,ncjk,lk->ncil", rows, x, columns)


POOLS = [
    argument(
        "tf.keras.layers.AveragePooling1D",
        lambda tf, x=tensor(2, 3, 5): tf.keras.layers.AveragePooling1D(
            pool_size=(2,), strides=1, padding="same", data_format="channels_first"
        )(x),
        lambda np, x: pooled(np, x, np.nanmean),
        name="same",
    ),
    argument(
        "tf.keras.layers.AveragePooling2D",
        lambda tf, x=tensor(2, 3, 5, 4): tf.keras.layers.AveragePooling2D(
            pool_size=2, strides=1, padding="same", data_format="channels_first"
        )(x),
        lambda np, x: pooled(np, x, np.nanmean),
        name="same",
    ),
    argument(
        "tf.keras.layers.MaxPooling1D",
        lambda tf, x=tensor(2, 3, 5): tf.keras.layers.MaxPooling1D(
            pool_size=(2,), strides=1, padding="same", data_format="channels_first"
        )(x),
        lambda np, x: pooled(np, x, np.nanmax),
        name="same",
    ),
    argument(
        "tf.keras.layers.MaxPooling2D",
        lambda tf, x=tensor(2, 3, 5, 4): tf.keras.layers.MaxPooling2D(
            pool_size=2, strides=1, padding="same", data_format="channels_first"
        )(x),
        lambda np, x: pooled(np, x, np.nanmax),
        name="same",
    ),
    argument(
        "tf.keras.layers.GlobalAveragePooling1D",
        lambda tf, x=tensor(2, 3, 5): tf.keras.layers.GlobalAveragePooling1D(
            data_format="channels_first", keepdims=True
        )(x),
        lambda np, x: x.mean(axis=(2,), keepdims=True),
        name="channels-first",
    ),
    argument(
        "tf.keras.layers.GlobalAveragePooling2D",
        lambda tf, x=tensor(2, 3, 5, 4): tf.keras.layers.GlobalAveragePooling2D(
            data_format="channels_first", keepdims=True
        )(x),
        lambda np, x: x.mean(axis=(2, 3), keepdims=True),
        name="channels-first",
    ),
    argument(
        "tf.keras.layers.GlobalAveragePooling3D",
        lambda tf, x=tensor(2, 3, 5, 4, 2): tf.keras.layers.GlobalAveragePooling3D(
            data_format="channels_first", keepdims=True
        )(x),
        lambda np, x: x.mean(axis=(2, 3, 4), keepdims=True),
        name="channels-first",
    ),
    argument(
        "tf.keras.layers.GlobalMaxPooling1D",
        lambda tf, x=tensor(2, 3, 5): tf.keras.layers.GlobalMaxPooling1D(data_format="channels_first", keepdims=True)(
            x
        ),
        lambda np, x: x.max(axis=(2,), keepdims=True),
        name="channels-first",
    ),
    argument(
        "tf.keras.layers.GlobalMaxPooling2D",
        lambda tf, x=tensor(2, 3, 5, 4): tf.keras.layers.GlobalMaxPooling2D(
            data_format="channels_first", keepdims=True
        )(x),
        lambda np, x: x.max(axis=(2, 3), keepdims=True),
        name="channels-first",
    ),
    argument(
        "tf.keras.layers.MaxPooling1D",
        lambda tf, x=tensor(2, 6, 3): tf.keras.layers.MaxPooling1D(pool_size=3)(x),
        lambda np, x: x.reshape(2, 2, 3, 3).max(2),
        name="three",
    ),
]

SHAPES = [
    argument(
        "tf.keras.layers.ZeroPadding1D",
        lambda tf, x=tensor(2, 3, 4): tf.keras.layers.ZeroPadding1D(padding=(2, 1), data_format="channels_first")(x),
        lambda np, x: np.concatenate([np.zeros((2, 3, 2)), x, np.zeros((2, 3, 1))], 2),
        name="channels-first",
    ),
    argument(
        "tf.keras.layers.ZeroPadding2D",
        lambda tf, x=tensor(2, 3, 4, 5): tf.keras.layers.ZeroPadding2D(((1, 0), (0, 2)), data_format="channels_first")(
            x
        ),
        lambda np, x: np.pad(x, [(0, 0), (0, 0), (1, 0), (0, 2)]),
        name="channels-first",
    ),
    argument(
        "tf.keras.layers.Cropping2D",
        lambda tf, x=tensor(2, 3, 4, 5): tf.keras.layers.Cropping2D(((1, 0), (0, 2)), data_format="channels_first")(x),
        lambda np, x: x[:, :, 1:, :-2],
        name="channels-first",
    ),
    argument(
        "tf.keras.layers.UpSampling1D",
        lambda tf, x=tensor(2, 3, 4): tf.keras.layers.UpSampling1D(size=3)(x),
        lambda np, x: x[:, np.arange(9) // 3],
        name="size",
    ),
    argument(
        "tf.keras.layers.UpSampling2D",
        lambda tf, x=tensor(2, 3, 4, 5): tf.keras.layers.UpSampling2D(
            (2, 3), data_format="channels_first", interpolation="bilinear"
        )(x),
        lambda np, x: resized(np, x, interpolation(np, 4, 8), interpolation(np, 5, 15)),
        name="bilinear",
    ),
    argument(
        "tf.keras.layers.Flatten",
        lambda tf, x=tensor(2, 3, 4, 5): tf.keras.layers.Flatten(data_format="channels_first")(x),
        lambda np, x: channels_last(np, x).reshape(2, 60),
        name="channels-first",
    ),
    argument(
        "tf.keras.layers.Concatenate",
        lambda tf, x=tensor(2, 3, 4), y=tensor(2, 2, 4): tf.keras.layers.Concatenate(axis=1)([x, y]),
        lambda np, x, y: np.hstack([x, y]),
        name="axis",
    ),
    argument(
        "tf.keras.layers.concatenate",
        lambda tf, x=tensor(2, 3, 4), y=tensor(2, 2, 4): tf.keras.layers.concatenate([x, y], axis=1),
        lambda np, x, y: np.hstack([x, y]),
        name="axis",
    ),
    argument(
        "tf.keras.layers.Dot",
        lambda tf, x=tensor(2, 5), y=tensor(2, 5): tf.keras.layers.Dot(1, normalize=True)([x, y]),
        lambda np, x, y: ((x * y).sum(1) / np.sqrt((x * x).sum(1) * (y * y).sum(1)))[:, None],
        name="normalize",
    ),
    argument(
        "tf.keras.layers.Masking",
        lambda tf, x=tensor(2, 3, 4): (lambda layer, y: [layer(y), layer.compute_mask(y)])(
            tf.keras.layers.Masking(mask_value=7.0), tf.concat([x, tf.fill([2, 1, 4], 7.0)], 1)
        ),
        lambda np, x: [np.concatenate([x, np.zeros((2, 1, 4))], 1), np.array([[True] * 3 + [False]] * 2)],
        name="value",
    ),
    argument(
        "tf.keras.layers.Lambda",
        lambda tf, x=tensor(2, 3): (
            lambda layer: [layer(x), [*layer.compute_output_shape((2, 3))], layer.compute_mask(x)]
        )(
            tf.keras.layers.Lambda(
                lambda x, factor: factor * x,
                output_shape=(7,),
                mask=lambda x, mask=None: x > 0,
                arguments={"factor": 3.0},
            )
        ),
        lambda np, x: [3 * x, [2, 7], x > 0],
        name="arguments",
    ),
]

RESIZED = [
    argument(
        "tf.keras.layers.Resizing",
        lambda tf, x=tensor(2, 3, 4, 6): tf.keras.layers.Resizing(2, 3, antialias=True, data_format="channels_first")(
            x
        ),
        lambda np, x: resized(np, x, interpolation(np, 4, 2), interpolation(np, 6, 3)),
        name="antialias",
    ),
    argument(
        "tf.keras.layers.Resizing",
        lambda tf, x=tensor(2, 4, 6, 3): tf.keras.layers.Resizing(8, 8, crop_to_aspect_ratio=True)(x),
        lambda np, x: channels_last(
            np, resized(np, channels_first(np, x)[..., 1:-1], interpolation(np, 4, 8), interpolation(np, 4, 8))
        ),
        name="crop",
    ),
    argument(
        "tf.keras.layers.Resizing",
        lambda tf, x=tensor(2, 4, 6, 3): tf.keras.layers.Resizing(
            12, 12, pad_to_aspect_ratio=True, fill_mode="constant", fill_value=2.5, interpolation="nearest"
        )(x),
        lambda np, x: np.pad(x, [(0, 0), (1, 1), (0, 0), (0, 0)], constant_values=2.5).repeat(2, 1).repeat(2, 2),
        name="pad",
    ),
    argument(
        "tf.keras.ops.image.resize",
        lambda tf, x=tensor(2, 3, 4, 6): tf.keras.ops.image.resize(
            x, (2, 3), antialias=True, data_format="channels_first"
        ),
        lambda np, x: resized(np, x, interpolation(np, 4, 2), interpolation(np, 6, 3)),
        name="antialias",
    ),
    argument(
        "tf.keras.ops.image.resize",
        lambda tf, x=tensor(2, 4, 6, 3): tf.keras.ops.image.resize(x, (8, 8), crop_to_aspect_ratio=True),
        lambda np, x: channels_last(
            np, resized(np, channels_first(np, x)[..., 1:-1], interpolation(np, 4, 8), interpolation(np, 4, 8))
        ),
        name="crop",
    ),
    argument(
        "tf.keras.ops.image.resize",
        lambda tf, x=tensor(2, 4, 6, 3): tf.keras.ops.image.resize(
            x, (12, 12), pad_to_aspect_ratio=True, fill_value=2.5, interpolation="nearest"
        ),
        lambda np, x: np.pad(x, [(0, 0), (1, 1), (0, 0), (0, 0)], constant_values=2.5).repeat(2, 1).repeat(2, 2),
        name="pad",
    ),
]
