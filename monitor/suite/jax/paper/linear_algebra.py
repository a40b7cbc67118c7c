"""Decompositions. If one is unique only up to signs or order, the promise is independent of these."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, GRADIENT, case, tensor
from monitor.suite.limits import FINITE, FIXED_RANK, LOST_DIGITS, NOT_EMPTY, QUADRATIC, SINGULAR

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SOLVED = ("float32", "float64", *COMPLEX)  # the decompositions have no 16 bits
SINGLE = ("float32", "complex64")
REAL = {"complex64": "float32", "complex128": "float64"}  # a singular value is real
AS_COMPLEX = {"float32": "complex64", "float64": "complex128"}  # an eigenvalue is complex


def times(jax, a, b):
    # Some devices multiply in less than single precision by default: that is no fault of a decomposition.
    return jax.numpy.matmul(a, b, precision="highest")


def adjoint(x):
    return x.swapaxes(-1, -2).conj()


def eliminate(np, x):
    """Return the result of Gaussian elimination with the largest element of a column as pivot."""
    rows, order = np.array(x), np.arange(len(x))
    lower = np.zeros((len(x), min(x.shape)), rows.dtype)
    for k in range(min(x.shape)):
        pivot = k + np.argmax(np.abs(rows[k:, k]))
        for both in (rows, order, lower):
            both[[k, pivot]] = both[[pivot, k]]
        lower[k, k] = 1
        if rows[k, k] != 0:
            lower[k + 1 :, k] = rows[k + 1 :, k] / rows[k, k]
        rows[k + 1 :] -= lower[k + 1 :, k, None] * rows[k]
    return np.eye(len(x))[:, order], lower, rows[: min(x.shape)]


@case("jax.numpy.linalg.svd", dtypes=SOLVED, modes=ALL_MODES, condition=4, limits=FINITE)
def svd(jax, x=tensor(5, 3)):
    u, s, vh = jax.numpy.linalg.svd(x, full_matrices=False)
    return times(jax, u * s[..., None, :], vh)


@svd.reference
def _(np, x):
    return x


@case("jax.numpy.linalg.svd", name="values", dtypes=SOLVED, modes=ALL_MODES, returns=REAL, condition=2, limits=FINITE)
def svd_values(jax, x=tensor(3, 5)):
    return jax.numpy.linalg.svd(x, compute_uv=False)


@svd_values.reference
def _(np, x):
    return np.linalg.svd(x, compute_uv=False)


@case("jax.numpy.linalg.svd", name="full", dtypes=SINGLE, condition=4, limits=QUADRATIC | FINITE)
def svd_full(jax, x=tensor(5, 3)):
    u, s, vh = jax.numpy.linalg.svd(x)
    product = times(jax, u[..., : s.shape[-1]] * s[..., None, :], vh[..., : s.shape[-1], :])
    return product, times(jax, adjoint(u), u), times(jax, vh, adjoint(vh))


@svd_full.reference
def _(np, x):
    batch = np.zeros((*x.shape[:-2], 1, 1))
    return x, batch + np.eye(x.shape[-2]), batch + np.eye(x.shape[-1])


@case("jax.numpy.linalg.svd", name="batch", dtypes=("float32",), modes=(EAGER, COMPILED), condition=4, limits=FINITE)
def svd_batch(jax, x=tensor(2, 3, 2, 4)):
    u, s, vh = jax.numpy.linalg.svd(x, full_matrices=False)
    return times(jax, u * s[..., None, :], vh)


@svd_batch.reference
def _(np, x):
    return x


@case("jax.numpy.linalg.svd", name="rank-one", dtypes=("float32",), returns=REAL, limits=FINITE | LOST_DIGITS)
def svd_of_rank_one(jax, a=tensor(4, 1), b=tensor(1, 3)):
    return jax.numpy.linalg.svd(a * b, compute_uv=False)


@svd_of_rank_one.reference
def _(np, a, b):
    return np.linalg.svd(a * b, compute_uv=False)


@case("jax.numpy.linalg.svd", name="hermitian", dtypes=SINGLE, returns=REAL, condition=2, limits=FINITE)
def svd_of_hermitian(jax, x=tensor(4, 4)):
    return jax.numpy.linalg.svd(x + adjoint(x), hermitian=True)[1]


@svd_of_hermitian.reference
def _(np, x):
    return np.linalg.svd(x + adjoint(x), compute_uv=False)


@case("jax.numpy.linalg.svd", name="empty", dtypes=("float32",))
def svd_empty(jax, x=tensor(0, 3)):
    return jax.numpy.linalg.svd(x, full_matrices=False)


@svd_empty.reference
def _(np, x):
    return np.linalg.svd(x, full_matrices=False)


@case("jax.numpy.linalg.svd", name="large", dtypes=("float32",), condition=4, limits=FINITE)
def svd_large(jax, x=tensor(96, 64)):
    u, s, vh = jax.numpy.linalg.svd(x, full_matrices=False)
    return times(jax, u * s[..., None, :], vh)


@svd_large.reference
def _(np, x):
    return x


@case(
    "jax.numpy.linalg.eig",
    dtypes=SOLVED,
    modes=(EAGER, COMPILED),
    returns=AS_COMPLEX,
    condition=8,
    limits=FINITE | LOST_DIGITS,
)
def eig(jax, x=tensor(4, 4)):
    values, _ = jax.numpy.linalg.eig(x)
    return [jax.numpy.sum(values**power, axis=-1) for power in (1, 2, 3)]  # whatever their order


@eig.reference
def _(np, x):
    return [np.asarray(np.trace(product, axis1=-2, axis2=-1)) for product in (x, x @ x, x @ x @ x)]


@case(
    "jax.numpy.linalg.eig",
    name="vectors",
    dtypes=SINGLE,
    modes=(EAGER, COMPILED),
    returns=AS_COMPLEX,
    condition=4,
    limits=FINITE | LOST_DIGITS,
)
def eig_vectors(jax, x=tensor(4, 4)):
    values, vectors = jax.numpy.linalg.eig(x)
    residual = times(jax, x, vectors) - vectors * values[..., None, :]
    return x + residual, jax.numpy.sum(vectors * vectors.conj(), axis=-2)  # x: nothing has no digits to be compared


@eig_vectors.reference
def _(np, x):
    return x, np.ones(x.shape[:-1])


@case("jax.numpy.linalg.eig", name="rotation", dtypes=("float32",), returns=AS_COMPLEX, limits=FIXED_RANK | FINITE)
def eig_of_rotation(jax, angle=tensor(1)):
    (c,), (s,) = jax.numpy.cos(angle), jax.numpy.sin(angle)
    values, _ = jax.numpy.linalg.eig(jax.numpy.array([[c, -s], [s, c]]))
    return values[jax.numpy.argsort(values.imag)]


@eig_of_rotation.reference
def _(np, angle):
    return np.cos(angle[0]) + 1j * np.abs(np.sin(angle[0])) * np.array([-1, 1])


@case("jax.numpy.linalg.eig", name="triangular", dtypes=("float32",), returns=AS_COMPLEX, limits=FIXED_RANK | FINITE)
def eig_of_triangular(jax, x=tensor(3, 3)):
    values, _ = jax.numpy.linalg.eig(jax.numpy.triu(x))
    return values[jax.numpy.argsort(values.real)]


@eig_of_triangular.reference
def _(np, x):
    return np.sort(x.diagonal())


@case("jax.numpy.linalg.eig", name="batch", dtypes=("float32",), returns=AS_COMPLEX, condition=4, limits=FINITE)
def eig_batch(jax, x=tensor(2, 3, 3, 3)):
    values, vectors = jax.numpy.linalg.eig(x)
    return x + (times(jax, x, vectors) - vectors * values[..., None, :])


@eig_batch.reference
def _(np, x):
    return x


@case("jax.numpy.linalg.eig", name="defective", dtypes=("float32",), returns=AS_COMPLEX, limits=FIXED_RANK | FINITE)
def eig_of_defective(jax, shift=tensor(1)):
    values, _ = jax.numpy.linalg.eig(
        shift * jax.numpy.eye(3, dtype=shift.dtype) + jax.numpy.eye(3, k=1, dtype=shift.dtype)
    )
    return values


@eig_of_defective.reference
def _(np, shift):
    return shift[[0, 0, 0]]


@case("jax.numpy.linalg.eig", name="empty", dtypes=("float32",), returns=AS_COMPLEX, limits=FIXED_RANK)
def eig_empty(jax, x=tensor(0, 0)):
    return jax.numpy.linalg.eig(x)


@eig_empty.reference
def _(np, x):
    return np.zeros(0), np.zeros((0, 0))


@case("jax.numpy.linalg.eig", name="oblong")
def eig_of_oblong(jax):
    try:
        return jax.numpy.linalg.eig(jax.numpy.ones((2, 3)))
    except ValueError:
        return "refused"


@eig_of_oblong.promise
def _(result):
    return result == "refused"


@case("jax.scipy.linalg.lu", dtypes=SOLVED, modes=(EAGER, COMPILED), condition=2, limits=FIXED_RANK | FINITE)
def lu(jax, x=tensor(4, 4)):
    _, lower, upper = jax.scipy.linalg.lu(x)
    return lower, upper  # unique: the pivot is the largest


@lu.reference
def _(np, x):
    return eliminate(np, x)[1:]


@case(
    "jax.scipy.linalg.lu", name="product", dtypes=SINGLE, modes=(EAGER, GRADIENT), condition=2, limits=FINITE | SINGULAR
)
def lu_product(jax, x=tensor(3, 5)):
    permutation, lower, upper = jax.scipy.linalg.lu(x)
    return times(jax, times(jax, permutation, lower), upper)


@lu_product.reference
def _(np, x):
    return x


@case(
    "jax.scipy.linalg.lu",
    name="gradient",
    dtypes=("float32",),
    modes=(GRADIENT,),
    condition=4,
    limits=FIXED_RANK | FINITE,
)
def lu_gradient(jax, x=tensor(3, 3)):
    _, lower, upper = jax.scipy.linalg.lu(x)
    return lower, upper


@lu_gradient.reference
def _(np, x):
    return eliminate(np, x)[1:]


@case("jax.scipy.linalg.lu", name="permutation", dtypes=("float32",), limits=FIXED_RANK | FINITE)
def lu_permutation(jax, x=tensor(5, 3)):
    return jax.scipy.linalg.lu(x)[0]


@lu_permutation.reference
def _(np, x):
    return eliminate(np, x)[0].astype(float)


@case("jax.scipy.linalg.lu", name="permuted", dtypes=("float32",), condition=2, limits=FIXED_RANK | FINITE)
def lu_permuted(jax, x=tensor(5, 3)):
    return jax.scipy.linalg.lu(x, permute_l=True)


@lu_permuted.reference
def _(np, x):
    permutation, lower, upper = eliminate(np, x)
    return permutation @ lower, upper


@case("jax.scipy.linalg.lu", name="batch", dtypes=("float32",), condition=2, limits=NOT_EMPTY | FINITE)
def lu_batch(jax, x=tensor(2, 3, 3)):
    permutation, lower, upper = jax.scipy.linalg.lu(x)
    return times(jax, times(jax, permutation, lower), upper)


@lu_batch.reference
def _(np, x):
    return x


@case("jax.scipy.linalg.lu", name="singular", dtypes=("float32",), condition=2, limits=FIXED_RANK | FINITE)
def lu_of_singular(jax, x=tensor(3)):
    permutation, lower, upper = jax.scipy.linalg.lu(jax.numpy.outer(x, x))
    return times(jax, times(jax, permutation, lower), upper)


@lu_of_singular.reference
def _(np, x):
    return x[:, None] * x


@case("jax.scipy.linalg.lu", name="empty", dtypes=("float32",), limits=FIXED_RANK)
def lu_empty(jax, x=tensor(0, 0)):
    return jax.scipy.linalg.lu(x)


@lu_empty.reference
def _(np, x):
    return x, x, x
