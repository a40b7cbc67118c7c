"""Arguments of parameters, buffers and modules that hold them, which no other case passes."""

from functools import partial

from monitor.suite.declare import DEVICE, fact
from monitor.suite.limits import ARGUMENT_ONLY
from monitor.suite.torch.ops.distributed import in_group
from monitor.suite.torch.ops.initialisers import drawn, is_normal, is_uniform

argument_fact = partial(fact, limits=ARGUMENT_ONLY)

PARAMETERS_AND_BUFFERS = [
    argument_fact(
        "torch.nn.utils.remove_weight_norm",
        lambda torch: _without_norm(torch),
        lambda found: found == [["bias_g", "bias_v", "weight"], ["bias", "weight"]],
        name="bias",
    ),
    argument_fact(
        "torch.nn.parameter.UninitializedParameter",
        lambda torch: _materialized(
            torch.nn.parameter.UninitializedParameter(requires_grad=False, device="meta", dtype=torch.float64)
        ),
        lambda found: found == [False, "meta", "torch.float64", [2]],
        name="options",
    ),
    argument_fact(
        "torch.nn.UninitializedBuffer",
        lambda torch: [
            _materialized(torch.nn.UninitializedBuffer(requires_grad=True, device="meta", dtype=torch.float64)),
            _saved(torch, torch.nn.UninitializedBuffer(persistent=True)),
            _saved(torch, torch.nn.UninitializedBuffer(persistent=False)),
        ],
        lambda found: found == [[True, "meta", "torch.float64", [2]], ["late"], []],
        name="options",
    ),
    argument_fact(
        "torch.nn.parameter.Parameter",
        lambda torch: [
            torch.nn.parameter.Parameter(torch.ones(2), requires_grad=tracked).requires_grad
            for tracked in (False, True)
        ],
        lambda found: found == [False, True],
        name="frozen",
    ),
    argument_fact(
        "torch.nn.LazyConv2d",
        lambda torch: torch.nn.LazyConv2d(3, 2, device="meta").weight.device.type,
        lambda device: device == "meta",
        name="device",
    ),
    argument_fact(
        "torch.nn.BatchNorm3d",
        lambda torch: _dtypes(torch.nn.BatchNorm3d(3, dtype=torch.float64)),
        lambda found: found == ["float64"] * 4 + ["int64"],
        name="dtype",
    ),
    argument_fact(
        "torch.nn.InstanceNorm1d",
        lambda torch: _dtypes(torch.nn.InstanceNorm1d(3, affine=True, dtype=torch.float64)),
        lambda found: found == ["float64"] * 2,
        name="dtype",
    ),
    argument_fact(
        "torch.nn.SyncBatchNorm.convert_sync_batchnorm",
        lambda torch: in_group(
            torch,
            lambda dist: (
                lambda group: (
                    torch.nn.SyncBatchNorm.convert_sync_batchnorm(
                        torch.nn.BatchNorm1d(3), process_group=group
                    ).process_group
                    is group
                )
            )(dist.new_group([0])),
        ),
        lambda same: same is True,
        name="group",
    ),
    argument_fact(
        "torch.func.functional_call",
        lambda torch: (
            lambda weights, x: [
                torch.func.functional_call(_tied(torch), weights, x, tie_weights=False).tolist(),
                torch.func.functional_call(_tied(torch), weights, x, kwargs={"times": 3}).tolist(),
            ]
        )({"first": torch.zeros(2)}, torch.ones(2)),
        lambda found: found == [[2, 2], [3, 3]],
        name="tied",
    ),
]


def _without_norm(torch):
    """Return the names of the parameters of a layer with a normalized bias, and after its removal."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # weight_norm is deprecated
        layer = torch.nn.utils.weight_norm(torch.nn.Linear(3, 2), name="bias", dim=None)
    before = sorted(layer.state_dict())
    return before, sorted(torch.nn.utils.remove_weight_norm(layer, name="bias").state_dict())


def _materialized(tensor):
    """Return whether a tensor without a shape tracks gradients, its device, dtype and shape, once it has a shape."""
    tensor.materialize((2,))
    return tensor.requires_grad, tensor.device.type, str(tensor.dtype), list(tensor.shape)


def _saved(torch, buffer):
    """Return the names in the state of a module with a buffer."""
    module = torch.nn.Module()
    module.late = buffer
    buffer.materialize((2,))
    return sorted(module.state_dict())


def _tied(torch):
    """Return a module that adds a weight under two names to its input."""

    class Tied(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = self.second = torch.nn.Parameter(torch.ones(2))

        def forward(self, x, times=1):
            return times * (x + self.first + self.second)

    return Tied()


def _dtypes(module):
    """Return the names of the dtypes of the parameters and buffers of a module."""
    return [str(one.dtype).removeprefix("torch.") for one in (*module.parameters(), *module.buffers())]


INITIALISERS = [
    argument_fact(
        "torch.nn.init.kaiming_uniform_",
        lambda torch, device=DEVICE: drawn(
            torch, "kaiming_uniform_", (60, 90), torch.float32, device, mode="fan_out", nonlinearity="linear"
        ),
        lambda found: is_uniform(found, -((3 / 60) ** 0.5), (3 / 60) ** 0.5, 5400),
        name="fan-out",
    ),
    argument_fact(
        "torch.nn.init.trunc_normal_",
        lambda torch, device=DEVICE: drawn(torch, "trunc_normal_", (60, 90), torch.float32, device, mean=0.5, std=0.02),
        lambda found: is_normal(found, 0.02, 5400, mean=0.5),
        name="mean",
    ),
]
