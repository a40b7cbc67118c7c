"""Text of the call and of its judgement in the script of a declared case, for each mode. Standard library only."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from monitor.model import InputKind, Mode
from monitor.suite.declare import Case
from monitor.suite.dialect import Dialect
from monitor.suite.input_kinds import BATCH
from monitor.suite.script_text import (
    BATCHED,
    CENTRAL,
    COMPARE,
    FORWARD,
    GRADIENT,
    JUDGE,
    MALFORMED,
    ONE_SIDED,
    SECOND,
    TANGENTS,
)
from monitor.suite.tolerances import SECOND_STEP, SECOND_TOLERANCE, STEP, STEP_TOLERANCE, tolerance_of


def function_text(case: Case, dialect: Dialect) -> tuple[str, str]:
    """Return the definition of the function that a script calls, empty for the call itself, and its name."""
    if case.mode is Mode.COMPILED:
        return f"compiled = {dialect.compiled}", "compiled"
    if case.mode is Mode.VMAP:
        return f"vectorized = {dialect.vectorized}", "vectorized"
    return "", "call"


def compare_text(case: Case) -> str:
    """Return the text of the function that compares a result with an expected one."""
    dtype = case.dtype if case.mode.differentiates and case.mode is not Mode.JVP else case.result_dtype
    tolerance = tolerance_of(dtype)
    if case.mode.differentiates:
        tolerance = max(tolerance, SECOND_TOLERANCE if case.mode is Mode.HVP else STEP_TOLERANCE)
    return COMPARE.format(tolerance=tolerance * case.declaration.condition, dtype=dtype)


def judged_text(
    case: Case, dialect: Dialect, exact: Mapping[str, str], called: Sequence[str], call_text: str
) -> Iterator[str]:
    """Yield the comparison of one call with the reference.

    `exact` has the text of each input of the reference, and `called` the names of the inputs of the call.
    """
    if case.kind is InputKind.MALFORMED:
        yield MALFORMED.format(names=", ".join(called))
        return
    yield f"exact = dict({', '.join(f'{name}={value}' for name, value in exact.items())})"
    names = {"names": ", ".join(called), "result": case.result_dtype}

    def derivatives(text: str) -> str:
        return textwrap.indent(text.format(**names).strip(), "    ")

    if case.mode.is_gradient:
        text = dialect.compiled_gradient if case.mode is Mode.COMPILED_GRADIENT else dialect.gradient
        yield GRADIENT.format(step=STEP, derivatives=derivatives(text))
        want = ONE_SIDED if case.kind is InputKind.KINKS else CENTRAL
        yield want.format(names=called, step=STEP)
    elif case.mode is Mode.JVP:
        yield TANGENTS.format(names=called)
        yield FORWARD.format(step=STEP, derivatives=derivatives(dialect.forward))
    elif case.mode is Mode.HVP:
        yield GRADIENT.format(step=SECOND_STEP, derivatives=derivatives(dialect.second))
        yield TANGENTS.format(names=called)
        yield SECOND.format(names=called, step=SECOND_STEP)
    elif case.mode is Mode.VMAP:
        yield BATCHED.format(names=called, call_text=call_text, batch=BATCH)
    else:
        yield f"want = leaves(reference(**exact))\ngot = leaves({call_text})"
    yield JUDGE
