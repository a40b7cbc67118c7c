"""Distributions: densities compared with formulas, samples with statistics."""

from monitor.model import InputKind
from monitor.suite.declare import COMPILED, DEVICE, DTYPE, EAGER, FLOATING, GRADIENT, case, positive, tensor, uniform
from monitor.suite.limits import FIXED_RANK, NOT_EMPTY, VALID_ARGUMENTS

ALL_MODES = (EAGER, COMPILED, GRADIENT)
VON_MISES, RELAXED = "torch.distributions.VonMises", "torch.distributions.RelaxedOneHotCategorical"
DOUBLE = ("float32", "float64")


@case(
    VON_MISES,
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=8,
    limits={
        InputKind.SPECIAL: "the concentration is a positive number",
        InputKind.SCALED: "the cosine of a large angle has no exact digits",
    },
)
def von_mises_density(torch, x=uniform(-3, 3, 5), loc=uniform(-1, 1, 5), concentration=positive(5)):
    return torch.distributions.VonMises(loc, concentration, validate_args=False).log_prob(x)


@von_mises_density.reference
def _(np, x, loc, concentration):
    from scipy import special

    scale = np.log(2 * np.pi * special.i0e(concentration)) + concentration
    return concentration * np.cos(x - loc) - scale


@case(
    VON_MISES,
    name="by-angle",
    dtypes=DOUBLE,
    modes=(EAGER, GRADIENT),
    condition=16,
    limits={InputKind.SCALED: "the cosine of a large angle has no exact digits"},
)
def von_mises_density_by_angle(torch, x=uniform(-3, 3, 5)):
    return torch.distributions.VonMises(torch.ones_like(x), 2 * torch.ones_like(x), validate_args=False).log_prob(x)


@von_mises_density_by_angle.reference
def _(np, x):
    from scipy import special

    return 2 * np.cos(x - 1) - np.log(2 * np.pi * special.iv(0, 2))


@case(
    VON_MISES,
    name="large-concentration",
    dtypes=DOUBLE,
    condition=32,
    limits=VALID_ARGUMENTS,
)
def von_mises_concentrated(torch, x=uniform(-0.25, 0.25, 5)):
    concentration = torch.full_like(x, 200.0)
    return torch.distributions.VonMises(torch.zeros_like(x), concentration).log_prob(x)


@von_mises_concentrated.reference
def _(np, x):
    from scipy import special

    return 200 * (np.cos(x) - 1) - np.log(2 * np.pi * special.ive(0, 200))


@case(
    VON_MISES,
    name="variance",
    dtypes=DOUBLE,
    condition=8,
    limits={
        InputKind.SPECIAL: "arguments outside of the domain are refused",
        InputKind.SCALED: "one minus a ratio near one has no exact digits",
    },
)
def von_mises_variance(torch, concentration=positive(5)):
    return torch.distributions.VonMises(torch.zeros_like(concentration), concentration).variance


@von_mises_variance.reference
def _(np, concentration):
    from scipy import special

    return 1 - special.i1e(concentration) / special.i0e(concentration)


