"""Arguments of optimizers and schedules that no other case passes."""

from functools import partial

from monitor.suite.declare import EAGER, fact, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, SETS_GRADIENT
from monitor.suite.torch.ops.optimizers import SCHEDULER, adam, descend, near, steps

argument = partial(formula, dtypes=("float32",), modes=(EAGER,), condition=16, limits=ARGUMENT_ONLY | SETS_GRADIENT)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def differentiated(torch, kind, x, gradient, **options):
    """Return a weight after a step, and the derivatives of its sum by the weight before and by its gradient."""
    x, gradient = x.clone().requires_grad_(), gradient.clone().requires_grad_()
    weight = x.clone()
    weight.grad = gradient
    getattr(torch.optim, kind)([weight], **options).step()
    return weight.detach(), *torch.autograd.grad(weight.sum(), [x, gradient])


def ratio(np, x, gradient, scale=1.0):
    """Return a weight after a step of a half times g / (scale |g| + 1/8), and its two derivatives."""
    size = scale * np.abs(gradient) + 0.125
    return [x - 0.5 * gradient / size, np.ones_like(x), -0.5 * 0.125 / size**2]


def rmsprop(np, x, gradients, *, decay=0.0, centered=False):
    """Tieleman and Hinton, 2012; centered as in Graves, 2013."""
    square, mean = 0 * x, 0 * x
    for gradient in gradients:
        gradient = gradient + decay * x
        square = 0.75 * square + 0.25 * gradient**2
        mean = 0.75 * mean + 0.25 * gradient
        x = x - 0.5 * gradient / (np.sqrt(square - mean**2 if centered else square) + 0.125)
    return x


OPTIMIZERS = [
    argument(
        "torch.optim.Adam",
        lambda torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3): (
            steps(torch, "Adam", x, [a, b], lr=0.5, betas=(0.75, 0.5), eps=0.125, amsgrad=True),
            steps(torch, "Adam", x, [a, b], lr=0.5, betas=(0.75, 0.5), eps=0.125, fused=True),
            steps(
                torch,
                "Adam",
                x,
                [a, b],
                lr=0.5,
                betas=(0.75, 0.5),
                eps=0.125,
                weight_decay=0.25,
                decoupled_weight_decay=True,
            ),
        ),
        lambda np, x, a, b: [
            adam(np, x, [a, b], 0.5, amsgrad=True),
            adam(np, x, [a, b], 0.5),
            decoupled(np, x, [a, b]),
        ],
        name="forms",
    ),
    argument(
        "torch.optim.Adam",
        lambda torch, x=tensor(2, 3), a=tensor(2, 3): differentiated(
            torch, "Adam", x, a, lr=0.5, eps=0.125, differentiable=True
        ),
        lambda np, x, a: ratio(np, x, a),
        name="differentiated",
    ),
    argument(
        "torch.optim.SGD",
        lambda torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3): (
            steps(torch, "SGD", x, [-a, -b], lr=0.5, momentum=0.75, maximize=True),
            steps(torch, "SGD", x, [a, b], lr=0.5, momentum=0.75, foreach=True),
            steps(torch, "SGD", x, [a, b], lr=0.5, momentum=0.75, fused=True),
        ),
        lambda np, x, a, b: [descend(np, x, [a, b], 0.5, 0.75)] * 3,
        name="forms",
    ),
    argument(
        "torch.optim.SGD",
        lambda torch, x=tensor(2, 3), a=tensor(2, 3): differentiated(torch, "SGD", x, a, lr=0.5, differentiable=True),
        lambda np, x, a: [x - 0.5 * a, np.ones_like(x), np.full_like(a, -0.5)],
        name="differentiated",
    ),
    argument(
        "torch.optim.RMSprop",
        lambda torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3): (
            steps(torch, "RMSprop", x, [a, b], lr=0.5, alpha=0.75, eps=0.125, weight_decay=0.25),
            steps(torch, "RMSprop", x, [a, b], lr=0.5, alpha=0.75, eps=0.125, centered=True),
            steps(torch, "RMSprop", x, [-a, -b], lr=0.5, alpha=0.75, eps=0.125, maximize=True),
            steps(torch, "RMSprop", x, [a, b], lr=0.5, alpha=0.75, eps=0.125, foreach=True),
        ),
        lambda np, x, a, b: [
            rmsprop(np, x, [a, b], decay=0.25),
            rmsprop(np, x, [a, b], centered=True),
            *[rmsprop(np, x, [a, b])] * 2,
        ],
        name="forms",
    ),
    argument(
        "torch.optim.RMSprop",
        lambda torch, x=tensor(2, 3), a=tensor(2, 3): differentiated(
            torch, "RMSprop", x, a, lr=0.5, alpha=0.75, eps=0.125, differentiable=True
        ),
        lambda np, x, a: ratio(np, x, a, 0.5),
        name="differentiated",
    ),
]

