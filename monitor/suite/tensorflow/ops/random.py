"""Random numbers: distribution, and equality for equal seeds."""

from monitor.suite.declare import DTYPE, FLOATING, NUMERIC, case, tensor
from monitor.suite.limits import FIXED_RANK

COUNT = 4000


def described(tf, x):
    x = tf.cast(x, tf.float64)
    return [float(f(x)) for f in (tf.reduce_mean, tf.math.reduce_std, tf.reduce_min, tf.reduce_max)]


def spread_as(found, mean, deviation, low, high):
    """Return whether the mean is within six standard errors, the deviation within a tenth, and all between the ends."""
    near = abs(found[0] - mean) < 6 * deviation / COUNT**0.5 and abs(found[1] / deviation - 1) < 0.1
    return near and low <= found[2] and found[3] <= high


@case("tf.random.stateless_uniform", dtypes=FLOATING)
def stateless_uniform(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_uniform([COUNT], seed=(1, 2), dtype=dtype))


@stateless_uniform.promise
def _(found):
    return spread_as(found, 0.5, 0.2887, 0, 1)


@case("tf.random.stateless_normal", dtypes=FLOATING)
def stateless_normal(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_normal([COUNT], seed=(1, 2), dtype=dtype))


@stateless_normal.promise
def _(found):
    return spread_as(found, 0, 1.0, -7, 7)


@case("tf.random.stateless_truncated_normal", dtypes=FLOATING)
def stateless_truncated_normal(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_truncated_normal([COUNT], seed=(1, 2), dtype=dtype))


@stateless_truncated_normal.promise
def _(found):
    return spread_as(found, 0, 0.8796, -2.01, 2.01)


@case("tf.random.stateless_gamma", dtypes=("float32", "float64", "float16"))
def stateless_gamma(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_gamma([COUNT], seed=(1, 2), alpha=tf.cast(4, dtype), dtype=dtype))


@stateless_gamma.promise
def _(found):
    return spread_as(found, 4, 2.0, 0, 30)


@case("tf.random.stateless_poisson", dtypes=("float32", "float64", "float16", "int32"))
def stateless_poisson(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_poisson([COUNT], seed=(1, 2), lam=tf.cast(4, dtype), dtype=dtype))


@stateless_poisson.promise
def _(found):
    return spread_as(found, 4, 2.0, 0, 30)


@case("tf.random.stateless_binomial", dtypes=("float32", "float64", "int32", "int64"))
def stateless_binomial(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_binomial([COUNT], seed=(1, 2), counts=10.0, probs=0.5, output_dtype=dtype))


@stateless_binomial.promise
def _(found):
    return spread_as(found, 5, 1.5811, 0, 10)


@case("tf.random.uniform", dtypes=FLOATING)
def random_uniform(tf, dtype=DTYPE):
    return described(tf, tf.random.uniform([COUNT], dtype=dtype, seed=7))


@random_uniform.promise
def _(found):
    return spread_as(found, 0.5, 0.2887, 0, 1)


@case("tf.random.normal", dtypes=FLOATING)
def normal(tf, dtype=DTYPE):
    return described(tf, tf.random.normal([COUNT], mean=2.0, stddev=3.0, dtype=dtype, seed=7))


@normal.promise
def _(found):
    return spread_as(found, 2, 3.0, -20, 24)


@case("tf.random.truncated_normal", dtypes=FLOATING)
def truncated_normal(tf, dtype=DTYPE):
    return described(tf, tf.random.truncated_normal([COUNT], dtype=dtype, seed=7))


@truncated_normal.promise
def _(found):
    return spread_as(found, 0, 0.8796, -2.01, 2.01)


@case("tf.random.poisson", dtypes=("float32", "float64", "float16"))
def poisson(tf, dtype=DTYPE):
    return described(tf, tf.random.poisson([COUNT], tf.cast(4, dtype), dtype=dtype, seed=7))


@poisson.promise
def _(found):
    return spread_as(found, 4, 2.0, 0, 30)


@case("tf.random.stateless_categorical")
def stateless_categorical(tf):
    drawn = tf.random.stateless_categorical(tf.math.log([[0.25, 0.75]]), 4000, seed=(1, 2))
    return float(tf.reduce_mean(tf.cast(drawn, tf.float32)))


@stateless_categorical.promise
def _(found):
    return abs(found - 0.75) < 0.042  # six standard deviations


@case("tf.random.categorical")
def categorical(tf):
    drawn = tf.random.categorical(tf.math.log([[0.25, 0.75]]), 4000, seed=7)
    return float(tf.reduce_mean(tf.cast(drawn, tf.float32)))


@categorical.promise
def _(found):
    return abs(found - 0.75) < 0.042  # six standard deviations


@case("tf.random.shuffle", dtypes=NUMERIC, limits=FIXED_RANK)
def shuffle(tf, x=tensor(40)):
    return tf.sort(tf.random.shuffle(x, seed=7))


@shuffle.reference
def _(np, x):
    return np.sort(x)


@case("tf.random.experimental.stateless_shuffle", dtypes=NUMERIC)
def stateless_shuffle(tf, x=tensor(40)):
    return tf.sort(tf.random.experimental.stateless_shuffle(x, seed=(1, 2)))


@stateless_shuffle.reference
def _(np, x):
    return np.sort(x)


@case("tf.random.set_seed")
def set_seed(tf):
    drawn = []
    for seed in (1, 1, 2):
        tf.random.set_seed(seed)
        drawn.append(tf.random.uniform([8]).numpy().tolist())
    return drawn


@set_seed.promise
def _(found):
    return found[0] == found[1] != found[2]


@case("tf.random.Generator")
def generator(tf):
    return [tf.random.Generator.from_seed(seed).normal([8]).numpy().tolist() for seed in (1, 1, 2)]


@generator.promise
def _(found):
    return found[0] == found[1] != found[2]


@case("tf.random.Generator.split")
def split(tf):
    parts = tf.random.Generator.from_seed(1).split(2)
    return [part.normal([4]).numpy().tolist() for part in parts]


@split.promise
def _(found):
    return found[0] != found[1]


@case("tf.random.experimental.stateless_split")
def stateless_split(tf):
    first, second = tf.unstack(tf.random.experimental.stateless_split([1, 2], 2))
    return first.numpy().tolist(), second.numpy().tolist()


@stateless_split.promise
def _(found):
    return found[0] != found[1]


@case("tf.random.experimental.stateless_fold_in")
def stateless_fold_in(tf):
    return [tf.random.experimental.stateless_fold_in([1, 2], k).numpy().tolist() for k in (3, 3, 4)]


@stateless_fold_in.promise
def _(found):
    return found[0] == found[1] != found[2]
