"""Arrays taken apart and reshaped."""

from monitor.suite.declare import COMPILED, EAGER, EVERY, FLOATING, GRADIENT, case, indices, tensor

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("jax.numpy.split", dtypes=EVERY, modes=ALL_MODES)
def split(jax, x=tensor(6, 5)):
    return jax.numpy.split(x, 3)


@split.reference
def _(np, x):
    return [x[0:2], x[2:4], x[4:6]]


@case("jax.numpy.split", name="uneven", dtypes=FLOATING, modes=ALL_MODES)
def split_at(jax, x=tensor(3, 7)):
    return jax.numpy.split(x, [0, 3], axis=1)


@split_at.reference
def _(np, x):
    return [x[:, :0], x[:, 0:3], x[:, 3:]]


@case("jax.numpy.reshape", dtypes=EVERY, modes=ALL_MODES)
def reshape(jax, x=tensor(3, 4)):
    return jax.numpy.reshape(x, (2, -1))


@reshape.reference
def _(np, x):
    return x.reshape(2, 6)


@case("jax.numpy.reshape", name="columns-first", dtypes=FLOATING, modes=ALL_MODES)
def reshape_columns_first(jax, x=tensor(3, 4)):
    return jax.numpy.reshape(x, (2, 6), order="F")


@reshape_columns_first.reference
def _(np, x):
    return x.T.reshape(6, 2).T


@case("jax.numpy.delete", dtypes=EVERY, modes=ALL_MODES)
def delete(jax, x=tensor(5, 4)):
    return jax.numpy.delete(x, 2, axis=0)


@delete.reference
def _(np, x):
    return np.concatenate([x[:2], x[3:]])


@case("jax.numpy.delete", name="many", dtypes=("float32",))
def delete_many(jax, x=tensor(9), which=indices(3, below=9)):
    return jax.numpy.delete(x, which, assume_unique_indices=False)


@delete_many.reference
def _(np, x, which):
    return x[~np.isin(np.arange(9), which)]
