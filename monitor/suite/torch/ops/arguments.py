"""Arguments of layers and of functions that no other case passes."""

from functools import partial

from monitor.model import Mode
from monitor.suite.declare import COMPILED, EAGER, built, fact, formula, tensor, values
from monitor.suite.limits import ARGUMENT_ONLY, PARAMETERS
from monitor.suite.torch.paper.normalization import normalized

BOTH = (EAGER, COMPILED)
argument = partial(formula, dtypes=("float32",), modes=BOTH, limits=ARGUMENT_ONLY)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)
COMPARES_MEMORY = ARGUMENT_ONLY | {Mode.COMPILED: "it compares the memory of its input and its result"}
in_place_argument = partial(argument, modes=(EAGER,), limits=COMPARES_MEMORY, name="in-place")


def in_place(torch, layer, x):
    """Return the result of a layer that works in place, and whether it is its input."""
    y = x.clone()
    result = layer(y)
    return result, torch.tensor(result.data_ptr() == y.data_ptr())


IN_PLACE = [
    in_place_argument(
        "torch.nn.SiLU",
        lambda torch, x=tensor(3, 5): in_place(torch, torch.nn.SiLU(inplace=True), x),
        lambda np, x: [x / (1 + np.exp(-x)), np.array(True)],
    ),
    in_place_argument(
        "torch.nn.ELU",
        lambda torch, x=tensor(3, 5): in_place(torch, torch.nn.ELU(inplace=True), x),
        lambda np, x: [np.where(x > 0, x, np.expm1(x)), np.array(True)],
    ),
    in_place_argument(
        "torch.nn.LeakyReLU",
        lambda torch, x=tensor(3, 5): in_place(torch, torch.nn.LeakyReLU(0.25, inplace=True), x),
        lambda np, x: [np.where(x > 0, x, x / 4), np.array(True)],
    ),
    in_place_argument(
        "torch.nn.Hardswish",
        lambda torch, x=tensor(3, 5): in_place(torch, torch.nn.Hardswish(inplace=True), x),
        lambda np, x: [x * np.clip(x + 3, 0, 6) / 6, np.array(True)],
    ),
    in_place_argument(
        "torch.nn.Hardsigmoid",
        lambda torch, x=tensor(3, 5): in_place(torch, torch.nn.Hardsigmoid(inplace=True), x),
        lambda np, x: [np.clip(x + 3, 0, 6) / 6, np.array(True)],
    ),
    in_place_argument(
        "torch.nn.SELU",
        lambda torch, x=tensor(3, 5): in_place(torch, torch.nn.SELU(inplace=True), x),
        lambda np, x: [
            1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
            np.array(True),
        ],
    ),
    in_place_argument(
        "torch.nn.Dropout2d",
        lambda torch, x=tensor(2, 3, 2, 2): in_place(torch, torch.nn.Dropout2d(p=0.25, inplace=True).eval(), x),
        lambda np, x: [x, np.array(True)],
    ),
    argument(
        "torch.nn.PReLU",
        lambda torch, x=tensor(3, 5), layer=built(lambda torch: torch.nn.PReLU(init=0.5)): layer(x),
        lambda np, x: np.where(x > 0, x, x / 2),
        name="initial",
    ),
]

NORMALIZATION = [
    argument(
        "torch.nn.GroupNorm",
        lambda torch, x=tensor(2, 4, 3), layer=built(lambda torch: torch.nn.GroupNorm(2, 4, eps=0.5, bias=False)): (
            layer(x)
        ),
        lambda np, x: normalized(np, x.reshape(2, 2, 6), 2, 0.5).reshape(2, 4, 3),
        name="epsilon",
        condition=4,
    ),
    argument(
        "torch.nn.BatchNorm2d",
        lambda torch, x=tensor(4, 3, 2, 2), layer=built(lambda torch: torch.nn.BatchNorm2d(3, bias=False)): (
            layer(x),
            layer.bias is None,
        ),
        lambda np, x: [normalized(np, x, (0, 2, 3), 1e-5), True],
        name="no-bias",
        condition=4,
        modes=(EAGER,),
    ),
    argument(
        "torch.nn.LocalResponseNorm",
        lambda torch, x=tensor(2, 3, 4): torch.nn.LocalResponseNorm(1, alpha=0.5, beta=0.5, k=2.0)(x),
        lambda np, x: x / np.sqrt(2 + 0.5 * x * x),
        name="power",
        condition=4,
    ),
]

