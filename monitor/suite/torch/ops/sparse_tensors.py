"""Methods of sparse tensors: coordinates, compressed rows and columns, and conversions."""

from monitor.suite.declare import FLOATING, case, fact, formula, indices, tensor, values
from monitor.suite.limits import FIXED_SHAPES, SPARSE

DTYPES = (*FLOATING, "int64", "bool")
SUMS = (*FLOATING, "int64")
DOUBLE = ("float32", "float64", "int64")
LIMITS = FIXED_SHAPES | SPARSE


def rows_of(torch, x, mask):
    """Return the compressed rows of a matrix, which has only the elements that the mask selects."""
    return x.masked_fill(~mask, 0).to_sparse_csr()


def columns_of(torch, x, mask):
    return x.masked_fill(~mask, 0).to_sparse_csc()


@case("torch.Tensor.to_dense", dtypes=SUMS, condition=4, limits=LIMITS)
def to_dense(torch, places=indices(2, 9, below=3), x=tensor(9)):
    return torch.sparse_coo_tensor(places, x, (3, 4)).to_dense()


@to_dense.reference
def _(np, places, x):
    return np.array([[x[(places[0] == i) & (places[1] == j)].sum() for j in range(4)] for i in range(3)])


@case("torch.Tensor.to_dense", name="compressed", dtypes=DTYPES, limits=LIMITS)
def to_dense_compressed(torch, x=tensor(3, 4), mask=tensor(3, 4, dtype="bool")):
    x = x.masked_fill(~mask, 0)
    return x.to_sparse_csr().to_dense(), x.to_sparse_csc().to_dense(), x.to_dense()


@to_dense_compressed.reference
def _(np, x, mask):
    return [np.where(mask, x, 0).astype(x.dtype)] * 3


@case("torch.Tensor.coalesce", dtypes=SUMS, condition=4, limits=LIMITS)
def coalesce(torch, places=values(2, 0, 2, 1, 0, 0, 3, 1, 3, 0, 1, 2, shape=(2, 6), dtype="int64"), x=tensor(6, 2)):
    y = torch.sparse_coo_tensor(places, x, (3, 4, 2)).coalesce()
    return y.values()


@coalesce.reference
def _(np, x):
    return np.stack([x[1] + x[4], x[5], x[3], x[0] + x[2]])


COORDINATES = [
    fact(
        "torch.Tensor.indices",
        lambda torch, x=tensor(3): torch.sparse_coo_tensor([[2, 0, 2], [1, 3, 1]], x, (3, 4)).coalesce().indices(),
        lambda result: result.tolist() == [[0, 2], [3, 1]],
        dtypes=SUMS,
    ),
    fact(
        "torch.Tensor.is_coalesced",
        lambda torch, x=tensor(3): [
            y.is_coalesced() for z in [torch.sparse_coo_tensor([[2, 0, 2]], x, (3,))] for y in (z, z.coalesce())
        ],
        lambda result: result == [False, True],
        dtypes=SUMS,
    ),
    formula(
        "torch.Tensor.values",
        lambda torch, x=tensor(4): torch.sparse_coo_tensor([[2, 0, 1, 0], [1, 3, 1, 0]], x, (3, 4)).coalesce().values(),
        lambda np, x: x[[3, 1, 2, 0]],
        dtypes=DTYPES,
        limits=LIMITS,
    ),
    formula(
        "torch.Tensor.values",
        lambda torch, x=tensor(3, 4), mask=tensor(3, 4, dtype="bool"): (
            rows_of(torch, x, mask).values(),
            columns_of(torch, x, mask).values(),
        ),
        lambda np, x, mask: [x[mask & (x != 0)], x.T[(mask & (x != 0)).T]],
        name="compressed",
        dtypes=DTYPES,
        limits=LIMITS,
    ),
    formula(
        "torch.Tensor.to_sparse_coo",
        lambda torch, x=tensor(3, 4), mask=tensor(3, 4, dtype="bool"): rows_of(torch, x, mask).to_sparse_coo(),
        lambda np, x, mask: np.where(mask, x, 0).astype(x.dtype),
        dtypes=DTYPES,
        limits=LIMITS,
    ),
    formula(
        "torch.Tensor.to_sparse_csr",
        lambda torch, x=tensor(3, 4), mask=tensor(3, 4, dtype="bool"): rows_of(torch, x, mask),
        lambda np, x, mask: np.where(mask, x, 0).astype(x.dtype),
        dtypes=DTYPES,
        limits=LIMITS,
    ),
]

# The matrix is [[a, 0, b], [0, 0, 0], [0, c, d], [e, 0, 0]].
PLACES = values(1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, shape=(4, 3), dtype="bool")

COMPRESSED = [
    fact(
        "torch.Tensor.crow_indices",
        lambda torch, x=tensor(4, 3, dtype="int64"), mask=PLACES: rows_of(torch, x * 0 + 1, mask).crow_indices(),
        lambda result: result.tolist() == [0, 2, 2, 4, 5],
    ),
    fact(
        "torch.Tensor.col_indices",
        lambda torch, x=tensor(4, 3, dtype="int64"), mask=PLACES: rows_of(torch, x * 0 + 1, mask).col_indices(),
        lambda result: result.tolist() == [0, 2, 1, 2, 0],
    ),
    fact(
        "torch.Tensor.ccol_indices",
        lambda torch, x=tensor(4, 3, dtype="int64"), mask=PLACES: columns_of(torch, x * 0 + 1, mask).ccol_indices(),
        lambda result: result.tolist() == [0, 2, 3, 5],
    ),
    fact(
        "torch.Tensor.row_indices",
        lambda torch, x=tensor(4, 3, dtype="int64"), mask=PLACES: columns_of(torch, x * 0 + 1, mask).row_indices(),
        lambda result: result.tolist() == [0, 3, 2, 0, 2],
    ),
]
