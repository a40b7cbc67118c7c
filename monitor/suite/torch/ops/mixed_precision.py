"""Mixed precision: the dtypes that autocast chooses, and the scaling of gradients."""

from monitor.suite.declare import DEVICE, DTYPE, case, tensor
from monitor.suite.limits import FIXED_RANK, LINKED_SIZES, NOT_EMPTY, PROCESS_MODE

AUTOCAST = "torch.autocast"


@case(AUTOCAST)
def autocast(torch, device=DEVICE):
    x, weight = (torch.ones(2, 2, device=device) for _ in range(2))
    with torch.autocast(device.type, dtype=torch.bfloat16):
        product, sum_, loss = x @ weight, x + weight, torch.nn.functional.mse_loss(x @ weight, x)
        with torch.autocast(device.type, enabled=False):
            plain = x @ weight
    return [str(one.dtype) for one in (product, sum_, loss, plain, x @ weight)], product.tolist()


@autocast.promise
def _(result):
    names, product = result
    dtypes = ["torch.bfloat16", "torch.float32", "torch.float32", "torch.float32", "torch.float32"]
    return names == dtypes and product == [[2.0, 2.0]] * 2


@case(
    AUTOCAST,
    name="product",
    dtypes=("bfloat16",),
    condition=2,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES | PROCESS_MODE,
)
def autocast_product(torch, x=tensor(3, 4), weight=tensor(4, 5)):
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        return x.float() @ weight.float()


@autocast_product.reference
def _(np, x, weight):
    return x @ weight


@case(AUTOCAST, name="gradient")
def autocast_gradient(torch, device=DEVICE):
    layer = torch.nn.Linear(3, 2, device=device)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        result = layer(torch.ones(4, 3, device=device))
    result.float().sum().backward()
    return str(result.dtype), str(layer.weight.grad.dtype), layer.weight.grad.tolist()


@autocast_gradient.promise
def _(result):
    return result == ["torch.bfloat16", "torch.float32", [[4.0] * 3] * 2]


@case("torch.amp.autocast")
def amp_autocast(torch, device=DEVICE):
    @torch.amp.autocast(device.type, dtype=torch.bfloat16)
    def product(x):
        return x @ x

    x = torch.eye(2, device=device)
    return [str(one.dtype) for one in (product(x), x @ x)], product(x.double()).dtype == torch.float64


@amp_autocast.promise
def _(result):
    return result == [["torch.bfloat16", "torch.float32"], True]


@case("torch.is_autocast_enabled")
def is_autocast_enabled(torch, device=DEVICE):
    seen = [torch.is_autocast_enabled(device.type)]
    with torch.autocast(device.type, dtype=torch.bfloat16):
        seen.append(torch.is_autocast_enabled(device.type))
        with torch.autocast(device.type, enabled=False):
            seen.append(torch.is_autocast_enabled(device.type))
    return seen


@is_autocast_enabled.promise
def _(seen):
    return seen == [False, True, False]


@case("torch.get_autocast_dtype")
def get_autocast_dtype(torch, device=DEVICE):
    with torch.autocast(device.type, dtype=torch.bfloat16):
        return str(torch.get_autocast_dtype(device.type))


@get_autocast_dtype.promise
def _(name):
    return name == "torch.bfloat16"


@case("torch.amp.GradScaler", dtypes=("float32",))
def grad_scaler(torch, dtype=DTYPE, device=DEVICE):
    weight = torch.ones(2, dtype=dtype, device=device, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.5)
    scaler = torch.amp.GradScaler(device.type, init_scale=8.0, growth_interval=1)
    steps = []
    for factor in (1.0, float("inf"), 1.0):
        optimizer.zero_grad()
        scaler.scale((weight * factor).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        steps.append((weight.tolist(), scaler.get_scale()))
    return steps


@grad_scaler.promise
def _(steps):
    return steps == [[[0.5, 0.5], 16.0], [[0.5, 0.5], 8.0], [[0.0, 0.0], 16.0]]
