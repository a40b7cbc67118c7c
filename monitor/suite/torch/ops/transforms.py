"""Function transforms of torch.func, and changes of a module's weights."""

from monitor.model import InputKind
from monitor.suite.declare import EAGER, FLOATING, GRADIENT, built, case, tensor
from monitor.suite.limits import (
    COMPILES,
    DIFFERENTIATES,
    FIXED_RANK,
    FIXED_SHAPES,
    JUMP,
    LINKED_SIZES,
    NOT_EMPTY,
    PARAMETERS,
    Limits,
)

EAGERLY = (EAGER, GRADIENT)
SIZED = NOT_EMPTY | FIXED_RANK
SAME_LAYOUT: Limits = {InputKind.STRIDED: "the body of a loop returns tensors with the layout of its inputs"}
VMAP, NORM = "torch.vmap", "torch.nn.utils.parametrizations.weight_norm"


@case(VMAP, dtypes=FLOATING, modes=EAGERLY, condition=4, limits=SIZED | LINKED_SIZES)
def vmap(torch, x=tensor(4, 3), w=tensor(3)):
    return torch.vmap(lambda row, w: torch.dot(row, w), in_dims=(0, None))(x, w)


@vmap.reference
def _(np, x, w):
    return np.sum(x * w, axis=-1)


@case(VMAP, name="dimensions", dtypes=FLOATING, modes=EAGERLY, condition=4, limits=SIZED)
def vmap_dimensions(torch, x=tensor(4, 3), y=tensor(3, 4)):
    pair = torch.vmap(lambda a, b: (a - b, a.sum()), in_dims=(1, 0), out_dims=(1, 0))
    return torch.vmap(torch.vmap(lambda a: a * a))(x), *pair(x, y)


@vmap_dimensions.reference
def _(np, x, y):
    return [x * x, x - y.T, np.sum(x, axis=0)]


@case(VMAP, name="random")
def vmap_random(torch):
    x = torch.zeros(3, 100)
    found = []
    for randomness in ("different", "same"):
        rows = torch.vmap(lambda row: row + torch.rand(100), randomness=randomness)(x)
        found.append(bool((rows[0] == rows[1]).all()))
    try:
        torch.vmap(lambda row: row + torch.rand(100))(x)
    except RuntimeError:
        return found, "refused"


@vmap_random.promise
def _(result):
    return result == [[False, True], "refused"]


@case("torch.func.grad", dtypes=FLOATING, condition=4, limits=DIFFERENTIATES)
def func_grad(torch, x=tensor(2, 3), y=tensor(2, 3)):
    both = torch.func.grad(lambda x, y: (x * x * y).sum(), argnums=(0, 1))(x, y)
    return *both, torch.func.grad(torch.func.grad(lambda s: s**3))(x.sum() * 0 + 2)


@func_grad.reference
def _(np, x, y):
    return [2 * x * y, x * x, 12 + 0 * np.sum(x)]


@case("torch.func.jvp", dtypes=FLOATING, condition=4, limits=DIFFERENTIATES)
def func_jvp(torch, x=tensor(2, 3), v=tensor(2, 3)):
    return torch.func.jvp(lambda x: x * x * x, (x,), (v,))


@func_jvp.reference
def _(np, x, v):
    return [x * x * x, 3 * x * x * v]


