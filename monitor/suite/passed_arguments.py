"""Read from the source of declared cases which arguments they pass to which functions.

A record of running calls would have to be renewed with every new case, in three environments. The source of a case is
its call, so it holds the same facts, and is never out of date. Standard library only.
"""

from __future__ import annotations

import ast
import csv
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

from monitor.model import CallArguments, DeclaredArguments, UntestedParameter
from monitor.suite.declare import Declaration
from monitor.suite.discovery import declarations
from monitor.suite.option_dictionaries import Keywords, dictionary_keywords, keywords_of
from monitor.suite.script_sources import calls_within, definitions_of, names_within, node_of, nodes_within, tree_of
from monitor.suite_files import frameworks

FRAMEWORKS = frozenset({"torch", "jax", "tf"})  # the first parameter of every case, by which it names functions
PARTIAL = "functools.partial"
SUITES = ("paper", "ops")  # of functions that people call with arguments of their own choice
UNTESTED = Path(__file__).with_name("untested_parameters.csv")

Scope = Mapping[str, str]  # dotted name of each variable that stands for a public object


def declared_arguments(
    selected: Iterable[str] = frameworks(), suites: Iterable[str] = SUITES
) -> Iterator[DeclaredArguments]:
    """Yield the calls in the declared cases of each suite of some frameworks. Raises DeclarationError."""
    for framework, suite in product(selected, suites):
        yield DeclaredArguments(framework, suite, _calls_by_function(framework, suite))


def untested_parameters() -> tuple[UntestedParameter, ...]:
    """Return the parameters that no case needs to pass, each with its reason."""
    with UNTESTED.open(newline="", encoding="utf-8") as file:
        return tuple(UntestedParameter(**row) for row in csv.DictReader(file))


@cache
def _calls_by_function(framework: str, suite: str) -> dict[str, tuple[CallArguments, ...]]:
    found: dict[str, list[CallArguments]] = {}
    for _, declaration in declarations(framework, suite):
        found.setdefault(declaration.function, []).extend(calls_of(declaration))
    return {function: tuple(calls) for function, calls in found.items()}


def calls_of(declaration: Declaration) -> tuple[CallArguments, ...]:
    """Return the calls in the source of a case and of the functions of its module that it uses."""
    module, rule = inspect.getmodule(declaration.call), declaration.rule
    calls = _calls_in(declaration.call, module) if module else ()
    if rule is None:
        return calls
    name = declaration.function
    changed = (one for one in calls if one.name in (name, f".{name.rpartition('.')[2]}"))
    return tuple(replace(one, name=name, keywords={**one.keywords, rule.parameter: rule.value}) for one in changed)


@cache
def _calls_in(function: Callable[..., Any], module: ModuleType) -> tuple[CallArguments, ...]:
    """Return the calls of a function of the module; declarations that follow by rule share it."""
    return tuple(_calls(function, module))


def _calls(function: Callable[..., Any], module: ModuleType) -> Iterator[CallArguments]:
    source = _source_of(module)
    nodes = _reachable(node_of(function, module), source)
    dictionaries = dictionary_keywords(nodes)
    for node in nodes:
        scope = source.scope_of(node)
        for inner in calls_within(node):
            for more in ({}, *dictionaries.get(inner, ())):
                yield from _call(inner, more, scope, source.definitions)


def _reachable(function: ast.AST, source: _ModuleSource) -> list[ast.AST]:
    """Return a function and those of its module, or of modules of cases that it imports from, that it uses."""
    found = [function]
    used: set[str] = set()
    for node in found:
        for name in names_within(node):
            if name in source.definitions and name not in used:
                used.add(name)
                found.append(source.definitions[name])
    return found


def _call(node: ast.Call, more: Keywords, scope: Scope, definitions: Mapping[str, ast.AST]) -> Iterator[CallArguments]:
    """Yield a call with the keywords of a dictionary; that of `partial` counts as one of its first argument.

    A function of the module that receives the name of the function as text calls it with the same keywords.
    """
    name, arguments = _dotted(node.func, scope), node.args
    keywords = {**more, **keywords_of(node)}
    if name == PARTIAL and arguments:
        name, arguments = _dotted(arguments[0], scope), arguments[1:]
    if not name and isinstance(node.func, ast.Attribute):
        name = f".{node.func.attr}"
    if name.partition(".")[0] in ("", *FRAMEWORKS) and name:
        yield CallArguments(name, tuple(map(ast.unparse, _until_star(arguments))), keywords)
    elif isinstance(node.func, ast.Name) and node.func.id in definitions:
        for one in arguments:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield CallArguments(f".{one.value}", (), keywords)


def _until_star(arguments: Iterable[ast.expr]) -> Iterator[ast.expr]:
    for one in arguments:
        if isinstance(one, ast.Starred):
            return
        yield one


def _dotted(node: ast.expr, scope: Scope) -> str:
    """Return the dotted name of an expression; empty if it is none of a public object."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    root = scope.get(node.id, node.id if node.id in FRAMEWORKS else "")
    return ".".join((root, *reversed(parts))) if root else ""


def _bound(node: ast.AST, scope: Scope) -> dict[str, str]:
    """Return the variables in a function that stand for a public object, by import or by assignment."""
    found: dict[str, str] = {}
    for inner in nodes_within(node):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            found |= _imported(inner)
        elif isinstance(inner, ast.Assign) and len(inner.targets) == 1 and isinstance(inner.targets[0], ast.Name):
            name = _dotted(inner.value, {**scope, **found})
            found |= {inner.targets[0].id: name} if name else {}
    return found


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    module = "" if isinstance(node, ast.Import) else f"{node.module}."
    return {
        alias.asname or alias.name.partition(".")[0]: f"{module}{alias.name}"
        if alias.asname or module
        else alias.name.partition(".")[0]
        for alias in node.names
    }


class _ModuleSource:
    """The definitions and imports of a module by name."""

    def __init__(self, module: ModuleType) -> None:
        self._scopes: dict[ast.AST, Scope] = {}
        self.imports: dict[str, str] = {}
        for node in tree_of(module).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.imports |= _imported(node)
        self.definitions = {name: node for name, (node, _) in definitions_of(module).items() if not _is_excluded(node)}

    def scope_of(self, node: ast.AST) -> Scope:
        """Return the dotted names of the variables of the module and of a function."""
        if node not in self._scopes:
            self._scopes[node] = {**self.imports, **_bound(node, self.imports)}
        return self._scopes[node]


def _is_excluded(node: ast.stmt) -> bool:
    """Return whether a statement is an import, or makes a list, which holds other cases."""
    return isinstance(node, ast.Import) or (isinstance(node, ast.Assign) and isinstance(node.value, ast.List))


@cache
def _source_of(module: ModuleType) -> _ModuleSource:
    return _ModuleSource(module)
