"""Products of matrices and tensors."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, NUMERIC, case, tensor
from monitor.suite.limits import FIXED_RANK, LINKED_SIZES, NOT_EMPTY


@case("tf.linalg.matmul", dtypes=NUMERIC + COMPLEX, modes=(EAGER, COMPILED, GRADIENT), condition=4)
def matmul(tf, a=tensor(2, 3, 4), b=tensor(4, 5)):
    return tf.linalg.matmul(a, b)


@matmul.reference
def _(np, a, b):
    return a @ b


@case("tf.linalg.matmul", dtypes=FLOATING, name="transposed", condition=4)
def matmul_transposed(tf, a=tensor(4, 3), b=tensor(5, 4)):
    return tf.linalg.matmul(a, b, transpose_a=True, transpose_b=True)


@matmul_transposed.reference
def _(np, a, b):
    return np.swapaxes(a, -1, -2) @ np.swapaxes(b, -1, -2)


@case("tf.linalg.matmul", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large", condition=8)
def matmul_large(tf, a=tensor(128, 256), b=tensor(256, 64)):
    return tf.linalg.matmul(a, b)


@matmul_large.reference
def _(np, a, b):
    return a @ b


@case("tf.linalg.matvec", dtypes=FLOATING + COMPLEX, modes=(EAGER, GRADIENT), condition=4)
def matvec(tf, a=tensor(3, 4), b=tensor(4)):
    return tf.linalg.matvec(a, b)


@matvec.reference
def _(np, a, b):
    return a @ b


@case("tf.tensordot", dtypes=FLOATING + COMPLEX, modes=(EAGER, COMPILED, GRADIENT), condition=4, limits=FIXED_RANK)
def tensordot(tf, a=tensor(2, 3, 4), b=tensor(4, 3, 5)):
    return tf.tensordot(a, b, [[1, 2], [1, 0]])


@tensordot.reference
def _(np, a, b):
    return np.tensordot(a, b, [[1, 2], [1, 0]])


@case("tf.einsum", dtypes=FLOATING + COMPLEX, modes=(EAGER, COMPILED, GRADIENT), condition=4, limits=FIXED_RANK)
def einsum(tf, a=tensor(2, 3, 4), b=tensor(4, 5)):
    return tf.einsum("bij,jk->bki", a, b)


@einsum.reference
def _(np, a, b):
    return np.swapaxes(a @ b, 1, 2)


@case("tf.linalg.cross", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=NOT_EMPTY | LINKED_SIZES)
def cross(tf, a=tensor(4, 3), b=tensor(4, 3)):
    return tf.linalg.cross(a, b)


@cross.reference
def _(np, a, b):
    return np.cross(a, b)


@case("tf.linalg.tridiagonal_matmul", dtypes=("float32", "float64"), condition=4, limits=NOT_EMPTY | FIXED_RANK)
def tridiagonal_matmul(tf, d=tensor(3, 4), x=tensor(4, 2)):
    return tf.linalg.tridiagonal_matmul((d[0], d[1], d[2]), x, diagonals_format="sequence")


@tridiagonal_matmul.reference
def _(np, d, x):
    above, below = d[0][:-1, None] * x[1:], d[2][1:, None] * x[:-1]
    return d[1][:, None] * x + np.pad(above, [(0, 1), (0, 0)]) + np.pad(below, [(1, 0), (0, 0)])


@case("tf.linalg.global_norm", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4)
def global_norm(tf, a=tensor(3, 4), b=tensor(5)):
    return tf.linalg.global_norm([a, b])


@global_norm.reference
def _(np, a, b):
    return np.sqrt(np.sum(a * a) + np.sum(b * b))


@case("tf.linalg.norm", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4)
def norm(tf, x=tensor(3, 4)):
    return tf.linalg.norm(x, axis=1)


@norm.reference
def _(np, x):
    return np.sqrt(np.sum(x * x, axis=1))


@case("tf.linalg.norm", dtypes=FLOATING, condition=4, name="one", limits=NOT_EMPTY | FIXED_RANK)
def norm_one(tf, x=tensor(3, 4)):
    return tf.linalg.norm(x, ord=1, axis=(0, 1))


@norm_one.reference
def _(np, x):
    return np.max(np.sum(np.abs(x), axis=0), axis=0)


@case("tf.linalg.normalize", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4)
def normalize(tf, x=tensor(3, 4)):
    return tf.linalg.normalize(x, axis=1)[0]


@normalize.reference
def _(np, x):
    return x / np.sqrt(np.sum(x * x, axis=1, keepdims=True))


@case("tf.linalg.trace", dtypes=NUMERIC + COMPLEX, modes=(EAGER, GRADIENT), condition=4)
def trace(tf, x=tensor(2, 4, 4)):
    return tf.linalg.trace(x)


@trace.reference
def _(np, x):
    return np.trace(x, axis1=-2, axis2=-1)


@case("tf.norm", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4)
def plain_norm(tf, x=tensor(3, 4)):
    return tf.norm(x)


@plain_norm.reference
def _(np, x):
    return np.sqrt(np.sum(x * x))
