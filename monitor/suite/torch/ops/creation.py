"""Creation of tensors from numbers, arrays, memory and random generators."""

from monitor.suite.declare import (
    COMPILED,
    COMPLEX,
    DEVICE,
    DTYPE,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    NUMERIC,
    case,
    tensor,
)
from monitor.suite.limits import FIXED_RANK, HOST_VALUES

BOTH, ALL_MODES = (EAGER, COMPILED), (EAGER, COMPILED, GRADIENT)
AS_TENSOR, TENSOR, NUMPY = "torch.as_tensor", "torch.Tensor", "torch.from_numpy"


@case(AS_TENSOR, dtypes=EVERY, modes=BOTH)
def as_tensor(torch, x=tensor(2, 3)):
    return torch.as_tensor(x)


@as_tensor.reference
def _(np, x):
    return x


@case(AS_TENSOR, name="cast", dtypes=("float32", "float64", "float16", "bfloat16"), modes=BOTH)
def as_tensor_cast(torch, x=tensor(2, 3, dtype="float32"), dtype=DTYPE):
    return torch.as_tensor(x, dtype=dtype)


@as_tensor_cast.reference
def _(np, x):
    return x


@case(AS_TENSOR, name="shared")
def as_tensor_shared(torch):
    import numpy as np

    array, x = np.arange(3.0), torch.ones(2, requires_grad=True)
    shared, cast = torch.as_tensor(array), torch.as_tensor(array, dtype=torch.float32)
    array[0] = 7
    return (
        shared.tolist(),
        cast.tolist(),
        torch.as_tensor(x) is x,
        torch.as_tensor(x, dtype=torch.float64).requires_grad,
    )


@as_tensor_shared.promise
def _(result):
    return result == [[7.0, 1.0, 2.0], [0.0, 1.0, 2.0], True, True]


@case(AS_TENSOR, name="of-lists")
def as_tensor_of_lists(torch, device=DEVICE):
    made = [torch.as_tensor(x, device=device) for x in ([1, 2], [1.5, 2], True, 3, [[1j]], [], ((1,), (2,)))]
    return [(str(one.dtype), list(one.shape), one.tolist()) for one in made]


@as_tensor_of_lists.promise
def _(made):
    return made == [
        ["torch.int64", [2], [1, 2]],
        ["torch.float32", [2], [1.5, 2.0]],
        ["torch.bool", [], True],
        ["torch.int64", [], 3],
        ["torch.complex64", [1, 1], [[1j]]],
        ["torch.float32", [0], []],
        ["torch.int64", [2, 1], [[1], [2]]],
    ]


@case(NUMPY, dtypes=("float32", "float64", "float16", "complex64", "int32", "int64", "bool"), limits=HOST_VALUES)
def from_numpy(torch, x=tensor(2, 3), device=DEVICE):
    array = x.cpu().numpy().copy()
    return torch.from_numpy(array).to(device), torch.from_numpy(array[::2].T).to(device)


@from_numpy.reference
def _(np, x):
    return [x, x[::2].T]


@case(NUMPY, name="shared")
def from_numpy_shared(torch):
    import numpy as np

    array = np.zeros((2, 3), np.float32)
    view = torch.from_numpy(array[:, ::2])
    view[1, 1] = 5
    array[0, 0] = 3
    errors = []
    for refused in (array[::-1], [1.0], np.array(["a"])):
        try:
            torch.from_numpy(refused)
        except (ValueError, TypeError) as error:
            errors.append(type(error).__name__)
    return array.tolist(), view.tolist(), view.stride(), errors


@from_numpy_shared.promise
def _(result):
    errors = ["ValueError", "TypeError", "TypeError"]
    return result == [[[3.0, 0.0, 0.0], [0.0, 0.0, 5.0]], [[3.0, 0.0], [0.0, 5.0]], [3, 2], errors]


@case(TENSOR)
def tensor_type(torch):
    made = torch.Tensor([1, 2]), torch.Tensor(2, 3), torch.Tensor(), torch.Tensor(torch.ones(2))
    kinds = isinstance(made[0], torch.Tensor), isinstance(torch.nn.Parameter(made[0]), torch.Tensor)
    return [(str(one.dtype), list(one.shape)) for one in made], made[0].tolist(), kinds


@tensor_type.promise
def _(result):
    shapes = [["torch.float32", shape] for shape in ([2], [2, 3], [0], [2])]
    return result == [shapes, [1.0, 2.0], [True, True]]


