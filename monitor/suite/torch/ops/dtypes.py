"""Dtypes, shapes and devices, and queries of them."""

from monitor.suite.declare import DEVICE, DTYPE, EVERY, FLOATING, case

BITS = {"float64": (52, 1023), "float32": (23, 127), "float16": (10, 15), "bfloat16": (7, 127)}


@case("torch.Size")
def size(torch):
    shape = torch.ones(2, 3, 4).shape
    made = torch.Size([2, 3]) + (4,)
    return (
        [isinstance(one, torch.Size) for one in (shape, shape[1:], made, shape * 2)],
        shape == (2, 3, 4) == made,
        shape.numel(),
        torch.Size().numel(),
        repr(shape),
        shape.index(3),
        hash(shape) == hash((2, 3, 4)),
        [*torch.empty(torch.Size([0, 5])).shape],
    )


@size.promise
def _(result):
    kinds, equal, count, scalar, text, place, hashed, empty = result
    plain = equal and (count, scalar, place, hashed) == (24, 1, 1, True) and empty == [0, 5]
    return kinds[:3] == [True] * 3 and plain and text == "torch.Size([2, 3, 4])"


@case("torch.device")
def device_type(torch):
    places = [torch.device(*one) for one in (("cpu",), ("cuda:1",), ("cuda", 1), ("meta",), ("cpu", 0), ("mps",))]
    errors = []
    for name in ("nowhere", "cuda:-1", "cuda:x"):
        try:
            torch.device(name)
        except RuntimeError:
            errors.append(name)
    return [(one.type, one.index, str(one)) for one in places], places[1] == places[2], errors


@device_type.promise
def _(result):
    places, equal, errors = result
    named = [["cpu", None, "cpu"], ["cuda", 1, "cuda:1"], ["cuda", 1, "cuda:1"], ["meta", None, "meta"]]
    return places == [*named, ["cpu", 0, "cpu:0"], ["mps", None, "mps"]] and equal and len(errors) == 3


@case("torch.device", name="context", dtypes=FLOATING)
def device_context(torch, device=DEVICE, dtype=DTYPE):
    with device:
        inner = torch.ones(2, dtype=dtype), torch.nn.Linear(2, 2).weight, torch.tensor([1.0])
    with torch.device("meta"):
        meta = torch.ones(2, dtype=dtype)
    return [one.device.type == device.type for one in inner], meta.is_meta, torch.ones(1).device.type


@device_context.promise
def _(result):
    return result == [[True] * 3, True, "cpu"]


@case("torch.finfo", dtypes=FLOATING)
def finfo(torch, dtype=DTYPE):
    info = torch.finfo(dtype)
    return info.bits, info.eps, info.max, info.min, info.tiny, info.smallest_normal, info.resolution, info.dtype


@finfo.promise
def _(info, dtype):
    bits, epsilon, largest, least, tiny, normal, resolution, name = info
    mantissa, exponent = BITS[dtype]
    width = {"float64": 64, "float32": 32}.get(dtype, 16)
    top = (2 - 2.0**-mantissa) * 2.0**exponent
    limits = (width, 2.0**-mantissa, top, -top, 2.0 ** (1 - exponent), 2.0 ** (1 - exponent))
    return (bits, epsilon, largest, least, tiny, normal) == limits and 0 < resolution < 0.1 and name == dtype


@case("torch.finfo", name="small")
def finfo_of_small_dtypes(torch):
    infos = [torch.finfo(dtype) for dtype in (torch.float8_e4m3fn, torch.float8_e5m2, torch.complex64)]
    try:
        torch.finfo(torch.int32)
    except TypeError:
        refused = True
    return [(info.max, info.eps) for info in infos], torch.finfo().dtype, refused


@finfo_of_small_dtypes.promise
def _(result):
    # Micikevicius et al., FP8 Formats for Deep Learning, 2022; a complex dtype has the limits of its parts.
    single = [(2 - 2.0**-23) * 2.0**127, 2.0**-23]
    return result == [[[448.0, 0.125], [57344.0, 0.25], single], "float32", True]


@case("torch.iinfo", dtypes=("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"))
def iinfo(torch, dtype=DTYPE):
    info = torch.iinfo(dtype)
    return info.bits, info.min, info.max, info.dtype


@iinfo.promise
def _(info, dtype):
    bits = int(dtype.lstrip("uint"))
    low, high = (0, 2**bits - 1) if dtype.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return info == [bits, low, high, dtype]


@case("torch.promote_types")
def promote_types(torch):
    pairs = (
        ("float16", "bfloat16"),
        ("int32", "float16"),
        ("uint8", "int8"),
        ("bool", "uint8"),
        ("int64", "float32"),
        ("complex64", "float64"),
        ("float32", "float64"),
        ("bool", "bool"),
    )
    both = [{str(torch.promote_types(getattr(torch, a), getattr(torch, b))) for a, b in (p, p[::-1])} for p in pairs]
    return [sorted(names) for names in both]


