"""Arguments of embeddings, attention and normalization that no other case passes."""

from functools import partial

from monitor.suite.declare import EAGER, case, fact, formula, indices, tensor, values
from monitor.suite.limits import ARGUMENT_ONLY, PARAMETERS
from monitor.suite.torch.ops.attention import attend

EMBEDDING, ATTENTION, SYNC = "torch.nn.Embedding", "torch.nn.MultiheadAttention", "torch.nn.SyncBatchNorm"
WEIGHT_NORM = "torch.nn.utils.parametrizations.weight_norm"

argument = partial(formula, dtypes=("float32",), modes=(EAGER,), condition=4, limits=ARGUMENT_ONLY | PARAMETERS)
argument_case = partial(case, dtypes=("float32",), modes=(EAGER,), limits=ARGUMENT_ONLY | PARAMETERS)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def embedded(torch, index, weight, **options):
    """Return the rows of a layer with these weights, and the gradient of their sum by the weights."""
    layer = torch.nn.Embedding(4, 3, **options, device=weight.device, dtype=weight.dtype)
    layer.load_state_dict({"weight": weight})
    rows = layer(index)
    rows.sum().backward()
    return rows.detach(), layer.weight.grad


def attended(torch, x, memory, values, weights, **options):
    """Return the result of attention with one head and these weights, batch first."""
    layer = torch.nn.MultiheadAttention(2, 1, batch_first=True, **options, device="meta")
    own = {name: one.shape for name, one in layer.named_parameters()}
    if own != {name: one.shape for name, one in weights.items()}:
        raise AssertionError(f"the parameters are {own}")
    return torch.func.functional_call(layer, weights, (x, memory, values), {"need_weights": False})[0]


EMBEDDINGS = [
    argument(
        EMBEDDING,
        lambda torch, index=indices(5, below=4), weight=tensor(4, 3): embedded(
            torch, index, weight, max_norm=1.0, norm_type=1.0
        )[0],
        lambda np, index, weight: (weight / np.maximum(1, np.abs(weight).sum(1, keepdims=True)))[index],
        name="sum-norm",
    ),
    argument(
        EMBEDDING,
        lambda torch, index=values(1, 3, 1, 1, dtype="int64"), weight=tensor(4, 3): embedded(
            torch, index, weight, scale_grad_by_freq=True
        ),
        lambda np, index, weight: [weight[index], np.array([[0.0] * 3, [1.0] * 3, [0.0] * 3, [1.0] * 3])],
        name="by-frequency",
    ),
    argument(
        EMBEDDING,
        lambda torch, index=values(1, 3, 1, dtype="int64"), weight=tensor(4, 3): (
            lambda rows, gradient: (rows, gradient.to_dense(), torch.tensor(gradient.layout == torch.sparse_coo))
        )(*embedded(torch, index, weight, sparse=True)),
        lambda np, index, weight: [
            weight[index],
            np.array([[0.0] * 3, [2.0] * 3, [0.0] * 3, [1.0] * 3]),
            np.array(True),
        ],
        name="sparse-gradient",
    ),
]

ATTENTIONS = [
    argument(
        ATTENTION,
        lambda torch, x=tensor(2, 3, 2), w=tensor(6, 2), out=tensor(2, 2): attended(
            torch, x, x, x, {"in_proj_weight": w, "out_proj.weight": out}, bias=False
        ),
        lambda np, x, w, out: attend(np, x @ w[:2].T, x @ w[2:4].T, x @ w[4:].T)[0] @ out.T,
        name="no-bias",
        condition=32,
    ),
    argument(
        ATTENTION,
        lambda torch, x=tensor(2, 3, 2), w=tensor(6, 2), b=tensor(6), out=tensor(2, 2), c=tensor(2): attended(
            torch,
            x,
            x,
            x,
            {"in_proj_weight": w, "in_proj_bias": b, "out_proj.weight": out, "out_proj.bias": c},
            dropout=1.0,
        ),
        lambda np, x, w, b, out, c: np.broadcast_to(c, x.shape),
        name="dropped",
    ),
    argument_fact(
        "torch.nn.TransformerEncoder",
        lambda torch, x=tensor(2, 3, 4): [
            _encoded(torch, x, enable_nested_tensor=False),
            _encoded(torch, x, enable_nested_tensor=True),
        ],
        lambda found, x: bool(abs(found[0][:, :2] - found[1][:, :2]).max() < 1e-5 and (found[0][:, 2] != 0).all()),
        name="nested",
        dtypes=("float32",),
    ),
    argument_fact(
        "torch.nn.TransformerDecoder",
        lambda torch, x=tensor(2, 3, 4), memory=tensor(2, 5, 4): _decoded(torch, x, memory),
        lambda found, x, memory: bool(abs(found[0] - found[1]).max() < 1e-5),
        name="norm",
        dtypes=("float32",),
    ),
]


