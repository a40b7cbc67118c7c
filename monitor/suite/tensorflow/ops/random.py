"""Random numbers: distribution, and equality for equal seeds."""

import math

from monitor.suite.declare import DTYPE, FLOATING, NUMERIC, case, tensor
from monitor.suite.limits import FIXED_RANK

COUNT = 4000
PLACES = 19  # at which shares of the numbers are compared with their distribution
# Critical value of the Kolmogorov-Smirnov test: a right generator exceeds it once in 100,000 seeds.
CRITICAL = 2.5


def described(tf, x):
    x = tf.sort(tf.cast(x, tf.float64))
    moments = [float(f(x)) for f in (tf.reduce_mean, tf.math.reduce_std, tf.reduce_min, tf.reduce_max)]
    step = COUNT // (PLACES + 1)
    return moments, [float(x[step * place]) for place in range(1, PLACES + 1)]


def spread_as(found, mean, deviation, low, high, below=None):
    """Return whether numbers have their mean, deviation, ends, and distribution: `below(x)` is the share under x.

    The mean is within six standard errors and the deviation within a tenth. The distribution of numbers that are
    rounded to half precision is compared as well: a step of it is 1/256 at most.
    """
    moments, places = found
    near = abs(moments[0] - mean) < 6 * deviation / COUNT**0.5 and abs(moments[1] / deviation - 1) < 0.1
    inside = low <= moments[2] and moments[3] <= high
    shares = [below(place) if below else number / (PLACES + 1) for number, place in enumerate(places, 1)]
    off = max(abs(share - number / (PLACES + 1)) for number, share in enumerate(shares, 1))
    return near and inside and off < CRITICAL / COUNT**0.5 + 1 / 256


def share_below(x, mean=0.0, deviation=1.0):
    """Return the share of normal numbers below x."""
    return (1 + math.erf((x - mean) / deviation / 2**0.5)) / 2


def share_of_truncated(x):
    """Return the share below x of normal numbers within two deviations."""
    return (share_below(x) - share_below(-2.0)) / (share_below(2.0) - share_below(-2.0))


def share_of_gamma(x):
    """Return the share below x of numbers of the gamma distribution with shape 4."""
    return 1 - math.exp(-x) * sum(x**k / math.factorial(k) for k in range(4))


@case("tf.random.stateless_uniform", dtypes=FLOATING)
def stateless_uniform(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_uniform([COUNT], seed=(1, 2), dtype=dtype))


@stateless_uniform.promise
def _(found):
    return spread_as(found, 0.5, 0.2887, 0, 1, lambda x: x)


@case("tf.random.stateless_normal", dtypes=FLOATING)
def stateless_normal(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_normal([COUNT], seed=(1, 2), dtype=dtype))


@stateless_normal.promise
def _(found):
    return spread_as(found, 0, 1.0, -7, 7, share_below)


@case("tf.random.stateless_truncated_normal", dtypes=FLOATING)
def stateless_truncated_normal(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_truncated_normal([COUNT], seed=(1, 2), dtype=dtype))


@stateless_truncated_normal.promise
def _(found):
    return spread_as(found, 0, 0.8796, -2.01, 2.01, share_of_truncated)


@case("tf.random.stateless_gamma", dtypes=("float32", "float64", "float16"))
def stateless_gamma(tf, dtype=DTYPE):
    return described(tf, tf.random.stateless_gamma([COUNT], seed=(1, 2), alpha=tf.cast(4, dtype), dtype=dtype))


@stateless_gamma.promise
def _(found):
    return spread_as(found, 4, 2.0, 0, 30, share_of_gamma)


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
    return spread_as(found, 0.5, 0.2887, 0, 1, lambda x: x)


@case("tf.random.normal", dtypes=FLOATING)
def normal(tf, dtype=DTYPE):
    return described(tf, tf.random.normal([COUNT], mean=2.0, stddev=3.0, dtype=dtype, seed=7))


@normal.promise
def _(found):
    return spread_as(found, 2, 3.0, -20, 24, lambda x: share_below(x, 2.0, 3.0))


@case("tf.random.truncated_normal", dtypes=FLOATING)
def truncated_normal(tf, dtype=DTYPE):
    return described(tf, tf.random.truncated_normal([COUNT], dtype=dtype, seed=7))


@truncated_normal.promise
def _(found):
    return spread_as(found, 0, 0.8796, -2.01, 2.01, share_of_truncated)


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


@case("tf.random.shuffle", name="order")
def shuffle_order(tf):
    return [tf.random.shuffle(tf.range(40), seed=seed).numpy().tolist() for seed in range(20)]


@shuffle_order.promise
def _(orders):
    # Each place has twenty numbers with a mean of 19.5 and a deviation of 11.5: five standard errors are 13.
    fair = all(abs(sum(order[place] for order in orders) / 20 - 19.5) < 13 for place in range(40))
    return fair and all(sorted(order) == [*range(40)] and order != sorted(order) for order in orders)


@case("tf.random.experimental.stateless_shuffle", name="order")
def stateless_shuffle_order(tf):
    shuffle = tf.random.experimental.stateless_shuffle
    return [shuffle(tf.range(40), seed=(1, seed)).numpy().tolist() for seed in range(20)]


@stateless_shuffle_order.promise
def _(orders):
    fair = all(abs(sum(order[place] for order in orders) / 20 - 19.5) < 13 for place in range(40))
    return fair and all(sorted(order) == [*range(40)] and order != sorted(order) for order in orders)


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
