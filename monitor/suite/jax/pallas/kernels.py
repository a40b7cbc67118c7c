"""Typical parts of kernels: elementwise work, blocks, matrix products, reductions, loops, and rare features."""

from monitor.suite.declare import DTYPE, EAGER, GRADIENT, case, indices, positive, tensor

PALLAS_CALL = "jax.experimental.pallas.pallas_call"


def call(jax, kernel, like, *inputs, **options):
    """Return the kernel over whole arrays; its result has the shape and dtype of `like`."""
    from jax.experimental import pallas

    return pallas.pallas_call(kernel, out_shape=jax.ShapeDtypeStruct(like.shape, like.dtype), **options)(*inputs)


@case(PALLAS_CALL, name="add", dtypes=("float32", "bfloat16", "int32", "float16", "int64", "float64"))
def add(jax, x=tensor(16, 128), y=tensor(16, 128)):
    def kernel(x, y, out):
        out[...] = x[...] + y[...]

    return call(jax, kernel, x, x, y)


@add.reference
def _(np, x, y):
    return x + y


@case(PALLAS_CALL, name="odd-shape", dtypes=("float32", "bfloat16"))
def odd_shape(jax, x=tensor(7, 100)):
    def kernel(x, out):
        out[...] = x[...] * 2

    return call(jax, kernel, x, x)


@odd_shape.reference
def _(np, x):
    return x * 2


@case(PALLAS_CALL, name="one-dimension", dtypes=("float32",))
def one_dimension(jax, x=tensor(1024)):
    def kernel(x, out):
        out[...] = jax.numpy.tanh(x[...])

    return call(jax, kernel, x, x)


@one_dimension.reference
def _(np, x):
    return np.tanh(x)


@case(
    PALLAS_CALL, name="matmul-in-blocks", dtypes=("float32", "bfloat16"), returns={"bfloat16": "float32"}, condition=16
)
def matmul_in_blocks(jax, x=tensor(256, 128), y=tensor(128, 256)):
    from jax.experimental import pallas

    def kernel(x, y, out):
        out[...] = jax.numpy.dot(x[...], y[...], preferred_element_type=jax.numpy.float32)

    return pallas.pallas_call(
        kernel,
        out_shape=jax.ShapeDtypeStruct((256, 256), jax.numpy.float32),
        grid=(2, 2),
        in_specs=[
            pallas.BlockSpec((128, 128), lambda i, j: (i, 0)),
            pallas.BlockSpec((128, 128), lambda i, j: (0, j)),
        ],
        out_specs=pallas.BlockSpec((128, 128), lambda i, j: (i, j)),
    )(x, y)


@matmul_in_blocks.reference
def _(np, x, y):
    return x @ y


@case(PALLAS_CALL, name="softmax", dtypes=("float32",), condition=4)
def softmax(jax, x=tensor(16, 128)):
    def kernel(x, out):
        powers = jax.numpy.exp(x[...] - jax.numpy.max(x[...], axis=-1, keepdims=True))
        out[...] = powers / jax.numpy.sum(powers, axis=-1, keepdims=True)

    return call(jax, kernel, x, x)


@softmax.reference
def _(np, x):
    powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)


@case(PALLAS_CALL, name="sum-in-blocks", dtypes=("float32",), condition=8)
def sum_in_blocks(jax, x=tensor(64, 128)):
    from jax.experimental import pallas

    def kernel(x, out):
        @pallas.when(pallas.program_id(0) == 0)
        def _():
            out[...] = jax.numpy.zeros_like(out)

        out[...] += x[...]

    return pallas.pallas_call(
        kernel,
        out_shape=jax.ShapeDtypeStruct((8, 128), x.dtype),
        grid=(8,),
        in_specs=[pallas.BlockSpec((8, 128), lambda i: (i, 0))],
        out_specs=pallas.BlockSpec((8, 128), lambda i: (0, 0)),
    )(x)


@sum_in_blocks.reference
def _(np, x):
    return x.reshape(8, 8, 128).sum(axis=0)


