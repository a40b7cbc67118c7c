"""In-place filling and indexing of tensors. Each case changes a copy of its input, and the method must return it."""

from functools import partial

from monitor.suite.declare import (
    COMPILED,
    DEVICE,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    NUMERIC,
    case,
    formula,
    indices,
    tensor,
    values,
)
from monitor.suite.limits import FIXED_SHAPES, FUNCTIONALIZED, NEW_STORAGE

ALL_MODES, EAGER_MODES = (EAGER, COMPILED, GRADIENT), (EAGER, GRADIENT)
COMPILED_DTYPES = ("float32", "bfloat16", "int64")
SCATTERED = ("float32", "int64")
FIXED = FIXED_SHAPES | FUNCTIONALIZED


def changed(x, change):
    """Return a copy of a tensor after a change in place. Raises AssertionError if the method returns another tensor."""
    y = x.clone()
    if change(y) is not y:
        raise AssertionError("the method returns another tensor")
    return y


def put(np, x, places, y, combine):
    """Return a matrix with `combine(old, y[i, j])` in row `places[i, j]` of column `j`, one after another."""
    result = np.array(x)
    for i, j in np.ndindex(places.shape):
        result[places[i, j], j] = combine(result[places[i, j], j], y[i, j])
    return result


compiled = partial(formula, dtypes=COMPILED_DTYPES, modes=ALL_MODES)
every = partial(formula, dtypes=EVERY, limits=FUNCTIONALIZED)
numeric = partial(formula, dtypes=NUMERIC, modes=EAGER_MODES, limits=FIXED)
scattered = partial(formula, dtypes=SCATTERED, modes=ALL_MODES, limits=FIXED_SHAPES)

FILLS = [
    compiled(
        "torch.Tensor.copy_",
        lambda torch, x=tensor(3, 5), y=tensor(5): changed(x, lambda z: z.copy_(y)),
        lambda np, x, y: np.zeros(x.shape, x.dtype) + y,
    ),
    every(
        "torch.Tensor.copy_",
        lambda torch, x=tensor(3, 5): changed(x.double() if not x.is_complex() else x, lambda z: z.copy_(x.flip(0))),
        lambda np, x: x[::-1].astype(np.result_type(x, float)),
        name="cast",
        returns={dtype: "float64" for dtype in EVERY if not dtype.startswith("complex")},
    ),
    compiled(
        "torch.Tensor.fill_",
        lambda torch, x=tensor(3, 5), y=tensor(): (changed(x, lambda z: z.fill_(3)), changed(x, lambda z: z.fill_(y))),
        lambda np, x, y: [np.full(x.shape, 3), np.full(x.shape, y)],
        modes=(EAGER, COMPILED),
    ),
    every(
        "torch.Tensor.fill_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.fill_(1)),
        lambda np, x: np.ones(x.shape, x.dtype),
        name="number",
    ),
    compiled(
        "torch.Tensor.masked_fill_",
        lambda torch, x=tensor(3, 5), mask=tensor(3, 5, dtype="bool"): changed(x, lambda z: z.masked_fill_(mask, 2)),
        lambda np, x, mask: np.where(mask, 2, x),
    ),
    every(
        "torch.Tensor.masked_fill_",
        lambda torch, x=tensor(3, 5), mask=tensor(5, dtype="bool"), y=tensor(): changed(
            x, lambda z: z.masked_fill_(mask, y)
        ),
        lambda np, x, mask, y: np.where(mask, y, x),
        name="broadcast",
    ),
    every(
        "torch.Tensor.masked_scatter_",
        lambda torch, x=tensor(3, 5), mask=tensor(3, 5, dtype="bool"), y=tensor(15): changed(
            x, lambda z: z.masked_scatter_(mask, y)
        ),
        lambda np, x, mask, y: np.where(mask, y[(np.cumsum(mask) - 1).clip(0)].reshape(x.shape), x),
        limits=FIXED,
    ),
    every(
        "torch.Tensor.fill_diagonal_",
        lambda torch, x=tensor(6, 3): (
            changed(x, lambda z: z.fill_diagonal_(1)),
            changed(x, lambda z: z.fill_diagonal_(1, wrap=True)),
        ),
        lambda np, x: [
            np.array([[1 if i == j or (wrap and i % 4 == j) else x[i, j] for j in range(3)] for i in range(6)], x.dtype)
            for wrap in (False, True)
        ],
        limits=FIXED,
    ),
    every(
        "torch.Tensor.triu_",
        lambda torch, x=tensor(4, 5): (changed(x, lambda z: z.triu_()), changed(x, lambda z: z.triu_(-1))),
        lambda np, x: [
            np.where(np.arange(x.shape[-1]) >= np.arange(x.shape[-2])[:, None] + k, x, 0).astype(x.dtype)
            for k in (0, -1)
        ],
    ),
    every(
        "torch.Tensor.tril_",
        lambda torch, x=tensor(4, 5): (changed(x, lambda z: z.tril_()), changed(x, lambda z: z.tril_(1))),
        lambda np, x: [
            np.where(np.arange(x.shape[-1]) <= np.arange(x.shape[-2])[:, None] + k, x, 0).astype(x.dtype)
            for k in (0, 1)
        ],
    ),
]

