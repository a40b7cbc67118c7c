"""Solutions of triangular systems, and products with Householder reflections."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, GRADIENT, case, tensor
from monitor.suite.limits import FINITE, FIXED_RANK, LINKED_SIZES, NOT_EMPTY, QUADRATIC, STEPS_IN_RANGE

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SOLVED = ("float32", "float64", *COMPLEX)  # what LAPACK has
REFLECTED = FINITE | STEPS_IN_RANGE | QUADRATIC


def reflections(np, v, tau):
    """Return the product of Householder reflections I - tau v v', whose vectors are the lower columns of `v`."""
    size = v.shape[0]
    product = np.eye(size, dtype=v.dtype)
    for k in range(len(tau)):
        vector = np.where(np.arange(size) > k, v[:, k], np.arange(size) == k)
        product = product @ (np.eye(size) - tau[k] * np.outer(vector, vector.conj()))
    return product


@case(
    "torch.ormqr",
    dtypes=SOLVED,
    condition=16,
    limits=NOT_EMPTY | FIXED_RANK | REFLECTED,
)
def ormqr(torch, v=tensor(4, 3), tau=tensor(3), x=tensor(4, 2)):
    return torch.ormqr(v, tau, x)


@ormqr.reference
def _(np, v, tau, x):
    return reflections(np, v, tau) @ x


@case(
    "torch.ormqr",
    name="right",
    dtypes=SOLVED,
    condition=16,
    limits=NOT_EMPTY | FIXED_RANK | REFLECTED,
)
def ormqr_right(torch, v=tensor(4, 3), tau=tensor(3), x=tensor(2, 4)):
    return torch.ormqr(v, tau, x, left=False)


@ormqr_right.reference
def _(np, v, tau, x):
    return x @ reflections(np, v, tau)


@case(
    "torch.ormqr",
    name="transposed",
    dtypes=SOLVED,
    condition=16,
    limits=NOT_EMPTY | FIXED_RANK | REFLECTED,
)
def ormqr_transposed(torch, v=tensor(4, 3), tau=tensor(3), x=tensor(4, 2)):
    return torch.ormqr(v, tau, x, transpose=True)


@ormqr_transposed.reference
def _(np, v, tau, x):
    return reflections(np, v, tau).conj().T @ x


@case(
    "torch.ormqr",
    name="of-geqrf",
    dtypes=("float32", "float64"),
    condition=16,
    limits=NOT_EMPTY | FIXED_RANK | FINITE,
)
def ormqr_of_geqrf(torch, x=tensor(5, 3)):
    a, tau = torch.geqrf(x)
    triangle = torch.cat([torch.triu(a[:3]), torch.zeros(2, 3, dtype=x.dtype, device=x.device)])
    return torch.ormqr(a, tau, triangle)  # Q times R is what was taken apart


@ormqr_of_geqrf.reference
def _(np, x):
    return x


@case(
    "torch.triangular_solve",
    dtypes=SOLVED,
    modes=ALL_MODES[::2],
    condition=8,
    limits=FINITE,
)
def triangular_solve(torch, b=tensor(3, 2), a=tensor(3, 3)):
    return torch.triangular_solve(
        b, torch.triu(a / 8) + torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    ).solution


@triangular_solve.reference
def _(np, b, a):
    return np.linalg.solve(np.triu(a / 8) + np.eye(a.shape[-1]), b)


@case(
    "torch.triangular_solve",
    name="lower-transposed",
    dtypes=SOLVED,
    condition=8,
    limits=NOT_EMPTY | LINKED_SIZES | FINITE,
)
def triangular_solve_lower(torch, b=tensor(3, 2), a=tensor(3, 3)):
    lower = torch.tril(a / 8) + torch.eye(3, dtype=a.dtype, device=a.device)
    return torch.triangular_solve(b, lower, upper=False, transpose=True).solution


@triangular_solve_lower.reference
def _(np, b, a):
    return np.linalg.solve(np.swapaxes(np.tril(a / 8) + np.eye(a.shape[-1]), -1, -2), b)


@case(
    "torch.triangular_solve",
    name="unitriangular",
    dtypes=("float32", "float64"),
    condition=8,
    limits=FINITE,
)
def triangular_solve_unit(torch, b=tensor(2, 4, 3), a=tensor(4, 4)):
    return torch.triangular_solve(b, a / 4, unitriangular=True).solution


@triangular_solve_unit.reference
def _(np, b, a):
    return np.linalg.solve(np.triu(a / 4, 1) + np.eye(a.shape[-1]), b)


@case(
    "torch.linalg.solve_triangular",
    dtypes=SOLVED,
    modes=ALL_MODES,
    condition=8,
    limits=FINITE,
)
def solve_triangular(torch, a=tensor(3, 3), b=tensor(3, 2)):
    eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    return torch.linalg.solve_triangular(torch.triu(a / 8) + eye, b, upper=True)


@solve_triangular.reference
def _(np, a, b):
    return np.linalg.solve(np.triu(a / 8) + np.eye(a.shape[-1]), b)


@case(
    "torch.linalg.solve_triangular",
    name="right",
    dtypes=SOLVED,
    condition=8,
    limits=FINITE,
)
def solve_triangular_right(torch, a=tensor(3, 3), b=tensor(2, 3)):
    eye = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    return torch.linalg.solve_triangular(torch.tril(a / 8) + eye, b, upper=False, left=False)


@solve_triangular_right.reference
def _(np, a, b):
    return b @ np.linalg.inv(np.tril(a / 8) + np.eye(a.shape[-1]))
