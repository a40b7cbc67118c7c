"""Find code that ties a watched program to one kind of hardware, by the rules for source files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from monitor.check.hardware_rules import habit_problems
from monitor.check.name_uses import NameUse
from monitor.check.problems import Problem
from monitor.model import ObservedFailure, ObservedImport, ObservedUse, Place, WatchedProgram

# Messages of PyTorch and of a driver that is not there.
NEEDS_CUDA = re.compile(r"not compiled with CUDA|NVIDIA driver|no CUDA-capable device|CUDA driver|dummy base class")
# A file of a watched program has tensors, whatever it imports: methods are looked up.
HAS_TORCH = NameUse("torch", Place("", 1, 1))


def observed_problems(program: WatchedProgram, families: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each observed use that some hardware cannot serve; `families` has that of each target.

    Uses that prepare data on the host are none, and neither are imports that failed, unless this ended the program.
    """
    missing = {failure.module.partition(".")[0] for failure in program.failures}
    imports = [one for one in program.imports if one.found or one.name.partition(".")[0] in missing]
    named = [(_import(one), one.name, "") for one in imports]
    named += [(_use(one), one.shown or one.name, one.within) for one in program.uses if not one.host]
    named += [(_without_cuda(one), "the call", "") for one in program.failures if NEEDS_CUDA.search(one.message)]
    for use, shown, within in named:
        for problem in habit_problems((HAS_TORCH, use), families):
            message = f"{problem.message}, in {within}" if within else problem.message
            yield replace(problem, name=shown, message=message)


def _without_cuda(failure: ObservedFailure) -> NameUse:
    """Return the use of CUDA at the line where a program ended because there is none."""
    return NameUse("torch.cuda.Stream", failure.place, called=True)


def _import(observed: ObservedImport) -> NameUse:
    return NameUse(observed.name, observed.place, imported=True)


def _use(observed: ObservedUse) -> NameUse:
    """Return the use as a source file has it: the name is the observed one, the arguments are those of its source."""
    call = source_call(observed.text)
    arguments = [("", value) for value in call.args] if call else []
    arguments += [(one.arg or "", one.value) for one in call.keywords] if call else []
    constants = [(keyword, value.value) for keyword, value in arguments if isinstance(value, ast.Constant)]
    texts = [(keyword, value) for keyword, value in constants if isinstance(value, str)]
    flags = [value for _, value in constants if isinstance(value, bool)]
    return NameUse(
        observed.name,
        observed.place,
        called=True,
        arguments=len(call.args) if call else 0,
        keywords=tuple(keyword for keyword, _ in arguments if keyword),
        texts=(*texts, *([("", observed.argument)] if observed.argument else [])),
        flags=(*flags, *([False] if observed.disabled else []), *_turned_on(observed)),
    )


def _turned_on(observed: ObservedUse) -> Iterable[bool]:
    """Return the flag of a call that really turns something on, such as `jax.config.update`."""
    return [True] if observed.argument and not observed.disabled else []


def source_call(text: str) -> ast.Call | None:
    """Return the call that a source text is; None if it is none."""
    try:
        expression = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None
    return expression if isinstance(expression, ast.Call) else None