@case("torch.func.functional_call", dtypes=FLOATING, modes=EAGERLY, condition=4, limits=SIZED | LINKED_SIZES)
def functional_call(
    torch,
    x=tensor(5, 3),
    weight=tensor(2, 3),
    layer=built(lambda torch: torch.nn.Linear(3, 2, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@functional_call.reference
def _(np, x, weight):
    return x @ weight.T


@case("torch.func.functional_call", name="state")
def functional_call_state(torch):
    layer = torch.nn.Linear(3, 2)
    before = layer.weight.clone()
    state = {"weight": torch.ones(2, 3), "bias": torch.zeros(2)}
    result = torch.func.functional_call(layer, state, torch.ones(1, 3))
    try:
        torch.func.functional_call(layer, {"weight": torch.ones(2, 3)}, torch.ones(1, 3), strict=True)
    except RuntimeError:
        return result.tolist(), bool((layer.weight == before).all()), "refused"


@functional_call_state.promise
def _(result):
    return result == [[[3.0, 3.0]], True, "refused"]


@case("torch.autograd.forward_ad.unpack_dual", dtypes=FLOATING, condition=4, limits=DIFFERENTIATES)
def unpack_dual(torch, x=tensor(2, 3), v=tensor(2, 3)):
    forward = torch.autograd.forward_ad
    with forward.dual_level():
        result = forward.unpack_dual(forward.make_dual(x, v) ** 2)
        return result.primal.clone(), result.tangent.clone()


@unpack_dual.reference
def _(np, x, v):
    return [x**2, 2 * x * v]


def weight_normed(np, v, g):
    """Salimans and Kingma, Weight Normalization, 2016: one norm for each row."""
    return g * v / np.sqrt(np.sum(v * v, axis=tuple(range(1, v.ndim)), keepdims=True))


@case(NORM, dtypes=("float32", "float64"), condition=8, limits=FIXED_SHAPES | PARAMETERS | JUMP)
def weight_norm(torch, x=tensor(4, 3), v=tensor(2, 3), g=tensor(2, 1)):
    layer = torch.nn.Linear(3, 2, bias=False, device=x.device, dtype=x.dtype)
    layer = torch.nn.utils.parametrizations.weight_norm(layer)
    first = {name: value.shape for name, value in layer.named_parameters()}
    layer.load_state_dict(dict(zip(first, (g, v), strict=True)))
    return layer(x), layer.weight


@weight_norm.reference
def _(np, x, v, g):
    weight = weight_normed(np, v, g)
    return [x @ weight.T, weight]


@case("torch.nn.utils.parametrize.remove_parametrizations")
def remove_parametrizations(torch):
    class Doubled(torch.nn.Module):
        def forward(self, x):
            return 2 * x

    parametrize, found = torch.nn.utils.parametrize, []
    for leave in (True, False):
        layer = torch.nn.Linear(2, 1, bias=False)
        torch.nn.init.ones_(layer.weight)
        parametrize.register_parametrization(layer, "weight", Doubled())
        during = layer.weight.tolist(), sorted(layer.state_dict())
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=leave)
        found.append((during, layer.weight.tolist(), sorted(layer.state_dict()), parametrize.is_parametrized(layer)))
    return found


@remove_parametrizations.promise
def _(found):
    during = [[[2.0, 2.0]], ["parametrizations.weight.original"]]
    return found == [[during, [[value] * 2], ["weight"], False] for value in (2.0, 1.0)]


@case("torch.nn.utils.remove_weight_norm")
def remove_weight_norm(torch):
    import warnings

    layer = torch.nn.Linear(2, 1, bias=False)
    layer.load_state_dict({"weight": torch.tensor([[3.0, 4.0]])})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # weight_norm is deprecated
        torch.nn.utils.weight_norm(layer)
    during = sorted(layer.state_dict()), layer.weight_g.tolist()
    torch.nn.utils.remove_weight_norm(layer)
    try:
        torch.nn.utils.remove_weight_norm(layer)
    except ValueError:
        return during, sorted(layer.state_dict()), layer.weight.tolist(), type(layer.weight).__name__


@remove_weight_norm.promise
def _(result):
    return result == [[["weight_g", "weight_v"], [[5.0]]], ["weight"], [[3.0, 4.0]], "Parameter"]


@case("torch.nn.parameter.UninitializedParameter")
def uninitialized_parameter(torch):
    weight = torch.nn.parameter.UninitializedParameter()
    try:
        weight.shape  # noqa: B018
    except RuntimeError:
        refused = True
    lazy = torch.nn.parameter.is_lazy(weight)
    weight.materialize((2, 3))
    return refused, lazy, tuple(weight.shape), type(weight).__name__, weight.requires_grad


@uninitialized_parameter.promise
def _(result):
    return result == [True, True, [2, 3], "Parameter", True]


@case("torch.nn.parameter.UninitializedBuffer")
def uninitialized_buffer(torch):
    value = torch.nn.parameter.UninitializedBuffer()
    value.materialize((4,), dtype=torch.float64)
    return tuple(value.shape), str(value.dtype), value.requires_grad


@uninitialized_buffer.promise
def _(result):
    return result == [[4], "torch.float64", False]


@case("torch.nn.UninitializedBuffer")
def uninitialized_buffer_of_module(torch):
    module = torch.nn.Module()
    module.register_buffer("late", torch.nn.UninitializedBuffer(requires_grad=False))
    lazy = torch.nn.parameter.is_lazy(module.late)
    module.late.materialize((3,))
    return lazy, tuple(module.late.shape), [name for name, _ in module.named_buffers()]


@uninitialized_buffer_of_module.promise
def _(result):
    return result == [True, [3], ["late"]]


@case("torch.testing.assert_close")
def assert_close(torch):
    close, errors = torch.testing.assert_close, []
    x = torch.tensor([1.0, 2.0])
    close(x, x + 1e-7), close([x, 3], [x, 3]), close(x, x + 0.1, rtol=0, atol=0.2)
    close(torch.tensor(float("nan")), torch.tensor(float("nan")), equal_nan=True)
    for actual, expected in ((x, x + 1e-3), (x, x.double()), (x, x[:1]), (torch.tensor(float("nan")),) * 2, (x, 3)):
        try:
            close(actual, expected)
        except (AssertionError, TypeError) as error:
            errors.append(type(error).__name__)
    return errors


@assert_close.promise
def _(errors):
    return errors[:4] == ["AssertionError"] * 4 and len(errors) == 5


@case("torch.while_loop", dtypes=("float32", "float64"), limits=COMPILES | NOT_EMPTY | SAME_LAYOUT)
def while_loop(torch, x=tensor(2, 3)):
    def body(step, x):
        return step + 1, x * 2

    return torch.while_loop(lambda step, x: step < 3, body, (torch.tensor(0, device=x.device), x))[1]


@while_loop.reference
def _(np, x):
    return 8 * x


@case("torch.utils.swap_tensors")
def swap_tensors(torch):
    a, b = torch.ones(2), torch.zeros(3)
    name = id(a)
    torch.utils.swap_tensors(a, b)
    return a.tolist(), b.tolist(), id(a) == name


@swap_tensors.promise
def _(result):
    return result == [[0.0] * 3, [1.0] * 2, True]


@case("torch.utils.flop_counter.FlopCounterMode")
def flop_counter_mode(torch):
    counter = torch.utils.flop_counter.FlopCounterMode(display=False)
    with counter:
        torch.ones(2, 3) @ torch.ones(3, 5)
        torch.nn.functional.conv2d(torch.ones(1, 2, 5, 5), torch.ones(4, 2, 3, 3))
    return counter.get_total_flops()


@flop_counter_mode.promise
def _(count):
    return count == 2 * 2 * 3 * 5 + 2 * 9 * 4 * 2 * 9
