"""Stand-alone scripts of the cases of PyTorch's optimizer database. Standard library only."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.suite import optimizers
from monitor.suite.repro import NoScriptError
from monitor.suite.script_verdict import CLOSING, opening
from monitor.suite.tolerances import TOLERANCE

CONDITION = 8.0  # on the tolerance: a rounding of each step

_SCRIPT = """import math
import sys
from collections.abc import Callable
from typing import Any
{opening}
import numpy as np
import numpy.typing as npt
import torch
from torch.testing._internal.common_optimizers import optim_db

{references}
device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
info = next((info for info in optim_db if info.optim_cls.__name__ == {name!r}), None)
if info is None:
    print("cannot tell: this build has no such optimizer in its database")
    sys.exit(125)
dtype, form = torch.{dtype}, {form!r}
count = 1 if form == "compiled" else None
given = [dict(one.kwargs) for one in info.optim_inputs_func(device=device)]
if form or dtype is not torch.float32:
    given = [one for one in given if not any(isinstance(value, torch.Tensor) for value in one.values())]
implementation = {{form: True}} if form in ("foreach", "fused") else {{}}
if not form and "foreach" in info.supported_impls:
    implementation = {{"foreach": False}}
for options in given[-1:] if form == "compiled" else given:
    put = lambda one: torch.from_numpy(one.copy()).to(device, dtype)
    start, target, slope = ([*map(put, part[:count])] for part in problem({name!r}))
    parameters = [torch.nn.Parameter(one) for one in start]
    optimizer = info.optim_cls(parameters, **options, **implementation)
    step = torch.compile(optimizer.step, dynamic=False) if form == "compiled" else optimizer.step
    for _ in range(STEPS):
        for parameter, goal, steepness in zip(parameters, target, slope):
            gradient = steepness * (parameter.detach() - goal)
            parameter.grad = gradient.to_sparse() if {name!r} == SPARSE else gradient
        step()
    defaults = info.optim_cls([torch.nn.Parameter(torch.zeros(1, 1))]).defaults
    wanted = truth({name!r}, {{**defaults, **options}}, torch.finfo(dtype).eps)[:count]
    judging.append(parameters)
    print(options)
    for parameter, want in zip(parameters, wanted):
        got = parameter.detach().double().cpu().numpy()
        print("got", got, "expected", want, sep="\\n")
        allowed = {tolerance!r} * (np.abs(want) + max(1.0, np.abs(want).max()))
        assert (np.abs(got - want) <= allowed).all(), f"off by {{np.abs(got - want).max()}}"
{closing}"""


def optimizer_case(function: str, variant: str, recorded: str) -> str:
    """Return the script of a case of the optimizer database. Raises NoScriptError."""
    found = re.fullmatch(r"optimizers-(?:(foreach|fused)-eager|(compiled)|eager)-(\w+)", variant)
    if found is None:
        raise NoScriptError(f"{variant} is no case of the optimizer database")
    source = (Path(optimizers.__file__).parent / "references.py").read_text(encoding="utf-8")
    return _SCRIPT.format(
        opening=opening(recorded),
        references=source.partition("import numpy.typing as npt\n")[2].strip() + "\n\n",
        name=function.removeprefix("torch.optim."),
        form=found[1] or found[2] or "",
        dtype=found[3],
        tolerance=CONDITION * TOLERANCE[found[3]],
        closing=CLOSING,
    )
