"""Arguments of functions of matrices that no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, tensor, uniform
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=64)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def lower(np, x):
    """Return a well-conditioned lower triangular matrix."""
    return np.tril(x) + 4 * np.eye(x.shape[-1])


def refuses(tf, call):
    """Return whether a call raises an error about its values, or about a hint."""
    try:
        call()
    except (tf.errors.InvalidArgumentError, NotImplementedError, ValueError):
        return True
    return False


def message(tf, call, *inputs):
    try:
        call(*inputs)
    except tf.errors.InvalidArgumentError as error:
        return str(error)
    return ""


PRODUCTS = [
    argument(
        "tf.linalg.matmul",
        lambda tf, x=tensor(3, 2, dtype="complex64"), y=tensor(4, 3, dtype="complex64"): tf.math.imag(
            tf.linalg.matmul(x, y, adjoint_a=True, adjoint_b=True)
        ),
        lambda np, x, y: (x.conj().T @ y.conj().T).imag,
        name="adjoint",
    ),
    argument(
        "tf.linalg.matmul",
        lambda tf, x=tensor(2, 3), y=tensor(3, 4): tf.linalg.matmul(x, y, a_is_sparse=True, b_is_sparse=True),
        lambda np, x, y: x @ y,
        name="sparse",
    ),
    argument_fact(
        "tf.linalg.matmul",
        lambda tf: tf.linalg.matmul(
            tf.fill([1, 200], tf.constant(100, tf.int8)), tf.ones([200, 1], tf.int8), output_type=tf.int32
        ),
        lambda found: found.dtype == "int32" and found == 20000,
        name="type",
    ),
    argument(
        "tf.linalg.matvec",
        lambda tf, x=tensor(3, 2, dtype="complex64"), y=tensor(3, dtype="complex64"): [
            tf.math.imag(tf.linalg.matvec(x, y, adjoint_a=True)),
            tf.math.imag(tf.linalg.matvec(x, y, transpose_a=True)),
        ],
        lambda np, x, y: [(x.conj().T @ y).imag, (x.T @ y).imag],
        name="adjoint",
    ),
    argument(
        "tf.linalg.matvec",
        lambda tf, x=tensor(2, 3), y=tensor(3): tf.linalg.matvec(x, y, a_is_sparse=True, b_is_sparse=True),
        lambda np, x, y: x @ y,
        name="sparse",
    ),
    argument(
        "tf.sparse.sparse_dense_matmul",
        lambda tf, x=tensor(3, 2, dtype="complex64"), y=tensor(4, 3, dtype="complex64"): tf.math.imag(
            tf.sparse.sparse_dense_matmul(tf.sparse.from_dense(x), y, adjoint_a=True, adjoint_b=True)
        ),
        lambda np, x, y: (x.conj().T @ y.conj().T).imag,
        name="adjoint",
    ),
]

DIAGONALS = [
    argument(
        "tf.linalg.diag",
        lambda tf, x=tensor(3, 2): tf.linalg.diag(
            x, k=(-1, 1), num_rows=2, num_cols=3, padding_value=7.0, align="LEFT_RIGHT"
        ),
        lambda np, x: np.array([[x[1, 0], x[0, 0], 7], [x[2, 1], x[1, 1], x[0, 1]]]),
        name="band",
    ),
    argument(
        "tf.linalg.diag_part",
        lambda tf, x=tensor(3, 3): tf.linalg.diag_part(x, k=(-1, 1), padding_value=7.0, align="LEFT_LEFT"),
        lambda np, x: np.array([[x[0, 1], x[1, 2], 7], [x[0, 0], x[1, 1], x[2, 2]], [x[1, 0], x[2, 1], 7]]),
        name="band",
    ),
]

SOLVERS = [
    argument(
        "tf.linalg.triangular_solve",
        lambda tf, x=tensor(3, 3), y=tensor(3, 2): tf.linalg.triangular_solve(
            tf.linalg.band_part(x, -1, 0) + 4 * tf.eye(3), y, adjoint=True
        ),
        lambda np, x, y: np.linalg.solve(lower(np, x).T, y),
        name="adjoint",
    ),
    argument(
        "tf.linalg.solve",
        lambda tf, x=tensor(3, 3), y=tensor(3, 2): tf.linalg.solve(x + 4 * tf.eye(3), y, adjoint=True),
        lambda np, x, y: np.linalg.solve((x + 4 * np.eye(3)).T, y),
        name="adjoint",
    ),
    argument(
        "tf.linalg.inv",
        lambda tf, x=tensor(3, 3): tf.linalg.inv(x + 4 * tf.eye(3), adjoint=True),
        lambda np, x: np.linalg.inv((x + 4 * np.eye(3)).T),
        name="adjoint",
    ),
    argument(
        "tf.linalg.banded_triangular_solve",
        lambda tf, x=uniform(2, 3, 2, 3), y=tensor(3, 1): [
            tf.linalg.banded_triangular_solve(x, y, lower=False),
            tf.linalg.banded_triangular_solve(x, y, lower=True, adjoint=True),
        ],
        lambda np, x, y: [
            np.linalg.solve(np.diag(x[1]) + np.diag(x[0, :-1], 1), y),
            np.linalg.solve((np.diag(x[0]) + np.diag(x[1, 1:], -1)).T, y),
        ],
        name="upper",
    ),
    argument(
        "tf.linalg.tridiagonal_solve",
        lambda tf, x=tensor(3, 4), y=tensor(2, 4, dtype="complex64"): tf.math.imag(
            tf.linalg.tridiagonal_solve(
                tf.cast(x + [[0.0], [4.0], [0.0]], y.dtype),
                y,
                transpose_rhs=True,
                conjugate_rhs=True,
                partial_pivoting=False,
            )
        ),
        lambda np, x, y: -np.linalg.solve(np.diag(x[1] + 4) + np.diag(x[0, :-1], 1) + np.diag(x[2, 1:], -1), y.imag.T),
        name="transposed",
    ),
    argument_fact(
        "tf.linalg.tridiagonal_solve",
        lambda tf: [
            tf.linalg.tridiagonal_solve(
                tf.constant([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]), tf.constant([1.0, 1.0]), perturb_singular=True
            )
        ],
        lambda found: abs(found[0].sum() - 1) < 1e-3,
        name="singular",
    ),
    argument(
        "tf.linalg.experimental.conjugate_gradient",
        lambda tf, x=tensor(4, 4), y=tensor(4): (
            lambda a: (
                tf.linalg.experimental.conjugate_gradient(
                    tf.linalg.LinearOperatorFullMatrix(a, is_self_adjoint=True, is_positive_definite=True),
                    y,
                    preconditioner=tf.linalg.LinearOperatorFullMatrix(
                        tf.linalg.inv(a), is_self_adjoint=True, is_positive_definite=True
                    ),
                    max_iter=1,
                ).x
            )
        )(tf.matmul(x, x, transpose_b=True) + tf.eye(4)),
        lambda np, x, y: np.linalg.solve(x @ x.T + np.eye(4), y),
        name="preconditioned",
    ),
    argument(
        "tf.linalg.experimental.conjugate_gradient",
        lambda tf, x=tensor(4, 4), y=tensor(4): (
            tf.linalg.experimental.conjugate_gradient(
                tf.linalg.LinearOperatorFullMatrix(
                    tf.matmul(x, x, transpose_b=True) + tf.eye(4), is_self_adjoint=True, is_positive_definite=True
                ),
                y,
                x=tf.linalg.solve(tf.matmul(x, x, transpose_b=True) + tf.eye(4), y[:, None])[:, 0],
                max_iter=1,
            ).x
        ),
        lambda np, x, y: np.linalg.solve(x @ x.T + np.eye(4), y),
        name="started",
    ),
    argument(
        "tf.linalg.lstsq",
        lambda tf, x=tensor(4, 3), y=tensor(4, 2): [
            tf.linalg.lstsq(x, y, l2_regularizer=0.5),
            tf.linalg.lstsq(tf.concat([x, x], 1), y, fast=False),
        ],
        lambda np, x, y: [
            np.linalg.solve(x.T @ x + 0.5 * np.eye(3), x.T @ y),
            np.tile(np.linalg.solve(x.T @ x, x.T @ y) / 2, (2, 1)),  # the shortest of many solutions
        ],
        name="regularized",
        condition=256,
    ),
    argument(
        "tf.linalg.qr",
        lambda tf, x=tensor(4, 2): (lambda q, r: [q @ tf.transpose(q), q @ r])(*tf.linalg.qr(x, full_matrices=True)),
        lambda np, x: [np.eye(4), x],
        name="full",
    ),
    argument(
        "tf.linalg.pinv",
        lambda tf, x=tensor(3, 3): tf.linalg.pinv(x, rcond=0.9, validate_args=True),
        lambda np, x: (lambda u, s, v: (v.T * ((s > 0.9 * s[0]) / s)) @ u.T)(*np.linalg.svd(x)),
        name="rank",
    ),
    argument_fact(
        "tf.linalg.matrix_rank",
        lambda tf: (
            tf.linalg.matrix_rank([[4.0, 0.0], [0.0, 1.0]], tol=2.0, validate_args=True),
            refuses(tf, lambda: tf.linalg.matrix_rank([1.0], validate_args=True)),
        ),
        lambda found: found[0] == 1 and found[1],
        name="tolerance",
    ),
    argument_fact(
        "tf.linalg.lu",
        lambda tf: tf.linalg.lu([[1.0, 2.0], [3.0, 4.0]], output_idx_type=tf.int64)[1],
        lambda places: places.dtype == "int64" and places.tolist() == [1, 0],
        name="type",
    ),
    argument_fact(
        "tf.linalg.lu_solve",
        lambda tf: message(
            tf,
            tf.function(
                lambda lu, order, rhs: tf.linalg.lu_solve(lu, order, rhs, validate_args=True),
                input_signature=[tf.TensorSpec(None, one) for one in ("float32", "int32", "float32")],
            ),
            tf.eye(2),
            [0, 1],
            tf.ones([3, 1]),
        ),
        lambda found: "`lower_upper.shape[-1]` must equal `rhs.shape[-1]`" in found,
        name="checked",
    ),
    argument_fact(
        "tf.linalg.lu_reconstruct",
        lambda tf: [
            refuses(tf, lambda: tf.linalg.lu_reconstruct(tf.eye(2), [0, 1, 2], validate_args=True)),
            tf.linalg.lu_reconstruct([[2.0, 1.0], [0.5, 3.0]], [1, 0], validate_args=True).numpy().tolist(),
        ],
        lambda found: found == [True, [[1.0, 3.5], [2.0, 1.0]]],
        name="checked",
    ),
    argument_fact(
        "tf.linalg.lu_matrix_inverse",
        lambda tf: [
            refuses(tf, lambda: tf.linalg.lu_matrix_inverse(tf.eye(2), [0, 1, 2], validate_args=True)),
            tf.linalg.lu_matrix_inverse([[2.0, 0.0], [0.0, 4.0]], [0, 1], validate_args=True).numpy().tolist(),
        ],
        lambda found: found == [True, [[0.5, 0.0], [0.0, 0.25]]],
        name="checked",
    ),
]