PERMUTED = values(2, 0, 3, 1, 1, 3, 0, 2, 0, 2, 1, 3, 3, 1, 2, 0, shape=(4, 4), dtype="int64")

INDEXED = [
    scattered(
        "torch.Tensor.scatter_",
        lambda torch, x=tensor(5, 4), places=PERMUTED, y=tensor(4, 4): changed(x, lambda z: z.scatter_(0, places.T, y)),
        lambda np, x, places, y: put(np, x, places.T, y, lambda old, new: new),
    ),
    formula(
        "torch.Tensor.scatter_",
        lambda torch, x=tensor(4, 6), places=indices(4, 1, below=6): changed(x, lambda z: z.scatter_(1, places, 1)),
        lambda np, x, places: np.where(np.arange(6) == places, 1, x).astype(x.dtype),
        name="number",
        dtypes=EVERY,
        limits=FIXED,
    ),
    scattered(
        "torch.Tensor.scatter_add_",
        lambda torch, x=tensor(4, 5), places=indices(6, 5, below=4), y=tensor(6, 5): changed(
            x, lambda z: z.scatter_add_(0, places, y)
        ),
        lambda np, x, places, y: put(np, x, places, y, lambda old, new: old + new),
        condition=4,
    ),
    numeric(
        "torch.Tensor.scatter_reduce_",
        lambda torch, x=tensor(4, 5), places=indices(6, 5, below=4), y=tensor(6, 5): (
            changed(x, lambda z: z.scatter_reduce_(0, places, y, "sum")),
            changed(x, lambda z: z.scatter_reduce_(0, places, y, "amax")),
            changed(x, lambda z: z.scatter_reduce_(0, places, y, "prod")),
        ),
        lambda np, x, places, y: [put(np, x, places, y, combine) for combine in (np.add, np.maximum, np.multiply)],
        modes=(EAGER,),
        condition=4,
    ),
    scattered(
        "torch.Tensor.index_add_",
        lambda torch, x=tensor(4, 5), places=indices(6, below=4), y=tensor(6, 5): changed(
            x, lambda z: z.index_add_(0, places, y, alpha=2)
        ),
        lambda np, x, places, y: x + 2 * np.stack([y[places == i].sum(axis=0) for i in range(4)]),
        condition=4,
    ),
    scattered(
        "torch.Tensor.index_copy_",
        lambda torch, x=tensor(4, 5), places=values(2, 0, dtype="int64"), y=tensor(2, 5): changed(
            x, lambda z: z.index_copy_(0, places, y)
        ),
        lambda np, x, places, y: np.stack([y[1], x[1], y[0], x[3]]),
    ),
    formula(
        "torch.Tensor.index_fill_",
        lambda torch, x=tensor(4, 5), places=indices(2, below=5): changed(x, lambda z: z.index_fill_(1, places, 1)),
        lambda np, x, places: np.stack([np.ones(4) if j in places else x[:, j] for j in range(5)], axis=1),
        dtypes=NUMERIC,
        limits=FIXED,
    ),
    scattered(
        "torch.Tensor.index_put_",
        lambda torch, x=tensor(4, 5), i=indices(6, below=4), j=indices(6, below=5), y=tensor(6): changed(
            x, lambda z: z.index_put_((i, j), y, accumulate=True)
        ),
        lambda np, x, i, j, y: (
            x + np.array([[y[(i == row) & (j == column)].sum() for column in range(5)] for row in range(4)])
        ),
        condition=4,
    ),
    formula(
        "torch.Tensor.index_put_",
        lambda torch, x=tensor(4, 5), rows=values(3, 1, dtype="int64"), y=tensor(5): changed(
            x, lambda z: z.index_put_((rows,), y)
        ),
        lambda np, x, y: np.stack([x[0], y, x[2], y]),
        name="rows",
        dtypes=EVERY,
        limits=FIXED,
    ),
]

SHAPED = [
    every(
        "torch.Tensor.unsqueeze_",
        lambda torch, x=tensor(3, 5): (changed(x, lambda z: z.unsqueeze_(0)), changed(x, lambda z: z.unsqueeze_(-1))),
        lambda np, x: [x[None], x[..., None]],
    ),
    every(
        "torch.Tensor.squeeze_",
        lambda torch, x=tensor(1, 3, 1, 5): (changed(x, lambda z: z.squeeze_()), changed(x, lambda z: z.squeeze_(2))),
        lambda np, x: [x[0, :, 0], x[:, :, 0]],
        limits=FIXED,
    ),
]


@case("torch.Tensor.set_", dtypes=FLOATING, limits=FIXED_SHAPES | NEW_STORAGE)
def set_storage(torch, x=tensor(24), device=DEVICE):
    source, y = x.contiguous(), torch.empty(0, dtype=x.dtype, device=device)
    first = y.set_(source) is y and y.data_ptr() == source.data_ptr()
    if not first:
        raise AssertionError("the tensor has another storage")
    return y, torch.empty(0, dtype=x.dtype, device=device).set_(x.clone().untyped_storage(), 2, (3, 4), (5, 1))


@set_storage.reference
def _(np, x):
    return [x, np.stack([x[2 + 5 * i : 6 + 5 * i] for i in range(3)])]
