"""Products and decompositions of matrices."""

from monitor.suite.declare import BOOL, COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, INTEGER, NUMERIC, case, tensor
from monitor.suite.limits import FIXED_RANK, GENERIC, LINKED_SIZES, NOT_EMPTY, SPARSE

ALL_MODES = (EAGER, COMPILED, GRADIENT)
REAL = {"complex64": "float32", "complex128": "float64"}
SOLVED = ("float32", "float64", *COMPLEX)  # what LAPACK has


@case("torch.addr", dtypes=FLOATING + COMPLEX + INTEGER, modes=ALL_MODES, condition=2, limits=FIXED_RANK)
def addr(torch, x=tensor(3, 4), a=tensor(3), b=tensor(4)):
    return torch.addr(x, a, b)


@addr.reference
def _(np, x, a, b):
    return x + np.outer(a, b)


@case("torch.addr", name="scaled", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=FIXED_RANK)
def addr_scaled(torch, x=tensor(3, 4), a=tensor(3), b=tensor(4)):
    return torch.addr(x, a, b, beta=0.5, alpha=-2)


@addr_scaled.reference
def _(np, x, a, b):
    return x / 2 + np.outer(-2 * a, b)


@case("torch.addr", name="broadcast", dtypes=NUMERIC, modes=ALL_MODES, condition=2, limits=FIXED_RANK)
def addr_broadcast(torch, x=tensor(1), a=tensor(3), b=tensor(4)):
    return torch.addr(x, a, b)


@addr_broadcast.reference
def _(np, x, a, b):
    return x + np.outer(a, b)


@case("torch.addr", name="of-booleans", dtypes=BOOL, limits=FIXED_RANK)
def addr_of_booleans(torch, x=tensor(3, 4), a=tensor(3), b=tensor(4)):
    return torch.addr(x, a, b)


@addr_of_booleans.reference
def _(np, x, a, b):
    return x | np.outer(a, b)


@case("torch.addr", name="empty", dtypes=FLOATING, limits=FIXED_RANK)
def addr_of_nothing(torch, x=tensor(0, 4), a=tensor(0), b=tensor(4)):
    return torch.addr(x, a, b)


@addr_of_nothing.reference
def _(np, x, a, b):
    return x


def log_determinant(np, x):
    """Return the logarithm of the determinant of x x' + 4, which is positive definite."""
    sign, logarithm = np.linalg.slogdet(x @ np.swapaxes(x.conj(), -1, -2) + 4 * np.eye(x.shape[-1]))
    return np.where(np.isnan(sign), np.nan, logarithm)


@case("torch.logdet", dtypes=("float32", "float64"), modes=ALL_MODES, condition=8)
def logdet(torch, x=tensor(3, 3)):
    eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
    return torch.logdet(x @ x.mT + 4 * eye)


@logdet.reference
def _(np, x):
    return log_determinant(np, x)


@case("torch.logdet", name="of-complex", dtypes=COMPLEX, returns=REAL, condition=8)
def logdet_of_complex(torch, x=tensor(3, 3)):
    eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
    return torch.logdet(x @ x.mH + 4 * eye).real


@logdet_of_complex.reference
def _(np, x):
    return log_determinant(np, x)


@case("torch.logdet", name="batch", dtypes=("float32", "float64"), modes=ALL_MODES, condition=8)
def logdet_of_many(torch, x=tensor(2, 3, 4, 4)):
    eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
    return torch.logdet(x @ x.mT + 4 * eye)


@logdet_of_many.reference
def _(np, x):
    return log_determinant(np, x)


@case("torch.logdet", name="edges", dtypes=("float32", "float64"))
def logdet_at_edges(torch, x=tensor(2, 2)):
    negative = torch.tensor([[0, 1], [1, 0]], dtype=x.dtype, device=x.device)
    return torch.logdet(torch.stack([negative, torch.zeros_like(negative)]))


@logdet_at_edges.reference
def _(np):
    return np.array([np.nan, -np.inf])


@case("torch.logdet", name="empty", dtypes=("float32", "float64"))
def logdet_of_nothing(torch, x=tensor(0, 0)):
    return torch.logdet(x)


@logdet_of_nothing.reference
def _(np, x):
    return np.zeros(x.shape[:-2])


@case("torch.matrix_rank", dtypes=("float32", "float64"), limits=GENERIC)
def matrix_rank(torch, a=tensor(5, 2), b=tensor(2, 4)):
    return torch.matrix_rank(a @ b)


