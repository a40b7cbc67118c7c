"""Sequences of unequal lengths, and recurrent layers compared with their equations."""

from monitor.model import InputKind
from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, built, case, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY, Limits
from monitor.suite.torch.paper.sequences import product

ALL_MODES, EAGERLY = (EAGER, COMPILED, GRADIENT), (EAGER, GRADIENT)
PAD = "torch.nn.utils.rnn.pad_sequence"
PACK = "torch.nn.utils.rnn.pack_padded_sequence"
UNPACK = "torch.nn.utils.rnn.pad_packed_sequence"
OVERFLOW: Limits = {InputKind.SPECIAL: "its steps leave the range of the dtype"}
SIZED = NOT_EMPTY | FIXED_RANK | LINKED_SIZES


def logistic(np, x):
    return 1 / (1 + np.exp(-x))


@case(PAD, dtypes=(*FLOATING, "int64"), modes=ALL_MODES, limits=SIZED)
def pad_sequence(torch, a=tensor(2, 3), b=tensor(4, 3), c=tensor(1, 3)):
    return torch.nn.utils.rnn.pad_sequence([a, b, c])


@pad_sequence.reference
def _(np, a, b, c):
    return np.stack([np.pad(x, [(0, 4 - len(x)), (0, 0)]) for x in (a, b, c)], axis=1)


@case(PAD, name="batch-first", dtypes=(*FLOATING, "int64"), modes=ALL_MODES, limits=SIZED)
def pad_sequence_batch_first(torch, a=tensor(2), b=tensor(5)):
    return torch.nn.utils.rnn.pad_sequence([a, b], batch_first=True, padding_value=3)


@pad_sequence_batch_first.reference
def _(np, a, b):
    return np.stack([np.pad(a, (0, 3), constant_values=3), b])


@case(PAD, name="left", dtypes=FLOATING, modes=EAGERLY, limits=SIZED)
def pad_sequence_left(torch, a=tensor(2, 3), b=tensor(4, 3)):
    return torch.nn.utils.rnn.pad_sequence((a, b), batch_first=True, padding_side="left")


@pad_sequence_left.reference
def _(np, a, b):
    return np.stack([np.pad(a, [(2, 0), (0, 0)]), b])


@case(PACK, dtypes=FLOATING, modes=EAGERLY, limits=FIXED_SHAPES)
def pack_padded_sequence(torch, x=tensor(4, 3, 2)):
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, [4, 2, 1])
    return packed.data


@pack_padded_sequence.reference
def _(np, x):
    return np.stack([x[step, row] for step, rows in enumerate((3, 2, 1, 1)) for row in range(rows)])


@case(PACK, name="unsorted")
def pack_padded_sequence_unsorted(torch):
    x = torch.arange(8).reshape(2, 4)
    lengths = torch.tensor([2, 4])
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    try:
        torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
    except RuntimeError:
        refused = True
    return packed.data.tolist(), packed.batch_sizes.tolist(), packed.sorted_indices.tolist(), refused


@pack_padded_sequence_unsorted.promise
def _(result):
    return result == [[4, 0, 5, 1, 6, 7], [2, 2, 1, 1], [1, 0], True]


@case(UNPACK, dtypes=FLOATING, modes=EAGERLY, limits=FIXED_SHAPES)
def pad_packed_sequence(torch, x=tensor(4, 3, 2)):
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, [1, 4, 2], enforce_sorted=False)
    return torch.nn.utils.rnn.pad_packed_sequence(packed, padding_value=0.5, total_length=5)[0]


@pad_packed_sequence.reference
def _(np, x):
    padded = np.full((5, 3, 2), 0.5)
    for row, length in enumerate((1, 4, 2)):
        padded[:length, row] = x[:length, row]
    return padded


@case(UNPACK, name="lengths")
def pad_packed_sequence_lengths(torch):
    packed = torch.nn.utils.rnn.pack_sequence([torch.ones(1), torch.ones(3)], enforce_sorted=False)
    padded, lengths = torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
    return padded.tolist(), lengths.tolist()


@pad_packed_sequence_lengths.promise
def _(result):
    return result == [[[1.0, 0.0, 0.0], [1.0] * 3], [1, 3]]


def lstm_step(np, x, h, c, w, u, b, d):
    """Hochreiter and Schmidhuber with forget gates; the gates stacked as input, forget, cell, output."""
    i, f, g, o = np.split(product(np, x, w) + b + product(np, h, u) + d, 4, axis=-1)
    c = logistic(np, f) * c + logistic(np, i) * np.tanh(g)
    return logistic(np, o) * np.tanh(c), c


