"""Pooling, padding, and changes of an image's size, compared with windows taken one after the other."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, LINKED_SIZES, NAN_PLACE, NOT_EMPTY, TIES

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SIZED = NOT_EMPTY | FIXED_RANK
LINKED = SIZED | LINKED_SIZES
MAX2, AVERAGE2, UPSAMPLE = "torch.nn.MaxPool2d", "torch.nn.AvgPool2d", "torch.nn.Upsample"


def windows(np, x, axes, size, stride):
    """Return the windows over the last `axes` dimensions, flat, in a new last dimension."""
    view = np.lib.stride_tricks.sliding_window_view(x, (size,) * axes, tuple(range(-axes, 0)))
    view = view[(..., *[slice(None, None, stride)] * axes, *[slice(None)] * axes)]
    return view.reshape(*view.shape[:-axes], size**axes)


def bounds(size, parts):
    """Return the ends of the windows of adaptive pooling."""
    return [(i * size // parts, -(-(i + 1) * size // parts)) for i in range(parts)]


@case(MAX2, dtypes=FLOATING, modes=ALL_MODES, limits=SIZED | TIES)
def max_pool_2d(torch, x=tensor(2, 3, 6, 7)):
    return torch.nn.MaxPool2d(2)(x)


@max_pool_2d.reference
def _(np, x):
    return np.max(windows(np, x, 2, 2, 2), axis=-1)


@case(MAX2, name="padded", dtypes=FLOATING, modes=ALL_MODES, limits=SIZED | TIES)
def max_pool_2d_padded(torch, x=tensor(2, 3, 6, 7)):
    return torch.nn.MaxPool2d(kernel_size=3, stride=2, padding=1)(x)


@max_pool_2d_padded.reference
def _(np, x):
    x = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=-np.inf)
    return np.max(windows(np, x, 2, 3, 2), axis=-1)


@case(MAX2, name="positions", dtypes=("float32", "float64"), limits=FIXED_SHAPES | TIES | NAN_PLACE)
def max_pool_2d_positions(torch, x=tensor(2, 3, 4, 6)):
    values, places = torch.nn.MaxPool2d(2, return_indices=True)(x)
    return values, places.to(x.dtype)


@max_pool_2d_positions.reference
def _(np, x):
    parts = windows(np, x, 2, 2, 2)
    best = np.argmax(parts, axis=-1)
    row, column = np.arange(2)[:, None] * 2 + best // 2, np.arange(3) * 2 + best % 2
    return [np.max(parts, axis=-1), (row * 6 + column).astype(float)]


@case(MAX2, name="ceil", dtypes=FLOATING, modes=(EAGER, GRADIENT), limits=FIXED_SHAPES | TIES)
def max_pool_2d_ceil(torch, x=tensor(2, 3, 7, 5)):
    return torch.nn.MaxPool2d(2, ceil_mode=True)(x)


@max_pool_2d_ceil.reference
def _(np, x):
    x = np.pad(x, [(0, 0), (0, 0), (0, 1), (0, 1)], constant_values=-np.inf)
    return np.max(windows(np, x, 2, 2, 2), axis=-1)


@case("torch.nn.MaxPool1d", dtypes=FLOATING, modes=ALL_MODES, limits=SIZED | TIES)
def max_pool_1d(torch, x=tensor(2, 3, 9)):
    return torch.nn.MaxPool1d(3, stride=2)(x)


@max_pool_1d.reference
def _(np, x):
    return np.max(windows(np, x, 1, 3, 2), axis=-1)


@case(AVERAGE2, dtypes=FLOATING, modes=ALL_MODES, condition=2, limits=SIZED)
def average_pool_2d(torch, x=tensor(2, 3, 6, 7)):
    return torch.nn.AvgPool2d(2)(x)


@average_pool_2d.reference
def _(np, x):
    return np.mean(windows(np, x, 2, 2, 2), axis=-1)


@case(AVERAGE2, name="padded", dtypes=FLOATING, modes=ALL_MODES, condition=2, limits=SIZED)
def average_pool_2d_padded(torch, x=tensor(2, 3, 6, 7)):
    with_zeros = torch.nn.AvgPool2d(3, stride=2, padding=1)(x)
    return with_zeros, torch.nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)(x)


@average_pool_2d_padded.reference
def _(np, x):
    def padded(values):
        return np.pad(values, [(0, 0), (0, 0), (1, 1), (1, 1)])

    counts = np.sum(windows(np, padded(np.ones(x.shape)), 2, 3, 1), axis=-1)
    return [
        np.mean(windows(np, padded(x), 2, 3, 2), axis=-1),
        np.sum(windows(np, padded(x), 2, 3, 1), axis=-1) / counts,
    ]


@case(AVERAGE2, name="divisor", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2, limits=SIZED)
def average_pool_2d_divisor(torch, x=tensor(2, 3, 6, 7)):
    return torch.nn.AvgPool2d(2, stride=1, divisor_override=3)(x)


@average_pool_2d_divisor.reference
def _(np, x):
    return np.sum(windows(np, x, 2, 2, 1), axis=-1) / 3


@case("torch.nn.AvgPool1d", dtypes=FLOATING, modes=ALL_MODES, condition=2, limits=SIZED)
def average_pool_1d(torch, x=tensor(2, 3, 9)):
    return torch.nn.AvgPool1d(3, stride=2)(x)


@average_pool_1d.reference
def _(np, x):
    return np.mean(windows(np, x, 1, 3, 2), axis=-1)


@case("torch.nn.AvgPool3d", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2, limits=SIZED)
def average_pool_3d(torch, x=tensor(2, 3, 4, 5, 4)):
    return torch.nn.AvgPool3d(2)(x)


@average_pool_3d.reference
def _(np, x):
    return np.mean(windows(np, x, 3, 2, 2), axis=-1)


@case("torch.nn.AdaptiveAvgPool1d", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=SIZED)
def adaptive_average_pool_1d(torch, x=tensor(2, 3, 7)):
    return torch.nn.AdaptiveAvgPool1d(3)(x)


@adaptive_average_pool_1d.reference
def _(np, x):
    return np.stack([np.mean(x[..., a:b], axis=-1) for a, b in bounds(x.shape[-1], 3)], axis=-1)


@case("torch.nn.AdaptiveAvgPool2d", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=SIZED)
def adaptive_average_pool_2d(torch, x=tensor(2, 3, 5, 7)):
    return torch.nn.AdaptiveAvgPool2d(1)(x), torch.nn.AdaptiveAvgPool2d((2, None))(x)


@adaptive_average_pool_2d.reference
def _(np, x):
    rows = [np.mean(x[..., a:b, :], axis=-2) for a, b in bounds(x.shape[-2], 2)]
    return [np.mean(x, axis=(-2, -1), keepdims=True), np.stack(rows, axis=-2)]


@case("torch.nn.AdaptiveMaxPool2d", dtypes=FLOATING, modes=(EAGER, GRADIENT), limits=SIZED | TIES)
def adaptive_max_pool_2d(torch, x=tensor(2, 3, 5, 7)):
    return torch.nn.AdaptiveMaxPool2d((2, 3))(x)


@adaptive_max_pool_2d.reference
def _(np, x):
    rows = [
        np.stack([np.max(x[..., a:b, c:d], axis=(-2, -1)) for c, d in bounds(x.shape[-1], 3)], axis=-1)
        for a, b in bounds(x.shape[-2], 2)
    ]
    return np.stack(rows, axis=-2)


@case(UPSAMPLE, dtypes=FLOATING, modes=ALL_MODES, limits=SIZED)
def upsample(torch, x=tensor(2, 3, 4, 5)):
    return torch.nn.Upsample(scale_factor=2, mode="nearest")(x)


@upsample.reference
def _(np, x):
    return np.repeat(np.repeat(x, 2, axis=-2), 2, axis=-1)


def interpolated(np, x, axis, places):
    """Return linear interpolation between the elements of an axis, constant beyond its ends."""
    places = np.clip(places, 0, x.shape[axis] - 1)
    below = np.floor(places).astype(int)
    above = np.minimum(below + 1, x.shape[axis] - 1)
    share = (places - below).reshape(-1, *[1] * (x.ndim - 1 - axis % x.ndim))
    return np.take(x, below, axis) * (1 - share) + np.take(x, above, axis) * share


@case(UPSAMPLE, name="linear", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def upsample_linear(torch, x=tensor(2, 3, 5)):
    return torch.nn.Upsample(scale_factor=2, mode="linear")(x)


@upsample_linear.reference
def _(np, x):
    return interpolated(np, x, -1, (np.arange(10) + 0.5) / 2 - 0.5)


@case(UPSAMPLE, name="bilinear-corners", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=LINKED)
def upsample_bilinear(torch, x=tensor(2, 3, 4, 5)):
    return torch.nn.Upsample(size=(7, 9), mode="bilinear", align_corners=True)(x)


@upsample_bilinear.reference
def _(np, x):
    return interpolated(np, interpolated(np, x, -2, np.arange(7) / 2), -1, np.arange(9) / 2)


@case("torch.nn.PixelShuffle", dtypes=FLOATING, modes=ALL_MODES, limits=SIZED)
def pixel_shuffle(torch, x=tensor(2, 12, 3, 5)):
    return torch.nn.PixelShuffle(2)(x)


@pixel_shuffle.reference
def _(np, x):
    n, c, h, w = x.shape
    return x.reshape(n, c // 4, 2, 2, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(n, c // 4, 2 * h, 2 * w)


@case("torch.nn.PixelUnshuffle", dtypes=FLOATING, modes=ALL_MODES, limits=LINKED)
def pixel_unshuffle(torch, x=tensor(2, 3, 4, 6)):
    return torch.nn.PixelUnshuffle(2)(x)


@pixel_unshuffle.reference
def _(np, x):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 3, 5, 2, 4).reshape(n, 4 * c, h // 2, w // 2)


@case("torch.nn.ZeroPad2d", dtypes=(*FLOATING, "int64"), modes=ALL_MODES, limits=SIZED)
def zero_pad_2d(torch, x=tensor(2, 3, 4, 5)):
    return torch.nn.ZeroPad2d((1, 2, 3, 0))(x), torch.nn.ZeroPad2d(-1)(x)


@zero_pad_2d.reference
def _(np, x):
    return [np.pad(x, [(0, 0), (0, 0), (3, 0), (1, 2)]), x[..., 1:-1, 1:-1]]


@case("torch.nn.ConstantPad1d", dtypes=FLOATING, modes=(EAGER, GRADIENT), limits=FIXED_RANK)
def constant_pad_1d(torch, x=tensor(2, 3, 4)):
    return torch.nn.ConstantPad1d((3, 1), 3.5)(x)


@constant_pad_1d.reference
def _(np, x):
    return np.pad(x, [(0, 0), (0, 0), (3, 1)], constant_values=3.5)


@case("torch.nn.ConstantPad2d", dtypes=FLOATING, modes=(EAGER, GRADIENT), limits=SIZED)
def constant_pad_2d(torch, x=tensor(2, 3, 4, 5)):
    return torch.nn.ConstantPad2d((1, -1, 0, 2), -2.0)(x)


@constant_pad_2d.reference
def _(np, x):
    return np.pad(x, [(0, 0), (0, 0), (0, 2), (1, 0)], constant_values=-2)[..., :-1]


@case("torch.nn.ReflectionPad2d", dtypes=FLOATING, modes=ALL_MODES, limits=SIZED)
def reflection_pad_2d(torch, x=tensor(2, 3, 4, 5)):
    return torch.nn.ReflectionPad2d((2, 1, 0, 3))(x)


@reflection_pad_2d.reference
def _(np, x):
    return np.pad(x, [(0, 0), (0, 0), (0, 3), (2, 1)], mode="reflect")


@case("torch.nn.ReplicationPad2d", dtypes=FLOATING, modes=ALL_MODES, limits=SIZED)
def replication_pad_2d(torch, x=tensor(2, 3, 4, 5)):
    return torch.nn.ReplicationPad2d((2, 1, 0, 3))(x)


@replication_pad_2d.reference
def _(np, x):
    return np.pad(x, [(0, 0), (0, 0), (0, 3), (2, 1)], mode="edge")
