"""Norms, decompositions and solvers."""

from functools import partial

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, GRADIENT, formula, tensor, values
from monitor.suite.limits import FINITE, FIXED_SHAPES, SINGULAR, TIES, WELL_SCALED

ALL = (EAGER, COMPILED, GRADIENT)
BOTH = (EAGER, COMPILED)
DOUBLE = ("float32", "float64")
LIMITS = FIXED_SHAPES | FINITE | SINGULAR | WELL_SCALED

norms = partial(formula, dtypes=("float32", "float64", "bfloat16"), modes=ALL, condition=4)
solved = partial(formula, dtypes=DOUBLE, modes=ALL, condition=64, limits=LIMITS)
solved_twice = partial(formula, dtypes=DOUBLE + COMPLEX, modes=BOTH, condition=64, limits=LIMITS)


def definite(np, x):
    """Return x x' + 4, a well-conditioned positive definite matrix."""
    return x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(x.shape[-1])


NORMS = [
    norms(
        "jax.numpy.linalg.norm",
        lambda jax, x=tensor(3, 5): jax.numpy.linalg.norm(x, axis=-1),
        lambda np, x: np.sqrt((x * x).sum(axis=-1)),
        limits=TIES,
    ),
    norms(
        "jax.numpy.linalg.norm",
        lambda jax, x=tensor(3, 5): jax.numpy.linalg.norm(x),
        lambda np, x: np.sqrt((x * x).sum()),
        name="frobenius",
        limits=TIES,
    ),
    norms(
        "jax.numpy.linalg.norm",
        lambda jax, x=tensor(3, 5): jax.numpy.linalg.norm(x, ord=1, axis=0, keepdims=True),
        lambda np, x: np.abs(x).sum(axis=0, keepdims=True),
        name="one",
    ),
    norms(
        "jax.numpy.linalg.norm",
        lambda jax, x=tensor(3, 5): jax.numpy.linalg.norm(x, ord=float("inf")),
        lambda np, x: np.abs(x).sum(axis=1).max(),
        name="infinity",
        limits=FIXED_SHAPES,
    ),
    norms(
        "jax.numpy.linalg.norm",
        lambda jax, x=tensor(3, 5): jax.numpy.linalg.norm(x, ord=3, axis=1),
        lambda np, x: np.cbrt((np.abs(x) ** 3).sum(axis=1)),
        name="three",
        dtypes=DOUBLE,
        limits=TIES,
    ),
    solved(
        "jax.numpy.linalg.norm",
        lambda jax, x=tensor(3, 5): jax.numpy.linalg.norm(x, ord="nuc"),
        lambda np, x: np.linalg.svd(x, compute_uv=False).sum(),
        name="nuclear",
    ),
]

DETERMINANTS = [
    solved(
        "jax.numpy.linalg.det",
        lambda jax, x=tensor(2, 3, 3): jax.numpy.linalg.det(x),
        lambda np, x: (x[:, 0] * np.cross(x[:, 1], x[:, 2])).sum(axis=-1),
    ),
    solved(
        "jax.numpy.linalg.slogdet",
        lambda jax, x=tensor(2, 3, 3): tuple(jax.numpy.linalg.slogdet(x)),
        lambda np, x: (
            np.sign((x[:, 0] * np.cross(x[:, 1], x[:, 2])).sum(axis=-1)),
            np.log(np.abs((x[:, 0] * np.cross(x[:, 1], x[:, 2])).sum(axis=-1))),
        ),
    ),
    formula(
        "jax.numpy.linalg.matrix_rank",
        lambda jax, x=tensor(4, 2), y=tensor(2, 5): jax.numpy.linalg.matrix_rank(x @ y),
        lambda np, x, y: np.array(2),
        dtypes=DOUBLE,
        modes=BOTH,
        returns=dict.fromkeys(DOUBLE, "int64"),
        limits=LIMITS,
    ),
]