POOLING = [
    argument(
        "torch.nn.MaxPool2d",
        lambda torch, x=tensor(1, 1, 4, 4): torch.nn.MaxPool2d(2, stride=1, dilation=2)(x),
        lambda np, x: np.maximum(
            np.maximum(x[..., :2, :2], x[..., :2, 2:]), np.maximum(x[..., 2:, :2], x[..., 2:, 2:])
        ),
        name="dilated",
    ),
    argument(
        "torch.nn.MaxPool1d",
        lambda torch, x=tensor(1, 1, 6): (
            torch.nn.MaxPool1d(2, stride=1, dilation=2)(x),
            torch.nn.MaxPool1d(4, padding=1, ceil_mode=True)(x),
        ),
        lambda np, x: [
            np.maximum(x[..., :4], x[..., 2:]),
            np.stack([x[..., :3].max(-1), x[..., 3:].max(-1)], -1),
        ],
        name="dilated",
    ),
    argument_fact(
        "torch.nn.MaxPool1d",
        lambda torch, x=values(1, 3, 5, 2, shape=(1, 1, 4)): torch.nn.MaxPool1d(2, return_indices=True)(x)[1].tolist(),
        lambda found, x: found == [[[1, 2]]],
        name="indices",
        dtypes=("float32",),
    ),
    argument_fact(
        "torch.nn.AdaptiveMaxPool2d",
        lambda torch, x=values(1, 3, 5, 2, shape=(1, 1, 2, 2)): torch.nn.AdaptiveMaxPool2d(1, return_indices=True)(x)[
            1
        ].tolist(),
        lambda found, x: found == [[[[2]]]],
        name="indices",
        dtypes=("float32",),
    ),
    argument(
        "torch.nn.AvgPool1d",
        lambda torch, x=tensor(1, 1, 4): (
            torch.nn.AvgPool1d(3, stride=3, padding=1, count_include_pad=False)(x),
            torch.nn.AvgPool1d(3, stride=3, ceil_mode=True)(x),
        ),
        lambda np, x: [
            np.stack([x[..., :2].mean(-1), x[..., 2:].mean(-1)], -1),
            np.stack([x[..., :3].mean(-1), x[..., 3]], -1),
        ],
        name="padded",
    ),
    argument(
        "torch.nn.AvgPool2d",
        lambda torch, x=tensor(1, 1, 3, 2): torch.nn.AvgPool2d(2, ceil_mode=True)(x),
        lambda np, x: np.stack([x[..., :2, :].mean((-1, -2)), x[..., 2, :].mean(-1)], -1)[..., None],
        name="ceiling",
    ),
    argument(
        "torch.nn.AvgPool3d",
        lambda torch, x=tensor(1, 1, 2, 2, 3): (
            torch.nn.AvgPool3d(2, stride=1, divisor_override=3)(x),
            torch.nn.AvgPool3d(2, ceil_mode=True)(x),
            torch.nn.AvgPool3d(2, padding=1, stride=3, count_include_pad=False)(x),
        ),
        lambda np, x: [
            np.stack([x[..., :2].sum((-1, -2, -3)), x[..., 1:].sum((-1, -2, -3))], -1)[..., None, None, :] / 3,
            np.stack([x[..., :2].mean((-1, -2, -3)), x[..., 2].mean((-1, -2))], -1)[..., None, None, :],
            x[..., :1, :1, ::2],
        ],
        name="divided",
    ),
    argument(
        "torch.nn.Unfold",
        lambda torch, x=tensor(1, 1, 3, 3): torch.nn.Unfold(2, dilation=2)(x),
        lambda np, x: x[:, 0, ::2, ::2].reshape(1, 4, 1),
        name="dilated",
    ),
    argument(
        "torch.nn.functional.fold",
        lambda torch, x=tensor(1, 4, 1): (
            torch.nn.functional.fold(x, (3, 3), 2, dilation=2),
            torch.nn.functional.fold(x, (2, 2), 2, padding=1, stride=3),
        ),
        lambda np, x: [
            np.array([[[[x[0, 0, 0], 0, x[0, 1, 0]], [0, 0, 0], [x[0, 2, 0], 0, x[0, 3, 0]]]]]),
            np.array([[[[x[0, 3, 0], 0], [0, 0]]]]),
        ],
        name="dilated",
    ),
]

