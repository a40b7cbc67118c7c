"""Distributions: densities, entropies, divergences and transforms, compared with their formulas."""

from functools import partial

from monitor.suite.declare import EAGER, FLOATING, GRADIENT, formula, indices, positive, tensor, uniform
from monitor.suite.limits import (
    CHECKED,
    FIXED_SHAPES,
    POSITIVE,
    UNIT_RANGE,
    VALID_ARGUMENTS,
    VALID_PARAMETERS,
    WELL_SCALED,
)

D = "torch.distributions."
NORMAL, CATEGORICAL, GAUSSIAN = D + "Normal", D + "Categorical", D + "MultivariateNormal"
EAGERLY = (EAGER, GRADIENT)
DOUBLE = ("float32", "float64")
VALID = VALID_ARGUMENTS | VALID_PARAMETERS | POSITIVE | CHECKED

density = partial(formula, dtypes=FLOATING, modes=EAGERLY, condition=8, limits=VALID)
narrow = partial(formula, dtypes=DOUBLE, modes=EAGERLY, condition=32, limits=VALID | WELL_SCALED)


def normal(np, x, mean, scale):
    return -(((x - mean) / scale) ** 2) / 2 - np.log(scale) - np.log(2 * np.pi) / 2


DENSITIES = [
    density(
        NORMAL,
        lambda torch, x=tensor(5), mean=tensor(5), scale=positive(5): torch.distributions.Normal(mean, scale).log_prob(
            x
        ),
        lambda np, x, mean, scale: normal(np, x, mean, scale),
        name="density",
    ),
    density(
        D + "normal.Normal",
        lambda torch, x=tensor(5), scale=positive(5): torch.distributions.normal.Normal(0 * x, scale).log_prob(x),
        lambda np, x, scale: normal(np, x, 0 * x, scale),
        name="density",
    ),
    density(
        NORMAL,
        lambda torch, scale=positive(5): torch.distributions.Normal(0 * scale, scale).entropy(),
        lambda np, scale: np.log(scale) + (1 + np.log(2 * np.pi)) / 2,
        name="entropy",
    ),
    narrow(
        NORMAL,
        lambda torch, p=uniform(0.125, 0.875, 5): torch.distributions.Normal(0.5, 2.0).icdf(p),
        lambda np, p: 0.5 + 2 * _quantile(np, p),
        name="quantile",
        limits=VALID | WELL_SCALED | UNIT_RANGE,
    ),
    density(
        D + "Uniform",
        lambda torch, x=uniform(0, 1, 5), high=positive(5): torch.distributions.Uniform(
            -high, 2 + high, validate_args=False
        ).log_prob(x),
        lambda np, x, high: -np.log(2 + 2 * high) + 0 * x,
        name="density",
        modes=(EAGER,),
        limits=VALID | WELL_SCALED,
    ),
    density(
        D + "Bernoulli",
        lambda torch, logits=tensor(5), x=indices(5, below=2): torch.distributions.Bernoulli(logits=logits).log_prob(
            x.to(logits.dtype)
        ),
        lambda np, logits, x: -np.logaddexp(0, np.where(x == 1, -logits, logits)),
        name="density",
    ),
    density(
        CATEGORICAL,
        lambda torch, logits=tensor(3, 4), x=indices(3, below=4): torch.distributions.Categorical(
            logits=logits
        ).log_prob(x),
        lambda np, logits, x: np.take_along_axis(_log_shares(np, logits), x[:, None], axis=-1)[:, 0],
        name="density",
        limits=VALID | FIXED_SHAPES,
    ),
    density(
        CATEGORICAL,
        lambda torch, weights=positive(3, 4): torch.distributions.Categorical(probs=weights).entropy(),
        lambda np, weights: _entropy(np, weights / np.sum(weights, axis=-1, keepdims=True)),
        name="entropy",
        limits=VALID | FIXED_SHAPES | WELL_SCALED,
    ),
    narrow(
        D + "Beta",
        lambda torch, x=uniform(0.125, 0.875, 5), a=positive(5), b=positive(5): torch.distributions.Beta(a, b).log_prob(
            x
        ),
        lambda np, x, a, b: (a - 1) * np.log(x) + (b - 1) * np.log(1 - x) + _log_gamma(np, a + b, a, b),
        name="density",
        limits=VALID | WELL_SCALED | UNIT_RANGE,
    ),
    narrow(
        D + "Gamma",
        lambda torch, x=positive(5), a=positive(5), b=positive(5): torch.distributions.Gamma(a, b).log_prob(x),
        lambda np, x, a, b: a * np.log(b) + (a - 1) * np.log(x) - b * x + _log_gamma(np, 1 + 0 * a, a),
        name="density",
    ),
    narrow(
        D + "Poisson",
        lambda torch, rate=positive(5), x=indices(5, below=6): torch.distributions.Poisson(rate).log_prob(
            x.to(rate.dtype)
        ),
        lambda np, rate, x: x * np.log(rate) - rate + _log_gamma(np, 1 + 0 * rate, x + 1.0),
        name="density",
    ),
    narrow(
        GAUSSIAN,
        lambda torch, x=tensor(4, 2), mean=tensor(2): torch.distributions.MultivariateNormal(
            mean, torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=x.dtype, device=x.device)
        ).log_prob(x),
        lambda np, x, mean: -np.log(2 * np.pi) - np.log(1.75) / 2 - _squared_distance(np, x - mean) / 2,
        name="density",
        limits=VALID | WELL_SCALED | FIXED_SHAPES,
    ),
    density(
        D + "Independent",
        lambda torch, x=tensor(3, 4), scale=positive(3, 4): torch.distributions.Independent(
            torch.distributions.Normal(0 * x, scale), 1
        ).log_prob(x),
        lambda np, x, scale: np.sum(normal(np, x, 0 * x, scale), axis=-1),
        name="density",
    ),
    narrow(
        D + "half_cauchy.HalfCauchy",
        lambda torch, x=positive(5), scale=positive(5): torch.distributions.half_cauchy.HalfCauchy(scale).log_prob(x),
        lambda np, x, scale: np.log(2 / np.pi) - np.log(scale) - np.log1p((x / scale) ** 2),
        name="density",
    ),
    narrow(
        D + "gumbel.Gumbel",
        lambda torch, x=tensor(5), scale=positive(5): torch.distributions.gumbel.Gumbel(0 * x, scale).log_prob(x),
        lambda np, x, scale: -x / scale - np.exp(-x / scale) - np.log(scale),
        name="density",
    ),
    narrow(
        D + "multivariate_normal.MultivariateNormal",
        lambda torch, x=tensor(4, 2): torch.distributions.multivariate_normal.MultivariateNormal(
            torch.zeros(2, dtype=x.dtype, device=x.device),
            scale_tril=torch.tensor([[2.0, 0.0], [0.5, 1.0]], dtype=x.dtype, device=x.device),
        ).log_prob(x),
        lambda np, x: -np.log(2 * np.pi) - np.log(2) - _solved_distance(np, x) / 2,
        name="density",
        limits=VALID | WELL_SCALED | FIXED_SHAPES,
    ),
    narrow(
        D + "multinomial.Multinomial",
        lambda torch, weights=positive(3): torch.distributions.multinomial.Multinomial(6, probs=weights).log_prob(
            torch.tensor([1.0, 2.0, 3.0], dtype=weights.dtype, device=weights.device)
        ),
        lambda np, weights: np.log(60) + np.sum(np.array([1, 2, 3]) * np.log(weights / np.sum(weights))),
        name="density",
        limits=VALID | WELL_SCALED | FIXED_SHAPES,
    ),
]


