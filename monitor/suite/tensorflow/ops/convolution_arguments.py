"""Arguments of `tf.nn`'s convolutions and pools that no other case passes: layouts, dilations and older names."""

from functools import partial

from monitor.suite.declare import COMPILED, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT
from monitor.suite.tensorflow.ops.convolution import (
    channels_first,
    channels_last,
    correlate,
    correlate_channels,
    correlate_transposed,
)
from monitor.suite.tensorflow.ops.pooling import windows

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=8)


def convolved(np, x, kernel):
    """Return the convolution with dilation two. Channels are second."""
    return channels_first(np, correlate(np, channels_last(np, x), kernel, dilation=2))


def depthwise(np, x, kernel):
    """Return the convolution of each channel alone with dilation two. Channels are second."""
    return channels_first(np, correlate_channels(np, channels_last(np, x), kernel, dilation=2))


def pooled(np, x, reduce, stride=2, dilation=1):
    """Return the reduction of windows of two in each dimension. Channels are second."""
    return channels_first(np, windows(np, channels_last(np, x), 2, reduce, stride, dilation))


CONVOLUTIONS = [
    argument(
        "tf.nn.conv1d",
        lambda tf, x=tensor(2, 3, 6), k=tensor(2, 3, 4): tf.nn.conv1d(x, k, 1, "VALID", data_format="NCW", dilations=2),
        lambda np, x, k: convolved(np, x, k),
        name="layout",
    ),
    argument(
        "tf.compat.v1.nn.conv1d",
        lambda tf, x=tensor(2, 3, 6), k=tensor(2, 3, 4): tf.compat.v1.nn.conv1d(
            input=x, filters=k, stride=1, padding="VALID", data_format="NCW", dilations=2
        ),
        lambda np, x, k: convolved(np, x, k),
        name="layout",
    ),
    argument(
        "tf.nn.conv2d",
        lambda tf, x=tensor(2, 3, 6, 5), k=tensor(2, 2, 3, 4): tf.nn.conv2d(
            x, k, 1, "VALID", data_format="NCHW", dilations=2
        ),
        lambda np, x, k: convolved(np, x, k),
        name="layout",
    ),
    argument(
        "tf.compat.v1.nn.conv2d",
        lambda tf, x=tensor(2, 3, 6, 5), k=tensor(2, 2, 3, 4): tf.compat.v1.nn.conv2d(
            x, filters=k, strides=1, padding="VALID", data_format="NCHW", dilations=2
        ),
        lambda np, x, k: convolved(np, x, k),
        name="layout",
    ),
    argument(
        "tf.nn.convolution",
        lambda tf, x=tensor(2, 3, 6, 5), k=tensor(2, 2, 3, 4): tf.nn.convolution(
            x, k, padding="SAME", data_format="NCHW", dilations=2
        ),
        lambda np, x, k: convolved(np, np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)]), k),
        name="layout",
    ),
    argument(
        "tf.nn.depthwise_conv2d",
        lambda tf, x=tensor(2, 3, 6, 5), k=tensor(2, 2, 3, 2): tf.nn.depthwise_conv2d(
            x, k, [1, 1, 1, 1], "VALID", data_format="NCHW", dilations=[2, 2]
        ),
        lambda np, x, k: depthwise(np, x, k),
        name="layout",
    ),
    argument(
        "tf.compat.v1.nn.depthwise_conv2d",
        lambda tf, x=tensor(2, 3, 6, 5), k=tensor(2, 2, 3, 2): [
            tf.compat.v1.nn.depthwise_conv2d(x, k, [1, 1, 1, 1], "VALID", rate=[2, 2], data_format="NCHW"),
            tf.compat.v1.nn.depthwise_conv2d(x, k, [1, 1, 1, 1], "VALID", dilations=[2, 2], data_format="NCHW"),
        ],
        lambda np, x, k: [depthwise(np, x, k)] * 2,
        name="layout",
    ),
    argument(
        "tf.nn.separable_conv2d",
        lambda tf, x=tensor(2, 3, 6, 5), k=tensor(2, 2, 3, 2), p=tensor(1, 1, 6, 4): tf.nn.separable_conv2d(
            x, k, p, [1, 1, 1, 1], "VALID", data_format="NCHW", dilations=[2, 2]
        ),
        lambda np, x, k, p: channels_first(np, channels_last(np, depthwise(np, x, k)) @ p[0, 0]),
        name="layout",
    ),
    argument(
        "tf.nn.conv1d_transpose",
        lambda tf, x=tensor(2, 4, 3), k=tensor(2, 3, 4): tf.nn.conv1d_transpose(
            x, k, [2, 3, 4], 1, padding="VALID", data_format="NCW"
        ),
        lambda np, x, k: channels_first(np, correlate_transposed(np, channels_last(np, x), k)),
        name="layout",
    ),
    argument(
        "tf.nn.conv1d_transpose",
        lambda tf, x=tensor(2, 3, 4), k=tensor(2, 3, 4): tf.nn.conv1d_transpose(
            x, k, [2, 5, 3], 1, padding="VALID", dilations=2
        ),
        lambda np, x, k: correlate_transposed(np, x, k, dilation=2),
        name="dilated",
    ),
    argument(
        "tf.nn.bias_add",
        lambda tf, x=tensor(2, 3, 4, 3), b=tensor(3): tf.nn.bias_add(x, b, data_format="NCHW"),
        lambda np, x, b: x + b[:, None, None],
        name="layout",
    ),
]

