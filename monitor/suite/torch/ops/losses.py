"""Losses, compared with the formulas of their documentation."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, indices, positive, tensor, uniform
from monitor.suite.limits import FIXED_RANK, GENERIC, LINKED_SIZES, NOT_EMPTY, UNIT_RANGE

ALL_MODES = (EAGER, COMPILED, GRADIENT)
CROSS_ENTROPY = "torch.nn.CrossEntropyLoss"
CLASSES = NOT_EMPTY | FIXED_RANK | LINKED_SIZES


def log_shares(np, x, axis=-1):
    x = x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))


@case(CROSS_ENTROPY, dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=CLASSES)
def cross_entropy(torch, x=tensor(5, 7), y=indices(5, below=7)):
    return torch.nn.CrossEntropyLoss()(x, y)


@cross_entropy.reference
def _(np, x, y):
    return -np.mean(log_shares(np, x)[np.arange(len(y)), y])


@case(CROSS_ENTROPY, name="each", dtypes=FLOATING, modes=(EAGER, COMPILED), condition=4, limits=CLASSES)
def cross_entropy_each(torch, x=tensor(5, 7, 3), y=indices(5, 3, below=7), weight=positive(7)):
    return torch.nn.CrossEntropyLoss(weight=weight, reduction="none")(x, y)


@cross_entropy_each.reference
def _(np, x, y, weight):
    logs = np.take_along_axis(log_shares(np, x, 1), y[:, None], axis=1)[:, 0]
    return -weight[y] * logs


@case(CROSS_ENTROPY, name="weighted", dtypes=FLOATING, modes=(EAGER, COMPILED), condition=4, limits=CLASSES)
def cross_entropy_weighted(torch, x=tensor(5, 7), y=indices(5, below=7), weight=positive(7)):
    return torch.nn.CrossEntropyLoss(weight=weight)(x, y)


@cross_entropy_weighted.reference
def _(np, x, y, weight):
    return -np.sum(weight[y] * log_shares(np, x)[np.arange(len(y)), y]) / np.sum(weight[y])


@case(CROSS_ENTROPY, name="ignored", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=CLASSES)
def cross_entropy_ignored(torch, x=tensor(9, 4), y=indices(9, below=4)):
    return torch.nn.CrossEntropyLoss(ignore_index=2, reduction="sum")(x, y)


@cross_entropy_ignored.reference
def _(np, x, y):
    return -np.sum(log_shares(np, x)[np.arange(len(y)), y][y != 2])


@case(CROSS_ENTROPY, name="smoothed", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=CLASSES)
def cross_entropy_smoothed(torch, x=tensor(5, 7), y=indices(5, below=7)):
    return torch.nn.CrossEntropyLoss(label_smoothing=0.25)(x, y)


@cross_entropy_smoothed.reference
def _(np, x, y):
    logs = log_shares(np, x)
    return -np.mean(0.75 * logs[np.arange(len(y)), y] + 0.25 * np.mean(logs, axis=-1))


@case(CROSS_ENTROPY, name="of-shares", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=CLASSES)
def cross_entropy_of_shares(torch, x=tensor(5, 7), y=uniform(0.125, 1, 5, 7)):
    return torch.nn.CrossEntropyLoss(reduction="none")(x, y)


@cross_entropy_of_shares.reference
def _(np, x, y):
    return -np.sum(y * log_shares(np, x), axis=-1)


@case(CROSS_ENTROPY, name="refused")
def cross_entropy_refuses(torch):
    errors = []
    for target in (torch.tensor([0, 7]), torch.tensor([0, -1]), torch.tensor([0.0, 1.0])):
        try:
            torch.nn.CrossEntropyLoss()(torch.zeros(2, 7), target)
        except (IndexError, RuntimeError) as error:
            errors.append(type(error).__name__)
    return errors


@cross_entropy_refuses.promise
def _(errors):
    return errors == ["IndexError", "IndexError", "RuntimeError"]


@case("torch.nn.MSELoss", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def mse(torch, x=tensor(5, 7), y=tensor(5, 7)):
    return torch.nn.MSELoss()(x, y)


@mse.reference
def _(np, x, y):
    return np.mean((x - y) ** 2)


@case("torch.nn.MSELoss", name="sum", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def mse_sum(torch, x=tensor(5, 7), y=tensor(5, 7)):
    return torch.nn.MSELoss(reduction="sum")(x, y), torch.nn.MSELoss(reduction="none")(x, y)


@mse_sum.reference
def _(np, x, y):
    return [np.sum((x - y) ** 2), (x - y) ** 2]


@case("torch.nn.L1Loss", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def l1(torch, x=tensor(5, 7), y=tensor(5, 7)):
    return torch.nn.L1Loss()(x, y), torch.nn.L1Loss(reduction="none")(x, y)


@l1.reference
def _(np, x, y):
    return [np.mean(np.abs(x - y)), np.abs(x - y)]


@case("torch.nn.BCELoss", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=UNIT_RANGE)
def bce(torch, x=uniform(0.03125, 0.96875, 5, 7), y=uniform(0, 1, 5, 7)):
    return torch.nn.BCELoss()(x, y)


@bce.reference
def _(np, x, y):
    return -np.mean(y * np.log(x) + (1 - y) * np.log(1 - x))


@case("torch.nn.BCELoss", name="certain", dtypes=FLOATING, modes=(EAGER, COMPILED), limits=UNIT_RANGE)
def bce_of_certain(torch, y=uniform(0, 1, 4)):
    x = (y > 0.5).to(y.dtype)
    return torch.nn.BCELoss(reduction="none")(x, (y <= 0.5).to(y.dtype))


@bce_of_certain.reference
def _(np, y):
    return np.full(y.shape, 100.0)  # documented: a logarithm is at least -100


@case("torch.nn.AdaptiveLogSoftmaxWithLoss", dtypes=("float32", "float64"), limits=GENERIC)
def adaptive_log_softmax(torch, x=tensor(6, 8)):
    torch.manual_seed(1)
    layer = torch.nn.AdaptiveLogSoftmaxWithLoss(8, 20, cutoffs=[4, 12], device=x.device, dtype=x.dtype)
    target = torch.tensor([0, 3, 4, 11, 12, 19], device=x.device)
    logs = layer.log_prob(x)
    output, loss = layer(x, target)
    return logs, output, loss, layer.predict(x)


@adaptive_log_softmax.promise
def _(result):
    import numpy as np

    logs, output, loss, best = result
    picked = logs[np.arange(6), [0, 3, 4, 11, 12, 19]]
    whole = np.allclose(np.exp(logs).sum(-1), 1, atol=1e-5)
    agrees = np.allclose(output, picked, atol=1e-5) and np.allclose(loss, -picked.mean(), atol=1e-5)
    return bool(whole and agrees and np.array_equal(best, logs.argmax(-1)))
