"""Functions of torch.nn.init: exact fills, and draws compared with their documented distributions."""

from monitor.suite.declare import COMPILED, DEVICE, DTYPE, EAGER, FLOATING, case, tensor
from monitor.suite.limits import FIXED_SHAPES

BOTH = (EAGER, COMPILED)
PREFIX = "torch.nn.init."


def drawn(torch, name, shape, dtype, device, **options):
    """Return the largest magnitude, the mean and the variance of a tensor that an initialiser fills."""
    torch.manual_seed(7)
    filled = getattr(torch.nn.init, name)(torch.empty(shape, dtype=dtype, device=device), **options).double()
    return float(filled.abs().max()), float(filled.mean()), float(filled.var())


def is_normal(found, deviation, count, mean=0.0):
    """Return whether the statistics are those of `count` normal numbers, within about six standard deviations."""
    largest, middle, variance = found
    in_tails = 2.5 * deviation < largest - abs(mean) < 7 * deviation
    spread = abs(variance / deviation**2 - 1) < 6 * (2 / count) ** 0.5 + 0.01
    return in_tails and abs(middle - mean) < 6 * deviation / count**0.5 + 0.002 * abs(mean) and spread


def is_uniform(found, low, high, count):
    """Return whether the statistics are those of `count` numbers uniform between two ends."""
    largest, middle, variance = found
    deviation, bound = (high - low) / 12**0.5, max(abs(low), abs(high))
    inside = 0.98 * bound < largest <= bound * 1.004  # the bound, rounded to a dtype of eight bits
    spread = abs(variance / deviation**2 - 1) < 0.1
    return inside and abs(middle - (low + high) / 2) < 6 * deviation / count**0.5 + 0.002 * bound and spread


@case(PREFIX + "zeros_", dtypes=(*FLOATING, "int64", "complex64"), modes=BOTH)
def zeros(torch, x=tensor(3, 4)):
    y = x.clone()
    returned = torch.nn.init.zeros_(y)
    return returned, y


@zeros.reference
def _(np, x):
    return [np.zeros_like(x)] * 2


@case(PREFIX + "ones_", dtypes=(*FLOATING, "int64", "complex64"), modes=BOTH)
def ones(torch, x=tensor(3, 4)):
    y = x.clone()
    torch.nn.init.ones_(y)
    return y


@ones.reference
def _(np, x):
    return np.ones_like(x)


@case(PREFIX + "constant_", dtypes=(*FLOATING, "int64", "complex64"), modes=BOTH)
def constant(torch, x=tensor(3, 4)):
    return torch.nn.init.constant_(x.clone(), 3.0), torch.nn.init.constant_(x.clone(), val=-2)


@constant.reference
def _(np, x):
    return [np.full_like(x, 3), np.full_like(x, -2)]


@case(PREFIX + "constant_", name="parameter", dtypes=FLOATING)
def constant_of_parameter(torch, dtype=DTYPE, device=DEVICE):
    weight = torch.nn.Parameter(torch.empty(3, dtype=dtype, device=device))
    returned = torch.nn.init.constant_(weight, 0.5)
    return returned is weight, weight.requires_grad, weight.grad_fn, weight.tolist()


@constant_of_parameter.promise
def _(result):
    return result == [True, True, None, [0.5] * 3]


@case(PREFIX + "eye_", dtypes=FLOATING, modes=BOTH, limits=FIXED_SHAPES)
def eye(torch, x=tensor(3, 5)):
    return torch.nn.init.eye_(x.clone())


@eye.reference
def _(np, x):
    return np.eye(3, 5)


@case(PREFIX + "normal_", dtypes=FLOATING)
def normal(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "normal_", (60, 90), dtype, device)


@normal.promise
def _(found):
    return is_normal(found, 1, 5400)


@case(PREFIX + "normal_", name="mean-std", dtypes=FLOATING)
def normal_with_mean(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "normal_", (60, 90), dtype, device, mean=2.0, std=0.25)


@normal_with_mean.promise
def _(found):
    return is_normal(found, 0.25, 5400, 2)


@case(PREFIX + "normal_", name="by-generator", dtypes=("float32",))
def normal_by_generator(torch, dtype=DTYPE, device=DEVICE):
    fills = []
    for seed in (1, 1, 2):
        generator = torch.Generator(device=device).manual_seed(seed)
        fills.append(torch.nn.init.normal_(torch.empty(20, dtype=dtype, device=device), generator=generator))
    return bool((fills[0] == fills[1]).all()), bool((fills[0] == fills[2]).any())


@normal_by_generator.promise
def _(result):
    return result == [True, False]


