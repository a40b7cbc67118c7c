"""Convolution layers, their transposes, and the windows they read."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, built, case, positive, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY, PARAMETERS

ALL_MODES = (EAGER, COMPILED, GRADIENT)
CONV1, CONV2, TRANSPOSE1, TRANSPOSE2 = (
    "torch.nn.Conv1d",
    "torch.nn.Conv2d",
    "torch.nn.ConvTranspose1d",
    "torch.nn.ConvTranspose2d",
)
SIZED = NOT_EMPTY | FIXED_RANK
LINKED = SIZED | LINKED_SIZES


def part_of(place, counts, stride, dilation):
    """Return the index of the elements that a place of the kernel meets, one for each place of the result."""
    starts = [p * dilation for p in place]
    ends = [start + stride * (count - 1) + 1 for start, count in zip(starts, counts, strict=True)]
    return (slice(None), slice(None), *(slice(s, e, stride) for s, e in zip(starts, ends, strict=True)))


def of_channels(x, weight):
    """Return the sum over channels of `x`, of shape (N, C, ...), times a `weight` of shape (O, C)."""
    return (x[:, None] * weight.reshape(1, *weight.shape, *[1] * (x.ndim - 2))).sum(axis=2)


def convolve(np, x, weight, bias=0.0, stride=1, padding=0, dilation=1, groups=1):
    """Return the cross-correlation over all axes after the first two, written from its definition."""
    axes = x.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0)] + [(padding, padding)] * axes)
    counts = [(n - dilation * (k - 1) - 1) // stride + 1 for n, k in zip(x.shape[2:], weight.shape[2:], strict=True)]
    inner, outer = x.shape[1] // groups, weight.shape[0] // groups
    result = np.zeros((x.shape[0], weight.shape[0], *counts), np.result_type(x, weight))
    for place in np.ndindex(*weight.shape[2:]):
        part = x[part_of(place, counts, stride, dilation)]
        for group in range(groups):
            to = slice(group * outer, (group + 1) * outer)
            result[:, to] += of_channels(
                part[:, group * inner : (group + 1) * inner], weight[(to, slice(None), *place)]
            )
    return result + np.reshape(bias, (1, -1) + (1,) * axes)


def transpose(np, x, weight, bias=0.0, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    """Return the transposed convolution: each element of `x` adds a kernel of `weight`, (in, out / groups, ...)."""
    axes = x.ndim - 2
    sizes = [
        (n - 1) * stride + dilation * (k - 1) + 1 + output_padding
        for n, k in zip(x.shape[2:], weight.shape[2:], strict=True)
    ]
    inner, outer = x.shape[1] // groups, weight.shape[1]
    result = np.zeros((x.shape[0], outer * groups, *sizes), np.result_type(x, weight))
    for place in np.ndindex(*weight.shape[2:]):
        for group in range(groups):
            channels = slice(group * inner, (group + 1) * inner)
            to = result[:, group * outer : (group + 1) * outer]
            kernel = weight[(channels, slice(None), *place)].T
            to[part_of(place, x.shape[2:], stride, dilation)] += of_channels(x[:, channels], kernel)
    inside = [slice(padding, size - padding) for size in sizes]
    return result[(slice(None), slice(None), *inside)] + np.reshape(bias, (1, -1) + (1,) * axes)


@case(CONV1, dtypes=FLOATING + COMPLEX, modes=ALL_MODES, condition=8, limits=LINKED)
def conv_1d(
    torch,
    x=tensor(2, 3, 9),
    weight=tensor(4, 3, 5),
    bias=tensor(4),
    layer=built(lambda torch: torch.nn.Conv1d(3, 4, 5, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@conv_1d.reference
def _(np, x, weight, bias):
    return convolve(np, x, weight, bias)


@case(CONV1, name="strided", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def conv_1d_strided(
    torch,
    x=tensor(2, 3, 11),
    weight=tensor(4, 3, 5),
    layer=built(lambda torch: torch.nn.Conv1d(3, 4, 5, stride=2, padding=2, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@conv_1d_strided.reference
def _(np, x, weight):
    return convolve(np, x, weight, stride=2, padding=2)


@case(CONV1, name="dilated-groups", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def conv_1d_dilated(
    torch,
    x=tensor(2, 4, 9),
    weight=tensor(6, 2, 3),
    bias=tensor(6),
    layer=built(lambda torch: torch.nn.Conv1d(4, 6, 3, dilation=3, groups=2, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@conv_1d_dilated.reference
def _(np, x, weight, bias):
    return convolve(np, x, weight, bias, dilation=3, groups=2)


@case(CONV1, name="reflected", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def conv_1d_reflected(
    torch,
    x=tensor(2, 3, 9),
    weight=tensor(4, 3, 5),
    layer=built(
        lambda torch: torch.nn.Conv1d(3, 4, 5, padding="same", padding_mode="reflect", bias=False, device="meta")
    ),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@conv_1d_reflected.reference
def _(np, x, weight):
    return convolve(np, np.pad(x, [(0, 0), (0, 0), (2, 2)], mode="reflect"), weight)


@case(CONV2, dtypes=FLOATING + COMPLEX, modes=ALL_MODES, condition=8, limits=LINKED)
def conv_2d(
    torch,
    x=tensor(2, 3, 6, 7),
    weight=tensor(4, 3, 3, 2),
    bias=tensor(4),
    layer=built(lambda torch: torch.nn.Conv2d(3, 4, (3, 2), device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@conv_2d.reference
def _(np, x, weight, bias):
    return convolve(np, x, weight, bias)


@case(CONV2, name="patches", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def conv_2d_patches(
    torch,
    x=tensor(2, 3, 8, 12),
    weight=tensor(5, 3, 4, 4),
    bias=tensor(5),
    layer=built(lambda torch: torch.nn.Conv2d(3, 5, kernel_size=4, stride=4, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,)).flatten(2).transpose(1, 2)


@conv_2d_patches.reference
def _(np, x, weight, bias):
    patches = convolve(np, x, weight, bias, stride=4)
    return patches.reshape(*patches.shape[:2], patches.shape[2] * patches.shape[3]).swapaxes(1, 2)


@case(CONV2, name="depthwise", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def conv_2d_depthwise(
    torch,
    x=tensor(2, 4, 6, 5),
    weight=tensor(4, 1, 3, 3),
    bias=tensor(4),
    layer=built(lambda torch: torch.nn.Conv2d(4, 4, 3, padding=1, groups=4, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@conv_2d_depthwise.reference
def _(np, x, weight, bias):
    return convolve(np, x, weight, bias, padding=1, groups=4)


@case(CONV2, name="unbatched", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8, limits=LINKED)
def conv_2d_unbatched(
    torch,
    x=tensor(3, 6, 7),
    weight=tensor(4, 3, 1, 1),
    layer=built(lambda torch: torch.nn.Conv2d(3, 4, 1, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@conv_2d_unbatched.reference
def _(np, x, weight):
    return convolve(np, x[None], weight)[0]


@case(CONV2, name="circular", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8, limits=LINKED)
def conv_2d_circular(
    torch,
    x=tensor(2, 3, 5, 6),
    weight=tensor(4, 3, 3, 3),
    layer=built(lambda torch: torch.nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular", bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@conv_2d_circular.reference
def _(np, x, weight):
    return convolve(np, np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)], mode="wrap"), weight)


@case(CONV2, name="made")
def conv_2d_made(torch):
    torch.manual_seed(1)
    layer = torch.nn.Conv2d(8, 64, (3, 5), groups=2)
    plain = torch.nn.Conv2d(1, 1, 1, bias=False)
    return tuple(layer.weight.shape), layer.kernel_size, float(layer.weight.abs().max()), plain.bias


@conv_2d_made.promise
def _(result):
    shape, kernel, largest, bias = result
    bound = (1 / (4 * 3 * 5)) ** 0.5  # documented: uniform in (-sqrt(k), sqrt(k))
    return shape == [64, 4, 3, 5] and kernel == [3, 5] and 0.98 * bound < largest <= bound and bias is None


@case(TRANSPOSE1, dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def transpose_1d(
    torch,
    x=tensor(2, 3, 7),
    weight=tensor(3, 4, 5),
    bias=tensor(4),
    layer=built(lambda torch: torch.nn.ConvTranspose1d(3, 4, 5, stride=2, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@transpose_1d.reference
def _(np, x, weight, bias):
    return transpose(np, x, weight, bias, stride=2)


@case(TRANSPOSE1, name="padded", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def transpose_1d_padded(
    torch,
    x=tensor(2, 4, 7),
    weight=tensor(4, 3, 5),
    layer=built(
        lambda torch: torch.nn.ConvTranspose1d(
            4, 6, 5, stride=3, padding=2, output_padding=1, groups=2, bias=False, device="meta"
        )
    ),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@transpose_1d_padded.reference
def _(np, x, weight):
    return transpose(np, x, weight, stride=3, padding=2, output_padding=1, groups=2)


@case(TRANSPOSE2, dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def transpose_2d(
    torch,
    x=tensor(2, 3, 4, 5),
    weight=tensor(3, 4, 2, 2),
    bias=tensor(4),
    layer=built(lambda torch: torch.nn.ConvTranspose2d(3, 4, 2, stride=2, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@transpose_2d.reference
def _(np, x, weight, bias):
    return transpose(np, x, weight, bias, stride=2)


@case(TRANSPOSE2, name="dilated", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def transpose_2d_dilated(
    torch,
    x=tensor(2, 3, 4, 5),
    weight=tensor(3, 4, 3, 3),
    layer=built(lambda torch: torch.nn.ConvTranspose2d(3, 4, 3, padding=1, dilation=2, bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@transpose_2d_dilated.reference
def _(np, x, weight):
    return transpose(np, x, weight, padding=1, dilation=2)


@case("torch.nn.Unfold", dtypes=FLOATING, modes=ALL_MODES, limits=LINKED)
def unfold(torch, x=tensor(2, 3, 6, 7)):
    return torch.nn.Unfold((2, 3), padding=1, stride=2)(x)


@unfold.reference
def _(np, x):
    x = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])
    columns = [
        x[:, channel, i : i + 2 * 4 - 1 : 2, j : j + 2 * 4 - 1 : 2].reshape(x.shape[0], 16)
        for channel in range(3)
        for i in range(2)
        for j in range(3)
    ]
    return np.stack(columns, axis=1)


@case("torch.nn.functional.fold", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=FIXED_SHAPES)
def fold(torch, x=tensor(2, 12, 6)):
    return torch.nn.functional.fold(x, output_size=(4, 4), kernel_size=2, stride=(2, 1))


@fold.reference
def _(np, x):
    folded = np.zeros((2, 3, 4, 4))
    for channel, i, j in np.ndindex(3, 2, 2):
        blocks = x[:, channel * 4 + i * 2 + j].reshape(2, 2, 3)
        folded[:, channel, i::2, j : j + 3] += blocks
    return folded


@case("torch.nn.utils.fusion.fuse_conv_bn_weights", dtypes=FLOATING, condition=4, limits=SIZED | PARAMETERS)
def fuse_conv_bn_weights(
    torch, weight=tensor(4, 3, 2, 2), mean=tensor(4), variance=positive(4), scale=tensor(4), shift=tensor(4)
):
    fuse = torch.nn.utils.fusion.fuse_conv_bn_weights
    return fuse(weight, None, mean, variance, 0.125, scale, shift)


@fuse_conv_bn_weights.reference
def _(np, weight, mean, variance, scale, shift):
    factor = scale / np.sqrt(variance + 0.125)
    return [weight * factor[:, None, None, None], (0 - mean) * factor + shift]
