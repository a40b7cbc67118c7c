"""Moving of axes, sorting, splitting, and diagonals."""

from monitor.suite.declare import (
    BOOL,
    COMPILED,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    indices,
    tensor,
)
from monitor.suite.limits import FIXED_RANK, MANY_RESULTS, QUADRATIC

ALL_MODES = (EAGER, COMPILED, GRADIENT)
PLACES = dict.fromkeys(EVERY, "int64")


@case("torch.argsort", dtypes=NUMERIC + BOOL, modes=(EAGER, COMPILED), returns=PLACES)
def argsort(torch, x=tensor(5, 7)):
    return torch.argsort(x, dim=1, stable=True)


@argsort.reference
def _(np, x):
    return np.argsort(x, axis=1, kind="stable")


@case("torch.argsort", name="descending", dtypes=NUMERIC, modes=(EAGER, COMPILED), returns=PLACES)
def argsort_descending(torch, x=tensor(16)):
    return torch.argsort(x, descending=True, stable=True)


@argsort_descending.reference
def _(np, x):
    last = x.shape[-1] - 1
    return last - np.argsort(x[..., ::-1], kind="stable")[..., ::-1]  # NaN is the greatest, and first


@case("torch.argsort", name="unstable", dtypes=NUMERIC, limits=FIXED_RANK)
def argsort_sorts(torch, x=tensor(64)):
    return x[torch.argsort(x)]


@argsort_sorts.reference
def _(np, x):
    return np.sort(x)


@case("torch.argsort", name="large", dtypes=("float32", "int32"), returns=PLACES)
def argsort_large(torch, x=tensor(64, 1024)):
    return torch.argsort(x, dim=0, stable=True)


@argsort_large.reference
def _(np, x):
    return np.argsort(x, axis=0, kind="stable")


@case("torch.argsort", name="empty", dtypes=NUMERIC, returns=PLACES)
def argsort_nothing(torch, x=tensor(0, 3)):
    return torch.argsort(x, dim=0)


@argsort_nothing.reference
def _(np, x):
    return np.argsort(x, axis=0, kind="stable")


@case("torch.fliplr", dtypes=EVERY, modes=ALL_MODES)
def fliplr(torch, x=tensor(3, 4)):
    return torch.fliplr(x)


@fliplr.reference
def _(np, x):
    return x[:, ::-1]


@case("torch.fliplr", name="strided", dtypes=FLOATING + BOOL, modes=ALL_MODES, limits=FIXED_RANK)
def fliplr_strided(torch, x=tensor(6, 4, 2)):
    return torch.fliplr(x.permute(2, 0, 1)[:, ::2])


@fliplr_strided.reference
def _(np, x):
    return np.transpose(x, (2, 0, 1))[:, ::2][:, ::-1]


@case("torch.fliplr", name="empty", dtypes=EVERY)
def fliplr_nothing(torch, x=tensor(3, 0)):
    return torch.fliplr(x)


@fliplr_nothing.reference
def _(np, x):
    return x


@case("torch.moveaxis", dtypes=EVERY, modes=ALL_MODES)
def moveaxis(torch, x=tensor(2, 3, 4)):
    return torch.moveaxis(x, 0, -1)


@moveaxis.reference
def _(np, x):
    return np.moveaxis(x, 0, -1)


@case("torch.moveaxis", name="several", dtypes=FLOATING, modes=ALL_MODES)
def moveaxis_several(torch, x=tensor(2, 3, 4, 5)):
    return torch.moveaxis(x, (0, 1), (-1, -2))


@moveaxis_several.reference
def _(np, x):
    return np.moveaxis(x, (0, 1), (-1, -2))


@case("torch.moveaxis", name="empty", dtypes=NUMERIC)
def moveaxis_of_nothing(torch, x=tensor(2, 0, 3)):
    return torch.moveaxis(x, 1, 0)


@moveaxis_of_nothing.reference
def _(np, x):
    return np.moveaxis(x, 1, 0)


@case("torch.unbind", dtypes=EVERY, modes=ALL_MODES, limits=MANY_RESULTS)
def unbind(torch, x=tensor(3, 4)):
    return torch.unbind(x, 1)


@unbind.reference
def _(np, x):
    return [*np.moveaxis(x, 1, 0)]


