"""Random numbers: spread as they should be, and the same again from the same seed."""

from monitor.suite.declare import DTYPE, FLOATING, NUMERIC, case, tensor


@case("tf.random.stateless_uniform", dtypes=FLOATING)
def stateless_uniform(tf, dtype=DTYPE):
    x = tf.cast(tf.random.stateless_uniform([4000], seed=(1, 2), dtype=dtype), tf.float64)
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@stateless_uniform.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return abs(mean - 0.5) < 6 * 0.2887 / 4000**0.5 and abs(deviation / 0.2887 - 1) < 0.1 and low >= 0 and high <= 1


@case("tf.random.stateless_normal", dtypes=FLOATING)
def stateless_normal(tf, dtype=DTYPE):
    x = tf.cast(tf.random.stateless_normal([4000], seed=(1, 2), dtype=dtype), tf.float64)
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@stateless_normal.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return abs(mean - 0) < 6 * 1.0 / 4000**0.5 and abs(deviation / 1.0 - 1) < 0.1 and low >= -7 and high <= 7


@case("tf.random.stateless_truncated_normal", dtypes=FLOATING)
def stateless_truncated_normal(tf, dtype=DTYPE):
    x = tf.cast(tf.random.stateless_truncated_normal([4000], seed=(1, 2), dtype=dtype), tf.float64)
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@stateless_truncated_normal.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return (
        abs(mean - 0) < 6 * 0.8796 / 4000**0.5 and abs(deviation / 0.8796 - 1) < 0.1 and low >= -2.01 and high <= 2.01
    )


@case("tf.random.stateless_gamma", dtypes=("float32", "float64", "float16"))
def stateless_gamma(tf, dtype=DTYPE):
    x = tf.cast(tf.random.stateless_gamma([4000], seed=(1, 2), alpha=tf.cast(4, dtype), dtype=dtype), tf.float64)
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@stateless_gamma.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return abs(mean - 4) < 6 * 2.0 / 4000**0.5 and abs(deviation / 2.0 - 1) < 0.1 and low >= 0 and high <= 30


@case("tf.random.stateless_poisson", dtypes=("float32", "float64", "float16", "int32"))
def stateless_poisson(tf, dtype=DTYPE):
    x = tf.cast(tf.random.stateless_poisson([4000], seed=(1, 2), lam=tf.cast(4, dtype), dtype=dtype), tf.float64)
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@stateless_poisson.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return abs(mean - 4) < 6 * 2.0 / 4000**0.5 and abs(deviation / 2.0 - 1) < 0.1 and low >= 0 and high <= 30


@case("tf.random.stateless_binomial", dtypes=("float32", "float64", "int32", "int64"))
def stateless_binomial(tf, dtype=DTYPE):
    x = tf.cast(
        tf.random.stateless_binomial([4000], seed=(1, 2), counts=10.0, probs=0.5, output_dtype=dtype), tf.float64
    )
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@stateless_binomial.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return abs(mean - 5) < 6 * 1.5811 / 4000**0.5 and abs(deviation / 1.5811 - 1) < 0.1 and low >= 0 and high <= 10


@case("tf.random.uniform", dtypes=FLOATING)
def random_uniform(tf, dtype=DTYPE):
    x = tf.cast(tf.random.uniform([4000], dtype=dtype, seed=7), tf.float64)
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@random_uniform.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return abs(mean - 0.5) < 6 * 0.2887 / 4000**0.5 and abs(deviation / 0.2887 - 1) < 0.1 and low >= 0 and high <= 1


@case("tf.random.normal", dtypes=FLOATING)
def normal(tf, dtype=DTYPE):
    x = tf.cast(tf.random.normal([4000], mean=2.0, stddev=3.0, dtype=dtype, seed=7), tf.float64)
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@normal.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return abs(mean - 2) < 6 * 3.0 / 4000**0.5 and abs(deviation / 3.0 - 1) < 0.1 and low >= -20 and high <= 24


@case("tf.random.truncated_normal", dtypes=FLOATING)
def truncated_normal(tf, dtype=DTYPE):
    x = tf.cast(tf.random.truncated_normal([4000], dtype=dtype, seed=7), tf.float64)
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@truncated_normal.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return (
        abs(mean - 0) < 6 * 0.8796 / 4000**0.5 and abs(deviation / 0.8796 - 1) < 0.1 and low >= -2.01 and high <= 2.01
    )


@case("tf.random.poisson", dtypes=("float32", "float64", "float16"))
def poisson(tf, dtype=DTYPE):
    x = tf.cast(tf.random.poisson([4000], tf.cast(4, dtype), dtype=dtype, seed=7), tf.float64)
    return float(tf.reduce_mean(x)), float(tf.math.reduce_std(x)), float(tf.reduce_min(x)), float(tf.reduce_max(x))


@poisson.promise
def _(found):
    mean, deviation, low, high = found
    # Of 4,000 numbers; six standard deviations of their mean, and a tenth of their deviation.
    return abs(mean - 4) < 6 * 2.0 / 4000**0.5 and abs(deviation / 2.0 - 1) < 0.1 and low >= 0 and high <= 30


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


@case("tf.random.shuffle", dtypes=NUMERIC)
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
