"""Convolution."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, tensor
from monitor.suite.limits import FIXED_RANK, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)
AS_FLOATING = {"int32": "float32"}


def convolved(np, a, b):
    """Return the sum of one array shifted by every index of the other and multiplied by its element."""
    whole = np.zeros(np.add(a.shape, b.shape) - 1, np.result_type(a, b))
    for place in np.ndindex(b.shape):
        whole[tuple(slice(start, start + size) for start, size in zip(place, a.shape, strict=True))] += a * b[place]
    return whole


@case(
    "jax.numpy.convolve",
    dtypes=FLOATING + ("complex64", "int32"),
    modes=ALL_MODES,
    returns=AS_FLOATING,
    limits=NOT_EMPTY | FIXED_RANK,
)
def convolve(jax, a=tensor(7), b=tensor(3)):
    return jax.numpy.convolve(a, b)


@convolve.reference
def _(np, a, b):
    return convolved(np, a, b)


@case("jax.numpy.convolve", name="same", dtypes=("float32",), modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def convolve_same(jax, a=tensor(6), b=tensor(4)):
    return jax.numpy.convolve(a, b, mode="same")


@convolve_same.reference
def _(np, a, b):
    size = max(len(a), len(b))
    start = (min(len(a), len(b)) - 1) // 2
    return convolved(np, a, b)[start : start + size]


@case("jax.numpy.convolve", name="valid", dtypes=("float32",), modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def convolve_valid(jax, a=tensor(3), b=tensor(8)):
    return jax.numpy.convolve(a, b, mode="valid")  # the longer one may come second


@convolve_valid.reference
def _(np, a, b):
    size = min(len(a), len(b)) - 1
    whole = convolved(np, a, b)
    return whole[size : len(whole) - size]


@case("jax.numpy.convolve", name="one", dtypes=("float32",), limits=NOT_EMPTY | FIXED_RANK)
def convolve_with_one(jax, a=tensor(5), b=tensor(1)):
    return jax.numpy.convolve(a, b), jax.numpy.convolve(b, a, mode="same")


@convolve_with_one.reference
def _(np, a, b):
    return a * b, a * b


@case(
    "jax.numpy.convolve",
    name="wider",
    dtypes=("bfloat16",),
    modes=(EAGER, COMPILED),
    returns={"bfloat16": "float32"},
    limits=NOT_EMPTY | FIXED_RANK,
)
def convolve_wider(jax, a=tensor(64), b=tensor(64)):
    return jax.numpy.convolve(a, b, preferred_element_type="float32")  # nothing is rounded to 16 bits on the way


@convolve_wider.reference
def _(np, a, b):
    return convolved(np, a, b)


@case("jax.numpy.convolve", name="large", dtypes=("float32",), modes=(EAGER, COMPILED), limits=NOT_EMPTY | FIXED_RANK)
def convolve_large(jax, a=tensor(4096), b=tensor(128)):
    return jax.numpy.convolve(a, b, precision="highest")


@convolve_large.reference
def _(np, a, b):
    return convolved(np, a, b)


@case("jax.numpy.convolve", name="empty")
def convolve_empty(jax):
    try:
        return jax.numpy.convolve(jax.numpy.zeros(3), jax.numpy.zeros(0))
    except ValueError:
        return "refused"


@convolve_empty.promise
def _(result):
    return result == "refused"


@case(
    "jax.scipy.signal.convolve2d",
    dtypes=FLOATING + ("complex64", "int32"),
    modes=ALL_MODES,
    returns=AS_FLOATING,
    limits=NOT_EMPTY | FIXED_RANK,
)
def convolve2d(jax, a=tensor(5, 6), b=tensor(3, 2)):
    return jax.scipy.signal.convolve2d(a, b)


@convolve2d.reference
def _(np, a, b):
    return convolved(np, a, b)


@case("jax.scipy.signal.convolve2d", name="same", dtypes=("float32",), modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def convolve2d_same(jax, a=tensor(5, 4), b=tensor(3, 2)):
    return jax.scipy.signal.convolve2d(a, b, mode="same")


@convolve2d_same.reference
def _(np, a, b):
    down, right = (b.shape[0] - 1) // 2, (b.shape[1] - 1) // 2
    return convolved(np, a, b)[down : down + a.shape[0], right : right + a.shape[1]]


@case(
    "jax.scipy.signal.convolve2d",
    name="valid",
    dtypes=("float32",),
    modes=(EAGER, GRADIENT),
    limits=NOT_EMPTY | FIXED_RANK,
)
def convolve2d_valid(jax, a=tensor(5, 6), b=tensor(2, 3)):
    return jax.scipy.signal.convolve2d(a, b, mode="valid")


@convolve2d_valid.reference
def _(np, a, b):
    return convolved(np, a, b)[b.shape[0] - 1 : a.shape[0], b.shape[1] - 1 : a.shape[1]]


@case("jax.scipy.signal.convolve2d", name="transposed", dtypes=("float32",), limits=NOT_EMPTY | FIXED_RANK)
def convolve2d_transposed(jax, a=tensor(4, 8), b=tensor(2, 3)):
    return jax.scipy.signal.convolve2d(a.T[::2], b.T)


@convolve2d_transposed.reference
def _(np, a, b):
    return convolved(np, a.T[::2], b.T)


@case("jax.scipy.signal.convolve2d", name="impulse", dtypes=("float32",), limits=NOT_EMPTY | FIXED_RANK)
def convolve2d_of_impulse(jax, b=tensor(3, 3)):
    impulse = jax.numpy.zeros((5, 5), b.dtype).at[2, 2].set(1)
    return jax.scipy.signal.convolve2d(impulse, b, mode="same")  # a convolution gives the kernel back, unflipped


@convolve2d_of_impulse.reference
def _(np, b):
    return np.pad(b, 1)


@case(
    "jax.scipy.signal.convolve2d",
    name="large",
    dtypes=("float32",),
    modes=(EAGER, COMPILED),
    limits=NOT_EMPTY | FIXED_RANK,
)
def convolve2d_large(jax, a=tensor(128, 96), b=tensor(7, 5)):
    return jax.scipy.signal.convolve2d(a, b, precision="highest")


@convolve2d_large.reference
def _(np, a, b):
    return convolved(np, a, b)
