"""Sums and products of many elements."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, INTEGER, case, positive, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, FIXED_VALUES

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("tf.reduce_logsumexp", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def reduce_logsumexp(tf, x=tensor(5, 7)):
    return tf.reduce_logsumexp(x, axis=1)


@reduce_logsumexp.reference
def _(np, x):
    return np.logaddexp.reduce(x, axis=1)


@case("tf.reduce_logsumexp", name="all", dtypes=("float32", "float16"), modes=ALL_MODES, condition=2)
def reduce_logsumexp_all(tf, x=tensor(5, 7)):
    return tf.reduce_logsumexp(x)


@reduce_logsumexp_all.reference
def _(np, x):
    return np.logaddexp.reduce(x, axis=None)


@case("tf.reduce_logsumexp", name="keepdims", dtypes=("float32", "float16", "float64"), modes=ALL_MODES, condition=2)
def reduce_logsumexp_keepdims(tf, x=tensor(2, 3, 4)):
    return tf.reduce_logsumexp(x, axis=[0, -1], keepdims=True)


@reduce_logsumexp_keepdims.reference
def _(np, x):
    return np.logaddexp.reduce(x, axis=(0, -1), keepdims=True)


@case("tf.reduce_logsumexp", name="beyond-range", dtypes=FLOATING, modes=ALL_MODES)
def reduce_logsumexp_beyond_range(tf, x=tensor(5, 7)):
    return tf.reduce_logsumexp(1024 * x, axis=0)  # exp(1024) is infinite in every dtype


@reduce_logsumexp_beyond_range.reference
def _(np, x):
    return np.logaddexp.reduce(1024 * x, axis=0)


@case(
    "tf.reduce_logsumexp", name="infinite", dtypes=FLOATING, modes=(EAGER, COMPILED), limits=FIXED_SHAPES | FIXED_VALUES
)
def reduce_logsumexp_infinite(tf, x=tensor(3, 2)):
    infinity = tf.abs(x) / tf.zeros_like(x)
    return tf.reduce_logsumexp(-infinity, axis=1), tf.reduce_logsumexp(infinity, axis=1)


@reduce_logsumexp_infinite.reference
def _(np):
    return [np.full(3, -np.inf), np.full(3, np.inf)]


@case("tf.reduce_logsumexp", name="empty", dtypes=("float32",), modes=(EAGER, COMPILED), limits=FIXED_SHAPES)
def reduce_logsumexp_empty(tf, x=tensor(3, 0)):
    return tf.reduce_logsumexp(x, axis=1)  # the logarithm of an empty sum


@reduce_logsumexp_empty.reference
def _(np):
    return np.full(3, -np.inf)


@case("tf.reduce_logsumexp", name="large", dtypes=("float32", "float16"), modes=(EAGER, COMPILED), condition=2)
def reduce_logsumexp_large(tf, x=tensor(256, 1024)):
    return tf.reduce_logsumexp(x, axis=0)


@reduce_logsumexp_large.reference
def _(np, x):
    return np.logaddexp.reduce(x, axis=0)


@case("tf.math.cumprod", dtypes=FLOATING + COMPLEX + INTEGER, modes=ALL_MODES, condition=5, limits=FIXED_SHAPES)
def cumprod(tf, x=tensor(3, 5)):
    return tf.math.cumprod(x, axis=1)


@cumprod.reference
def _(np, x):
    return np.stack([np.prod(x[:, :end], axis=1) for end in range(1, 6)], axis=1)


@case(
    "tf.math.cumprod",
    name="exclusive",
    dtypes=("float32", "float64", "int32"),
    modes=ALL_MODES,
    condition=5,
    limits=FIXED_SHAPES,
)
def cumprod_exclusive(tf, x=tensor(3, 5)):
    return tf.math.cumprod(x, axis=1, exclusive=True)


@cumprod_exclusive.reference
def _(np, x):
    return np.stack([np.prod(x[:, :end], axis=1) for end in range(5)], axis=1)


@case(
    "tf.math.cumprod",
    name="reverse",
    dtypes=("float32", "float64", "int32"),
    modes=ALL_MODES,
    condition=5,
    limits=FIXED_SHAPES,
)
def cumprod_reverse(tf, x=tensor(5, 3)):
    return tf.math.cumprod(x, reverse=True)


@cumprod_reverse.reference
def _(np, x):
    return np.stack([np.prod(x[start:], axis=0) for start in range(5)])


@case(
    "tf.math.cumprod",
    name="exclusive-reverse",
    dtypes=("float32", "float16", "float64"),
    modes=(EAGER, COMPILED),
    condition=5,
    limits=FIXED_SHAPES,
)
def cumprod_exclusive_reverse(tf, x=tensor(5, 3)):
    return tf.math.cumprod(x, exclusive=True, reverse=True)


@cumprod_exclusive_reverse.reference
def _(np, x):
    return np.stack([np.prod(x[start:], axis=0) for start in range(1, 6)])


@case("tf.math.cumprod", name="empty", dtypes=("float32",), modes=(EAGER, COMPILED))
def cumprod_empty(tf, x=tensor(0, 3)):
    return tf.math.cumprod(x)


@cumprod_empty.reference
def _(np, x):
    return x


@case("tf.math.cumprod", name="large", dtypes=("float32", "float64"), modes=(EAGER, COMPILED), condition=16)
def cumprod_large(tf, x=tensor(256, 1024)):
    return tf.math.cumprod(tf.sign(x) + x / 64, axis=0)


@cumprod_large.reference
def _(np, x):
    return np.multiply.accumulate(np.sign(x) + x / 64, axis=0)


@case("tf.reduce_mean", name="all", dtypes=("float32", "float16"), modes=ALL_MODES)
def reduce_mean_all(tf, x=positive(3, 4, 5)):
    return tf.reduce_mean(x)


@reduce_mean_all.reference
def _(np, x):
    return np.sum(x) / x.size


@case("tf.reduce_mean", name="keepdims", dtypes=("float32", "float16", "float64"), condition=16, modes=ALL_MODES)
def reduce_mean_keepdims(tf, x=tensor(3, 4, 5)):
    return tf.reduce_mean(x, axis=[0, -1], keepdims=True)


@reduce_mean_keepdims.reference
def _(np, x):
    return np.mean(x, axis=(0, -1), keepdims=True)


@case("tf.reduce_mean", name="empty", dtypes=("float32",), modes=(EAGER, COMPILED), limits=FIXED_SHAPES)
def reduce_mean_empty(tf, x=tensor(3, 0)):
    return tf.reduce_mean(x, axis=1), tf.reduce_mean(x, axis=0)


@reduce_mean_empty.reference
def _(np, x):
    return [np.full(3, np.nan), np.zeros(0)]


@case("tf.reduce_mean", name="strided", dtypes=("float32", "bfloat16"), modes=ALL_MODES, limits=FIXED_RANK)
def reduce_mean_strided(tf, x=tensor(6, 8)):
    return tf.reduce_mean(tf.transpose(x)[::2], axis=1)


@reduce_mean_strided.reference
def _(np, x):
    return np.sum(x.T[::2], axis=1) / x.shape[0]


@case("tf.reduce_mean", name="large", dtypes=("float32", "float16"), modes=(EAGER, COMPILED))
def reduce_mean_large(tf, x=positive(256, 1024)):
    return tf.reduce_mean(x, axis=0)


@reduce_mean_large.reference
def _(np, x):
    return np.sum(x, axis=0) / len(x)
