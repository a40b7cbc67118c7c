"""Python text of PyTorch in stand-alone scripts. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from monitor.suite.chains.script import chain_script
from monitor.suite.listed_script import judge_text
from monitor.suite.repro import Dialect, NoScriptError
from monitor.suite.torch.chains import SPELLING
from monitor.suite.torch.module_script import module_case
from monitor.suite.verdict import CLOSING, opening

# A layer on the device `meta` has no values: the case gives them in its call.
_PLACED = (
    "(lambda made: made if not isinstance(made, torch.nn.Module) or any(one.is_meta for one in made.parameters())"
    ' else made.to(device, getattr(torch, "{dtype}") if "float" in "{dtype}" else None))({made})'
)

DIALECT = Dialect(
    module="torch",
    setup=lambda _: 'import torch\n\ndevice = torch.device(sys.argv[1] if len(sys.argv) > 1 else "cpu")',
    dtype="torch.{dtype}",
    put='torch.from_numpy(np.array({values}, order="C")).to(torch.{dtype}).to(device)',
    seed="torch.manual_seed(0)",
    fetch="""
if not isinstance(leaf, torch.Tensor):
    return leaf
values = leaf.detach().cpu().resolve_conj()
return (values.double() if values.dtype == torch.bfloat16 else values).numpy()
""",
    transposed="(lambda base: base.permute(*reversed(range(base.ndim))))({tensor})",
    has_views=True,
    compiled="torch.compile(call, fullgraph=True)",
    placed=_PLACED,
    gradient="""
for tensor in [{names}]:
    tensor.requires_grad_(True)
pulled = [torch.from_numpy(w).to(torch.{result}).to(device) for w in weights]
return torch.autograd.grad(leaves(call({names})), [{names}], pulled)
""",
    compiled_gradient="""
for tensor in [{names}]:
    tensor.requires_grad_(True)
pulled = [torch.from_numpy(w).to(torch.{result}).to(device) for w in weights]
return torch.autograd.grad(leaves(torch.compile(call, fullgraph=True)({names})), [{names}], pulled)
""",
)

_OPINFO = """import itertools
import random
import sys
{opening}
import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

np.set_printoptions(threshold=20)
device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
operator = next((op for op in op_db if (op.name, op.variant_test_name) == ({name!r}, {variant!r})), None)
if operator is None:
    print("cannot tell: this build has no such operator in its database")
    sys.exit(125)
{judge}

def widen(value):
    if isinstance(value, torch.dtype):
        return torch.complex128 if value.is_complex else torch.float64 if value.is_floating_point else value
    return value.detach().cpu().to(widen(value.dtype))


def call(sample):
    return operator(sample.input, *sample.args, **sample.kwargs)


def flat(result):
    if isinstance(result, dict):
        result = [result[key] for key in sorted(result)]
    if isinstance(result, (list, tuple)):
        return [leaf for item in result for leaf in flat(item)]
    if isinstance(result, (torch.dtype, torch.device, torch.layout)):
        return []
    if not isinstance(result, torch.Tensor):
        return [(np.asarray(result), "")]
    values = result.detach().cpu()
    values = values.to_dense() if values.layout is not torch.strided else values
    dtype = str(values.dtype).removeprefix("torch.")
    if dtype in ("bfloat16", "complex32") or dtype.startswith("float8"):
        values = values.to(torch.complex128 if dtype == "complex32" else torch.float64)
    return [(values.resolve_conj().resolve_neg().numpy().copy(), dtype)]


def truth(sample, factors=None):
    def move(value):
        if factors is None or isinstance(value, torch.dtype) or not (value.is_floating_point() or value.is_complex()):
            return value
        return value * torch.from_numpy(np.asarray(factors(tuple(value.shape))))

    return flat(call(sample.transform(move)))


def chosen(results, places):
    return results if places is None else [results[place] for place in places]


def coarsest(sample):
    tolerances = [0.0]  # of the least precise tensor: some operators take weights in single precision

    def look(value):
        if isinstance(value, torch.Tensor):
            tolerances.append(TOLERANCES.get(str(value.dtype).removeprefix("torch."), 0.0))
        return value

    sample.transform(look)
    return max(tolerances)


