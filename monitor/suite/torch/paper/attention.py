"""Attention and transformers, compared with their equations."""

from monitor.model import Mode
from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, built, case, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, NOT_EMPTY, STEPS_IN_RANGE
from monitor.suite.torch.paper.sequences import product

ALL_MODES = (EAGER, COMPILED, GRADIENT)
OVERFLOW = STEPS_IN_RANGE


def layer_norm(np, x, weight=1.0, bias=0.0):
    variance = np.var(x, axis=-1, keepdims=True)
    variance = np.where(np.isinf(variance), np.nan, variance)  # an overflow, which shall not end as zero
    return (x - np.mean(x, axis=-1, keepdims=True)) / np.sqrt(variance + 1e-5) * weight + bias


def attend(np, weights, prefix, query, memory, mask=0.0, heads=2):
    """Vaswani et al., Attention Is All You Need, 2017, section 3.2; batch first."""
    w, b = weights[prefix + "in_proj_weight"], weights[prefix + "in_proj_bias"]
    size = query.shape[-1]
    parts = [
        product(np, x, w[k * size : (k + 1) * size]) + b[k * size : (k + 1) * size]
        for k, x in enumerate((query, memory, memory))
    ]
    q, k, v = (np.swapaxes(x.reshape(*x.shape[:-1], heads, size // heads), -2, -3) for x in parts)
    scores = product(np, q, k[..., None, :, :]) / np.sqrt(size // heads) + mask
    shares = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    mixed = product(np, shares, np.swapaxes(v, -1, -2)[..., None, :, :]) / np.sum(shares, axis=-1, keepdims=True)
    mixed = np.swapaxes(mixed, -2, -3).reshape(query.shape)
    return product(np, mixed, weights[prefix + "out_proj.weight"]) + weights[prefix + "out_proj.bias"]


def feed(np, weights, prefix, x):
    inner = np.maximum(product(np, x, weights[prefix + "linear1.weight"]) + weights[prefix + "linear1.bias"], 0)
    return product(np, inner, weights[prefix + "linear2.weight"]) + weights[prefix + "linear2.bias"]


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


@case(
    "torch.nn.TransformerEncoderLayer",
    dtypes=FLOATING,
    modes=ALL_MODES,
    condition=64,
    limits=NOT_EMPTY | FIXED_RANK | OVERFLOW,
)
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


@case(
    "torch.nn.TransformerEncoderLayer",
    name="causal",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=64,
    limits=NOT_EMPTY | FIXED_RANK | OVERFLOW,
)
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


@case(
    "torch.nn.TransformerEncoderLayer",
    name="evaluating",
    dtypes=FLOATING,
    condition=64,
    limits=NOT_EMPTY | FIXED_RANK | OVERFLOW,
)
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


@case(
    "torch.nn.TransformerEncoderLayer",
    name="time-first",
    dtypes=("float32", "float64"),
    condition=64,
    limits=FIXED_SHAPES | OVERFLOW,
)
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


@case(
    "torch.nn.Transformer",
    dtypes=FLOATING,
    modes=ALL_MODES,
    condition=256,
    limits=NOT_EMPTY | FIXED_RANK | STEPS_IN_RANGE,
)
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


@case(
    "torch.nn.Transformer",
    name="causal",
    dtypes=FLOATING,
    modes=(EAGER,),
    condition=256,
    limits=NOT_EMPTY | FIXED_RANK | STEPS_IN_RANGE | {Mode.COMPILED: "it branches on the values of its mask"},
)
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
