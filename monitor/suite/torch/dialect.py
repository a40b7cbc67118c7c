"""How PyTorch is spelled in a stand-alone script. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from monitor.suite.repro import Dialect, NoScriptError

DIALECT = Dialect(
    module="torch",
    setup=lambda _: 'import torch\n\ndevice = sys.argv[1] if len(sys.argv) > 1 else "cpu"',
    device="torch.device(device)",
    dtype="torch.{dtype}",
    put='torch.from_numpy(np.array({values}, order="C")).to(torch.{dtype}).to(device)',
    seed="torch.manual_seed(0)",
    fetch="""
if not isinstance(leaf, torch.Tensor):
    return leaf
values = leaf.detach().cpu().resolve_conj()
return (values.double() if values.dtype == torch.bfloat16 else values).numpy()
""",
    compiled="torch.compile(call, fullgraph=True)",
    gradient="""
for tensor in [{names}]:
    tensor.requires_grad_(True)
pulled = [torch.from_numpy(w).to(torch.{result}).to(device) for w in weights]
got = torch.autograd.grad(leaves(call({names})), [{names}], pulled)
""",
)

_OPINFO = """import itertools
import random
import sys

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
operator = next(op for op in op_db if (op.name, op.variant_test_name) == ({name!r}, {variant!r}))


def widen(value):
    dtype = value if isinstance(value, torch.dtype) else value.dtype
    wide = torch.complex128 if dtype.is_complex else torch.float64 if dtype.is_floating_point else dtype
    return wide if value is dtype else value.detach().cpu().to(wide)


torch.manual_seed({seed}), np.random.seed({seed}), random.seed({seed})
for sample in itertools.islice(operator.sample_inputs(device, torch.{dtype}), {samples}):
    wide = sample.transform(widen)
    print("got", operator(sample.input, *sample.args, **sample.kwargs))
    print("in double precision on the CPU", operator(wide.input, *wide.args, **wide.kwargs))
"""


def opinfo(function: str, variant: str) -> str:
    """The script of a case of the operator database. Raises NoScriptError."""
    found = re.fullmatch(r"opinfo-(?:(?P<variant>.+)-)?eager-(?P<dtype>\w+)", variant)
    if found is None:
        raise NoScriptError(f"{variant} is no case of the operator database")
    name = re.sub(r"^torch\.(Tensor\.|ops\.aten\.)?", "", function)
    return _OPINFO.format(
        name=name, variant=found["variant"] or "", dtype=found["dtype"], seed=OPINFO_SEED, samples=OPINFO_SAMPLES
    )


# The samples of a case: the first so many that the database yields from this seed. It yields the plainest first, then
# scalars, empty and strided ones; some operators have hundreds.
OPINFO_SEED = 2023
OPINFO_SAMPLES = 8

LISTED: Mapping[str, Callable[[str, str], str]] = {"opinfo": opinfo}
