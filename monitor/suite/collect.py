"""Which cases there are: every declaration of a suite, checked and multiplied.

A suite is a package `monitor.suite.<framework>.<suite>`; whatever its modules declare belongs to it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from monitor.suite.catalog import load_catalog
from monitor.suite.declare import Case, Declaration, no_oracle

HERE = Path(__file__).parent


class DeclarationError(ValueError):
    """A declaration that cannot stand; the message names it and says what is missing."""


def frameworks() -> tuple[str, ...]:
    """The frameworks that have cases: each is one folder here."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/device.py")))


def suites(framework: str) -> tuple[str, ...]:
    """The suites of a framework."""
    return tuple(sorted(path.parent.name for path in (HERE / framework).glob("*/__init__.py")))


def collect(framework: str, suite: str) -> dict[str, Case]:
    """All cases of a suite by id, sorted. Raises DeclarationError."""
    catalog = load_catalog()
    cases: dict[str, Case] = {}
    for where, declaration in _declarations(framework, suite):
        if declaration.oracle is no_oracle:
            raise DeclarationError(f"{where}: no oracle; add @{where.rpartition('.')[2]}.reference or .promise")
        if declaration.function not in catalog:
            raise DeclarationError(f"{where}: {declaration.function} is not in the catalog; add it to catalog.csv")
        for case in declaration.cases(framework):
            if case.id in cases:
                raise DeclarationError(f"{where}: a second case {case.id}; give one of them a name=")
            cases[case.id] = case
    return dict(sorted(cases.items()))


def _declarations(framework: str, suite: str) -> Iterator[tuple[str, Declaration]]:
    package = import_module(f"monitor.suite.{framework}.{suite}")
    for module_info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        module = import_module(module_info.name)
        for name, value in vars(module).items():
            if isinstance(value, Declaration):
                yield f"{module_info.name}.{name}", value
