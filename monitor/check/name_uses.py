"""Find the names of frameworks that a Python file uses.

Pyflakes resolves a name through the imports and the scopes of the file: after `import jax.numpy as jnp`, `jnp.where` is
`jax.numpy.where`, and a local variable `jnp` is not. The type of a variable is not known, so a method, `x.view(2)`, has
no framework.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
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

from monitor.check.surroundings import Surroundings
from monitor.model import Place
from monitor.usage import FRAMEWORKS, ROOTS, public_name

Node = TypeVar("Node", ast.stmt, ast.expr)

# Packages of kernels for one kind of hardware. Their names are kept as they are.
KERNEL_PACKAGES = frozenset({"triton", "cupy", "pycuda", "flash_attn", "xformers"})

# Packages whose objects are on the host, with methods of the same names as tensors have.
HOST_PACKAGES = frozenset({"numpy", "pandas", "scipy", "sklearn", "PIL", "json", "random", "math"})

# Functions that make a tensor on the CPU, unless the call names a device.
ON_CPU = frozenset(
    f"torch.{name}"
    for name in ("arange", "empty", "eye", "from_numpy", "full", "linspace", "normal", "ones", "rand", "randint",
                 "randn", "randperm", "tensor", "zeros")
)  # fmt: skip
MOVES = {"to", "cuda", "type_as"}  # methods that may put a tensor on a device


@dataclass(frozen=True)
class NameUse:
    """A use of a framework's name, or of a method of an unknown object.

    `name` is the public name, such as `tf.reduce_sum`, or `.cuda` for a method. `imported` is True in an import
    statement, and `standalone` for a name of the package `keras`, which has more names than `tf.keras`. `called` is
    True for a call. It has this number of positional `arguments`, these `keywords`, and these `texts` as string
    arguments, by keyword; the keyword of a positional argument is empty. `flags` are the arguments `True` and `False`.

    `for_build`, `for_machine` and `for_dtype` are True if the code checks the build, the machine or a dtype before.
    `harmless` is True if nothing happens on a device: the use is in an annotation or an error message, on a value of
    the host, or in a method of the same name.
    """

    name: str
    place: Place
    imported: bool = False
    standalone: bool = False
    called: bool = False
    arguments: int = 0
    keywords: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    flags: tuple[bool, ...] = ()
    for_build: bool = False
    for_machine: bool = False
    for_dtype: bool = False
    harmless: bool = False

    @property
    def is_method(self) -> bool:
        """Return whether this is a method of an unknown object."""
        return self.name.startswith(".")

    @property
    def framework(self) -> str:
        """Return the framework of the name; empty for a method, and for a package of kernels."""
        return FRAMEWORKS.get(self.name.partition(".")[0], "")

    @property
    def on_cpu(self) -> bool:
        """Return whether this makes a tensor on the CPU, whatever the target is."""
        return self.name in ON_CPU and "device" not in self.keywords

    def is_below(self, names: Iterable[str]) -> bool:
        """Return whether the name is one of these, or below one."""
        return any(f"{self.name}.".startswith(f"{name}.") for name in names)


def names_in(file: str, source: str) -> tuple[NameUse, ...]:
    """Return the uses of names in the source of a file, in order. Raises SyntaxError."""
    if not any(root in source for root in (*ROOTS, *KERNEL_PACKAGES)):
        return ()
    tree = ast.parse(source)
    syntax = _Syntax(file, source, tree)
    names = _Resolver(tree, syntax.around)
    uses = [syntax.use(name, statement, imported=True) for name, statement in names.imported]
    uses += [
        syntax.use(name, chain, harmless=chain in names.annotations or names.is_for_host(chain))
        for name, chain in names.loaded
    ]
    uses += [
        syntax.use(
            f".{node.func.attr}",
            node.func,
            harmless=names.is_on_host(node.func.value, copied=node.func.attr == "double"),
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func not in names.chains
    ]
    return tuple(sorted(uses, key=lambda use: use.place))


class _Syntax:
    """The source of a file, with its syntax tree."""

    def __init__(self, file: str, source: str, tree: ast.Module) -> None:
        self.file = file
        self.lines = source.encode().splitlines()  # at the ends that Python knows; columns count bytes
        self.around = Surroundings(tree)

    def use(self, dotted: str, node: ast.expr | ast.stmt, *, imported: bool = False, harmless: bool = False) -> NameUse:
        """Return the use of a dotted name at a node."""
        before = self.lines[node.lineno - 1][: node.col_offset].decode()
        above = self.around.parents.get(node)
        call = above if isinstance(above, ast.Call) and above.func is node else None
        keywords = [(one.arg or "", one.value) for one in call.keywords] if call else []
        arguments = [*(("", value) for value in call.args), *keywords] if call else []
        is_method = dotted.startswith(".")
        return NameUse(
            dotted if is_method else _kept_name(dotted),
            Place(self.file, node.lineno, len(before) + 1),
            imported,
            dotted.partition(".")[0] == "keras",
            call is not None,
            len(call.args) if call else 0,
            tuple(keyword for keyword, _ in keywords if keyword),
            tuple(
                (keyword, value.value)
                for keyword, value in arguments
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            ),
            tuple(
                value.value
                for _, value in arguments
                if isinstance(value, ast.Constant) and isinstance(value.value, bool)
            ),
            self.around.for_build(node),
            self.around.for_machine(node),
            self.around.for_dtype(node),
            harmless
            or self.around.is_raised(node)
            or (is_method and self.around.for_host(node))
            or (is_method and self.around.is_method_of_same_name(node, dotted[1:])),
        )


class _Resolver(Checker):
    """Collect dotted names: those that import statements bind, and those of chains of attributes, with their nodes.

    `chains` are the chains that begin with any imported name, also of other packages, and `annotations` those that are
    in the annotation of a type.
    """

    def __init__(self, tree: ast.Module, around: Surroundings) -> None:
        self.parents = around.parents
        self.imported: list[tuple[str, ast.stmt]] = []
        self.loaded: list[tuple[str, ast.expr]] = []
        self.chains: set[ast.expr] = set()
        self.annotations: set[ast.expr] = set()
        self._host: set[ast.expr] = set()
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
                self._load(node, dotted)
            elif binding and self.is_on_host(self._assigned(binding), copied=True):
                self._host.add(node)
        super().handleNodeLoad(node, parent)

    def _load(self, node: ast.Name, dotted: str) -> None:
        chain: ast.expr = node
        while isinstance(above := self.parents.get(chain), ast.Attribute):
            dotted, chain = f"{dotted}.{above.attr}", above
        self.chains.add(chain)
        if self._in_annotation:  # type: ignore[attr-defined]  # the stubs leave it out
            self.annotations.add(chain)
        if dotted.partition(".")[0] in HOST_PACKAGES:
            self._host.add(node)
        if dotted in ON_CPU and isinstance(call := self.parents.get(chain), ast.Call):
            devices = [one.value for one in call.keywords if one.arg == "device"]
            if all(isinstance(one, ast.Constant) and one.value == "cpu" for one in devices):
                self._host.add(node)
        _add(self.loaded, dotted, chain)

    def is_on_host(self, value: ast.AST | None, *, copied: bool = False) -> bool:
        """Return whether a value is made by a package of the host, or on the CPU, as far as the code shows it.

        With `copied`, so is one that `.cpu()` has copied there.
        """
        while value not in self._host:
            if isinstance(value, ast.Call):
                value = value.func
            elif isinstance(value, ast.Attribute) and (value.attr == "numpy" or (copied and value.attr == "cpu")):
                return True
            elif isinstance(value, ast.Attribute | ast.Subscript) and getattr(value, "attr", "") not in MOVES:
                value = value.value
            else:
                return False
        return True

    def is_for_host(self, chain: ast.expr) -> bool:
        """Return whether a name, such as a dtype, is an argument of a call that makes a value on the host."""
        above = self.parents.get(chain)
        call = self.parents[above] if isinstance(above, ast.keyword) else above
        if not isinstance(call, ast.Call) or call.func is chain:
            return False
        function = call.func
        return self.is_on_host(function.value if isinstance(function, ast.Attribute) else function, copied=True)

    def _assigned(self, binding: Binding) -> ast.AST | None:
        """Return the value that an assignment or a loop binds to one name; None if that is not known."""
        above = self.parents.get(binding.source) if binding.source else None
        if isinstance(above, ast.Assign) and above.targets == [binding.source]:
            return above.value
        if isinstance(above, ast.For | ast.comprehension) and above.target is binding.source:
            return above.iter
        return None


def _add(found: list[tuple[str, Node]], dotted: str, node: Node) -> None:
    """Add a dotted name with its node if it is a public one of a framework, or of a package of kernels."""
    if _kept_name(dotted):
        found.append((dotted, node))


def _kept_name(dotted: str) -> str:
    """Return the public name of a dotted name; empty if it is of no framework and no package of kernels."""
    return dotted if dotted.partition(".")[0] in KERNEL_PACKAGES else public_name(dotted)


def _dotted(binding: Binding | None) -> str:
    """Return the dotted name that a binding of an import statement stands for; empty for any other binding."""
    if not isinstance(binding, Importation) or isinstance(binding, StarImportation | FutureImportation):
        return ""
    return binding.name.partition(".")[0] if isinstance(binding, SubmoduleImportation) else binding.fullName
