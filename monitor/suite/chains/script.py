"""Write the stand-alone script of a program: with the framework and NumPy alone, it runs and judges the program.

Standard library only: the functions that draw and judge are copied from their source, without annotations.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

from monitor.model import Mode
from monitor.suite.chains.grammar import programs
from monitor.suite.chains.program import MODES, Program, case_id, seed_of
from monitor.suite.chains.spelling import Spelling, program_text, reference_text
from monitor.suite.dialect import Dialect
from monitor.suite.repro import NoScriptError
from monitor.suite.script_text import FETCH
from monitor.suite.script_verdict import CLOSING, opening
from monitor.suite.tolerances import STEP_TOLERANCE, TOLERANCE

_JUDGE = """

def off(values, truth, slack):  # how many elements are off by more than the tolerance and the slack
    if truth.dtype.kind != "f":
        return int((values != truth).sum())
    with np.errstate(all="ignore"):
        truth = np.where(np.abs(truth) >= LARGEST["{dtype}"], np.copysign(np.inf, truth), truth)
        size = np.where(np.isfinite(truth), np.abs(truth), 0)
        allowed = {tolerance} * (size + (size.max(initial=0) or 1.0)) + slack
        near = np.isfinite(truth) & (np.abs(values - truth) <= allowed)
        return int((~(near | (values == truth) | (np.isnan(values) & np.isnan(truth)))).sum())


judging.append(got)
inputs = [{inputs}]
want = evaluate(reference, exact, inputs, {count})
values = [np.asarray(fetch(leaf)) for leaf in got]
print("got", *values, "expected", *want, sep="\\n")
assert [v.shape for v in values] == [w.shape for w in want], "another shape"
assert all(w.dtype.kind != "f" or dtype_of(g) == "{dtype}" for g, w in zip(got, want)), "another dtype"
want[1:] = [np.where(np.isnan(w), v, w) for v, w in zip(values[1:], want[1:])]  # not compared
if any(off(v, w, 0.0) for v, w in zip(values, want)):
    others = [evaluate(reference, make, inputs, {count}) for make in changes("{dtype}", smooth={smooth})]
    want, slack = settled(values, want, others)
    wrong = [off(v, w, s) for v, w, s in zip(values, want, slack)]
    assert not any(wrong), f"elements off, by result: {{wrong}}"
"""


def chain_script(dialect: Dialect, spelling: Spelling, case: str, recorded: str) -> str:
    """Return the script of a case of the suite `chains`. Raises NoScriptError for a program that is none of ours."""
    framework = case.partition("/")[0]
    found = next(
        (
            (program, mode)
            for program in programs(spelling.programs)
            for mode in MODES
            if case_id(framework, spelling.function, program, mode) == case
        ),
        None,
    )
    if found is None:
        raise NoScriptError(f'the grammar has no program "{case}"')
    return "\n".join(_script(dialect, spelling, *found, recorded))


def _script(dialect: Dialect, spelling: Spelling, program: Program, mode: Mode, recorded: str) -> Iterator[str]:
    count = program.differentiated
    names = [one.name for one in program.inputs]
    yield f"import sys\n{opening(recorded)}\nimport numpy as np\n{dialect.setup(spelling.function).rstrip()}"
    imported = dialect.setup(spelling.function)
    yield from (line for line in spelling.imports.splitlines() if line not in imported)
    yield f"\n\n# {program.text}\n{program_text(program, spelling.operations)}"
    if count:
        yield f"\n{spelling.gradients.format(count=count)}"
    yield f"\n\n{reference_text(program)}"
    yield f"\n\n{_own_source('values', 'judging')}"
    yield FETCH.format(fetch=textwrap.indent(dialect.fetch.strip(), "    "))
    values = f', "{program.values}"' if program.values != "normal" else ""
    texts = [
        f'draw({seed_of(one.name)}, {one.shape}, "{one.dtype}"{values}{f", below={one.below}" if one.below else ""})'
        for one in program.inputs
    ]
    for one, text in zip(program.inputs, texts, strict=True):
        yield f"{one.name} = {dialect.put.format(values=text, dtype=one.dtype)}"
    called = "program"
    if mode is Mode.COMPILED:
        whole = bool(count) and spelling.whole
        called = "gradients" if whole else "program"
        yield f"{called} = {dialect.compiled.replace('(call', f'({called}')}"
    if count:
        weight = dialect.put.format(values=f"weights({program.calls[-1].after})", dtype=program.dtype)
        yield f"got = gradients({weight}, {', '.join(names)})"
    else:
        yield f"got = [program({', '.join(names)})]"
    floor = STEP_TOLERANCE if count else 0.0
    yield _JUDGE.format(
        dtype=program.dtype,
        tolerance=len(program.steps) * max(TOLERANCE.get(program.dtype, 0.0), floor),
        inputs=", ".join(texts),
        count=count,
        smooth=bool(count),
    )
    yield CLOSING


class _Plain(ast.NodeTransformer):
    """Remove annotations and the imports of this package."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        for argument in (*node.args.args, *node.args.kwonlyargs):
            argument.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None  # noqa: S101 - no declaration without a value
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def _own_source(*modules: str) -> str:
    """Return constants and functions of modules of this package, without annotations and other imports."""
    parts = []
    for name in modules:
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                parts.append(f"\n\n{ast.unparse(_Plain().visit(node))}\n")
            elif _is_partial(node) or (isinstance(node, ast.Assign) and not _is_alias(node)):
                parts.append(ast.unparse(node))
    return "\n".join(parts)


def _is_partial(node: ast.stmt) -> bool:
    """Return whether a statement imports from `functools`, the only import of the copied functions beside NumPy."""
    return isinstance(node, ast.ImportFrom) and node.module == "functools"


def _is_alias(node: ast.Assign) -> bool:
    """Return whether an assignment names a type for annotations."""
    return isinstance(node.value, ast.Subscript)