@case(
    "torch.unbind",
    name="strided",
    dtypes=FLOATING + BOOL,
    modes=ALL_MODES,
    limits=MANY_RESULTS,
)
def unbind_strided(torch, x=tensor(6, 4)):
    return torch.unbind(x.T[1::2, ::3])


@unbind_strided.reference
def _(np, x):
    return [*x.T[1::2, ::3]]


@case("torch.unbind", name="rows-of-nothing", dtypes=NUMERIC, limits=MANY_RESULTS)
def unbind_rows_of_nothing(torch, x=tensor(2, 0)):
    return torch.unbind(x)


@unbind_rows_of_nothing.reference
def _(np, x):
    return [*x]


@case("torch.broadcast_tensors", dtypes=EVERY, modes=ALL_MODES)
def broadcast_tensors(torch, a=tensor(3, 1), b=tensor(1, 4)):
    return torch.broadcast_tensors(a, b)


@broadcast_tensors.reference
def _(np, a, b):
    return [*np.broadcast_arrays(a, b)]


@case("torch.broadcast_tensors", name="of-three", dtypes=FLOATING + INTEGER, modes=(EAGER, COMPILED))
def broadcast_three(torch, a=tensor(2, 1, 1), b=tensor(3, 1), c=tensor()):
    return torch.broadcast_tensors(a, b, c)


@broadcast_three.reference
def _(np, a, b, c):
    return [*np.broadcast_arrays(a, b, c)]


@case("torch.broadcast_tensors", name="empty", dtypes=NUMERIC)
def broadcast_to_nothing(torch, a=tensor(0, 1), b=tensor(1, 4)):
    return torch.broadcast_tensors(a, b)


@broadcast_to_nothing.reference
def _(np, a, b):
    return [*np.broadcast_arrays(a, b)]


@case("torch.broadcast_tensors", name="misfit")
def broadcast_misfit(torch):
    try:
        torch.broadcast_tensors(torch.ones(3), torch.ones(4))
    except RuntimeError:
        return "refused"


@broadcast_misfit.promise
def _(result):
    return result == "refused"


@case(
    "torch.diag",
    dtypes=EVERY,
    modes=ALL_MODES,
    limits=FIXED_RANK | QUADRATIC,
)
def diag(torch, x=tensor(4)):
    return torch.diag(x)


@diag.reference
def _(np, x):
    return np.diag(x)


@case("torch.diag", name="of-matrix", dtypes=EVERY, modes=ALL_MODES, limits=FIXED_RANK)
def diag_of_matrix(torch, x=tensor(4, 5)):
    return torch.diag(x)


@diag_of_matrix.reference
def _(np, x):
    return np.diag(x)


@case(
    "torch.diag",
    name="above",
    dtypes=FLOATING,
    modes=ALL_MODES,
    limits=FIXED_RANK | QUADRATIC,
)
def diag_above(torch, x=tensor(3)):
    return torch.diag(x, 2)


@diag_above.reference
def _(np, x):
    return np.diag(x, 2)


@case("torch.diag", name="below-strided", dtypes=FLOATING, modes=ALL_MODES, limits=FIXED_RANK)
def diag_below(torch, x=tensor(8, 5)):
    return torch.diag(x.T[:, ::2], -1)


@diag_below.reference
def _(np, x):
    return np.diag(x.T[:, ::2], -1)


@case(
    "torch.diag",
    name="empty",
    dtypes=NUMERIC,
    limits=FIXED_RANK | QUADRATIC,
)
def diag_of_nothing(torch, x=tensor(0)):
    return torch.diag(x)


@diag_of_nothing.reference
def _(np, x):
    return np.zeros((0, 0))


@case("torch.is_same_size", dtypes=EVERY)
def is_same_size(torch, a=tensor(2, 3), b=tensor(2, 3), c=tensor(3, 2), d=tensor(6)):
    return [torch.is_same_size(a, other) for other in (a, b, c, c.T, d, d.view(2, 3))]


@is_same_size.promise
def _(result):
    return result == [True, True, False, True, False, True]


@case("torch.is_same_size", name="empty", dtypes=NUMERIC)
def is_same_size_of_nothing(torch, a=tensor(0, 3), b=tensor(3, 0), i=indices(0, 3, below=2)):
    return torch.is_same_size(a, b), torch.is_same_size(a, i), a.is_same_size(a)


@is_same_size_of_nothing.promise
def _(result):
    return result == [False, True, True]
