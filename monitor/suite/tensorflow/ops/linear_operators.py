"""Linear operators."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, GRADIENT, formula, positive, tensor
from monitor.suite.limits import FIXED_SHAPES, FLUSHED

operator = partial(
    formula, dtypes=("float32", "float64"), modes=(EAGER, COMPILED, GRADIENT), condition=8, limits=FIXED_SHAPES
)

PRODUCTS = [
    operator(
        "tf.linalg.LinearOperatorLowerTriangular",
        lambda tf, a=tensor(2, 3, 3), x=tensor(3, 2): tf.linalg.LinearOperatorLowerTriangular(a).matmul(x),
        lambda np, a, x: np.where(np.arange(3) <= np.arange(3)[:, np.newaxis], a, 0) @ x,
    ),
    operator(
        "tf.linalg.LinearOperatorFullMatrix",
        lambda tf, a=tensor(2, 3, 4), x=tensor(4): tf.linalg.LinearOperatorFullMatrix(a).matvec(x),
        lambda np, a, x: a @ x,
    ),
    operator(
        "tf.linalg.LinearOperatorFullMatrix",
        lambda tf, a=tensor(2, 3, 4), x=tensor(3, 5): tf.linalg.LinearOperatorFullMatrix(a).matmul(x, adjoint=True),
        lambda np, a, x: np.stack([a[0].T @ x, a[1].T @ x]),
        name="adjoint",
    ),
    operator(
        "tf.linalg.LinearOperatorDiag",
        lambda tf, d=tensor(2, 3), x=tensor(2, 3, 4): tf.linalg.LinearOperatorDiag(d).matmul(x),
        lambda np, d, x: d[..., np.newaxis] * x,
    ),
    operator(
        "tf.linalg.LinearOperatorDiag",
        lambda tf, d=positive(2, 3), x=tensor(2, 3, 4): tf.linalg.LinearOperatorDiag(d).solve(x),
        lambda np, d, x: x / d[..., np.newaxis],
        name="solve",
        limits=FIXED_SHAPES | FLUSHED,
    ),
    operator(
        "tf.linalg.LinearOperatorIdentity",
        lambda tf, x=tensor(2, 3, 4): tf.linalg.LinearOperatorIdentity(3, dtype=x.dtype).matmul(x) * 2,
        lambda np, x: x + x,
    ),
    operator(
        "tf.linalg.LinearOperatorKronecker",
        lambda tf, a=tensor(2, 3), b=tensor(3, 2): tf.linalg.LinearOperatorKronecker(
            [tf.linalg.LinearOperatorFullMatrix(a), tf.linalg.LinearOperatorFullMatrix(b)]
        ).to_dense(),
        lambda np, a, b: np.einsum("ij,kl->ikjl", a, b).reshape(6, 6),
    ),
    operator(
        "tf.linalg.LinearOperatorBlockDiag",
        lambda tf, a=tensor(2, 2), b=tensor(3, 3), x=tensor(5, 2): tf.linalg.LinearOperatorBlockDiag(
            [tf.linalg.LinearOperatorFullMatrix(a), tf.linalg.LinearOperatorFullMatrix(b)]
        ).matmul(x),
        lambda np, a, b, x: np.concatenate([a @ x[:2], b @ x[2:]]),
    ),
    operator(
        "tf.linalg.LinearOperatorBlockLowerTriangular",
        lambda tf, a=tensor(2, 2), b=tensor(3, 2), c=tensor(3, 3): tf.linalg.LinearOperatorBlockLowerTriangular(
            [
                [tf.linalg.LinearOperatorFullMatrix(a)],
                [tf.linalg.LinearOperatorFullMatrix(b), tf.linalg.LinearOperatorFullMatrix(c)],
            ]
        ).to_dense(),
        lambda np, a, b, c: np.block([[a, np.zeros((2, 3))], [b, c]]),
    ),
    operator(
        "tf.linalg.LinearOperatorLowRankUpdate",
        lambda tf, a=tensor(3, 3), u=tensor(3, 2), d=tensor(2), x=tensor(3, 4): tf.linalg.LinearOperatorLowRankUpdate(
            tf.linalg.LinearOperatorFullMatrix(a), u, diag_update=d
        ).matmul(x),
        lambda np, a, u, d, x: a @ x + u @ (d[:, np.newaxis] * (u.T @ x)),
    ),
]