LAYERS = [
    argument(
        "torch.nn.BCELoss",
        lambda torch, x=values(0.25, 0.5, 0.75), y=values(0, 1, 1), w=values(1, 2, 3): torch.nn.BCELoss(weight=w)(x, y),
        lambda np, x, y, w: -(w * np.log(np.where(y > 0, x, 1 - x))).mean(),
        name="weighted",
        condition=4,
    ),
    argument(
        "torch.nn.utils.clip_grad_norm_",
        lambda torch, g=tensor(4): _clipped(torch, g, "norm"),
        lambda np, g: [np.abs(g).sum(), g / (np.abs(g).sum() + 1e-6)],
        name="sum-norm",
        condition=4,
        modes=(EAGER,),
    ),
    argument(
        "torch.nn.utils.clip_grad_value_",
        lambda torch, g=tensor(4): _clipped(torch, g, "value"),
        lambda np, g: np.clip(g, -0.5, 0.5),
        name="one-by-one",
        modes=(EAGER,),
    ),
    argument_fact(
        "torch.nn.LazyLinear",
        lambda torch: torch.nn.LazyLinear(3, bias=False).bias is None,
        lambda found: found,
        name="no-bias",
    ),
    argument_fact(
        "torch.nn.LazyConv2d",
        lambda torch: (lambda layer: (layer(torch.ones(1, 2, 7, 7)).shape, layer.bias is None))(
            torch.nn.LazyConv2d(3, 2, stride=2, padding=1, dilation=2, bias=False, padding_mode="circular")
        ),
        lambda found: found == [[1, 3, 4, 4], True],
        name="options",
    ),
    argument(
        "torch.func.grad",
        lambda torch, x=tensor(3): torch.func.grad(lambda y: ((y * y).sum(), y.sum()), has_aux=True)(x),
        lambda np, x: [2 * x, x.sum()],
        name="auxiliary",
        modes=(EAGER,),
    ),
    argument(
        "torch.func.jvp",
        lambda torch, x=tensor(3), t=tensor(3): torch.func.jvp(
            lambda y: (y * y, y.sum()), (x,), (t,), strict=True, has_aux=True
        ),
        lambda np, x, t: [x * x, 2 * x * t, x.sum()],
        name="auxiliary",
        modes=(EAGER,),
    ),
    argument(
        "torch.vmap",
        lambda torch, x=tensor(5, 3): torch.vmap(lambda y: y * y.sum(), chunk_size=2)(x),
        lambda np, x: x * x.sum(1, keepdims=True),
        name="chunks",
        modes=(EAGER,),
    ),
    argument(
        "torch.Tensor.round_",
        lambda torch, x=values(1.26, -2.74, 0.04): x.clone().round_(decimals=1),
        lambda np, x: np.array([1.3, -2.7, 0.0]),
        name="decimals",
    ),
    argument(
        "torch.Tensor.addmm_",
        lambda torch, x=tensor(2, 2), a=tensor(2, 3), b=tensor(3, 2): x.clone().addmm_(a, b, beta=0.5, alpha=2),
        lambda np, x, a, b: x / 2 + 2 * a @ b,
        name="scaled",
        condition=4,
    ),
    argument(
        "torch.Tensor.scatter_reduce_",
        lambda torch, x=tensor(3), i=values(0, 0, 2, dtype="int64"), y=tensor(3): x.clone().scatter_reduce_(
            0, i, y, "sum", include_self=False
        ),
        lambda np, x, i, y: np.array([y[0] + y[1], x[1], y[2]]),
        name="without-self",
    ),
    argument(
        "torch.Tensor.scatter_",
        lambda torch, x=tensor(3), i=values(0, 2, dtype="int64"), y=tensor(2): x.clone().scatter_(
            0, i, y, reduce="multiply"
        ),
        lambda np, x, i, y: np.array([x[0] * y[0], x[1], x[2] * y[1]]),
        name="product",
    ),
    argument(
        "torch.nn.functional.gumbel_softmax",
        lambda torch, x=tensor(3, 5): torch.nn.functional.gumbel_softmax(x, eps=1e-3).sum(1),
        lambda np, x: np.ones(3),
        name="epsilon",
        condition=4,
    ),
    argument(
        "torch.nn.utils.fusion.fuse_conv_bn_weights",
        lambda torch, w=tensor(2, 3, 1), m=tensor(3), v=values(1, 4, 16): torch.nn.utils.fusion.fuse_conv_bn_weights(
            w, None, m, v, 0.0, torch.ones_like(m), torch.zeros_like(m), transpose=True
        ),
        lambda np, w, m, v: [w / np.sqrt(v)[None, :, None], -m / np.sqrt(v)],
        name="transposed",
        condition=4,
        modes=(EAGER,),
        limits=ARGUMENT_ONLY | PARAMETERS,
    ),
]


def _clipped(torch, gradient, kind):
    """Return what a function that clips gradients returns, and the clipped gradient."""
    weight = torch.zeros_like(gradient).requires_grad_()
    weight.grad = gradient.clone()
    if kind == "value":
        torch.nn.utils.clip_grad_value_([weight], 0.5, foreach=False)
        return weight.grad
    return torch.nn.utils.clip_grad_norm_([weight], 1.0, norm_type=1.0, foreach=False), weight.grad