SCHEDULES = [
    argument_fact(
        SCHEDULER + "LambdaLR",
        lambda torch: resumed(torch, "LambdaLR", 0.2, lambda epoch: 1 / (epoch + 1), last_epoch=3),
        lambda rates: near(rates, [1 / 5, 1 / 6, 5]),
        name="resumed",
    ),
    argument_fact(
        SCHEDULER + "StepLR",
        lambda torch: resumed(torch, "StepLR", 0.5, 2, gamma=0.5, last_epoch=2),
        lambda rates: near(rates, [0.5, 0.25, 4]),
        name="resumed",
    ),
    argument_fact(
        SCHEDULER + "CosineAnnealingLR",
        lambda torch: resumed(torch, "CosineAnnealingLR", 0.5 - 0.5**1.5, 4, last_epoch=2),
        lambda rates: near(rates, [0.5 - 0.5**1.5, 0, 4]),
        name="resumed",
    ),
    argument_fact(
        SCHEDULER + "LinearLR",
        lambda torch: resumed(torch, "LinearLR", 0.5, start_factor=0.25, end_factor=0.75, total_iters=4, last_epoch=1),
        lambda rates: near(rates, [0.5, 0.625, 3]),
        name="resumed",
    ),
    argument_fact(
        SCHEDULER + "ReduceLROnPlateau",
        lambda torch: [
            reduced(torch, [1, 2, 2, 3, 3], mode="max"),
            reduced(torch, [4, 3.5, 2.5, 2, 1], threshold=0.75, threshold_mode="abs"),
            reduced(torch, [1, 1, 1, 1, 1], cooldown=1),
            reduced(torch, [1, 1, 1, 1, 1], min_lr=0.25),
            reduced(torch, [1, 1, 1, 1, 1], eps=0.25),
        ],
        lambda rates: (
            rates
            == [
                [1, 1, 0.5, 0.5, 0.25],
                [1, 0.5, 0.5, 0.25, 0.25],
                [1, 0.5, 0.5, 0.25, 0.25],
                [1, 0.5, 0.25, 0.25, 0.25],
                [1, 0.5, 0.5, 0.5, 0.5],
            ]
        ),
        name="options",
    ),
]


def decoupled(np, x, gradients):
    """Loshchilov and Hutter, 2019, algorithm 2: the decay multiplies the weight, and is no part of the gradient."""
    mean, square = 0 * x, 0 * x
    for step, gradient in enumerate(gradients, start=1):
        x = x - 0.5 * 0.25 * x
        mean, square = 0.75 * mean + 0.25 * gradient, 0.5 * square + 0.5 * gradient**2
        x = x - 0.5 * mean / (1 - 0.75**step) / (np.sqrt(square / (1 - 0.5**step)) + 0.125)
    return x


def resumed(torch, name, rate, *arguments, **options):
    """Return the rate of a schedule that goes on after `last_epoch`, the next one, and its epoch.

    The optimizer has the rate of the next epoch. That of epoch 0 was one.
    """
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([{"params": [weight], "initial_lr": 1.0}], lr=rate)
    schedule = getattr(torch.optim.lr_scheduler, name)(optimizer, *arguments, **options)
    first = optimizer.param_groups[0]["lr"]
    optimizer.step()
    schedule.step()
    return first, optimizer.param_groups[0]["lr"], schedule.last_epoch


def reduced(torch, losses, **options):
    """Return the rate after each loss, halved after each loss that is no better than the best one."""
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    options = {"factor": 0.5, "patience": 0, "threshold": 0.0} | options
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    found = []
    for loss in losses:
        schedule.step(loss)
        found.append(optimizer.param_groups[0]["lr"])
    return found
