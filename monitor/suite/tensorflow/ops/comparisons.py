"""Comparisons and logical functions."""

from monitor.suite.declare import BOOL, COMPILED, EAGER, EVERY, FLOATING, NUMERIC, case, indices, tensor
from monitor.suite.limits import FIXED_RANK, NOT_EMPTY


@case("tf.math.equal", dtypes=EVERY)
def equal(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.equal(a, b)


@equal.reference
def _(np, a, b):
    return a == b


@case("tf.math.not_equal", dtypes=EVERY)
def not_equal(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.not_equal(a, b)


@not_equal.reference
def _(np, a, b):
    return a != b


@case("tf.math.greater", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def greater(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.greater(a, b)


@greater.reference
def _(np, a, b):
    return a > b


@case("tf.math.greater_equal", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def greater_equal(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.greater_equal(a, b)


@greater_equal.reference
def _(np, a, b):
    return a >= b


@case("tf.math.less", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def less(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.less(a, b)


@less.reference
def _(np, a, b):
    return a < b


@case("tf.math.less_equal", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def less_equal(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.less_equal(a, b)


@less_equal.reference
def _(np, a, b):
    return a <= b


@case("tf.math.logical_and", dtypes=BOOL)
def logical_and(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.logical_and(a, b)


@logical_and.reference
def _(np, a, b):
    return a & b


@case("tf.math.logical_or", dtypes=BOOL)
def logical_or(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.logical_or(a, b)


@logical_or.reference
def _(np, a, b):
    return a | b


@case("tf.math.logical_xor", dtypes=BOOL)
def logical_xor(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.logical_xor(a, b)


@logical_xor.reference
def _(np, a, b):
    return a ^ b


@case("tf.math.logical_not", dtypes=BOOL)
def logical_not(tf, x=tensor(3, 4)):
    return tf.math.logical_not(x)


@logical_not.reference
def _(np, x):
    return ~x


@case("tf.math.is_non_decreasing", dtypes=NUMERIC)
def is_non_decreasing(tf, x=tensor(6)):
    return tf.math.is_non_decreasing(tf.sort(x)), tf.math.is_non_decreasing(tf.sort(x)[::-1])


@is_non_decreasing.reference
def _(np, x):
    rising = np.sort(x)
    return [np.array(np.all(y[:-1] <= y[1:])) for y in (rising.reshape(-1), rising[::-1].reshape(-1))]


@case("tf.math.is_strictly_increasing", dtypes=NUMERIC)
def is_strictly_increasing(tf, x=tensor(6)):
    return tf.math.is_strictly_increasing(tf.cumsum(tf.abs(x) + 1)), tf.math.is_strictly_increasing(x * 0)


@is_strictly_increasing.reference
def _(np, x):
    rising = np.cumsum(np.abs(x) + 1, axis=0)
    return [np.array(np.all(y[:-1] < y[1:])) for y in (rising.reshape(-1), (x * 0).reshape(-1))]


@case("tf.math.is_finite", dtypes=FLOATING)
def is_finite(tf, x=tensor(4)):
    return tf.math.is_finite(tf.concat([x, x / 0, (x - x) / 0], 0))


@is_finite.reference
def _(np, x):
    return np.isfinite(np.concatenate([x, x / 0, (x - x) / 0]))


@case("tf.math.is_inf", dtypes=FLOATING)
def is_inf(tf, x=tensor(4)):
    return tf.math.is_inf(tf.concat([x, x / 0, (x - x) / 0], 0))


@is_inf.reference
def _(np, x):
    return np.isinf(np.concatenate([x, x / 0, (x - x) / 0]))


@case("tf.math.is_nan", dtypes=FLOATING)
def is_nan(tf, x=tensor(4)):
    return tf.math.is_nan(tf.concat([x, x / 0, (x - x) / 0], 0))


@is_nan.reference
def _(np, x):
    return np.isnan(np.concatenate([x, x / 0, (x - x) / 0]))


@case("tf.math.in_top_k", dtypes=("float32",), limits=NOT_EMPTY | FIXED_RANK)
def in_top_k(tf, x=tensor(5, 7), i=indices(5, below=7, dtype="int32")):
    return tf.math.in_top_k(i, x, 3)


@in_top_k.reference
def _(np, x, i):
    # True for a finite prediction among the top ones. A row with NaN has no order.
    finite = np.isfinite(x[np.arange(len(i)), i]) & ~np.any(np.isnan(x), axis=1)
    return finite & np.array([np.sum(row > row[k]) < 3 for row, k in zip(x, i, strict=True)])
