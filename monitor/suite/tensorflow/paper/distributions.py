"""The normal distribution of `tf.compat.v1.distributions`."""

from monitor.suite.declare import COMPILED, DTYPE, EAGER, FLOATING, GRADIENT, case, indices, tensor, uniform
from monitor.suite.limits import EAGER_LOOP, FINITE, FIXED_SHAPES, FIXED_VALUES, SESSION, UNIT_RANGE, WELL_SCALED

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SINGLE_AND_DOUBLE = ("float32", "float64")  # those that the error function of these distributions has

NORMAL = "tf.compat.v1.distributions.Normal"


@case(NORMAL, dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=FINITE)
def normal(tf, x=uniform(-2, 2, 5), loc=uniform(-1, 1, 3, 1), scale=uniform(1, 2, 3, 1)):
    return tf.compat.v1.distributions.Normal(loc, scale).prob(x)


@normal.reference
def _(np, x, loc, scale):
    return np.exp(-(((x - loc) / scale) ** 2) / 2) / (scale * np.sqrt(2 * np.pi))


@case(NORMAL, name="log-prob", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def normal_log_prob(tf, x=uniform(-2, 2, 5), loc=uniform(-1, 1, 3, 1), scale=uniform(1, 2, 3, 1)):
    return tf.compat.v1.distributions.Normal(loc, scale).log_prob(x)


@normal_log_prob.reference
def _(np, x, loc, scale):
    return -(((x - loc) / scale) ** 2) / 2 - np.log(scale) - np.log(2 * np.pi) / 2


@case(NORMAL, name="cdf", dtypes=SINGLE_AND_DOUBLE, modes=ALL_MODES, condition=4)
def normal_cdf(tf, x=uniform(-3, 3, 7), loc=uniform(-1, 1, 1), scale=uniform(1, 2, 1)):
    return tf.compat.v1.distributions.Normal(loc, scale).cdf(x)


@normal_cdf.reference
def _(np, x, loc, scale):
    from scipy import special

    return special.ndtr((x - loc) / scale)


@case(NORMAL, name="log-cdf", dtypes=SINGLE_AND_DOUBLE, modes=(EAGER, COMPILED), condition=4)
def normal_log_cdf(tf, x=uniform(-4, 2, 9), scale=uniform(1, 2, 1)):
    return tf.compat.v1.distributions.Normal(tf.zeros_like(scale), scale).log_cdf(x)


@normal_log_cdf.reference
def _(np, x, scale):
    from scipy import special

    return special.log_ndtr(x / scale)


@case(NORMAL, name="quantile", dtypes=SINGLE_AND_DOUBLE, modes=(EAGER, COMPILED), condition=8, limits=UNIT_RANGE)
def normal_quantile(tf, p=uniform(0.05, 0.95, 9), loc=uniform(-1, 1, 1), scale=uniform(1, 2, 1)):
    return tf.compat.v1.distributions.Normal(loc, scale).quantile(p)


@normal_quantile.reference
def _(np, p, loc, scale):
    from scipy import special

    return loc + scale * special.ndtri(p)


@case(NORMAL, name="entropy", dtypes=("float32", "float16"), modes=(EAGER, COMPILED), condition=2)
def normal_entropy(tf, loc=tensor(3, 1), scale=uniform(1, 2, 4)):
    return tf.compat.v1.distributions.Normal(loc, scale).entropy()


@normal_entropy.reference
def _(np, loc, scale):
    return np.log(scale * np.sqrt(2 * np.pi * np.e)) + np.zeros_like(loc)


@case(NORMAL, name="moments", dtypes=("float32", "float16"), modes=(EAGER, COMPILED))
def normal_moments(tf, loc=tensor(3), scale=uniform(1, 2, 3)):
    distribution = tf.compat.v1.distributions.Normal(loc, scale)
    return distribution.mean(), distribution.mode(), distribution.stddev(), distribution.variance()


@normal_moments.reference
def _(np, loc, scale):
    return [loc, loc, scale, scale**2]


@case(
    NORMAL, name="divergence", dtypes=("float32", "float16"), modes=ALL_MODES, condition=8, limits=FINITE | WELL_SCALED
)
def normal_divergence(tf, a=uniform(-2, -1, 3), b=uniform(1, 2, 3), s=uniform(1, 2, 3), t=uniform(1, 2, 3)):
    distributions = tf.compat.v1.distributions
    return distributions.kl_divergence(distributions.Normal(a, s), distributions.Normal(b, t))


@normal_divergence.reference
def _(np, a, b, s, t):
    return np.log(t / s) + (s**2 + (a - b) ** 2) / (2 * t**2) - 1 / 2


@case(NORMAL, name="shapes", dtypes=("float32", "float64"))
def normal_shapes(tf, loc=tensor(3, 1), scale=uniform(1, 2, 4)):
    distribution = tf.compat.v1.distributions.Normal(loc, scale)
    return distribution.batch_shape.as_list(), distribution.event_shape.as_list(), distribution.dtype is loc.dtype


@normal_shapes.promise
def _(result):
    return result == [[3, 4], [], True]


@case(NORMAL, name="sample", dtypes=FLOATING)
def normal_sample(tf, dtype=DTYPE):
    loc, scale = tf.constant([-3.0, 5.0], dtype), tf.constant([0.5, 2.0], dtype)
    return tf.cast(tf.compat.v1.distributions.Normal(loc, scale).sample(20000, seed=7), tf.float64)


@normal_sample.promise
def _(samples):
    # The mean of n has a standard error of scale / sqrt(n), their deviation one of scale / sqrt(2 n): five are allowed,
    # and what rounding to bfloat16 may add.
    mean = abs(samples.mean(axis=0) - [-3, 5]) < [0.5 * 5 / 141 + 0.002, 2 * 5 / 141 + 0.004]
    deviation = abs(samples.std(axis=0) - [0.5, 2]) < [0.5 * 5 / 200 + 0.002, 2 * 5 / 200 + 0.004]
    return samples.shape == (20000, 2) and mean.all() and deviation.all()


@case(NORMAL, name="reproducible", dtypes=SINGLE_AND_DOUBLE)
def normal_reproducible(tf, dtype=DTYPE):
    def sample(seed):
        tf.random.set_seed(seed)
        return tf.compat.v1.distributions.Normal(tf.zeros([2], dtype), tf.ones([2], dtype)).sample([3, 4], seed=1)

    return sample(5), sample(5), sample(6)


@normal_reproducible.promise
def _(samples):
    first, again, other = samples
    return first.shape == (3, 4, 2) and (first == again).all() and (first != other).any()


@case(NORMAL, name="large", dtypes=SINGLE_AND_DOUBLE, modes=(EAGER, COMPILED), condition=4, limits=FINITE)
def normal_large(tf, x=uniform(-2, 2, 256, 1024), scale=uniform(1, 2, 1024)):
    return tf.compat.v1.distributions.Normal(tf.zeros_like(scale), scale).prob(x)


@normal_large.reference
def _(np, x, scale):
    return np.exp(-((x / scale) ** 2) / 2) / (scale * np.sqrt(2 * np.pi))


@case(f"{NORMAL}.survival_function", dtypes=SINGLE_AND_DOUBLE, modes=ALL_MODES, condition=4)
def survival_function(tf, x=uniform(-3, 3, 7), loc=uniform(-1, 1, 1), scale=uniform(1, 2, 1)):
    return tf.compat.v1.distributions.Normal(loc, scale).survival_function(x)


@survival_function.reference
def _(np, x, loc, scale):
    from scipy import special

    return special.ndtr((loc - x) / scale)


@case(
    f"{NORMAL}.survival_function",
    name="tail",
    dtypes=SINGLE_AND_DOUBLE,
    modes=(EAGER, COMPILED),
    condition=16,
    limits=EAGER_LOOP,
)
def survival_function_tail(tf, x=uniform(4, 9, 9)):
    # One by one: an error of the smallest is no less for being beside a larger one.
    distribution = tf.compat.v1.distributions.Normal(tf.zeros([], x.dtype), tf.ones([], x.dtype))
    return tf.unstack(distribution.survival_function(x))


@survival_function_tail.reference
def _(np, x):
    from scipy import special

    return [*special.ndtr(-x)]


@case(
    f"{NORMAL}.survival_function",
    name="infinite",
    dtypes=SINGLE_AND_DOUBLE,
    modes=(EAGER, COMPILED),
    limits=FIXED_SHAPES | FIXED_VALUES,
)
def survival_function_infinite(tf, x=uniform(1, 2, 2)):
    infinity = x / tf.zeros_like(x)
    distribution = tf.compat.v1.distributions.Normal(x, x)
    return distribution.survival_function(infinity), distribution.survival_function(-infinity)


@survival_function_infinite.reference
def _(np):
    return [np.zeros(2), np.ones(2)]


@case(f"{NORMAL}.survival_function", name="in-a-graph", dtypes=SINGLE_AND_DOUBLE, condition=4, limits=SESSION)
def survival_function_in_a_graph(tf, x=uniform(-3, 3, 7)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.constant(x.numpy())
        distribution = tf.compat.v1.distributions.Normal(tf.zeros([], x.dtype), tf.ones([], x.dtype))
        return session.run(distribution.survival_function(given))


@survival_function_in_a_graph.reference
def _(np, x):
    from scipy import special

    return special.ndtr(-x)


@case(f"{NORMAL}.log_survival_function", dtypes=SINGLE_AND_DOUBLE, modes=ALL_MODES, condition=4)
def log_survival_function(tf, x=uniform(-1, 4, 7), loc=uniform(-1, 1, 1), scale=uniform(1, 2, 1)):
    return tf.compat.v1.distributions.Normal(loc, scale).log_survival_function(x)


@log_survival_function.reference
def _(np, x, loc, scale):
    from scipy import special

    return special.log_ndtr((loc - x) / scale)


@case(f"{NORMAL}.log_survival_function", name="tail", dtypes=SINGLE_AND_DOUBLE, modes=ALL_MODES, condition=4)
def log_survival_function_tail(tf, x=uniform(20, 100, 9)):
    # The survival function itself is zero here, its logarithm far from it.
    distribution = tf.compat.v1.distributions.Normal(tf.zeros([], x.dtype), tf.ones([], x.dtype))
    return distribution.log_survival_function(x)


@log_survival_function_tail.reference
def _(np, x):
    from scipy import special

    return special.log_ndtr(-x)


@case(
    f"{NORMAL}.log_survival_function",
    name="near-one",
    dtypes=SINGLE_AND_DOUBLE,
    modes=(EAGER, COMPILED),
    condition=16,
    limits=EAGER_LOOP,
)
def log_survival_function_near_one(tf, x=uniform(-8, -6, 5)):
    distribution = tf.compat.v1.distributions.Normal(tf.zeros([], x.dtype), tf.ones([], x.dtype))
    return tf.unstack(distribution.log_survival_function(x))


@log_survival_function_near_one.reference
def _(np, x):
    from scipy import special

    return [*special.log_ndtr(-x)]


@case(f"{NORMAL}.param_shapes")
def param_shapes(tf):
    shapes = tf.compat.v1.distributions.Normal.param_shapes([2, 3])
    return {name: shape.numpy().tolist() for name, shape in shapes.items()}


@param_shapes.promise
def _(shapes):
    return shapes == {"loc": [2, 3], "scale": [2, 3]}


@case(f"{NORMAL}.param_shapes", name="of-a-tensor", dtypes=("int32",), modes=(EAGER, COMPILED))
def param_shapes_of_a_tensor(tf, shape=indices(3, below=5, dtype="int32")):
    shapes = tf.compat.v1.distributions.Normal.param_shapes(shape)
    return shapes["loc"], shapes["scale"]


@param_shapes_of_a_tensor.reference
def _(np, shape):
    return [shape, shape]


@case(f"{NORMAL}.param_shapes", name="scalar")
def param_shapes_scalar(tf):
    shapes = tf.compat.v1.distributions.Normal.param_shapes([])
    return {name: shape.numpy().tolist() for name, shape in shapes.items()}


@param_shapes_scalar.promise
def _(shapes):
    return shapes == {"loc": [], "scale": []}
