"""Networks over sequences: a cell with memory, compared with its equations step by step."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, built, case, tensor
from monitor.suite.limits import FIXED_RANK, LINKED_SIZES, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)


def sigmoid(np, x):
    return 1 / (1 + np.exp(-x))


def product(np, x, w):
    """Return x w'. Each product is rounded by itself: a fused sum may be finite where a product overflows."""
    return np.sum(x[..., None, :] * w, axis=-1)


def lstm_step(np, x, h, c, w, u, b, d):
    """Hochreiter and Schmidhuber with forget gates; the gates stacked as input, forget, cell, output."""
    i, f, g, o = np.split(product(np, x, w) + b + product(np, h, u) + d, 4, axis=-1)
    c = sigmoid(np, f) * c + sigmoid(np, i) * np.tanh(g)
    return sigmoid(np, o) * np.tanh(c), c


@case("torch.nn.LSTMCell", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES)
def lstm_cell(
    torch,
    x=tensor(2, 3),
    h=tensor(2, 4),
    c=tensor(2, 4),
    w=tensor(16, 3),
    u=tensor(16, 4),
    b=tensor(16),
    d=tensor(16),
    cell=built(lambda torch: torch.nn.LSTMCell(3, 4, device="meta")),
):
    weights = {"weight_ih": w, "weight_hh": u, "bias_ih": b, "bias_hh": d}
    return torch.func.functional_call(cell, weights, (x, (h, c)))


@lstm_cell.reference
def _(np, x, h, c, w, u, b, d):
    return lstm_step(np, x, h, c, w, u, b, d)


@case(
    "torch.nn.LSTMCell",
    name="without-bias-or-state",
    dtypes=FLOATING,
    modes=ALL_MODES,
    condition=8,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def lstm_cell_from_rest(
    torch,
    x=tensor(3),
    w=tensor(16, 3),
    u=tensor(16, 4),
    cell=built(lambda torch: torch.nn.LSTMCell(3, 4, bias=False, device="meta")),
):
    return torch.func.functional_call(cell, {"weight_ih": w, "weight_hh": u}, (x,))


@lstm_cell_from_rest.reference
def _(np, x, w, u):
    return lstm_step(np, x, np.zeros(4), np.zeros(4), w, u, 0, 0)


@case(
    "torch.nn.LSTMCell",
    name="steps",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=32,
    limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES,
)
def lstm_cell_in_steps(
    torch,
    x=tensor(4, 2, 3),
    w=tensor(16, 3),
    u=tensor(16, 4),
    cell=built(lambda torch: torch.nn.LSTMCell(3, 4, bias=False, device="meta")),
):
    state = None
    for step in x:
        state = torch.func.functional_call(cell, {"weight_ih": w, "weight_hh": u}, (step, state))
    return state


@lstm_cell_in_steps.reference
def _(np, x, w, u):
    h = c = np.zeros((2, 4))
    for step in x:
        h, c = lstm_step(np, step, h, c, w, u, 0, 0)
    return h, c


@case("torch.nn.LSTMCell", name="empty", dtypes=FLOATING, limits=NOT_EMPTY | FIXED_RANK | LINKED_SIZES)
def lstm_cell_of_nothing(
    torch,
    x=tensor(0, 3),
    w=tensor(16, 3),
    u=tensor(16, 4),
    cell=built(lambda torch: torch.nn.LSTMCell(3, 4, bias=False)),
):
    return torch.func.functional_call(cell, {"weight_ih": w, "weight_hh": u}, (x,))


@lstm_cell_of_nothing.reference
def _(np, x):
    return np.zeros((0, 4)), np.zeros((0, 4))
