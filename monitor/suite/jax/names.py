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
from functools import cache
from importlib import import_module
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
# Types of values that a module assigns for its own use.
OWN_USE = ("logging", "re", "typing")
HELPERS = ("jax._src.util", "jax._src.traceback_util")


class JaxApi:
    """The public names of JAX."""

    prefix = "jax"
    module: ModuleType = jax

    def members(self, module: PublicModule) -> Iterable[str]:
        here = module.module
        names = {*_exported(here), *_assigned(here), *_defined(here), *_deprecated(here)}
        return sorted(name for name in names if not name.startswith("_"))

    def submodules(self, module: PublicModule) -> Mapping[str, str]:
        names = [one.name for one in pkgutil.iter_modules(getattr(module.module, "__path__", ()))]
        paths = {name: f"{module.path}.{name}" for name in names}
        return {name: one for name, one in paths.items() if not NOT_LISTED.search(one) or one in LISTED_ALL_THE_SAME}

    def is_public(self, member: Member) -> bool:
        value, here = member.value, member.at.module
        if isinstance(value, ModuleType):
            return value.__name__.startswith("jax.") and not NOT_LISTED.search(value.__name__)
        home = getattr(value, "__module__", None) or type(value).__module__
        if home in HELPERS or (home == "builtins" and isinstance(value, type)):
            return False
        if home.partition(".")[0] in HOMES or member.name in _exported(here):
            return True
        return member.name in _assigned(here) and home.partition(".")[0] not in OWN_USE

    def methods(self, value: type) -> Iterable[str]:
        return public_methods(value, PACKAGES) if value.__module__.startswith("jax") else ()


API = JaxApi()


@cache
def _exported(module: ModuleType) -> frozenset[str]:
    """Return the names that a module imports for its users: all of another module, or `as` a name.

    A module can also state them itself.
    """
    found = {*getattr(module, "__all__", ())}
    for node in _statements(module):
        match node:
            case ast.ImportFrom(names=[ast.alias(name="*")], module=str(source)):
                found |= {*dir(import_module(source))}
            case ast.ImportFrom(names=names, module=str(source)) if source.partition(".")[0] in PACKAGES:
                found |= {one.asname for one in names if one.asname}  # also under another name: `bool_ as bool`
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {one.asname for one in names if one.asname and one.asname == one.name.rpartition(".")[2]}
    return frozenset(found)


@cache
def _assigned(module: ModuleType) -> frozenset[str]:
    """Return the names to which the source of a module assigns a value."""
    found: set[str] = set()
    for node in _statements(module):
        match node:
            case ast.Assign(targets=targets):
                found |= {each.id for one in targets for each in ast.walk(one) if isinstance(each, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return frozenset(found)


def _defined(module: ModuleType) -> Iterator[str]:
    """Yield the functions and classes that the source of a module defines."""
    yield from (node.name for node in _statements(module) if isinstance(node, ast.FunctionDef | ast.ClassDef))


@cache
def _statements(module: ModuleType) -> tuple[ast.stmt, ...]:
    """Return the statements at the level of a module, also those in conditions; none of a namespace package."""
    try:
        return tuple(_unnested(ast.parse(inspect.getsource(module)).body))
    except (OSError, TypeError):
        return ()


def _unnested(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody"):
            if isinstance(node, ast.If | ast.Try | ast.With):
                yield from _unnested(getattr(node, part, ()))


def _deprecated(module: ModuleType) -> Iterator[str]:
    """Yield the names for which a module has a message on access."""
    function = inspect.unwrap(getattr(module, "__getattr__", lambda _: None))
    cells = getattr(function, "__closure__", None) or ()
    tables = [cell.cell_contents for cell in cells]
    for table in (getattr(module, "_deprecations", None), *tables):
        if isinstance(table, dict):
            yield from (name for name in table if isinstance(name, str))