SOLVERS = [
    solved(
        "jax.numpy.linalg.solve",
        lambda jax, a=tensor(3, 3), b=tensor(3, 2): jax.numpy.linalg.solve(a + 4 * jax.numpy.eye(3, dtype=a.dtype), b),
        lambda np, a, b: np.linalg.solve(a + 4 * np.eye(3), b),
    ),
    solved(
        "jax.numpy.linalg.solve",
        lambda jax, a=tensor(2, 3, 3), b=tensor(3): jax.numpy.linalg.solve(a + 4 * jax.numpy.eye(3, dtype=a.dtype), b),
        lambda np, a, b: np.stack([np.linalg.solve(m + 4 * np.eye(3), b) for m in a]),
        name="batch",
    ),
    solved(
        "jax.numpy.linalg.inv",
        lambda jax, a=tensor(2, 3, 3): jax.numpy.linalg.inv(a + 4 * jax.numpy.eye(3, dtype=a.dtype)),
        lambda np, a: np.linalg.inv(a + 4 * np.eye(3)),
    ),
    solved(
        "jax.numpy.linalg.pinv",
        lambda jax, a=tensor(4, 3): jax.numpy.linalg.pinv(a),
        lambda np, a: np.linalg.solve(a.T @ a, a.T),
    ),
    solved_twice(
        "jax.numpy.linalg.lstsq",
        lambda jax, a=tensor(5, 3), b=tensor(5): jax.numpy.linalg.lstsq(a, b)[0],
        lambda np, a, b: np.linalg.solve(np.conj(a.T) @ a, np.conj(a.T) @ b),
        dtypes=DOUBLE,
    ),
    solved(
        "jax.numpy.linalg.multi_dot",
        lambda jax, a=tensor(2, 5), b=tensor(5, 3), c=tensor(3, 4): jax.numpy.linalg.multi_dot([a, b, c]),
        lambda np, a, b, c: (a[:, :, None] * b).sum(axis=1) @ c,
    ),
    solved(
        "jax.scipy.linalg.solve",
        lambda jax, a=tensor(3, 3), b=tensor(3, 2): jax.scipy.linalg.solve(
            a @ a.T + 4 * jax.numpy.eye(3, dtype=a.dtype), b, assume_a="pos"
        ),
        lambda np, a, b: np.linalg.solve(definite(np, a), b),
    ),
    solved(
        "jax.scipy.linalg.solve_triangular",
        lambda jax, a=tensor(3, 3), b=tensor(3, 2): jax.scipy.linalg.solve_triangular(
            a + 4 * jax.numpy.eye(3, dtype=a.dtype), b, lower=True
        ),
        lambda np, a, b: np.linalg.solve(np.tril(a + 4 * np.eye(3)), b),
    ),
    solved(
        "jax.scipy.linalg.solve_triangular",
        lambda jax, a=tensor(3, 3), b=tensor(3): jax.scipy.linalg.solve_triangular(a, b, trans=1, unit_diagonal=True),
        lambda np, a, b: np.linalg.solve((np.triu(a, 1) + np.eye(3)).T, b),
        name="transposed",
    ),
    solved(
        "jax.scipy.linalg.cho_solve",
        lambda jax, a=tensor(3, 3), b=tensor(3): jax.scipy.linalg.cho_solve(
            (jax.numpy.tril(a) + 4 * jax.numpy.eye(3, dtype=a.dtype), True), b
        ),
        lambda np, a, b: np.linalg.solve((np.tril(a) + 4 * np.eye(3)) @ (np.tril(a) + 4 * np.eye(3)).T, b),
    ),
    solved(
        "jax.scipy.linalg.lu_solve",
        lambda jax, a=tensor(3, 3), b=tensor(3): jax.scipy.linalg.lu_solve(
            jax.scipy.linalg.lu_factor(a + 4 * jax.numpy.eye(3, dtype=a.dtype)), b
        ),
        lambda np, a, b: np.linalg.solve(a + 4 * np.eye(3), b),
    ),
    solved(
        "jax.scipy.sparse.linalg.cg",
        lambda jax, a=tensor(3, 3), b=tensor(3): jax.scipy.sparse.linalg.cg(
            a @ a.T + 4 * jax.numpy.eye(3, dtype=a.dtype), b, tol=1e-10
        )[0],
        lambda np, a, b: np.linalg.solve(definite(np, a), b),
        modes=BOTH,
        condition=4096,
    ),
]

