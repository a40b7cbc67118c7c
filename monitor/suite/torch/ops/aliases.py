"""Functions with several names: each name is called, and compared with the definition."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, NUMERIC, case, positive, tensor, uniform
from monitor.suite.limits import ALIGNED, FINITE, FIXED_SHAPES, SINGULAR, UNIT_RANGE, WELL_SCALED

BOTH, ALL_MODES = (EAGER, COMPILED), (EAGER, COMPILED, GRADIENT)
DOUBLE = ("float32", "float64")


@case("torch.greater", dtypes=NUMERIC, modes=BOTH)
def greater(torch, x=tensor(3, 5), y=tensor(5)):
    return torch.greater(x, y), torch.greater(x, 0)


@greater.reference
def _(np, x, y):
    return [x > y, x > 0]


@case("torch.less", dtypes=NUMERIC, modes=BOTH)
def less(torch, x=tensor(3, 5), y=tensor(5)):
    return torch.less(x, y), torch.less(x, 0)


@less.reference
def _(np, x, y):
    return [x < y, x < 0]


@case("torch.clip", dtypes=NUMERIC, modes=ALL_MODES)
def clip(torch, x=tensor(3, 5)):
    return torch.clip(x, -1, 1), torch.clip(x, min=0), torch.clip(x, max=2)


@clip.reference
def _(np, x):
    return [np.minimum(np.maximum(x, -1), 1), np.maximum(x, 0), np.minimum(x, 2)]


@case("torch.clip", name="tensors", dtypes=FLOATING, modes=ALL_MODES)
def clip_by_tensors(torch, x=tensor(3, 5), low=tensor(5), high=tensor(5)):
    return torch.clip(x, low, high)


@clip_by_tensors.reference
def _(np, x, low, high):
    return np.minimum(np.maximum(x, low), high)  # documented: high, where low is above it


@case("torch.multiply", dtypes=NUMERIC, modes=ALL_MODES)
def multiply(torch, x=tensor(3, 5), y=tensor(5)):
    return torch.multiply(x, y)


@multiply.reference
def _(np, x, y):
    return x * y


@case("torch.subtract", dtypes=NUMERIC, modes=ALL_MODES)
def subtract(torch, x=tensor(3, 5), y=tensor(5)):
    return torch.subtract(x, y), torch.subtract(x, y, alpha=2)


@subtract.reference
def _(np, x, y):
    return [x - y, x - 2 * y]


@case("torch.divide", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def divide(torch, x=tensor(3, 5), y=positive(5)):
    return torch.divide(x, y)


@divide.reference
def _(np, x, y):
    return x / y


@case("torch.divide", name="rounded", dtypes=("int32", "int64"), modes=BOTH)
def divide_rounded(torch, x=tensor(3, 5), y=positive(5)):
    return torch.divide(x, y, rounding_mode="floor"), torch.divide(x, -y, rounding_mode="trunc")


@divide_rounded.reference
def _(np, x, y):
    return [x // y, -np.sign(x) * (np.abs(x) // y)]


@case("torch.swapaxes", dtypes=(*FLOATING, "int64", "bool"), modes=ALL_MODES)
def swapaxes(torch, x=tensor(2, 3, 4)):
    return torch.swapaxes(x, 0, -1)


@swapaxes.reference
def _(np, x):
    return np.moveaxis(np.moveaxis(x, 0, -1), -2, 0)


@case("torch.arccos", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def arccos(torch, x=uniform(-0.9375, 0.9375, 3, 5)):
    return torch.arccos(x)


@arccos.reference
def _(np, x):
    return np.arccos(x)


@case("torch.arctan", dtypes=FLOATING, modes=ALL_MODES)
def arctan(torch, x=tensor(3, 5)):
    return torch.arctan(x)


@arctan.reference
def _(np, x):
    return np.arctan(x)


@case("torch.arctan2", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def arctan2(torch, y=tensor(3, 5), x=tensor(5)):
    return torch.arctan2(y, x)


@arctan2.reference
def _(np, y, x):
    return np.arctan2(y, x)


@case("torch.special.expm1", dtypes=FLOATING, modes=ALL_MODES)
def expm1(torch, x=tensor(3, 5)):
    return torch.special.expm1(x)


@expm1.reference
def _(np, x):
    return np.expm1(x)


@case("torch.special.expit", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def expit(torch, x=tensor(3, 5)):
    return torch.special.expit(x)


@expit.reference
def _(np, x):
    return 1 / (1 + np.exp(-x))


@case("torch.special.logit", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=UNIT_RANGE)
def logit(torch, x=uniform(0.0625, 0.9375, 3, 5)):
    return torch.special.logit(x), torch.special.logit(x, eps=0.25)


@logit.reference
def _(np, x):
    inside = np.clip(x, 0.25, 0.75)
    return [np.log(x / (1 - x)), np.log(inside / (1 - inside))]


@case("torch.special.erfc", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def erfc(torch, x=uniform(-2, 2, 3, 5)):
    return torch.special.erfc(x)


@erfc.reference
def _(np, x):
    from scipy import special

    return special.erfc(x)


@case("torch.det", dtypes=DOUBLE, modes=ALL_MODES, condition=32, limits=FIXED_SHAPES | SINGULAR | WELL_SCALED)
def det(torch, x=tensor(2, 3, 3)):
    return torch.det(x)


@det.reference
def _(np, x):
    a, b, c = x[..., 0, :], x[..., 1, :], x[..., 2, :]
    return np.sum(a * np.cross(b, c), axis=-1)


@case(
    "torch.inverse", dtypes=DOUBLE, modes=ALL_MODES, condition=64, limits=FIXED_SHAPES | SINGULAR | WELL_SCALED | FINITE
)
def inverse(torch, x=tensor(2, 3, 3)):
    return torch.inverse(x + 4 * torch.eye(3, dtype=x.dtype, device=x.device))


@inverse.reference
def _(np, x):
    x = x + 4 * np.eye(3)
    a, b, c = x[..., 0, :], x[..., 1, :], x[..., 2, :]
    columns = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=-1)  # the adjugate
    return columns / np.sum(a * np.cross(b, c), axis=-1)[..., None, None]


@case("torch.nn.functional.grouped_mm", dtypes=("bfloat16",), limits=FIXED_SHAPES | ALIGNED)
def grouped_mm(torch, x=tensor(3, 16, 8), y=tensor(3, 8, 16)):
    return torch.nn.functional.grouped_mm(x, y)


@grouped_mm.reference
def _(np, x, y):
    return x @ y
