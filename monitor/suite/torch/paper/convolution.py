"""Convolutions, and pooling over windows of any size."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, built, case, tensor
from monitor.suite.limits import FIXED_RANK, LINKED_SIZES, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)


def convolve(np, x, weight, bias=0.0, stride=1, padding=0, dilation=1, groups=1):
    """Return the cross-correlation over all axes after the first two, written from its definition."""
    axes = x.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0)] + [(padding, padding)] * axes)
    reach = [dilation * (size - 1) + 1 for size in weight.shape[2:]]
    shape = [(size - window) // stride + 1 for size, window in zip(x.shape[2:], reach, strict=True)]
    result = np.zeros((x.shape[0], weight.shape[0], *shape), dtype=np.result_type(x, weight))
    per_group_in, per_group_out = x.shape[1] // groups, weight.shape[0] // groups
    for out in range(weight.shape[0]):
        first = out // per_group_out * per_group_in
        for place in np.ndindex(*shape):
            window = tuple(slice(p * stride, p * stride + r, dilation) for p, r in zip(place, reach, strict=True))
            part = x[(slice(None), slice(first, first + per_group_in), *window)]
            result[(slice(None), out, *place)] = np.sum(part * weight[out], axis=tuple(range(1, part.ndim)))
    return result + np.reshape(bias, (1, -1) + (1,) * axes)


@case(
    "torch.nn.functional.conv2d",
    dtypes=FLOATING + COMPLEX,
    modes=ALL_MODES,
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def conv2d(torch, x=tensor(2, 3, 6, 7), weight=tensor(4, 3, 3, 2), bias=tensor(4)):
    return torch.nn.functional.conv2d(x, weight, bias)


@conv2d.reference
def _(np, x, weight, bias):
    return convolve(np, x, weight, bias)


@case(
    "torch.nn.functional.conv2d",
    name="strided-padded",
    dtypes=FLOATING,
    modes=ALL_MODES,
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK,
)
def conv2d_strided(torch, x=tensor(2, 3, 7, 7), weight=tensor(4, 3, 3, 3)):
    return torch.nn.functional.conv2d(x, weight, stride=2, padding=1)


@conv2d_strided.reference
def _(np, x, weight):
    return convolve(np, x, weight, stride=2, padding=1)


@case(
    "torch.nn.functional.conv2d",
    name="dilated",
    dtypes=FLOATING,
    modes=ALL_MODES,
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def conv2d_dilated(torch, x=tensor(1, 2, 7, 7), weight=tensor(3, 2, 3, 3)):
    return torch.nn.functional.conv2d(x, weight, dilation=2)


@conv2d_dilated.reference
def _(np, x, weight):
    return convolve(np, x, weight, dilation=2)


@case(
    "torch.nn.functional.conv2d",
    name="depthwise",
    dtypes=FLOATING,
    modes=ALL_MODES,
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def conv2d_by_channel(torch, x=tensor(2, 4, 5, 5), weight=tensor(8, 1, 3, 3)):
    return torch.nn.functional.conv2d(x, weight, groups=4)


@conv2d_by_channel.reference
def _(np, x, weight):
    return convolve(np, x, weight, groups=4)


@case(
    "torch.nn.functional.conv2d",
    name="channels-last",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK,
)
def conv2d_channels_last(torch, x=tensor(2, 3, 6, 6), weight=tensor(4, 3, 3, 3)):
    return torch.nn.functional.conv2d(x.to(memory_format=torch.channels_last), weight, padding="same")


@conv2d_channels_last.reference
def _(np, x, weight):
    return convolve(np, x, weight, padding=1)


@case(
    "torch.nn.functional.conv2d",
    name="empty",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def conv2d_of_nothing(torch, x=tensor(0, 3, 6, 6), weight=tensor(4, 3, 3, 3)):
    return torch.nn.functional.conv2d(x, weight)


@conv2d_of_nothing.reference
def _(np, x, weight):
    return np.zeros((0, 4, 4, 4))


@case(
    "torch.nn.functional.conv2d",
    name="large",
    dtypes=("float32", "bfloat16"),
    modes=(EAGER, COMPILED),
    condition=8,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def conv2d_large(torch, x=tensor(4, 16, 24, 24), weight=tensor(16, 16, 3, 3)):
    return torch.nn.functional.conv2d(x, weight, padding=1)


@conv2d_large.reference
def _(np, x, weight):
    return convolve(np, x, weight, padding=1)


@case("torch.nn.Conv3d", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES)
def conv3d(
    torch,
    x=tensor(2, 2, 4, 5, 5),
    weight=tensor(3, 2, 2, 3, 3),
    bias=tensor(3),
    layer=built(lambda torch: torch.nn.Conv3d(2, 3, (2, 3, 3), device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@conv3d.reference
def _(np, x, weight, bias):
    return convolve(np, x, weight, bias)


@case(
    "torch.nn.Conv3d",
    name="strided-padded",
    dtypes=FLOATING,
    modes=ALL_MODES,
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def conv3d_strided(
    torch,
    x=tensor(1, 2, 5, 5, 5),
    weight=tensor(3, 2, 3, 3, 3),
    layer=built(lambda torch: torch.nn.Conv3d(2, 3, 3, stride=2, padding=1, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@conv3d_strided.reference
def _(np, x, weight):
    return convolve(np, x, weight, stride=2, padding=1)


@case(
    "torch.nn.Conv3d",
    name="grouped",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def conv3d_grouped(
    torch,
    x=tensor(1, 4, 4, 4, 4),
    weight=tensor(4, 2, 2, 2, 2),
    layer=built(lambda torch: torch.nn.Conv3d(4, 4, 2, groups=2, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@conv3d_grouped.reference
def _(np, x, weight):
    return convolve(np, x, weight, groups=2)


@case(
    "torch.nn.Conv3d",
    name="unbatched",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def conv3d_unbatched(
    torch,
    x=tensor(2, 4, 4, 4),
    weight=tensor(3, 2, 3, 3, 3),
    layer=built(lambda torch: torch.nn.Conv3d(2, 3, 3, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@conv3d_unbatched.reference
def _(np, x, weight):
    return convolve(np, x[None], weight)[0]


@case("torch.nn.Conv3d", name="parameters")
def conv3d_parameters(torch):
    layer = torch.nn.Conv3d(2, 3, (2, 3, 4))
    bound = (2 * 2 * 3 * 4) ** -0.5  # uniform within one over the root of the fan in, as documented
    inside = all(float(p.abs().max()) <= bound for p in layer.parameters())
    return [tuple(p.shape) for p in layer.parameters()], inside


@conv3d_parameters.promise
def _(result):
    return result == [[[3, 2, 2, 3, 4], [3]], True]


def average(np, x, out):
    """Return the means over windows that divide the last axes evenly, from floor to ceiling."""
    result = np.zeros(x.shape[: x.ndim - len(out)] + tuple(out))
    sizes = x.shape[x.ndim - len(out) :]
    for place in np.ndindex(*out):
        window = tuple(slice(p * n // o, -(-(p + 1) * n // o)) for p, n, o in zip(place, sizes, out, strict=True))
        result[(..., *place)] = np.mean(x[(..., *window)], axis=tuple(range(-len(out), 0)))
    return result


@case("torch.nn.AdaptiveAvgPool3d", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def adaptive_average_3d(torch, x=tensor(2, 3, 5, 6, 7)):
    return torch.nn.AdaptiveAvgPool3d((2, 3, 4))(x)


@adaptive_average_3d.reference
def _(np, x):
    return average(np, x, (2, 3, 4))


@case("torch.nn.AdaptiveAvgPool3d", name="to-one", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def adaptive_average_to_one(torch, x=tensor(2, 3, 4, 4, 4)):
    return torch.nn.AdaptiveAvgPool3d(1)(x)


@adaptive_average_to_one.reference
def _(np, x):
    return np.mean(x, axis=(-3, -2, -1), keepdims=True)


@case(
    "torch.nn.AdaptiveAvgPool3d",
    name="kept-axis",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    limits=NOT_EMPTY | FIXED_RANK,
)
def adaptive_average_kept(torch, x=tensor(3, 4, 5, 6)):
    return torch.nn.AdaptiveAvgPool3d((None, 2, None))(x)


@adaptive_average_kept.reference
def _(np, x):
    return average(np, x, (x.shape[1], 2, x.shape[3]))


@case(
    "torch.nn.AdaptiveAvgPool3d",
    name="strided",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK,
)
def adaptive_average_strided(torch, x=tensor(1, 6, 7, 8, 2)):
    return torch.nn.AdaptiveAvgPool3d(3)(x.permute(0, 4, 1, 2, 3)[..., ::2])


@adaptive_average_strided.reference
def _(np, x):
    return average(np, np.transpose(x, (0, 4, 1, 2, 3))[..., ::2], (3, 3, 3))


@case("torch.nn.AdaptiveAvgPool3d", name="empty", dtypes=FLOATING, limits=NOT_EMPTY | FIXED_RANK)
def adaptive_average_of_nothing(torch, x=tensor(0, 2, 4, 4, 4)):
    return torch.nn.AdaptiveAvgPool3d(2)(x)


@adaptive_average_of_nothing.reference
def _(np, x):
    return np.zeros((*x.shape[:2], 2, 2, 2))
