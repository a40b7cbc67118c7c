"""Random numbers: equality for equal seeds, shape, and distribution."""

from monitor.suite.declare import DEVICE, DTYPE, FLOATING, case, positive
from monitor.suite.distributions import permutations_are_fair
from monitor.suite.limits import VALID_PARAMETERS

INTEGERS = ("int64", "int32", "int16", "uint8", "float32", "float64")


@case("torch.multinomial", dtypes=FLOATING)
def multinomial(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    weights = torch.tensor([0.0, 1.0, 3.0, 0.0, 4.0], dtype=dtype, device=device)
    drawn = torch.multinomial(weights, 8000, replacement=True)
    return drawn.dtype == torch.int64, torch.bincount(drawn, minlength=5) / 8000


@multinomial.promise
def _(result):
    whole, shares = result
    # Six standard deviations of a share of one half are 0.034.
    near = all(abs(share - want) < 0.034 for share, want in zip(shares, (0, 1 / 8, 3 / 8, 0, 1 / 2), strict=True))
    return whole and shares[0] == shares[3] == 0 and near


@case("torch.multinomial", name="without-replacement", dtypes=FLOATING)
def multinomial_once_each(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    weights = torch.tensor([[0.0, 1.0, 3.0, 4.0], [1.0, 1.0, 1.0, 0.0]], dtype=dtype, device=device)
    return torch.multinomial(weights, 3)


@multinomial_once_each.promise
def _(drawn):
    return [sorted(row) for row in drawn.tolist()] == [[1, 2, 3], [0, 1, 2]]


@case("torch.multinomial", name="fair", dtypes=FLOATING)
def multinomial_is_fair(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    return torch.multinomial(torch.ones(2000, 8, dtype=dtype, device=device), 8)


@multinomial_is_fair.promise
def _(orders):
    return permutations_are_fair(orders)


@case("torch.multinomial", name="by-seed", dtypes=FLOATING, limits=VALID_PARAMETERS)
def multinomial_by_seed(torch, x=positive(50)):
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        drawn.append(torch.multinomial(x, 20, replacement=True).tolist())
    return drawn[0] == drawn[1], drawn[0] == drawn[2]


@multinomial_by_seed.promise
def _(result):
    return result == [True, False]


@case("torch.multinomial", name="refused", dtypes=("float32", "float64"))
def multinomial_refuses(torch, dtype=DTYPE, device=DEVICE):
    said = []
    for weights, count in (([1.0, -1.0], 1), ([0.0, 0.0], 1), ([1.0, float("nan")], 1), ([1.0, 1.0], 3)):
        try:
            torch.multinomial(torch.tensor(weights, dtype=dtype, device=device), count)
        except RuntimeError:
            said.append("refused")
    return said


@multinomial_refuses.promise
def _(said):
    return said == ["refused"] * 4


@case("torch.randperm", dtypes=INTEGERS)
def randperm(torch, dtype=DTYPE, device=DEVICE):
    drawn = torch.randperm(100, dtype=dtype, device=device)
    return drawn.dtype == dtype, sorted(drawn.tolist()), drawn.tolist() == [*range(100)]


@randperm.promise
def _(result):
    return result == [True, [*range(100)], False]


@case("torch.randperm", name="by-seed", dtypes=INTEGERS)
def randperm_by_seed(torch, dtype=DTYPE, device=DEVICE):
    drawn = []
    for seed in (1, 1, 2):
        generator = torch.Generator(device=device).manual_seed(seed)
        drawn.append(torch.randperm(50, generator=generator, dtype=dtype, device=device).tolist())
    return drawn[0] == drawn[1], drawn[0] == drawn[2]


@randperm_by_seed.promise
def _(result):
    return result == [True, False]


@case("torch.randperm", name="fair")
def randperm_is_fair(torch, device=DEVICE):
    torch.manual_seed(7)
    return torch.stack([torch.randperm(8, device=device) for _ in range(2000)])


@randperm_is_fair.promise
def _(orders):
    return permutations_are_fair(orders)


@case("torch.randperm", name="empty", dtypes=INTEGERS)
def randperm_of_nothing(torch, dtype=DTYPE, device=DEVICE):
    return tuple(torch.randperm(0, dtype=dtype, device=device).shape), torch.randperm(1, device=device).tolist()


@randperm_of_nothing.promise
def _(result):
    return result == [[0], [0]]


@case("torch.randperm", name="large", dtypes=("int64", "int32"))
def randperm_large(torch, dtype=DTYPE, device=DEVICE):
    return torch.sort(torch.randperm(200_000, dtype=dtype, device=device)).values


@randperm_large.reference
def _(np):
    return np.arange(200_000)


@case("torch.nn.init.xavier_uniform", dtypes=FLOATING)
def xavier_uniform(torch, dtype=DTYPE, device=DEVICE):
    import warnings

    torch.manual_seed(7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn = torch.nn.init.xavier_uniform(torch.empty(60, 90, dtype=dtype, device=device)).double()
    return float(drawn.abs().max()), float(drawn.mean()), float(drawn.var())


@xavier_uniform.promise
def _(result):
    return spread_as_uniform(result, (6 / (60 + 90)) ** 0.5, 60 * 90)


def spread_as_uniform(found, bound, count):
    """Return whether the largest, the mean and the variance are those of `count` numbers uniform in (-bound, bound)."""
    largest, mean, variance = found
    deviation = bound / 3**0.5
    inside = 0.98 * bound < largest <= bound * 1.004  # the bound, rounded to a dtype of eight bits
    return inside and abs(mean) < 6 * deviation / count**0.5 and abs(variance / deviation**2 - 1) < 0.1


@case("torch.nn.init.xavier_uniform_", dtypes=FLOATING)
def xavier_uniform_(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    drawn = torch.nn.init.xavier_uniform_(torch.empty(60, 90, dtype=dtype, device=device)).double()
    return float(drawn.abs().max()), float(drawn.mean()), float(drawn.var())


@xavier_uniform_.promise
def _(result):
    return spread_as_uniform(result, (6 / (60 + 90)) ** 0.5, 60 * 90)


@case("torch.nn.init.xavier_uniform_", name="kernel-gain", dtypes=("float32", "float64"))
def xavier_uniform_of_kernel(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    drawn = torch.nn.init.xavier_uniform_(torch.empty(40, 20, 3, 3, dtype=dtype, device=device), gain=2.0).double()
    return float(drawn.abs().max()), float(drawn.mean()), float(drawn.var())


@xavier_uniform_of_kernel.promise
def _(result):
    return spread_as_uniform(result, 2 * (6 / (40 * 9 + 20 * 9)) ** 0.5, 40 * 20 * 9)


@case("torch.nn.init.xavier_uniform_", name="by-generator", dtypes=("float32",))
def xavier_uniform_by_generator(torch, dtype=DTYPE, device=DEVICE):
    drawn = []
    for seed in (1, 1, 2):
        generator = torch.Generator(device=device).manual_seed(seed)
        drawn.append(torch.nn.init.xavier_uniform_(torch.empty(4, 5, dtype=dtype, device=device), generator=generator))
    return bool((drawn[0] == drawn[1]).all()), bool((drawn[0] == drawn[2]).all())


@xavier_uniform_by_generator.promise
def _(result):
    return result == [True, False]
