"""Special functions: error functions, gamma functions, Bessel functions."""

from monitor.suite.declare import COMPILED, DTYPE, EAGER, FLOATING, GRADIENT, case, positive, tensor, uniform

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SINGLE_AND_DOUBLE = ("float32", "float64")
INFINITY = float("inf")
NAN = float("nan")


def log_gamma(np, x):
    """Return the logarithm of the absolute value of the gamma function, as C defines it at -infinity."""
    from scipy import special

    return np.where(np.isneginf(x), INFINITY, special.gammaln(x))


@case("jax.scipy.special.erf", dtypes=FLOATING, modes=ALL_MODES)
def erf(jax, x=tensor(3, 4)):
    return jax.scipy.special.erf(x)


@erf.reference
def _(np, x):
    from scipy import special

    return special.erf(x)


@case("jax.scipy.special.erf", name="small", dtypes=SINGLE_AND_DOUBLE)
def erf_of_small(jax, x=uniform(-1e-4, 1e-4, 9)):
    return jax.scipy.special.erf(x)


@erf_of_small.reference
def _(np, x):
    from scipy import special

    return special.erf(x)


@case("jax.scipy.special.erf", name="edges", dtypes=("float32", "bfloat16"))
def erf_at_edges(jax, dtype=DTYPE):
    return jax.scipy.special.erf(jax.numpy.array([-INFINITY, -30, 0, 30, INFINITY, NAN], dtype))


@erf_at_edges.reference
def _(np):
    return np.array([-1, -1, 0, 1, 1, NAN])


@case("jax.scipy.special.erf", name="counts", dtypes=("int32",), returns={"int32": "float32"})
def erf_of_counts(jax, x=tensor(7)):
    return jax.scipy.special.erf(x)


@erf_of_counts.reference
def _(np, x):
    from scipy import special

    return special.erf(x)


@case("jax.scipy.special.erf", name="large", dtypes=("float32",), modes=(EAGER, COMPILED))
def erf_large(jax, x=tensor(256, 1024)):
    return jax.scipy.special.erf(x)


@erf_large.reference
def _(np, x):
    from scipy import special

    return special.erf(x)


@case("jax.scipy.special.erf", name="empty", dtypes=("float32",))
def erf_empty(jax, x=tensor(0, 3)):
    return jax.scipy.special.erf(x)


@erf_empty.reference
def _(np, x):
    from scipy import special

    return special.erf(x)


@case("jax.scipy.special.gammaln", dtypes=FLOATING, modes=ALL_MODES)
def gammaln(jax, x=positive(3, 4)):
    return jax.scipy.special.gammaln(x)


@gammaln.reference
def _(np, x):
    return log_gamma(np, x)


@case("jax.scipy.special.gammaln", name="factorials", dtypes=("int32",), returns={"int32": "float32"})
def gammaln_of_counts(jax, x=positive(9)):
    return jax.scipy.special.gammaln(x)


@gammaln_of_counts.reference
def _(np, x):
    return log_gamma(np, x)


@case("jax.scipy.special.gammaln", name="far", dtypes=("float32", "bfloat16"))
def gammaln_far(jax, x=uniform(50, 1000, 9)):
    return jax.scipy.special.gammaln(x)


@gammaln_far.reference
def _(np, x):
    return log_gamma(np, x)


@case("jax.scipy.special.gammaln", name="negative", dtypes=SINGLE_AND_DOUBLE, condition=2)
def gammaln_of_negative(jax, x=uniform(-3.75, -3.25, 9)):
    return jax.scipy.special.gammaln(x)


@gammaln_of_negative.reference
def _(np, x):
    return log_gamma(np, x)


@case("jax.scipy.special.gammaln", name="near-two", dtypes=SINGLE_AND_DOUBLE)
def gammaln_near_two(jax, x=uniform(1.99, 2.01, 9)):
    return jax.scipy.special.gammaln(x)  # it is zero at two


@gammaln_near_two.reference
def _(np, x):
    return log_gamma(np, x)


@case("jax.scipy.special.gammaln", name="edges", dtypes=("float32", "bfloat16"))
def gammaln_at_edges(jax, dtype=DTYPE):
    return jax.scipy.special.gammaln(jax.numpy.array([1, 2, 0, -1, INFINITY, NAN], dtype))


@gammaln_at_edges.reference
def _(np):
    return np.array([0, 0, INFINITY, INFINITY, INFINITY, NAN])


@case("jax.scipy.special.ndtr", dtypes=SINGLE_AND_DOUBLE, modes=ALL_MODES)
def ndtr(jax, x=tensor(3, 4)):
    return jax.scipy.special.ndtr(x)


@ndtr.reference
def _(np, x):
    from scipy import special

    return special.ndtr(x)


@case("jax.scipy.special.ndtr", name="tail", dtypes=SINGLE_AND_DOUBLE, condition=2)
def ndtr_in_tail(jax, x=uniform(-10, -4, 9)):
    return jax.numpy.log(jax.scipy.special.ndtr(x))  # the logarithm tells numbers apart that differ by their size


@ndtr_in_tail.reference
def _(np, x):
    from scipy import special

    return np.log(special.ndtr(x))


@case("jax.scipy.special.ndtr", name="edges", dtypes=SINGLE_AND_DOUBLE)
def ndtr_at_edges(jax, dtype=DTYPE):
    return jax.scipy.special.ndtr(jax.numpy.array([-INFINITY, -60, 0, 60, INFINITY, NAN], dtype))


@ndtr_at_edges.reference
def _(np):
    return np.array([0, 0, 1 / 2, 1, 1, NAN])


@case("jax.numpy.i0", dtypes=FLOATING, modes=ALL_MODES)
def i0(jax, x=tensor(3, 4)):
    return jax.numpy.i0(x)


@i0.reference
def _(np, x):
    from scipy import special

    return special.i0(x)


@case("jax.numpy.i0", name="far", dtypes=SINGLE_AND_DOUBLE, condition=2)
def i0_far(jax, x=uniform(-80, -8, 9)):
    return jax.numpy.i0(x) * jax.numpy.exp(-jax.numpy.abs(x))


@i0_far.reference
def _(np, x):
    from scipy import special

    return special.i0(x) * np.exp(-np.abs(x))


@case("jax.numpy.i0", name="edges", dtypes=("float32", "bfloat16"))
def i0_at_edges(jax, dtype=DTYPE):
    return jax.numpy.i0(jax.numpy.array([0, 1000, -1000, NAN], dtype))


@i0_at_edges.reference
def _(np):
    return np.array([1, INFINITY, INFINITY, NAN])


@case("jax.numpy.i0", name="complex")
def i0_of_complex(jax):
    try:
        return jax.numpy.i0(jax.numpy.ones(2, "complex64"))
    except ValueError:  # real numbers only
        return "refused"


@i0_of_complex.promise
def _(result):
    return result == "refused"
