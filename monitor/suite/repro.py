"""Write a stand-alone script for every case: with the framework and NumPy only, it runs the case and prints a verdict.

The script of a declared case comes from the source of the case; the `script_dialect` of a framework looks up cases that
a build lists. The last line of the output is the verdict (`monitor.suite.script_verdict`). Standard library only:
scripts are written where no framework is installed.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from types import ModuleType
from typing import Any

from monitor.model import InputKind, Mode
from monitor.suite.declare import DEVICE, DTYPE, Built, Case, Declaration
from monitor.suite.dialect import Dialect
from monitor.suite.discovery import collect, is_listed, suites
from monitor.suite.input_kinds import BATCH, Draw, draws
from monitor.suite.recurring_arguments import Replaced
from monitor.suite.references import has_reference
from monitor.suite.script_inputs import SLICES, chosen_draws, exact_text, helpers, values_text
from monitor.suite.script_modes import compare_text, function_text, judged_text
from monitor.suite.script_sources import definitions_of, names_of, node_of, source_of
from monitor.suite.script_text import FETCH, PROMISE, TAKEN
from monitor.suite.script_verdict import CLOSING, opening
from monitor.suite_files import frameworks


class NoScriptError(ValueError):
    """A case that has no script, in one line."""


class UnknownCaseError(NoScriptError):
    """A case that no suite has.

    Its line names the nearest case. The search for it takes half a second and happens when the line is read, since a
    site requests the script of every case that ever existed.
    """

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.case = case

    def __str__(self) -> str:
        near = difflib.get_close_matches(self.case, _cases(self.case.partition("/")[0]), n=1)
        return f'no suite has a case "{self.case}"' + (f'; the nearest is "{near[0]}"' if near else "")


def script(case: str, recorded: str = "") -> str:
    """Return the script of a case, which takes the device as its argument. Raises NoScriptError.

    `recorded` is the recorded outcome in one line: `mismatch: 3 of 4 elements off`. The script compares its own with
    it.
    """
    framework, function, variant = (*case.split("/", 2), "", "")[:3]
    if framework not in frameworks():
        raise NoScriptError(f'"{case}" is no case: its first part names no framework')
    dialect = import_module(f"monitor.suite.{framework}.script_dialect")
    if found := _cases(framework).get(case):
        text = "\n".join(_declared(found, dialect.DIALECT, recorded))
    else:
        suite = variant.partition("-")[0]
        if not is_listed(framework, suite):
            raise UnknownCaseError(case)
        text = dialect.LISTED[suite](function, variant, recorded)
    text = re.sub(r"\n{4,}", "\n\n\n", text.strip())  # two blank lines are enough
    return f'"""{case}"""\n\n{text}\n'


@cache
def _cases(framework: str) -> dict[str, Case]:
    """Return the declared cases of every suite."""
    declared = [suite for suite in suites(framework) if not is_listed(framework, suite)]
    return {name: case for suite in declared for name, case in collect(framework, suite).items()}


def _declared(case: Case, dialect: Dialect, recorded: str) -> Iterator[str]:
    declaration, inputs = case.declaration, case.declaration.inputs
    views_inside = case.mode is Mode.COMPILED and case.kind is InputKind.STRIDED and not dialect.has_views
    drawn = chosen_draws(_comparable(case), recorded)[: 1 if views_inside else None]
    own = {name for name, spec in inputs.items() if not (spec is DEVICE and name == "device")}
    defined = _own_definitions(inspect.getmodule(declaration.call))
    renamed = {name: f"{name}_" for name in (own | defined) & (TAKEN | {dialect.module})}
    names = tuple(sorted(renamed.items()))
    call, oracle = _source(declaration.call, names), _source(declaration.oracle, names)
    tensors = declaration.tensors
    free = [n for n, spec in tensors.items() if not case.mode.differentiates or spec.differentiable(case.dtype)]
    original = {renamed.get(name, name): name for name in inputs}
    given = [original[parameter] for parameter in oracle.parameters[1:]]
    if case.mode.differentiates:
        given += [name for name in free if name not in given]
    called = [renamed.get(name, name) for name in free]

    if not declaration.numeric:
        yield "import random"
    yield f"import sys\n{opening(recorded)}\nimport numpy as np\n{dialect.setup(declaration.public_name).rstrip()}\n"
    if declaration.namespace:
        yield _namespace(declaration.namespace, call.parameters[0], dialect)
    yield from _ruled(declaration, dialect)
    yield from _context(declaration.call, declaration.oracle, names)
    yield FETCH.format(fetch=textwrap.indent(dialect.fetch.strip(), "    "))
    yield helpers(drawn)
    plain = case.kind is InputKind.PLAIN
    for name, text in _tensors(case, drawn[0], dialect).items():
        if plain or name not in free:  # an input without a gradient is no argument of the call
            yield f"{renamed.get(name, name)} = {text}"
    for name, spec in inputs.items():
        if name not in tensors and (value := _given(spec, call, name, case, dialect)) != name:
            yield f"{renamed.get(name, name)} = {value}"
    named_tensors = {name: renamed.get(name, name) for name in tensors}
    views = _views(drawn[0], dialect, named_tensors) if views_inside else {}
    first_lines = [f"{named_tensors[name]} = {view}" for name, view in views.items()]
    yield f"\n\n{call.define('call', called, first_lines)}\n\n"

    exact = {name: _exact(drawn[0], name, case, renamed, is_viewed=not views_inside) for name in given}
    defined_call, function = function_text(case, dialect)
    yield defined_call
    call_text = f"{function}({', '.join(called)})"
    named = [renamed.get(name, name) for name in given]
    if not declaration.numeric:
        yield f"{oracle.define('promise', [oracle.parameters[0], *named])}\n\n"
        yield f"random.seed(0), np.random.seed(0), {dialect.seed}".rstrip(" ,") + "  # two builds draw alike"
        judged = iter([PROMISE.format(call=call_text, arguments=", ".join(["result", *exact.values()]))])
    else:
        yield f"\n\n{oracle.define('reference', named)}\n\n"
        yield compare_text(case)
        judged = judged_text(case, dialect, dict(zip(named, exact.values(), strict=True)), called, call_text)
    if plain:
        yield from judged
    else:
        yield from _for_each_draw(case, drawn, dialect, renamed, [*judged], views_inside=views_inside)
    yield CLOSING


def _ruled(declaration: Declaration, dialect: Dialect) -> Iterator[str]:
    """Yield the text that changes the function of a case that follows by rule."""
    if rule := declaration.rule:
        imports = "from collections.abc import Callable\nfrom typing import Any"
        yield f"{imports}\n\n\n{inspect.getsource(Replaced)}\n\n{inspect.getsource(rule.change)}\n"
        module, path, change = dialect.module, declaration.function.split(".")[1:], rule.change.__name__
        yield f"plain = {module}"
        yield f"{module} = Replaced(plain, {path}, lambda function: {change}(plain, function))\n"


def _comparable(case: Case) -> tuple[Draw, ...]:
    """Return the draws of a case, without the empty ones that its reference refuses."""
    drawn = draws(case)
    if case.kind is not InputKind.EMPTY:
        return drawn
    return tuple(draw for draw in drawn if has_reference(case, draw)) or drawn


def _tensors(case: Case, draw: Draw, dialect: Dialect) -> dict[str, str]:
    """Return the text that makes each tensor of a draw, by the name of the input."""
    texts = {}
    for name, spec in draw.tensors.items():
        dtype = spec.dtype or case.dtype
        seed = case.declaration.seed(name)
        values = values_text(spec, dtype, seed)
        if case.mode is Mode.VMAP:
            others = [values_text(spec, dtype, seed + number) for number in range(1, BATCH)]
            values = f"np.stack([{', '.join([values, *others])}])"
        texts[name] = dialect.put.format(values=values, dtype=dtype)
    return texts


def _namespace(namespace: str, variable: str, dialect: Dialect) -> str:
    """Return the statement that assigns the namespace of a call; `dialect.setup` imports the framework's own."""
    is_own = namespace.partition(".")[0] == dialect.module
    return f"{variable} = {namespace}" if is_own else f"import {namespace} as {variable}"


