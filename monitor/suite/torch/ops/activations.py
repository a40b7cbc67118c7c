"""Activations, as layers and as functions."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, built, case, tensor, uniform
from monitor.suite.limits import FINITE, FIXED_RANK, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SOFTMAX, LOG_SOFTMAX = "torch.nn.functional.softmax", "torch.nn.functional.log_softmax"
GUMBEL = "torch.nn.functional.gumbel_softmax"


def logistic(np, x):
    return 1 / (1 + np.exp(-x))


def shifted(np, x, axis):
    return x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)


def shares(np, x, axis=-1):
    powers = np.exp(shifted(np, x, axis))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def log_shares(np, x, axis=-1):
    x = shifted(np, x, axis)
    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))


@case(SOFTMAX, dtypes=FLOATING, modes=ALL_MODES, condition=4)
def softmax(torch, x=tensor(5, 7)):
    return torch.nn.functional.softmax(x, dim=-1)


@softmax.reference
def _(np, x):
    return shares(np, x)


@case(SOFTMAX, name="of-columns", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def softmax_of_columns(torch, x=tensor(3, 5, 6)):
    return torch.nn.functional.softmax(x, dim=1)


@softmax_of_columns.reference
def _(np, x):
    return shares(np, x.swapaxes(-1, 1), -1).swapaxes(-1, 1)


@case(
    SOFTMAX,
    name="in-another-dtype",
    dtypes=("float16", "bfloat16", "float32"),
    returns={"float16": "float32", "bfloat16": "float32"},
)
def softmax_in_another_dtype(torch, x=tensor(5, 7)):
    return torch.nn.functional.softmax(x, dim=-1, dtype=torch.float32)


@softmax_in_another_dtype.reference
def _(np, x):
    return shares(np, x)


@case("torch.nn.Softmax", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=NOT_EMPTY)
def softmax_layer(torch, x=tensor(5, 7)):
    return torch.nn.Softmax(dim=0)(x), torch.nn.Softmax(dim=-1)(x)


@softmax_layer.reference
def _(np, x):
    return [shares(np, x, 0), shares(np, x)]


@case(LOG_SOFTMAX, dtypes=FLOATING, modes=ALL_MODES, condition=4)
def log_softmax(torch, x=tensor(5, 7)):
    return torch.nn.functional.log_softmax(x, dim=-1)


@log_softmax.reference
def _(np, x):
    return log_shares(np, x)


@case("torch.nn.LogSoftmax", dtypes=FLOATING, modes=ALL_MODES, condition=4)
def log_softmax_layer(torch, x=tensor(5, 7)):
    return torch.nn.LogSoftmax(dim=0)(x)


@log_softmax_layer.reference
def _(np, x):
    return log_shares(np, x, 0)


@case("torch.nn.ReLU", dtypes=(*FLOATING, "int32", "int64"), modes=ALL_MODES)
def relu_layer(torch, x=tensor(5, 7)):
    return torch.nn.ReLU()(x)


@relu_layer.reference
def _(np, x):
    return np.maximum(x, 0)


@case("torch.nn.ReLU", name="in-place", dtypes=FLOATING, modes=ALL_MODES)
def relu_in_place(torch, x=tensor(5, 7)):
    y = x * 2
    returned = torch.nn.ReLU(inplace=True)(y)
    return y, returned


@relu_in_place.reference
def _(np, x):
    return [np.maximum(2 * x, 0)] * 2


@case("torch.relu", dtypes=(*FLOATING, "int32", "int64"), modes=ALL_MODES)
def relu(torch, x=tensor(5, 7)):
    return torch.relu(x)


@relu.reference
def _(np, x):
    return np.maximum(x, 0)


@case("torch.nn.SiLU", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def silu(torch, x=tensor(5, 7)):
    return torch.nn.SiLU()(x)


@silu.reference
def _(np, x):
    return x * logistic(np, x)


@case("torch.nn.SiLU", name="wide", dtypes=FLOATING, modes=ALL_MODES, condition=8)
def silu_wide(torch, x=uniform(-20, 20, 5, 7)):
    return torch.nn.SiLU(inplace=False)(x)


@silu_wide.reference
def _(np, x):
    return x * logistic(np, x)


@case("torch.nn.Tanh", dtypes=FLOATING, modes=ALL_MODES)
def tanh_layer(torch, x=tensor(5, 7)):
    return torch.nn.Tanh()(x)


@tanh_layer.reference
def _(np, x):
    return np.tanh(x)


@case("torch.nn.functional.tanh", dtypes=FLOATING, modes=ALL_MODES)
def tanh(torch, x=uniform(-8, 8, 5, 7)):
    return torch.nn.functional.tanh(x)


@tanh.reference
def _(np, x):
    return np.tanh(x)


@case("torch.nn.Sigmoid", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def sigmoid_layer(torch, x=tensor(5, 7)):
    return torch.nn.Sigmoid()(x)


@sigmoid_layer.reference
def _(np, x):
    return logistic(np, x)


@case("torch.nn.functional.sigmoid", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def sigmoid(torch, x=tensor(5, 7)):
    return torch.nn.functional.sigmoid(x)


@sigmoid.reference
def _(np, x):
    return logistic(np, x)


@case("torch.nn.ELU", dtypes=FLOATING, modes=ALL_MODES)
def elu(torch, x=tensor(5, 7)):
    return torch.nn.ELU()(x)


@elu.reference
def _(np, x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


@case("torch.nn.ELU", name="alpha", dtypes=FLOATING, modes=ALL_MODES)
def elu_with_alpha(torch, x=tensor(5, 7)):
    return torch.nn.ELU(alpha=0.5)(x)


@elu_with_alpha.reference
def _(np, x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)) / 2)


@case("torch.nn.LeakyReLU", dtypes=FLOATING, modes=ALL_MODES)
def leaky_relu(torch, x=tensor(5, 7)):
    return torch.nn.LeakyReLU(0.25)(x)


@leaky_relu.reference
def _(np, x):
    return np.where(x >= 0, x, x / 4)


@case("torch.nn.LeakyReLU", name="default", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def leaky_relu_default(torch, x=tensor(5, 7)):
    return torch.nn.LeakyReLU()(x)


@leaky_relu_default.reference
def _(np, x):
    return np.where(x >= 0, x, x / 100)


@case("torch.nn.PReLU", dtypes=FLOATING, modes=ALL_MODES)
def prelu(torch, x=tensor(5, 7), weight=tensor(1), layer=built(lambda torch: torch.nn.PReLU(device="meta"))):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@prelu.reference
def _(np, x, weight):
    return np.maximum(x, 0) + np.where(x >= 0, 0, weight * np.minimum(x, 0)) if weight.size else x


@case("torch.nn.PReLU", name="of-channels", dtypes=FLOATING, modes=ALL_MODES, limits=FIXED_RANK)
def prelu_of_channels(
    torch, x=tensor(2, 3, 4), weight=tensor(3), layer=built(lambda torch: torch.nn.PReLU(3, device="meta"))
):
    return torch.func.functional_call(layer, {"weight": weight}, (x,))


@prelu_of_channels.reference
def _(np, x, weight):
    return np.where(x >= 0, x, weight[:, None] * x)


@case("torch.nn.GLU", dtypes=FLOATING, modes=ALL_MODES, condition=2, limits=NOT_EMPTY)
def glu(torch, x=tensor(5, 8)):
    return torch.nn.GLU()(x)


@glu.reference
def _(np, x):
    half = x.shape[-1] // 2
    return x[..., :half] * logistic(np, x[..., half:])


@case("torch.nn.GLU", name="of-channels", dtypes=FLOATING, modes=ALL_MODES, condition=2, limits=NOT_EMPTY | FIXED_RANK)
def glu_of_channels(torch, x=tensor(2, 6, 5)):
    return torch.nn.GLU(dim=1)(x)


@glu_of_channels.reference
def _(np, x):
    return x[:, : x.shape[1] // 2] * logistic(np, x[:, x.shape[1] // 2 :])


@case("torch.nn.Softplus", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def softplus(torch, x=uniform(-8, 8, 5, 7)):
    return torch.nn.Softplus()(x)


@softplus.reference
def _(np, x):
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))  # documented: linear above the threshold


@case("torch.nn.Softplus", name="threshold", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2)
def softplus_with_threshold(torch, x=uniform(-2, 4, 5, 7)):
    return torch.nn.Softplus(beta=2, threshold=4)(x)


@softplus_with_threshold.reference
def _(np, x):
    return np.where(2 * x > 4, x, np.log1p(np.exp(np.minimum(2 * x, 4))) / 2)


@case("torch.nn.Hardswish", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def hardswish(torch, x=uniform(-5, 5, 5, 7)):
    return torch.nn.Hardswish()(x)


@hardswish.reference
def _(np, x):
    return np.where(x <= -3, 0, np.where(x >= 3, x, x * (x + 3) / 6))


@case("torch.nn.Hardsigmoid", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def hardsigmoid(torch, x=uniform(-5, 5, 5, 7)):
    return torch.nn.Hardsigmoid()(x)


@hardsigmoid.reference
def _(np, x):
    return np.where(x <= -3, 0, np.where(x >= 3, 1, x / 6 + 1 / 2))


@case("torch.nn.SELU", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def selu(torch, x=tensor(5, 7)):
    return torch.nn.SELU()(x)


@selu.reference
def _(np, x):
    # Klambauer et al., Self-Normalizing Neural Networks, 2017.
    negative = 1.6732632423543772 * np.expm1(np.minimum(x, 0))
    return 1.0507009873554805 * np.where(x > 0, x, negative)


@case(GUMBEL, dtypes=FLOATING, limits=FINITE)
def gumbel_softmax(torch, x=tensor(5, 7)):
    torch.manual_seed(3)
    soft = torch.nn.functional.gumbel_softmax(x, tau=0.5)
    hard = torch.nn.functional.gumbel_softmax(x, hard=True, dim=0)
    return soft.double().sum(-1), hard


@gumbel_softmax.promise
def _(result):
    import numpy as np

    sums, hard = result
    one_hot = np.array_equal(np.sort(hard, axis=0)[-1], np.ones(7)) and np.count_nonzero(hard) == 7
    return bool(np.allclose(sums, 1, atol=0.05)) and one_hot


@case(GUMBEL, name="frequencies")
def gumbel_softmax_frequencies(torch):
    torch.manual_seed(3)
    logits = torch.tensor([0.5, 0.25, 0.125, 0.125]).log().expand(10_000, 4)
    return torch.nn.functional.gumbel_softmax(logits, hard=True).mean(0)


@gumbel_softmax_frequencies.promise
def _(frequencies):
    # Six standard deviations of a share of 10,000 are at most 0.03.
    return all(abs(got - share) < 0.03 for got, share in zip(frequencies, (0.5, 0.25, 0.125, 0.125), strict=True))
