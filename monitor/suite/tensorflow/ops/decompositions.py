"""Decompositions of matrices, and functions of their factors.

Factors that are unique only up to signs are multiplied again before a comparison.
"""

from monitor.suite.declare import COMPLEX, EAGER, GRADIENT, case, tensor
from monitor.suite.limits import FINITE, FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY, QUADRATIC, WELL_SCALED

SOLVED = ("float32", "float64", *COMPLEX)
WHOLE = {"float32": "int32", "float64": "int32"}


@case(
    "tf.linalg.cholesky",
    dtypes=SOLVED,
    modes=(EAGER, GRADIENT),
    condition=16,
    limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED,
)
def cholesky(tf, x=tensor(4, 4)):
    return tf.linalg.cholesky(tf.matmul(x, x, adjoint_b=True) + 4 * tf.eye(4, dtype=x.dtype))


@cholesky.reference
def _(np, x):
    return np.linalg.cholesky(x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(4))


@case("tf.linalg.qr", dtypes=SOLVED, condition=16, limits=FINITE | WELL_SCALED)
def qr(tf, x=tensor(5, 3)):
    q, r = tf.linalg.qr(x)
    return q @ r, tf.matmul(q, q, adjoint_a=True)


@qr.reference
def _(np, x):
    size = min(x.shape[-2:])
    return [x, np.broadcast_to(np.eye(size), (*x.shape[:-2], size, size))]


@case("tf.linalg.lu", dtypes=SOLVED, condition=16, limits=FINITE | WELL_SCALED)
def lu(tf, x=tensor(4, 4)):
    return tf.linalg.lu_reconstruct(*tf.linalg.lu(x))


@lu.reference
def _(np, x):
    return x


@case(
    "tf.linalg.lu_matrix_inverse", dtypes=SOLVED, condition=16, limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED
)
def lu_matrix_inverse(tf, x=tensor(4, 4)):
    return tf.linalg.lu_matrix_inverse(*tf.linalg.lu(x / 8 + tf.eye(4, dtype=x.dtype)))


@lu_matrix_inverse.reference
def _(np, x):
    return np.linalg.inv(x / 8 + np.eye(4))


@case("tf.linalg.lu_reconstruct", dtypes=SOLVED, condition=16, limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED)
def lu_reconstruct(tf, x=tensor(4, 4)):
    return tf.linalg.lu_reconstruct(*tf.linalg.lu(x / 8 + tf.eye(4, dtype=x.dtype)))


@lu_reconstruct.reference
def _(np, x):
    return x / 8 + np.eye(4)


@case("tf.linalg.lu_solve", dtypes=SOLVED, condition=16, limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED)
def lu_solve(tf, x=tensor(4, 4), b=tensor(4, 2)):
    return tf.linalg.lu_solve(*tf.linalg.lu(x / 8 + tf.eye(4, dtype=x.dtype)), b)


@lu_solve.reference
def _(np, x, b):
    return np.linalg.solve(x / 8 + np.eye(4), b)


@case("tf.linalg.eigh", dtypes=SOLVED, condition=16, limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED)
def eigh(tf, x=tensor(4, 4)):
    values, vectors = tf.linalg.eigh(tf.matmul(x, x, adjoint_b=True) + 4 * tf.eye(4, dtype=x.dtype))
    return vectors @ tf.linalg.diag(values) @ tf.linalg.adjoint(vectors)


@eigh.reference
def _(np, x):
    return x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(4)


@case(
    "tf.linalg.eigvalsh",
    dtypes=("float32", "float64"),
    modes=(EAGER, GRADIENT),
    condition=16,
    limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED,
)
def eigvalsh(tf, x=tensor(4, 4)):
    return tf.linalg.eigvalsh(tf.matmul(x, x, adjoint_b=True) + 4 * tf.eye(4, dtype=x.dtype))


@eigvalsh.reference
def _(np, x):
    return np.linalg.eigvalsh(x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(4))


@case("tf.linalg.eig", dtypes=COMPLEX, condition=32, limits=FINITE | WELL_SCALED)
def eig(tf, x=tensor(4, 4)):
    values, vectors = tf.linalg.eig(x)
    return x @ vectors - vectors * values[..., None, :] + x