@case(PALLAS_CALL, name="loop", dtypes=("float32",), condition=8)
def loop(jax, x=tensor(8, 128)):
    def kernel(x, out):
        out[...] = jax.lax.fori_loop(0, 8, lambda _, y: y * 0.5 + x[...], x[...])

    return call(jax, kernel, x, x)


@loop.reference
def _(np, x):
    y = x
    for _ in range(8):
        y = y * 0.5 + x
    return y


@case(PALLAS_CALL, name="where", dtypes=("float32", "int32"))
def where(jax, x=tensor(8, 128)):
    def kernel(x, out):
        column = jax.lax.broadcasted_iota(jax.numpy.int32, x.shape, 1)
        out[...] = jax.numpy.where(column % 2 == 0, x[...], -x[...])

    return call(jax, kernel, x, x)


@where.reference
def _(np, x):
    return np.where(np.arange(128) % 2 == 0, x, -x)


@case(PALLAS_CALL, name="transpose", dtypes=("float32",))
def transpose(jax, x=tensor(128, 128)):
    def kernel(x, out):
        out[...] = x[...].T

    return call(jax, kernel, x, x)


@transpose.reference
def _(np, x):
    return x.T


@case(PALLAS_CALL, name="row-by-number", dtypes=("float32",))
def row_by_number(jax, x=tensor(16, 128)):
    from jax.experimental import pallas

    def kernel(x, out):
        for row in range(8):
            out[pallas.ds(row, 1), :] = x[pallas.ds(2 * row, 1), :]

    return call(jax, kernel, jax.ShapeDtypeStruct((8, 128), x.dtype), x)


@row_by_number.reference
def _(np, x):
    return x[::2]


@case(PALLAS_CALL, name="cast", dtypes=("float32",), returns={"float32": "bfloat16"})
def cast(jax, x=tensor(16, 128)):
    def kernel(x, out):
        out[...] = x[...].astype(jax.numpy.bfloat16)

    return call(jax, kernel, jax.ShapeDtypeStruct(x.shape, jax.numpy.bfloat16), x)


@cast.reference
def _(np, x):
    return x


@case(PALLAS_CALL, name="logarithm", dtypes=("float32",))
def logarithm(jax, x=positive(8, 128)):
    def kernel(x, out):
        out[...] = jax.numpy.log(x[...])

    return call(jax, kernel, x, x)


@logarithm.reference
def _(np, x):
    return np.log(x)


@case(PALLAS_CALL, name="running-sum", dtypes=("float32",), condition=16)
def running_sum(jax, x=tensor(8, 128)):
    def kernel(x, out):
        out[...] = jax.numpy.cumsum(x[...], axis=-1)

    return call(jax, kernel, x, x)


@running_sum.reference
def _(np, x):
    return np.cumsum(x, axis=-1)


@case(PALLAS_CALL, name="sort", dtypes=("float32",))
def sort(jax, x=tensor(8, 128)):
    def kernel(x, out):
        out[...] = jax.numpy.sort(x[...], axis=-1)

    return call(jax, kernel, x, x)


@sort.reference
def _(np, x):
    return np.sort(x, axis=-1)


@case(PALLAS_CALL, name="gather", dtypes=("float32",))
def gather(jax, x=tensor(8, 128), rows=indices(8, 128, below=8, dtype="int32")):
    def kernel(x, rows, out):
        out[...] = jax.numpy.take_along_axis(x[...], rows[...], axis=0)

    return call(jax, kernel, x, x, rows)


@gather.reference
def _(np, x, rows):
    return np.take_along_axis(x, rows, axis=0)


@case(PALLAS_CALL, name="derivative", dtypes=("float32",), modes=(EAGER, GRADIENT))
def derivative(jax, x=tensor(2, 4), dtype=DTYPE):
    @jax.custom_vjp
    def double(x):
        def kernel(x, out):
            out[...] = x[...] * 2

        return call(jax, kernel, x, x)

    double.defvjp(lambda x: (double(x), None), lambda _, g: (double(g),))
    return double(x.astype(dtype))


@derivative.reference
def _(np, x):
    return x * 2
