"""Stand-alone scripts of the cases of PyTorch's database of higher-order operators. Standard library only."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.suite import higher_order
from monitor.suite.repro import NoScriptError
from monitor.suite.script_verdict import CLOSING, opening
from monitor.suite.tolerances import TOLERANCE

HIGHER_ORDER_SEED = 2023
CONDITION = 8.0  # on the tolerance: a program has a few calls

_SCRIPT = """import sys
from collections.abc import Callable, Sequence
from typing import Any
{opening}
import numpy as np
import numpy.typing as npt
import torch
from torch.testing._internal.hop_db import hop_db

{references}
device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
key, mode, dtype = {key!r}, {mode!r}, torch.{dtype}
program = next((one for one in hop_db if (one.name, one.variant_test_name) == key), None)
if program is None:
    print("cannot tell: this build has no such program in its database")
    sys.exit(125)
torch.manual_seed({seed})
(sample,) = program.sample_inputs(device, dtype)
tensors = []


def used(value):
    if not isinstance(value, torch.Tensor):
        return value
    tensors.append(value.detach().clone().requires_grad_(value.requires_grad or mode == "gradient"))
    return tensors[-1]


def leaves(value):
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, (list, tuple)) else [value]


own = sample.transform(used)
given = [one.numpy(force=True).copy() for one in tensors]
arrays = [one.astype(np.float64) if one.dtype.kind == "f" else one for one in given]
op = torch.compile(program.op, dynamic=False) if mode == "compiled" else program.op
results = leaves(op(own.input, *own.args, **own.kwargs))
if mode == "gradient":
    weights = [torch.from_numpy(weights_of(np.empty(one.shape))).to(one) for one in results]
    got = torch.autograd.grad(results, tensors, weights)
    want = gradients(HOOKED.get(key[0], REFERENCES[key]), arrays)
else:  # the results, and the inputs after the call
    got = [*results, *tensors]
    want = [*REFERENCES[key](*arrays), *CHANGED.get(key[0], lambda *same: same)(*arrays)]
judging.append(got)
assert len(got) == len(want), f"{{len(got)}} results, expected {{len(want)}}"
for result, truth in zip(got, want):
    values = result.numpy(force=True)
    print("got", values, "expected", truth, sep="\\n")
    assert values.shape == truth.shape, f"shape {{values.shape}}, expected {{truth.shape}}"
    assert values.dtype == (np.dtype({dtype!r}) if truth.dtype.kind == "f" else truth.dtype), f"dtype {{values.dtype}}"
    allowed = {tolerance!r} * (np.abs(truth) + max(1.0, np.abs(truth).max(initial=0)))
    assert (np.abs(values - truth) <= allowed).all(), f"off by {{np.abs(values - truth).max()}}"
{closing}"""


def higher_order_case(function: str, variant: str, recorded: str) -> str:
    """Return the script of a case of the database of higher-order operators. Raises NoScriptError."""
    found = re.fullmatch(r"higher_order-(\w+)-(eager|compiled|gradient)-(\w+)", variant)
    if found is None:
        raise NoScriptError(f"{variant} is no case of the database of higher-order operators")
    names = {known: name for name, known in higher_order.FUNCTIONS.items()}
    source = (Path(higher_order.__file__).parent / "references.py").read_text(encoding="utf-8")
    return _SCRIPT.format(
        opening=opening(recorded),
        references=source.partition("import numpy.typing as npt\n")[2].strip() + "\n\n",
        key=(names.get(function, function.rpartition(".")[2]), found[1]),
        mode=found[2],
        dtype=found[3],
        seed=HIGHER_ORDER_SEED,
        tolerance=CONDITION * TOLERANCE[found[3]],
        closing=CLOSING,
    )
