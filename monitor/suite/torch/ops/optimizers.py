"""Optimizers and schedules: some steps, compared with the published rule; and limits of gradients."""

from monitor.model import InputKind
from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import FIXED_SHAPES, SETS_GRADIENT, Limits

ADAM, SGD, RMSPROP = "torch.optim.Adam", "torch.optim.SGD", "torch.optim.RMSprop"
SCHEDULER = "torch.optim.lr_scheduler."
CLIP = "torch.nn.utils.clip_grad_norm_"
# A square of a gradient, or a ratio of two moments, leaves the range before the step does.
SQUARES: Limits = dict.fromkeys((InputKind.SPECIAL, InputKind.SCALED), "its steps leave the range of the dtype")
DOUBLE = ("float32", "float64")


def steps(torch, kind, x, gradients, **options):
    """Return a weight after a step for each gradient."""
    x = x.clone().requires_grad_()
    optimizer = getattr(torch.optim, kind)([x], **options)
    for gradient in gradients:
        x.grad = gradient.clone()
        optimizer.step()
    return x


def adam(np, x, gradients, rate, beta1=0.75, beta2=0.5, epsilon=0.125, decay=0.0, amsgrad=False):
    """Kingma and Ba, Adam, 2015, algorithm 1; with `amsgrad` Reddi et al., 2018."""
    mean, square, largest = (np.zeros_like(x) for _ in range(3))
    for step, gradient in enumerate(gradients, start=1):
        gradient = gradient + decay * x
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        largest = np.maximum(largest, square) if amsgrad else square
        x = x - rate * mean / (1 - beta1**step) / (np.sqrt(largest / (1 - beta2**step)) + epsilon)
    return x


@case(ADAM, dtypes=FLOATING, condition=16, limits=SETS_GRADIENT | SQUARES)
def adam_steps(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3), c=tensor(2, 3)):
    return steps(torch, "Adam", x, [a, b, c], lr=0.5, betas=(0.75, 0.5), eps=0.125)


@adam_steps.reference
def _(np, x, a, b, c):
    return adam(np, x, [a, b, c], 0.5)


@case(ADAM, name="decay", dtypes=FLOATING, condition=16, limits=SETS_GRADIENT | SQUARES)
def adam_with_decay(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    options = {"lr": 0.5, "betas": (0.75, 0.5), "eps": 0.125}
    upwards = steps(torch, "Adam", x, [-a, -b], maximize=True, **options)
    return steps(torch, "Adam", x, [a, b], weight_decay=0.5, **options), upwards


@adam_with_decay.reference
def _(np, x, a, b):
    return [adam(np, x, [a, b], 0.5, decay=0.5), adam(np, x, [a, b], 0.5)]


@case(ADAM, name="amsgrad", dtypes=DOUBLE, condition=16, limits=SETS_GRADIENT | SQUARES)
def adam_amsgrad(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3), c=tensor(2, 3)):
    options = {"lr": 0.5, "betas": (0.75, 0.5), "eps": 0.125, "amsgrad": True}
    return [steps(torch, "Adam", x, [a, b, c], foreach=foreach, **options) for foreach in (False, True)]


@adam_amsgrad.reference
def _(np, x, a, b, c):
    return [adam(np, x, [a, b, c], 0.5, amsgrad=True)] * 2


def descend(np, x, gradients, rate, momentum=0.0, dampening=0.0, decay=0.0, nesterov=False):
    """Return stochastic gradient descent as documented: the first velocity is the gradient itself."""
    velocity = None
    for gradient in gradients:
        gradient = gradient + decay * x if decay else gradient
        velocity = gradient if velocity is None else momentum * velocity + (1 - dampening) * gradient
        x = x - rate * (gradient + momentum * velocity if nesterov else velocity)
    return x


@case(SGD, dtypes=FLOATING, condition=4, limits=SETS_GRADIENT)
def sgd(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    return steps(torch, "SGD", x, [a, b], lr=0.5)


@sgd.reference
def _(np, x, a, b):
    return x - 0.5 * a - 0.5 * b


@case(SGD, name="momentum", dtypes=FLOATING, condition=8, limits=SETS_GRADIENT)
def sgd_with_momentum(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3), c=tensor(2, 3)):
    damped = steps(torch, "SGD", x, [a, b, c], lr=0.5, momentum=0.75, dampening=0.5)
    return damped, steps(torch, "SGD", x, [a, b, c], lr=0.5, momentum=0.75, nesterov=True, weight_decay=0.25)


@sgd_with_momentum.reference
def _(np, x, a, b, c):
    damped = descend(np, x, [a, b, c], 0.5, 0.75, 0.5)
    return [damped, descend(np, x, [a, b, c], 0.5, 0.75, decay=0.25, nesterov=True)]


