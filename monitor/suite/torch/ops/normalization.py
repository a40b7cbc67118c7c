"""Normalization layers, compared with the formulas of their documentation."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, built, case, positive, tensor
from monitor.suite.limits import FIXED_RANK, LINKED_SIZES, NOT_EMPTY, PARAMETERS
from monitor.suite.torch.paper.normalization import normalized

ALL_MODES = (EAGER, COMPILED, GRADIENT)
LAYER, GROUP, RMS = "torch.nn.LayerNorm", "torch.nn.GroupNorm", "torch.nn.RMSNorm"
BATCH1, BATCH2, BATCH3 = "torch.nn.BatchNorm1d", "torch.nn.BatchNorm2d", "torch.nn.BatchNorm3d"
SIZED = NOT_EMPTY | FIXED_RANK


def of_channels(vector, x):
    """Return a vector of channels in the shape that broadcasts with dimension 1 of `x`."""
    return vector.reshape(-1, *[1] * (x.ndim - 2))


def normalized_groups(np, x, groups):
    return normalized(np, x.reshape(x.shape[0], groups, -1), (2,)).reshape(x.shape)


@case(LAYER, dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=NOT_EMPTY | LINKED_SIZES)
def layer_norm(
    torch,
    x=tensor(3, 8),
    weight=tensor(8),
    bias=tensor(8),
    layer=built(lambda torch: torch.nn.LayerNorm(8, eps=0.125, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@layer_norm.reference
def _(np, x, weight, bias):
    return normalized(np, x, (-1,), 0.125) * weight + bias


@case(LAYER, name="without-bias", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=SIZED | LINKED_SIZES)
def layer_norm_without_bias(
    torch,
    x=tensor(2, 3, 4),
    weight=tensor(3, 4),
    layer=built(lambda torch: torch.nn.LayerNorm((3, 4), bias=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@layer_norm_without_bias.reference
def _(np, x, weight):
    return normalized(np, x, (-2, -1)) * weight


@case(LAYER, name="not-affine", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=NOT_EMPTY)
def layer_norm_not_affine(torch, x=tensor(5, 7)):
    return torch.nn.LayerNorm(x.shape[-1], elementwise_affine=False)(x)


@layer_norm_not_affine.reference
def _(np, x):
    return normalized(np, x, (-1,))


@case(LAYER, name="made")
def layer_norm_made(torch):
    layers = (
        torch.nn.LayerNorm(3),
        torch.nn.LayerNorm((2, 3), elementwise_affine=False),
        torch.nn.LayerNorm(3, bias=False),
    )
    try:
        layers[0](torch.ones(2, 4))
    except RuntimeError as error:
        refused = "normalized_shape" in str(error)
    values = {name: value.tolist() for name, value in layers[0].state_dict().items()}
    return values, [sorted(layer.state_dict()) for layer in layers], layers[1].normalized_shape, layers[0].eps, refused


@layer_norm_made.promise
def _(result):
    ones = {"weight": [1.0] * 3, "bias": [0.0] * 3}
    return result == [ones, [["bias", "weight"], [], ["weight"]], [2, 3], 1e-5, True]


@case(RMS, dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=NOT_EMPTY | LINKED_SIZES)
def rms_norm(
    torch,
    x=tensor(3, 8),
    weight=tensor(8),
    layer=built(lambda torch: torch.nn.RMSNorm(8, eps=0.125, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@rms_norm.reference
def _(np, x, weight):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 0.125) * weight


@case(RMS, name="not-affine", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=SIZED | LINKED_SIZES)
def rms_norm_not_affine(torch, x=tensor(5, 3, 4)):
    return torch.nn.RMSNorm((3, 4), eps=1e-3, elementwise_affine=False)(x)


@rms_norm_not_affine.reference
def _(np, x):
    return x / np.sqrt(np.mean(x * x, axis=(-2, -1), keepdims=True) + 1e-3)


@case(RMS, name="default-eps", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8, limits=SIZED)
def rms_norm_default(torch, x=positive(5, 7)):
    return torch.nn.RMSNorm(x.shape[-1], elementwise_affine=False)(x)


@rms_norm_default.reference
def _(np, x):
    # The default is the epsilon of a dtype, which is without effect on numbers of the order of one.
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True))


@case(GROUP, dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=SIZED)
def group_norm(
    torch,
    x=tensor(2, 6, 5),
    weight=tensor(6),
    bias=tensor(6),
    layer=built(lambda torch: torch.nn.GroupNorm(3, 6, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@group_norm.reference
def _(np, x, weight, bias):
    return normalized_groups(np, x, 3) * of_channels(weight, x) + of_channels(bias, x)


@case(GROUP, name="of-images", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=SIZED)
def group_norm_of_images(torch, x=tensor(2, 4, 3, 5)):
    return torch.nn.GroupNorm(1, 4, affine=False)(x), torch.nn.GroupNorm(4, 4, affine=False)(x)


@group_norm_of_images.reference
def _(np, x):
    return [normalized_groups(np, x, 1), normalized_groups(np, x, 4)]


@case(GROUP, name="refused")
def group_norm_refuses(torch):
    try:
        torch.nn.GroupNorm(3, 4)
    except ValueError:
        return "refused"


@group_norm_refuses.promise
def _(result):
    return result == "refused"


def evaluated(torch, layer, x, mean, variance, weight, bias):
    state = {"running_mean": mean, "running_var": variance, "weight": weight, "bias": bias}
    return torch.func.functional_call(layer, state, (x,))


def by_statistics(np, x, mean, variance, weight, bias):
    mean, variance, weight, bias = (of_channels(vector, x) for vector in (mean, variance, weight, bias))
    return (x - mean) / np.sqrt(variance + 1e-5) * weight + bias


@case(BATCH1, dtypes=FLOATING, modes=(EAGER, COMPILED), condition=4, limits=SIZED)
def batch_norm_1d(
    torch,
    x=tensor(5, 3, 4),
    mean=tensor(3),
    variance=positive(3),
    weight=tensor(3),
    bias=tensor(3),
    layer=built(lambda torch: torch.nn.BatchNorm1d(3, device="meta").eval()),
):
    return evaluated(torch, layer, x, mean, variance, weight, bias)


@batch_norm_1d.reference
def _(np, x, mean, variance, weight, bias):
    return by_statistics(np, x, mean, variance, weight, bias)


@case(BATCH1, name="training", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=SIZED)
def batch_norm_1d_training(torch, x=tensor(8, 3)):
    return torch.nn.BatchNorm1d(x.shape[1], affine=False, track_running_stats=False)(x)


@batch_norm_1d_training.reference
def _(np, x):
    return normalized(np, x, (0,))


@case(BATCH2, dtypes=FLOATING, modes=(EAGER, COMPILED), condition=4, limits=SIZED)
def batch_norm_2d(
    torch,
    x=tensor(2, 3, 4, 5),
    mean=tensor(3),
    variance=positive(3),
    weight=tensor(3),
    bias=tensor(3),
    layer=built(lambda torch: torch.nn.BatchNorm2d(3, device="meta").eval()),
):
    return evaluated(torch, layer, x, mean, variance, weight, bias)


@batch_norm_2d.reference
def _(np, x, mean, variance, weight, bias):
    return by_statistics(np, x, mean, variance, weight, bias)


@case(BATCH2, name="training", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=SIZED)
def batch_norm_2d_training(
    torch,
    x=tensor(4, 3, 4, 5),
    weight=tensor(3),
    bias=tensor(3),
    layer=built(lambda torch: torch.nn.BatchNorm2d(3, eps=0.125, track_running_stats=False, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@batch_norm_2d_training.reference
def _(np, x, weight, bias):
    return normalized(np, x, (0, 2, 3), 0.125) * of_channels(weight, x) + of_channels(bias, x)


@case(BATCH2, name="running", dtypes=("float32", "float64"), condition=8, limits=SIZED | PARAMETERS)
def batch_norm_2d_running(torch, x=tensor(4, 3, 4, 5)):
    layer = torch.nn.BatchNorm2d(3, momentum=0.25, affine=False, device=x.device, dtype=x.dtype)
    layer(x)
    return layer.running_mean, layer.running_var


@batch_norm_2d_running.reference
def _(np, x):
    return [np.mean(x, axis=(0, 2, 3)) / 4, 0.75 + np.var(x, axis=(0, 2, 3), ddof=1) / 4]


@case(BATCH2, name="averaged", dtypes=("float32", "float64"), condition=8, limits=SIZED | PARAMETERS)
def batch_norm_2d_averaged(torch, x=tensor(4, 3, 4, 5)):
    layer = torch.nn.BatchNorm2d(3, momentum=None, affine=False, device=x.device, dtype=x.dtype)
    layer(x), layer(3 * x)
    return layer.running_mean


@batch_norm_2d_averaged.reference
def _(np, x):
    return 2 * np.mean(x, axis=(0, 2, 3))  # the average of both batches


@case(BATCH2, name="made")
def batch_norm_2d_made(torch):
    layer = torch.nn.BatchNorm2d(2)
    try:
        layer(torch.ones(2, 2, 3))
    except ValueError as error:
        refused = "expected 4D input" in str(error)
    layer(torch.ones(2, 2, 3, 3)), layer(torch.ones(2, 2, 3, 3))
    return {name: value.tolist() for name, value in layer.state_dict().items() if name != "running_var"}, refused


@batch_norm_2d_made.promise
def _(result):
    state, refused = result
    mean = state.pop("running_mean")
    counted = state == {"weight": [1.0] * 2, "bias": [0.0] * 2, "num_batches_tracked": 2}
    return counted and all(abs(value - 0.19) < 1e-6 for value in mean) and refused


@case(BATCH3, dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8, limits=SIZED)
def batch_norm_3d(torch, x=tensor(2, 3, 2, 3, 2)):
    return torch.nn.BatchNorm3d(3, affine=False, track_running_stats=False)(x)


@batch_norm_3d.reference
def _(np, x):
    return normalized(np, x, (0, 2, 3, 4))


@case("torch.nn.InstanceNorm1d", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=SIZED)
def instance_norm_1d(torch, x=tensor(2, 3, 7)):
    return torch.nn.InstanceNorm1d(3)(x)


@instance_norm_1d.reference
def _(np, x):
    return normalized(np, x, (2,))


@case("torch.nn.InstanceNorm2d", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=SIZED)
def instance_norm_2d(
    torch,
    x=tensor(2, 3, 4, 5),
    weight=tensor(3),
    bias=tensor(3),
    layer=built(lambda torch: torch.nn.InstanceNorm2d(3, affine=True, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))


@instance_norm_2d.reference
def _(np, x, weight, bias):
    return normalized(np, x, (2, 3)) * of_channels(weight, x) + of_channels(bias, x)


@case("torch.nn.LocalResponseNorm", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=SIZED)
def local_response_norm(torch, x=tensor(2, 6, 3, 2)):
    return torch.nn.LocalResponseNorm(3, alpha=0.5, beta=0.75, k=2.0)(x)


@local_response_norm.reference
def _(np, x):
    squares = np.pad(x * x, [(0, 0), (1, 1), (0, 0), (0, 0)])
    sums = squares[:, :-2] + squares[:, 1:-1] + squares[:, 2:]
    return x / (2 + 0.5 * sums / 3) ** 0.75


@case("torch.nn.SyncBatchNorm")
def sync_batch_norm(torch):
    layer = torch.nn.SyncBatchNorm(3)
    kept = layer.eval()(torch.ones(2, 3, 4))
    return sorted(layer.state_dict()), bool((kept - 1).abs().max() < 1e-4), layer.process_group


@sync_batch_norm.promise
def _(result):
    return result == [["bias", "num_batches_tracked", "running_mean", "running_var", "weight"], True, None]


@case("torch.nn.SyncBatchNorm.convert_sync_batchnorm")
def converted_to_sync_batch_norm(torch):
    model = torch.nn.Sequential(torch.nn.Conv1d(2, 3, 1), torch.nn.ModuleList([torch.nn.BatchNorm1d(3, eps=0.5)]))
    converted = torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)
    layer = converted[1][0]
    return [type(one).__name__ for one in converted.modules()], layer.eps, layer.weight.tolist()


@converted_to_sync_batch_norm.promise
def _(result):
    return result == [["Sequential", "Conv1d", "ModuleList", "SyncBatchNorm"], 0.5, [1.0] * 3]
