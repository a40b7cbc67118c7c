"""Methods of a tensor that convert it: to Python, NumPy, the host, another dtype, shape or class."""

from monitor.suite.declare import COMPLEX, DEVICE, DTYPE, EVERY, FLOATING, INTEGER, case, fact, formula, tensor
from monitor.suite.equality import same_values
from monitor.suite.limits import EAGER_LOOP, FIXED_SHAPES, FIXED_VALUES, HOST_VALUES, INTEGER_RANGE

IN_NUMPY = ("float32", "float64", "float16", *COMPLEX, *INTEGER, "bool")
REAL = (*FLOATING, *INTEGER, "bool")
FEW = ("float32", "bfloat16", "int64", "bool")
TYPES = {
    "float32": "Float",
    "float64": "Double",
    "float16": "Half",
    "bfloat16": "BFloat16",
    "int32": "Int",
    "int64": "Long",
    "bool": "Bool",
}
KINDS = {"f": "float", "c": "complex", "i": "int", "b": "bool"}


def nested(values):
    """Return nested lists of Python numbers, element by element."""
    return [nested(row) for row in values] if values.ndim else values.item()


def shared(torch):
    """Return the elements of a tensor on the host after a change to the array that shares its memory."""
    x = torch.zeros(3)
    x.numpy()[1] = 7
    return x.tolist()


VALUES = [
    fact(
        "torch.Tensor.tolist",
        lambda torch, x=tensor(3, 5): (x.tolist(), x.T.tolist(), x[0, 0].tolist(), x[:0].tolist()),
        lambda result, x: same_values(result, [nested(x), nested(x.T), x[0, 0], []]),
        dtypes=EVERY,
        limits=FIXED_SHAPES,
    ),
    fact(
        "torch.Tensor.tolist",
        lambda torch, x=tensor(3, 5): {type(value).__name__ for row in x.tolist() for value in row},
        lambda result, x: result == {KINDS[x.dtype.kind]},
        name="types",
        dtypes=EVERY,
        limits=FIXED_SHAPES,
    ),
    formula(
        "torch.Tensor.numpy",
        lambda torch, x=tensor(3, 5), device=DEVICE: [
            torch.from_numpy(y.cpu().numpy()).to(device) for y in (x, x.T, x[1:, ::2])
        ],
        lambda np, x: [x, x.T, x[1:, ::2]],
        dtypes=IN_NUMPY,
        limits=HOST_VALUES | FIXED_SHAPES,
    ),
    fact(
        "torch.Tensor.numpy",
        lambda torch, x=tensor(3, 5): (
            str(x.cpu().numpy().dtype) == str(x.dtype).removeprefix("torch."),
            shared(torch),
        ),
        lambda result: result == [True, [0.0, 7.0, 0.0]],
        name="memory",
        dtypes=IN_NUMPY,
    ),
    formula(
        "torch.Tensor.cpu",
        lambda torch, x=tensor(3, 5), device=DEVICE: [y.cpu().to(device) for y in (x, x.mT, x[..., ::2])],
        lambda np, x: [x, x.swapaxes(-1, -2), x[..., ::2]],
        dtypes=(*FEW, "complex64"),
    ),
    fact(
        "torch.Tensor.cpu",
        lambda torch, x=tensor(3, 5): (x.cpu().device.type, x.cpu().cpu() is x.cpu() or x.device.type != "cpu"),
        lambda result: result == ["cpu", True],
        name="device",
        dtypes=("float32",),
    ),
]


