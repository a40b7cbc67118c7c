"""Moments, and normalization by them."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, positive, tensor
from monitor.suite.limits import FIXED_RANK, NOT_EMPTY, WELL_SCALED


@case("tf.nn.moments", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8)
def moments(tf, x=tensor(5, 7)):
    return tf.nn.moments(x, axes=[0])


@moments.reference
def _(np, x):
    return [np.mean(x, axis=0), np.var(x, axis=0)]


@case("tf.nn.weighted_moments", dtypes=FLOATING, condition=8, limits=NOT_EMPTY)
def weighted_moments(tf, x=tensor(5, 7), w=positive(5, 7)):
    return tf.nn.weighted_moments(x, axes=[0], frequency_weights=w)


@weighted_moments.reference
def _(np, x, w):
    mean = np.sum(w * x, axis=0) / np.sum(w, axis=0)
    return [mean, np.sum(w * (x - mean) ** 2, axis=0) / np.sum(w, axis=0)]


@case("tf.nn.sufficient_statistics", dtypes=FLOATING, condition=8)
def sufficient_statistics(tf, x=tensor(5, 7)):
    count, total, squares, _ = tf.nn.sufficient_statistics(x, axes=[0])
    return count, total, squares


@sufficient_statistics.reference
def _(np, x):
    return [np.array(float(x.shape[0])), np.sum(x, axis=0), np.sum(x * x, axis=0)]


@case("tf.nn.normalize_moments", dtypes=FLOATING, condition=8, limits=WELL_SCALED)
def normalize_moments(tf, x=tensor(5, 7)):
    count, total, squares, _ = tf.nn.sufficient_statistics(x, axes=[0])
    return tf.nn.normalize_moments(count, total, squares, None)


@normalize_moments.reference
def _(np, x):
    return [np.mean(x, axis=0), np.var(x, axis=0)]


@case("tf.nn.batch_normalization", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT), condition=8)
def batch_normalization(tf, x=tensor(5, 7), m=tensor(7), v=positive(7), o=tensor(7), s=tensor(7)):
    return tf.nn.batch_normalization(x, m, v, o, s, 0.001)


@batch_normalization.reference
def _(np, x, m, v, o, s):
    scale = s / np.sqrt(v + 0.001)
    return x * scale + (o - m * scale)


@case("tf.nn.local_response_normalization", dtypes=("float32", "float16", "bfloat16"), condition=8, limits=FIXED_RANK)
def local_response_normalization(tf, x=tensor(2, 3, 3, 5)):
    return tf.nn.local_response_normalization(x, depth_radius=1, bias=1, alpha=0.5, beta=0.5)


@local_response_normalization.reference
def _(np, x):
    around = np.pad(x * x, [(0, 0), (0, 0), (0, 0), (1, 1)])
    return x / np.sqrt(1 + (around[..., :-2] + around[..., 1:-1] + around[..., 2:]) / 2)


@case("tf.nn.scale_regularization_loss", dtypes=FLOATING, limits=FIXED_RANK)
def scale_regularization_loss(tf, x=tensor()):
    return tf.nn.scale_regularization_loss(x)


@scale_regularization_loss.reference
def _(np, x):
    return x


@case("tf.nn.compute_average_loss", dtypes=FLOATING, condition=4)
def compute_average_loss(tf, x=tensor(6)):
    return tf.nn.compute_average_loss(x, global_batch_size=12)


@compute_average_loss.reference
def _(np, x):
    return np.sum(x) / 12
