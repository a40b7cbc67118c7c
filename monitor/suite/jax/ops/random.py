"""Keys of random numbers and draws from distributions."""

from functools import partial

from monitor.suite.declare import DTYPE, FLOATING, case, fact
from monitor.suite.distributions import counts_follow, follows, permutations_are_fair

DRAWS = 20000
drawn = partial(fact, dtypes=FLOATING)


def near(values, expected, deviations=5.0, spread=1.0):
    """Return whether the mean of independent draws is that expected, within five deviations of it."""
    values = values.reshape(-1).astype(float)
    return abs(values.mean() - expected) < deviations * spread / values.size**0.5 + 0.004 * abs(expected)


def moments(values, mean, variance, kurtosis=3.0):
    """Return whether draws have this mean and variance; `kurtosis` gives the spread of their squares."""
    return near(values, mean, spread=variance**0.5) and near(
        (values - mean) ** 2, variance, spread=variance * (kurtosis - 1) ** 0.5
    )


KEYS = [
    fact(
        "jax.random.key",
        lambda jax: (lambda key: (key.shape, str(key.dtype), jax.random.key_data(key).tolist()))(jax.random.key(3)),
        lambda result: result == [[], "key<fry>", [0, 3]],
    ),
    fact(
        "jax.random.key",
        lambda jax: [
            jax.random.key_data(jax.random.key(3, impl=impl)).shape[0] for impl in ("threefry2x32", "rbg", "unsafe_rbg")
        ],
        lambda sizes: sizes == [2, 4, 4],
        name="implementations",
    ),
    fact(
        "jax.random.key",
        lambda jax: [
            jax.random.bits(jax.random.key(7), (3,)).tolist(),
            jax.random.bits(jax.random.PRNGKey(7), (3,)).tolist(),
            jax.random.bits(jax.random.key(8), (3,)).tolist(),
        ],
        lambda bits: bits[0] == bits[1] != bits[2],
        name="same-draws",
    ),
    fact(
        "jax.random.key_data",
        lambda jax: (lambda data: (data.shape, str(data.dtype)))(
            jax.random.key_data(jax.random.split(jax.random.key(0), (4, 2)))
        ),
        lambda result: result == [[4, 2, 2], "uint32"],
    ),
    fact(
        "jax.random.wrap_key_data",
        lambda jax: (lambda key: (key == jax.random.wrap_key_data(jax.random.key_data(key))).item())(
            jax.random.split(jax.random.key(5))[1]
        ),
        lambda same: same,
    ),
    fact(
        "jax.random.key_impl",
        lambda jax: [str(jax.random.key_impl(jax.random.key(0, impl=impl))) for impl in ("threefry2x32", "rbg")],
        lambda names: "fry" in names[0] and "rbg" in names[1],
    ),
    fact(
        "jax.random.clone",
        lambda jax: (jax.random.clone(jax.random.key(4)) == jax.random.key(4)).item(),
        lambda same: same,
    ),
    fact(
        "jax.random.fold_in",
        lambda jax: [
            jax.random.key_data(jax.random.fold_in(jax.random.key(seed), number)).tolist()
            for seed, number in ((0, 0), (0, 1), (0, 0), (1, 0))
        ],
        # The known answer of the authors of Threefry for a key and a counter of zeros
        # (Salmon et al., Parallel random numbers: as easy as 1, 2, 3; SC 2011).
        lambda keys: keys[0] == keys[2] == [0x6B200159, 0x99BA4EFE] and keys[1] != keys[0] != keys[3],
    ),
    fact(
        "jax.random.fold_in",
        lambda jax: (
            lambda key, numbers: (
                jax.random.key_data(jax.vmap(lambda n: jax.random.fold_in(key, n))(numbers)).tolist(),
                [jax.random.key_data(jax.random.fold_in(key, int(n))).tolist() for n in numbers],
            )
        )(jax.random.key(1), jax.numpy.arange(3)),
        lambda result: result[0] == result[1],
        name="vmap",
    ),
]