@case(TENSOR, name="subclass")
def tensor_subclass(torch):
    class Tagged(torch.Tensor):
        pass

    x = torch.ones(3).as_subclass(Tagged)
    return [type(one).__name__ for one in (x + 1, x[0], torch.sin(x), torch.ones(3) * x)], type(x + 1) is Tagged


@tensor_subclass.promise
def _(result):
    return result == [["Tagged"] * 4, True]


@case("torch.LongTensor")
def long_tensor(torch):
    made = torch.LongTensor([1, -2]), torch.LongTensor(2, 3), torch.LongTensor([[1], [2]])
    return [(str(one.dtype), list(one.shape)) for one in made], made[0].tolist(), isinstance(made[0], torch.LongTensor)


@long_tensor.promise
def _(result):
    return result == [[["torch.int64", shape] for shape in ([2], [2, 3], [2, 1])], [1, -2], True]


@case("torch.FloatTensor")
def float_tensor(torch):
    made = torch.FloatTensor([1, 2.5]), torch.FloatTensor(3)
    kinds = isinstance(made[0], torch.FloatTensor), isinstance(torch.ones(1, dtype=torch.float64), torch.FloatTensor)
    return [(str(one.dtype), list(one.shape)) for one in made], made[0].tolist(), kinds


@float_tensor.promise
def _(result):
    return result == [[["torch.float32", [2]], ["torch.float32", [3]]], [1.0, 2.5], [True, False]]


@case("torch.IntTensor")
def int_tensor(torch):
    made = torch.IntTensor([1, -2])
    return str(made.dtype), made.tolist(), torch.IntTensor(2, 1).shape == (2, 1)


@int_tensor.promise
def _(result):
    return result == ["torch.int32", [1, -2], True]


@case("torch.frombuffer", dtypes=("float32", "int64", "float64", "complex64"))
def from_buffer(torch, dtype=DTYPE):
    import numpy as np

    memory = bytearray(np.arange(6).astype(str(dtype).removeprefix("torch.")).tobytes())
    whole = torch.frombuffer(memory, dtype=dtype)
    part = torch.frombuffer(memory, dtype=dtype, count=2, offset=whole.element_size())
    whole[1] = 9
    return [value.real for value in whole.tolist()], [value.real for value in part.tolist()]


@from_buffer.promise
def _(result):
    return result == [[0, 9, 2, 3, 4, 5], [9, 2]]


@case("torch.frombuffer", name="refused")
def from_buffer_refuses(torch):
    errors = []
    for memory, options in ((bytearray(), {}), (bytearray(8), {"count": 3}), (bytearray(8), {"offset": 9})):
        try:
            torch.frombuffer(memory, dtype=torch.float32, **options)
        except ValueError:
            errors.append("refused")
    return errors


@from_buffer_refuses.promise
def _(errors):
    return errors == ["refused"] * 3


@case("torch.rand", dtypes=FLOATING)
def rand(torch, dtype=DTYPE, device=DEVICE):
    torch.manual_seed(3)
    x = torch.rand(60, 90, dtype=dtype, device=device)
    torch.manual_seed(3)
    same = bool((torch.rand(60, 90, dtype=dtype, device=device) == x).all())
    x = x.double()
    return str(x.shape), float(x.min()), float(x.max()), float(x.mean()), float(x.var()), same


@rand.promise
def _(result):
    shape, least, largest, mean, variance, same = result
    within = 0 <= least < 0.01 and 0.99 < largest < 1
    return (
        shape == "torch.Size([60, 90])"
        and within
        and abs(mean - 1 / 2) < 0.024
        and abs(variance - 1 / 12) < 0.01
        and same
    )


@case("torch.rand", name="options")
def rand_options(torch, device=DEVICE):
    generator = torch.Generator(device=device)
    draws = [torch.rand((2, 3), generator=generator.manual_seed(seed), device=device) for seed in (1, 1, 2)]
    out = torch.empty(4, device=device)
    torch.rand(4, out=out)
    equal = [bool((draws[0] == other).all()) for other in draws[1:]]
    return equal, torch.rand(0, 3, device=device).shape == (0, 3), torch.rand(2, requires_grad=True).requires_grad


@rand_options.promise
def _(result):
    return result == [[True, False], True, True]


def cosine_window(np, size, period, middle):
    return middle - (1 - middle) * np.cos(2 * np.pi * np.arange(size) / period)


@case("torch.hann_window", dtypes=("float32", "float64"))
def hann_window(torch, dtype=DTYPE, device=DEVICE):
    return torch.hann_window(10, dtype=dtype, device=device), torch.hann_window(7, False, dtype=dtype, device=device)


