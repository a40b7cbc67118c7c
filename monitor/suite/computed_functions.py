"""Find what declared functions compute, by the names of NumPy, so that functions of different frameworks can be paired.

There are two ways to find it, both from the source of cases:

- A case is one direct call, its reference is a direct call of a NumPy function, and both have the same arguments:
  `tf.math.acos(x)` has the reference `np.arccos(x)`.
- Functions of two frameworks have the same last name, and a case of each has the same reference: `jax.nn.gelu` and
  `torch.nn.GELU`. Their name is then that of what they compute.

Functions that compute the same may have different options. Standard library only.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from monitor.suite.declare import Declaration
from monitor.suite.discovery import declarations, suites
from monitor.suite.script_sources import Function, node_of
from monitor.suite_files import frameworks

SUITES = ("paper", "ops")  # of functions that people call, with references in source
# Operators of Python in a reference, by the NumPy function that they stand for.
OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.MatMult: "matmul",
    ast.Pow: "power", ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal",
    ast.Eq: "equal", ast.NotEq: "not_equal", ast.BitAnd: "bitwise_and", ast.BitOr: "bitwise_or",
    ast.BitXor: "bitwise_xor",
}  # fmt: skip
# Last names that mean an operator; a case of another function may compute the same by chance.
NAMES_OF = {
    "divide": {"div", "truediv", "true_divide"}, "multiply": {"mul"}, "subtract": {"sub"}, "less": {"lt"},
    "less_equal": {"le"}, "greater": {"gt"}, "greater_equal": {"ge"}, "equal": {"eq"}, "not_equal": {"ne"},
    "power": {"pow"},
}  # fmt: skip


@cache
def computed_functions() -> Mapping[tuple[str, str], str]:
    """Return what each declared function computes, by framework and name: `arccos` for `tf.math.acos`.

    A function is left out if its cases do not show it. Raises DeclarationError.
    """
    numpy_names: dict[tuple[str, str], dict[str, None]] = {}
    alike: dict[tuple[str, str], set[tuple[str, str]]] = {}  # functions by last name and reference
    for framework in frameworks():
        for one in _declared(framework):
            function = framework, one.function
            if name := _numpy_name(one):
                numpy_names.setdefault(function, {})[name] = None
            if one.numeric and (text := _computation(one)):
                alike.setdefault((_last(one.function), text), set()).add(function)
    found = {function: name for function, names in numpy_names.items() if (name := _chosen(function[1], names))}
    for members in (sorted(functions) for _, functions in sorted(alike.items())):
        if len({framework for framework, _ in members}) > 1:
            known = next((found[function] for function in members if function in found), _shared_name(members))
            for function in members:
                found.setdefault(function, known)
    return dict(sorted(found.items()))


def _shared_name(functions: Iterable[tuple[str, str]]) -> str:
    """Return the last name of some functions that differ in case and underscores: `leaky_relu`."""
    names = {name.rpartition(".")[2].strip("_").lower() for _, name in functions}
    return max(names, key=lambda name: (name.count("_"), name))


def _declared(framework: str) -> Iterator[Declaration]:
    """Yield the main declaration of each function; a named one calls it in a special way."""
    for suite in SUITES:
        if suite in suites(framework):
            yield from (one for _, one in declarations(framework, suite) if not one.name and not one.rule)


def _chosen(function: str, numpy_names: Iterable[str]) -> str:
    """Return the NumPy function of all cases; of several, that with the function's own last name."""
    names = [*numpy_names]
    own = [name for name in names if name.rpartition(".")[2] == _last(function)]
    return (own or names)[0] if own or len(names) == 1 else ""


def _numpy_name(declaration: Declaration) -> str:
    """Return the NumPy function that equals a declared call; empty unless both are one direct call."""
    call = _expression(declaration.call)
    oracle = _expression(declaration.oracle) if declaration.numeric else None
    if not isinstance(call, ast.Call) or oracle is None or ast.unparse(call.func) != declaration.function:
        return ""
    name, values = _called(oracle)
    given = _arguments(_values(call), _parameters(declaration.call))
    if not name or _arguments(values, _parameters(declaration.oracle)) != given:
        return ""
    if not isinstance(oracle, ast.Call) and _last(declaration.function) not in {name, *NAMES_OF.get(name, ())}:
        return ""
    return name


def _called(oracle: ast.expr) -> tuple[str, list[ast.expr]]:
    """Return the NumPy function of a direct call or of an operator, and its arguments; an empty name for neither."""
    if isinstance(oracle, ast.BinOp):
        return OPERATORS.get(type(oracle.op), ""), [oracle.left, oracle.right]
    if isinstance(oracle, ast.Compare) and len(oracle.ops) == 1:
        return OPERATORS.get(type(oracle.ops[0]), ""), [oracle.left, *oracle.comparators]
    if isinstance(oracle, ast.Call) and (name := ast.unparse(oracle.func)).startswith("np."):
        return name.removeprefix("np."), _values(oracle)
    return "", []


def _values(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(one.value for one in call.keywords)]


def _arguments(values: Iterable[ast.expr], parameters: Iterable[str]) -> list[str]:
    """Return the arguments of a call in the order of their texts; inputs by number, because their names differ."""
    numbers = {name: f"input {number}" for number, name in enumerate(parameters)}
    return sorted(numbers.get(text := ast.unparse(one), text) for one in values)


def _node(function: object) -> Function | None:
    module = inspect.getmodule(function)
    return node_of(function, module) if module and inspect.isfunction(function) else None


def _parameters(function: object) -> list[str]:
    """Return the names of the inputs of a call or a reference, without its first parameter."""
    node = _node(function)
    return [one.arg for one in node.args.args][1:] if node else []


def _expression(function: object) -> ast.expr | None:
    """Return the value of a function of one expression; None for another."""
    node = _node(function)
    if isinstance(node, ast.Lambda):
        return node.body
    if isinstance(node, ast.FunctionDef) and len(node.body) == 1 and isinstance(node.body[0], ast.Return):
        return node.body[0].value
    return None


def _computation(declaration: Declaration) -> str:
    """Return the source of a reference, with its inputs by number; empty if it computes nothing."""
    node = _node(declaration.oracle)
    if not node:
        return ""
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    numbers = {name: f"input_{number}" for number, name in enumerate(_parameters(declaration.oracle))}
    tree = ast.parse("\n".join(map(ast.unparse, body)))  # a copy, because others read the tree of the module too
    for one in ast.walk(tree):
        if isinstance(one, ast.Name):
            one.id = numbers.get(one.id, one.id)
    computes = any(isinstance(one, ast.Call | ast.BinOp | ast.Compare | ast.UnaryOp) for one in ast.walk(tree))
    return ast.unparse(tree) if computes else ""


def _last(function: str) -> str:
    return function.rpartition(".")[2].replace("_", "").lower()