POOLS = [
    argument(
        "tf.nn.avg_pool",
        lambda tf, x=tensor(2, 3, 6, 4): tf.nn.avg_pool(x, 2, 2, "VALID", data_format="NCHW"),
        lambda np, x: pooled(np, x, np.mean),
        name="layout",
    ),
    argument(
        "tf.compat.v1.nn.avg_pool",
        lambda tf, x=tensor(2, 3, 6, 4): tf.compat.v1.nn.avg_pool(
            None, ksize=2, strides=2, padding="VALID", data_format="NCHW", input=x
        ),
        lambda np, x: pooled(np, x, np.mean),
        name="layout",
    ),
    argument(
        "tf.nn.avg_pool1d",
        lambda tf, x=tensor(2, 3, 6): tf.nn.avg_pool1d(x, 2, 2, "VALID", data_format="NCW"),
        lambda np, x: pooled(np, x, np.mean),
        name="layout",
    ),
    argument(
        "tf.nn.avg_pool2d",
        lambda tf, x=tensor(2, 3, 6, 4): tf.nn.avg_pool2d(x, 2, 2, "VALID", data_format="NCHW"),
        lambda np, x: pooled(np, x, np.mean),
        name="layout",
    ),
    argument(
        "tf.nn.avg_pool3d",
        lambda tf, x=tensor(2, 3, 6, 4, 2): tf.nn.avg_pool3d(x, 2, 2, "VALID", data_format="NCDHW"),
        lambda np, x: pooled(np, x, np.mean),
        name="layout",
    ),
    argument(
        "tf.nn.max_pool",
        lambda tf, x=tensor(2, 3, 6, 4): tf.nn.max_pool(x, 2, 2, "VALID", data_format="NCHW"),
        lambda np, x: pooled(np, x, np.max),
        name="layout",
    ),
    argument(
        "tf.nn.max_pool1d",
        lambda tf, x=tensor(2, 3, 6): tf.nn.max_pool1d(x, 2, 2, "VALID", data_format="NCW"),
        lambda np, x: pooled(np, x, np.max),
        name="layout",
    ),
    argument(
        "tf.nn.max_pool2d",
        lambda tf, x=tensor(2, 3, 6, 4): tf.nn.max_pool2d(x, 2, 2, "VALID", data_format="NCHW"),
        lambda np, x: pooled(np, x, np.max),
        name="layout",
    ),
    argument(
        "tf.nn.max_pool3d",
        lambda tf, x=tensor(2, 3, 6, 4, 2): tf.nn.max_pool3d(x, 2, 2, "VALID", data_format="NCDHW"),
        lambda np, x: pooled(np, x, np.max),
        name="layout",
    ),
    argument(
        "tf.nn.pool",
        lambda tf, x=tensor(2, 3, 6, 5): tf.nn.pool(
            x, [2, 2], "MAX", strides=[2, 2], padding="SAME", data_format="NCHW"
        ),
        lambda np, x: pooled(np, np.pad(x, [(0, 0)] * 3 + [(0, 1)], constant_values=-np.inf), np.max),
        name="layout",
    ),
    argument(
        "tf.nn.pool",
        lambda tf, x=tensor(2, 3, 6, 5): tf.nn.pool(x, [2, 2], "MAX", data_format="NCHW", dilations=[2, 2]),
        lambda np, x: pooled(np, x, np.max, stride=1, dilation=2),
        name="dilated",
    ),
    argument(
        "tf.nn.max_pool_with_argmax",
        lambda tf, x=tensor(2, 4, 4, 1): (lambda places: [tf.cast(places, x.dtype), places.dtype.name])(
            tf.nn.max_pool_with_argmax(x, [1, 4, 4, 1], 1, "VALID", output_dtype="int32", include_batch_in_index=True)[
                1
            ]
        ),
        lambda np, x: [1.0 * (np.argmax(x.reshape(2, 16), 1) + [0, 16]).reshape(2, 1, 1, 1), "int32"],
        name="places",
    ),
]