@case(RMSPROP, dtypes=FLOATING, condition=16, limits=SETS_GRADIENT | SQUARES)
def rmsprop(torch, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    options = {"lr": 0.5, "alpha": 0.75, "eps": 0.125}
    return steps(torch, "RMSprop", x, [a, b], **options), steps(torch, "RMSprop", x, [a, b], momentum=0.5, **options)


@rmsprop.reference
def _(np, x, a, b):
    found = []
    for momentum in (0, 0.5):  # Tieleman and Hinton, 2012
        y, square, velocity = x, 0 * x, 0 * x
        for gradient in (a, b):
            square = 0.75 * square + 0.25 * gradient**2
            velocity = momentum * velocity + gradient / (np.sqrt(square) + 0.125)
            y = y - 0.5 * velocity
        found.append(y)
    return found


@case(CLIP, dtypes=FLOATING, condition=8, limits=SETS_GRADIENT | SQUARES)
def clip_grad_norm(torch, x=tensor(2, 3), y=tensor(5)):
    weights = [x.clone().requires_grad_(), y.clone().requires_grad_()]
    for weight, gradient in zip(weights, (x, y), strict=True):
        weight.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(weights, max_norm=0.5)
    return norm, *(weight.grad for weight in weights)


@clip_grad_norm.reference
def _(np, x, y):
    norm = np.sqrt(np.sum(x**2) + np.sum(y**2))
    factor = np.minimum(1, 0.5 / (norm + 1e-6))
    return [norm, x * factor, y * factor]


@case(CLIP, name="norms")
def clip_grad_norms(torch):
    found = []
    for options in ({"norm_type": float("inf")}, {"norm_type": 1.0}, {"max_norm": 100.0}):
        weight = torch.ones(3, requires_grad=True)
        weight.grad = torch.tensor([3.0, -4.0, 0.0])
        norm = torch.nn.utils.clip_grad_norm_(weight, **({"max_norm": 1.0} | options))
        found.append((float(norm), [round(value, 4) for value in weight.grad.tolist()]))
    weight.grad = torch.full((3,), float("nan"))
    try:
        torch.nn.utils.clip_grad_norm_(weight, 1.0, error_if_nonfinite=True)
    except RuntimeError:
        return found, float(torch.nn.utils.clip_grad_norm_([], 1.0))


@clip_grad_norms.promise
def _(result):
    clipped = [[4.0, [0.75, -1.0, 0.0]], [7.0, [0.4286, -0.5714, 0.0]], [5.0, [3.0, -4.0, 0.0]]]
    return result == [clipped, 0.0]


@case("torch.nn.utils.clip_grad_value_", dtypes=FLOATING, limits=SETS_GRADIENT)
def clip_grad_value(torch, x=tensor(2, 3)):
    weight = torch.zeros_like(x).requires_grad_()
    weight.grad = x.clone()
    torch.nn.utils.clip_grad_value_([weight], 0.5)
    return weight.grad


@clip_grad_value.reference
def _(np, x):
    return np.minimum(np.maximum(x, -0.5), 0.5)


def rates(torch, name, count, *arguments, **options):
    """Return the rate before each step of a schedule that begins with one."""
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    schedule = getattr(torch.optim.lr_scheduler, name)(optimizer, *arguments, **options)
    found = []
    for _ in range(count):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found, schedule.get_last_lr()[0]


def near(found, expected):
    return all(abs(a - b) < 1e-9 for a, b in zip(found, expected, strict=True))


@case(SCHEDULER + "LambdaLR")
def lambda_lr(torch):
    return rates(torch, "LambdaLR", 4, lambda epoch: 1 / (epoch + 1))


@lambda_lr.promise
def _(result):
    return near([*result[0], result[1]], [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])


@case(SCHEDULER + "CosineAnnealingLR")
def cosine_annealing_lr(torch):
    return rates(torch, "CosineAnnealingLR", 5, 4, eta_min=0.5)


@cosine_annealing_lr.promise
def _(result):
    import math

    return near(result[0], [0.5 + 0.25 * (1 + math.cos(math.pi * step / 4)) for step in range(5)])


@case(SCHEDULER + "LinearLR")
def linear_lr(torch):
    return rates(torch, "LinearLR", 5, start_factor=0.5, total_iters=4)


@linear_lr.promise
def _(result):
    return near([*result[0], result[1]], [0.5, 0.625, 0.75, 0.875, 1, 1])


@case(SCHEDULER + "StepLR")
def step_lr(torch):
    return rates(torch, "StepLR", 5, 2, gamma=0.5)


@step_lr.promise
def _(result):
    return near(result[0], [1, 1, 0.5, 0.5, 0.25])


@case(SCHEDULER + "ReduceLROnPlateau")
def reduce_lr_on_plateau(torch):
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, threshold=0.0)
    found = []
    for loss in (3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0):
        schedule.step(loss)
        found.append(optimizer.param_groups[0]["lr"])
    return found


@reduce_lr_on_plateau.promise
def _(found):
    return found == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25]


@case(ADAM, name="state", dtypes=DOUBLE, condition=16, limits=SETS_GRADIENT | FIXED_SHAPES | SQUARES)
def adam_state(torch, x=tensor(3), a=tensor(3), b=tensor(3)):
    options = {"lr": 0.5, "betas": (0.75, 0.5), "eps": 0.125}
    weight = x.clone().requires_grad_()
    first = torch.optim.Adam([weight], **options)
    weight.grad = a.clone()
    first.step()
    second = torch.optim.Adam([weight])
    second.load_state_dict(first.state_dict())
    weight.grad = b.clone()
    second.step()
    return weight


@adam_state.reference
def _(np, x, a, b):
    return adam(np, x, [a, b], 0.5)


# The documented polynomial is applied in bfloat16, whose tolerance is 12,300 times that of float32.
@case("torch.optim.Muon", dtypes=("float32",), condition=12_300, limits=SETS_GRADIENT | FIXED_SHAPES | SQUARES)
def muon(torch, x=tensor(4, 3), a=tensor(4, 3)):
    return steps(torch, "Muon", x, [a], lr=0.5, momentum=0.75, weight_decay=0.25)


@muon.reference
def _(np, x, a):
    """Jordan, Muon, 2024: five steps of a polynomial move every singular value of the gradient to about one."""
    left, values, right = np.linalg.svd(a, full_matrices=False)
    values = values / np.linalg.norm(values)
    for _ in range(5):
        values = 3.4445 * values - 4.775 * values**3 + 2.0315 * values**5
    return x * (1 - 0.5 * 0.25) - 0.5 * (4 / 3) ** 0.5 * (left * values) @ right
