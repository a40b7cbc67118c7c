"""Find the names of frameworks that a Python file uses.

Pyflakes resolves a name through the imports and the scopes of the file: after `import jax.numpy as jnp`, `jnp.where` is
`jax.numpy.where`, and a local variable `jnp` is not. The type of a variable is not known, so a method, `x.view(2)`, has
no framework.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from pyflakes.checker import (
    Binding,
    Checker,
    FutureImportation,
    Importation,
    StarImportation,
    SubmoduleImportation,
)

from monitor.model import Place
from monitor.usage import ROOTS, public_name

Node = TypeVar("Node", ast.stmt, ast.expr)

# A `try` that catches one of these has a fallback, so its author knows that a build may lack the name.
CAUGHT = {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception"}

# Words in the condition of an `if` that chooses by what the build or the machine has.
ABOUT_BUILD = re.compile(r"hasattr|TYPE_CHECKING|.*version.*", re.IGNORECASE)
ABOUT_MACHINE = re.compile(r".*is_available|.*device_count|list_physical_devices|default_backend")


@dataclass(frozen=True)
class NameUse:
    """A use of a framework's name, or of a method of an unknown object.

    `name` is the public name, such as `tf.reduce_sum`, or `.cuda` for a method. `imported` says that an import
    statement has it. `called` says that it is called, with these `keywords`, and these `texts` as string arguments, by
    keyword; the keyword of a positional argument is empty. `for_build` and `for_machine` say that the code asks for the
    build or for the machine before.
    """

    name: str
    place: Place
    imported: bool = False
    called: bool = False
    keywords: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    for_build: bool = False
    for_machine: bool = False

    @property
    def is_method(self) -> bool:
        """Return whether this is a method of an unknown object."""
        return self.name.startswith(".")


def names_in(file: str, source: str) -> tuple[NameUse, ...]:
    """Return the uses of names in the source of a file, in order. Raises SyntaxError."""
    if not any(root in source for root in ROOTS):
        return ()
    tree = ast.parse(source)
    syntax = _Syntax(file, source, tree)
    names = _Resolver(tree, syntax)
    chains = {chain for _, chain in names.loaded}
    uses = [syntax.use(name, statement, imported=True) for name, statement in names.imported]
    uses += [syntax.use(name, chain) for name, chain in names.loaded]
    uses += [
        syntax.use(f".{node.func.attr}", node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func not in chains
    ]
    return tuple(sorted(uses, key=lambda use: use.place))


class _Syntax:
    """The syntax tree of a file, with the parent of each node."""

    def __init__(self, file: str, source: str, tree: ast.Module) -> None:
        self.file = file
        self.lines = source.splitlines()
        self.parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}

    def use(self, name: str, node: ast.expr | ast.stmt, *, imported: bool = False) -> NameUse:
        """Return the use of a name at a node."""
        before = self.lines[node.lineno - 1].encode()[: node.col_offset].decode()
        above = self.parents.get(node)
        call = above if isinstance(above, ast.Call) and above.func is node else None
        keywords = [(one.arg or "", one.value) for one in call.keywords] if call else []
        arguments = [*(("", value) for value in call.args), *keywords] if call else []
        conditions = [*self._conditions(node)]
        return NameUse(
            name,
            Place(self.file, node.lineno, len(before) + 1),
            imported,
            call is not None,
            tuple(keyword for keyword, _ in keywords if keyword),
            tuple(
                (keyword, value.value)
                for keyword, value in arguments
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            ),
            any(map(ABOUT_BUILD.fullmatch, conditions)) or self._has_fallback(node),
            any(map(ABOUT_MACHINE.fullmatch, conditions)),
        )

    def _ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        above = self.parents.get(node)
        while above is not None:
            yield above
            above = self.parents.get(above)

    def _conditions(self, node: ast.AST) -> Iterator[str]:
        """Yield the words in the conditions around a node, whether it is in a branch or in the condition."""
        for above in self._ancestors(node):
            if isinstance(above, ast.If | ast.IfExp):
                yield from _words(above.test)

    def _has_fallback(self, node: ast.AST) -> bool:
        """Return whether a `try` around a node catches the exception of a missing name."""
        return any(
            isinstance(above, ast.Try)
            and any(one.type is None or CAUGHT.intersection(_words(one.type)) for one in above.handlers)
            for above in self._ancestors(node)
        )


class _Resolver(Checker):
    """Collect public names: those that import statements bind, and those of chains of attributes, with their nodes."""

    def __init__(self, tree: ast.Module, syntax: _Syntax) -> None:
        self.parents = syntax.parents
        self.imported: list[tuple[str, ast.stmt]] = []
        self.loaded: list[tuple[str, ast.expr]] = []
        super().__init__(tree)

    def addBinding(self, node: ast.AST, value: Binding) -> None:
        """Collect the name that an import statement binds, and bind it."""
        if isinstance(value, Importation) and _dotted(value) and isinstance(value.source, ast.stmt):
            _add(self.imported, value.fullName, value.source)
        super().addBinding(node, value)

    def handleNodeLoad(self, node: ast.AST, parent: ast.AST | None) -> None:
        """Collect the chain of attributes that begins with an imported name, and mark the name as used."""
        if isinstance(node, ast.Name):
            binding = next((scope[node.id] for scope in reversed(self.scopeStack) if node.id in scope), None)
            if dotted := _dotted(binding):
                chain: ast.expr = node
                while isinstance(above := self.parents.get(chain), ast.Attribute):
                    dotted, chain = f"{dotted}.{above.attr}", above
                _add(self.loaded, dotted, chain)
        super().handleNodeLoad(node, parent)


def _add(found: list[tuple[str, Node]], dotted: str, node: Node) -> None:
    """Add a name with its node if it is a public one of a framework."""
    if name := public_name(dotted):
        found.append((name, node))


def _dotted(binding: Binding | None) -> str:
    """Return the dotted name that a binding of an import statement stands for; empty for any other binding."""
    if not isinstance(binding, Importation) or isinstance(binding, StarImportation | FutureImportation):
        return ""
    return binding.name.partition(".")[0] if isinstance(binding, SubmoduleImportation) else binding.fullName


def _words(node: ast.AST) -> Iterator[str]:
    """Yield the names and attributes in an expression."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr
