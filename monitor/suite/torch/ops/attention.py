"""Attention, compared with its equation (Vaswani et al., Attention Is All You Need, 2017)."""

from monitor.model import InputKind
from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, built, case, tensor
from monitor.suite.limits import FIXED_SHAPES, PROCESS_MODE, STEPS_IN_RANGE, Limits

ALL_MODES = (EAGER, COMPILED, GRADIENT)
ATTENTION = "torch.nn.MultiheadAttention"
OVERFLOW: Limits = STEPS_IN_RANGE | {InputKind.SPECIAL: "its steps leave the range of the dtype"}


def attend(np, query, key, value, mask=0.0):
    scores = query @ np.swapaxes(key, -1, -2) / np.sqrt(query.shape[-1]) + mask
    shares = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return shares / np.sum(shares, axis=-1, keepdims=True) @ value, shares / np.sum(shares, axis=-1, keepdims=True)


def many_heads(np, query, memory, w, b, out, c, heads, mask=0.0):
    """Return the result and the weights of attention with several heads, batch first."""
    size = query.shape[-1]
    parts = [
        x @ w[k * size : (k + 1) * size].T + b[k * size : (k + 1) * size] for k, x in enumerate((query, memory, memory))
    ]
    q, k, v = (x.reshape(*x.shape[:-1], heads, size // heads).swapaxes(-2, -3) for x in parts)
    mixed, shares = attend(np, q, k, v, mask)
    return mixed.swapaxes(-2, -3).reshape(query.shape) @ out.T + c, shares


def weights(w, b, out, c):
    return {"in_proj_weight": w, "in_proj_bias": b, "out_proj.weight": out, "out_proj.bias": c}


@case(ATTENTION, dtypes=FLOATING, modes=ALL_MODES, condition=32, limits=FIXED_SHAPES | OVERFLOW)
def multihead_attention(
    torch,
    x=tensor(2, 5, 4),
    w=tensor(12, 4),
    b=tensor(12),
    out=tensor(4, 4),
    c=tensor(4),
    layer=built(lambda torch: torch.nn.MultiheadAttention(4, 2, batch_first=True, device="meta")),
):
    return torch.func.functional_call(layer, weights(w, b, out, c), (x, x, x), {"average_attn_weights": False})


@multihead_attention.reference
def _(np, x, w, b, out, c):
    return many_heads(np, x, x, w, b, out, c, 2)


@case(ATTENTION, name="masked", dtypes=FLOATING, modes=ALL_MODES, condition=32, limits=FIXED_SHAPES | OVERFLOW)
def multihead_attention_masked(
    torch,
    x=tensor(2, 5, 4),
    memory=tensor(2, 3, 4),
    w=tensor(12, 4),
    b=tensor(12),
    out=tensor(4, 4),
    c=tensor(4),
    mask=tensor(5, 3),
    layer=built(lambda torch: torch.nn.MultiheadAttention(4, 2, batch_first=True, device="meta")),
):
    options = {"attn_mask": mask, "need_weights": False}
    return torch.func.functional_call(layer, weights(w, b, out, c), (x, memory, memory), options)[0]


@multihead_attention_masked.reference
def _(np, x, memory, w, b, out, c, mask):
    return many_heads(np, x, memory, w, b, out, c, 2, mask)[0]


@case(ATTENTION, name="averaged", dtypes=FLOATING, condition=32, limits=FIXED_SHAPES | OVERFLOW)
def multihead_attention_averaged(
    torch,
    x=tensor(5, 2, 4),
    w=tensor(12, 4),
    b=tensor(12),
    out=tensor(4, 4),
    c=tensor(4),
    layer=built(lambda torch: torch.nn.MultiheadAttention(4, 2, device="meta")),
):
    absent = (torch.arange(5, device=x.device) > 2).expand(2, 5)
    return torch.func.functional_call(layer, weights(w, b, out, c), (x, x, x), {"key_padding_mask": absent})


@multihead_attention_averaged.reference
def _(np, x, w, b, out, c):
    x = x.swapaxes(0, 1)
    result, shares = many_heads(np, x, x, w, b, out, c, 2, np.where(np.arange(5) > 2, -np.inf, 0))
    return [result.swapaxes(0, 1), np.mean(shares, axis=1)]


@case("torch.nn.attention.sdpa_kernel", dtypes=FLOATING, condition=16, limits=FIXED_SHAPES | OVERFLOW | PROCESS_MODE)
def sdpa_kernel(torch, q=tensor(2, 3, 5, 8), k=tensor(2, 3, 7, 8), v=tensor(2, 3, 7, 8)):
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return torch.nn.functional.scaled_dot_product_attention(q, k, v)


@sdpa_kernel.reference
def _(np, q, k, v):
    return attend(np, q, k, v)[0]


@case("torch.nn.attention.sdpa_kernel", name="modes")
def sdpa_kernel_modes(torch):
    from torch.nn.attention import SDPBackend

    def enabled():
        return torch.backends.cuda.math_sdp_enabled(), torch.backends.cuda.flash_sdp_enabled()

    before = enabled()
    with torch.nn.attention.sdpa_kernel([SDPBackend.FLASH_ATTENTION]):
        inside = enabled()
    return before == enabled(), inside


@sdpa_kernel_modes.promise
def _(result):
    return result == [True, [False, True]]


@case("torch.nn.TransformerEncoder", dtypes=("float32", "float64"))
def transformer_encoder(torch, x=tensor(2, 3, 4)):
    torch.manual_seed(1)
    layer = torch.nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True, device=x.device, dtype=x.dtype)
    encoder = torch.nn.TransformerEncoder(layer, 2, norm=torch.nn.LayerNorm(4, device=x.device, dtype=x.dtype))
    step = encoder.norm(encoder.layers[1](encoder.layers[0](x)))
    shared = bool((encoder.layers[0].linear1.weight == encoder.layers[1].linear1.weight).all())
    return encoder(x), step, shared, encoder.layers[0] is encoder.layers[1]


@transformer_encoder.promise
def _(result):
    import numpy as np

    whole, steps, equal, same = result
    alike = bool(np.allclose(whole, steps, atol=1e-5, equal_nan=True))
    return alike and equal and not same  # documented: copies of one layer


@case("torch.nn.TransformerDecoder", dtypes=("float32", "float64"))
def transformer_decoder(torch, x=tensor(2, 3, 4), memory=tensor(2, 5, 4)):
    torch.manual_seed(1)
    layer = torch.nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0, batch_first=True, device=x.device, dtype=x.dtype)
    decoder = torch.nn.TransformerDecoder(layer, 2)
    return decoder(x, memory), decoder.layers[1](decoder.layers[0](x, memory), memory)


@transformer_decoder.promise
def _(result):
    import numpy as np

    return bool(np.allclose(*result, atol=1e-5, equal_nan=True))