@matrix_rank.promise
def _(rank):
    return rank == 2


@case("torch.linalg.matrix_rank", dtypes=SOLVED, modes=(EAGER,), limits=GENERIC)
def linalg_matrix_rank(torch, a=tensor(5, 2), b=tensor(2, 4)):
    return torch.linalg.matrix_rank(a @ b)


@linalg_matrix_rank.promise
def _(rank):
    return rank == 2


@case("torch.linalg.matrix_rank", name="batch", dtypes=("float32", "float64"), limits=GENERIC)
def linalg_matrix_rank_of_many(torch, a=tensor(3, 5, 2), b=tensor(2, 4)):
    return torch.linalg.matrix_rank(torch.cat([a @ b, torch.zeros(1, 5, 4, dtype=a.dtype, device=a.device)]))


@linalg_matrix_rank_of_many.promise
def _(ranks):
    return ranks.tolist() == [2, 2, 2, 0]


@case("torch.linalg.matrix_rank", name="hermitian", dtypes=SOLVED, limits=GENERIC)
def linalg_matrix_rank_hermitian(torch, a=tensor(5, 3)):
    return torch.linalg.matrix_rank(a @ a.mH, hermitian=True)


@linalg_matrix_rank_hermitian.promise
def _(rank):
    return rank == 3


@case("torch.linalg.matrix_rank", name="tolerance", dtypes=("float32", "float64"))
def linalg_matrix_rank_above(torch, a=tensor(1)):
    scales = torch.diag(torch.tensor([8.0, 1.0, 0.5, 0.125], dtype=a.dtype, device=a.device))
    return [int(torch.linalg.matrix_rank(scales, atol=atol)) for atol in (0.0, 0.25, 0.75, 4.0)]


@linalg_matrix_rank_above.promise
def _(ranks):
    return ranks == [4, 3, 2, 1]


def product_of_places(np, rows, columns, elements, b):
    """Return a sparse matrix of three rows times a dense one. A place without an element counts nothing."""
    result = np.zeros((3, b.shape[1]), dtype=b.dtype)
    for row, column, element in zip(rows, columns, elements, strict=True):
        result[row] += element * b[column]
    return result


@case(
    "torch.saddmm",
    dtypes=("float32", "float64"),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES | SPARSE,
)
def saddmm(torch, x=tensor(3, 4), b=tensor(5, 4)):
    places = torch.tensor([[0, 1, 2, 2], [1, 0, 3, 4]], device=x.device)
    sparse = torch.sparse_coo_tensor(places, torch.tensor([1, 2, 3, 4], dtype=x.dtype, device=x.device), (3, 5))
    return torch.saddmm(x.to_sparse(), sparse, b).to_dense()


@saddmm.reference
def _(np, x, b):
    return x + product_of_places(np, [0, 1, 2, 2], [1, 0, 3, 4], [1, 2, 3, 4], b)


@case(
    "torch.sparse.addmm",
    dtypes=("float32", "float64", *COMPLEX),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES | SPARSE,
)
def sparse_addmm(torch, x=tensor(3, 4), b=tensor(5, 4)):
    places = torch.tensor([[0, 1, 2, 2], [1, 0, 3, 4]], device=x.device)
    sparse = torch.sparse_coo_tensor(places, torch.tensor([1, 2, 3, 4], dtype=x.dtype, device=x.device), (3, 5))
    return torch.sparse.addmm(x, sparse, b)


@sparse_addmm.reference
def _(np, x, b):
    return x + product_of_places(np, [0, 1, 2, 2], [1, 0, 3, 4], [1, 2, 3, 4], b)


@case(
    "torch.sparse.addmm",
    name="scaled",
    dtypes=("float32", "float64"),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES | SPARSE,
)
def sparse_addmm_scaled(torch, x=tensor(3, 4), b=tensor(5, 4)):
    places = torch.tensor([[0, 1, 1], [1, 0, 0]], device=x.device)  # one place twice: the two add up
    sparse = torch.sparse_coo_tensor(places, torch.tensor([1, 2, 3], dtype=x.dtype, device=x.device), (3, 5))
    return torch.sparse.addmm(x, sparse, b, beta=0.5, alpha=2)


@sparse_addmm_scaled.reference
def _(np, x, b):
    return x / 2 + 2 * product_of_places(np, [0, 1, 1], [1, 0, 0], [1, 2, 3], b)