CONTINUOUS = [
    drawn(
        "jax.random.normal",
        lambda jax, dtype=DTYPE: jax.random.normal(jax.random.key(0), (DRAWS,), dtype),
        lambda x: moments(x, 0, 1) and abs((x > 1.96).mean() - 0.025) < 0.006 and follows(x, "norm"),
    ),
    drawn(
        "jax.random.truncated_normal",
        lambda jax, dtype=DTYPE: jax.random.truncated_normal(jax.random.key(1), -1, 1, (DRAWS,), dtype),
        lambda x: (
            (x >= -1).all()
            and (x <= 1).all()
            and moments(x, 0, 0.29112, 2)  # 1 - 2 phi(1) / (2 Phi(1) - 1)
            and follows(x, "truncnorm", -1, 1)
        ),
    ),
    drawn(
        "jax.random.exponential",
        lambda jax, dtype=DTYPE: jax.random.exponential(jax.random.key(2), (DRAWS,), dtype),
        lambda x: (x >= 0).all() and moments(x, 1, 1, 9) and follows(x, "expon"),
        dtypes=("float32", "float64"),
    ),
    drawn(
        "jax.random.gumbel",
        lambda jax, dtype=DTYPE: jax.random.gumbel(jax.random.key(3), (DRAWS,), dtype),
        # Euler's constant; pi^2 / 6
        lambda x: moments(x, 0.57721566, 1.64493407, 5.4) and follows(x, "gumbel_r"),
        dtypes=("float32", "float64"),
    ),
    drawn(
        "jax.random.laplace",
        lambda jax, dtype=DTYPE: jax.random.laplace(jax.random.key(4), (DRAWS,), dtype),
        lambda x: moments(x, 0, 2, 6) and follows(x, "laplace"),
        dtypes=("float32", "float64"),
    ),
    drawn(
        "jax.random.beta",
        lambda jax, dtype=DTYPE: jax.random.beta(jax.random.key(5), 2.0, 3.0, (DRAWS,), dtype),
        lambda x: (x > 0).all() and (x < 1).all() and moments(x, 0.4, 0.04) and follows(x, "beta", 2, 3),
        dtypes=("float32", "float64"),
    ),
    drawn(
        "jax.random.dirichlet",
        lambda jax, dtype=DTYPE: jax.random.dirichlet(
            jax.random.key(6), jax.numpy.array([1.0, 2.0, 5.0], dtype), (DRAWS,), dtype
        ),
        lambda x: (
            x.shape == (DRAWS, 3)
            and abs(x.sum(axis=1) - 1).max() < 1e-5
            and near(x[:, 1], 0.25)
            and follows(x[:, 2], "beta", 5, 3)  # one part of a Dirichlet distribution
        ),
        dtypes=("float32", "float64"),
    ),
    drawn(
        "jax.random.chisquare",
        lambda jax, dtype=DTYPE: jax.random.chisquare(jax.random.key(7), 3.0, shape=(DRAWS,), dtype=dtype),
        lambda x: (x > 0).all() and moments(x, 3, 6, 7) and follows(x, "chi2", 3),
        dtypes=("float32", "float64"),
    ),
]


@case("jax.random.normal", name="reproducible", dtypes=FLOATING)
def normal_reproducible(jax, dtype=DTYPE):
    keys = [jax.random.key(5), jax.random.key(5), jax.random.key(6)]
    draws = [jax.random.normal(key, (3, 50), dtype) for key in keys]
    compiled = jax.jit(lambda key: jax.random.normal(key, (3, 50), dtype))(keys[0])
    return *draws, compiled


@normal_reproducible.promise
def _(draws):
    first, again, other, compiled = draws
    # A compiled program may round the inverse error function in another way.
    return (first == again).all() and (first != other).mean() > 0.9 and abs(compiled - first).max() < 0.02


@case("jax.random.normal", name="complex", dtypes=("complex64", "complex128"))
def normal_complex(jax, dtype=DTYPE):
    return jax.random.normal(jax.random.key(0), (DRAWS,), dtype)


@normal_complex.promise
def _(x):
    return near(x.real, 0) and near(x.imag, 0) and near(abs(x) ** 2, 1)