layout = partial(formula, dtypes=("float32",), modes=(COMPILED,), limits=ARGUMENT_ONLY)

BLOCKS = [  # no kernel on a CPU has this layout, and XLA has it
    layout(
        "tf.nn.depth_to_space",
        lambda tf, x=tensor(1, 8, 2, 3): tf.nn.depth_to_space(x, 2, data_format="NCHW"),
        lambda np, x: x.reshape(2, 2, 2, 2, 3).transpose(2, 3, 0, 4, 1).reshape(1, 2, 4, 6),
        name="layout",
    ),
    layout(
        "tf.compat.v1.depth_to_space",
        lambda tf, x=tensor(1, 8, 2, 3): tf.compat.v1.depth_to_space(x, 2, data_format="NCHW"),
        lambda np, x: x.reshape(2, 2, 2, 2, 3).transpose(2, 3, 0, 4, 1).reshape(1, 2, 4, 6),
        name="layout",
    ),
    layout(
        "tf.nn.space_to_depth",
        lambda tf, x=tensor(1, 2, 4, 6): tf.nn.space_to_depth(x, 2, data_format="NCHW"),
        lambda np, x: x.reshape(2, 2, 2, 3, 2).transpose(2, 4, 0, 1, 3).reshape(1, 8, 2, 3),
        name="layout",
    ),
]

NORMALIZED = [
    argument(
        "tf.nn.local_response_normalization",
        lambda tf, x=tensor(1, 2, 2, 4): tf.nn.local_response_normalization(x, depth_radius=4, bias=2.0, beta=1.0),
        lambda np, x: x / (2 + (x * x).sum(-1, keepdims=True)),
        name="bias",
    ),
    argument(
        "tf.compat.v1.nn.moments",
        lambda tf, x=tensor(3, 5): tf.compat.v1.nn.moments(x, [0], keepdims=True),
        lambda np, x: [x.mean(0, keepdims=True), x.var(0, keepdims=True)],
        name="dimensions",
    ),
    argument(
        "tf.nn.sufficient_statistics",
        lambda tf, x=tensor(3, 5): tf.nn.sufficient_statistics(x, [0], shift=0.5, keepdims=True),
        lambda np, x: [
            np.array(3.0),
            (x - 0.5).sum(0, keepdims=True),
            ((x - 0.5) ** 2).sum(0, keepdims=True),
            np.array(0.5),
        ],
        name="shift",
    ),
]
