"""Stand-alone scripts of the cases of PyTorch's operator database. Standard library only."""

from __future__ import annotations

import re

from monitor.suite.listed_script import judge_text
from monitor.suite.repro import NoScriptError
from monitor.suite.script_verdict import CLOSING, opening

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

# Operators whose own steps, not their inputs, make a rounding error grow: sums of logarithms of about two hundred,
# sums of terms that cancel, and a division by the root of an epsilon.
GRADIENT_STEPS = {
    "nn.functional.ctc_loss": 64.0,
    "nn.functional.layer_norm": 32.0,
    "linalg.householder_product": 4.0,
    "nn.functional.scaled_dot_product_attention": 8.0,
    "special.log_ndtr": 4.0,
}

_OPENING = """import itertools
import random
import sys
{opening}
import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

np.set_printoptions(threshold=20)
device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
operator = next((op for op in op_db if ({key}, op.variant_test_name) == ({name!r}, {variant!r})), None)
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

"""

_VALUES = """
kept = [*itertools.islice(operator.sample_inputs(device, torch.{dtype}), {samples})]{chosen}
samples = [sample.transform(own) for sample in kept]
copies = [sample.transform(copied) for sample in samples]
{run}
judging.append(results)
for copy, result in zip(copies, results):
    got, wide = flat(result), copy.transform(widen)
    try:
        want = truth(wide)
    except Exception:  # some operators take only 8-bit numbers
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


_FUNCTION = "results = [call(sample) for sample in samples]"

_COMPILED = """torch._dynamo.reset()
function = operator.op
compiled = torch.compile(lambda given, args, kwargs: function(given, *args, **kwargs), dynamic=False)
results = [compiled(sample.input, sample.args, sample.kwargs) for sample in samples]"""

_METHOD = """results = [operator.method_variant(one.input, *one.args, **one.kwargs) for one in samples]"""

_IN_PLACE = """results = []
for place, sample in enumerate(samples):
    there = call(sample.transform(copied))
    tensor = sample.input.clone()
    holds = there.shape == tensor.shape and torch.can_cast(there.dtype, tensor.dtype)
    try:
        result = operator.inplace_variant(tensor, *sample.args, **sample.kwargs)
    except RuntimeError:
        if holds:
            raise
        copies[place] = None  # it raises, as it shall
        continue
    assert result is tensor, "another tensor"
    assert holds or result.shape != sample.input.shape, "a tensor that cannot hold the result is changed"
    assert result.dtype == sample.input.dtype, "another dtype"
    results.append(result)
copies = [copy for copy in copies if copy is not None]"""

_GRADIENT = """
differentiated = [*itertools.islice(operator.sample_inputs(device, torch.{dtype}, requires_grad=True), {samples})]


def variable(value):
    if isinstance(value, torch.dtype) or not value.requires_grad:
        return widen(value) if doubled else value
    return (widen(value) if doubled else value.detach()).clone().requires_grad_()


def results_of(sample):
    made = operator.gradcheck_wrapper(operator.op, sample.input, *sample.args, **sample.kwargs)
    made = sample.output_process_fn_grad(made)
    made = made if isinstance(made, (list, tuple)) else [made]
    return [one for one in made if isinstance(one, torch.Tensor) and one.requires_grad]


def variables_of(sample):
    found = []
    sample.transform(lambda value: found.append(value) if getattr(value, "requires_grad", False) else None)
    return found


def gradient(sample):
    own = sample.transform(variable)
    results, variables = results_of(own), variables_of(own)
    weights = [((torch.arange(r.numel()) % 7 - 2.5) / 4).reshape(r.shape).to(r) for r in results]
    return [] if not results else torch.autograd.grad(results, variables, weights, allow_unused=True)


for sample in differentiated:
    doubled = False
    got = [one for one in gradient(sample) if one is not None]
    judging.append(got)
    doubled = True
    own = sample.transform(variable)
    variables = variables_of(own)
    want = [one for one in gradient(sample) if one is not None]
    print("got", *got, "in double precision on the CPU", *want, sep="\\n")
    if not variables or is_random(own.transform(lambda one: one if isinstance(one, torch.dtype) else one.detach())):
        continue

    def at(*values):
        given = iter(values)
        place = lambda one: next(given) if getattr(one, "requires_grad", False) else one
        return tuple(results_of(own.transform(place)))

    def there(factors):
        def move(value):
            if isinstance(value, torch.dtype) or not value.is_floating_point():
                return value
            moved = value.detach() * torch.from_numpy(np.asarray(factors(tuple(value.shape))))
            return moved.requires_grad_(value.requires_grad)

        return flat([one for one in gradient(own.transform(move)) if one is not None])

    judge(flat(got), flat(want), there, {dtype!r}, 0.0, {condition})
    torch.autograd.gradcheck(at, variables, atol=1e-5, rtol=1e-5)
{closing}"""


_ID = re.compile(
    r"opinfo-(?:(?P<form>method|in-place)-)?(?:(?P<variant>.+)-)?(?P<mode>eager|compiled|gradient)-(?P<dtype>\w+)"
)


def opinfo(function: str, variant: str, recorded: str) -> str:
    """Return the script of a case of the operator database. Raises NoScriptError."""
    found = _ID.fullmatch(variant)
    if found is None:
        raise NoScriptError(f"{variant} is no case of the operator database")
    name, kind, dtype = re.sub(r"^torch\.(Tensor\.|ops\.aten\.)?", "", function), found["variant"] or "", found["dtype"]
    key = "op.name"
    if found["form"] and function.startswith("torch.Tensor."):
        key = f'getattr(op.{"inplace" if found["form"] == "in-place" else "method"}_variant, "__name__", "")'
    operator = name.removesuffix("_") if found["form"] == "in-place" else name
    compared = _COMPARED.format(unique=UNIQUE.get(operator), condition=STEPS.get(operator, 1.0), dtype=dtype)
    if operator in UNINITIALISED:
        compared = _SHAPES
    elif (f"{operator}.{kind}" if kind else operator) in VIEWS:
        compared = _RUN
    run = {"method": _METHOD, "in-place": _IN_PLACE}.get(found["form"] or "", _FUNCTION)
    compiled = found["mode"] == "compiled"
    text = _OPENING + (_GRADIENT if found["mode"] == "gradient" else _VALUES)
    return text.format(
        opening=opening(recorded),
        judge=judge_text(),
        key=key,
        name=name,
        variant=kind,
        dtype=dtype,
        seed=OPINFO_SEED,
        samples=OPINFO_SAMPLES,
        chosen="\nkept = [kept[0], *kept[1:][-1:]]" if compiled else "",
        run=_COMPILED if compiled else run,
        compared=compared,
        condition=GRADIENT_STEPS.get(operator, 1.0),
        closing=CLOSING,
    )
