"""Cumulative distribution functions: values, densities as their derivatives, and ends of the support."""

from monitor.suite.declare import COMPILED, DTYPE, EAGER, FLOATING, GRADIENT, case, indices, tensor, uniform
from monitor.suite.limits import FIXED_RANK, VALID_PARAMETERS

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SINGLE_AND_DOUBLE = ("float32", "float64")
INFINITY = float("inf")
NAN = float("nan")


@case("jax.scipy.stats.norm.cdf", dtypes=SINGLE_AND_DOUBLE, modes=ALL_MODES)
def norm_cdf(jax, x=uniform(-3, 3, 7), loc=uniform(-1, 1, 3, 1), scale=uniform(1, 2, 3, 1)):
    return jax.scipy.stats.norm.cdf(x, loc, scale)


@norm_cdf.reference
def _(np, x, loc, scale):
    from scipy import special

    return special.ndtr((x - loc) / scale)


@case("jax.scipy.stats.norm.cdf", name="density", dtypes=("float32",), limits=FIXED_RANK)
def norm_density(jax, x=uniform(-3, 3, 7)):
    return jax.vmap(jax.grad(jax.scipy.stats.norm.cdf))(x)


@norm_density.reference
def _(np, x):
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


@case("jax.scipy.stats.norm.cdf", name="edges", dtypes=SINGLE_AND_DOUBLE)
def norm_cdf_at_edges(jax, dtype=DTYPE):
    return jax.scipy.stats.norm.cdf(jax.numpy.array([-INFINITY, -50, 0, 50, INFINITY, NAN], dtype))


@norm_cdf_at_edges.reference
def _(np):
    return np.array([0, 0, 1 / 2, 1, 1, NAN])


@case("jax.scipy.stats.norm.cdf", name="tail", dtypes=SINGLE_AND_DOUBLE, condition=2)
def norm_cdf_in_tail(jax, x=uniform(-12, -4, 9)):
    # divided by the density, which falls as fast, the smallest of them counts as much as the largest
    return jax.scipy.stats.norm.cdf(x) * jax.numpy.exp(x**2 / 2)


@norm_cdf_in_tail.reference
def _(np, x):
    from scipy import special

    return special.ndtr(x) * np.exp(x**2 / 2)


@case("jax.scipy.stats.norm.cdf", name="counts", dtypes=("int32",), returns={"int32": "float32"})
def norm_cdf_of_counts(jax, x=tensor(6)):
    return jax.scipy.stats.norm.cdf(x)


@norm_cdf_of_counts.reference
def _(np, x):
    from scipy import special

    return special.ndtr(x)


@case("jax.scipy.stats.norm.cdf", name="large", dtypes=("float32",), modes=(EAGER, COMPILED))
def norm_cdf_large(jax, x=tensor(256, 1024)):
    return jax.scipy.stats.norm.cdf(x)


@norm_cdf_large.reference
def _(np, x):
    from scipy import special

    return special.ndtr(x)


@case("jax.scipy.stats.beta.cdf", dtypes=("float32", "float64", "bfloat16"), modes=(EAGER, COMPILED), condition=2)
def beta_cdf(jax, x=uniform(0.05, 0.95, 7), a=uniform(0.5, 4, 3, 1), b=uniform(0.5, 4, 3, 1)):
    return jax.scipy.stats.beta.cdf(x, a, b)


@beta_cdf.reference
def _(np, x, a, b):
    from scipy import special

    cdf = special.betainc(a, b, np.clip(x, 0, 1))
    tiny = (a < 1e-30) & (b < 1e-30) & (x > 0) & (x < 1)  # all probability is at 0 and 1
    return np.where(tiny, b / (a + b), cdf)


@case("jax.scipy.stats.beta.cdf", name="moved", dtypes=("float32",), modes=(EAGER, GRADIENT), condition=8)
def beta_cdf_moved(jax, x=uniform(1.5, 2.5, 7), loc=uniform(0.5, 1, 1), scale=uniform(3, 4, 1)):
    return jax.scipy.stats.beta.cdf(x, 2, 3, loc, scale)


@beta_cdf_moved.reference
def _(np, x, loc, scale):
    z = np.clip((x - loc) / scale, 0, 1)
    return z**2 * (6 - 8 * z + 3 * z**2)


@case(
    "jax.scipy.stats.beta.cdf",
    name="density",
    dtypes=("float32",),
    condition=16,
    limits=FIXED_RANK | VALID_PARAMETERS,
)
def beta_density(jax, x=uniform(0.05, 0.95, 5), a=uniform(0.5, 4, 5), b=uniform(0.5, 4, 5)):
    return jax.vmap(jax.grad(jax.scipy.stats.beta.cdf))(x, a, b)


