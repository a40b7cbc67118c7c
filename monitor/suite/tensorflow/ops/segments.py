"""Reductions over segments of rows."""

from monitor.suite.declare import COMPLEX, EAGER, FLOATING, GRADIENT, NUMERIC, case, tensor
from monitor.suite.limits import FIXED_SHAPES

SORTED = [0, 0, 1, 1, 1, 2]
MIXED = [2, 0, 1, 2, 0, 2]


@case("tf.math.segment_sum", dtypes=NUMERIC + COMPLEX, modes=(EAGER, GRADIENT), condition=4, limits=FIXED_SHAPES)
def segment_sum(tf, x=tensor(6, 3)):
    return tf.math.segment_sum(x, tf.constant(SORTED))


@segment_sum.reference
def _(np, x):
    i = np.array(SORTED)
    return np.array([np.sum(x[i == k], axis=0) for k in range(3)])


@case(
    "tf.math.unsorted_segment_sum", dtypes=NUMERIC + COMPLEX, modes=(EAGER, GRADIENT), condition=4, limits=FIXED_SHAPES
)
def unsorted_segment_sum(tf, x=tensor(6, 3)):
    return tf.math.unsorted_segment_sum(x, tf.constant(MIXED), 3)


@unsorted_segment_sum.reference
def _(np, x):
    i = np.array(MIXED)
    return np.array([np.sum(x[i == k], axis=0) for k in range(3)])


@case("tf.math.segment_mean", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=FIXED_SHAPES)
def segment_mean(tf, x=tensor(6, 3)):
    return tf.math.segment_mean(x, tf.constant(SORTED))


@segment_mean.reference
def _(np, x):
    i = np.array(SORTED)
    return np.array([np.mean(x[i == k], axis=0) for k in range(3)])


@case("tf.math.unsorted_segment_mean", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=FIXED_SHAPES)
def unsorted_segment_mean(tf, x=tensor(6, 3)):
    return tf.math.unsorted_segment_mean(x, tf.constant(MIXED), 3)


@unsorted_segment_mean.reference
def _(np, x):
    i = np.array(MIXED)
    return np.array([np.mean(x[i == k], axis=0) for k in range(3)])


@case("tf.math.segment_max", dtypes=NUMERIC, modes=(EAGER, GRADIENT), limits=FIXED_SHAPES)
def segment_max(tf, x=tensor(6, 3)):
    return tf.math.segment_max(x, tf.constant(SORTED))


@segment_max.reference
def _(np, x):
    i = np.array(SORTED)
    return np.array([np.max(x[i == k], axis=0) for k in range(3)])


@case("tf.math.unsorted_segment_max", dtypes=NUMERIC, modes=(EAGER, GRADIENT), limits=FIXED_SHAPES)
def unsorted_segment_max(tf, x=tensor(6, 3)):
    return tf.math.unsorted_segment_max(x, tf.constant(MIXED), 3)


@unsorted_segment_max.reference
def _(np, x):
    i = np.array(MIXED)
    return np.array([np.max(x[i == k], axis=0) for k in range(3)])


@case("tf.math.segment_min", dtypes=NUMERIC, modes=(EAGER, GRADIENT), limits=FIXED_SHAPES)
def segment_min(tf, x=tensor(6, 3)):
    return tf.math.segment_min(x, tf.constant(SORTED))


@segment_min.reference
def _(np, x):
    i = np.array(SORTED)
    return np.array([np.min(x[i == k], axis=0) for k in range(3)])


@case("tf.math.unsorted_segment_min", dtypes=NUMERIC, modes=(EAGER, GRADIENT), limits=FIXED_SHAPES)
def unsorted_segment_min(tf, x=tensor(6, 3)):
    return tf.math.unsorted_segment_min(x, tf.constant(MIXED), 3)


@unsorted_segment_min.reference
def _(np, x):
    i = np.array(MIXED)
    return np.array([np.min(x[i == k], axis=0) for k in range(3)])


@case("tf.math.segment_prod", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=FIXED_SHAPES)
def segment_prod(tf, x=tensor(6, 3)):
    return tf.math.segment_prod(x, tf.constant(SORTED))


@segment_prod.reference
def _(np, x):
    i = np.array(SORTED)
    return np.array([np.prod(x[i == k], axis=0) for k in range(3)])


@case("tf.math.unsorted_segment_prod", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=FIXED_SHAPES)
def unsorted_segment_prod(tf, x=tensor(6, 3)):
    return tf.math.unsorted_segment_prod(x, tf.constant(MIXED), 3)


@unsorted_segment_prod.reference
def _(np, x):
    i = np.array(MIXED)
    return np.array([np.prod(x[i == k], axis=0) for k in range(3)])


@case("tf.math.unsorted_segment_sqrt_n", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=FIXED_SHAPES)
def unsorted_segment_sqrt_n(tf, x=tensor(6, 3)):
    return tf.math.unsorted_segment_sqrt_n(x, tf.constant(MIXED), 3)


@unsorted_segment_sqrt_n.reference
def _(np, x):
    i = np.array(MIXED)
    return np.array([np.sum(x[i == k], axis=0) / np.sqrt(np.sum(i == k)) for k in range(3)])
