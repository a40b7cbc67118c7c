"""Arguments of layers with weights that no other case passes."""

from functools import partial

from monitor.suite.declare import EAGER, built, case, tensor
from monitor.suite.limits import ARGUMENT_ONLY
from monitor.suite.torch.paper.normalization import normalized

argument = partial(case, dtypes=("float32",), modes=(EAGER,), limits=ARGUMENT_ONLY)


@argument("torch.nn.BatchNorm1d", name="epsilon", condition=4)
def batch_norm1d(
    torch,
    x=tensor(6, 3),
    layer=built(lambda torch: torch.nn.BatchNorm1d(3, eps=0.5, momentum=0.25, bias=False)),
):
    return layer(x), layer.bias is None


@batch_norm1d.reference
def _(np, x):
    return [normalized(np, x, 0, 0.5), True]


@argument("torch.nn.BatchNorm3d", name="epsilon", condition=4)
def batch_norm3d(
    torch,
    x=tensor(4, 3, 2, 2, 2),
    layer=built(lambda torch: torch.nn.BatchNorm3d(3, eps=0.5, momentum=0.25, bias=False)),
):
    return layer(x), layer.bias is None


@batch_norm3d.reference
def _(np, x):
    return [normalized(np, x, (0, 2, 3, 4), 0.5), True]


@argument("torch.nn.InstanceNorm1d", name="epsilon", condition=4)
def instance_norm1d(
    torch,
    x=tensor(4, 3, 6),
    layer=built(
        lambda torch: torch.nn.InstanceNorm1d(
            3, eps=0.5, momentum=0.25, affine=True, track_running_stats=True, bias=False
        )
    ),
):
    return layer(x), layer.bias is None


@instance_norm1d.reference
def _(np, x):
    return [normalized(np, x, 2, 0.5), True]


@argument("torch.nn.InstanceNorm2d", name="epsilon", condition=4)
def instance_norm2d(
    torch,
    x=tensor(4, 3, 2, 3),
    layer=built(
        lambda torch: torch.nn.InstanceNorm2d(
            3, eps=0.5, momentum=0.25, affine=True, track_running_stats=True, bias=False
        )
    ),
):
    return layer(x), layer.bias is None


@instance_norm2d.reference
def _(np, x):
    return [normalized(np, x, (2, 3), 0.5), True]


@argument("torch.nn.Conv2d", name="dilated", condition=4)
def conv2d(
    torch,
    x=tensor(1, 1, 3, 3),
    w=tensor(1, 1, 2, 2),
    layer=built(lambda torch: torch.nn.Conv2d(1, 1, 2, dilation=2, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": w}, (x,))


@conv2d.reference
def _(np, x, w):
    return (x[..., ::2, ::2] * w).sum((-1, -2), keepdims=True)


@argument("torch.nn.ConvTranspose1d", name="dilated", condition=4)
def conv_transpose1d(
    torch,
    x=tensor(1, 1, 2),
    w=tensor(1, 1, 2),
    layer=built(lambda torch: torch.nn.ConvTranspose1d(1, 1, 2, dilation=2, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": w}, (x,))


@conv_transpose1d.reference
def _(np, x, w):
    return np.concatenate([x * w[..., :1], x * w[..., 1:]], -1)


@argument("torch.nn.ConvTranspose2d", name="grouped", condition=4)
def conv_transpose2d(
    torch,
    x=tensor(1, 2, 1, 1),
    w=tensor(2, 1, 2, 2),
    layer=built(
        lambda torch: torch.nn.ConvTranspose2d(2, 2, 2, stride=3, output_padding=1, groups=2, bias=False, device="meta")
    ),
):
    return torch.func.functional_call(layer, {"weight": w}, (x,))


@conv_transpose2d.reference
def _(np, x, w):
    return np.pad(x * w[:, 0][None], ((0, 0), (0, 0), (0, 1), (0, 1)))


@argument("torch.nn.GRUCell", name="no-bias", condition=8)
def gru_cell(
    torch,
    x=tensor(2, 3),
    h=tensor(2, 1),
    w=tensor(3, 3),
    u=tensor(3, 1),
    layer=built(lambda torch: torch.nn.GRUCell(3, 1, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight_ih": w, "weight_hh": u}, (x, h))


@gru_cell.reference
def _(np, x, h, w, u):
    a, b = x @ w.T, h @ u.T
    reset, update = (1 / (1 + np.exp(-a[:, k : k + 1] - b[:, k : k + 1])) for k in (0, 1))
    new = np.tanh(a[:, 2:] + reset * b[:, 2:])
    return (1 - update) * new + update * h
