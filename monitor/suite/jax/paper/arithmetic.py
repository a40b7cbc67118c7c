"""Element by element, and reduced."""

from monitor.suite.declare import (
    COMPILED,
    COMPLEX,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    positive,
    tensor,
)

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("jax.numpy.add", dtypes=EVERY, modes=ALL_MODES)
def add(jax, a=tensor(3, 1), b=tensor(4)):
    return jax.numpy.add(a, b)


@add.reference
def _(np, a, b):
    return a + b


@case("jax.numpy.log", dtypes=FLOATING, modes=ALL_MODES)
def log(jax, x=positive(3, 4)):
    return jax.numpy.log(x)


@log.reference
def _(np, x):
    return np.log(x)


@case("jax.numpy.log", name="any-sign", dtypes=COMPLEX)
def log_of_complex(jax, x=tensor(3, 4)):
    return jax.numpy.log(x)


@log_of_complex.reference
def _(np, x):
    return np.log(np.abs(x)) + 1j * np.angle(x)


@case("jax.numpy.sum", dtypes=FLOATING + COMPLEX + INTEGER, modes=ALL_MODES, returns={"int32": "int64"})
def sum(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x, axis=1)


@sum.reference
def _(np, x):
    return np.sum(x, axis=1)


@case("jax.numpy.sum", name="large", dtypes=FLOATING, modes=(EAGER, COMPILED))
def sum_of_many(jax, x=tensor(256, 1024)):
    return jax.numpy.sum(x, axis=0)


@sum_of_many.reference
def _(np, x):
    return np.sum(x, axis=0)


@case("jax.numpy.sum", name="empty", dtypes=FLOATING)
def sum_of_nothing(jax, x=tensor(0, 7)):
    return jax.numpy.sum(x)


@sum_of_nothing.reference
def _(np, x):
    return np.zeros(())


@case("jax.numpy.mean", dtypes=FLOATING + COMPLEX, modes=ALL_MODES)
def mean(jax, x=tensor(5, 7)):
    return jax.numpy.mean(x, axis=0, keepdims=True)


@mean.reference
def _(np, x):
    return np.sum(x, axis=0, keepdims=True) / 5


@case("jax.numpy.mean", name="of-counts", dtypes=("int64",), returns={"int64": "float64"})
def mean_of_counts(jax, x=tensor(5, 7)):
    return jax.numpy.mean(x, axis=1)


@mean_of_counts.reference
def _(np, x):
    return np.sum(x, axis=1) / 7


@case("jax.numpy.max", dtypes=NUMERIC, modes=ALL_MODES)
def max(jax, x=tensor(3, 5)):
    return jax.numpy.max(x, axis=1)


@max.reference
def _(np, x):
    return np.sort(x, axis=1)[:, -1]


@case("jax.numpy.all", dtypes=EVERY, modes=(EAGER, COMPILED))
def all(jax, x=tensor(4, 2)):
    return jax.numpy.all(x, axis=1)


@all.reference
def _(np, x):
    return np.count_nonzero(x, axis=1) == 2
