"""The public names of JAX: everything that its public modules define, or export as `from … import x as x`.

JAX's sources follow this convention of type checkers, so their syntax says which names are meant for users. Names that
are deprecated or were removed lately are in the table of `jax._src.deprecations`, which a module's `__getattr__` reads.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

import jax

from monitor.suite.name_listing import Member, PublicModule, public_methods

# Modules that are no interface: tests, examples, programs, and parts that need hardware or another framework.
NOT_LISTED = re.compile(
    r"(?:^|\.)(?:_\w+|\w*tests?|\w+_test|test_\w+|examples|conftest|cloud_tpu_init|collect_profile|tools|mosaic"
    r"|google|version)(?:\.|$)|extend\.mlir|pallas\.ops|experimental\.(?:array_serialization|colocated_python)\.\w"
    r"|experimental\.sparse\.(?!linalg)\w"
)
LISTED_ALL_THE_SAME = {"jax.test_util"}
# Packages whose objects are part of the interface wherever a public module exports them.
HOMES = ("jax", "jaxlib", "numpy", "ml_dtypes")
PACKAGES = ("jax", "jaxlib")  # with the base classes whose methods count
CONSTANTS = (bool, int, float, complex)
HELPERS = ("jax._src.util", "jax._src.traceback_util")


class JaxApi:
    """The public names of JAX."""

    prefix = "jax"
    module: ModuleType = jax

    def members(self, module: PublicModule) -> Iterable[str]:
        here = module.module
        names = {*_exported(here), *_deprecated(here), *getattr(here, "__all__", ())}
        return sorted(name for name in names if not name.startswith("_"))

    def submodules(self, module: PublicModule) -> Mapping[str, str]:
        names = [one.name for one in pkgutil.iter_modules(getattr(module.module, "__path__", ()))]
        paths = {name: f"{module.path}.{name}" for name in names}
        return {name: one for name, one in paths.items() if not NOT_LISTED.search(one) or one in LISTED_ALL_THE_SAME}

    def is_public(self, member: Member) -> bool:
        value = member.value
        if isinstance(value, ModuleType):
            return value.__name__.startswith("jax.") and not NOT_LISTED.search(value.__name__)
        if isinstance(value, type) or callable(value):
            home = getattr(value, "__module__", None) or type(value).__module__
            return home.partition(".")[0] in HOMES and home not in HELPERS
        return isinstance(value, CONSTANTS) or type(value).__module__.partition(".")[0] in HOMES

    def methods(self, value: type) -> Iterable[str]:
        return public_methods(value, PACKAGES) if value.__module__.startswith("jax") else ()


API = JaxApi()


def _exported(module: ModuleType) -> Iterator[str]:
    """Yield the names that the source of a module defines, or imports under an explicit name."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError):  # a namespace package has no source
        return
    for node in _statements(tree.body):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (each.id for one in targets for each in ast.walk(one) if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.ImportFrom(names=[ast.alias(name="*")], module=str(source)):
                yield from dir(__import__(source, fromlist=["*"]))
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (one.asname for one in names if one.asname and one.asname == one.name.rpartition(".")[2])


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements at the level of a module, also those in conditions."""
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody"):
            if isinstance(node, ast.If | ast.Try | ast.With):
                yield from _statements(getattr(node, part, ()))


def _deprecated(module: ModuleType) -> Iterator[str]:
    """Yield the names for which a module has a message on access."""
    function = inspect.unwrap(getattr(module, "__getattr__", lambda _: None))
    cells = getattr(function, "__closure__", None) or ()
    tables = [cell.cell_contents for cell in cells]
    for table in (getattr(module, "_deprecations", None), *tables):
        if isinstance(table, dict):
            yield from (name for name in table if isinstance(name, str))