def is_random(sample):
    drawn, seed = [], torch.manual_seed
    torch.manual_seed = lambda *_: None  # the database sets the seed of random operators itself
    try:
        for number in range(2):
            seed(number)
            drawn.append(truth(sample))
    finally:
        torch.manual_seed = seed
    return any(far(a, b, 0.0, 1.0) for a, b in zip(*drawn))


torch.manual_seed({seed}), np.random.seed({seed}), random.seed({seed})
seen = set()


def own(value):  # some operators change an argument, which a later sample may share
    if isinstance(value, torch.dtype) or id(value) not in seen:
        seen.add(id(value))
        return value
    return value.clone()


def copied(value):
    return value if isinstance(value, torch.dtype) else value.detach().cpu().clone()


kept = [*itertools.islice(operator.sample_inputs(device, torch.{dtype}), {samples})]
samples = [sample.transform(own) for sample in kept]
copies = [sample.transform(copied) for sample in samples]
results = [call(sample) for sample in samples]
judging.append(results)
for copy, result in zip(copies, results):
    got, wide = flat(result), copy.transform(widen)
    try:
        want = truth(wide)
    except Exception:  # some operators take 8-bit numbers alone
        wide, want = copy, truth(copy)
    print("got", *got, "in double precision on the CPU", *want, sep="\\n")
{compared}
{closing}"""

_COMPARED = """    got, want = chosen(got, {unique}), chosen(want, {unique})
    floor = coarsest(copy)
    if any(far(g, w, floor, {condition}) for g, w in zip(got, want)) and is_random(wide):
        assert [g.shape for g, _ in got] == [w.shape for w, _ in want], "another shape"
    else:
        judge(got, want, lambda factors: chosen(truth(wide, factors), {unique}), {dtype!r}, floor, {condition})"""

_SHAPES = """    assert [g.shape for g, _ in got] == [w.shape for w, _ in want], "another shape\""""

_RUN = "    # A view into a larger storage, which no copy of it has: it is run, and not compared."


def opinfo(function: str, variant: str, recorded: str) -> str:
    """Return the script of a case of the operator database. Raises NoScriptError."""
    found = re.fullmatch(r"opinfo-(?:(?P<variant>.+)-)?eager-(?P<dtype>\w+)", variant)
    if found is None:
        raise NoScriptError(f"{variant} is no case of the operator database")
    name, kind, dtype = re.sub(r"^torch\.(Tensor\.|ops\.aten\.)?", "", function), found["variant"] or "", found["dtype"]
    compared = _COMPARED.format(unique=UNIQUE.get(name), condition=STEPS.get(name, 1.0), dtype=dtype)
    if name in UNINITIALISED:
        compared = _SHAPES
    elif (f"{name}.{kind}" if kind else name) in VIEWS:
        compared = _RUN
    return _OPINFO.format(
        opening=opening(recorded),
        judge=judge_text(),
        name=name,
        variant=kind,
        dtype=dtype,
        seed=OPINFO_SEED,
        samples=OPINFO_SAMPLES,
        compared=compared,
        closing=CLOSING,
    )


# The samples of a case: the first so many that the database yields from this seed. It yields the plainest first, then
# scalars, empty and strided ones; some operators have hundreds.
OPINFO_SEED = 2023
OPINFO_SAMPLES = 8

# Operators that return uninitialized memory: only their shapes are compared.
UNINITIALISED = frozenset({"empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided"})

# Operators whose sample is a view into a larger storage, which a copy lacks: they run and are not compared.
VIEWS = frozenset({"as_strided.partial_views"})

# Decompositions are unique up to signs, phases or the order of equal values: of these the results at these places are.
UNIQUE = {
    "linalg.eig": (0,),
    "linalg.eigh": (0,),
    "linalg.svd": (1,),
    "svd": (1,),
    "pca_lowrank": (1,),
    "svd_lowrank": (1,),
    "linalg.qr": (),
    "qr": (),
}

# Operators whose own steps, not their inputs, make a rounding error grow: positions in an image are tens of pixels.
STEPS = {"_upsample_bilinear2d_aa": 4.0}


def chains(function: str, variant: str, recorded: str) -> str:
    """Return the script of a generated program."""
    return chain_script(DIALECT, SPELLING, f"torch/{function}/{variant}", recorded)


LISTED: Mapping[str, Callable[[str, str, str], str]] = {"chains": chains, "modules": module_case, "opinfo": opinfo}
