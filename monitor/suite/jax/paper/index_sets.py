"""Triangles of matrices, and the indices of their elements."""

from monitor.suite.declare import COMPILED, EAGER, EVERY, GRADIENT, case, tensor
from monitor.suite.limits import FIXED_RANK, LINKED_SIZES

ALL_MODES = (EAGER, COMPILED, GRADIENT)
PLACES = {"float32": "int64", "bool": "int64"}


def places(shape, wanted):
    """Return the rows and the columns of the selected elements, in order."""
    both = [(i, j) for i in range(shape[0]) for j in range(shape[1]) if wanted(i, j)]
    return [i for i, _ in both], [j for _, j in both]


@case("jax.numpy.tril", dtypes=EVERY, modes=ALL_MODES)
def tril(jax, x=tensor(4, 3)):
    return jax.numpy.tril(x)


@tril.reference
def _(np, x):
    return np.tril(x)


@case("jax.numpy.tril", name="diagonals", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def tril_of_diagonals(jax, x=tensor(3, 5)):
    return jax.numpy.tril(x, 1), jax.numpy.tril(x, -2), jax.numpy.tril(x, 9), jax.numpy.tril(x, k=-9)


@tril_of_diagonals.reference
def _(np, x):
    return [np.tril(x, k) for k in (1, -2, 9, -9)]


@case("jax.numpy.tril", name="batch", dtypes=("float32", "bool"))
def tril_of_batch(jax, x=tensor(2, 3, 3, 4)):
    return jax.numpy.tril(x.swapaxes(0, 1))


@tril_of_batch.reference
def _(np, x):
    return np.tril(x.swapaxes(0, 1))


@case("jax.numpy.tril", name="not-finite", dtypes=("float32",))
def tril_of_not_finite(jax, x=tensor(3, 3)):
    return jax.numpy.tril(x / 0)  # what is left out is zero, whatever it was


@tril_of_not_finite.reference
def _(np, x):
    return np.tril(x / 0)


@case("jax.numpy.tril", name="large", dtypes=("float32",), modes=(EAGER, COMPILED))
def tril_large(jax, x=tensor(512, 512)):
    return jax.numpy.tril(x)


@tril_large.reference
def _(np, x):
    return np.tril(x)


@case("jax.numpy.tril", name="empty", dtypes=("float32",))
def tril_empty(jax, x=tensor(2, 0, 3)):
    return jax.numpy.tril(x)


@tril_empty.reference
def _(np, x):
    return np.tril(x)


@case(
    "jax.numpy.tril_indices_from",
    dtypes=("float32", "bool"),
    modes=(EAGER, COMPILED),
    returns=PLACES,
    limits=FIXED_RANK,
)
def tril_indices_from(jax, x=tensor(4, 4)):
    return jax.numpy.tril_indices_from(x)


@tril_indices_from.reference
def _(np, x):
    return [np.array(found, int) for found in places(x.shape, lambda i, j: j <= i)]


@case("jax.numpy.tril_indices_from", name="oblong", dtypes=("float32",), returns=PLACES, limits=FIXED_RANK)
def tril_indices_from_oblong(jax, x=tensor(3, 5)):
    return jax.numpy.tril_indices_from(x, k=1), jax.numpy.tril_indices_from(x.T, k=-1)


@tril_indices_from_oblong.reference
def _(np, x):
    above, below = places(x.shape, lambda i, j: j <= i + 1), places(x.T.shape, lambda i, j: j <= i - 1)
    return [np.array(found, int) for found in (*above, *below)]


@case("jax.numpy.tril_indices_from", name="taken", dtypes=("float32",), modes=ALL_MODES, limits=FIXED_RANK)
def tril_indices_from_taken(jax, x=tensor(3, 3)):
    return x[jax.numpy.tril_indices_from(x)]


@tril_indices_from_taken.reference
def _(np, x):
    return x[places(x.shape, lambda i, j: j <= i)]


@case("jax.numpy.tril_indices_from", name="vector")
def tril_indices_from_vector(jax):
    try:
        return jax.numpy.tril_indices_from(jax.numpy.zeros(3))
    except ValueError:
        return "refused"


@tril_indices_from_vector.promise
def _(result):
    return result == "refused"


@case("jax.numpy.triu_indices", dtypes=("int64",), modes=(EAGER, COMPILED))
def triu_indices(jax):
    return jax.numpy.triu_indices(4)


@triu_indices.reference
def _(np):
    return [np.array(found) for found in places((4, 4), lambda i, j: j >= i)]


@case("jax.numpy.triu_indices", name="oblong", dtypes=("int64",))
def triu_indices_of_oblong(jax):
    return jax.numpy.triu_indices(3, 1, 5), jax.numpy.triu_indices(4, -1, 2)


@triu_indices_of_oblong.reference
def _(np):
    wide, tall = places((3, 5), lambda i, j: j >= i + 1), places((4, 2), lambda i, j: j >= i - 1)
    return [np.array(found) for found in (*wide, *tall)]


@case(
    "jax.numpy.triu_indices", name="set", dtypes=("float32",), modes=(EAGER, COMPILED), limits=FIXED_RANK | LINKED_SIZES
)
def triu_indices_set(jax, x=tensor(3, 3)):
    return x.at[jax.numpy.triu_indices(3, k=1)].set(0)


@triu_indices_set.reference
def _(np, x):
    return np.tril(x)


@case("jax.numpy.triu_indices", name="empty", dtypes=("int64",))
def triu_indices_of_nothing(jax):
    return jax.numpy.triu_indices(0), jax.numpy.triu_indices(3, 3)


@triu_indices_of_nothing.reference
def _(np):
    return [np.zeros(0)] * 4
