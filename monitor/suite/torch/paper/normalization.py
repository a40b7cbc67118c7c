"""Normalization over a batch, or over groups of channels."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, positive, tensor
from monitor.suite.limits import FIXED_RANK, LINKED_SIZES, NOT_EMPTY, RUNNING

ALL_MODES = (EAGER, COMPILED, GRADIENT)
EPSILON = 1e-5


def normalized(np, x, axes, epsilon=EPSILON):
    """Return an array with mean 0 and variance 1 along some axes."""
    mean, variance = np.mean(x, axis=axes, keepdims=True), np.var(x, axis=axes, keepdims=True)
    variance = np.where(np.isinf(variance), np.nan, variance)  # an overflow, which shall not end as zero
    return (x - mean) / np.sqrt(variance + epsilon)


def normalized_groups(np, x, groups):
    size = np.prod(x.shape[1:], dtype=int) // groups
    return normalized(np, x.reshape(x.shape[0], groups, size), (2,)).reshape(x.shape)


@case(
    "torch.nn.functional.batch_norm",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK,
)
def batch_norm(torch, x=tensor(4, 3, 5), mean=tensor(3), variance=positive(3), weight=tensor(3), bias=tensor(3)):
    return torch.nn.functional.batch_norm(x, mean, variance, weight, bias)


@batch_norm.reference
def _(np, x, mean, variance, weight, bias):
    mean, variance, weight, bias = (v[:, None] for v in (mean, variance, weight, bias))
    return (x - mean) / np.sqrt(variance + EPSILON) * weight + bias


@case(
    "torch.nn.functional.batch_norm",
    name="training",
    dtypes=FLOATING,
    modes=ALL_MODES,
    condition=8,
    limits=NOT_EMPTY | FIXED_RANK,
)
def batch_norm_training(torch, x=tensor(8, 3, 4), weight=tensor(3), bias=tensor(3)):
    return torch.nn.functional.batch_norm(x, None, None, weight, bias, training=True)


@batch_norm_training.reference
def _(np, x, weight, bias):
    return normalized(np, x, (0, 2)) * weight[:, None] + bias[:, None]


@case(
    "torch.nn.functional.batch_norm",
    name="running",
    dtypes=("float32", "float64"),
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES | RUNNING,
)
def batch_norm_running(torch, x=tensor(8, 3)):
    mean, variance = (torch.full((3,), value, dtype=x.dtype, device=x.device) for value in (1.0, 2.0))
    torch.nn.functional.batch_norm(x, mean, variance, training=True, momentum=0.25)
    return mean, variance


@batch_norm_running.reference
def _(np, x):
    return [0.75 + np.mean(x, axis=0) / 4, 1.5 + np.var(x, axis=0, ddof=1) / 4]  # the variance without bias


@case(
    "torch.nn.functional.batch_norm",
    name="channels-last",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=8,
    limits=NOT_EMPTY | FIXED_RANK,
)
def batch_norm_channels_last(torch, x=tensor(4, 3, 4, 4)):
    return torch.nn.functional.batch_norm(x.to(memory_format=torch.channels_last), None, None, training=True)


@batch_norm_channels_last.reference
def _(np, x):
    return normalized(np, x, (0, 2, 3))


@case("torch.nn.functional.batch_norm", name="one-value", dtypes=("float32",))
def batch_norm_of_one(torch, x=tensor(1, 3)):
    try:
        torch.nn.functional.batch_norm(x, None, None, training=True)
    except ValueError as error:
        return str(error)


@batch_norm_of_one.promise
def _(said):
    return said.startswith("Expected more than 1 value per channel when training")


@case("torch.nn.functional.group_norm", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=NOT_EMPTY | FIXED_RANK)
def group_norm(torch, x=tensor(2, 6, 5), weight=tensor(6), bias=tensor(6)):
    return torch.nn.functional.group_norm(x, 2, weight, bias)


@group_norm.reference
def _(np, x, weight, bias):
    return normalized_groups(np, x, 2) * weight[:, None] + bias[:, None]


@case("torch.nn.functional.group_norm", name="images", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=NOT_EMPTY)
def group_norm_of_images(torch, x=tensor(2, 4, 4, 4)):
    return torch.nn.functional.group_norm(x, x.shape[1])


@group_norm_of_images.reference
def _(np, x):
    return normalized(np, x, tuple(range(2, x.ndim)))


@case(
    "torch.nn.functional.group_norm",
    name="strided",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=8,
    limits=NOT_EMPTY | FIXED_RANK,
)
def group_norm_strided(torch, x=tensor(10, 4, 2)):
    return torch.nn.functional.group_norm(x.permute(2, 1, 0)[..., ::2], 2)


@group_norm_strided.reference
def _(np, x):
    x = np.transpose(x, (2, 1, 0))[..., ::2]
    return normalized_groups(np, x, 2)


@case(
    "torch.nn.functional.group_norm",
    name="large",
    dtypes=("float32", "bfloat16"),
    modes=ALL_MODES[:2],
    condition=8,
    limits=NOT_EMPTY | FIXED_RANK,
)
def group_norm_large(torch, x=tensor(8, 32, 1024)):
    return torch.nn.functional.group_norm(x, 8)


@group_norm_large.reference
def _(np, x):
    return normalized_groups(np, x, 8)


@case("torch.nn.functional.group_norm", name="empty", dtypes=FLOATING, limits=NOT_EMPTY | FIXED_RANK)
def group_norm_of_nothing(torch, x=tensor(0, 4, 3)):
    return torch.nn.functional.group_norm(x, 2)


@group_norm_of_nothing.reference
def _(np, x):
    return x


@case("torch.nn.BatchNorm2d.reset_running_stats", dtypes=("float32", "float64", "bfloat16"))
def reset_running_stats(torch, x=tensor(4, 3, 2, 2)):
    layer = torch.nn.BatchNorm2d(3, dtype=x.dtype, device=x.device)
    weight = layer.weight
    layer(x)
    moved = bool((layer.running_mean != 0).all()), int(layer.num_batches_tracked)
    layer.reset_running_stats()
    return moved, layer.running_mean, layer.running_var, int(layer.num_batches_tracked), layer.weight is weight


@reset_running_stats.promise
def _(result):
    moved, mean, variance, batches, same = result
    return (moved, mean.tolist(), variance.tolist(), batches, same) == ([True, 1], [0.0] * 3, [1.0] * 3, 0, True)


@case("torch.nn.BatchNorm2d.reset_running_stats", name="untracked")
def reset_running_stats_of_none(torch):
    layer = torch.nn.BatchNorm2d(3, track_running_stats=False)
    layer.reset_running_stats()
    return layer.running_mean, layer.running_var, layer.num_batches_tracked


@reset_running_stats_of_none.promise
def _(result):
    return result == [None, None, None]
