"""Parameters, buffers, and containers of modules."""

from monitor.suite.declare import COMPLEX, DEVICE, DTYPE, EAGER, FLOATING, GRADIENT, case, tensor
from monitor.suite.limits import FIXED_SHAPES, PARAMETERS

PARAMETER = "torch.nn.Parameter"
EAGERLY = (EAGER, GRADIENT)


@case(PARAMETER, dtypes=FLOATING, limits=PARAMETERS)
def parameter(torch, x=tensor(2, 3)):
    weight = torch.nn.Parameter(x.clone())
    return weight, *torch.autograd.grad((weight**2).sum(), weight)


@parameter.reference
def _(np, x):
    return [x, 2 * x]


@case(PARAMETER, name="frozen", dtypes=(*FLOATING, *COMPLEX, "int64", "bool"), limits=PARAMETERS)
def parameter_frozen(torch, x=tensor(2, 3)):
    return torch.nn.Parameter(x, requires_grad=False)


@parameter_frozen.reference
def _(np, x):
    return x


@case(PARAMETER, name="registered")
def parameter_registered(torch):
    module = torch.nn.Module()
    module.weight = torch.nn.Parameter(torch.ones(2, 3))
    module.frozen = torch.nn.Parameter(torch.ones(4, dtype=torch.int64), requires_grad=False)
    module.plain = torch.ones(5)
    weight = module.weight
    found = {name: (value.requires_grad, value.is_leaf) for name, value in module.named_parameters()}
    kinds = [isinstance(weight, torch.nn.Parameter), isinstance(weight.data, torch.nn.Parameter)]
    return found, kinds, type(weight * 2).__name__, weight.data.data_ptr() == weight.data_ptr()


@parameter_registered.promise
def _(result):
    return result == [{"weight": [True, True], "frozen": [False, True]}, [True, False], "Tensor", True]


@case(PARAMETER, name="integer-refused", dtypes=("int32", "int64", "bool"))
def parameter_refuses(torch, dtype=DTYPE, device=DEVICE):
    try:
        torch.nn.Parameter(torch.ones(3, dtype=dtype, device=device))
    except RuntimeError as error:
        return "Only Tensors of floating point and complex dtype can require gradients" in str(error)


@parameter_refuses.promise
def _(refused):
    return refused is True


@case(PARAMETER, name="copied", dtypes=FLOATING)
def parameter_copied(torch, dtype=DTYPE, device=DEVICE):
    import copy

    weight = torch.nn.Parameter(torch.arange(3, dtype=dtype, device=device))
    copies = copy.deepcopy(weight), copy.deepcopy([weight])[0]
    with torch.no_grad():
        weight.zero_()
    return [(type(one).__name__, one.requires_grad, one.tolist()) for one in copies], weight.tolist()


@parameter_copied.promise
def _(result):
    return result == [[["Parameter", True, [0.0, 1.0, 2.0]]] * 2, [0.0] * 3]


@case("torch.nn.parameter.Parameter", dtypes=FLOATING, limits=PARAMETERS)
def parameter_by_its_module(torch, x=tensor(2, 3)):
    module = torch.nn.Linear(2, 3, device=x.device, dtype=x.dtype)
    module.weight = torch.nn.parameter.Parameter(x.T.clone())
    return module.weight, *torch.autograd.grad((module.weight**2).sum(), module.weight)


@parameter_by_its_module.reference
def _(np, x):
    return [x.T, 2 * x.T]


@case("torch.nn.Buffer")
def buffer(torch):
    module = torch.nn.Module()
    module.kept = torch.nn.Buffer(torch.ones(2))
    module.dropped = torch.nn.Buffer(torch.ones(3, dtype=torch.int64), persistent=False)
    module.none = torch.nn.Buffer(None)
    return (
        {name: value.requires_grad for name, value in module.named_buffers()},
        sorted(module.state_dict()),
        isinstance(module.kept, torch.nn.Buffer),
    )


