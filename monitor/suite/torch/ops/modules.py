"""torch.nn.Module: its attributes, hooks and modes, and changes of a module's weights."""

from monitor.suite.declare import EAGER, FLOATING, GRADIENT, case, tensor
from monitor.suite.equality import same_values
from monitor.suite.limits import DIFFERENTIATES, FIXED_RANK, HOOKED

EAGERLY = (EAGER, GRADIENT)


@case("torch.nn.Module")
def module(torch):
    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor([2.0, 3.0]))
            self.register_buffer("steps", torch.tensor(1))
            self.inner = torch.nn.Linear(2, 2, bias=False)

        def forward(self, x, power=1):
            return (x * self.scale) ** power

    scaled = Scaled()
    return (
        scaled(torch.ones(2), power=2).tolist(),
        [name for name, _ in scaled.named_parameters()],
        [name for name, _ in scaled.named_buffers()],
        [(name, type(child).__name__) for name, child in scaled.named_modules()],
        scaled.training,
        hasattr(scaled, "missing"),
    )


@module.promise
def _(result):
    return result == [
        [4.0, 9.0],
        ["scale", "inner.weight"],
        ["steps"],
        [["", "Scaled"], ["inner", "Linear"]],
        True,
        False,
    ]


@case("torch.nn.Module", name="hooked", dtypes=FLOATING, modes=EAGERLY, limits=HOOKED)
def module_hooked(torch, x=tensor(2, 3)):
    layer = torch.nn.ReLU()
    before = layer.register_forward_pre_hook(lambda _, arguments: (arguments[0] - 0.5,))
    layer.register_forward_hook(lambda _, arguments, output: output + arguments[0])
    first = layer(x)
    before.remove()
    return first, layer(x)


@module_hooked.reference
def _(np, x):
    return [np.maximum(y, 0) + y for y in (x - 0.5, x)]


@case("torch.nn.Module", name="backward-hook", dtypes=FLOATING, limits=DIFFERENTIATES | FIXED_RANK)
def module_with_backward_hook(torch, x=tensor(2, 3)):
    x = x.clone().requires_grad_()
    layer = torch.nn.Identity()
    layer.register_full_backward_hook(lambda _, inner, outer: (outer[0] * 3,))
    return torch.autograd.grad((layer(x * 1) ** 2).sum(), x)


@module_with_backward_hook.reference
def _(np, x):
    return [6 * x]


@case("torch.nn.Module.train")
def module_train(torch):
    model = torch.nn.Sequential(torch.nn.Dropout(), torch.nn.Sequential(torch.nn.BatchNorm1d(2)))
    returned = model.train(False)
    first = [layer.training for layer in model.modules()]
    return returned is model, first, [layer.training for layer in model.train().modules()]


@module_train.promise
def _(result):
    return result == [True, [False] * 4, [True] * 4]


@case("torch.nn.Module.eval", dtypes=FLOATING, limits=FIXED_RANK)
def module_eval(torch, x=tensor(3, 4)):
    model = torch.nn.Sequential(torch.nn.Dropout(0.9), torch.nn.Dropout1d(0.9)).eval()
    return model(x), [layer.training for layer in model.modules()]


@module_eval.promise
def _(result, x):
    y, modes = result
    return same_values(y, x) and modes == [False] * 3
