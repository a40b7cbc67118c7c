"""Read the source of the functions and constants of cases and oracles. Standard library only."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, TypeGuard

# Modules with helpers for cases: two of all suites, and those that declare the cases of a suite.
HELPERS = re.compile(r"monitor\.suite\.(distributions|equality|\w+\.\w+\.\w+)")

Function = ast.FunctionDef | ast.Lambda


@cache
def tree_of(module: ModuleType) -> ast.Module:
    """Return the syntax tree of a module, which nobody changes."""
    return ast.parse(inspect.getsource(module))


def walk(node: ast.AST) -> list[ast.AST]:
    """Return a node and all nodes in it, in the order of `ast.walk`, without the contexts of names, such as `Store`."""
    found = [node]
    for one in found:
        if isinstance(one, ast.Name | ast.Constant):  # they hold no node, and are most nodes
            continue
        for name in one._fields:
            value = getattr(one, name, None)
            if isinstance(value, list):
                found += [inner for inner in value if isinstance(inner, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                found.append(value)
    return found


@cache
def nodes_within(node: ast.AST) -> tuple[ast.AST, ...]:
    """Return what `walk` returns. Many cases use one helper, so each is walked once."""
    return tuple(walk(node))


@cache
def calls_within(node: ast.AST) -> tuple[ast.Call, ...]:
    """Return the calls in a node."""
    return tuple(inner for inner in nodes_within(node) if isinstance(inner, ast.Call))


@cache
def names_within(node: ast.AST) -> tuple[str, ...]:
    """Return the different names in a node, in their order."""
    return tuple(dict.fromkeys(inner.id for inner in nodes_within(node) if isinstance(inner, ast.Name)))


def node_of(function: Callable[..., Any], module: ModuleType) -> Function:
    """Return the syntax tree of a function in the source of its module."""
    code = function.__code__
    return _functions(module)[code.co_firstlineno, code.co_name, code.co_varnames[: code.co_argcount]]


@cache
def _functions(module: ModuleType) -> dict[tuple[int, str, tuple[str, ...]], Function]:
    """Return the functions of a module by line, name and parameters; of two alike in a line, the outer one."""
    return {
        (_first_line(node), getattr(node, "name", "<lambda>"), tuple(one.arg for one in node.args.args)): node
        for node in reversed(walk(tree_of(module)))
        if isinstance(node, ast.FunctionDef | ast.Lambda)
    }


def _first_line(node: Function) -> int:
    """Return the line where Python sees a function begin: that of its first decorator."""
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(one.lineno for one in decorators)])


@cache
def definitions_of(module: ModuleType) -> dict[str, tuple[ast.stmt, str]]:
    """Return the plain functions, constants and imports of a module by name, with their source.

    Those of a module of helpers that it imports from are among them, without annotations.
    """
    found: dict[str, tuple[ast.stmt, str]] = {}
    for node in tree_of(module).body:
        names: Iterable[str] = ()
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [name.id for target in node.targets for name in walk(target) if _is_stored(name)]
        elif isinstance(node, ast.Import):
            names = [alias.asname or alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and HELPERS.fullmatch(node.module):
            shared = definitions_of(import_module(node.module))
            found |= {name: (one, _without_annotations(source)) for name, (one, source) in shared.items()}
        for name in names:
            found[name] = (node, source_of(node, module))
    return found


def source_of(node: ast.stmt | ast.expr, module: ModuleType) -> str:
    """Return the source of a node in the syntax tree of a module.

    `ast.get_source_segment` splits the whole module again for every node, character by character.
    """
    assert node.end_lineno is not None  # noqa: S101
    part = [line.encode() for line in _lines(module)[node.lineno - 1 : node.end_lineno]]  # columns are counted in bytes
    part[-1] = part[-1][: node.end_col_offset]
    part[0] = part[0][node.col_offset :]
    return b"\n".join(part).decode()


@cache
def _lines(module: ModuleType) -> list[str]:
    return inspect.getsource(module).split("\n")


@cache
def _without_annotations(text: str) -> str:
    """Return the source of a definition without the types of its parameters and result.

    Many modules import the same helpers.
    """
    tree = ast.parse(text)
    for node in walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
    plain = ast.unparse(tree)
    return text if plain == ast.unparse(ast.parse(text)) else plain  # with its comments, if it has no types


def _is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def names_of(*nodes: ast.AST) -> set[str]:
    """Return the names that nodes look up, without those that they bind themselves."""
    found = [inner for node in nodes for inner in nodes_within(node)]
    bound = {one.arg for one in found if isinstance(one, ast.arg)} | {one.id for one in found if _is_stored(one)}
    return {one.id for one in found if isinstance(one, ast.Name)} - bound
