"""Joining, reshaping and moving of tensors, and queries of their shape."""

from monitor.suite.declare import COMPILED, DEVICE, EAGER, EVERY, FLOATING, GRADIENT, case, tensor
from monitor.suite.limits import FIXED_RANK, LINKED_SIZES, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("torch.cat", dtypes=EVERY, modes=ALL_MODES, limits=FIXED_RANK)
def cat(torch, a=tensor(2, 3), b=tensor(4, 3)):
    return torch.cat([a, b])


@cat.reference
def _(np, a, b):
    return np.concatenate([a, b])


@case("torch.cat", name="strided", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES)
def cat_strided(torch, a=tensor(3, 2), b=tensor(4, 6)):
    return torch.cat([a.T, b[::2, ::2]])


@cat_strided.reference
def _(np, a, b):
    return np.concatenate([a.T, b[::2, ::2]])


@case("torch.cat", name="empty", dtypes=("float32",), limits=FIXED_RANK)
def cat_empty(torch, a=tensor(0, 3), b=tensor(4, 3)):
    return torch.cat([a, b])


@cat_empty.reference
def _(np, a, b):
    return b


@case("torch.unsqueeze", dtypes=EVERY, modes=ALL_MODES)
def unsqueeze(torch, x=tensor(3, 4)):
    return torch.unsqueeze(x, -1)


@unsqueeze.reference
def _(np, x):
    return np.expand_dims(x, -1)


@case("torch.Tensor.size", dtypes=EVERY)
def size(torch, x=tensor(2, 0, 5)):
    return list(x.size()), x.size(-1)


@size.promise
def _(result):
    return result == [[2, 0, 5], 5]


@case("torch.Tensor.to", dtypes=EVERY, modes=(EAGER, COMPILED))
def to(torch, x=tensor(3, 4), device=DEVICE):
    return x.to(torch.complex128 if x.dtype.is_complex else torch.float64).to(x.dtype).to("cpu").to(device)


@to.reference
def _(np, x):
    return x


@case(
    "torch.Tensor.cuda",
    dtypes=FLOATING,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def cuda(torch, x=tensor(3, 4)):
    return x.cuda()


@cuda.reference
def _(np, x):
    return x
