"""Pooling over windows of channels-last images, and folding of images."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, NUMERIC, case, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, NOT_EMPTY


def windows(np, x, size, reduce, stride, dilation=1):
    """Return the reduction of every window of channels-last input, without padding."""
    reach = dilation * (size - 1) + 1
    shape = [(n - reach) // stride + 1 for n in x.shape[1:-1]]
    result = np.zeros((x.shape[0], *shape, x.shape[-1]))
    for place in np.ndindex(*shape):
        window = tuple(slice(p * stride, p * stride + reach, dilation) for p in place)
        result[(slice(None), *place)] = reduce(x[(slice(None), *window)], axis=tuple(range(1, x.ndim - 1)))
    return result


@case("tf.nn.avg_pool1d", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2, limits=FIXED_RANK)
def avg_pool1d(tf, x=tensor(2, 6, 3)):
    return tf.nn.avg_pool1d(x, 2, 2, "VALID")


@avg_pool1d.reference
def _(np, x):
    return windows(np, x, 2, np.mean, 2)


@case("tf.nn.avg_pool2d", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT), condition=2, limits=FIXED_RANK)
def avg_pool2d(tf, x=tensor(2, 6, 6, 3)):
    return tf.nn.avg_pool2d(x, 2, 2, "VALID")


@avg_pool2d.reference
def _(np, x):
    return windows(np, x, 2, np.mean, 2)


@case("tf.nn.avg_pool3d", dtypes=FLOATING, condition=2, limits=FIXED_RANK)
def avg_pool3d(tf, x=tensor(2, 6, 6, 6, 3)):
    return tf.nn.avg_pool3d(x, 2, 2, "VALID")


@avg_pool3d.reference
def _(np, x):
    return windows(np, x, 2, np.mean, 2)


@case("tf.nn.max_pool1d", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2, limits=NOT_EMPTY | FIXED_RANK)
def max_pool1d(tf, x=tensor(2, 6, 3)):
    return tf.nn.max_pool1d(x, 2, 2, "VALID")


@max_pool1d.reference
def _(np, x):
    return windows(np, x, 2, np.max, 2)


@case(
    "tf.nn.max_pool2d", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT), condition=2, limits=NOT_EMPTY | FIXED_RANK
)
def max_pool2d(tf, x=tensor(2, 6, 6, 3)):
    return tf.nn.max_pool2d(x, 2, 2, "VALID")


@max_pool2d.reference
def _(np, x):
    return windows(np, x, 2, np.max, 2)


@case("tf.nn.max_pool3d", dtypes=("float32", "float16", "bfloat16"), condition=2, limits=NOT_EMPTY | FIXED_RANK)
def max_pool3d(tf, x=tensor(2, 6, 6, 6, 3)):
    return tf.nn.max_pool3d(x, 2, 2, "VALID")


@max_pool3d.reference
def _(np, x):
    return windows(np, x, 2, np.max, 2)


@case("tf.nn.avg_pool", dtypes=FLOATING, condition=2, limits=NOT_EMPTY | FIXED_RANK)
def avg_pool(tf, x=tensor(2, 6, 6, 3)):
    return tf.nn.avg_pool(x, 3, 1, "VALID")


@avg_pool.reference
def _(np, x):
    return windows(np, x, 3, np.mean, 1)


@case("tf.nn.max_pool", dtypes=FLOATING, limits=NOT_EMPTY | FIXED_RANK)
def max_pool(tf, x=tensor(2, 6, 6, 3)):
    return tf.nn.max_pool(x, 3, 1, "VALID")


@max_pool.reference
def _(np, x):
    return windows(np, x, 3, np.max, 1)


@case("tf.nn.pool", dtypes=FLOATING, condition=2, limits=NOT_EMPTY | FIXED_RANK)
def pool(tf, x=tensor(2, 6, 6, 3)):
    return tf.nn.pool(x, [3, 3], "AVG", padding="VALID")


@pool.reference
def _(np, x):
    return windows(np, x, 3, np.mean, 1)


@case("tf.nn.max_pool_with_argmax", dtypes=FLOATING, limits=NOT_EMPTY | FIXED_RANK)
def max_pool_with_argmax(tf, x=tensor(1, 4, 4, 2)):
    return tf.gather(tf.reshape(x, [-1]), tf.nn.max_pool_with_argmax(x, 2, 2, "VALID").argmax)


@max_pool_with_argmax.reference
def _(np, x):
    return windows(np, x, 2, np.max, 2)


@case("tf.nn.space_to_depth", dtypes=NUMERIC, limits=FIXED_SHAPES)
def space_to_depth(tf, x=tensor(2, 4, 6, 3)):
    return tf.nn.space_to_depth(x, 2)


@space_to_depth.reference
def _(np, x):
    return x.reshape(2, 2, 2, 3, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(2, 2, 3, 12)


@case("tf.nn.depth_to_space", dtypes=NUMERIC, limits=FIXED_SHAPES)
def depth_to_space(tf, x=tensor(2, 2, 3, 12)):
    return tf.nn.depth_to_space(x, 2)


@depth_to_space.reference
def _(np, x):
    return x.reshape(2, 2, 3, 2, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(2, 4, 6, 3)
