"""Find the keywords that calls take from dictionaries of options, as in `f(**options)`.

A dictionary has its keywords from a literal, in an assignment, a constant of a module or a loop, or from the calls of
the function whose parameter `**options` it is. Standard library only.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitor.suite.script_sources import Function, calls_within, nodes_within

Keywords = Mapping[str, str]  # source of each value


def keywords_of(node: ast.Call) -> dict[str, str]:
    """Return the keywords that a call names."""
    return {one.arg: ast.unparse(one.value) for one in node.keywords if one.arg}


def dictionary_keywords(nodes: Sequence[ast.AST]) -> Mapping[ast.Call, Sequence[Keywords]]:
    """Return, for each call in `nodes` with a dictionary of options, the keywords that it may hold.

    `nodes` are a case, and the functions and constants that it uses by their names.
    """
    if not any(keyword.arg is None for node in nodes for call in calls_within(node) for keyword in call.keywords):
        return {}  # as for nearly all cases
    calls: dict[str, list[Keywords]] = defaultdict(list)
    for node in nodes:
        for inner in calls_within(node):
            if isinstance(inner.func, ast.Name):
                calls[inner.func.id].append(keywords_of(inner))
    constants: dict[str, Sequence[Keywords]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            constants |= _assigned(node, {})
    reader = _Reader(calls, constants)
    for node in nodes:
        reader.visit(node)
    return reader.found


class _Reader(ast.NodeVisitor):
    """Collects the dictionaries of calls; a name is looked up in the functions around the call, the inner one first."""

    def __init__(self, calls: Mapping[str, Sequence[Keywords]], constants: Mapping[str, Sequence[Keywords]]) -> None:
        self.found: dict[ast.Call, list[Keywords]] = defaultdict(list)
        self._calls = calls
        self._constants = constants
        self._scopes: list[Mapping[str, Sequence[Keywords]]] = [constants]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._visit_function(node, self._calls.get(node.name, ()))

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_function(node, ())

    def _visit_function(self, node: Function, calls: Iterable[Keywords]) -> None:
        scope = _assigned(node, self._constants)
        if node.args.kwarg:
            own = {one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
            passed = [{name: value for name, value in one.items() if name not in own} for one in calls]
            scope[node.args.kwarg.arg] = [*scope.get(node.args.kwarg.arg, ()), *passed]
        self._scopes.append(scope)
        self.generic_visit(node)
        self._scopes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg is None:
                self.found[node] += self._held_by(keyword.value)
        self.generic_visit(node)

    def _held_by(self, value: ast.expr) -> Iterator[Keywords]:
        yield from _literals(value)
        for inner in nodes_within(value):
            if isinstance(inner, ast.Name):
                yield from next((scope[inner.id] for scope in reversed(self._scopes) if inner.id in scope), ())


def _assigned(node: ast.AST, constants: Mapping[str, Sequence[Keywords]]) -> dict[str, Sequence[Keywords]]:
    """Return the dictionaries that variables have from an assignment or a loop, which may be over a constant."""
    found: dict[str, list[Keywords]] = defaultdict(list)
    for inner in nodes_within(node):
        targets: list[Any] = []
        if isinstance(inner, ast.Assign):
            targets, value = inner.targets, inner.value
        elif isinstance(inner, ast.AugAssign):
            targets, value = [inner.target], inner.value
        elif isinstance(inner, ast.For | ast.comprehension):
            targets, value = [inner.target], inner.iter
        for target in targets:
            for name in nodes_within(target):
                if isinstance(name, ast.Name):
                    found[name.id] += _literals(value)
                    found[name.id] += constants.get(value.id, ()) if isinstance(value, ast.Name) else ()
    return {name: dictionaries for name, dictionaries in found.items() if dictionaries}


def _literals(value: ast.expr) -> Iterator[Keywords]:
    """Yield the dictionaries with names as keys in an expression."""
    for node in nodes_within(value):
        if isinstance(node, ast.Dict):
            names = {
                key.value: ast.unparse(one)
                for key, one in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
            if names:
                yield names
