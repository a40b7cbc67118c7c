"""Stand-alone scripts of the cases of PyTorch's module database. Standard library only."""

from __future__ import annotations

import re

from monitor.suite.listed_script import judge_text
from monitor.suite.repro import NoScriptError
from monitor.suite.script_verdict import CLOSING, opening

MODULE_SEED = 2023

# Modules whose reference in the database computes in single precision.
SINGLE_REFERENCE = frozenset({"nn.RMSNorm"})

# Modules whose own steps, not their inputs, make a rounding error grow: sums of logarithms of about two hundred, and
# gradients of the bias of keys, which are sums of terms that cancel.
MODULE_STEPS = {
    "nn.CTCLoss": 64.0,
    "nn.MultiheadAttention": 8.0,
    "nn.Transformer": 8.0,
    "nn.TransformerDecoderLayer": 8.0,
    "nn.TransformerEncoderLayer": 8.0,
}

_MODULE = """import copy
import random
import sys
{opening}
import numpy as np
import torch
from torch.testing._internal.common_modules import module_db

np.set_printoptions(threshold=20)
device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
info = next((info for info in module_db if info.name == {name!r}), None)
if info is None:
    print("cannot tell: this build has no such module in its database")
    sys.exit(125)
{judge}

def converted(value, convert):
    if isinstance(value, torch.Tensor):
        return convert(value)
    if isinstance(value, dict):
        return {{key: converted(item, convert) for key, item in value.items()}}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(converted(item, convert) for item in value))
    return type(value)(converted(item, convert) for item in value) if isinstance(value, (list, tuple)) else value


def leaves(value):
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, (list, tuple)) else [value]


def flat(result):
    found = []
    for leaf in leaves(result):
        if not isinstance(leaf, torch.Tensor):
            found.append((np.asarray(leaf), ""))
            continue
        values, dtype = leaf.detach().cpu(), str(leaf.dtype).removeprefix("torch.")
        wide = torch.complex128 if dtype == "complex32" else torch.float64 if dtype == "bfloat16" else values.dtype
        found.append((values.to(wide).resolve_conj().resolve_neg().numpy().copy(), dtype))
    return found


def result_of(module, args, kwargs, reference=None):
    given = converted((args, kwargs), torch.clone)
    with torch.no_grad():
        return module(*given[0], **given[1])


def reference_of(module, args, kwargs, reference):
    try:
        given = converted((args, kwargs), torch.clone)
        return reference(module, *given[0], **given[1])
    except (RuntimeError, TypeError):  # none, or one that holds weights in the dtype of the case
        return result_of(module, args, kwargs)


def gradient_of(module, args, kwargs, reference=None):
    variables = []

    def variable(tensor):
        own = tensor.detach().clone()
        if not tensor.requires_grad:
            return own
        variables.append(own.requires_grad_())
        return own * 1

    given = converted((args, kwargs), variable)
    results = [leaf for leaf in leaves(module(*given[0], **given[1])) if getattr(leaf, "requires_grad", False)]
    variables += module.parameters()
    weights = [(torch.arange(one.numel(), device=one.device) % 7 - 2.5).reshape(one.shape) / 4 for one in results]
    weights = [weight.to(one.dtype) for weight, one in zip(weights, results)]
    return list(torch.autograd.grad(results, variables, weights, allow_unused=True)) if results else []


def widened(tensor):
    wide = torch.complex128 if tensor.is_complex() else torch.float64 if tensor.is_floating_point() else tensor.dtype
    return tensor.detach().cpu().to(wide, copy=True).requires_grad_(tensor.requires_grad)


def truth(sample, factors=None):
    def move(tensor):
        if factors is None or not (tensor.is_floating_point() or tensor.is_complex()):
            return tensor
        moved = tensor.detach() * torch.from_numpy(np.asarray(factors(tuple(tensor.shape))))
        return moved.requires_grad_(tensor.requires_grad)

    module, args, kwargs, reference = sample
    module = copy.deepcopy(module)
    for parameter in module.parameters():
        parameter.data = move(parameter.data)
    return flat({truth}(module, *converted((args, kwargs), move), reference))


def is_random(sample):
    drawn, seed = [], torch.manual_seed
    torch.manual_seed = lambda *_: None
    try:
        for number in range(2):
            seed(number)
            drawn.append(truth(sample))
    finally:
        torch.manual_seed = seed
    return any(far(a, b, 0.0, 1.0) for a, b in zip(*drawn))


torch.manual_seed({seed}), np.random.seed({seed}), random.seed({seed})
options = dict(device=device, dtype=torch.{dtype}, requires_grad={gradient}, training={training})
samples, copies, references = [], [], []
for one in info.module_inputs_func(info, **options):
    if one.forward_input is None:
        continue
    made, given = one.constructor_input, one.forward_input
    module = info.module_cls(*made.args, **made.kwargs).to(device, torch.{dtype}).train({training})
    samples.append((module, given.args, given.kwargs))
    references.append(one.reference_fn)
    if info.is_lazy:
        result_of(*samples[-1])
for module, args, kwargs in samples:
    wide = copy.deepcopy(module).cpu()
    parts = [*wide.parameters(), *wide.buffers()]
    wide = wide.to(torch.complex128 if any(part.is_complex() for part in parts) else torch.float64)
    copies.append((wide, *converted((args, kwargs), widened)))
results = [{run}(*sample) for sample in samples]
judging.append(results)
for sample, reference, result in zip(copies, references, results):
    sample = (*sample, {reference})
    got, want = flat(result), truth(sample)
    print("got", *got, "in double precision on the CPU", *want, sep="\\n")
    if any(far(g, w, 0.0, {condition}) for g, w in zip(got, want)) and is_random(sample):
        assert [g.shape for g, _ in got] == [w.shape for w, _ in want], "another shape"
    else:
        judge(got, want, lambda factors: truth(sample, factors), {dtype!r}, 0.0, {condition})
{closing}"""


def module_case(function: str, variant: str, recorded: str) -> str:
    """Return the script of a case of the module database. Raises NoScriptError."""
    found = re.fullmatch(r"modules-(?P<eval>evaluating-)?(?P<mode>eager|gradient)-(?P<dtype>\w+)", variant)
    if found is None:
        raise NoScriptError(f"{variant} is no case of the module database")
    name, is_gradient = function.removeprefix("torch."), found["mode"] == "gradient"
    return _MODULE.format(
        opening=opening(recorded),
        judge=judge_text(),
        name=name,
        dtype=found["dtype"],
        gradient=is_gradient,
        training=not found["eval"],
        run="gradient_of" if is_gradient else "result_of",
        truth="gradient_of" if is_gradient else "reference_of",
        reference="None" if name in SINGLE_REFERENCE else "reference",
        condition=MODULE_STEPS.get(name, 1.0),
        seed=MODULE_SEED,
        closing=CLOSING,
    )