def _views(draw: Draw, dialect: Dialect, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the text of the view of each input that is one; `texts` has the text of its base."""
    views = {name: spec.view for name, spec in draw.tensors.items() if spec.view}
    return {
        name: f"{texts[name]}{SLICES[view]}" if view in SLICES else dialect.transposed.format(tensor=texts[name])
        for name, view in views.items()
    }


def _for_each_draw(
    case: Case,
    drawn: Iterable[Draw],
    dialect: Dialect,
    renamed: Mapping[str, str],
    judged: list[str],
    *,
    views_inside: bool,
) -> Iterator[str]:
    """Yield the judgement of a call in a function, and a call of that for each draw."""
    names = [renamed.get(name, name) for name in case.declaration.tensors]
    yield f"def judge({', '.join(names)}):\n{textwrap.indent(chr(10).join(judged), '    ')}\n\n"
    for draw in drawn:
        texts = _tensors(case, draw, dialect)
        texts |= {} if views_inside else _views(draw, dialect, texts)
        yield f'print("{draw.label}")\njudge('
        yield from (f"    {renamed.get(name, name)}={text}," for name, text in texts.items())
        yield ")"


def _given(spec: Any, call: _Source, name: str, case: Case, dialect: Dialect) -> str:
    """Return the text of an input that is no tensor."""
    if isinstance(spec, Built):
        return dialect.placed.format(made=f"({call.built(name)})({dialect.module})", dtype=case.dtype)
    if spec is DTYPE:
        return dialect.dtype.format(dtype=case.dtype)
    return "device" if spec is DEVICE else repr(spec)


def _exact(draw: Draw, name: str, case: Case, renamed: Mapping[str, str], *, is_viewed: bool) -> str:
    """Return the text of an input for an oracle."""
    spec = case.declaration.inputs[name]
    text = renamed.get(name, name)
    if name in draw.tensors:
        return exact_text(draw.tensors[name], text, case.dtype, is_viewed=is_viewed)
    return repr(case.dtype) if spec is DTYPE else text


class _Source:
    """The source of a function, with other names for some of its names."""

    def __init__(self, function: Callable[..., Any], renamed: Mapping[str, str]) -> None:
        self._text = _with_names(_text_of(function), renamed)
        (node,) = ast.parse(self._text).body
        if not isinstance(node, ast.FunctionDef):
            raise NoScriptError(f"{function.__module__}.{function.__qualname__} is no function with a name")
        self.node = node
        self.parameters = [argument.arg for argument in self.node.args.args]

        defaults = zip(reversed(self.parameters), reversed(self.node.args.defaults), strict=False)
        self._built = {
            name: default.args[0]
            for name, default in defaults
            if isinstance(default, ast.Call) and isinstance(default.func, ast.Name) and default.func.id == "built"
        }

    @cached_property
    def uses(self) -> set[str]:
        """Return the names that the body, and the objects built for it, look up."""
        return names_of(*self.node.body) - {*self.parameters} | names_of(*self._built.values())

    def built(self, name: str) -> str:
        """Return the function that builds a parameter: the argument of the `built(...)` that is its default."""
        renamed = next(one for one in (name, f"{name}_") if one in self._built)
        return ast.unparse(self._built[renamed])

    @cached_property
    def _body(self) -> str:
        first, last = self.node.body[0].lineno, self.node.end_lineno
        return textwrap.dedent("\n".join(self._text.splitlines()[first - 1 : last]))

    def define(self, name: str, parameters: Iterable[str], first_lines: Sequence[str] = ()) -> str:
        """Return the function under another name, with these parameters, and its own body after some lines."""
        text = "\n".join([*first_lines, self._body])
        return f"def {name}({', '.join(parameters)}):\n{textwrap.indent(text, '    ')}"


def _text_of(function: Callable[..., Any]) -> str:
    """Return the source of a function, and that of a lambda function as a definition."""
    module = inspect.getmodule(function)
    node = node_of(function, module) if module and function.__name__ == "<lambda>" else None
    if module is None or not isinstance(node, ast.Lambda):
        return textwrap.dedent(inspect.getsource(function))
    body = source_of(node.body, module)
    body = f"({body})" if "\n" in body else body
    return f"def f({ast.unparse(node.args)}):\n    return {body}"


@cache
def _source(function: Callable[..., Any], renamed: tuple[tuple[str, str], ...]) -> _Source:
    """Return the source of a function. All dtypes and modes of a function share its two sources."""
    return _Source(function, dict(renamed))


@cache
def _context(
    call: Callable[..., Any], oracle: Callable[..., Any], names: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    """Return the helpers, constants and imports of its module that a call and its oracle use, in the order of the file.

    All dtypes and modes of a function share them. `names` has the other name of each renamed one.
    """
    module, sources, renamed = inspect.getmodule(call), (_source(call, names), _source(oracle, names)), dict(names)
    found = definitions_of(module) if module else {}
    definitions = {renamed.get(name, name): one for name, one in found.items()}
    wanted: set[str] = set()
    uses = set().union(*(source.uses for source in sources)) & definitions.keys()
    while uses:
        wanted |= uses
        used = set().union(*(names_of(definitions[name][0]) for name in uses))
        uses = {renamed.get(name, name) for name in used} & definitions.keys() - wanted
    statements = [statement for name, statement in definitions.items() if name in wanted]
    texts = []
    for node, text in dict.fromkeys(statements):  # one may define several names
        text = _with_names(text, renamed)
        texts.append(f"\n\n{text}\n\n" if isinstance(node, ast.FunctionDef) else text)
    return tuple(texts)


@cache
def _own_definitions(module: ModuleType | None) -> frozenset[str]:
    """Return the names that a module defines itself; an import means the same everywhere."""
    found = definitions_of(module) if module else {}
    return frozenset(name for name, (node, _) in found.items() if not isinstance(node, ast.Import))


def _with_names(text: str, renamed: Mapping[str, str]) -> str:
    """Return source with other names for some variables, parameters and functions that it defines."""
    places = []
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)) if renamed else ():
        if isinstance(node, ast.Name) and node.id in renamed:
            places.append((node.lineno, node.col_offset, node.id))
        elif isinstance(node, ast.arg) and node.arg in renamed:
            places.append((node.lineno, node.col_offset, node.arg))
        elif isinstance(node, ast.FunctionDef) and node.name in renamed:
            start = lines[node.lineno - 1].encode().index(b"def ", node.col_offset) + len("def ")
            places.append((node.lineno, start, node.name))
    for line, start, name in sorted(places, reverse=True):
        whole = lines[line - 1].encode()  # columns are counted in bytes
        end = start + len(name.encode())
        lines[line - 1] = (whole[:start] + renamed[name].encode() + whole[end:]).decode()
    return "".join(lines)
