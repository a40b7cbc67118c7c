"""Promises of torch.nn.Module: its parameters, its children, its state."""

from monitor.model import Mode
from monitor.suite.declare import COMPILED, DEVICE, DTYPE, EAGER, EVERY, FLOATING, GRADIENT, built, case, tensor
from monitor.suite.equality import same_values
from monitor.suite.limits import FIXED_RANK, NOT_EMPTY, OWN_LAYOUT

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("torch.nn.Module.add_module")
def add_module(torch):
    parent, child = torch.nn.Module(), torch.nn.Linear(2, 3)
    parent.add_module("child", child)
    return parent.child is child, [name for name, _ in parent.named_modules()], len([*parent.parameters()])


@add_module.promise
def _(result):
    return result == [True, ["", "child"], 2]


@case("torch.nn.Module.add_module", name="in-order")
def add_modules_in_order(torch):
    parent = torch.nn.Sequential()
    for name in ("b", "a", "c"):
        parent.add_module(name, torch.nn.Identity())
    parent.add_module("a", None)
    return [(name, child is None) for name, child in parent._modules.items()], [n for n, _ in parent.named_children()]


@add_modules_in_order.promise
def _(result):
    return result == [[["b", False], ["a", True], ["c", False]], ["b", "c"]]


@case("torch.nn.Module.add_module", name="called", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def add_module_and_call(torch, x=tensor(3, 4)):
    layers = torch.nn.Sequential()
    layers.add_module("bend", torch.nn.ReLU())
    layers.add_module("twice", torch.nn.Upsample(scale_factor=2))
    return layers(x[None])


@add_module_and_call.reference
def _(np, x):
    return np.repeat(np.maximum(x, 0), 2, axis=1)[None]


@case("torch.nn.Module.add_module", name="refused")
def add_module_refuses(torch):
    said = []
    for name, child in (("a.b", torch.nn.Identity()), ("", torch.nn.Identity()), ("training", torch.nn.Identity())):
        try:
            torch.nn.Module().add_module(name, child)
        except KeyError as error:
            said.append(type(error).__name__)
    try:
        torch.nn.Module().add_module("child", 3)
    except TypeError as error:
        said.append(type(error).__name__)
    return said


@add_module_refuses.promise
def _(said):
    return said == ["KeyError"] * 3 + ["TypeError"]


@case("torch.nn.Module.register_parameter", dtypes=FLOATING)
def register_parameter(torch, x=tensor(2, 3)):
    module = torch.nn.Module()
    module.register_parameter("weight", torch.nn.Parameter(x))
    module.register_parameter("bias", None)
    return [name for name, _ in module.named_parameters()], module.bias is None, module.weight.requires_grad


@register_parameter.promise
def _(result):
    return result == [["weight"], True, True]


@case(
    "torch.nn.Module.register_parameter",
    name="trained",
    dtypes=FLOATING,
    limits={Mode.COMPILED: "it makes a parameter while it runs"},
)
def register_parameter_and_train(torch, x=tensor(2, 3)):
    module = torch.nn.Module()
    module.register_parameter("weight", torch.nn.Parameter(x.clone()))
    (module.weight**2).sum().backward()
    torch.optim.SGD(module.parameters(), lr=0.25).step()
    return module.weight


@register_parameter_and_train.reference
def _(np, x):
    return x - 0.25 * (2 * x)


@case("torch.nn.Module.register_parameter", name="refused")
def register_parameter_refuses(torch):
    said = []
    leaf = torch.nn.Parameter(torch.ones(2))
    for name, value in (("a.b", leaf), ("", leaf), ("forward", leaf), ("w", torch.ones(2)), ("w", leaf * 2)):
        try:
            torch.nn.Module().register_parameter(name, value)
        except (KeyError, TypeError, ValueError) as error:
            said.append(type(error).__name__)
    return said


@register_parameter_refuses.promise
def _(said):
    return said == ["KeyError"] * 3 + ["TypeError"] * 2


@case("torch.nn.Module.apply")
def apply(torch):
    seen = []
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Tanh()))
    returned = model.apply(lambda module: seen.append(type(module).__name__))
    return returned is model, seen


