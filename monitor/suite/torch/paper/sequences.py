"""Networks over sequences: a cell with memory, and attention, compared with their equations step by step."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, built, case, tensor

ALL_MODES = (EAGER, COMPILED, GRADIENT)


def sigmoid(np, x):
    return 1 / (1 + np.exp(-x))


def lstm_step(np, x, h, c, w, u, b, d):
    """Hochreiter and Schmidhuber with forget gates; the gates stacked as input, forget, cell, output."""
    i, f, g, o = np.split(x @ w.T + b + h @ u.T + d, 4, axis=-1)
    c = sigmoid(np, f) * c + sigmoid(np, i) * np.tanh(g)
    return sigmoid(np, o) * np.tanh(c), c


@case("torch.nn.LSTMCell", dtypes=FLOATING, modes=ALL_MODES, condition=8)
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


@case("torch.nn.LSTMCell", name="without-bias-or-state", dtypes=FLOATING, modes=ALL_MODES, condition=8)
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


@case("torch.nn.LSTMCell", name="steps", dtypes=FLOATING, modes=(EAGER, COMPILED), condition=32)
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


@case("torch.nn.LSTMCell", name="empty", dtypes=FLOATING)
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


def layer_norm(np, x, weight=1.0, bias=0.0):
    deviation = np.sqrt(np.var(x, axis=-1, keepdims=True) + 1e-5)
    return (x - np.mean(x, axis=-1, keepdims=True)) / deviation * weight + bias


def attend(np, weights, prefix, query, memory, mask=0.0, heads=2):
    """Vaswani et al., Attention Is All You Need, 2017, section 3.2; batch first."""
    w, b = weights[prefix + "in_proj_weight"], weights[prefix + "in_proj_bias"]
    size = query.shape[-1]
    parts = [
        x @ w[k * size : (k + 1) * size].T + b[k * size : (k + 1) * size] for k, x in enumerate((query, memory, memory))
    ]
    q, k, v = (np.swapaxes(x.reshape(*x.shape[:-1], heads, size // heads), -2, -3) for x in parts)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(size // heads) + mask
    shares = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    shares = shares / np.sum(shares, axis=-1, keepdims=True)
    mixed = np.swapaxes(shares @ v, -2, -3).reshape(query.shape)
    return mixed @ weights[prefix + "out_proj.weight"].T + weights[prefix + "out_proj.bias"]


def feed(np, weights, prefix, x):
    inner = np.maximum(x @ weights[prefix + "linear1.weight"].T + weights[prefix + "linear1.bias"], 0)
    return inner @ weights[prefix + "linear2.weight"].T + weights[prefix + "linear2.bias"]


def normal(np, weights, prefix, x):
    return layer_norm(np, x, weights[prefix + "weight"], weights[prefix + "bias"])


def encode(np, weights, prefix, x, mask=0.0):
    x = normal(np, weights, prefix + "norm1.", x + attend(np, weights, prefix + "self_attn.", x, x, mask))
    return normal(np, weights, prefix + "norm2.", x + feed(np, weights, prefix, x))


def decode(np, weights, prefix, x, memory, mask=0.0):
    x = normal(np, weights, prefix + "norm1.", x + attend(np, weights, prefix + "self_attn.", x, x, mask))
    x = normal(np, weights, prefix + "norm2.", x + attend(np, weights, prefix + "multihead_attn.", x, memory))
    return normal(np, weights, prefix + "norm3.", x + feed(np, weights, prefix, x))


def shapes_of(layers):
    """Return the shapes of the parameters of a transformer of width 4 and inner width 6, by name and in its order."""
    attention = {"in_proj_weight": (12, 4), "in_proj_bias": (12,), "out_proj.weight": (4, 4), "out_proj.bias": (4,)}
    inner = {"linear1.weight": (6, 4), "linear1.bias": (6,), "linear2.weight": (4, 6), "linear2.bias": (4,)}
    found: dict[str, tuple[int, ...]] = {}
    for prefix, attentions, norms in layers:
        for part in attentions:
            found |= {f"{prefix}{part}.{name}": shape for name, shape in attention.items()}
        for name, shape in inner.items():
            found[prefix + name] = shape
        for part in norms:
            found |= {f"{prefix}{part}.weight": (4,), f"{prefix}{part}.bias": (4,)}
    return found


ENCODER = (("", ("self_attn",), ("norm1", "norm2")),)
WHOLE = (
    ("encoder.layers.0.", ("self_attn",), ("norm1", "norm2")),
    ("decoder.layers.0.", ("self_attn", "multihead_attn"), ("norm1", "norm2", "norm3")),
)


def cut(flat, shapes):
    """Return the parameters that one flat tensor holds one after the other."""
    found, start = {}, 0
    for name, shape in shapes.items():
        size = 1
        for length in shape:
            size *= length
        found[name] = flat[start : start + size].reshape(shape)
        start += size
    return found


@case("torch.nn.TransformerEncoderLayer", dtypes=FLOATING, modes=ALL_MODES, condition=64)
def encoder_layer(
    torch,
    x=tensor(2, 3, 4),
    flat=tensor(154),
    layer=built(lambda torch: torch.nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True, device="meta")),
):
    return torch.func.functional_call(layer, cut(flat, shapes_of(ENCODER)), (x,))


@encoder_layer.reference
def _(np, x, flat):
    return encode(np, cut(flat, shapes_of(ENCODER)), "", x)


@case("torch.nn.TransformerEncoderLayer", name="causal", dtypes=FLOATING, modes=(EAGER, COMPILED), condition=64)
def encoder_layer_causal(
    torch,
    x=tensor(2, 3, 4),
    flat=tensor(154),
    layer=built(lambda torch: torch.nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True, device="meta")),
):
    mask = torch.triu(torch.full((3, 3), float("-inf"), dtype=x.dtype, device=x.device), 1)
    return torch.func.functional_call(layer, cut(flat, shapes_of(ENCODER)), (x, mask))


@encoder_layer_causal.reference
def _(np, x, flat):
    mask = np.where(np.triu(np.ones((3, 3)), 1), -np.inf, 0)
    return encode(np, cut(flat, shapes_of(ENCODER)), "", x, mask)


@case("torch.nn.TransformerEncoderLayer", name="evaluating", dtypes=FLOATING, condition=64)
def encoder_layer_evaluating(
    torch,
    x=tensor(2, 3, 4),
    flat=tensor(154),
    layer=built(lambda torch: torch.nn.TransformerEncoderLayer(4, 2, 6, batch_first=True, device="meta").eval()),
):
    with torch.no_grad():  # takes the fused path
        return torch.func.functional_call(layer, cut(flat, shapes_of(ENCODER)), (x,))


@encoder_layer_evaluating.reference
def _(np, x, flat):
    return encode(np, cut(flat, shapes_of(ENCODER)), "", x)


@case("torch.nn.TransformerEncoderLayer", name="time-first", dtypes=("float32", "float64"), condition=64)
def encoder_layer_time_first(
    torch,
    x=tensor(3, 2, 4),
    flat=tensor(154),
    layer=built(lambda torch: torch.nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, device="meta")),
):
    return torch.func.functional_call(layer, cut(flat, shapes_of(ENCODER)), (x,))


@encoder_layer_time_first.reference
def _(np, x, flat):
    return np.swapaxes(encode(np, cut(flat, shapes_of(ENCODER)), "", np.swapaxes(x, 0, 1)), 0, 1)


@case("torch.nn.Transformer", dtypes=FLOATING, modes=ALL_MODES, condition=256)
def transformer(
    torch,
    source=tensor(2, 3, 4),
    target=tensor(2, 2, 4),
    flat=tensor(396),
    model=built(lambda torch: torch.nn.Transformer(4, 2, 1, 1, 6, dropout=0.0, batch_first=True, device="meta")),
):
    weights = cut(flat, shapes_of(WHOLE))
    for part in ("encoder", "decoder"):
        weights |= {f"{part}.norm.weight": torch.ones_like(flat[:4]), f"{part}.norm.bias": torch.zeros_like(flat[:4])}
    return torch.func.functional_call(model, weights, (source, target))


@transformer.reference
def _(np, source, target, flat):
    weights = cut(flat, shapes_of(WHOLE))
    memory = layer_norm(np, encode(np, weights, "encoder.layers.0.", source))
    return layer_norm(np, decode(np, weights, "decoder.layers.0.", target, memory))


@case("torch.nn.Transformer", name="causal", dtypes=FLOATING, modes=(EAGER,), condition=256)
def transformer_causal(
    torch,
    source=tensor(2, 3, 4),
    target=tensor(2, 3, 4),
    flat=tensor(396),
    model=built(lambda torch: torch.nn.Transformer(4, 2, 1, 1, 6, dropout=0.0, batch_first=True, device="meta")),
):
    weights = cut(flat, shapes_of(WHOLE))
    for part in ("encoder", "decoder"):
        weights |= {f"{part}.norm.weight": torch.ones_like(flat[:4]), f"{part}.norm.bias": torch.zeros_like(flat[:4])}
    mask = model.generate_square_subsequent_mask(3, device=flat.device, dtype=flat.dtype)
    return torch.func.functional_call(model, weights, (source, target), {"tgt_mask": mask})


@transformer_causal.reference
def _(np, source, target, flat):
    weights = cut(flat, shapes_of(WHOLE))
    mask = np.where(np.triu(np.ones((3, 3)), 1), -np.inf, 0)
    memory = layer_norm(np, encode(np, weights, "encoder.layers.0.", source))
    return layer_norm(np, decode(np, weights, "decoder.layers.0.", target, memory, mask))


@case("torch.nn.Transformer", name="parameters")
def transformer_parameters(torch):
    model = torch.nn.Transformer(8, 2, 2, 3, 16)
    matrices = [p for p in model.parameters() if p.dim() > 1]
    within = all(float(p.abs().max()) <= (6 / sum(p.shape)) ** 0.5 for p in matrices)  # uniform after Xavier
    return len(model.encoder.layers), len(model.decoder.layers), within


@transformer_parameters.promise
def _(result):
    return result == [2, 3, True]


@case("torch.nn.Transformer", name="misfit")
def transformer_misfit(torch):
    model, said = torch.nn.Transformer(4, 2, 1, 1, 6), []
    for source, target in ((torch.ones(3, 2, 5), torch.ones(3, 2, 5)), (torch.ones(3, 2, 4), torch.ones(3, 1, 4))):
        try:
            model(source, target)
        except RuntimeError:
            said.append("refused")
    return said


@transformer_misfit.promise
def _(said):
    return said == ["refused"] * 2
