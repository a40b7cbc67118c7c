"""Segments that have no rows, and rows that have no segment."""

from monitor.suite.declare import COMPILED, COMPLEX, DTYPE, EAGER, FLOATING, NUMERIC, case, indices, tensor


@case("tf.math.segment_sum", dtypes=("float32", "float64", "int32", "int64"), name="gap")
def segment_sum_gap(tf, x=tensor(3, 2)):
    return tf.math.segment_sum(x, tf.constant([0, 3, 3]))


@segment_sum_gap.reference
def _(np, x):
    return np.stack([x[0], 0 * x[0], 0 * x[0], x[1] + x[2]])


@case("tf.math.segment_mean", dtypes=FLOATING, name="gap", condition=2)
def segment_mean_gap(tf, x=tensor(3, 2)):
    return tf.math.segment_mean(x, tf.constant([0, 3, 3]))


@segment_mean_gap.reference
def _(np, x):
    return np.stack([x[0], 0 * x[0], 0 * x[0], (x[1] + x[2]) / 2])


@case("tf.math.segment_max", dtypes=NUMERIC, name="gap")
def segment_max_gap(tf, x=tensor(3, 2)):
    return tf.math.segment_max(x, tf.constant([0, 3, 3]))


@segment_max_gap.reference
def _(np, x):
    return np.stack([x[0], 0 * x[0], 0 * x[0], np.where(x[1] > x[2], x[1], x[2])])


@case("tf.math.segment_min", dtypes=NUMERIC, name="gap")
def segment_min_gap(tf, x=tensor(3, 2)):
    return tf.math.segment_min(x, tf.constant([0, 3, 3]))


@segment_min_gap.reference
def _(np, x):
    return np.stack([x[0], 0 * x[0], 0 * x[0], np.where(x[1] < x[2], x[1], x[2])])


@case("tf.math.segment_prod", dtypes=NUMERIC + COMPLEX, name="gap", condition=2)
def segment_prod_gap(tf, x=tensor(3, 2)):
    return tf.math.segment_prod(x, tf.constant([0, 3, 3]))


@segment_prod_gap.reference
def _(np, x):
    return np.stack([x[0], x[0] * 0 + 1, x[0] * 0 + 1, x[1] * x[2]])


@case(
    "tf.math.unsorted_segment_sum", dtypes=("float32", "float64", "int32", "int64"), modes=(EAGER, COMPILED), name="gap"
)
def unsorted_segment_sum_gap(tf, x=tensor(3, 2)):
    return tf.math.unsorted_segment_sum(x, tf.constant([2, -1, 0]), 4)


@unsorted_segment_sum_gap.reference
def _(np, x):
    return np.stack([x[2], 0 * x[0], x[0], 0 * x[0]])


@case("tf.math.unsorted_segment_mean", dtypes=FLOATING, name="gap")
def unsorted_segment_mean_gap(tf, x=tensor(3, 2)):
    return tf.math.unsorted_segment_mean(x, tf.constant([2, -1, 0]), 4)


@unsorted_segment_mean_gap.reference
def _(np, x):
    return np.stack([x[2], 0 * x[0], x[0], 0 * x[0]])


@case("tf.math.unsorted_segment_sqrt_n", dtypes=FLOATING, name="gap")
def unsorted_segment_sqrt_n_gap(tf, x=tensor(3, 2)):
    return tf.math.unsorted_segment_sqrt_n(x, tf.constant([2, -1, 0]), 4)


@unsorted_segment_sqrt_n_gap.reference
def _(np, x):
    return np.stack([x[2], 0 * x[0], x[0], 0 * x[0]])


@case("tf.math.unsorted_segment_prod", dtypes=NUMERIC + COMPLEX, name="gap")
def unsorted_segment_prod_gap(tf, x=tensor(3, 2)):
    return tf.math.unsorted_segment_prod(x, tf.constant([2, -1, 0]), 4)


@unsorted_segment_prod_gap.reference
def _(np, x):
    return np.stack([x[2], 0 * x[0] + 1, x[0], 0 * x[0] + 1])


@case("tf.math.unsorted_segment_max", dtypes=("int32", "int64"), name="gap")
def unsorted_segment_max_gap(tf, x=tensor(3, 2), dtype=DTYPE):
    return tf.math.unsorted_segment_max(x, tf.constant([2, -1, 0]), 3)


@unsorted_segment_max_gap.reference
def _(np, x, dtype):
    return np.stack([x[2], np.full(2, np.iinfo(dtype).min), x[0]])


@case("tf.math.unsorted_segment_min", dtypes=("int32", "int64"), name="gap")
def unsorted_segment_min_gap(tf, x=tensor(3, 2), dtype=DTYPE):
    return tf.math.unsorted_segment_min(x, tf.constant([2, -1, 0]), 3)


@unsorted_segment_min_gap.reference
def _(np, x, dtype):
    return np.stack([x[2], np.full(2, np.iinfo(dtype).max), x[0]])


@case("tf.math.unsorted_segment_sum", dtypes=("float32", "bfloat16"), name="large", condition=16)
def unsorted_segment_sum_large(tf, x=tensor(2000, 5), i=indices(2000, below=20)):
    return tf.math.unsorted_segment_sum(x, i, 20)


@unsorted_segment_sum_large.reference
def _(np, x, i):
    return np.array([np.sum(x[i == k], axis=0) for k in range(20)])


@case("tf.math.segment_sum", dtypes=("float32", "int32"), name="empty")
def segment_sum_empty(tf, x=tensor(0, 3)):
    return tf.math.segment_sum(x, tf.zeros([0], tf.int32))


@segment_sum_empty.reference
def _(np, x):
    return x