@beta_density.reference
def _(np, x, a, b):
    from scipy import special

    density = x ** (a - 1) * (1 - x) ** (b - 1) / special.beta(a, b)
    return np.where((x < 0) | (x > 1), 0, density)


@case("jax.scipy.stats.beta.cdf", name="edges", dtypes=("float32",))
def beta_cdf_at_edges(jax, dtype=DTYPE):
    return jax.scipy.stats.beta.cdf(jax.numpy.array([-1, 0, 1 / 2, 1, 2, NAN], dtype), 3, 3)


@beta_cdf_at_edges.reference
def _(np):
    return np.array([0, 0, 1 / 2, 1, 1, NAN])


@case("jax.scipy.stats.cauchy.cdf", dtypes=FLOATING, modes=ALL_MODES)
def cauchy_cdf(jax, x=uniform(-3, 3, 7), loc=uniform(-1, 1, 3, 1), scale=uniform(1, 2, 3, 1)):
    return jax.scipy.stats.cauchy.cdf(x, loc, scale)


@cauchy_cdf.reference
def _(np, x, loc, scale):
    return 1 / 2 + np.arctan((x - loc) / scale) / np.pi


@case("jax.scipy.stats.cauchy.cdf", name="density", dtypes=("float32",), limits=FIXED_RANK)
def cauchy_density(jax, x=uniform(-3, 3, 7)):
    return jax.vmap(jax.grad(jax.scipy.stats.cauchy.cdf))(x)


@cauchy_density.reference
def _(np, x):
    return 1 / (np.pi * (1 + x**2))


@case("jax.scipy.stats.cauchy.cdf", name="edges", dtypes=("float32",))
def cauchy_cdf_at_edges(jax, dtype=DTYPE):
    return jax.scipy.stats.cauchy.cdf(jax.numpy.array([-INFINITY, -1, 0, 1, INFINITY, NAN], dtype))


@cauchy_cdf_at_edges.reference
def _(np):
    return np.array([0, 1 / 4, 1 / 2, 3 / 4, 1, NAN])


@case("jax.scipy.stats.gamma.cdf", dtypes=("float32", "float64", "bfloat16"), modes=ALL_MODES, condition=2)
def gamma_cdf(jax, x=uniform(0.5, 5, 5), a=uniform(0.5, 4, 2, 1)):
    return jax.scipy.stats.gamma.cdf(x, a)


@gamma_cdf.reference
def _(np, x, a):
    from scipy import special

    return special.gammainc(a, np.maximum(x, 0))


@case("jax.scipy.stats.gamma.cdf", name="moved", dtypes=("float32",))
def gamma_cdf_moved(jax, x=uniform(2, 5, 7), loc=uniform(0.5, 1, 1), scale=uniform(1, 2, 1)):
    return jax.scipy.stats.gamma.cdf(x, 2, loc, scale)


@gamma_cdf_moved.reference
def _(np, x, loc, scale):
    from scipy import special

    return special.gammainc(2, np.maximum((x - loc) / scale, 0))


@case("jax.scipy.stats.gamma.cdf", name="density", dtypes=("float32",), limits=FIXED_RANK | VALID_PARAMETERS)
def gamma_density(jax, x=uniform(0.5, 5, 5), a=uniform(0.5, 4, 5)):
    return jax.vmap(jax.grad(jax.scipy.stats.gamma.cdf))(x, a)


@gamma_density.reference
def _(np, x, a):
    from scipy import special

    return np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a))


@case("jax.scipy.stats.gamma.cdf", name="edges", dtypes=("float32",))
def gamma_cdf_at_edges(jax, dtype=DTYPE):
    return jax.scipy.stats.gamma.cdf(jax.numpy.array([-1, 0, INFINITY, NAN], dtype), 2)


@gamma_cdf_at_edges.reference
def _(np):
    return np.array([0, 0, 1, NAN])


@case("jax.scipy.stats.laplace.cdf", dtypes=FLOATING, modes=ALL_MODES)
def laplace_cdf(jax, x=uniform(-3, 3, 7), loc=uniform(-1, 1, 3, 1), scale=uniform(1, 2, 3, 1)):
    return jax.scipy.stats.laplace.cdf(x, loc, scale)


@laplace_cdf.reference
def _(np, x, loc, scale):
    z = (x - loc) / scale
    return np.where(z < 0, np.exp(-np.abs(z)) / 2, 1 - np.exp(-np.abs(z)) / 2)


@case("jax.scipy.stats.laplace.cdf", name="density", dtypes=("float32",), limits=FIXED_RANK)
def laplace_density(jax, x=uniform(-3, 3, 7)):
    return jax.vmap(jax.grad(jax.scipy.stats.laplace.cdf))(x)


