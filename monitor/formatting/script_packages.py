"""Name the packages that the script of a case needs."""

from __future__ import annotations

import ast
import sys

# PyTorch's own test material imports it, and PyTorch does not require it.
NEEDED_BY = {"torch.testing._internal": "expecttest"}


def needed_packages(script: str) -> tuple[str, ...]:
    """Return the packages outside the standard library that a script imports, sorted, as package indexes spell them.

    A line of a script that is not valid Python raises SyntaxError.
    """
    modules = {module for node in ast.walk(ast.parse(script)) for module in _modules(node)}
    packages = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names
    needed = {NEEDED_BY[start] for start in NEEDED_BY for module in modules if f"{module}.".startswith(f"{start}.")}
    return tuple(sorted(name.replace("_", "-") for name in packages | needed))


def _modules(node: ast.AST) -> list[str]:
    """Return the modules that an import statement names; none for other statements."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []
