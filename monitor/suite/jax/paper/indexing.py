"""Selection of elements by index, by condition and by size."""

from monitor.suite.declare import (
    COMPILED,
    DTYPE,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    indices,
    tensor,
    values,
)
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, HOST_VALUES, LINKED_SIZES, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)
PLACES = dict.fromkeys(EVERY, "int32")


def descending(np, x):
    """Return the places of each row in falling order: nan first, of equal elements the first."""
    return np.lexsort((-x, ~np.isnan(x)))


@case("jax.numpy.delete", dtypes=EVERY, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def delete(jax, x=tensor(5, 4)):
    return jax.numpy.delete(x, 2, axis=0)


@delete.reference
def _(np, x):
    return np.concatenate([x[:2], x[3:]])


@case("jax.numpy.delete", name="many", dtypes=("float32",), limits=NOT_EMPTY | FIXED_RANK | HOST_VALUES)
def delete_many(jax, x=tensor(9), which=indices(3, below=9)):
    return jax.numpy.delete(x, which, assume_unique_indices=False)


@delete_many.reference
def _(np, x, which):
    return x[~np.isin(np.arange(len(x)), which)]


@case("jax.numpy.delete", name="unique", dtypes=FLOATING + INTEGER, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def delete_unique(jax, x=tensor(3, 6)):
    which = jax.numpy.array([0, -2, 1])
    return jax.numpy.delete(x, which, axis=1, assume_unique_indices=True)  # the shape is known to the compiler


@delete_unique.reference
def _(np, x):
    return np.delete(x, [0, -2, 1], axis=1)


@case("jax.numpy.delete", name="slice", dtypes=FLOATING, modes=ALL_MODES)
def delete_slice(jax, x=tensor(7, 2)):
    return jax.numpy.delete(x, slice(5, None, -2), axis=0)


@delete_slice.reference
def _(np, x):
    return np.delete(x, slice(5, None, -2), axis=0)


@case("jax.numpy.delete", name="flattened", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY)
def delete_flattened(jax, x=tensor(2, 3)):
    return jax.numpy.delete(x, -1)


@delete_flattened.reference
def _(np, x):
    return x.reshape(-1)[:-1]


@case("jax.numpy.delete", name="none", dtypes=("float32", "int32"), limits=HOST_VALUES)
def delete_none(jax, x=tensor(3, 2)):
    return jax.numpy.delete(x, jax.numpy.array([], int), axis=0)


@delete_none.reference
def _(np, x):
    return x


@case("jax.numpy.compress", dtypes=EVERY, limits=FIXED_RANK | HOST_VALUES)
def compress(jax, x=tensor(5, 3), which=tensor(5, dtype="bool")):
    return jax.numpy.compress(which, x, axis=0)


@compress.reference
def _(np, x, which):
    return x[which]


@case("jax.numpy.compress", name="sized", dtypes=EVERY, modes=ALL_MODES, limits=FIXED_SHAPES)
def compress_sized(jax, x=tensor(2, 5), which=tensor(5, dtype="bool")):
    # with a size the result has a shape for the compiler, and zeros where there are fewer
    return jax.numpy.compress(which, x, axis=1, size=5)


@compress_sized.reference
def _(np, x, which):
    chosen = [column for column, wanted in zip(x.T, which, strict=True) if wanted]
    return np.array(chosen + [np.zeros(x.shape[0], x.dtype)] * (x.shape[1] - len(chosen))).T


@case("jax.numpy.compress", name="filled", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def compress_filled(jax, x=tensor(4)):
    return jax.numpy.compress(jax.numpy.array([True, False, True, False]), x, size=3, fill_value=7)


@compress_filled.reference
def _(np, x):
    return np.array([x[0], x[2], 7])


@case("jax.numpy.compress", name="flattened", dtypes=FLOATING, limits=NOT_EMPTY | HOST_VALUES)
def compress_flattened(jax, x=tensor(2, 3)):
    return jax.numpy.compress(jax.numpy.array([False, True, False, True]), x)  # a short condition ends early


@compress_flattened.reference
def _(np, x):
    return x.reshape(-1)[[1, 3]]


@case("jax.numpy.compress", name="nothing", dtypes=("float32", "int32"), limits=HOST_VALUES)
def compress_to_nothing(jax, x=tensor(3, 2)):
    return jax.numpy.compress(jax.numpy.zeros(3, bool), x, axis=0)


@compress_to_nothing.reference
def _(np, x):
    return x[:0]


@case("jax.numpy.select", dtypes=EVERY, modes=ALL_MODES, returns={"bool": "int64"})
def select(jax, a=tensor(3, 4), b=tensor(3, 4), first=tensor(3, 4, dtype="bool"), second=tensor(3, 4, dtype="bool")):
    return jax.numpy.select([first, second], [a, b])


@select.reference
def _(np, a, b, first, second):
    return np.where(first, a, np.where(second, b, 0))  # the default is a number: truths become numbers with it


@case("jax.numpy.select", name="broadcast", dtypes=FLOATING + INTEGER, modes=ALL_MODES)
def select_broadcast(jax, a=tensor(4), b=tensor(3, 1), first=tensor(3, 4, dtype="bool")):
    return jax.numpy.select([first, jax.numpy.array(True)], [a, b], 9)


@select_broadcast.reference
def _(np, a, b, first):
    return np.where(first, a, b)


@case("jax.numpy.select", name="default", dtypes=FLOATING, modes=ALL_MODES)
def select_default(jax, x=tensor(5), other=tensor(5)):
    never = jax.numpy.zeros(x.shape, bool)
    return jax.numpy.select([never, never], [x, 2 * x], other)


@select_default.reference
def _(np, x, other):
    return other


@case("jax.numpy.select", name="guarded", dtypes=FLOATING, modes=(EAGER, COMPILED))
def select_guarded(jax, x=values(0, 1, 4)):
    return jax.numpy.select([x > 0], [jax.numpy.log(x)], -1)  # what was not chosen does not spoil the result


@select_guarded.reference
def _(np, x):
    return np.array([-1, 0, 2 * np.log(2)])


@case("jax.numpy.select", name="empty", dtypes=("float32", "int32"))
def select_empty(jax, x=tensor(0, 3), which=tensor(0, 3, dtype="bool")):
    return jax.numpy.select([which], [x])


@select_empty.reference
def _(np, x, which):
    return np.where(which, x, 0)


@case("jax.lax.slice_in_dim", dtypes=EVERY, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def slice_in_dim(jax, x=tensor(3, 7)):
    return jax.lax.slice_in_dim(x, 1, 6, stride=2, axis=1)


@slice_in_dim.reference
def _(np, x):
    return x[:, 1:6:2]


@case("jax.lax.slice_in_dim", name="from-the-end", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def slice_from_the_end(jax, x=tensor(6, 2)):
    return jax.lax.slice_in_dim(x, -4, -1), jax.lax.slice_in_dim(x, None, None, axis=-1)


@slice_from_the_end.reference
def _(np, x):
    return x[-4:-1], x


@case("jax.lax.slice_in_dim", name="empty", dtypes=("float32", "int32"), modes=(EAGER, COMPILED), limits=NOT_EMPTY)
def slice_of_nothing(jax, x=tensor(3, 4)):
    return jax.lax.slice_in_dim(x, 2, 2), jax.lax.slice_in_dim(x[:0], 0, 0)


@slice_of_nothing.reference
def _(np, x):
    return x[:0], x[:0]


@case("jax.lax.slice_in_dim", name="wide-stride", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY)
def slice_with_wide_stride(jax, x=tensor(5, 2)):
    return jax.lax.slice_in_dim(x.T, 0, 5, stride=9, axis=1)


@slice_with_wide_stride.reference
def _(np, x):
    return x.T[:, :5:9]


@case("jax.lax.top_k", dtypes=NUMERIC, modes=ALL_MODES, limits=NOT_EMPTY)
def top_k(jax, x=tensor(3, 8)):
    values, _ = jax.lax.top_k(x, 3)
    return values


@top_k.reference
def _(np, x):
    return np.take_along_axis(x, descending(np, x), axis=-1)[..., :3]


@case("jax.lax.top_k", name="places", dtypes=NUMERIC, modes=(EAGER, COMPILED), returns=PLACES, limits=NOT_EMPTY)
def top_k_places(jax, x=tensor(3, 8)):
    _, places = jax.lax.top_k(x, 3)
    return places


@top_k_places.reference
def _(np, x):
    return descending(np, x)[..., :3]


@case("jax.lax.top_k", name="ties", dtypes=NUMERIC, modes=(EAGER, COMPILED), returns=PLACES)
def top_k_of_ties(jax, x=values(1, 3, 2, 3, 3, 1)):
    _, places = jax.lax.top_k(x, 4)
    return places


@top_k_of_ties.reference
def _(np, x):
    return np.array([1, 3, 4, 2])


@case("jax.lax.top_k", name="all", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY | LINKED_SIZES)
def top_k_of_all(jax, x=tensor(9)):
    return jax.lax.top_k(x, 9)[0], jax.lax.top_k(x, 0)[0]


@top_k_of_all.reference
def _(np, x):
    return np.take_along_axis(x, descending(np, x), axis=-1), np.zeros((*x.shape[:-1], 0))


@case("jax.lax.top_k", name="large", dtypes=("float32", "bfloat16", "int32"), modes=(EAGER, COMPILED), limits=NOT_EMPTY)
def top_k_large(jax, x=tensor(16, 4096)):
    return jax.lax.top_k(x, 64)[0]


@top_k_large.reference
def _(np, x):
    return np.take_along_axis(x, descending(np, x), axis=-1)[..., :64]


@case("jax.lax.top_k", name="too-many")
def top_k_of_too_few(jax):
    try:
        return jax.lax.top_k(jax.numpy.zeros(3), 4)
    except ValueError:
        return "refused"


@top_k_of_too_few.promise
def _(result):
    return result == "refused"


@case("jax.nn.one_hot", dtypes=EVERY, modes=(EAGER, COMPILED))
def one_hot(jax, x=indices(2, 3, below=5), dtype=DTYPE):
    return jax.nn.one_hot(x, 5, dtype=dtype)


@one_hot.reference
def _(np, x, dtype):
    return (x[..., None] == np.arange(5)).astype(bool if dtype == "bool" else float)


@case("jax.nn.one_hot", name="first-axis", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def one_hot_first_axis(jax, x=indices(2, 3, below=4), dtype=DTYPE):
    return jax.nn.one_hot(x, 4, dtype=dtype, axis=0)


@one_hot_first_axis.reference
def _(np, x):
    return np.moveaxis(x[..., None] == np.arange(4), -1, 0).astype(float)


@case("jax.nn.one_hot", name="outside", dtypes=("float32", "bool"), modes=(EAGER, COMPILED))
def one_hot_outside(jax, x=values(-1, 0, 3, dtype="int64"), dtype=DTYPE):
    return jax.nn.one_hot(x, 3, dtype=dtype)


@one_hot_outside.reference
def _(np, x, dtype):
    return np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]], bool if dtype == "bool" else float)


@case("jax.nn.one_hot", name="scalar", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def one_hot_of_scalar(jax, x=indices(below=3), dtype=DTYPE):
    return jax.nn.one_hot(x, 3, dtype=dtype), jax.nn.one_hot(x, 0, dtype=dtype)


@one_hot_of_scalar.reference
def _(np, x):
    return (np.arange(3) == x[..., None]).astype(float), np.zeros((*x.shape, 0))


@case("jax.nn.one_hot", name="large", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED))
def one_hot_large(jax, x=indices(256, below=1000, dtype="int32"), dtype=DTYPE):
    return jax.nn.one_hot(x, 1000, dtype=dtype)


@one_hot_large.reference
def _(np, x):
    return np.eye(1000)[x]