@apply.promise
def _(result):
    return result == [True, ["Linear", "ReLU", "Tanh", "Sequential", "Sequential"]]  # children first


@case("torch.nn.Module.apply", name="initialized", dtypes=FLOATING)
def apply_initializes(torch, dtype=DTYPE, device=DEVICE):
    def fill(module):
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.constant_(module.weight, 0.5)
            torch.nn.init.zeros_(module.bias)

    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)).to(device, dtype)
    return model.apply(fill)(torch.ones(4, 2, dtype=dtype, device=device))


@apply_initializes.reference
def _(np):
    return np.full((4, 1), 1.5)


@case("torch.nn.Module.state_dict", dtypes=FLOATING)
def state_dict(torch, x=tensor(5, 4)):
    first, second = (torch.nn.Linear(4, 3, dtype=x.dtype, device=x.device) for _ in range(2))
    second.load_state_dict(first.state_dict())
    return [*first.state_dict()], first(x), second(x)


@state_dict.promise
def _(result):
    names, first, second = result
    return names == ["weight", "bias"] and same_values(first, second)


@case("torch.nn.Module.state_dict", name="nested")
def state_dict_nested(torch):
    model = torch.nn.Sequential()
    model.add_module("conv", torch.nn.Conv2d(1, 2, 3, bias=False))
    model.add_module("norm", torch.nn.BatchNorm2d(2))
    return {name: tuple(value.shape) for name, value in model.state_dict(prefix="model.").items()}


@state_dict_nested.promise
def _(shapes):
    return shapes == {
        "model.conv.weight": [2, 1, 3, 3],
        "model.norm.weight": [2],
        "model.norm.bias": [2],
        "model.norm.running_mean": [2],
        "model.norm.running_var": [2],
        "model.norm.num_batches_tracked": [],
    }


@case("torch.nn.Module.state_dict", name="detached", dtypes=("float32", "bfloat16"))
def state_dict_shares(torch, x=tensor(2, 3)):
    module = torch.nn.Module()
    module.weight = torch.nn.Parameter(x.clone())
    kept, bare = module.state_dict(keep_vars=True)["weight"], module.state_dict()["weight"]
    with torch.no_grad():
        module.weight.zero_()
    return kept is module.weight, bare.requires_grad, bool((bare == 0).all())


@state_dict_shares.promise
def _(result):
    return result == [True, False, True]


@case(
    "torch.nn.Module.state_dict",
    name="saved",
    dtypes=(*FLOATING, "complex64", "int64"),
    limits={Mode.COMPILED: "it writes a file"},
)
def state_dict_saved(torch, x=tensor(2, 3)):
    import io

    module = torch.nn.Module()
    module.register_buffer("value", x)
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    file.seek(0)
    return torch.load(file, weights_only=True)["value"]


@state_dict_saved.reference
def _(np, x):
    return x


@case("torch.nn.Module.state_dict", name="misfit")
def state_dict_misfit(torch):
    model = torch.nn.Linear(2, 3)
    try:
        model.load_state_dict({"weight": torch.ones(3, 2), "other": torch.ones(1)})
    except RuntimeError as error:
        said = str(error)
    loose = model.load_state_dict({"weight": torch.ones(3, 2), "other": torch.ones(1)}, strict=False)
    return "Missing key" in said, "Unexpected key" in said, loose.missing_keys, loose.unexpected_keys


@state_dict_misfit.promise
def _(result):
    return result == [True, True, ["bias"], ["other"]]


