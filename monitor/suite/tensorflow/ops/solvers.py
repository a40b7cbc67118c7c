"""Solvers of systems of equations."""

from monitor.suite.declare import COMPLEX, EAGER, GRADIENT, case, positive, tensor
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY, WELL_SCALED

SOLVED = ("float32", "float64", *COMPLEX)


@case(
    "tf.linalg.solve",
    dtypes=SOLVED,
    modes=(EAGER, GRADIENT),
    condition=16,
    limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED,
)
def solve(tf, x=tensor(4, 4), b=tensor(4, 2)):
    return tf.linalg.solve(x / 8 + tf.eye(4, dtype=x.dtype), b)


@solve.reference
def _(np, x, b):
    return np.linalg.solve(x / 8 + np.eye(4), b)


@case(
    "tf.linalg.inv",
    dtypes=SOLVED,
    modes=(EAGER, GRADIENT),
    condition=16,
    limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED,
)
def inv(tf, x=tensor(4, 4)):
    return tf.linalg.inv(x / 8 + tf.eye(4, dtype=x.dtype))


@inv.reference
def _(np, x):
    return np.linalg.inv(x / 8 + np.eye(4))


@case(
    "tf.linalg.triangular_solve",
    dtypes=SOLVED,
    modes=(EAGER, GRADIENT),
    condition=16,
    limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED,
)
def triangular_solve(tf, x=tensor(4, 4), b=tensor(4, 2)):
    return tf.linalg.triangular_solve(x / 8 + tf.eye(4, dtype=x.dtype), b, lower=False)


@triangular_solve.reference
def _(np, x, b):
    return np.linalg.solve(np.triu(x / 8 + np.eye(4)), b)


@case(
    "tf.linalg.banded_triangular_solve",
    dtypes=("float32", "float64"),
    condition=16,
    limits=FIXED_SHAPES | FINITE | WELL_SCALED,
)
def banded_triangular_solve(tf, d=positive(2, 4), b=tensor(4, 2)):
    return tf.linalg.banded_triangular_solve(d + 1, b)


@banded_triangular_solve.reference
def _(np, d, b):
    lower = np.diag(d[0] + 1) + np.diag(d[1][1:] + 1, -1)
    return np.linalg.solve(lower, b)


@case("tf.linalg.cholesky_solve", dtypes=SOLVED, condition=16, limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED)
def cholesky_solve(tf, x=tensor(4, 4), b=tensor(4, 2)):
    root = tf.linalg.cholesky(tf.matmul(x, x, adjoint_b=True) + 4 * tf.eye(4, dtype=x.dtype))
    return tf.linalg.cholesky_solve(root, b)


@cholesky_solve.reference
def _(np, x, b):
    return np.linalg.solve(x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(4), b)


@case("tf.linalg.lstsq", dtypes=("float32", "float64"), condition=64, limits=FINITE | WELL_SCALED)
def lstsq(tf, x=tensor(6, 3), b=tensor(6, 2)):
    return tf.linalg.lstsq(x, b)


@lstsq.reference
def _(np, x, b):
    return np.linalg.pinv(x) @ b


@case(
    "tf.linalg.tridiagonal_solve",
    dtypes=("float32", "float64"),
    condition=16,
    limits=NOT_EMPTY | FIXED_RANK | FINITE | WELL_SCALED,
)
def tridiagonal_solve(tf, d=tensor(3, 4), b=tensor(4, 2)):
    return tf.linalg.tridiagonal_solve((d[0] / 8, 1 + d[1] / 8, d[2] / 8), b, diagonals_format="sequence")


@tridiagonal_solve.reference
def _(np, d, b):
    matrix = np.eye(4) + (np.diag(d[0][:-1], 1) + np.diag(d[1]) + np.diag(d[2][1:], -1)) / 8
    return np.linalg.solve(matrix, b)


@case(
    "tf.linalg.experimental.conjugate_gradient",
    dtypes=("float32", "float64"),
    condition=256,
    limits=FIXED_SHAPES | FINITE | WELL_SCALED,
)
def conjugate_gradient(tf, x=tensor(4, 4), b=tensor(4)):
    matrix = tf.matmul(x, x, adjoint_b=True) + 4 * tf.eye(4, dtype=x.dtype)
    operator = tf.linalg.LinearOperatorFullMatrix(matrix, is_self_adjoint=True, is_positive_definite=True)
    return tf.linalg.experimental.conjugate_gradient(operator, b, tol=0.0, max_iter=8).x


@conjugate_gradient.reference
def _(np, x, b):
    return np.linalg.solve(x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(4), b)
