"""Creation of tensors, also from Python values."""

from monitor.suite.declare import COMPILED, COMPLEX, DEVICE, DTYPE, EAGER, EVERY, FLOATING, NUMERIC, case, tensor
from monitor.suite.limits import DIFFERENTIATES

FRACTIONS = [0.1, -1 / 3, 1e-3]  # none of them is exact in single precision


@case("torch.zeros", dtypes=EVERY, modes=(EAGER, COMPILED))
def zeros(torch, dtype=DTYPE, device=DEVICE):
    return torch.zeros(3, 4, dtype=dtype, device=device)


@zeros.reference
def _(np, dtype):
    return np.zeros((3, 4), dtype=bool if dtype == "bool" else float)


@case("torch.tensor", dtypes=EVERY, modes=(EAGER, COMPILED))
def from_list(torch, dtype=DTYPE, device=DEVICE):
    return torch.tensor([[0, 1, 2], [3, 5, 7]], dtype=dtype, device=device)


@from_list.reference
def _(np, dtype):
    return np.array([[0, 1, 2], [3, 5, 7]], dtype=bool if dtype == "bool" else float)


@case("torch.tensor", name="fractions", dtypes=FLOATING + COMPLEX)
def from_list_of_fractions(torch, dtype=DTYPE, device=DEVICE):
    return torch.tensor(FRACTIONS, dtype=dtype, device=device)


@from_list_of_fractions.reference
def _(np):
    return np.array(FRACTIONS)


@case("torch.range", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def range(torch, dtype=DTYPE, device=DEVICE):
    return torch.range(1, 10, 3, dtype=dtype, device=device)


@range.reference
def _(np):
    return np.arange(1, 11, 3)  # unlike arange, the end belongs to it


@case("torch.autograd.Variable", dtypes=FLOATING, limits=DIFFERENTIATES)
def variable(torch, x=tensor(3, 4)):
    variable = torch.autograd.Variable(x, requires_grad=True)
    (variable * variable).sum().backward()
    return variable.grad


@variable.reference
def _(np, x):
    return 2 * x
