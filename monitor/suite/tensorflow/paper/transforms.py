"""Cosine transforms, each compared with the sum that defines it."""

from monitor.suite.declare import COMPILED, EAGER, GRADIENT, case, tensor
from monitor.suite.limits import FINITE, FIXED_RANK, LINKED_SIZES, NOT_EMPTY, QUADRATIC

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SINGLE_AND_DOUBLE = ("float32", "float64")


def first(np, n):
    k, i = np.ogrid[:n, :n]
    weight = np.where((k == 0) | (k == n - 1), 1, 2)
    return weight * np.cos(np.pi * k * i / (n - 1))


def second(np, n):
    k, i = np.ogrid[:n, :n]
    return 2 * np.cos(np.pi * i * (2 * k + 1) / (2 * n))


def third(np, n):
    k, i = np.ogrid[:n, :n]
    return np.where(k == 0, 1, 2) * np.cos(np.pi * k * (2 * i + 1) / (2 * n))


def fourth(np, n):
    k, i = np.ogrid[:n, :n]
    return 2 * np.cos(np.pi * (2 * k + 1) * (2 * i + 1) / (4 * n))


@case("tf.signal.idct", dtypes=SINGLE_AND_DOUBLE, modes=ALL_MODES, condition=4, limits=FINITE | QUADRATIC)
def idct(tf, x=tensor(3, 8)):
    return tf.signal.idct(x)


@idct.reference
def _(np, x):
    return x @ third(np, x.shape[-1])  # the inverse of the second kind, up to a factor


@case(
    "tf.signal.idct",
    name="orthonormal",
    dtypes=SINGLE_AND_DOUBLE,
    modes=ALL_MODES,
    condition=4,
    limits=FINITE | QUADRATIC,
)
def idct_orthonormal(tf, x=tensor(3, 8)):
    return tf.signal.idct(x, norm="ortho")


@idct_orthonormal.reference
def _(np, x):
    n = x.shape[-1]
    return x @ (third(np, n) * np.where(np.arange(n) == 0, np.sqrt(1 / n), np.sqrt(1 / (2 * n)))[:, None])


@case(
    "tf.signal.idct",
    name="first-kind",
    dtypes=SINGLE_AND_DOUBLE,
    modes=ALL_MODES,
    condition=4,
    limits=NOT_EMPTY | FINITE | QUADRATIC,
)
def idct_first_kind(tf, x=tensor(3, 7)):
    return tf.signal.idct(x, type=1)


@idct_first_kind.reference
def _(np, x):
    return x @ first(np, x.shape[-1])


@case(
    "tf.signal.idct",
    name="third-kind",
    dtypes=SINGLE_AND_DOUBLE,
    modes=ALL_MODES,
    condition=4,
    limits=FINITE | QUADRATIC,
)
def idct_third_kind(tf, x=tensor(3, 6)):
    return tf.signal.idct(x, type=3)


@idct_third_kind.reference
def _(np, x):
    return x @ second(np, x.shape[-1])


@case(
    "tf.signal.idct",
    name="fourth-kind",
    dtypes=SINGLE_AND_DOUBLE,
    modes=ALL_MODES,
    condition=4,
    limits=FINITE | QUADRATIC,
)
def idct_fourth_kind(tf, x=tensor(3, 6)):
    return tf.signal.idct(x, type=4)


@idct_fourth_kind.reference
def _(np, x):
    return x @ fourth(np, x.shape[-1])


@case("tf.signal.idct", name="inverts", dtypes=SINGLE_AND_DOUBLE, modes=ALL_MODES, condition=4, limits=FINITE)
def idct_inverts(tf, x=tensor(2, 3, 5)):
    return tf.signal.idct(tf.signal.dct(x, norm="ortho"), norm="ortho")


@idct_inverts.reference
def _(np, x):
    return x


@case(
    "tf.signal.idct",
    name="odd-length",
    dtypes=SINGLE_AND_DOUBLE,
    modes=(EAGER, COMPILED),
    condition=4,
    limits=FIXED_RANK | LINKED_SIZES | FINITE,
)
def idct_odd_length(tf, x=tensor(4, 9)):
    return tf.signal.idct(tf.transpose(x)[::2, ::-1])


@idct_odd_length.reference
def _(np, x):
    return x.T[::2, ::-1] @ third(np, 4)


@case("tf.signal.idct", name="one", dtypes=SINGLE_AND_DOUBLE, modes=(EAGER, COMPILED))
def idct_one(tf, x=tensor(3, 1)):
    return tf.signal.idct(x)


@idct_one.reference
def _(np, x):
    return x


@case(
    "tf.signal.idct",
    name="large",
    dtypes=SINGLE_AND_DOUBLE,
    modes=(EAGER, COMPILED),
    condition=4,
    limits=FINITE | QUADRATIC,
)
def idct_large(tf, x=tensor(64, 512)):
    return tf.signal.idct(x)


@idct_large.reference
def _(np, x):
    return x @ third(np, x.shape[-1])