@eig.reference
def _(np, x):
    return x


@case("tf.linalg.eigvals", dtypes=COMPLEX, condition=32, limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED)
def eigvals(tf, x=tensor(4, 4)):
    return tf.reduce_sum(tf.linalg.eigvals(x), axis=-1), tf.reduce_prod(tf.linalg.eigvals(x), axis=-1)


@eigvals.reference
def _(np, x):
    return [np.trace(x, axis1=-2, axis2=-1), np.linalg.det(x)]


@case("tf.linalg.expm", dtypes=SOLVED, condition=16, limits=FINITE | WELL_SCALED)
def expm(tf, x=tensor(4, 4)):
    return tf.linalg.expm(x / 4)


@expm.reference
def _(np, x):
    from scipy import linalg

    return linalg.expm(x / 4)


@case("tf.linalg.logm", dtypes=COMPLEX, condition=64, limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED)
def logm(tf, x=tensor(4, 4)):
    return tf.linalg.logm(tf.matmul(x, x, adjoint_b=True) + 4 * tf.eye(4, dtype=x.dtype))


@logm.reference
def _(np, x):
    values, vectors = np.linalg.eigh(x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(4))
    return vectors * np.log(values)[..., None, :] @ np.conj(np.swapaxes(vectors, -1, -2))


@case("tf.linalg.sqrtm", dtypes=SOLVED, condition=16, limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED)
def sqrtm(tf, x=tensor(4, 4)):
    root = tf.linalg.sqrtm(tf.matmul(x, x, adjoint_b=True) + 4 * tf.eye(4, dtype=x.dtype))
    return root @ root


@sqrtm.reference
def _(np, x):
    return x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(4)


@case("tf.linalg.pinv", dtypes=("float32", "float64"), condition=64, limits=FINITE | WELL_SCALED | QUADRATIC)
def pinv(tf, x=tensor(5, 3)):
    return tf.linalg.pinv(x)


@pinv.reference
def _(np, x):
    return np.linalg.pinv(x)


@case(
    "tf.linalg.matrix_rank",
    dtypes=("float32", "float64"),
    returns=WHOLE,
    limits=NOT_EMPTY | FINITE | WELL_SCALED | QUADRATIC,
)
def matrix_rank(tf, a=tensor(5, 2), b=tensor(2, 4)):
    return tf.linalg.matrix_rank(a @ b)


@matrix_rank.reference
def _(np, a, b):
    return np.linalg.matrix_rank(a @ b)


@case(
    "tf.linalg.det",
    dtypes=SOLVED,
    modes=(EAGER, GRADIENT),
    condition=16,
    limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED,
)
def det(tf, x=tensor(4, 4)):
    return tf.linalg.det(x / 8 + tf.eye(4, dtype=x.dtype))


@det.reference
def _(np, x):
    return np.linalg.det(x / 8 + np.eye(4))


@case(
    "tf.linalg.logdet",
    dtypes=("float32", "float64"),
    modes=(EAGER, GRADIENT),
    condition=16,
    limits=NOT_EMPTY | LINKED_SIZES | FINITE | WELL_SCALED,
)
def logdet(tf, x=tensor(4, 4)):
    return tf.linalg.logdet(tf.matmul(x, x, adjoint_b=True) + 4 * tf.eye(4, dtype=x.dtype))


@logdet.reference
def _(np, x):
    return np.log(np.linalg.det(x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(4)))


@case("tf.linalg.slogdet", dtypes=("float32", "float64"), condition=16, limits=FIXED_SHAPES | FINITE | WELL_SCALED)
def slogdet(tf, x=tensor(4, 4)):
    return tf.linalg.slogdet(-(tf.matmul(x, x, adjoint_b=True) + 4 * tf.eye(4, dtype=x.dtype))[:3, :3])


@slogdet.reference
def _(np, x):
    part = (x @ np.conj(np.swapaxes(x, -1, -2)) + 4 * np.eye(4))[:3, :3]
    return [np.array(-1.0), np.log(np.linalg.det(part))]
