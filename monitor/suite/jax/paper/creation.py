"""Creation of arrays, from Python values and from files."""

from monitor.suite.declare import (
    COMPILED,
    COMPLEX,
    DEVICE,
    DTYPE,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    tensor,
)
from monitor.suite.limits import HOST_VALUES

FRACTIONS = [0.1, -1 / 3, 1e-3]  # none of them is exact in single precision


@case("jax.numpy.zeros", dtypes=EVERY, modes=(EAGER, COMPILED))
def zeros(jax, dtype=DTYPE):
    return jax.numpy.zeros((3, 4), dtype)


@zeros.reference
def _(np, dtype):
    return np.zeros((3, 4), dtype=bool if dtype == "bool" else float)


@case("jax.numpy.zeros", name="shapes", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def zeros_of_shapes(jax, dtype=DTYPE):
    return [jax.numpy.zeros(shape, dtype) for shape in [(), 3, (0,), [2, 0, 3], (1, 1, 1, 1, 1, 1)]]


@zeros_of_shapes.reference
def _(np):
    return [np.zeros(shape) for shape in [(), (3,), (0,), (2, 0, 3), (1, 1, 1, 1, 1, 1)]]


@case("jax.numpy.zeros", name="placed", dtypes=("float32", "int32"))
def zeros_on_device(jax, dtype=DTYPE, device=DEVICE):
    made = jax.numpy.zeros(2, dtype, device=device)
    return made.devices() == {device}, str(made.dtype)


@zeros_on_device.promise
def _(result, dtype):
    return result == [True, dtype]


@case("jax.numpy.zeros", name="large", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED))
def zeros_large(jax, dtype=DTYPE):
    return jax.numpy.zeros((1024, 1024), dtype)


@zeros_large.reference
def _(np):
    return np.zeros((1024, 1024))


@case("jax.numpy.ones", dtypes=EVERY, modes=(EAGER, COMPILED))
def ones(jax, dtype=DTYPE):
    return jax.numpy.ones((3, 4), dtype)


@ones.reference
def _(np, dtype):
    return np.ones((3, 4), dtype=bool if dtype == "bool" else float)


@case("jax.numpy.ones", name="shapes", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def ones_of_shapes(jax, dtype=DTYPE):
    return [jax.numpy.ones(shape, dtype) for shape in [(), 3, (0,), [2, 0, 3], (1, 1, 1, 1, 1, 1)]]


@ones_of_shapes.reference
def _(np):
    return [1 + np.zeros(shape) for shape in [(), (3,), (0,), (2, 0, 3), (1, 1, 1, 1, 1, 1)]]


@case("jax.numpy.ones", name="default")
def ones_by_default(jax):
    return str(jax.numpy.ones(2).dtype), str(jax.numpy.ones(2, int).dtype), str(jax.numpy.ones(2, bool).dtype)


@ones_by_default.promise
def _(dtypes):
    return dtypes == ["float64", "int64", "bool"]  # with 64 bits enabled, as here


@case("jax.numpy.array", dtypes=EVERY, modes=(EAGER, COMPILED))
def array(jax, dtype=DTYPE):
    return jax.numpy.array([[0, 1, 2], [3, 5, 7]], dtype)


@array.reference
def _(np, dtype):
    return np.array([[0, 1, 2], [3, 5, 7]], dtype=bool if dtype == "bool" else float)


@case("jax.numpy.array", name="fractions", dtypes=FLOATING + COMPLEX)
def array_of_fractions(jax, dtype=DTYPE):
    return jax.numpy.array(FRACTIONS, dtype)


@array_of_fractions.reference
def _(np):
    return np.array(FRACTIONS)


@case("jax.numpy.array", name="of-arrays", dtypes=FLOATING + COMPLEX, modes=(EAGER, COMPILED, GRADIENT))
def array_of_arrays(jax, a=tensor(3), b=tensor(3)):
    return jax.numpy.array([[a, b], [b, 2 * b]])


@array_of_arrays.reference
def _(np, a, b):
    return np.array([[a, b], [b, 2 * b]])


@case("jax.numpy.array", name="cast", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def array_cast(jax, x=tensor(7, dtype="float32"), dtype=DTYPE):
    return jax.numpy.array(8 * x, dtype, ndmin=2)


@array_cast.reference
def _(np, x, dtype):
    return np.array(np.trunc(8 * x) if dtype.startswith("int") else 8 * x, ndmin=2)


@case("jax.numpy.array", name="empty", dtypes=EVERY)
def array_of_nothing(jax, dtype=DTYPE):
    return jax.numpy.array([[], []], dtype)


@array_of_nothing.reference
def _(np, dtype):
    return np.zeros((2, 0), dtype=bool if dtype == "bool" else float)


@case("jax.numpy.array", name="ragged")
def array_of_ragged(jax):
    try:
        return jax.numpy.array([[1, 2], [3]])
    except (TypeError, ValueError):
        return "refused"


@array_of_ragged.promise
def _(result):
    return result == "refused"


@case("jax.numpy.arange", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def arange(jax, dtype=DTYPE):
    return jax.numpy.arange(2, 20, 3, dtype=dtype)


@arange.reference
def _(np):
    return np.arange(2, 20, 3)


@case("jax.numpy.arange", name="down", dtypes=INTEGER + FLOATING, modes=(EAGER, COMPILED))
def arange_down(jax, dtype=DTYPE):
    return jax.numpy.arange(7, -8, -4, dtype=dtype)


@arange_down.reference
def _(np):
    return np.array([7, 3, -1, -5])


@case("jax.numpy.arange", name="fractions", dtypes=FLOATING, modes=(EAGER, COMPILED))
def arange_of_fractions(jax, dtype=DTYPE):
    return jax.numpy.arange(-1, 1.5, 0.25, dtype=dtype)


@arange_of_fractions.reference
def _(np):
    return np.array([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5]) / 4


@case("jax.numpy.arange", name="empty", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def arange_of_nothing(jax, dtype=DTYPE):
    return jax.numpy.arange(0, dtype=dtype), jax.numpy.arange(3, 1, dtype=dtype)


@arange_of_nothing.reference
def _(np):
    return np.zeros(0), np.zeros(0)


@case("jax.numpy.arange", name="large", dtypes=("int32", "int64", "float64"), modes=(EAGER, COMPILED))
def arange_large(jax, dtype=DTYPE):
    return jax.numpy.arange(1 << 20, dtype=dtype)


@arange_large.reference
def _(np):
    return np.cumsum(np.ones(1 << 20)) - 1


@case("jax.numpy.save", dtypes=EVERY, limits=HOST_VALUES)
def save(jax, x=tensor(3, 4)):
    import io

    file = io.BytesIO()
    jax.numpy.save(file, x)
    file.seek(0)
    return jax.numpy.load(file)


@save.reference
def _(np, x):
    return x


@case("jax.numpy.save", name="to-file", dtypes=("float32", "bfloat16"), limits=HOST_VALUES)
def save_to_file(jax, x=tensor(2, 3)):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.npy"
        jax.numpy.save(path, x.T)
        return jax.numpy.load(path)


@save_to_file.reference
def _(np, x):
    return x.T


@case("jax.numpy.save", name="empty", dtypes=("float32",), limits=HOST_VALUES)
def save_nothing(jax, x=tensor(0, 4)):
    import io

    file = io.BytesIO()
    jax.numpy.save(file, x)
    file.seek(0)
    return jax.numpy.load(file)


@save_nothing.reference
def _(np, x):
    return x
