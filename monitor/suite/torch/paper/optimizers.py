"""Optimizers and a schedule: some steps, compared with the published rule."""

from monitor.model import InputKind
from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import DIFFERENTIATES, LINKED_SIZES, NOT_EMPTY, SETS_GRADIENT

ADAMAX, RPROP, LBFGS = "torch.optim.Adamax", "torch.optim.Rprop", "torch.optim.LBFGS"


def adamax(np, x, gradients, rate=0.5, beta1=0.75, beta2=0.5, epsilon=1e-8, decay=0.0):
    """Kingma and Ba, Adam, 2015, algorithm 2."""
    mean, largest = np.zeros_like(x), np.zeros_like(x)
    for step, gradient in enumerate(gradients, start=1):
        gradient = gradient + decay * x if decay else gradient
        mean = beta1 * mean + (1 - beta1) * gradient
        largest = np.maximum(beta2 * largest, np.abs(gradient) + epsilon)
        x = x - rate / (1 - beta1**step) * mean / largest
    return x


def three_steps(torch, optimizer, x, gradients):
    for gradient in gradients:
        x.grad = gradient.clone()
        optimizer.step()
    return x


@case(ADAMAX, dtypes=FLOATING, condition=8, limits=SETS_GRADIENT)
def adamax_steps(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3), c=tensor(2, 3)):
    x = x.clone().requires_grad_()
    return three_steps(torch, torch.optim.Adamax([x], lr=0.5, betas=(0.75, 0.5)), x, [a, b, c])


@adamax_steps.reference
def _(np, x, a, b, c):
    return adamax(np, x, [a, b, c])


