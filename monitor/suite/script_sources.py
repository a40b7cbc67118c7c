"""Read the source of the functions and constants that a stand-alone script needs. Standard library only."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from types import ModuleType

# Modules whose functions oracles of several modules use.
ORACLES = frozenset({"monitor.suite.distributions"})


@cache
def definitions_of(module: ModuleType) -> dict[str, tuple[ast.stmt, str]]:
    """Return the plain functions, constants and imports of a module by name, with their source.

    Those of a module of oracles that it imports from are among them, without annotations.
    """
    text = inspect.getsource(module)
    found: dict[str, tuple[ast.stmt, str]] = {}
    for node in ast.parse(text).body:
        names: Iterable[str] = ()
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.Import):
            names = [alias.asname or alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module in ORACLES:
            shared = definitions_of(import_module(node.module))
            found |= {name: (one, _without_annotations(source)) for name, (one, source) in shared.items()}
        for name in names:
            found[name] = (node, ast.get_source_segment(text, node) or "")
    return found


def _without_annotations(text: str) -> str:
    """Return the source of a definition without the types of its parameters and result."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in [*node.args.args, *filter(None, [node.args.vararg])]:
                argument.annotation = None
    return ast.unparse(tree)


def names_of(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}