DISCRETE = [
    fact(
        "jax.random.bernoulli",
        lambda jax: jax.random.bernoulli(jax.random.key(0), 0.3, (DRAWS,)),
        lambda x: x.dtype == bool and near(x, 0.3, spread=0.46),
    ),
    fact(
        "jax.random.bernoulli",
        lambda jax: jax.random.bernoulli(jax.random.key(0), jax.numpy.array([0.0, 0.5, 1.0]), (DRAWS, 3)),
        lambda x: not x[:, 0].any() and x[:, 2].all() and near(x[:, 1], 0.5),
        name="probabilities",
    ),
    fact(
        "jax.random.choice",
        lambda jax: jax.random.choice(jax.random.key(1), 5, (DRAWS,)),
        lambda x: ((x >= 0) & (x < 5)).all() and all(abs((x == k).mean() - 0.2) < 0.02 for k in range(5)),
    ),
    fact(
        "jax.random.choice",
        lambda jax: jax.random.choice(jax.random.key(1), jax.numpy.arange(10, 60, 10), (5,), replace=False),
        lambda x: sorted(x.tolist()) == [10, 20, 30, 40, 50],
        name="no-replacement",
    ),
    fact(
        "jax.random.choice",
        lambda jax: jax.random.choice(jax.random.key(1), 3, (DRAWS,), p=jax.numpy.array([0.5, 0.0, 0.5])),
        lambda x: not (x == 1).any() and abs((x == 0).mean() - 0.5) < 0.02,
        name="probabilities",
    ),
    fact(
        "jax.random.choice",
        lambda jax: jax.random.choice(jax.random.key(1), 4, (DRAWS,), p=jax.numpy.array([0.1, 0.2, 0.0, 0.7])),
        lambda x: counts_follow([(x == number).sum() for number in range(4)], [0.1, 0.2, 0.0, 0.7]),
        name="weights",
    ),
    fact(
        "jax.random.choice",
        lambda jax: jax.random.choice(jax.random.key(2), jax.numpy.arange(12).reshape(3, 4), (50,), axis=1),
        lambda x: x.shape == (3, 50) and (x[1] - x[0] == 4).all() and set(x[0].tolist()) <= {0, 1, 2, 3},
        name="axis",
    ),
    fact(
        "jax.random.permutation",
        lambda jax: [
            jax.random.permutation(jax.random.key(3), 50),
            jax.random.permutation(jax.random.key(3), 50),
            jax.random.permutation(jax.random.key(4), 50),
        ],
        lambda x: sorted(x[0].tolist()) == [*range(50)] and (x[0] == x[1]).all() and (x[0] != x[2]).any(),
    ),
    fact(
        "jax.random.permutation",
        lambda jax: jax.random.permutation(jax.random.key(3), jax.numpy.arange(40).reshape(10, 4)),
        lambda x: sorted(x[:, 0].tolist()) == [*range(0, 40, 4)] and (x[:, 1:] - x[:, :1] == [1, 2, 3]).all(),
        name="rows",
    ),
    fact(
        "jax.random.permutation",
        lambda jax: jax.random.permutation(
            jax.random.key(3), jax.numpy.arange(40).reshape(4, 10), axis=1, independent=True
        ),
        lambda x: (
            all(sorted(row.tolist()) == [*range(10 * k, 10 * k + 10)] for k, row in enumerate(x))
            and (x[0] != x[1] - 10).any()
        ),
        name="independent",
    ),
    fact(
        "jax.random.permutation",
        lambda jax: jax.vmap(lambda key: jax.random.permutation(key, 8))(jax.random.split(jax.random.key(5), 2000)),
        permutations_are_fair,
        name="fair",
    ),
    fact(
        "jax.random.permutation",
        lambda jax: jax.random.permutation(
            jax.random.key(5), jax.numpy.tile(jax.numpy.arange(8), (2000, 1)), axis=1, independent=True
        ),
        permutations_are_fair,
        name="fair-independent",
    ),
    fact(
        "jax.random.choice",
        lambda jax: jax.vmap(lambda key: jax.random.choice(key, 8, (8,), replace=False))(
            jax.random.split(jax.random.key(5), 2000)
        ),
        permutations_are_fair,
        name="fair",
    ),
]
