"""Splitting, joining, flipping and reshaping of arrays."""

from monitor.suite.declare import COMPILED, EAGER, EVERY, FLOATING, GRADIENT, case, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("jax.numpy.split", dtypes=EVERY, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def split(jax, x=tensor(6, 5)):
    return jax.numpy.split(x, 3)


@split.reference
def _(np, x):
    return np.split(x, 3)


@case("jax.numpy.split", name="uneven", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def split_at(jax, x=tensor(3, 7)):
    return jax.numpy.split(x, [0, 3], axis=1)


@split_at.reference
def _(np, x):
    return [x[:, :0], x[:, 0:3], x[:, 3:]]


@case("jax.numpy.split", name="beyond", dtypes=FLOATING, modes=ALL_MODES, limits=FIXED_SHAPES)
def split_beyond(jax, x=tensor(2, 5)):
    return jax.numpy.split(x, [-1, 9], axis=-1)


@split_beyond.reference
def _(np, x):
    return [x[:, :4], x[:, 4:], x[:, 5:]]


@case(
    "jax.numpy.split", name="empty", dtypes=("float32", "int32"), modes=(EAGER, COMPILED), limits=NOT_EMPTY | FIXED_RANK
)
def split_nothing(jax, x=tensor(0, 4)):
    return jax.numpy.split(x, 2), jax.numpy.split(x, 2, axis=1)


@split_nothing.reference
def _(np, x):
    return [x[:0]] * 2, [x[:, : x.shape[1] // 2], x[:, x.shape[1] // 2 :]]


@case("jax.numpy.split", name="indivisible")
def split_indivisible(jax):
    try:
        return jax.numpy.split(jax.numpy.zeros(5), 2)
    except ValueError:
        return "refused"


@split_indivisible.promise
def _(result):
    return result == "refused"


@case("jax.numpy.stack", dtypes=EVERY, modes=ALL_MODES)
def stack(jax, a=tensor(2, 3), b=tensor(2, 3)):
    return jax.numpy.stack([a, b], axis=1)


@stack.reference
def _(np, a, b):
    return np.stack([a, b], axis=1)


@case("jax.numpy.stack", name="last", dtypes=FLOATING, modes=ALL_MODES)
def stack_last(jax, a=tensor(4), b=tensor(4), c=tensor(4)):
    return jax.numpy.stack((a, b, c), axis=-1)


@stack_last.reference
def _(np, a, b, c):
    return np.stack([a, b, c], axis=-1)


@case("jax.numpy.stack", name="scalars", dtypes=EVERY, modes=(EAGER, COMPILED))
def stack_scalars(jax, a=tensor(), b=tensor()):
    return jax.numpy.stack([a, b, a])


@stack_scalars.reference
def _(np, a, b):
    return np.array([a, b, a])


@case("jax.numpy.stack", name="promoted", dtypes=FLOATING, modes=ALL_MODES)
def stack_promoted(jax, a=tensor(3), b=tensor(3, dtype="int32")):
    return jax.numpy.stack([a, b])


@stack_promoted.reference
def _(np, a, b):
    return np.array([a, b])


@case("jax.numpy.stack", name="of-array", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY)
def stack_of_array(jax, x=tensor(3, 2, 2)):
    return jax.numpy.stack(x, axis=2)


@stack_of_array.reference
def _(np, x):
    return np.moveaxis(x, 0, 2)


@case("jax.numpy.stack", name="many", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED))
def stack_many(jax, x=tensor(64)):
    return jax.numpy.stack([x] * 100)


@stack_many.reference
def _(np, x):
    return np.stack([x] * 100)


@case("jax.numpy.stack", name="empty", dtypes=("float32", "int32"))
def stack_empty(jax, a=tensor(0, 3)):
    return jax.numpy.stack([a, a], axis=1)


@stack_empty.reference
def _(np, a):
    return np.stack([a, a], axis=1)


@case("jax.numpy.stack", name="unlike")
def stack_unlike(jax):
    try:
        return jax.numpy.stack([jax.numpy.zeros(2), jax.numpy.zeros(3)])
    except ValueError:
        return "refused"


@stack_unlike.promise
def _(result):
    return result == "refused"


@case("jax.numpy.flip", dtypes=EVERY, modes=ALL_MODES)
def flip(jax, x=tensor(2, 3, 4)):
    return jax.numpy.flip(x, axis=(0, -1))


@flip.reference
def _(np, x):
    return x[::-1, ..., ::-1]


@case("jax.numpy.flip", name="all-axes", dtypes=FLOATING, modes=ALL_MODES)
def flip_all_axes(jax, x=tensor(3, 4)):
    return jax.numpy.flip(x.T)


@flip_all_axes.reference
def _(np, x):
    return x.reshape(-1)[::-1].reshape(x.shape).T


@case("jax.numpy.flip", name="large", dtypes=("float32", "bfloat16", "int32"), modes=(EAGER, COMPILED))
def flip_large(jax, x=tensor(256, 1024)):
    return jax.numpy.flip(x, axis=1)


@flip_large.reference
def _(np, x):
    return x[:, ::-1]


@case("jax.numpy.flip", name="empty", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def flip_empty(jax, x=tensor(3, 0)):
    return jax.numpy.flip(x), jax.numpy.flip(x, 0)


@flip_empty.reference
def _(np, x):
    return x.reshape(-1)[::-1].reshape(x.shape), x[::-1]


@case("jax.numpy.fliplr", dtypes=EVERY, modes=ALL_MODES)
def fliplr(jax, x=tensor(2, 3, 2)):
    return jax.numpy.fliplr(x)


@fliplr.reference
def _(np, x):
    return x[:, ::-1]


@case("jax.numpy.fliplr", name="one-column", dtypes=FLOATING, modes=ALL_MODES)
def fliplr_one_column(jax, x=tensor(4, 1)):
    return jax.numpy.fliplr(x)


@fliplr_one_column.reference
def _(np, x):
    return x[:, ::-1]


@case("jax.numpy.fliplr", name="vector")
def fliplr_of_vector(jax):
    try:
        return jax.numpy.fliplr(jax.numpy.zeros(3))
    except ValueError:  # a vector has no left and right
        return "refused"


@fliplr_of_vector.promise
def _(result):
    return result == "refused"


@case("jax.numpy.reshape", dtypes=EVERY, modes=ALL_MODES, limits=NOT_EMPTY)
def reshape(jax, x=tensor(3, 4)):
    return jax.numpy.reshape(x, (2, -1))


@reshape.reference
def _(np, x):
    return x.reshape(2, -1)


@case("jax.numpy.reshape", name="columns-first", dtypes=FLOATING, modes=ALL_MODES, limits=FIXED_SHAPES)
def reshape_columns_first(jax, x=tensor(3, 4)):
    return jax.numpy.reshape(x, (2, 6), order="F")


@reshape_columns_first.reference
def _(np, x):
    return x.T.reshape(6, 2).T


@case("jax.numpy.reshape", name="transposed", dtypes=FLOATING, modes=ALL_MODES)
def reshape_transposed(jax, x=tensor(3, 4, 2)):
    return jax.numpy.reshape(x.T, -1)


@reshape_transposed.reference
def _(np, x):
    return x.T.reshape(-1)


@case("jax.numpy.reshape", name="scalar", dtypes=EVERY, modes=(EAGER, COMPILED), limits=FIXED_RANK)
def reshape_scalar(jax, x=tensor(1, 1)):
    return jax.numpy.reshape(x, ()), jax.numpy.reshape(x, (1, 1, -1))


@reshape_scalar.reference
def _(np, x):
    return np.asarray(x[0, 0]), x[None]


@case("jax.numpy.reshape", name="empty", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def reshape_empty(jax, x=tensor(0, 6)):
    return jax.numpy.reshape(x, (3, 0, 2)), jax.numpy.reshape(x, (-1, 2, 3))


@reshape_empty.reference
def _(np, x):
    return np.zeros((3, 0, 2)), np.zeros((0, 2, 3))


@case("jax.numpy.reshape", name="impossible")
def reshape_impossible(jax):
    try:
        return jax.numpy.reshape(jax.numpy.zeros(12), (5, -1))
    except TypeError:
        return "refused"


@reshape_impossible.promise
def _(result):
    return result == "refused"