@case(
    ADAMAX,
    name="decay",
    dtypes=FLOATING,
    condition=16,
    limits=SETS_GRADIENT,
)
def adamax_with_decay(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    x = x.clone().requires_grad_()
    optimizer = torch.optim.Adamax([x], lr=0.5, betas=(0.75, 0.5), weight_decay=0.5)
    return three_steps(torch, optimizer, x, [a, b])


@adamax_with_decay.reference
def _(np, x, a, b):
    return adamax(np, x, [a, b], decay=0.5)


@case(
    ADAMAX,
    name="maximize",
    dtypes=("float32", "float64"),
    condition=8,
    limits=SETS_GRADIENT,
)
def adamax_upwards(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    x = x.clone().requires_grad_()
    optimizer = torch.optim.Adamax([x], lr=0.5, betas=(0.75, 0.5), maximize=True)
    return three_steps(torch, optimizer, x, [a, b])


@adamax_upwards.reference
def _(np, x, a, b):
    return adamax(np, x, [-a, -b])


@case(
    ADAMAX,
    name="for-each",
    dtypes=FLOATING,
    condition=8,
    limits=SETS_GRADIENT,
)
def adamax_for_each(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    x = x.clone().requires_grad_()
    optimizer = torch.optim.Adamax([x], lr=0.5, betas=(0.75, 0.5), foreach=True)
    return three_steps(torch, optimizer, x, [a, b])


@adamax_for_each.reference
def _(np, x, a, b):
    return adamax(np, x, [a, b])


@case(
    ADAMAX,
    name="state",
    dtypes=("float32", "float64"),
    condition=8,
    limits=SETS_GRADIENT,
)
def adamax_goes_on(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    x = x.clone().requires_grad_()
    first = torch.optim.Adamax([x], lr=0.5, betas=(0.75, 0.5))
    three_steps(torch, first, x, [a])
    second = torch.optim.Adamax([x], lr=9.0)
    second.load_state_dict(first.state_dict())
    return three_steps(torch, second, x, [b])


@adamax_goes_on.reference
def _(np, x, a, b):
    return adamax(np, x, [a, b])


def sign(x):
    """Return the sign as torch.sign does: NaN has none, and counts as zero."""
    return (x > 0) * 1.0 - (x < 0)


def rprop(np, x, gradients, rate=0.25, etas=(0.5, 1.5), bounds=(0.125, 0.5)):
    """Riedmiller and Braun, RPROP, 1993; where the sign turns, the gradient counts as zero."""
    sizes, before = np.full_like(x, rate), np.zeros_like(x)
    for gradient in gradients:
        turned = sign(gradient * before)
        factor = np.where(turned > 0, etas[1], np.where(turned < 0, etas[0], 1.0))
        sizes = np.clip(sizes * factor, *bounds)
        gradient = np.where(turned < 0, 0, gradient)
        x = x - sign(gradient) * sizes
        before = gradient
    return x


@case(RPROP, dtypes=FLOATING, limits=SETS_GRADIENT)
def rprop_steps(torch, x=tensor(4, 4), a=tensor(4, 4), b=tensor(4, 4), c=tensor(4, 4)):
    x = x.clone().requires_grad_()
    optimizer = torch.optim.Rprop([x], lr=0.25, etas=(0.5, 1.5), step_sizes=(0.125, 0.5))
    return three_steps(torch, optimizer, x, [a, b, c])


@rprop_steps.reference
def _(np, x, a, b, c):
    return rprop(np, x, [a, b, c])


@case(
    RPROP,
    name="maximize",
    dtypes=("float32", "float64"),
    limits=SETS_GRADIENT,
)
def rprop_upwards(torch, x=tensor(4, 4), a=tensor(4, 4), b=tensor(4, 4)):
    x = x.clone().requires_grad_()
    optimizer = torch.optim.Rprop([x], lr=0.25, etas=(0.5, 1.5), step_sizes=(0.125, 0.5), maximize=True)
    return three_steps(torch, optimizer, x, [a, b])


@rprop_upwards.reference
def _(np, x, a, b):
    return rprop(np, x, [-a, -b])


@case(RPROP, name="for-each", dtypes=FLOATING, limits=SETS_GRADIENT)
def rprop_for_each(torch, x=tensor(4, 4), a=tensor(4, 4), b=tensor(4, 4)):
    x = x.clone().requires_grad_()
    optimizer = torch.optim.Rprop([x], lr=0.25, etas=(0.5, 1.5), step_sizes=(0.125, 0.5), foreach=True)
    return three_steps(torch, optimizer, x, [a, b])


@rprop_for_each.reference
def _(np, x, a, b):
    return rprop(np, x, [a, b])


@case(
    LBFGS,
    dtypes=("float32", "float64"),
    condition=64,
    limits=NOT_EMPTY
    | LINKED_SIZES
    | {
        InputKind.SPECIAL: "a line search needs finite values",
        InputKind.SCALED: "its steps leave the range of the dtype",
    }
    | DIFFERENTIATES,
)
def lbfgs(torch, x=tensor(4), goal=tensor(4)):
    scale = torch.tensor([1.0, 2.0, 4.0, 8.0], dtype=x.dtype, device=x.device)
    x = x.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([x], max_iter=50, tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = (scale * (x - goal) ** 2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return x


@lbfgs.reference
def _(np, goal):
    return goal  # the one minimum of a quadratic


@case(
    LBFGS,
    name="first-step",
    dtypes=FLOATING,
    condition=8,
    limits=NOT_EMPTY | DIFFERENTIATES,
)
def lbfgs_first_step(torch, x=tensor(4)):
    x = x.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([x], lr=0.5, max_iter=1)

    def loss():
        optimizer.zero_grad()
        value = (x**2).sum() / 2
        value.backward()
        return value

    optimizer.step(loss)
    return x


@lbfgs_first_step.reference
def _(np, x):
    gradient = 2 * x / 2
    if np.max(np.abs(gradient), initial=0) <= 1e-7:  # the default of `tolerance_grad`
        return x
    # Down the gradient, no further than one over its 1-norm.
    return x - min(1.0, 1 / np.sum(np.abs(gradient))) * 0.5 * gradient


@case(LBFGS, name="one-group")
def lbfgs_takes_one_group(torch):
    x, y = torch.zeros(2, requires_grad=True), torch.zeros(2, requires_grad=True)
    try:
        torch.optim.LBFGS([{"params": [x]}, {"params": [y]}])
    except ValueError as error:
        return str(error)


@lbfgs_takes_one_group.promise
def _(said):
    return "per-parameter options" in said


@case("torch.optim.lr_scheduler.ExponentialLR")
def exponential_rate(torch):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2.0)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    rates = []
    for _ in range(4):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates, schedule.get_last_lr()


@exponential_rate.promise
def _(result):
    return result == [[2.0, 1.0, 0.5, 0.25], [0.125]]


@case("torch.optim.lr_scheduler.ExponentialLR", name="groups")
def exponential_rates(torch):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": rate} for rate in (1.0, 8.0)]
    optimizer = torch.optim.SGD(groups, lr=4.0)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.25)
    optimizer.step()
    schedule.step()
    return [group["lr"] for group in optimizer.param_groups]


@exponential_rates.promise
def _(rates):
    return rates == [0.25, 2.0]


@case("torch.optim.lr_scheduler.ExponentialLR", name="state")
def exponential_rate_goes_on(torch):
    def make():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2.0)
        return optimizer, torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)

    (first, schedule), (second, again) = make(), make()
    first.step()
    schedule.step()
    second.load_state_dict(first.state_dict())
    again.load_state_dict(schedule.state_dict())
    second.step()
    again.step()
    return again.last_epoch, second.param_groups[0]["lr"]


@exponential_rate_goes_on.promise
def _(result):
    return result == [2, 0.5]


@case(
    "torch.optim.lr_scheduler.ExponentialLR",
    name="moves-less",
    dtypes=("float32", "float64"),
    limits=SETS_GRADIENT,
)
def exponential_rate_in_steps(torch, x=tensor(4)):
    x = x.clone().requires_grad_()
    optimizer = torch.optim.SGD([x], lr=1.0)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    for _ in range(3):
        x.grad = torch.ones_like(x)
        optimizer.step()
        schedule.step()
    return x


@exponential_rate_in_steps.reference
def _(np, x):
    return x - 1.75


@case("torch.optim.Optimizer.zero_grad", dtypes=FLOATING)
def zero_grad(torch, x=tensor(2, 3), y=tensor(4)):
    x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
    optimizer = torch.optim.SGD([{"params": [x]}, {"params": [y]}], lr=1.0)
    (x.sum() + y.sum()).backward()
    there = x.grad is not None and y.grad is not None
    optimizer.zero_grad()
    return there, x.grad, y.grad


@zero_grad.promise
def _(result):
    return result == [True, None, None]


@case(
    "torch.optim.Optimizer.zero_grad",
    name="to-zero",
    dtypes=FLOATING,
    limits=SETS_GRADIENT,
)
def zero_grad_to_zero(torch, x=tensor(2, 3)):
    x = x.clone().requires_grad_()
    optimizer = torch.optim.Adam([x])
    (x * x).sum().backward()
    kept = x.grad
    optimizer.zero_grad(set_to_none=False)
    return kept, x.grad


@zero_grad_to_zero.reference
def _(np, x):
    return [np.zeros(x.shape), np.zeros(x.shape)]