@argument_case(ATTENTION, name="sizes", condition=32)
def attention_with_sizes(
    torch,
    x=tensor(2, 3, 2),
    m=tensor(2, 4, 3),
    v=tensor(2, 4, 1),
    q=tensor(2, 2),
    k=tensor(2, 3),
    w=tensor(2, 1),
    out=tensor(2, 2),
):
    weights = {"q_proj_weight": q, "k_proj_weight": k, "v_proj_weight": w, "out_proj.weight": out}
    return attended(torch, x, m, v, weights, bias=False, kdim=3, vdim=1)


@attention_with_sizes.reference
def _(np, x, m, v, q, k, w, out):
    return attend(np, x @ q.T, m @ k.T, v @ w.T)[0] @ out.T


@argument_case(ATTENTION, name="more-keys", condition=32)
def attention_with_more_keys(
    torch, x=tensor(2, 3, 2), w=tensor(6, 2), b=tensor(6), c=tensor(2), k=tensor(1, 1, 2), v=tensor(1, 1, 2)
):
    same = torch.eye(2, dtype=x.dtype, device=x.device)
    weights = {"in_proj_weight": w, "in_proj_bias": b, "out_proj.weight": same, "out_proj.bias": c}
    weights |= {"bias_k": k, "bias_v": v}
    return attended(torch, x, x, x, weights, add_bias_kv=True, add_zero_attn=True)


@attention_with_more_keys.reference
def _(np, x, w, b, c, k, v):
    keys = _extended(np, x @ w[2:4].T + b[2:4], k)
    return attend(np, x @ w[:2].T + b[:2], keys, _extended(np, x @ w[4:].T + b[4:], v))[0] + c


@argument_case("torch.nn.attention.sdpa_kernel", name="priority", dtypes=())
def sdpa_kernel_by_priority(torch):
    from torch.nn.attention import SDPBackend

    x, found = torch.ones(1, 2, 4, 8), []
    for order in ([SDPBackend.MATH, SDPBackend.FLASH_ATTENTION], [SDPBackend.FLASH_ATTENTION, SDPBackend.MATH]):
        with torch.nn.attention.sdpa_kernel(order, set_priority=True), torch.autograd.profiler.profile() as seen:
            torch.nn.functional.scaled_dot_product_attention(x, x, x)
        found.append("aten::_scaled_dot_product_attention_math" in [event.key for event in seen.key_averages()])
    return found


@sdpa_kernel_by_priority.promise
def _(is_math):
    return is_math == [True, False]