@case("torch.Tensor.data_ptr", dtypes=EVERY, limits=OWN_LAYOUT)
def data_ptr(torch, x=tensor(4, 6)):
    step = x.element_size()
    views = (x, x[1], x[:, 2], x.T, x.view(24)[5:])
    return [(view.data_ptr() - x.data_ptr()) // step for view in views], x.clone().data_ptr() != x.data_ptr()


@data_ptr.promise
def _(result):
    return result == [[0, 6, 2, 0, 5], True]


@case("torch.Tensor.data_ptr", name="in-place", dtypes=FLOATING)
def data_ptr_in_place(torch, x=tensor(4, 6)):
    x = x.clone()
    before = x.data_ptr()
    x.mul_(2).add_(1)
    return x.data_ptr() == before, torch.empty(0).data_ptr()


@data_ptr_in_place.promise
def _(result):
    return result == [True, 0]


@case("torch.nn.Dropout", dtypes=FLOATING)
def dropout(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    x = torch.ones(100, 100, dtype=dtype, device=device)
    kept = torch.nn.Dropout(0.25)(x)
    return sorted({*kept.flatten().tolist()}), float((kept == 0).double().mean())


@dropout.promise
def _(result):
    values, dropped = result
    # Of 10,000 with a chance of 1/4, six standard deviations are 0.026.
    return values[0] == 0 and abs(values[-1] - 4 / 3) < 0.01 and len(values) == 2 and abs(dropped - 0.25) < 0.026


@case("torch.nn.Dropout", name="evaluating", dtypes=FLOATING, modes=ALL_MODES)
def dropout_evaluating(torch, x=tensor(5, 7), layer=built(lambda torch: torch.nn.Dropout(0.5).eval())):
    return layer(x)


@dropout_evaluating.reference
def _(np, x):
    return x


@case("torch.nn.Dropout", name="all-or-nothing", dtypes=FLOATING, modes=ALL_MODES)
def dropout_for_sure(torch, x=tensor(5, 7)):
    return torch.nn.functional.dropout(x, 1.0), torch.nn.Dropout(0.0)(x)


@dropout_for_sure.reference
def _(np, x):
    return [np.zeros(x.shape), x]


@case("torch.nn.Dropout", name="by-seed", dtypes=FLOATING)
def dropout_by_seed(torch, dtype=DTYPE, device=DEVICE):
    x, layer, masks = torch.ones(64, dtype=dtype, device=device), torch.nn.Dropout(0.5), []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        masks.append(layer(x))
    return bool((masks[0] == masks[1]).all()), bool((masks[0] == masks[2]).all())


@dropout_by_seed.promise
def _(result):
    return result == [True, False]


@case("torch.nn.Dropout", name="derived", dtypes=FLOATING)
def dropout_derived(torch, dtype=DTYPE, device=DEVICE):
    x = torch.ones(64, dtype=dtype, device=device, requires_grad=True)
    kept = torch.nn.Dropout(0.5)(x)
    kept.sum().backward()
    return bool((x.grad == kept).all())  # two where it was kept, else nothing


@dropout_derived.promise
def _(same):
    return same


@case("torch.nn.Dropout3d", dtypes=FLOATING)
def dropout_3d(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    kept = torch.nn.Dropout3d(0.5)(torch.ones(64, 64, 2, 3, 2, dtype=dtype, device=device)).flatten(2)
    whole = bool((kept == kept[:, :, :1]).all())  # a channel goes as one
    return whole, sorted({*kept[:, :, 0].flatten().tolist()}), float((kept[:, :, 0] == 0).double().mean())


@dropout_3d.promise
def _(result):
    whole, values, dropped = result
    return whole and values == [0.0, 2.0] and abs(dropped - 0.5) < 0.047  # six standard deviations of 4,096


@case("torch.nn.Dropout3d", name="evaluating", dtypes=FLOATING, modes=ALL_MODES)
def dropout_3d_evaluating(torch, x=tensor(2, 3, 2, 2, 2), layer=built(lambda torch: torch.nn.Dropout3d().eval())):
    return layer(x)


@dropout_3d_evaluating.reference
def _(np, x):
    return x


@case("torch.nn.Dropout3d", name="unbatched", dtypes=FLOATING)
def dropout_3d_unbatched(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    kept = torch.nn.Dropout3d(0.5)(torch.ones(256, 2, 2, 2, dtype=dtype, device=device)).flatten(1)
    return bool((kept == kept[:, :1]).all()), 64 < int((kept[:, 0] == 0).sum()) < 192


@dropout_3d_unbatched.promise
def _(result):
    return result == [True, True]
