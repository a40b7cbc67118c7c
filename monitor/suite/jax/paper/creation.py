"""Arrays made from nothing, from Python's own values, or from a key."""

from monitor.suite.declare import COMPILED, DTYPE, EAGER, EVERY, NUMERIC, case, tensor


@case("jax.numpy.zeros", dtypes=EVERY, modes=(EAGER, COMPILED))
def zeros(jax, dtype=DTYPE):
    return jax.numpy.zeros((3, 4), dtype)


@zeros.reference
def _(np, dtype):
    return np.zeros((3, 4), dtype=bool if dtype == "bool" else float)


@case("jax.numpy.ones", dtypes=EVERY, modes=(EAGER, COMPILED))
def ones(jax, dtype=DTYPE):
    return jax.numpy.ones((3, 4), dtype)


@ones.reference
def _(np, dtype):
    return np.ones((3, 4), dtype=bool if dtype == "bool" else float)


@case("jax.numpy.array", dtypes=EVERY, modes=(EAGER, COMPILED))
def array(jax, dtype=DTYPE):
    return jax.numpy.array([[0, 1, 2], [3, 5, 7]], dtype)


@array.reference
def _(np, dtype):
    return np.array([[0, 1, 2], [3, 5, 7]], dtype=bool if dtype == "bool" else float)


@case("jax.numpy.arange", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def arange(jax, dtype=DTYPE):
    return jax.numpy.arange(2, 20, 3, dtype=dtype)


@arange.reference
def _(np):
    return np.arange(2, 20, 3)


@case("jax.random.PRNGKey", modes=(EAGER, COMPILED))
def key(jax):
    return jax.random.PRNGKey((5 << 32) + 7)


@key.promise
def _(key):
    return key.tolist() == [5, 7]  # the two halves of the seed


@case("jax.numpy.save", dtypes=EVERY)
def save(jax, x=tensor(3, 4)):
    import io

    file = io.BytesIO()
    jax.numpy.save(file, x)
    file.seek(0)
    return jax.numpy.load(file)


@save.reference
def _(np, x):
    return x