@promote_types.promise
def _(found):
    # The documented lattice: of two categories the higher decides; of one, the smallest type that holds both.
    names = ["float32", "float16", "int16", "uint8", "float32", "complex128", "float64", "bool"]
    return found == [[f"torch.{name}"] for name in names]


@case("torch.is_tensor")
def is_tensor(torch):
    import numpy as np

    values = torch.ones(1), torch.nn.Parameter(torch.ones(1)), torch.empty(0, device="meta"), 1.0, [1], np.ones(1), None
    return [torch.is_tensor(value) for value in values]


@is_tensor.promise
def _(found):
    return found == [True, True, True, False, False, False, False]


@case("torch.is_floating_point", dtypes=EVERY)
def is_floating_point(torch, dtype=DTYPE, device=DEVICE):
    return torch.is_floating_point(torch.ones(1, dtype=dtype, device=device)), dtype.is_floating_point


@is_floating_point.promise
def _(found, dtype):
    return found == ["float" in dtype] * 2


@case("torch.is_complex", dtypes=EVERY)
def is_complex(torch, dtype=DTYPE, device=DEVICE):
    return torch.is_complex(torch.ones(1, dtype=dtype, device=device)), dtype.is_complex


@is_complex.promise
def _(found, dtype):
    return found == ["complex" in dtype] * 2


@case("torch.numel", dtypes=EVERY)
def numel(torch, dtype=DTYPE, device=DEVICE):
    return [torch.numel(torch.ones(shape, dtype=dtype, device=device)) for shape in ((2, 3), (), (0, 5))]


@numel.promise
def _(found):
    return found == [6, 1, 0]


@case("torch.get_default_dtype")
def get_default_dtype(torch):
    return str(torch.get_default_dtype()), torch.tensor(1.0).dtype == torch.get_default_dtype()


@get_default_dtype.promise
def _(found):
    return found == ["torch.float32", True]


@case("torch.set_default_dtype")
def set_default_dtype(torch):
    found, errors = [], []
    try:
        for dtype in (torch.float64, torch.bfloat16):
            torch.set_default_dtype(dtype)
            made = torch.tensor(1.5), torch.zeros(2), torch.nn.Linear(2, 2).weight, torch.arange(0, 1, 0.5)
            quotient = str((torch.tensor([1]) / 2).dtype)
            found.append((str(torch.get_default_dtype()), [one.dtype == dtype for one in made], quotient))
        torch.set_default_dtype(torch.float64)
        wide = str(torch.tensor(1j).dtype)
        torch.set_default_dtype(torch.int64)
    except TypeError:
        errors.append("refused")
    finally:
        torch.set_default_dtype(torch.float32)
    return found, errors, wide


@set_default_dtype.promise
def _(result):
    names = ["torch.float64", "torch.bfloat16"]
    return result == [[[name, [True] * 4, name] for name in names], ["refused"], "torch.complex128"]


@case("torch.get_default_device")
def get_default_device(torch):
    first = str(torch.get_default_device())
    with torch.device("meta"):
        return first, str(torch.get_default_device())


@get_default_device.promise
def _(found):
    return found == ["cpu", "meta"]


@case("torch.set_default_device")
def set_default_device(torch, device=DEVICE):
    try:
        torch.set_default_device(device)
        made = torch.ones(2).device.type, torch.nn.Linear(2, 2).weight.device.type
        torch.set_default_device("meta")
        meta = torch.ones(2).is_meta
    finally:
        torch.set_default_device(None)
    return [one == device.type for one in made], meta, torch.ones(1).device.type


@set_default_device.promise
def _(result):
    return result == [[True, True], True, "cpu"]


@case("torch.typename")
def typename(torch):
    values = torch.ones(1), torch.ones(1, dtype=torch.int64), torch.nn.Linear(1, 1), 3
    return [torch.typename(value) for value in values]


@typename.promise
def _(names):
    return names == ["torch.FloatTensor", "torch.LongTensor", "torch.nn.modules.linear.Linear", "int"]


@case("torch.sym_int")
def sym_int(torch):
    return [torch.sym_int(value) for value in (2.75, -2.75, 3)]


@sym_int.promise
def _(found):
    return found == [2, -2, 3]


@case("torch.sym_min")
def sym_min(torch):
    found = [torch.sym_min(a, b) for a, b in ((2, 3), (3, 2), (2.5, 1))]
    return found, [type(value).__name__ for value in found]


@sym_min.promise
def _(result):
    return result == [[2, 2, 1], ["int", "int", "float"]]
