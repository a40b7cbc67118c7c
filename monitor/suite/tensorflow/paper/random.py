"""Random numbers: distribution, and equality for equal seeds alone."""

from monitor.suite.declare import DTYPE, case, uniform
from monitor.suite.limits import FIXED_SHAPES, GENERIC

DRAWS = 20000
ROOT = DRAWS**0.5


def close(samples, mean, deviation, kurtosis):
    """Return whether the sample mean and deviation are within five standard errors, and the rounding of a half."""
    error = deviation / ROOT
    error_of_deviation = deviation * ((kurtosis - 1) / 4) ** 0.5 / ROOT
    near = abs(samples.mean(axis=0) - mean) < 5 * error + 1e-3 * mean
    return near.all() and (abs(samples.std(axis=0) - deviation) < 5 * error_of_deviation + 1e-3 * deviation).all()


@case("tf.random.gamma", dtypes=("float32", "float64", "float16"), limits=GENERIC | FIXED_SHAPES)
def gamma(tf, alpha=uniform(0.5, 4, 3)):
    return tf.cast(tf.random.gamma([20000], alpha, dtype=alpha.dtype, seed=3), tf.float64)


@gamma.promise
def _(samples, alpha):
    return samples.shape == (DRAWS, 3) and (samples >= 0).all() and close(samples, alpha, alpha**0.5, 3 + 6 / alpha)


@case("tf.random.gamma", name="rate", dtypes=("float32", "float64", "float16"), limits=GENERIC | FIXED_SHAPES)
def gamma_rate(tf, alpha=uniform(1, 4, 2, 1), beta=uniform(0.5, 2, 2)):
    return tf.cast(tf.random.gamma([20000], alpha, beta, dtype=alpha.dtype, seed=3), tf.float64)


@gamma_rate.promise
def _(samples, alpha, beta):
    return samples.shape == (DRAWS, 2, 2) and close(samples, alpha / beta, alpha**0.5 / beta, 3 + 6 / alpha)


@case("tf.random.gamma", name="reproducible", dtypes=("float32", "float64", "float16"))
def gamma_reproducible(tf, dtype=DTYPE):
    def draw(seed):
        tf.random.set_seed(seed)
        return tf.random.gamma([50], tf.constant([0.5, 2.0], dtype), dtype=dtype)

    return draw(5), draw(5), draw(6)


@gamma_reproducible.promise
def _(draws):
    first, again, other = draws
    return first.shape == (50, 2) and (first == again).all() and (first != other).any()


@case("tf.random.gamma", name="goes-on", dtypes=("float32", "float64", "float16"))
def gamma_goes_on(tf, dtype=DTYPE):
    tf.random.set_seed(5)
    return [tf.random.gamma([50], tf.constant(2.0, dtype), dtype=dtype) for _ in range(2)]


@gamma_goes_on.promise
def _(draws):
    return (draws[0] != draws[1]).any()


@case("tf.random.gamma", name="empty", dtypes=("float32", "float64", "float16"))
def gamma_empty(tf, dtype=DTYPE):
    ones = tf.ones([2], dtype)
    drawn = tf.random.gamma([0], ones, dtype=dtype), tf.random.gamma([3], ones[:0], dtype=dtype)
    return [(*values.shape, values.dtype is dtype) for values in drawn]


@gamma_empty.promise
def _(shapes):
    return shapes == [[0, 2, True], [3, 0, True]]


@case("tf.random.gamma", name="small-shape", dtypes=("float32", "float64"))
def gamma_small_shape(tf, dtype=DTYPE):
    return tf.random.gamma([20000], tf.constant([0.01, 0.1], dtype), dtype=dtype, seed=3)


@gamma_small_shape.promise
def _(samples, dtype):
    # Where the result underflows, the smallest normal number stands for it: never zero.
    return (samples > 0).all() and abs(samples.mean(axis=0) - [0.01, 0.1]).max() < 5 * 0.32 / ROOT


@case("tf.random.gamma", name="in-a-graph", dtypes=("float32", "float64"))
def gamma_in_a_graph(tf, dtype=DTYPE):
    drawn = []
    for _ in range(2):
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            samples = tf.random.gamma([20], tf.constant(2.0, dtype), dtype=dtype, seed=9)
            drawn.append([session.run(samples), session.run(samples)])
    return drawn


@gamma_in_a_graph.promise
def _(drawn):
    (first, second), again = drawn
    return (first == again[0]).all() and (second == again[1]).all() and (first != second).any()


@case("tf.random.gamma", name="gradient", dtypes=("float32", "float64"), limits=GENERIC | FIXED_SHAPES)
def gamma_gradient(tf, alpha=uniform(2, 4, 2), beta=uniform(1, 2, 2)):
    with tf.GradientTape() as tape:
        tape.watch([alpha, beta])
        mean = tf.reduce_mean(tf.random.gamma([20000], alpha, beta, dtype=alpha.dtype, seed=3), axis=0)
    return tape.gradient(mean, [alpha, beta])


@gamma_gradient.promise
def _(gradients, alpha, beta):
    # The samples' gradient averages to that of their mean, alpha / beta.
    by_alpha, by_beta = gradients
    return abs(by_alpha - 1 / beta).max() < 0.05 and abs(by_beta + alpha / beta**2).max() < 0.1


@case("tf.experimental.numpy.random.standard_normal")
def standard_normal(tf):
    tf.experimental.numpy.random.seed(3)
    return tf.experimental.numpy.random.standard_normal([20000, 3])


@standard_normal.promise
def _(samples):
    return samples.shape == (DRAWS, 3) and str(samples.dtype) == "float64" and close(samples, 0, 1, 3)


@case("tf.experimental.numpy.random.standard_normal", name="shapes")
def standard_normal_shapes(tf):
    standard_normal = tf.experimental.numpy.random.standard_normal
    return [standard_normal(size).shape.as_list() for size in (None, 4, (2, 3), [0, 2])]


@standard_normal_shapes.promise
def _(shapes):
    return shapes == [[], [4], [2, 3], [0, 2]]


@case("tf.experimental.numpy.random.standard_normal", name="reproducible")
def standard_normal_reproducible(tf):
    def draw(seed):
        tf.experimental.numpy.random.seed(seed)
        return tf.experimental.numpy.random.standard_normal(50), tf.experimental.numpy.random.standard_normal(50)

    return draw(5), draw(5), draw(6)


@standard_normal_reproducible.promise
def _(draws):
    (first, second), again, other = draws
    same = (first == again[0]).all() and (second == again[1]).all()
    return same and (first != second).any() and (first != other[0]).any()


@case("tf.experimental.numpy.random.standard_normal", name="tails")
def standard_normal_tails(tf):
    tf.experimental.numpy.random.seed(4)
    return tf.experimental.numpy.random.standard_normal([20000])


@standard_normal_tails.promise
def _(samples):
    # The shares beyond one, two and three deviations, within five standard errors of a binomial.
    shares = (0.3173, 0.0455, 0.0027)
    return all(
        abs((abs(samples) > limit).mean() - share) < 5 * (share * (1 - share)) ** 0.5 / ROOT
        for limit, share in zip((1, 2, 3), shares, strict=True)
    )
