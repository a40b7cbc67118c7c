"""Kernels in Pallas with narrow types, and with blocks of several sizes in the scratch memory of the chip (VMEM)."""

from monitor.suite.declare import case, indices, tensor

PALLAS_CALL = "jax.experimental.pallas.pallas_call"
FLOAT8 = ("float8_e4m3fn", "float8_e5m2")
WIDE_FLOATS = dict.fromkeys(("bfloat16", *FLOAT8), "float32")
MEBIBYTE_COLUMNS = 256  # columns of float32 in an array of 1,024 rows that takes one MiB


def doubled(jax, x):
    """Return twice the array, by a kernel that holds all its input and output in scratch memory."""
    from jax.experimental import pallas

    def kernel(x, out):
        out[...] = x[...] * 2

    return pallas.pallas_call(kernel, out_shape=jax.ShapeDtypeStruct(x.shape, x.dtype))(x)


def product(jax, x, y, dtype):
    """Return the matrix product in `dtype`, by a kernel over whole arrays."""
    from jax.experimental import pallas

    def kernel(x, y, out):
        out[...] = jax.numpy.dot(x[...], y[...], preferred_element_type=dtype)

    return pallas.pallas_call(kernel, out_shape=jax.ShapeDtypeStruct((x.shape[0], y.shape[1]), dtype))(x, y)


@case(PALLAS_CALL, name="doubled-narrow", dtypes=("bfloat16", "int8", "int4", *FLOAT8))
def doubled_narrow(jax, x=indices(128, 128, below=2, dtype="")):
    return doubled(jax, x)


@doubled_narrow.reference
def _(np, x):
    return 2 * x


@case(PALLAS_CALL, name="dot-of-floats", dtypes=("bfloat16", *FLOAT8), returns=WIDE_FLOATS)
def dot_of_floats(jax, x=indices(128, 128, below=4, dtype=""), y=indices(128, 128, below=4, dtype="")):
    return product(jax, x, y, jax.numpy.float32)


@dot_of_floats.reference
def _(np, x, y):
    return x @ y


@case(PALLAS_CALL, name="dot-of-integers", dtypes=("int8", "int4"), returns={"int8": "int32", "int4": "int32"})
def dot_of_integers(jax, x=indices(128, 128, below=2, dtype=""), y=indices(128, 128, below=2, dtype="")):
    return product(jax, x, y, jax.numpy.int32)


@dot_of_integers.reference
def _(np, x, y):
    return x @ y


def scratch(mebibytes):
    """Declare a kernel whose input and output take that many MiB each in scratch memory."""

    @case(PALLAS_CALL, name=f"scratch-of-two-times-{mebibytes}-mib", dtypes=("float32",))
    def in_scratch(jax, x=tensor(1024, mebibytes * MEBIBYTE_COLUMNS)):
        return doubled(jax, x)

    @in_scratch.reference
    def _(np, x):
        return 2 * x

    return in_scratch


SCRATCH = [scratch(mebibytes) for mebibytes in (4, 12, 20, 28, 40)]