@case(PREFIX + "uniform_", dtypes=FLOATING)
def uniform(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "uniform_", (60, 90), dtype, device)


@uniform.promise
def _(found):
    return is_uniform(found, 0, 1, 5400)


@case(PREFIX + "uniform_", name="bounds", dtypes=FLOATING)
def uniform_between(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "uniform_", (60, 90), dtype, device, a=-0.5, b=0.25)


@uniform_between.promise
def _(found):
    return is_uniform(found, -0.5, 0.25, 5400)


@case(PREFIX + "trunc_normal_", dtypes=FLOATING)
def truncated_normal(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "trunc_normal_", (60, 90), dtype, device, std=0.02)


@truncated_normal.promise
def _(found):
    return is_normal(found, 0.02, 5400)  # the documented bounds are -2 and 2, a hundred standard deviations


@case(PREFIX + "trunc_normal_", name="bounds", dtypes=FLOATING)
def truncated_normal_between(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "trunc_normal_", (60, 90), dtype, device, std=1.0, a=-1.0, b=1.0)


@truncated_normal_between.promise
def _(found):
    largest, mean, variance = found
    # The variance of a normal number within one standard deviation is 0.2911.
    return 0.98 < largest <= 1 and abs(mean) < 0.045 and abs(variance - 0.2911) < 0.03


@case(PREFIX + "kaiming_uniform_", dtypes=FLOATING)
def kaiming_uniform(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "kaiming_uniform_", (60, 90), dtype, device)


@kaiming_uniform.promise
def _(found):
    bound = (2 * 3 / 90) ** 0.5  # He et al., Delving Deep into Rectifiers, 2015
    return is_uniform(found, -bound, bound, 5400)


@case(PREFIX + "kaiming_uniform_", name="linear", dtypes=FLOATING)
def kaiming_uniform_linear(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "kaiming_uniform_", (60, 90), dtype, device, a=5**0.5)


@kaiming_uniform_linear.promise
def _(found):
    bound = (1 / 90) ** 0.5  # the default of torch.nn.Linear
    return is_uniform(found, -bound, bound, 5400)


@case(PREFIX + "kaiming_normal_", dtypes=FLOATING)
def kaiming_normal(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "kaiming_normal_", (60, 90), dtype, device, mode="fan_out", nonlinearity="relu")


@kaiming_normal.promise
def _(found):
    return is_normal(found, (2 / 60) ** 0.5, 5400)


@case(PREFIX + "kaiming_normal_", name="kernel", dtypes=("float32", "float64"))
def kaiming_normal_of_kernel(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "kaiming_normal_", (20, 30, 3, 3), dtype, device, nonlinearity="leaky_relu", a=1.0)


@kaiming_normal_of_kernel.promise
def _(found):
    return is_normal(found, (1 / (30 * 9)) ** 0.5, 5400)


@case(PREFIX + "xavier_normal_", dtypes=FLOATING)
def xavier_normal(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, "xavier_normal_", (60, 90), dtype, device, gain=2.0)


@xavier_normal.promise
def _(found):
    return is_normal(found, 2 * (2 / 150) ** 0.5, 5400)  # Glorot and Bengio, 2010


@case(PREFIX + "orthogonal_", dtypes=("float32", "float64"))
def orthogonal(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    wide = torch.nn.init.orthogonal_(torch.empty(3, 5, dtype=dtype, device=device))
    tall = torch.nn.init.orthogonal_(torch.empty(6, 2, 2, dtype=dtype, device=device), gain=2.0).flatten(1)
    return wide @ wide.T, tall.T @ tall


@orthogonal.promise
def _(result):
    import numpy as np

    rows, columns = result
    return np.allclose(rows, np.eye(3), atol=1e-5) and np.allclose(columns, 4 * np.eye(4), atol=1e-5)


@case(PREFIX + "calculate_gain")
def calculate_gain(torch):
    gain = torch.nn.init.calculate_gain
    names = ("linear", "conv2d", "sigmoid", "tanh", "relu", "selu")
    try:
        gain("unknown")
    except ValueError:
        refused = True
    return [gain(name) for name in names], gain("leaky_relu", 0.2), gain("leaky_relu"), refused


@calculate_gain.promise
def _(result):
    gains, leaky, default, refused = result
    expected = [1, 1, 1, 5 / 3, 2**0.5, 3 / 4]
    near = all(abs(got - want) < 1e-12 for got, want in zip(gains, expected, strict=True))
    return near and abs(leaky - (2 / 1.04) ** 0.5) < 1e-12 and abs(default - (2 / 1.0001) ** 0.5) < 1e-12 and refused
