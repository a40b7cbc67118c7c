"""Reductions."""

from monitor.suite.declare import (
    BOOL,
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
    values,
)
from monitor.suite.limits import FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)
COUNTED = {"bool": "int64", "int32": "int64"}  # small integers are added up in the default one
INFINITY = float("inf")
NAN = float("nan")


@case("jax.numpy.sum", dtypes=EVERY, modes=ALL_MODES, returns=COUNTED)
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
    return np.asarray(np.sum(x))


@case("jax.numpy.sum", name="where", dtypes=FLOATING + INTEGER, modes=ALL_MODES, returns=COUNTED)
def sum_where(jax, x=tensor(3, 4, 5), which=tensor(4, 1, dtype="bool")):
    return jax.numpy.sum(x, axis=(0, -1), where=which, initial=2)


@sum_where.reference
def _(np, x, which):
    return 2 + np.sum(np.where(which, x, 0), axis=(0, -1))


@case("jax.numpy.sum", name="transposed", dtypes=("float32", "float64"), modes=ALL_MODES)
def sum_of_transposed(jax, x=tensor(6, 4)):
    return jax.numpy.sum(x.T[:, ::2], axis=0, keepdims=True)


@sum_of_transposed.reference
def _(np, x):
    return np.sum(x.T[:, ::2], axis=0, keepdims=True)


@case("jax.numpy.mean", dtypes=FLOATING + COMPLEX, modes=ALL_MODES)
def mean(jax, x=tensor(5, 7)):
    return jax.numpy.mean(x, axis=0, keepdims=True)


@mean.reference
def _(np, x):
    return np.sum(x, axis=0, keepdims=True) / x.shape[0]


@case("jax.numpy.mean", name="of-counts", dtypes=("int64",), returns={"int64": "float64"})
def mean_of_counts(jax, x=tensor(5, 7)):
    return jax.numpy.mean(x, axis=1)


@mean_of_counts.reference
def _(np, x):
    return np.sum(x, axis=1) / x.shape[1]


@case("jax.numpy.mean", name="large", dtypes=FLOATING, modes=(EAGER, COMPILED))
def mean_of_many(jax, x=positive(512, 512)):
    return jax.numpy.mean(x)  # their sum is beyond float16


@mean_of_many.reference
def _(np, x):
    return np.sum(x) / x.size


@case("jax.numpy.mean", name="where", dtypes=FLOATING, modes=ALL_MODES, limits=FIXED_SHAPES)
def mean_where(jax, x=tensor(5, 7)):
    return jax.numpy.mean(x, axis=0, where=jax.numpy.arange(5)[:, None] < 3)


@mean_where.reference
def _(np, x):
    return (x[0] + x[1] + x[2]) / 3


@case("jax.numpy.mean", name="empty", dtypes=FLOATING, modes=(EAGER, COMPILED))
def mean_of_nothing(jax, x=tensor(0, 3)):
    return jax.numpy.mean(x, axis=0)


@mean_of_nothing.reference
def _(np, x):
    return np.sum(x, axis=0) / x.shape[0]


@case("jax.numpy.mean", name="scalar", dtypes=FLOATING, modes=(EAGER, COMPILED))
def mean_of_scalar(jax, x=tensor()):
    return jax.numpy.mean(x)


@mean_of_scalar.reference
def _(np, x):
    return np.sum(x) / x.size


@case("jax.numpy.max", dtypes=NUMERIC, modes=ALL_MODES, limits=NOT_EMPTY)
def max(jax, x=tensor(3, 5)):
    return jax.numpy.max(x, axis=1)


@max.reference
def _(np, x):
    return np.max(x, axis=1)  # nan where one is nan


@case("jax.numpy.max", name="any", dtypes=BOOL, modes=(EAGER, COMPILED), limits=NOT_EMPTY)
def max_of_truths(jax, x=tensor(3, 2)):
    return jax.numpy.max(x, axis=1)


@max_of_truths.reference
def _(np, x):
    return np.any(x, axis=1)


@case("jax.numpy.max", name="ordered", dtypes=COMPLEX, modes=(EAGER, COMPILED), limits=NOT_EMPTY)
def max_of_complex(jax, x=tensor(3, 5)):
    return jax.numpy.max(x, axis=1)  # by the real part first


@max_of_complex.reference
def _(np, x):
    return np.take_along_axis(x, np.argmax(x.real, axis=1, keepdims=True), axis=1).squeeze(1)