@buffer.promise
def _(result):
    names, saved, is_buffer = result
    return {"kept", "dropped"} <= {*names} and not any(names.values()) and "dropped" not in saved and is_buffer


@case("torch.nn.Buffer", name="moved", dtypes=FLOATING, limits=FIXED_SHAPES)
def buffer_moved(torch, x=tensor(2, 3), dtype=DTYPE, device=DEVICE):
    module = torch.nn.Module()
    module.scale = torch.nn.Buffer(torch.full((3,), 0.5))
    module.steps = torch.nn.Buffer(torch.tensor(7))
    module.to(device, dtype)
    return x * module.scale, str(module.steps.dtype)


@buffer_moved.promise
def _(result, x):
    import numpy as np

    return bool(np.array_equal(result[0], x / 2, equal_nan=True)) and result[1] == "torch.int64"


@case("torch.nn.Identity", dtypes=(*FLOATING, *COMPLEX), modes=EAGERLY)
def identity(torch, x=tensor(2, 3)):
    return torch.nn.Identity()(x)


@identity.reference
def _(np, x):
    return x


@case("torch.nn.Identity", name="ignores-arguments")
def identity_ignores(torch):
    layer, x = torch.nn.Identity(54, unused=0.1), torch.ones(2)
    return layer(x) is x, [*layer.state_dict()], repr(layer)


@identity_ignores.promise
def _(result):
    return result == [True, [], "Identity()"]


@case("torch.nn.ModuleList")
def module_list(torch):
    layers = torch.nn.ModuleList([torch.nn.Linear(2, 3), torch.nn.ReLU()])
    layers.append(torch.nn.Tanh()).insert(0, torch.nn.Identity())
    layers.extend([torch.nn.Sigmoid()])
    names = [type(layer).__name__ for layer in layers]
    removed = layers.pop(1)
    layers[1] = torch.nn.GELU()
    del layers[-1]
    parts = layers[:2], layers + torch.nn.ModuleList([torch.nn.ELU()])
    return (
        names,
        type(removed).__name__,
        [type(layer).__name__ for layer in layers],
        [(type(part).__name__, len(part)) for part in parts],
        [name for name, _ in layers.named_children()],
        layers[1] in layers,
    )


@module_list.promise
def _(result):
    return result == [
        ["Identity", "Linear", "ReLU", "Tanh", "Sigmoid"],
        "Linear",
        ["Identity", "GELU", "Tanh"],
        [["ModuleList", 2], ["ModuleList", 4]],
        ["0", "1", "2"],
        True,
    ]


@case("torch.nn.ModuleList", name="called", dtypes=FLOATING, modes=EAGERLY)
def module_list_called(torch, x=tensor(2, 3)):
    for layer in torch.nn.ModuleList([torch.nn.ReLU(), torch.nn.Threshold(0.5, 0.25), torch.nn.Identity()]):
        x = layer(x)
    return x


@module_list_called.reference
def _(np, x):
    x = np.maximum(x, 0)
    return np.where(x <= 0.5, 0.25, x)


@case("torch.nn.ModuleList", name="parameters")
def module_list_parameters(torch):
    shared = torch.nn.Linear(2, 3)
    layers = torch.nn.ModuleList([shared, torch.nn.Linear(3, 1, bias=False), shared])
    return sorted(layers.state_dict()), len([*layers.parameters()]), [name for name, _ in layers.named_modules()]


@module_list_parameters.promise
def _(result):
    names, count, modules = result
    return (
        names == ["0.bias", "0.weight", "1.weight", "2.bias", "2.weight"] and count == 3 and modules == ["", "0", "1"]
    )


@case("torch.nn.ModuleList", name="refused")
def module_list_refuses(torch):
    errors = []
    layers = torch.nn.ModuleList([torch.nn.ReLU()])
    for call in (
        lambda: layers[1],
        lambda: layers.append(torch.relu),
        lambda: layers.extend(torch.nn.ReLU()),
        lambda: layers(torch.ones(2)),
    ):
        try:
            call()
        except (IndexError, TypeError, NotImplementedError) as error:
            errors.append(type(error).__name__)
    return errors


