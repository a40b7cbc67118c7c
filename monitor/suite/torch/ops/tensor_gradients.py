"""Methods of a tensor that control its gradient."""

from monitor.suite.declare import FLOATING, case, fact, tensor
from monitor.suite.equality import same_values
from monitor.suite.limits import DIFFERENTIATES, HOOKED

DOUBLE = ("float32", "float64")


@case("torch.Tensor.backward", dtypes=FLOATING, condition=2, limits=DIFFERENTIATES)
def backward(torch, x=tensor(3, 5), y=tensor(5), weights=tensor(3, 5)):
    x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
    (x * y).backward(weights)
    return x.grad, y.grad


@backward.reference
def _(np, x, y, weights):
    return [weights * np.broadcast_to(y, x.shape), (weights * x).sum(axis=tuple(range(x.ndim - 1)))]


@case("torch.Tensor.backward", name="accumulated", dtypes=FLOATING, condition=2, limits=DIFFERENTIATES)
def backward_accumulated(torch, x=tensor(3, 5)):
    x = x.clone().requires_grad_()
    total = x.square().sum()
    total.backward(retain_graph=True)
    total.backward()
    return x.grad


@backward_accumulated.reference
def _(np, x):
    return 4 * x


@case("torch.Tensor.requires_grad_", dtypes=FLOATING)
def requires_grad(torch, x=tensor(3, 5)):
    y = x.clone()
    same = y.requires_grad_() is y
    flags = y.requires_grad, (y * 2).requires_grad, (y * 2).grad_fn is not None
    return same, flags, y.requires_grad_(False).requires_grad, y


@requires_grad.promise
def _(result, x):
    *facts, y = result
    return facts == [True, [True, True, True], False] and same_values(y, x)


@case("torch.Tensor.requires_grad_", name="refused", dtypes=("int64", "bool"))
def requires_grad_refused(torch, x=tensor(3)):
    try:
        x.clone().requires_grad_()
    except RuntimeError:
        return True
    return False


@requires_grad_refused.promise
def _(result):
    return result is True


@case("torch.Tensor.detach", dtypes=FLOATING)
def detach(torch, x=tensor(3, 5)):
    x = x.clone().requires_grad_()
    y = (-x).detach()
    shares = x.detach().data_ptr() == x.data_ptr()
    return y.requires_grad, y.grad_fn is None, shares, x.requires_grad, y


@detach.promise
def _(result, x):
    *facts, y = result
    return facts == [False, True, True, True] and same_values(y, -x)


@case("torch.Tensor.detach", name="gradient", dtypes=DOUBLE, condition=2, limits=DIFFERENTIATES)
def detach_gradient(torch, x=tensor(3, 5)):
    x = x.clone().requires_grad_()
    return torch.autograd.grad((x * x.detach()).sum(), x)


@detach_gradient.reference
def _(np, x):
    return x


@case("torch.Tensor.detach_", dtypes=FLOATING)
def detach_in_place(torch, x=tensor(3, 5)):
    y = -x.clone().requires_grad_()
    return y.requires_grad, y.detach_() is y, y.requires_grad, y.is_leaf, y


@detach_in_place.promise
def _(result, x):
    *facts, y = result
    return facts == [True, True, False, True] and same_values(y, -x)


@case("torch.Tensor.register_hook", dtypes=FLOATING, condition=2, limits=HOOKED)
def register_hook(torch, x=tensor(3, 5)):
    x = x.clone().requires_grad_()
    y = x * 2
    y.register_hook(lambda gradient: gradient * 3)
    removed = y.register_hook(lambda gradient: gradient * 5)
    removed.remove()
    return torch.autograd.grad((y * y).sum(), x)


@register_hook.reference
def _(np, x):
    return 24 * x


@case("torch.Tensor.register_post_accumulate_grad_hook", dtypes=DOUBLE, condition=2, limits=HOOKED)
def register_post_accumulate_grad_hook(torch, x=tensor(3, 5)):
    x = x.clone().requires_grad_()
    seen = []
    x.register_post_accumulate_grad_hook(lambda leaf: seen.append(leaf.grad * 3))
    x.square().sum().backward()
    return seen


@register_post_accumulate_grad_hook.reference
def _(np, x):
    return [6 * x]


def inference_flags(torch, x):
    with torch.inference_mode():
        y = x * 2
    return y.is_inference(), y.clone().is_inference(), (x * 2).is_inference()


FLAGS = [
    fact(
        "torch.Tensor.is_inference",
        lambda torch, x=tensor(3): inference_flags(torch, x),
        lambda result: result == [True, False, False],
        dtypes=("float32", "int64"),
    ),
]