@case("jax.numpy.max", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def max_at_edges(jax, x=values(1, NAN, 3, 1, INFINITY, 3, -INFINITY, -2, -INFINITY, shape=(3, 3))):
    return jax.numpy.max(x, axis=1)


@max_at_edges.reference
def _(np, x):
    return np.array([NAN, INFINITY, -2])


@case("jax.numpy.max", name="where", dtypes=NUMERIC, modes=ALL_MODES)
def max_where(jax, x=tensor(3, 4, 5), which=tensor(4, 1, dtype="bool")):
    return jax.numpy.max(x, axis=(0, 2), where=which, initial=-3)


@max_where.reference
def _(np, x, which):
    return np.max(np.where(which, x, -3), axis=(0, 2), initial=-3)


@case("jax.numpy.max", name="large", dtypes=("float32", "bfloat16", "int32"), modes=(EAGER, COMPILED), limits=NOT_EMPTY)
def max_of_many(jax, x=tensor(256, 1024)):
    return jax.numpy.max(x, axis=0)


@max_of_many.reference
def _(np, x):
    return np.max(x, axis=0)


@case("jax.numpy.max", name="empty")
def max_of_nothing(jax):
    try:
        return jax.numpy.max(jax.numpy.zeros((3, 0)), axis=1)
    except ValueError:  # there is no least element to begin from
        return "refused"


@max_of_nothing.promise
def _(result):
    return result == "refused"


@case("jax.numpy.all", dtypes=EVERY, modes=(EAGER, COMPILED))
def all(jax, x=tensor(4, 2)):
    return jax.numpy.all(x, axis=1)


@all.reference
def _(np, x):
    return np.count_nonzero(x, axis=1) == x.shape[1]


@case("jax.numpy.all", name="empty", dtypes=("float32", "bool"), modes=(EAGER, COMPILED))
def all_of_nothing(jax, x=tensor(3, 0)):
    return jax.numpy.all(x), jax.numpy.all(x, axis=1, keepdims=True)


@all_of_nothing.reference
def _(np, x):
    counts = np.count_nonzero(x, axis=1, keepdims=True)
    return np.asarray(np.sum(counts) == x.size), counts == x.shape[1]


@case("jax.numpy.all", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def all_at_edges(jax, x=values(NAN, 1, INFINITY, -1, -0.0, 1, 0, NAN, shape=(4, 2))):
    return jax.numpy.all(x, axis=1)  # what is not zero is true


@all_at_edges.reference
def _(np, x):
    return np.array([True, True, False, False])


@case("jax.numpy.all", name="where", dtypes=INTEGER + BOOL, modes=(EAGER, COMPILED))
def all_where(jax, x=tensor(4, 5)):
    return jax.numpy.all(x, axis=0, where=x != 0)


@all_where.reference
def _(np, x):
    return np.ones(x.shape[1:], bool)


@case("jax.numpy.all", name="large", dtypes=("bool", "float32"), modes=(EAGER, COMPILED))
def all_of_many(jax, x=tensor(1024, 256)):
    return jax.numpy.all(x | True if x.dtype == bool else x, axis=0)


@all_of_many.reference
def _(np, x):
    return np.ones(x.shape[1:], bool) if x.dtype == bool else np.count_nonzero(x, axis=0) == x.shape[0]


@case("jax.numpy.prod", dtypes=EVERY, modes=ALL_MODES, returns=COUNTED)
def prod(jax, x=tensor(4, 5)):
    return jax.numpy.prod(x, axis=0)


@prod.reference
def _(np, x):
    return np.prod(x, axis=0)


@case("jax.numpy.prod", name="with-zeros", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY | LINKED_SIZES)
def prod_with_zeros(jax, x=tensor(3, 4)):
    nothing = jax.numpy.array([[1], [0], [1]], x.dtype)
    return jax.numpy.prod(x * nothing, axis=1), jax.numpy.prod(x * nothing, axis=0)


@prod_with_zeros.reference
def _(np, x):
    return np.prod(x * [[1], [0], [1]], axis=1), np.prod(x * [[1], [0], [1]], axis=0)


@case("jax.numpy.prod", name="empty", dtypes=FLOATING + INTEGER, modes=(EAGER, COMPILED), returns=COUNTED)
def prod_of_nothing(jax, x=tensor(0, 3)):
    return jax.numpy.prod(x, axis=0)


@prod_of_nothing.reference
def _(np, x):
    return np.prod(x, axis=0)


@case("jax.numpy.prod", name="where", dtypes=FLOATING, modes=ALL_MODES)
def prod_where(jax, x=tensor(2, 6)):
    return jax.numpy.prod(x, where=jax.numpy.arange(x.shape[-1]) % 3 == 0, initial=-1, keepdims=True)


@prod_where.reference
def _(np, x):
    return -np.prod(x[..., ::3], keepdims=True)


@case("jax.numpy.prod", name="overflowing", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED))
def prod_overflowing(jax, x=positive(2, 3)):
    return jax.numpy.prod((x + 1) * 1e20, axis=0)


@prod_overflowing.reference
def _(np, x):
    return np.prod((x + 1) * 1e20, axis=0)