def _quantile(np, p):
    from scipy import special

    return special.ndtri(p)


def _log_shares(np, x):
    x = x - np.max(x, axis=-1, keepdims=True)
    return x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))


def _entropy(np, shares):
    return -np.sum(shares * np.log(shares), axis=-1)


def _log_gamma(np, above, *below):
    from scipy import special

    return special.gammaln(above) - sum(special.gammaln(one) for one in below)


def _squared_distance(np, x):
    """Return x' C^-1 x for C = [[2, 1/2], [1/2, 1]]."""
    a, b = x[..., 0], x[..., 1]
    return (a * a - a * b + 2 * b * b) / 1.75


def _solved_distance(np, x):
    """Return |L^-1 x|^2 for L = [[2, 0], [1/2, 1]]."""
    a = x[..., 0] / 2
    b = x[..., 1] - a / 2
    return a * a + b * b


def _divergence(np, mean, scale):
    return -np.log(scale) + (scale**2 + mean**2) / 2 - 1 / 2


TRANSFORMS = [
    density(
        D + "kl_divergence",
        lambda torch, mean=tensor(5), scale=positive(5): torch.distributions.kl_divergence(
            torch.distributions.Normal(mean, scale), torch.distributions.Normal(0 * mean, 1 + 0 * scale)
        ),
        lambda np, mean, scale: _divergence(np, mean, scale),
    ),
    density(
        D + "kl.kl_divergence",
        lambda torch, mean=tensor(5), scale=positive(5): torch.distributions.kl.kl_divergence(
            torch.distributions.Normal(mean, scale), torch.distributions.Normal(0 * mean, 1 + 0 * scale)
        ),
        lambda np, mean, scale: _divergence(np, mean, scale),
    ),
    density(
        D + "AffineTransform",
        lambda torch, x=tensor(5): torch.distributions.AffineTransform(0.5, -2.0)(x),
        lambda np, x: 0.5 - 2 * x,
    ),
    density(
        D + "transforms.AffineTransform",
        lambda torch, x=tensor(5): torch.distributions.transforms.AffineTransform(0.5, -2.0).inv(x),
        lambda np, x: (x - 0.5) / -2,
    ),
    density(
        D + "transforms.ExpTransform",
        lambda torch, x=tensor(5): [
            torch.distributions.transforms.ExpTransform()(x),
            torch.distributions.transforms.ExpTransform().log_abs_det_jacobian(x, None),
        ],
        lambda np, x: [np.exp(x), x],
    ),
    density(
        D + "transforms.ComposeTransform",
        lambda torch, x=tensor(5): torch.distributions.transforms.ComposeTransform(
            [
                torch.distributions.transforms.ExpTransform(),
                torch.distributions.transforms.AffineTransform(1.0, 2.0),
            ]
        )(x),
        lambda np, x: 1 + 2 * np.exp(x),
    ),
    density(
        D + "biject_to",
        lambda torch, x=tensor(5): [
            torch.distributions.biject_to(torch.distributions.constraints.positive)(x),
            torch.distributions.biject_to(torch.distributions.constraints.real)(x),
        ],
        lambda np, x: [np.exp(x), x],
    ),
    density(
        D + "transform_to",
        lambda torch, x=tensor(5): torch.distributions.transform_to(torch.distributions.constraints.interval(1.0, 3.0))(
            x
        ),
        lambda np, x: 1 + 2 / (1 + np.exp(-x)),
    ),
    density(
        D + "utils.broadcast_all",
        lambda torch, x=tensor(3, 4), y=tensor(4): torch.distributions.utils.broadcast_all(x, y, 2.0),
        lambda np, x, y: [x, np.broadcast_to(y, x.shape), np.full(x.shape, 2.0)],
        modes=(EAGER,),
    ),
    density(
        D + "utils.logits_to_probs",
        lambda torch, x=tensor(3, 4): [
            torch.distributions.utils.logits_to_probs(x),
            torch.distributions.utils.logits_to_probs(x, is_binary=True),
        ],
        lambda np, x: [np.exp(_log_shares(np, x)), 1 / (1 + np.exp(-x))],
        limits=VALID | FIXED_SHAPES,
    ),
    density(
        D + "utils.probs_to_logits",
        lambda torch, p=uniform(0.125, 0.875, 5): [
            torch.distributions.utils.probs_to_logits(p),
            torch.distributions.utils.probs_to_logits(p, is_binary=True),
        ],
        lambda np, p: [np.log(p), np.log(p / (1 - p))],
        limits=VALID | UNIT_RANGE,
    ),
]
