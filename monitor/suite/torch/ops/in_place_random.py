"""Methods that fill a tensor in place with random numbers."""

from monitor.suite.declare import DEVICE, DTYPE, FLOATING, INTEGER, case, fact
from monitor.suite.distributions import counts_follow, follows

SIZE = 20_000
DEVIATIONS = 6  # a mean of random numbers is this many standard deviations from its expectation in 1 of 5e8 runs
ROUNDING = 2.0**-8  # of one number in bfloat16


def drawn(torch, dtype, device, fill):
    """Return a tensor that an in-place method has filled, after a fixed seed; the method must return the tensor."""
    torch.manual_seed(7)
    y = torch.full((SIZE,), 99, dtype=dtype, device=device)
    if fill(y) is not y:
        raise AssertionError("the method returns another tensor")
    return y


def near(values, mean, deviation):
    """Return whether mean and standard deviation of values are as expected, within the error of their number."""
    values = values.astype(float)
    error = deviation * (DEVIATIONS / len(values) ** 0.5 + ROUNDING)
    return abs(values.mean() - mean) < error + ROUNDING and abs(values.std() - deviation) < 2 * error + ROUNDING


DRAWS = [
    fact(
        "torch.Tensor.uniform_",
        lambda torch, dtype=DTYPE, device=DEVICE: drawn(torch, dtype, device, lambda y: y.uniform_(-2, 3)),
        lambda result: (
            result.shape == (SIZE,)
            and ((result >= -2) & (result <= 3)).all()
            and near(result, 0.5, 5 / 12**0.5)
            and follows(result, "uniform", -2, 5)
        ),
        dtypes=FLOATING,
    ),
    fact(
        "torch.Tensor.uniform_",
        lambda torch, dtype=DTYPE, device=DEVICE: drawn(torch, dtype, device, lambda y: y.uniform_()),
        lambda result: (
            ((result >= 0) & (result < 1)).all() and near(result, 0.5, 1 / 12**0.5) and follows(result, "uniform")
        ),
        name="unit",
        dtypes=FLOATING,
    ),
    fact(
        "torch.Tensor.normal_",
        lambda torch, dtype=DTYPE, device=DEVICE: drawn(torch, dtype, device, lambda y: y.normal_(1, 2)),
        lambda result: (
            near(result, 1, 2) and ((result < 3).mean() - 0.8413) ** 2 < 0.02**2 and follows(result, "norm", 1, 2)
        ),
        dtypes=FLOATING,
    ),
    fact(
        "torch.Tensor.exponential_",
        lambda torch, dtype=DTYPE, device=DEVICE: drawn(torch, dtype, device, lambda y: y.exponential_(2)),
        lambda result: (result >= 0).all() and near(result, 0.5, 0.5) and follows(result, "expon", 0, 0.5),
        dtypes=FLOATING,
    ),
    fact(
        "torch.Tensor.bernoulli_",
        lambda torch, dtype=DTYPE, device=DEVICE: drawn(torch, dtype, device, lambda y: y.bernoulli_(0.25)),
        lambda result: ((result == 0) | (result == 1)).all() and near(result, 0.25, 0.1875**0.5),
        dtypes=(*FLOATING, *INTEGER),
    ),
    fact(
        "torch.Tensor.random_",
        lambda torch, dtype=DTYPE, device=DEVICE: drawn(torch, dtype, device, lambda y: y.random_(5, 9)),
        lambda result: (
            {*result.tolist()} == {5, 6, 7, 8}
            and near(result, 6.5, 1.25**0.5)
            and counts_follow([(result == number).sum() for number in range(5, 9)], [1 / 4] * 4)
        ),
        dtypes=(*FLOATING, *INTEGER),
    ),
]


@case("torch.Tensor.random_", name="whole-range", dtypes=INTEGER)
def random_whole_range(torch, dtype=DTYPE, device=DEVICE):
    return drawn(torch, dtype, device, lambda y: y.random_()), torch.iinfo(dtype).max


@random_whole_range.promise
def _(result):
    values, largest = result
    return (values >= 0).all() and near(values / largest, 0.5, 1 / 12**0.5)


@case("torch.Tensor.normal_", name="generator", dtypes=("float32", "float64"))
def normal_generator(torch, dtype=DTYPE, device=DEVICE):
    def numbers(seed):
        return torch.empty(50, dtype=dtype, device=device).normal_(
            generator=torch.Generator(device=device).manual_seed(seed)
        )

    return torch.equal(numbers(3), numbers(3)), torch.equal(numbers(3), numbers(4))


@normal_generator.promise
def _(result):
    return result == [True, False]
