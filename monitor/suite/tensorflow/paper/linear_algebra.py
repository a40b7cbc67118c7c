"""Decompositions and diagonals of matrices."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, EVERY, GRADIENT, case, tensor
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, NOT_EMPTY, QUADRATIC, TIES, WELL_SCALED

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SOLVED = ("float32", "float64", *COMPLEX)  # those that the decompositions have
REAL = {"complex64": "float32", "complex128": "float64"}  # a singular value is real


@case(
    "tf.linalg.svd",
    name="values",
    dtypes=SOLVED,
    modes=ALL_MODES,
    returns=REAL,
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | QUADRATIC | FINITE | WELL_SCALED | TIES,
)
def svd_values(tf, x=tensor(5, 3)):
    return tf.linalg.svd(x, compute_uv=False)


@svd_values.reference
def _(np, x):
    return np.sqrt(np.linalg.eigvalsh(x.conj().T @ x)[::-1])


@case("tf.linalg.svd", dtypes=SOLVED, modes=ALL_MODES, condition=8, limits=FINITE | TIES | QUADRATIC)
def svd(tf, x=tensor(5, 3)):
    s, u, v = tf.linalg.svd(x)
    return u @ tf.linalg.diag(tf.cast(s, x.dtype)) @ tf.linalg.adjoint(v)


@svd.reference
def _(np, x):
    return x


@case("tf.linalg.svd", name="wide", dtypes=SOLVED, modes=(EAGER, COMPILED), condition=8, limits=FINITE | QUADRATIC)
def svd_wide(tf, x=tensor(2, 6)):
    s, u, v = tf.linalg.svd(x)
    return u @ tf.linalg.diag(tf.cast(s, x.dtype)) @ tf.linalg.adjoint(v)


@svd_wide.reference
def _(np, x):
    return x


@case(
    "tf.linalg.svd",
    name="orthonormal",
    dtypes=SOLVED,
    modes=(EAGER, COMPILED),
    condition=8,
    limits=FIXED_SHAPES | FINITE,
)
def svd_orthonormal(tf, x=tensor(4, 3)):
    _, u, v = tf.linalg.svd(x)
    return tf.linalg.adjoint(u) @ u, tf.linalg.adjoint(v) @ v


@svd_orthonormal.reference
def _(np):
    return [np.eye(3), np.eye(3)]


@case(
    "tf.linalg.svd",
    name="full-matrices",
    dtypes=SOLVED,
    modes=(EAGER, COMPILED),
    condition=8,
    limits=FIXED_SHAPES | FINITE,
)
def svd_full_matrices(tf, x=tensor(5, 3)):
    s, u, v = tf.linalg.svd(x, full_matrices=True)
    return u @ tf.linalg.adjoint(u), u[:, :3] @ tf.linalg.diag(tf.cast(s, x.dtype)) @ tf.linalg.adjoint(v)


@svd_full_matrices.reference
def _(np, x):
    return [np.eye(5), x]


@case("tf.linalg.svd", name="batch", dtypes=SOLVED, modes=(EAGER, COMPILED), condition=8, limits=FINITE | QUADRATIC)
def svd_batch(tf, x=tensor(3, 2, 4, 4)):
    s, u, v = tf.linalg.svd(x)
    return u @ tf.linalg.diag(tf.cast(s, x.dtype)) @ tf.linalg.adjoint(v)


@svd_batch.reference
def _(np, x):
    return x


@case(
    "tf.linalg.svd",
    name="rank-deficient",
    dtypes=SOLVED,
    modes=(EAGER, COMPILED),
    returns=REAL,
    condition=8,
    limits=FIXED_SHAPES | FINITE,
)
def svd_rank_deficient(tf, a=tensor(5, 1), b=tensor(1, 4)):
    return tf.linalg.svd(a @ b, compute_uv=False)


@svd_rank_deficient.reference
def _(np, a, b):
    return np.array([np.sqrt(np.sum(np.abs(a) ** 2) * np.sum(np.abs(b) ** 2)), 0, 0, 0])


@case("tf.linalg.svd", name="empty", dtypes=SOLVED, returns=REAL, limits=FIXED_RANK)
def svd_empty(tf, x=tensor(0, 3)):
    return tf.linalg.svd(x, compute_uv=False)


@svd_empty.reference
def _(np):
    return np.zeros(0)


@case(
    "tf.linalg.svd",
    name="large",
    dtypes=("float32", "float64"),
    condition=16,
    limits=FIXED_RANK | FINITE | WELL_SCALED | QUADRATIC,
)
def svd_large(tf, x=tensor(128, 64)):
    s, u, v = tf.linalg.svd(x)
    return u @ tf.linalg.diag(s) @ tf.transpose(v)


@svd_large.reference
def _(np, x):
    return x


@case("tf.linalg.set_diag", dtypes=EVERY, modes=ALL_MODES, limits=FIXED_SHAPES)
def set_diag(tf, x=tensor(2, 3, 4), diagonal=tensor(2, 3)):
    return tf.linalg.set_diag(x, diagonal)


@set_diag.reference
def _(np, x, diagonal):
    on_diagonal = np.eye(3, 4, dtype=bool)
    return np.where(on_diagonal, diagonal[:, :, None], x)


@case("tf.linalg.set_diag", name="above", dtypes=("float32", "bfloat16", "int32"), modes=ALL_MODES, limits=FIXED_SHAPES)
def set_diag_above(tf, x=tensor(3, 4), diagonal=tensor(3)):
    return tf.linalg.set_diag(x, diagonal, k=1)


@set_diag_above.reference
def _(np, x, diagonal):
    return np.where(np.eye(3, 4, k=1, dtype=bool), diagonal[:, None], x)


@case("tf.linalg.set_diag", name="band", dtypes=("float32", "float64"), modes=ALL_MODES, limits=FIXED_SHAPES)
def set_diag_band(tf, x=tensor(4, 4), diagonals=tensor(3, 4)):
    return tf.linalg.set_diag(x, diagonals, k=(-1, 1), align="RIGHT_LEFT")


@set_diag_band.reference
def _(np, x, diagonals):
    result = x.copy()
    for row in range(4):
        for column in range(max(row - 1, 0), min(row + 2, 4)):
            k = column - row
            # Superdiagonals are aligned to the right, subdiagonals to the left: `column` counts in both.
            result[row, column] = diagonals[1 - k, column]
    return result


@case("tf.linalg.set_diag", name="empty", dtypes=("float32",), modes=(EAGER, COMPILED), limits=FIXED_SHAPES)
def set_diag_empty(tf, x=tensor(0, 3, 4), diagonal=tensor(0, 3)):
    return tf.linalg.set_diag(x, diagonal)


@set_diag_empty.reference
def _(np, x):
    return x


@case("tf.linalg.set_diag", name="large", dtypes=("float32", "float16"), modes=(EAGER, COMPILED), limits=FIXED_SHAPES)
def set_diag_large(tf, x=tensor(256, 1024), diagonal=tensor(256)):
    return tf.linalg.set_diag(x, diagonal)


@set_diag_large.reference
def _(np, x, diagonal):
    return np.where(np.eye(256, 1024, dtype=bool), diagonal[:, None], x)


@case("tf.experimental.numpy.diagflat", dtypes=EVERY, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK | QUADRATIC)
def diagflat(tf, x=tensor(4)):
    return tf.experimental.numpy.diagflat(x)


@diagflat.reference
def _(np, x):
    result = np.zeros((4, 4), x.dtype)
    np.fill_diagonal(result, x)
    return result


@case("tf.experimental.numpy.diagflat", name="below", dtypes=("float32", "int32"), modes=ALL_MODES, limits=FIXED_SHAPES)
def diagflat_below(tf, x=tensor(2, 2)):
    return tf.experimental.numpy.diagflat(x, k=-2)


@diagflat_below.reference
def _(np, x):
    result = np.zeros((6, 6), x.dtype)
    result[np.arange(2, 6), np.arange(4)] = x.ravel()
    return result


@case(
    "tf.experimental.numpy.diagflat",
    name="one",
    dtypes=("float32", "int32"),
    modes=(EAGER, COMPILED),
    limits=FIXED_RANK,
)
def diagflat_one(tf, x=tensor(1)):
    return tf.experimental.numpy.diagflat(x[0])


@diagflat_one.reference
def _(np, x):
    return x.reshape(1, 1)


@case("tf.experimental.numpy.diagflat", name="empty", dtypes=("float32",), modes=(EAGER, COMPILED))
def diagflat_empty(tf, x=tensor(0)):
    return tf.experimental.numpy.diagflat(x)


@diagflat_empty.reference
def _(np):
    return np.zeros((0, 0))