@laplace_density.reference
def _(np, x):
    return np.exp(-np.abs(x)) / 2


@case("jax.scipy.stats.laplace.cdf", name="edges", dtypes=("float32",))
def laplace_cdf_at_edges(jax, dtype=DTYPE):
    return jax.scipy.stats.laplace.cdf(jax.numpy.array([-INFINITY, -1000, 0, 1000, INFINITY, NAN], dtype))


@laplace_cdf_at_edges.reference
def _(np):
    return np.array([0, 0, 1 / 2, 1, 1, NAN])


@case("jax.scipy.stats.logistic.cdf", dtypes=FLOATING, modes=ALL_MODES)
def logistic_cdf(jax, x=uniform(-3, 3, 7), loc=uniform(-1, 1, 3, 1), scale=uniform(1, 2, 3, 1)):
    return jax.scipy.stats.logistic.cdf(x, loc, scale)


@logistic_cdf.reference
def _(np, x, loc, scale):
    return 1 / (1 + np.exp(-(x - loc) / scale))


@case("jax.scipy.stats.logistic.cdf", name="density", dtypes=("float32",), limits=FIXED_RANK)
def logistic_density(jax, x=uniform(-3, 3, 7)):
    return jax.vmap(jax.grad(jax.scipy.stats.logistic.cdf))(x)


@logistic_density.reference
def _(np, x):
    return 1 / (2 * np.cosh(x / 2)) ** 2


@case("jax.scipy.stats.logistic.cdf", name="edges", dtypes=("float32",))
def logistic_cdf_at_edges(jax, dtype=DTYPE):
    return jax.scipy.stats.logistic.cdf(jax.numpy.array([-INFINITY, -1000, 0, 1000, INFINITY, NAN], dtype))


@logistic_cdf_at_edges.reference
def _(np):
    return np.array([0, 0, 1 / 2, 1, 1, NAN])


@case("jax.scipy.stats.poisson.cdf", dtypes=("float32", "float64", "bfloat16"), modes=ALL_MODES, condition=2)
def poisson_cdf(jax, k=indices(5, below=8, dtype="int32"), mu=uniform(0.5, 4, 3, 1)):
    return jax.scipy.stats.poisson.cdf(k, mu)


@poisson_cdf.reference
def _(np, k, mu):
    from scipy import special

    return special.gammaincc(k + 1, mu)


@case("jax.scipy.stats.poisson.cdf", name="fractions", dtypes=("float32",))
def poisson_cdf_of_fractions(jax, k=uniform(0, 6, 7), mu=uniform(0.5, 4, 1)):
    return jax.scipy.stats.poisson.cdf(k, mu)  # a step function of any number


@poisson_cdf_of_fractions.reference
def _(np, k, mu):
    from scipy import special

    return np.where(k < 0, 0, special.gammaincc(np.floor(np.maximum(k, 0)) + 1, mu))


@case("jax.scipy.stats.poisson.cdf", name="edges", dtypes=("float32",))
def poisson_cdf_at_edges(jax, dtype=DTYPE):
    return jax.scipy.stats.poisson.cdf(jax.numpy.array([-1, 0, 1000]), jax.numpy.array(2, dtype))


@poisson_cdf_at_edges.reference
def _(np):
    return np.array([0, np.exp(-2), 1])


@case("jax.scipy.stats.uniform.cdf", dtypes=FLOATING, modes=ALL_MODES)
def uniform_cdf(jax, x=uniform(-1, 4, 7), loc=uniform(0, 1, 3, 1), scale=uniform(1, 2, 3, 1)):
    return jax.scipy.stats.uniform.cdf(x, loc, scale)


@uniform_cdf.reference
def _(np, x, loc, scale):
    return np.clip((x - loc) / scale, 0, 1)


@case("jax.scipy.stats.uniform.cdf", name="density", dtypes=("float32",), limits=FIXED_RANK)
def uniform_density(jax, x=uniform(-1, 2, 9)):
    return jax.vmap(jax.grad(jax.scipy.stats.uniform.cdf))(x)


@uniform_density.reference
def _(np, x):
    return ((x >= 0) & (x <= 1)).astype(float)


@case("jax.scipy.stats.uniform.cdf", name="edges", dtypes=("float32", "bfloat16"))
def uniform_cdf_at_edges(jax, dtype=DTYPE):
    return jax.scipy.stats.uniform.cdf(jax.numpy.array([-INFINITY, 0, 1 / 4, 1, INFINITY, NAN], dtype))


@uniform_cdf_at_edges.reference
def _(np):
    return np.array([0, 0, 1 / 4, 1, 1, NAN])