DECOMPOSITIONS = [
    solved(
        "jax.numpy.linalg.cholesky",
        lambda jax, a=tensor(2, 3, 3): jax.numpy.linalg.cholesky(
            a @ a.swapaxes(-1, -2) + 4 * jax.numpy.eye(3, dtype=a.dtype)
        ),
        lambda np, a: np.linalg.cholesky(definite(np, a)),
    ),
    solved_twice(
        "jax.numpy.linalg.cholesky",
        lambda jax, a=tensor(3, 3): jax.numpy.linalg.cholesky(
            a @ a.conj().T + 4 * jax.numpy.eye(3, dtype=a.dtype), upper=True
        ),
        lambda np, a: np.conj(np.linalg.cholesky(definite(np, a)).T),
        name="upper",
    ),
    solved(
        "jax.scipy.linalg.cholesky",
        lambda jax, a=tensor(3, 3): jax.scipy.linalg.cholesky(
            a @ a.T + 4 * jax.numpy.eye(3, dtype=a.dtype), lower=True
        ),
        lambda np, a: np.linalg.cholesky(definite(np, a)),
    ),
    solved_twice(
        "jax.numpy.linalg.qr",
        lambda jax, a=tensor(4, 3): (
            lambda qr: (qr[0] @ qr[1], abs(qr[0].conj().T @ qr[0]), jax.numpy.tril(abs(qr[1]), -1))
        )(jax.numpy.linalg.qr(a)),
        lambda np, a: (a, np.eye(3), np.zeros((3, 3))),
        dtypes=DOUBLE,
    ),
    solved(
        "jax.scipy.linalg.qr",
        lambda jax, a=tensor(4, 3): (lambda qr: (qr[0] @ qr[1], qr[0].shape[1]))(
            jax.scipy.linalg.qr(a, mode="economic")
        )[0],
        lambda np, a: a,
        modes=BOTH,
    ),
    solved_twice(
        "jax.numpy.linalg.eigh",
        lambda jax, a=tensor(3, 3): (lambda w, v: (w, (v * w) @ v.conj().T))(*jax.numpy.linalg.eigh(a + a.conj().T)),
        lambda np, a: (np.linalg.eigvalsh(a + np.conj(a.T)), a + np.conj(a.T)),
        dtypes=DOUBLE,
    ),
    solved(
        "jax.numpy.linalg.eigvalsh",
        lambda jax, a=tensor(2, 3, 3): jax.numpy.linalg.eigvalsh(a + a.swapaxes(-1, -2)),
        lambda np, a: np.linalg.eigvalsh(a + np.swapaxes(a, -1, -2)),
    ),
    solved_twice(
        "jax.scipy.linalg.lu_factor",
        lambda jax, a=tensor(3, 3): (
            (lambda lu: jax.numpy.triu(lu).diagonal().prod())(jax.scipy.linalg.lu_factor(a)[0]) ** 2
        ),
        lambda np, a: np.linalg.det(a) ** 2,
    ),
    formula(
        "jax.lax.linalg.lu_pivots_to_permutation",
        lambda jax, pivots=values(2, 2, 3, 3): jax.lax.linalg.lu_pivots_to_permutation(pivots, 4),
        lambda np, pivots: np.array([2, 0, 3, 1]),
        dtypes=("int32",),
    ),
    norms(
        "jax.scipy.linalg.block_diag",
        lambda jax, a=tensor(2, 1), b=tensor(1, 2): jax.scipy.linalg.block_diag(a, b),
        lambda np, a, b: np.array([[a[0, 0], 0, 0], [a[1, 0], 0, 0], [0, b[0, 0], b[0, 1]]]),
        limits=FIXED_SHAPES,
    ),
]
