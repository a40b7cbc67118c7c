"""Layers of numbers: embeddings, flattening, and layers that take their sizes from the first input."""

from monitor.model import InputKind
from monitor.suite.declare import COMPILED, DEVICE, DTYPE, EAGER, FLOATING, GRADIENT, built, case, indices, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, JUMP, NOT_EMPTY, PARAMETERS

ALL_MODES = (EAGER, COMPILED, GRADIENT)
EMBEDDING = "torch.nn.Embedding"
ROWS = FIXED_RANK | dict.fromkeys((InputKind.EMPTY, InputKind.LARGE), "an index is below the number of rows")


@case(EMBEDDING, dtypes=FLOATING, modes=ALL_MODES, limits=ROWS)
def embedding(
    torch,
    index=indices(2, 4, below=6),
    weight=tensor(6, 3),
    layer=built(lambda torch: torch.nn.Embedding(6, 3, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (index,))


@embedding.reference
def _(np, index, weight):
    return weight[index]


@case(EMBEDDING, name="int32-index", dtypes=FLOATING, modes=ALL_MODES, limits=ROWS)
def embedding_by_int32(
    torch,
    index=indices(5, below=6, dtype="int32"),
    weight=tensor(6, 3),
    layer=built(lambda torch: torch.nn.Embedding(6, 3, device="meta")),
):
    return torch.func.functional_call(layer, {"weight": weight}, (index,))


@embedding_by_int32.reference
def _(np, index, weight):
    return weight[index]


@case(EMBEDDING, name="padding", dtypes=FLOATING, limits=ROWS | PARAMETERS)
def embedding_with_padding(torch, index=indices(7, below=4), weight=tensor(4, 3)):
    layer = torch.nn.Embedding(4, 3, padding_idx=-3, device=weight.device, dtype=weight.dtype)
    made = bool((layer.weight[1] == 0).all())
    layer = torch.nn.Embedding.from_pretrained(weight.clone(), freeze=False, padding_idx=1)
    return torch.tensor(made), *torch.autograd.grad(layer(index).sum(), layer.weight)


@embedding_with_padding.reference
def _(np, index, weight):
    counts = np.bincount(index, minlength=4) * (np.arange(4) != 1)  # the row of the padding has no gradient
    return [np.array(True), np.repeat(counts[:, None], 3, axis=1).astype(float)]


@case(EMBEDDING, name="max-norm", dtypes=("float32", "float64"), condition=8, limits=ROWS | PARAMETERS)
def embedding_with_max_norm(torch, index=indices(5, below=4), weight=tensor(4, 3)):
    layer = torch.nn.Embedding.from_pretrained(weight.clone(), max_norm=1.0)
    return layer(index)


@embedding_with_max_norm.reference
def _(np, index, weight):
    norms = np.sqrt(np.sum(weight**2, axis=-1, keepdims=True))
    # The epsilon of 1e-7 in the divisor is documented for embedding_renorm_.
    return np.where(norms > 1, weight / (norms + 1e-7), weight)[index]


@case(EMBEDDING, name="made")
def embedding_made(torch):
    torch.manual_seed(1)
    layer = torch.nn.Embedding(100, 100)
    frozen = torch.nn.Embedding.from_pretrained(torch.ones(2, 3))
    try:
        layer(torch.tensor([100]))
    except IndexError:
        refused = True
    return float(layer.weight.mean()), float(layer.weight.std()), frozen.weight.requires_grad, refused


@embedding_made.promise
def _(result):
    mean, deviation, trained, refused = result
    return abs(mean) < 0.06 and abs(deviation - 1) < 0.05 and not trained and refused


@case("torch.nn.Flatten", dtypes=(*FLOATING, "int64", "bool"), modes=ALL_MODES, limits=FIXED_RANK)
def flatten(torch, x=tensor(2, 3, 4, 5)):
    return torch.nn.Flatten()(x)


@flatten.reference
def _(np, x):
    return x.reshape(x.shape[0], x.shape[1] * x.shape[2] * x.shape[3])


@case("torch.nn.Flatten", name="some", dtypes=FLOATING, modes=ALL_MODES, limits=FIXED_RANK)
def flatten_some(torch, x=tensor(2, 3, 4, 5)):
    return torch.nn.Flatten(1, 2)(x), torch.nn.Flatten(0, -2)(x)


@flatten_some.reference
def _(np, x):
    a, b, c, d = x.shape
    return [x.reshape(a, b * c, d), x.reshape(a * b * c, d)]


@case("torch.nn.LazyLinear", dtypes=FLOATING, condition=4, limits=PARAMETERS | FIXED_SHAPES)
def lazy_linear(torch, x=tensor(5, 4), weight=tensor(3, 4), bias=tensor(3)):
    layer = torch.nn.LazyLinear(3, device=x.device, dtype=x.dtype)
    layer(x)
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer(x)


@lazy_linear.reference
def _(np, x, weight, bias):
    return x @ weight.T + bias


@case("torch.nn.LazyLinear", name="made")
def lazy_linear_made(torch):
    layer = torch.nn.LazyLinear(3)
    before = type(layer.weight).__name__, layer.has_uninitialized_params()
    layer(torch.ones(2, 5))
    return before, type(layer).__name__, tuple(layer.weight.shape), layer.in_features


@lazy_linear_made.promise
def _(result):
    return result == [["UninitializedParameter", True], "Linear", [3, 5], 5]


@case("torch.nn.LazyConv2d")
def lazy_conv_2d(torch):
    layer = torch.nn.LazyConv2d(6, 3, groups=2)
    shape = tuple(layer(torch.ones(2, 4, 7, 8)).shape)
    return shape, type(layer).__name__, tuple(layer.weight.shape), layer.in_channels


@lazy_conv_2d.promise
def _(result):
    return result == [[2, 6, 5, 6], "Conv2d", [6, 2, 3, 3], 4]


@case("torch.nn.CosineSimilarity", dtypes=FLOATING, modes=ALL_MODES, condition=8, limits=NOT_EMPTY | FIXED_RANK | JUMP)
def cosine_similarity(torch, x=tensor(5, 7), y=tensor(5, 7)):
    return torch.nn.CosineSimilarity()(x, y)


@cosine_similarity.reference
def _(np, x, y):
    # Documented: each norm is at least eps.
    norms = [np.maximum(np.sqrt(np.sum(z * z, axis=1)), 1e-8) for z in (x, y)]
    return np.sum(x * y, axis=1) / (norms[0] * norms[1])


@case(
    "torch.nn.CosineSimilarity",
    name="broadcast",
    dtypes=FLOATING,
    modes=(EAGER, GRADIENT),
    condition=8,
    limits=NOT_EMPTY | FIXED_RANK | JUMP,
)
def cosine_similarity_broadcast(torch, x=tensor(3, 5), y=tensor(5)):
    return torch.nn.CosineSimilarity(dim=-1, eps=1e-3)(x, y)


@cosine_similarity_broadcast.reference
def _(np, x, y):
    norms = [np.maximum(np.sqrt(np.sum(z * z, axis=-1)), 1e-3) for z in (x, y)]
    return np.sum(x * y, axis=-1) / (norms[0] * norms[1])


@case("torch.nn.Dropout2d", dtypes=FLOATING)
def dropout_2d(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(7)
    kept = torch.nn.Dropout2d(0.5)(torch.ones(64, 64, 3, 2, dtype=dtype, device=device)).flatten(2)
    whole = bool((kept == kept[:, :, :1]).all())  # a channel is dropped as one
    return whole, sorted({*kept[:, :, 0].flatten().tolist()}), float((kept[:, :, 0] == 0).double().mean())


@dropout_2d.promise
def _(result):
    whole, values, dropped = result
    return whole and values == [0.0, 2.0] and abs(dropped - 0.5) < 0.047  # six standard deviations of 4,096


@case("torch.nn.Dropout2d", name="evaluating", dtypes=FLOATING, modes=ALL_MODES)
def dropout_2d_evaluating(torch, x=tensor(2, 3, 2, 2), layer=built(lambda torch: torch.nn.Dropout2d().eval())):
    return layer(x)


@dropout_2d_evaluating.reference
def _(np, x):
    return x


@case("torch.nn.functional.affine_grid", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=FIXED_SHAPES)
def affine_grid(torch, theta=tensor(2, 2, 3)):
    corners = torch.nn.functional.affine_grid(theta, (2, 1, 3, 5), align_corners=True)
    return corners, torch.nn.functional.affine_grid(theta, (2, 1, 3, 5), align_corners=False)


@affine_grid.reference
def _(np, theta):
    found = []
    for ends in (np.array([1.0, 1.0]), np.array([4 / 5, 2 / 3])):  # centers of the corner pixels
        x, y = np.linspace(-ends[0], ends[0], 5), np.linspace(-ends[1], ends[1], 3)
        places = np.stack([np.broadcast_to(x, (3, 5)), np.broadcast_to(y[:, None], (3, 5)), np.ones((3, 5))], axis=-1)
        found.append(np.sum(places[None, :, :, None, :] * theta[:, None, None], axis=-1))
    return found