@case(VON_MISES, name="samples", dtypes=DOUBLE)
def von_mises_samples(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    loc, concentration = (torch.tensor(value, dtype=dtype, device=device) for value in (0.5, 2.0))
    drawn = torch.distributions.VonMises(loc, concentration).sample((4000,))
    around = drawn.double() - 0.5
    return (
        tuple(drawn.shape),
        bool((drawn.abs() <= 3.1416).all()),
        float(around.cos().mean()),
        float(around.sin().mean()),
    )


@von_mises_samples.promise
def _(result):
    shape, inside, along, across = result
    # The mean of the cosine is I1(2)/I0(2) = 0.698; six standard deviations of a mean of 4,000 are 0.05.
    return shape == [4000] and inside and abs(along - 0.6978) < 0.05 and abs(across) < 0.05


@case(VON_MISES, name="by-seed", dtypes=DOUBLE)
def von_mises_by_seed(torch, dtype=DTYPE, device=DEVICE):
    zero, one = (torch.tensor(value, dtype=dtype, device=device) for value in (0.0, 1.0))
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        drawn.append(torch.distributions.VonMises(zero, one).sample((10,)).tolist())
    return drawn[0] == drawn[1], drawn[0] == drawn[2]


@von_mises_by_seed.promise
def _(result):
    return result == [True, False]


@case(VON_MISES, name="refused")
def von_mises_refuses(torch):
    try:
        torch.distributions.VonMises(torch.tensor(0.0), torch.tensor(-1.0), validate_args=True)
    except ValueError as error:
        return "concentration" in str(error)


@von_mises_refuses.promise
def _(result):
    return result


def log_density_of_relaxed(np, x, logits, temperature):
    """Maddison, Mnih and Teh, The Concrete Distribution, 2017, equation 10."""
    from scipy import special

    count = x.shape[-1]
    powers = logits - np.max(logits, axis=-1, keepdims=True) - temperature * np.log(x)
    scale = special.gammaln(count) + (count - 1) * np.log(temperature)
    terms = powers - special.logsumexp(powers, axis=-1, keepdims=True) - np.log(x)
    return scale + np.sum(terms, axis=-1)


@case(
    RELAXED,
    dtypes=FLOATING,
    modes=ALL_MODES,
    condition=32,
    limits=NOT_EMPTY | FIXED_RANK | VALID_ARGUMENTS,
)
def relaxed_density(torch, x=uniform(0.25, 1, 5, 4), logits=tensor(5, 4)):
    x = x / x.sum(-1, keepdim=True)
    temperature = torch.full_like(x[0, 0], 0.5)
    return torch.distributions.RelaxedOneHotCategorical(temperature, logits=logits, validate_args=False).log_prob(x)


@relaxed_density.reference
def _(np, x, logits):
    return log_density_of_relaxed(np, x / np.sum(x, axis=-1, keepdims=True), logits, 0.5)


@case(
    RELAXED,
    name="by-shares",
    dtypes=DOUBLE,
    condition=32,
    limits=NOT_EMPTY | FIXED_RANK | VALID_ARGUMENTS,
)
def relaxed_density_by_shares(torch, x=uniform(0.25, 1, 4), shares=positive(4)):
    temperature = torch.full_like(x[0], 2.0)
    return torch.distributions.RelaxedOneHotCategorical(temperature, probs=shares).log_prob(x / x.sum())


@relaxed_density_by_shares.reference
def _(np, x, shares):
    return log_density_of_relaxed(np, x / np.sum(x), np.log(shares), 2.0)


@case(RELAXED, name="samples", dtypes=DOUBLE)
def relaxed_samples(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    shares = torch.tensor([1.0, 2.0, 5.0], dtype=dtype, device=device)
    temperature = torch.tensor(0.5, dtype=dtype, device=device)
    drawn = torch.distributions.RelaxedOneHotCategorical(temperature, probs=shares).sample((4000,))
    largest = torch.bincount(drawn.argmax(-1), minlength=3) / 4000
    return tuple(drawn.shape), float((drawn.sum(-1) - 1).abs().max()), bool((drawn >= 0).all()), largest


@relaxed_samples.promise
def _(result):
    shape, off, positive, largest = result
    # The largest component is drawn as the category is; six standard deviations of a share of 4,000 are 0.047.
    near = all(abs(share - want / 8) < 0.047 for share, want in zip(largest, (1, 2, 5), strict=True))
    return shape == [4000, 3] and off < 1e-5 and positive and near


@case(RELAXED, name="derived", dtypes=DOUBLE)
def relaxed_sample_is_differentiable(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    logits = torch.zeros(3, dtype=dtype, device=device, requires_grad=True)
    drawn = torch.distributions.RelaxedOneHotCategorical(torch.ones_like(logits[0]).detach(), logits=logits).rsample()
    drawn[0].backward()
    x = drawn.detach()
    return logits.grad - x[0] * (torch.tensor([1, 0, 0], dtype=dtype, device=device) - x)  # of a softmax


@relaxed_sample_is_differentiable.promise
def _(off):
    return max(abs(float(one)) for one in off) < 1e-6


@case(RELAXED, name="cold", dtypes=DOUBLE)
def relaxed_when_cold(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    logits = torch.zeros(4, dtype=dtype, device=device)
    temperature = torch.tensor(1e-3, dtype=dtype, device=device)
    drawn = torch.distributions.RelaxedOneHotCategorical(temperature, logits=logits).sample((100,))
    return float((drawn.max(-1).values > 0.999).double().mean())


@relaxed_when_cold.promise
def _(one_hot):
    return one_hot > 0.9
