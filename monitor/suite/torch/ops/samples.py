"""Samples of distributions, compared with their moments; constraints and shapes of distributions."""

from monitor.suite.declare import case, fact

D = "torch.distributions."
NORMAL, CATEGORICAL, GAUSSIAN = D + "Normal", D + "Categorical", D + "MultivariateNormal"


def moments(torch, made, count=20_000):
    """Return the mean and the variance of samples, and whether a seed repeats them."""
    torch.manual_seed(5)
    drawn = made.sample((count,)).double()
    torch.manual_seed(5)
    same = bool((made.sample((count,)).double() == drawn).all())
    return drawn.mean(0).flatten().tolist(), drawn.var(0).flatten().tolist(), same


def moments_near(found, means, variances, count=20_000):
    """Return whether moments of samples are within six standard deviations, for a kurtosis of at most nine."""
    got_means, got_variances, same = found
    mean_close = all(abs(a - b) < 6 * (v / count) ** 0.5 for a, b, v in zip(got_means, means, variances, strict=True))
    spread_close = all(abs(a / v - 1) < 6 * (8 / count) ** 0.5 for a, v in zip(got_variances, variances, strict=True))
    return mean_close and spread_close and same


SAMPLES = [
    fact(
        NORMAL,
        lambda torch: moments(torch, torch.distributions.Normal(torch.tensor([0.0, 3.0]), torch.tensor([1.0, 0.5]))),
        lambda found: moments_near(found, (0, 3), (1, 0.25)),
    ),
    fact(
        D + "normal.Normal",
        lambda torch: moments(torch, torch.distributions.normal.Normal(1.0, 2.0)),
        lambda found: moments_near(found, (1,), (4,)),
    ),
    fact(
        D + "Uniform",
        lambda torch: moments(torch, torch.distributions.Uniform(-1.0, 3.0)),
        lambda found: moments_near(found, (1,), (16 / 12,)),
    ),
    fact(
        D + "Bernoulli",
        lambda torch: moments(torch, torch.distributions.Bernoulli(torch.tensor([0.25, 0.5]))),
        lambda found: moments_near(found, (0.25, 0.5), (0.1875, 0.25)),
    ),
    fact(
        CATEGORICAL,
        lambda torch: moments(torch, torch.distributions.Categorical(torch.tensor([1.0, 1.0, 2.0]))),
        lambda found: moments_near(found, (1.25,), (0.6875,)),
    ),
    fact(
        D + "Beta",
        lambda torch: moments(torch, torch.distributions.Beta(2.0, 3.0)),
        lambda found: moments_near(found, (0.4,), (0.04,)),
    ),
    fact(
        D + "Gamma",
        lambda torch: moments(torch, torch.distributions.Gamma(2.0, 4.0)),
        lambda found: moments_near(found, (0.5,), (0.125,)),
    ),
    fact(
        D + "Poisson",
        lambda torch: moments(torch, torch.distributions.Poisson(3.0)),
        lambda found: moments_near(found, (3,), (3,)),
    ),
    fact(
        GAUSSIAN,
        lambda torch: moments(
            torch,
            torch.distributions.MultivariateNormal(torch.tensor([1.0, 2.0]), torch.diag(torch.tensor([4.0, 0.25]))),
        ),
        lambda found: moments_near(found, (1, 2), (4, 0.25)),
    ),
    fact(
        D + "constraints.interval",
        lambda torch: torch.distributions.constraints.interval(0.0, 1.0).check(
            torch.tensor([-0.1, 0.0, 0.5, 1.0, 1.1])
        ),
        lambda found: found.tolist() == [False, True, True, True, False],
    ),
    fact(
        D + "constraints.greater_than_eq",
        lambda torch: torch.distributions.constraints.greater_than_eq(2.0).check(torch.tensor([1.0, 2.0, 3.0])),
        lambda found: found.tolist() == [False, True, True],
    ),
    fact(
        D + "constraints.independent",
        lambda torch: torch.distributions.constraints.independent(torch.distributions.constraints.positive, 1).check(
            torch.tensor([[1.0, 2.0], [1.0, -1.0]])
        ),
        lambda found: found.tolist() == [True, False],
    ),
    fact(
        D + "constraints.lower_cholesky.check",
        lambda torch: torch.distributions.constraints.lower_cholesky.check(
            torch.tensor([[[1.0, 0.0], [3.0, 2.0]], [[1.0, 1.0], [0.0, 1.0]], [[-1.0, 0.0], [0.0, 1.0]]])
        ),
        lambda found: found.tolist() == [True, False, False],
    ),
    fact(
        D + "constraints.positive_definite.check",
        lambda torch: torch.distributions.constraints.positive_definite.check(
            torch.tensor([[[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.0], [0.5, 1.0]]])
        ),
        lambda found: found.tolist() == [True, False, False],
    ),
]


@case(NORMAL, name="shapes")
def normal_shapes(torch):
    made = torch.distributions.Normal(torch.zeros(3, 1), torch.ones(2))
    errors = []
    for mean, scale in ((0.0, -1.0), (float("nan"), 1.0)):
        try:
            torch.distributions.Normal(torch.tensor(mean), torch.tensor(scale))
        except ValueError:
            errors.append("refused")
    shapes = made.batch_shape, made.event_shape, made.sample((5,)).shape, made.expand((4, 3, 2)).batch_shape
    return [tuple(shape) for shape in shapes], errors, made.has_rsample, bool((made.mean == 0).all())


@normal_shapes.promise
def _(result):
    return result == [[[3, 2], [], [5, 3, 2], [4, 3, 2]], ["refused"] * 2, True, True]


@case(D + "kl.register_kl")
def register_kl(torch):
    class Own(torch.distributions.Normal):
        pass

    @torch.distributions.kl.register_kl(Own, Own)
    def _kl(p, q):
        return torch.tensor(42.0)

    own, plain = Own(0.0, 1.0), torch.distributions.Normal(0.0, 1.0)
    return [float(torch.distributions.kl_divergence(p, q)) for p, q in ((own, own), (own, plain), (plain, own))]


@register_kl.promise
def _(found):
    return found == [42.0, 0.0, 0.0]


@case(D + "Distribution.set_default_validate_args")
def set_default_validate_args(torch):
    kind = torch.distributions.Distribution
    try:
        kind.set_default_validate_args(False)
        loose = torch.distributions.Normal(0.0, -1.0).scale
        kind.set_default_validate_args(True)
        torch.distributions.Normal(0.0, -1.0)
    except ValueError:
        return float(loose), "refused"
    finally:
        kind.set_default_validate_args(True)


@set_default_validate_args.promise
def _(result):
    return result == [-1.0, "refused"]
