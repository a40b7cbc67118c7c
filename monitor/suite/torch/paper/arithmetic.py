"""Sums, and functions that consist of them."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, EVERY, FLOATING, GRADIENT, built, case, tensor
from monitor.suite.limits import FIXED_RANK

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SUMS_OF_COUNTS = {"int32": "int64", "bool": "int64"}


@case("torch.sum", dtypes=EVERY, modes=ALL_MODES, returns=SUMS_OF_COUNTS)
def sum(torch, x=tensor(5, 7)):
    return torch.sum(x, dim=1)


@sum.reference
def _(np, x):
    return np.sum(x, axis=1)


@case("torch.sum", name="empty", dtypes=FLOATING)
def sum_of_nothing(torch, x=tensor(0, 7)):
    return torch.sum(x)


@sum_of_nothing.reference
def _(np, x):
    return np.zeros(())


@case("torch.sum", name="large", dtypes=FLOATING, modes=ALL_MODES[:2], condition=4)
def sum_of_many(torch, x=tensor(256, 1024)):
    return torch.sum(x, dim=0)


@sum_of_many.reference
def _(np, x):
    return np.sum(x, axis=0)


@case("torch.nn.Linear", dtypes=FLOATING + COMPLEX, modes=ALL_MODES, limits=FIXED_RANK)
def linear(
    torch,
    x=tensor(5, 4),
    weight=tensor(3, 4),
    bias=tensor(3),
    layer=built(lambda torch: torch.nn.Linear(4, 3, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@linear.reference
def _(np, x, weight, bias):
    return np.sum(x[..., None, :] * weight, axis=-1) + bias  # each product rounded: a fused sum may be finite


@case("torch.nn.Sequential", dtypes=FLOATING, modes=ALL_MODES)
def sequential(
    torch,
    x=tensor(5, 4),
    layers=built(lambda torch: torch.nn.Sequential(torch.nn.Flatten(0), torch.nn.ReLU(), torch.nn.Softsign())),
):
    return layers(x)


@sequential.reference
def _(np, x):
    positive = np.maximum(x.reshape(-1), 0)
    return positive / (1 + positive)
