"""Products and decompositions of matrices."""

from monitor.suite.declare import BOOL, COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, INTEGER, NUMERIC, case, tensor

ALL_MODES = (EAGER, COMPILED, GRADIENT)
REAL = {"complex64": "float32", "complex128": "float64"}
SOLVED = ("float32", "float64", *COMPLEX)  # what LAPACK has


@case("torch.addr", dtypes=FLOATING + COMPLEX + INTEGER, modes=ALL_MODES, condition=2)
def addr(torch, x=tensor(3, 4), a=tensor(3), b=tensor(4)):
    return torch.addr(x, a, b)


@addr.reference
def _(np, x, a, b):
    return x + np.outer(a, b)


@case("torch.addr", name="scaled", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def addr_scaled(torch, x=tensor(3, 4), a=tensor(3), b=tensor(4)):
    return torch.addr(x, a, b, beta=0.5, alpha=-2)


@addr_scaled.reference
def _(np, x, a, b):
    return x / 2 - 2 * np.outer(a, b)


@case("torch.addr", name="broadcast", dtypes=NUMERIC, modes=ALL_MODES, condition=2)
def addr_broadcast(torch, x=tensor(1), a=tensor(3), b=tensor(4)):
    return torch.addr(x, a, b)


@addr_broadcast.reference
def _(np, x, a, b):
    return x + np.outer(a, b)


@case("torch.addr", name="of-booleans", dtypes=BOOL)
def addr_of_booleans(torch, x=tensor(3, 4), a=tensor(3), b=tensor(4)):
    return torch.addr(x, a, b)


@addr_of_booleans.reference
def _(np, x, a, b):
    return x | np.outer(a, b)


@case("torch.addr", name="empty", dtypes=FLOATING)
def addr_of_nothing(torch, x=tensor(0, 4), a=tensor(0), b=tensor(4)):
    return torch.addr(x, a, b)


@addr_of_nothing.reference
def _(np, x, a, b):
    return x


@case("torch.logdet", dtypes=("float32", "float64"), modes=ALL_MODES, condition=8)
def logdet(torch, x=tensor(3, 3)):
    eye = torch.eye(3, dtype=x.dtype, device=x.device)
    return torch.logdet(x @ x.mT + 4 * eye)


@logdet.reference
def _(np, x):
    return np.log(np.linalg.det(x @ x.T + 4 * np.eye(3)))


@case("torch.logdet", name="of-complex", dtypes=COMPLEX, returns=REAL, condition=8)
def logdet_of_complex(torch, x=tensor(3, 3)):
    eye = torch.eye(3, dtype=x.dtype, device=x.device)
    return torch.logdet(x @ x.mH + 4 * eye).real


@logdet_of_complex.reference
def _(np, x):
    return np.log(np.linalg.det(x @ x.conj().T + 4 * np.eye(3))).real


@case("torch.logdet", name="batch", dtypes=("float32", "float64"), modes=ALL_MODES, condition=8)
def logdet_of_many(torch, x=tensor(2, 3, 4, 4)):
    eye = torch.eye(4, dtype=x.dtype, device=x.device)
    return torch.logdet(x @ x.mT + 4 * eye)


@logdet_of_many.reference
def _(np, x):
    return np.log(np.linalg.det(x @ np.swapaxes(x, -1, -2) + 4 * np.eye(4)))


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
    return np.zeros(())


@case("torch.matrix_rank", dtypes=("float32", "float64"))
def matrix_rank(torch, a=tensor(5, 2), b=tensor(2, 4)):
    return torch.matrix_rank(a @ b)


@matrix_rank.promise
def _(rank):
    return rank == 2


@case("torch.linalg.matrix_rank", dtypes=SOLVED, modes=(EAGER,))
def linalg_matrix_rank(torch, a=tensor(5, 2), b=tensor(2, 4)):
    return torch.linalg.matrix_rank(a @ b)


@linalg_matrix_rank.promise
def _(rank):
    return rank == 2


@case("torch.linalg.matrix_rank", name="batch", dtypes=("float32", "float64"))
def linalg_matrix_rank_of_many(torch, a=tensor(3, 5, 2), b=tensor(2, 4)):
    return torch.linalg.matrix_rank(torch.cat([a @ b, torch.zeros(1, 5, 4, dtype=a.dtype, device=a.device)]))


@linalg_matrix_rank_of_many.promise
def _(ranks):
    return ranks.tolist() == [2, 2, 2, 0]


@case("torch.linalg.matrix_rank", name="hermitian", dtypes=SOLVED)
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


def reflections(np, v, tau):
    """Return the product of Householder reflections I - tau v v', whose vectors are the lower columns of `v`."""
    size = v.shape[0]
    product = np.eye(size, dtype=v.dtype)
    for k in range(len(tau)):
        vector = np.where(np.arange(size) > k, v[:, k], np.arange(size) == k)
        product = product @ (np.eye(size) - tau[k] * np.outer(vector, vector.conj()))
    return product


@case("torch.ormqr", dtypes=SOLVED, condition=16)
def ormqr(torch, v=tensor(4, 3), tau=tensor(3), x=tensor(4, 2)):
    return torch.ormqr(v, tau, x)


@ormqr.reference
def _(np, v, tau, x):
    return reflections(np, v, tau) @ x


@case("torch.ormqr", name="right", dtypes=SOLVED, condition=16)
def ormqr_right(torch, v=tensor(4, 3), tau=tensor(3), x=tensor(2, 4)):
    return torch.ormqr(v, tau, x, left=False)


@ormqr_right.reference
def _(np, v, tau, x):
    return x @ reflections(np, v, tau)


@case("torch.ormqr", name="transposed", dtypes=SOLVED, condition=16)
def ormqr_transposed(torch, v=tensor(4, 3), tau=tensor(3), x=tensor(4, 2)):
    return torch.ormqr(v, tau, x, transpose=True)


@ormqr_transposed.reference
def _(np, v, tau, x):
    return reflections(np, v, tau).conj().T @ x


@case("torch.ormqr", name="of-geqrf", dtypes=("float32", "float64"), condition=16)
def ormqr_of_geqrf(torch, x=tensor(5, 3)):
    a, tau = torch.geqrf(x)
    triangle = torch.cat([torch.triu(a[:3]), torch.zeros(2, 3, dtype=x.dtype, device=x.device)])
    return torch.ormqr(a, tau, triangle)  # Q times R is what was taken apart


@ormqr_of_geqrf.reference
def _(np, x):
    return x


@case("torch.saddmm", dtypes=("float32", "float64"), condition=4)
def saddmm(torch, x=tensor(3, 4), b=tensor(5, 4)):
    places = torch.tensor([[0, 1, 2, 2], [1, 0, 3, 4]], device=x.device)
    sparse = torch.sparse_coo_tensor(places, torch.tensor([1, 2, 3, 4], dtype=x.dtype, device=x.device), (3, 5))
    return torch.saddmm(x.to_sparse(), sparse, b).to_dense()


@saddmm.reference
def _(np, x, b):
    dense = np.zeros((3, 5))
    dense[[0, 1, 2, 2], [1, 0, 3, 4]] = [1, 2, 3, 4]
    return x + dense @ b


@case("torch.sparse.addmm", dtypes=("float32", "float64", *COMPLEX), condition=4)
def sparse_addmm(torch, x=tensor(3, 4), b=tensor(5, 4)):
    places = torch.tensor([[0, 1, 2, 2], [1, 0, 3, 4]], device=x.device)
    sparse = torch.sparse_coo_tensor(places, torch.tensor([1, 2, 3, 4], dtype=x.dtype, device=x.device), (3, 5))
    return torch.sparse.addmm(x, sparse, b)


@sparse_addmm.reference
def _(np, x, b):
    dense = np.zeros((3, 5))
    dense[[0, 1, 2, 2], [1, 0, 3, 4]] = [1, 2, 3, 4]
    return x + dense @ b


@case("torch.sparse.addmm", name="scaled", dtypes=("float32", "float64"), condition=4)
def sparse_addmm_scaled(torch, x=tensor(3, 4), b=tensor(5, 4)):
    places = torch.tensor([[0, 1, 1], [1, 0, 0]], device=x.device)  # one place twice: the two add up
    sparse = torch.sparse_coo_tensor(places, torch.tensor([1, 2, 3], dtype=x.dtype, device=x.device), (3, 5))
    return torch.sparse.addmm(x, sparse, b, beta=0.5, alpha=2)


@sparse_addmm_scaled.reference
def _(np, x, b):
    dense = np.zeros((3, 5))
    dense[0, 1], dense[1, 0] = 1, 5
    return x / 2 + 2 * dense @ b


@case("torch.triangular_solve", dtypes=SOLVED, modes=ALL_MODES[::2], condition=8)
def triangular_solve(torch, b=tensor(3, 2), a=tensor(3, 3)):
    return torch.triangular_solve(b, torch.triu(a / 8) + torch.eye(3, dtype=a.dtype, device=a.device)).solution


@triangular_solve.reference
def _(np, b, a):
    return np.linalg.solve(np.triu(a / 8) + np.eye(3), b)


@case("torch.triangular_solve", name="lower-transposed", dtypes=SOLVED, condition=8)
def triangular_solve_lower(torch, b=tensor(3, 2), a=tensor(3, 3)):
    lower = torch.tril(a / 8) + torch.eye(3, dtype=a.dtype, device=a.device)
    return torch.triangular_solve(b, lower, upper=False, transpose=True).solution


@triangular_solve_lower.reference
def _(np, b, a):
    return np.linalg.solve((np.tril(a / 8) + np.eye(3)).T, b)


@case("torch.triangular_solve", name="unitriangular", dtypes=("float32", "float64"), condition=8)
def triangular_solve_unit(torch, b=tensor(2, 4, 3), a=tensor(4, 4)):
    return torch.triangular_solve(b, a / 4, unitriangular=True).solution


@triangular_solve_unit.reference
def _(np, b, a):
    return np.linalg.solve(np.triu(a / 4, 1) + np.eye(4), b)


@case("torch.linalg.solve_triangular", dtypes=SOLVED, modes=ALL_MODES, condition=8)
def solve_triangular(torch, a=tensor(3, 3), b=tensor(3, 2)):
    eye = torch.eye(3, dtype=a.dtype, device=a.device)
    return torch.linalg.solve_triangular(torch.triu(a / 8) + eye, b, upper=True)


@solve_triangular.reference
def _(np, a, b):
    return np.linalg.solve(np.triu(a / 8) + np.eye(3), b)


@case("torch.linalg.solve_triangular", name="right", dtypes=SOLVED, condition=8)
def solve_triangular_right(torch, a=tensor(3, 3), b=tensor(2, 3)):
    eye = torch.eye(3, dtype=a.dtype, device=a.device)
    return torch.linalg.solve_triangular(torch.tril(a / 8) + eye, b, upper=False, left=False)


@solve_triangular_right.reference
def _(np, a, b):
    return b @ np.linalg.inv(np.tril(a / 8) + np.eye(3))