DTYPES = [
    formula(
        "torch.Tensor.type",
        lambda torch, x=tensor(3, 5): x.type(torch.float64),
        lambda np, x: x.astype(float),
        dtypes=FEW,
        returns=dict.fromkeys(FEW, "float64"),
    ),
    fact(
        "torch.Tensor.type",
        lambda torch, x=tensor(3, 5), dtype=DTYPE: (x.type().rpartition(".")[2], x.type(dtype) is x),
        lambda result, dtype: result == [f"{TYPES[dtype]}Tensor", True],
        name="name",
        dtypes=REAL,
    ),
    formula(
        "torch.Tensor.type_as",
        lambda torch, x=tensor(3, 5), y=tensor(2, dtype="float64"): x.type_as(y),
        lambda np, x: x.astype(float),
        dtypes=FEW,
        returns=dict.fromkeys(FEW, "float64"),
    ),
    formula(
        "torch.Tensor.type_as",
        lambda torch, x=tensor(3, 5), y=tensor(2, dtype="int64"): (x * 4).type_as(y),
        lambda np, x: np.trunc(4 * x).astype(int),
        name="truncated",
        dtypes=("float32", "float16"),
        returns=dict.fromkeys(("float32", "float16"), "int64"),
        limits=INTEGER_RANGE,
    ),
    formula(
        "torch.Tensor.dequantize",
        lambda torch, x=tensor(3, 5): torch.quantize_per_tensor(x, 0.125, 3, torch.qint8).dequantize(),
        lambda np, x: np.clip(np.round(x * 8) + 3, -128, 127) / 8 - 0.375,
        dtypes=("float32",),
        limits=FIXED_VALUES,
    ),
    formula(
        "torch.Tensor.dequantize",
        lambda torch, x=tensor(3, 5): x.dequantize(),
        lambda np, x: x,
        name="not-quantized",
        dtypes=("float32",),
        limits=HOST_VALUES,
    ),
]


@case("torch.Tensor.new_tensor", dtypes=EVERY, limits=HOST_VALUES)
def new_tensor(torch, x=tensor(3, 5)):
    return x.new_tensor([[1, 0], [0, 1]]), x.new_tensor(x[0].tolist()), x.new_tensor(1)


@new_tensor.reference
def _(np, x):
    return [np.array([[1, 0], [0, 1]]).astype(x.dtype), x[0], np.array(1).astype(x.dtype)]


@case("torch.Tensor.new_tensor", name="facts", dtypes=FLOATING)
def new_tensor_facts(torch, x=tensor(3)):
    x = x.clone().requires_grad_()
    made = x.new_tensor([1.5, 2.5]), x.new_tensor([1, 2], dtype=torch.int32), x.new_tensor([1.0], requires_grad=True)
    return [(y.dtype == x.dtype, y.device == x.device, y.requires_grad) for y in made]


@new_tensor_facts.promise
def _(result):
    return result == [[True, True, False], [False, True, False], [True, True, True]]


@case("torch.Tensor.new", dtypes=FLOATING)
def new(torch, x=tensor(3, 5)):
    made = x.new(2, 3), x.new(), x.new(torch.Size([4]))
    return [(y.shape, y.dtype == x.dtype, y.device == x.device) for y in made], x.new([1, 2.5])


@new.promise
def _(result):
    return result[0] == [[[2, 3], True, True], [[0], True, True], [[4], True, True]] and result[1].tolist() == [1, 2.5]


SHAPES = [
    formula(
        "torch.Tensor.resize",
        lambda torch, x=tensor(3, 4): (x.resize(4, 3), x.resize(12)),
        lambda np, x: [x.reshape(4, 3), x.reshape(12)],
        dtypes=FEW,
        limits=FIXED_SHAPES,
    ),
    formula(
        "torch.Tensor.absolute",
        lambda torch, x=tensor(3, 5): x.absolute(),
        lambda np, x: np.where(x < 0, -x, x + 0),
        dtypes=FEW[:3],
    ),
    formula(
        "torch.Tensor.to_padded_tensor",
        lambda torch, x=tensor(2, 5), y=tensor(4, 5): torch.nested.as_nested_tensor([x, y]).to_padded_tensor(-1.0),
        lambda np, x, y: np.stack([np.concatenate([x, -np.ones((2, 5))]), y]),
        dtypes=("float32", "float64", "float16"),
        limits=FIXED_SHAPES | HOST_VALUES,
    ),
]


@case("torch.Tensor.as_subclass", dtypes=FLOATING)
def as_subclass(torch, x=tensor(3, 5)):
    class Tagged(torch.Tensor):
        pass

    y = x.as_subclass(Tagged)
    return type(y) is Tagged, type(-y) is Tagged, y.data_ptr() == x.data_ptr(), (-y).as_subclass(torch.Tensor)


@as_subclass.promise
def _(result, x):
    *facts, y = result
    return facts == [True, True, True] and same_values(y, -x)


@case("torch.Tensor.apply_", dtypes=("float32", "float64", "int64"), limits=HOST_VALUES | EAGER_LOOP)
def apply_in_place(torch, x=tensor(3, 5), device=DEVICE):
    y = x.clone().cpu()
    y.apply_(lambda value: value * 2 + 1)
    return y.to(device)


@apply_in_place.reference
def _(np, x):
    return 2 * x + 1
