"""Saving and loading of tensors, modules and programs."""

from monitor.suite.declare import COMPLEX, DEVICE, FLOATING, case, tensor
from monitor.suite.equality import same_values
from monitor.suite.limits import CAPSULE, FILES, FIXED_RANK, FIXED_SHAPES

SAVE, LOAD = "torch.save", "torch.load"
STORED = (*FLOATING, *COMPLEX, "int8", "int16", "int32", "int64", "uint8", "bool")


def written(torch, value, **options):
    """Return a value that was written to memory and read again."""
    import io

    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file, **options)


@case(SAVE, dtypes=STORED, limits=FILES)
def save(torch, x=tensor(2, 3)):
    return written(torch, x)


@save.reference
def _(np, x):
    return x


@case(SAVE, name="views", dtypes=("float32", "bfloat16", "int64"), limits=FILES | FIXED_RANK)
def save_views(torch, x=tensor(4, 6)):
    loaded = written(torch, {"whole": x, "part": x[1:, ::2], "turned": x.T})
    return [loaded[name] for name in ("whole", "part", "turned")]


@save_views.reference
def _(np, x):
    return [x, x[1:, ::2], x.T]


@case(SAVE, name="shared")
def save_shared(torch):
    x = torch.arange(6.0)
    first, second = written(torch, [x, x[2:4]])
    first[2] = 9
    return second.tolist(), second.storage_offset(), type(written(torch, torch.nn.Parameter(x))).__name__


@save_shared.promise
def _(result):
    return result == [[9.0, 3.0], 2, "Parameter"]  # documented: storages stay shared


@case(SAVE, name="file")
def save_to_file(torch):
    import tempfile
    import zipfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pt"
        torch.save({"step": 3, "weights": {"a": torch.ones(2)}}, path)
        loaded, mapped = torch.load(path), torch.load(path, mmap=True)
        old = Path(folder) / "old.pt"
        torch.save([torch.ones(3)], old, _use_new_zipfile_serialization=False)
        return loaded["step"], mapped["weights"]["a"].tolist(), zipfile.is_zipfile(path), torch.load(old)[0].tolist()


@save_to_file.promise
def _(result):
    return result == [3, [1.0, 1.0], True, [1.0, 1.0, 1.0]]


@case(LOAD, dtypes=("float32", "bfloat16", "int64"))
def load(torch, x=tensor(2, 3), device=DEVICE):
    loaded = [written(torch, x, map_location=place) for place in (device, "cpu", lambda storage, _: storage, "meta")]
    return [one.device.type for one in loaded], device.type, loaded[1]


@load.promise
def _(result, x):
    places, kind, y = result
    return places == [kind, "cpu", "cpu", "meta"] and same_values(y, x)


@case(LOAD, name="weights-only")
def load_weights_only(torch):
    import collections
    import fractions

    plain = {
        "a": torch.ones(2),
        "b": [1, 2.5, "text", None, True],
        "c": collections.OrderedDict(x=(1,)),
        "d": torch.float16,
    }
    loaded = written(torch, plain, weights_only=True)
    try:
        written(torch, fractions.Fraction(1, 3))
    except Exception as error:  # an error of pickle
        refused = "Weights only load failed" in str(error)
    trusted = written(torch, fractions.Fraction(1, 3), weights_only=False)
    return loaded["b"], type(loaded["c"]).__name__, loaded["d"] is torch.float16, refused, str(trusted)


@load_weights_only.promise
def _(result):
    return result == [[1, 2.5, "text", None, True], "OrderedDict", True, True, "1/3"]


@case(LOAD, name="broken")
def load_broken(torch):
    import io

    errors = []
    whole = io.BytesIO()
    torch.save(torch.ones(100), whole)
    for content in (b"", b"text", whole.getvalue()[:200]):
        try:
            torch.load(io.BytesIO(content))
        except Exception as error:  # every error is right
            errors.append(type(error).__name__)
    return len(errors)


@load_broken.promise
def _(count):
    return count == 3


@case(LOAD, name="optimizer", dtypes=("float32", "float64"), limits=FILES | FIXED_SHAPES)
def load_optimizer(torch, x=tensor(3), a=tensor(3), b=tensor(3)):
    def stepped(weight, state, gradient):
        optimizer = torch.optim.SGD([weight], lr=0.5, momentum=0.5)
        if state:
            optimizer.load_state_dict(state)
        weight.grad = gradient.clone()
        optimizer.step()
        return optimizer.state_dict()

    weight = x.clone().requires_grad_()
    state = written(torch, stepped(weight, None, a))
    stepped(weight, state, b)
    return weight


@load_optimizer.reference
def _(np, x, a, b):
    return x - 0.5 * a - 0.5 * (0.5 * a + b)


@case("torch.serialization.add_safe_globals")
def add_safe_globals(torch):
    import fractions

    torch.serialization.add_safe_globals([fractions.Fraction])
    try:
        return str(written(torch, fractions.Fraction(1, 3)))
    finally:
        torch.serialization.clear_safe_globals()


@add_safe_globals.promise
def _(text):
    return text == "1/3"


@case("torch.serialization.safe_globals")
def safe_globals(torch):
    import fractions

    with torch.serialization.safe_globals([fractions.Fraction]):
        inside = str(written(torch, fractions.Fraction(1, 3)))
    try:
        written(torch, fractions.Fraction(1, 3))
    except Exception:  # an error of pickle
        return inside, "refused"


@safe_globals.promise
def _(result):
    return result == ["1/3", "refused"]


@case("torch.serialization.get_unsafe_globals_in_checkpoint")
def get_unsafe_globals_in_checkpoint(torch):
    import fractions
    import io

    found = []
    for value in ({"a": torch.ones(2)}, [fractions.Fraction(1, 3)]):
        file = io.BytesIO()
        torch.save(value, file)
        file.seek(0)
        found.append(torch.serialization.get_unsafe_globals_in_checkpoint(file))
    return found


@get_unsafe_globals_in_checkpoint.promise
def _(found):
    return found == [[], ["fractions.Fraction"]]


@case("torch.utils.dlpack.to_dlpack", dtypes=(*FLOATING, "complex64", "int64", "bool"), limits=CAPSULE | FIXED_RANK)
def to_dlpack(torch, x=tensor(2, 3)):
    return torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(x.T))


@to_dlpack.reference
def _(np, x):
    return x.T


@case("torch.utils.dlpack.from_dlpack", dtypes=(*FLOATING, "complex64", "int64", "bool"), limits=CAPSULE | FIXED_RANK)
def from_dlpack_by_its_module(torch, x=tensor(4, 3)):
    shared = torch.utils.dlpack.from_dlpack(x[::2])
    return shared, torch.as_tensor(shared.data_ptr() == x.data_ptr(), device=x.device)


@from_dlpack_by_its_module.reference
def _(np, x):
    return [x[::2], np.array(True)]


@case("torch.from_dlpack", dtypes=(*FLOATING, "complex64", "int64", "bool"), limits=CAPSULE)
def from_dlpack(torch, x=tensor(2, 3)):
    return torch.from_dlpack(x)


@from_dlpack.reference
def _(np, x):
    return x


@case("torch.from_dlpack", name="of-numpy")
def from_dlpack_of_numpy(torch):
    import numpy as np

    array = np.arange(6.0).reshape(2, 3)
    shared = torch.from_dlpack(array)
    array[0, 0] = 7
    return shared.tolist(), torch.from_dlpack(array.T[1:]).stride()


@from_dlpack_of_numpy.promise
def _(result):
    return result == [[[7.0, 1.0, 2.0], [3.0, 4.0, 5.0]], [1, 3]]