LAYERS = [
    argument(
        "torch.nn.Upsample",
        lambda torch, x=tensor(1, 2, 3): torch.nn.Upsample(
            scale_factor=1.5, mode="linear", recompute_scale_factor=True
        )(x),
        lambda np, x: np.stack(  # positions (i + 1/2) 3/4 - 1/2, and not (i + 1/2) / 1.5 - 1/2
            [
                x[..., 0],
                x[..., 0] * 0.375 + x[..., 1] * 0.625,
                x[..., 1] * 0.625 + x[..., 2] * 0.375,
                x[..., 2],
            ],
            -1,
        ),
        name="recomputed",
    ),
    argument(
        SYNC,
        lambda torch, x=tensor(4, 2, 3): _trained(torch, x, eps=0.5, momentum=0.25, affine=False),
        lambda np, x: [
            _normalized(np, x),
            0.25 * x.mean((0, 2)),
            0.75 + 0.25 * x.var((0, 2)) * 12 / 11,
            True,
        ],
        name="epsilon",
    ),
    argument(
        SYNC,
        lambda torch, x=tensor(4, 2, 3): (
            lambda layer: (layer.eval()(x).detach(), layer.weight is None, layer.bias is None)
        )(torch.nn.SyncBatchNorm(2, eps=0.5, track_running_stats=False, bias=False)),
        lambda np, x: [_normalized(np, x), False, True],
        name="untracked",
    ),
    argument_fact(
        "torch.nn.AdaptiveLogSoftmaxWithLoss",
        lambda torch: [
            {name: list(one.shape) for name, one in layer.state_dict().items()}
            for layer in [torch.nn.AdaptiveLogSoftmaxWithLoss(8, 20, cutoffs=[4, 12], div_value=2.0, head_bias=True)]
        ],
        lambda found: (
            found
            == [
                {
                    "head.weight": [6, 8],
                    "head.bias": [6],
                    "tail.0.0.weight": [4, 8],
                    "tail.0.1.weight": [8, 4],
                    "tail.1.0.weight": [2, 8],
                    "tail.1.1.weight": [8, 2],
                }
            ]
        ),
        name="options",
    ),
    argument(
        "torch.nn.functional.grouped_mm",
        lambda torch, x=tensor(16, 8), y=tensor(2, 8, 16), ends=values(8, 16, dtype="int32"): (
            torch.nn.functional.grouped_mm(x, y, offs=ends)
        ),
        lambda np, x, y, ends: np.concatenate([x[:8] @ y[0], x[8:] @ y[1]]),
        name="offsets",
        dtypes=("bfloat16",),
    ),
    argument(
        "torch.nn.functional.grouped_mm",
        lambda torch, x=tensor(2, 16, 8), y=tensor(2, 8, 16), b=tensor(2, 16): torch.nn.functional.grouped_mm(
            x, y, bias=b
        ),
        lambda np, x, y, b: x @ y + b[:, None],
        name="bias",
        dtypes=("bfloat16",),
    ),
    argument(
        "torch.nn.functional.grouped_mm",
        lambda torch, x=tensor(2, 16, 8), y=tensor(2, 8, 16): torch.nn.functional.grouped_mm(
            x, y, out_dtype=torch.float32
        ),
        lambda np, x, y: x @ y,
        name="output-dtype",
        dtypes=("bfloat16",),
        returns={"bfloat16": "float32"},
    ),
]


@argument_case(WEIGHT_NORM, name="bias", condition=8)
def weight_norm_of_bias(torch, w=tensor(2, 3), b=tensor(2)):
    layer = torch.nn.Linear(3, 2, device=w.device, dtype=w.dtype)
    layer.load_state_dict({"weight": w, "bias": b})
    layer = torch.nn.utils.parametrizations.weight_norm(layer, name="bias", dim=None)
    norm = layer.parametrizations.bias.original0.detach()
    layer = torch.nn.utils.parametrizations.weight_norm(layer, dim=1)
    return norm, layer.bias.detach(), layer.parametrizations.weight.original0.detach(), layer.weight.detach()


@weight_norm_of_bias.reference
def _(np, w, b):
    return [np.sqrt((b * b).sum()), b, np.sqrt((w * w).sum(0, keepdims=True)), w]


def _extended(np, x, row):
    """Return keys or values with a learned row and a row of zeros at the end."""
    row = np.broadcast_to(row, (x.shape[0], 1, x.shape[2]))
    return np.concatenate([x, row, np.zeros_like(row)], axis=1)


def _encoded(torch, x, **options):
    """Return the result of an encoder whose last position is padding, without gradients."""
    torch.manual_seed(1)
    layer = torch.nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True, device=x.device, dtype=x.dtype)
    encoder = torch.nn.TransformerEncoder(layer, 1, **options).eval()
    padding = torch.tensor([[False, False, True]] * 2, device=x.device)
    with torch.no_grad():
        result = encoder(x, src_key_padding_mask=padding)
    return torch.nn.functional.pad(result, (0, 0, 0, 3 - result.shape[1]))


def _decoded(torch, x, memory):
    """Return the result of a decoder with a norm, and the norm of the result of its layer."""
    torch.manual_seed(1)
    options = {"batch_first": True, "device": x.device, "dtype": x.dtype}
    layer = torch.nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0, **options)
    norm = torch.nn.LayerNorm(4, eps=0.5, device=x.device, dtype=x.dtype)
    decoder = torch.nn.TransformerDecoder(layer, 1, norm=norm)
    return decoder(x, memory), norm(decoder.layers[0](x, memory))


def _trained(torch, x, **options):
    """Return the result of a training call, the new statistics, and whether the layer has no parameters."""
    layer = torch.nn.SyncBatchNorm(2, device=x.device, dtype=x.dtype, **options)
    return layer(x), layer.running_mean, layer.running_var, layer.weight is None and layer.bias is None


def _normalized(np, x):
    """Return an array with mean 0 and variance 1 of each channel, with an epsilon of a half."""
    return (x - x.mean((0, 2), keepdims=True)) / np.sqrt(x.var((0, 2), keepdims=True) + 0.5)