def gru_step(np, x, h, w, u, b, d):
    """Cho et al., 2014, with the reset gate after the product, as documented; gates: reset, update, new."""
    (xr, xz, xn), (hr, hz, hn) = (np.split(product(np, *one), 3, axis=-1) for one in ((x, w), (h, u)))
    (br, bz, bn), (dr, dz, dn) = np.split(b, 3), np.split(d, 3)
    r, z = logistic(np, xr + br + hr + dr), logistic(np, xz + bz + hz + dz)
    n = np.tanh(xn + bn + r * (hn + dn))
    return (1 - z) * n + z * h


@case("torch.nn.GRUCell", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=SIZED)
def gru_cell(
    torch,
    x=tensor(2, 3),
    h=tensor(2, 4),
    w=tensor(12, 3),
    u=tensor(12, 4),
    b=tensor(12),
    d=tensor(12),
    cell=built(lambda torch: torch.nn.GRUCell(3, 4, device="meta")),
):
    weights = {"weight_ih": w, "weight_hh": u, "bias_ih": b, "bias_hh": d}
    return torch.func.functional_call(cell, weights, (x, h))


@gru_cell.reference
def _(np, x, h, w, u, b, d):
    return gru_step(np, x, h, w, u, b, d)


def state(w, u, b, d, suffix="_l0"):
    return {f"weight_ih{suffix}": w, f"weight_hh{suffix}": u, f"bias_ih{suffix}": b, f"bias_hh{suffix}": d}


@case("torch.nn.GRU", dtypes=FLOATING, modes=EAGERLY, condition=16, limits=FIXED_SHAPES | OVERFLOW)
def gru(
    torch,
    x=tensor(5, 2, 3),
    w=tensor(12, 3),
    u=tensor(12, 4),
    b=tensor(12),
    d=tensor(12),
    layer=built(lambda torch: torch.nn.GRU(3, 4, device="meta")),
):
    return torch.func.functional_call(layer, state(w, u, b, d), (x,))


@gru.reference
def _(np, x, w, u, b, d):
    h, outputs = np.zeros((2, 4)), []
    for step in x:
        h = gru_step(np, step, h, w, u, b, d)
        outputs.append(h)
    return [np.stack(outputs), h[None]]


@case("torch.nn.LSTM", dtypes=FLOATING, modes=EAGERLY, condition=16, limits=FIXED_SHAPES | OVERFLOW)
def lstm(
    torch,
    x=tensor(5, 2, 3),
    w=tensor(16, 3),
    u=tensor(16, 4),
    b=tensor(16),
    d=tensor(16),
    layer=built(lambda torch: torch.nn.LSTM(3, 4, device="meta")),
):
    outputs, (h, c) = torch.func.functional_call(layer, state(w, u, b, d), (x,))
    return outputs, h, c


@lstm.reference
def _(np, x, w, u, b, d):
    h, c, outputs = np.zeros((2, 4)), np.zeros((2, 4)), []
    for step in x:
        h, c = lstm_step(np, step, h, c, w, u, b, d)
        outputs.append(h)
    return [np.stack(outputs), h[None], c[None]]


@case("torch.nn.LSTM", name="both-ways", dtypes=FLOATING, modes=EAGERLY, condition=16, limits=FIXED_SHAPES)
def lstm_both_ways(
    torch,
    x=tensor(2, 5, 3),
    w=tensor(16, 3),
    u=tensor(16, 4),
    v=tensor(16, 3),
    s=tensor(16, 4),
    layer=built(lambda torch: torch.nn.LSTM(3, 4, bias=False, bidirectional=True, batch_first=True, device="meta")),
):
    weights = {"weight_ih_l0": w, "weight_hh_l0": u, "weight_ih_l0_reverse": v, "weight_hh_l0_reverse": s}
    return torch.func.functional_call(layer, weights, (x,))[0]


@lstm_both_ways.reference
def _(np, x, w, u, v, s):
    sides = []
    for a, b, order in ((w, u, 1), (v, s, -1)):
        h, c, outputs = np.zeros((2, 4)), np.zeros((2, 4)), []
        for step in range(5)[::order]:
            h, c = lstm_step(np, x[:, step], h, c, a, b, 0, 0)
            outputs.append(h)
        sides.append(np.stack(outputs[::order], axis=1))
    return np.concatenate(sides, axis=-1)
