"""Losses, compared with the formulas of their documentation."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, positive, tensor, uniform, values
from monitor.suite.limits import FIXED_RANK, LINKED_SIZES, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)


def cross_entropy(np, x, y):
    """Return -(y log s(x) + (1 - y) log(1 - s(x))), s the sigmoid, without overflow of a term."""
    loss = y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x)
    # A target outside of [0, 1] is no probability, and both terms may be infinite.
    return np.where((y >= 0) & (y <= 1), loss, (1 - y) * x + np.logaddexp(0, -x))


@case("torch.nn.BCEWithLogitsLoss", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def bce_with_logits(torch, x=tensor(5, 7), y=uniform(0, 1, 5, 7)):
    return torch.nn.BCEWithLogitsLoss()(x, y)


@bce_with_logits.reference
def _(np, x, y):
    return np.mean(cross_entropy(np, x, y))


@case("torch.nn.BCEWithLogitsLoss", name="each", dtypes=FLOATING, modes=(EAGER, COMPILED), condition=4)
def bce_with_logits_each(torch, x=tensor(5, 7), y=uniform(0, 1, 5, 7), weight=positive(7)):
    return torch.nn.BCEWithLogitsLoss(weight=weight, reduction="none")(x, y)


@bce_with_logits_each.reference
def _(np, x, y, weight):
    return weight * cross_entropy(np, x, y)


@case("torch.nn.BCEWithLogitsLoss", name="positive-weight", dtypes=FLOATING, modes=(EAGER, COMPILED), condition=8)
def bce_with_positive_weight(torch, x=tensor(5, 3), y=uniform(0, 1, 5, 3), weight=positive(3)):
    return torch.nn.BCEWithLogitsLoss(pos_weight=weight, reduction="sum")(x, y)


@bce_with_positive_weight.reference
def _(np, x, y, weight):
    return np.sum(weight * y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x))


@case("torch.nn.BCEWithLogitsLoss", name="far", dtypes=FLOATING, modes=(EAGER, COMPILED))
def bce_with_far_logits(torch, x=values(200.0, -200.0, 200.0, -200.0), y=values(1.0, 0.0, 0.0, 1.0)):
    return torch.nn.BCEWithLogitsLoss(reduction="none")(x, y)


@bce_with_far_logits.reference
def _(np):
    return np.array([0.0, 0.0, 200.0, 200.0])


def divergence(np, x, y):
    """Return y (log y - x). 0 log 0 counts for nothing."""
    return np.where(y == 0, 0, y * np.log(y)) - y * x


@case("torch.nn.KLDivLoss", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def kl_divergence(torch, x=uniform(-4, 0, 5, 7), y=uniform(0.125, 1, 5, 7)):
    return torch.nn.KLDivLoss(reduction="batchmean")(x, y)


@kl_divergence.reference
def _(np, x, y):
    return np.sum(divergence(np, x, y)) / x.shape[0]


@case("torch.nn.KLDivLoss", name="each", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def kl_divergence_each(torch, x=uniform(-4, 0, 5, 7), y=uniform(0.125, 1, 5, 7)):
    return torch.nn.KLDivLoss(reduction="none")(x, y)


@kl_divergence_each.reference
def _(np, x, y):
    return divergence(np, x, y)


@case("torch.nn.KLDivLoss", name="log-target", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def kl_divergence_of_logs(torch, x=uniform(-4, 0, 5, 7), y=uniform(-4, 0, 5, 7)):
    return torch.nn.KLDivLoss(reduction="sum", log_target=True)(x, y)


@kl_divergence_of_logs.reference
def _(np, x, y):
    return np.sum(np.exp(y) * (y - x))


@case("torch.nn.KLDivLoss", name="zero-target", dtypes=FLOATING, modes=(EAGER, COMPILED))
def kl_divergence_of_zero(torch, x=uniform(-4, 0, 3)):
    return torch.nn.KLDivLoss(reduction="none")(x, torch.zeros_like(x))


@kl_divergence_of_zero.reference
def _(np, x):
    return divergence(np, x, np.zeros_like(x))


def smooth(np, d, beta=1.0):
    return np.where(np.abs(d) < beta, d**2 / (2 * beta), np.abs(d) - beta / 2)


@case("torch.nn.SmoothL1Loss", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def smooth_l1(torch, x=tensor(5, 7), y=tensor(5, 7)):
    return torch.nn.SmoothL1Loss()(x, y)


@smooth_l1.reference
def _(np, x, y):
    return np.mean(smooth(np, x - y))


@case("torch.nn.SmoothL1Loss", name="each", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def smooth_l1_each(torch, x=tensor(5, 7), y=tensor(5, 7)):
    return torch.nn.SmoothL1Loss(reduction="none", beta=0.5)(x, y)


@smooth_l1_each.reference
def _(np, x, y):
    return smooth(np, x - y, 0.5)


@case("torch.nn.SmoothL1Loss", name="at-zero", dtypes=FLOATING, modes=(EAGER, COMPILED))
def smooth_l1_without_bend(torch, x=tensor(5, 7), y=tensor(5, 7)):
    return torch.nn.SmoothL1Loss(reduction="none", beta=0.0)(x, y)


@smooth_l1_without_bend.reference
def _(np, x, y):
    return np.abs(x - y)


@case(
    "torch.nn.SmoothL1Loss",
    name="strided",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def smooth_l1_strided(torch, x=tensor(8, 5), y=tensor(5, 4)):
    return torch.nn.SmoothL1Loss(reduction="sum")(x.T[:, ::2], y)


@smooth_l1_strided.reference
def _(np, x, y):
    return np.sum(smooth(np, x.T[:, ::2] - y))


@case("torch.nn.SmoothL1Loss", name="empty", dtypes=FLOATING)
def smooth_l1_of_nothing(torch, x=tensor(0, 3)):
    return torch.nn.SmoothL1Loss(reduction="sum")(x, x), torch.nn.SmoothL1Loss(reduction="mean")(x, x)


@smooth_l1_of_nothing.reference
def _(np, x):
    return [np.zeros(()), np.array(np.nan)]