@hann_window.reference
def _(np):
    return [cosine_window(np, 10, 10, 0.5), cosine_window(np, 7, 6, 0.5)]


@case("torch.hamming_window", dtypes=("float32", "float64"))
def hamming_window(torch, dtype=DTYPE, device=DEVICE):
    default = torch.hamming_window(9, dtype=dtype, device=device)
    return default, torch.hamming_window(8, periodic=False, alpha=0.5, beta=0.5, dtype=dtype, device=device)


@hamming_window.reference
def _(np):
    return [cosine_window(np, 9, 9, 0.54), cosine_window(np, 8, 7, 0.5)]


@case("torch.kaiser_window", dtypes=("float32", "float64"), condition=8)
def kaiser_window(torch, dtype=DTYPE, device=DEVICE):
    default = torch.kaiser_window(9, dtype=dtype, device=device)
    return default, torch.kaiser_window(8, periodic=False, beta=4.0, dtype=dtype, device=device)


@kaiser_window.reference
def _(np):
    return [
        np.i0(beta * np.sqrt(1 - (2 * np.arange(size) / period - 1) ** 2)) / np.i0(beta)
        for size, period, beta in ((9, 9, 12), (8, 7, 4))
    ]


@case("torch.fft.fftfreq", dtypes=("float32", "float64"))
def fftfreq(torch, dtype=DTYPE, device=DEVICE):
    return torch.fft.fftfreq(5, dtype=dtype, device=device), torch.fft.fftfreq(6, d=0.25, dtype=dtype, device=device)


@fftfreq.reference
def _(np):
    return [np.array([0, 1, 2, -2, -1]) / 5, np.array([0, 1, 2, -3, -2, -1]) / 6 * 4]


@case("torch.sparse_coo_tensor", dtypes=(*NUMERIC, *COMPLEX))
def sparse_coo(torch, dtype=DTYPE, device=DEVICE):
    places = torch.tensor([[0, 1, 1, 0], [2, 0, 2, 2]], device=device)
    values = torch.tensor([1, 2, 3, 4], device=device).to(dtype)
    sparse = torch.sparse_coo_tensor(places, values, (2, 3))
    whole = sparse.coalesce()
    return sparse._nnz(), whole._nnz(), whole.indices().tolist(), sparse.to_dense(), sparse.is_coalesced()


@sparse_coo.promise
def _(result):
    count, merged, places, dense, coalesced = result
    exact = dense.tolist() == [[0, 0, 5], [2, 0, 3]]
    return count == 4 and merged == 3 and places == [[0, 1, 1], [2, 0, 2]] and exact and coalesced is False


@case("torch.sparse_csr_tensor", dtypes=("float32", "float64", "complex64", "int64"))
def sparse_csr(torch, dtype=DTYPE, device=DEVICE):
    rows, columns, values = (torch.tensor(x, device=device) for x in ([0, 2, 3], [0, 2, 1], [1, 2, 3]))
    sparse = torch.sparse_csr_tensor(rows, columns, values.to(dtype), size=(2, 3))
    return sparse.to_dense(), str(sparse.layout)


@sparse_csr.promise
def _(result):
    return result[0].tolist() == [[1, 0, 2], [0, 3, 0]] and result[1] == "torch.sparse_csr"


@case("torch.sparse_csc_tensor", dtypes=("float32", "float64", "complex64", "int64"))
def sparse_csc(torch, dtype=DTYPE, device=DEVICE):
    columns, rows, values = (torch.tensor(x, device=device) for x in ([0, 2, 2, 3], [0, 1, 1], [1, 2, 3]))
    sparse = torch.sparse_csc_tensor(columns, rows, values.to(dtype), size=(2, 3))
    return sparse.to_dense(), str(sparse.layout)


@sparse_csc.promise
def _(result):
    return result[0].tolist() == [[1, 0, 0], [2, 0, 3]] and result[1] == "torch.sparse_csc"


@case("torch.concat", dtypes=EVERY, modes=ALL_MODES, limits=FIXED_RANK)
def concat(torch, a=tensor(2, 3), b=tensor(4, 3)):
    return torch.concat([a, b]), torch.concat((a, a), dim=-1)


@concat.reference
def _(np, a, b):
    return [np.vstack([a, b]), np.hstack([a, a])]


@case("torch.concatenate", dtypes=EVERY, modes=BOTH, limits=FIXED_RANK)
def concatenate(torch, a=tensor(2, 3), b=tensor(2, 4)):
    return torch.concatenate([a, b], axis=1)


@concatenate.reference
def _(np, a, b):
    return np.hstack([a, b])
