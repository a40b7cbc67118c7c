"""Diagonals, bands and transposes."""

from monitor.suite.declare import COMPLEX, DTYPE, EVERY, FLOATING, NUMERIC, case, tensor
from monitor.suite.limits import FIXED_RANK, NOT_EMPTY, QUADRATIC


@case("tf.linalg.adjoint", dtypes=FLOATING + COMPLEX)
def adjoint(tf, x=tensor(2, 3, 4)):
    return tf.linalg.adjoint(x)


@adjoint.reference
def _(np, x):
    return np.conj(np.swapaxes(x, -1, -2))


@case("tf.linalg.matrix_transpose", dtypes=EVERY)
def matrix_transpose(tf, x=tensor(2, 3, 4)):
    return tf.linalg.matrix_transpose(x)


@matrix_transpose.reference
def _(np, x):
    return np.swapaxes(x, -1, -2)


@case("tf.linalg.band_part", dtypes=EVERY, limits=NOT_EMPTY)
def band_part(tf, x=tensor(4, 5)):
    return tf.linalg.band_part(x, 1, -1)


@band_part.reference
def _(np, x):
    return np.triu(x, -1)


@case("tf.linalg.diag", dtypes=EVERY, limits=FIXED_RANK | QUADRATIC)
def diag(tf, x=tensor(4)):
    return tf.linalg.diag(x, k=1)


@diag.reference
def _(np, x):
    return np.diag(x, 1)


@case("tf.linalg.diag_part", dtypes=EVERY, limits=FIXED_RANK)
def diag_part(tf, x=tensor(4, 5)):
    return tf.linalg.diag_part(x)


@diag_part.reference
def _(np, x):
    return np.diag(x)


@case("tf.linalg.tensor_diag", dtypes=NUMERIC + COMPLEX, limits=FIXED_RANK | QUADRATIC)
def tensor_diag(tf, x=tensor(4)):
    return tf.linalg.tensor_diag(x)


@tensor_diag.reference
def _(np, x):
    return np.diag(x)


@case("tf.linalg.tensor_diag_part", dtypes=NUMERIC + COMPLEX, limits=FIXED_RANK)
def tensor_diag_part(tf, x=tensor(4, 4)):
    return tf.linalg.tensor_diag_part(x)


@tensor_diag_part.reference
def _(np, x):
    return np.diag(x)


@case("tf.eye", dtypes=EVERY)
def eye(tf, dtype=DTYPE):
    return tf.eye(3, 4, dtype=dtype)


@eye.reference
def _(np, dtype):
    return np.eye(3, 4, dtype=bool if dtype == "bool" else float)