@module_list_refuses.promise
def _(errors):
    return errors == ["IndexError", "TypeError", "TypeError", "NotImplementedError"]


@case("torch.nn.ModuleDict")
def module_dict(torch):
    layers = torch.nn.ModuleDict({"bend": torch.nn.ReLU(), "move": torch.nn.Linear(2, 3)})
    layers["last"] = torch.nn.Tanh()
    layers.update([("bend", torch.nn.GELU()), ("new", torch.nn.Identity())])
    popped = layers.pop("last")
    del layers["new"]
    return (
        [(name, type(layer).__name__) for name, layer in layers.items()],
        type(popped).__name__,
        sorted(layers.state_dict()),
        "bend" in layers,
        "last" in layers,
        [*layers.keys()] == [*layers],
    )


@module_dict.promise
def _(result):
    return result == [
        [["bend", "GELU"], ["move", "Linear"]],
        "Tanh",
        ["move.bias", "move.weight"],
        True,
        False,
        True,
    ]


@case("torch.nn.ModuleDict", name="called", dtypes=FLOATING, modes=EAGERLY)
def module_dict_called(torch, x=tensor(2, 3)):
    layers = torch.nn.ModuleDict([("bend", torch.nn.ReLU()), ("flip", torch.nn.Flatten(0))])
    return layers["flip"](layers["bend"](x))


@module_dict_called.reference
def _(np, x):
    return np.maximum(x, 0).reshape(-1)


@case("torch.nn.ParameterDict")
def parameter_dict(torch):
    weights = torch.nn.ParameterDict({"a": torch.ones(2), "b": torch.nn.Parameter(torch.ones(3), requires_grad=False)})
    weights["c"] = torch.nn.Parameter(torch.ones(4))
    popped = weights.pop("a")
    made = torch.nn.ParameterDict().fromkeys(["x", "y"], 1.0)
    return (
        {name: (list(value.shape), value.requires_grad) for name, value in weights.items()},
        type(popped).__name__,
        sorted(weights.state_dict()),
        [*made],
        weights.get("missing", "default"),
    )


@parameter_dict.promise
def _(result):
    return result == [
        {"b": [[3], False], "c": [[4], True]},
        "Parameter",
        ["b", "c"],
        ["x", "y"],
        "default",
    ]


@case("torch.nn.ParameterDict", name="trained", dtypes=FLOATING, limits=PARAMETERS)
def parameter_dict_trained(torch, x=tensor(2, 3), y=tensor(3)):
    weights = torch.nn.ParameterDict({"x": x.clone(), "y": y.clone()})
    return torch.autograd.grad((weights["x"] * weights["y"]).sum(), [*weights.values()])


@parameter_dict_trained.reference
def _(np, x, y):
    return [np.broadcast_to(y, x.shape), np.sum(x, axis=tuple(range(x.ndim - 1)))]


@case("torch.nn.ParameterList")
def parameter_list(torch):
    weights = torch.nn.ParameterList([torch.ones(2), torch.nn.Parameter(torch.ones(3))])
    weights.append(torch.ones(4)).extend([torch.ones(5)])
    return [type(one).__name__ for one in weights], [one.numel() for one in weights[1:3]], sorted(weights.state_dict())


@parameter_list.promise
def _(result):
    return result == [["Parameter"] * 4, [3, 4], ["0", "1", "2", "3"]]


@case("torch.nn.ParameterList", name="trained", dtypes=FLOATING, limits=PARAMETERS)
def parameter_list_trained(torch, x=tensor(2, 3)):
    weights = torch.nn.ParameterList([x.clone(), x.clone()])
    return torch.autograd.grad((weights[0] * weights[1] * weights[1]).sum(), [*weights])


@parameter_list_trained.reference
def _(np, x):
    return [x * x, x * x + x * x]
