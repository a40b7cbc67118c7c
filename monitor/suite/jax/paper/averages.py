"""Means, weighted means and variances."""

from monitor.suite.declare import (
    COMPILED,
    COMPLEX,
    EAGER,
    FLOATING,
    GRADIENT,
    case,
    positive,
    tensor,
    uniform,
)
from monitor.suite.limits import FIXED_RANK

ALL_MODES = (EAGER, COMPILED, GRADIENT)
REAL = {"complex64": "float32", "complex128": "float64"}  # a variance is real
AS_FLOATING = {"int32": "float32", "int64": "float64"}


@case("jax.numpy.average", dtypes=FLOATING + COMPLEX, modes=ALL_MODES, limits=FIXED_RANK)
def average(jax, x=tensor(3, 5), weights=uniform(0.5, 2, 5)):
    return jax.numpy.average(x, axis=1, weights=weights)


@average.reference
def _(np, x, weights):
    return x @ weights / np.sum(weights)


@case("jax.numpy.average", name="unweighted", dtypes=("float32", "int32", "int64"), returns=AS_FLOATING)
def average_unweighted(jax, x=tensor(3, 4)):
    return jax.numpy.average(x), jax.numpy.average(x, axis=0, keepdims=True)


@average_unweighted.reference
def _(np, x):
    return np.sum(x) / x.size, np.sum(x, axis=0, keepdims=True) / x.shape[0]


@case("jax.numpy.average", name="returned", dtypes=("float32",), modes=(EAGER, COMPILED))
def average_returned(jax, x=tensor(2, 4), weights=positive(2, 4)):
    return jax.numpy.average(x, axis=0, weights=weights, returned=True)


@average_returned.reference
def _(np, x, weights):
    return np.sum(x * weights, axis=0) / np.sum(weights, axis=0), np.sum(weights, axis=0)


@case("jax.numpy.average", name="no-weight", dtypes=("float32",))
def average_of_no_weight(jax, x=positive(3)):
    return jax.numpy.average(x, weights=jax.numpy.zeros_like(x))


@average_of_no_weight.reference
def _(np, x):
    return np.asarray(np.nan)


@case("jax.numpy.average", name="misfit")
def average_of_misfit(jax):
    try:
        return jax.numpy.average(jax.numpy.ones((2, 3)), axis=0, weights=jax.numpy.ones(3))
    except ValueError:
        return "refused"


@average_of_misfit.promise
def _(result):
    return result == "refused"


@case("jax.numpy.var", dtypes=FLOATING + COMPLEX, modes=ALL_MODES, returns=REAL)
def var(jax, x=tensor(3, 8)):
    return jax.numpy.var(x, axis=1)


@var.reference
def _(np, x):
    size = x.shape[1]
    return np.sum(np.abs(x - np.sum(x, axis=1, keepdims=True) / size) ** 2, axis=1) / size


@case("jax.numpy.var", name="sample", dtypes=("float32",), modes=(EAGER, COMPILED))
def var_of_sample(jax, x=tensor(4, 6)):
    return jax.numpy.var(x, ddof=1), jax.numpy.var(x, axis=0, ddof=1, keepdims=True)


@var_of_sample.reference
def _(np, x):
    rows = len(x)
    all_of_them = np.sum((x - np.sum(x) / x.size) ** 2) / np.float64(max(0, x.size - 1))
    columns = np.sum((x - np.sum(x, axis=0) / rows) ** 2, axis=0, keepdims=True) / np.float64(max(0, rows - 1))
    return np.asarray(all_of_them), columns


@case("jax.numpy.var", name="counts", dtypes=("int32", "int64"), returns=AS_FLOATING)
def var_of_counts(jax, x=tensor(3, 4)):
    return jax.numpy.var(x)


@var_of_counts.reference
def _(np, x):
    return np.asarray(np.sum(x * x) / x.size - (np.sum(x) / x.size) ** 2)


@case("jax.numpy.var", name="far", dtypes=("float32", "float64"))
def var_far(jax, x=uniform(10000, 10016, 256)):
    return jax.numpy.var(x)  # the difference of squares would leave no digit


@var_far.reference
def _(np, x):
    return np.asarray(np.sum((x - np.sum(x) / x.size) ** 2) / x.size)


@case("jax.numpy.var", name="where", dtypes=("float32",), modes=(EAGER, GRADIENT))
def var_where(jax, x=tensor(3, 8)):
    return jax.numpy.var(x, axis=-1, where=jax.numpy.arange(x.shape[-1]) < 5)


@var_where.reference
def _(np, x):
    chosen = x[..., :5]
    size = chosen.shape[-1]
    return np.sum((chosen - np.sum(chosen, axis=-1, keepdims=True) / size) ** 2, axis=-1) / size


@case("jax.numpy.var", name="large", dtypes=("float32",), modes=(EAGER, COMPILED))
def var_large(jax, x=tensor(256, 1024)):
    return jax.numpy.var(x.T, axis=0)


@var_large.reference
def _(np, x):
    size = x.shape[-1]
    return np.sum((x - np.sum(x, axis=-1, keepdims=True) / size) ** 2, axis=-1).T / size


@case("jax.numpy.var", name="too-few", dtypes=("float32",))
def var_of_too_few(jax, x=tensor(1)):
    return jax.numpy.var(x), jax.numpy.var(x, ddof=1), jax.numpy.var(x[:0])


@var_of_too_few.reference
def _(np, x):
    squares = np.sum((x - np.sum(x) / x.size) ** 2)
    return squares / x.size, squares / np.float64(x.size - 1), np.array(np.nan)
