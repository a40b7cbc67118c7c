"""Discover suites and their cases.

A suite is a package `monitor.suite.<framework>.<suite>`, whose modules declare its cases. Or it is a module of that
name whose `checks` function lists the checks of the installed build. The ids of generated cases are known without it.
"""

from __future__ import annotations

import pkgutil
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

from monitor.model import ARRAY_API, Mode, function_of
from monitor.suite.catalog import load_catalog
from monitor.suite.declare import Case, Declaration, no_oracle
from monitor.suite.input_kinds import derived_cases
from monitor.suite.recurring_arguments import rule_cases
from monitor.suite_files import declared_suites, frameworks, listed_suites

if TYPE_CHECKING:  # the list of declared cases needs no NumPy
    from monitor.suite.check_protocol import CaseCheck
    from monitor.suite.device import Device

HERE = Path(__file__).parent
GENERATED = "chains"  # the suite of generated programs, whose cases are known without a build
# Functions that make a tensor of numbers.
MAKERS = frozenset({"array", "asarray", "as_tensor", "constant", "convert_to_tensor", "tensor"})


class DeclarationError(ValueError):
    """An invalid declaration; the message names it and the missing part."""


@cache
def suites(framework: str) -> tuple[str, ...]:
    """Return the names of the suites of a framework, including those that only a build can list."""
    return tuple(sorted(declared_suites(framework) | listed_suites(framework)))


def is_listed(framework: str, suite: str) -> bool:
    """Return whether only an installed build can list the cases of a suite."""
    return suite in listed_suites(framework)


def listing(framework: str, suite: str) -> Callable[[Device], Iterable[CaseCheck]] | None:
    """Return the function that lists the checks of a suite in an installed build; None for a declared suite."""
    if not is_listed(framework, suite):
        return None
    listed: Callable[[Device], Iterable[CaseCheck]] = import_module(f"monitor.suite.{framework}.{suite}").checks
    return listed


def has_generated(framework: str, suite: str) -> bool:
    """Return whether a grammar generates the cases of a suite."""
    return suite == GENERATED and is_listed(framework, suite)


def generated(framework: str, suite: str) -> tuple[str, ...]:
    """Return the ids of the cases of a suite that a grammar generates, without a build; empty for another suite."""
    if not has_generated(framework, suite):
        return ()
    ids: tuple[str, ...] = import_module(f"monitor.suite.{framework}.{suite}").case_ids()
    return ids


def collect(framework: str, suite: str) -> dict[str, Case]:
    """Return all declared cases of a suite by id, sorted. Raises DeclarationError."""
    catalog = load_catalog()
    plain_only = _is_plain_only(framework, suite)
    cases: dict[str, Case] = {}
    for where, declaration in declarations(framework, suite):
        if declaration.oracle is no_oracle:
            raise DeclarationError(f"{where}: no oracle; add @{where.rpartition('.')[2]}.reference or .promise")
        if declaration.function not in catalog and not declaration.namespace:
            raise DeclarationError(
                f"{where}: {declaration.function} is not in the catalog; add it to {framework}/catalog.csv"
            )
        if refused := folded(declaration, framework):
            raise DeclarationError(
                f"{where}: the compiler computes {refused} itself: its inputs are literals; use values(...)"
            )
        derived = () if plain_only else derived_cases(declaration, framework)
        for case in chain(declaration.cases(framework), derived):
            if case.id in cases:
                raise DeclarationError(f"{where}: a second case {case.id}; give one of them a name=")
            cases[case.id] = case
    return dict(sorted(cases.items()))


@cache
def declared_ids(framework: str, suite: str) -> tuple[str, ...]:
    """Return the ids of all declared cases of a suite, sorted. Raises DeclarationError."""
    return tuple(collect(framework, suite))


def folded(declaration: Declaration, framework: str) -> str:
    """Return the id of a compiled case whose only tensors are literals in its body; empty where there is none.

    A compiler computes with such values itself, so that no operation is left in the program. Cases of functions that
    make tensors are left out: they test these functions.
    """
    if declaration.tensors or Mode.COMPILED not in declaration.modes:
        return ""
    made = MAKERS & names_in(declaration.call.__code__) - {declaration.function.rpartition(".")[2]}
    return next(declaration.cases_in(Mode.COMPILED, framework)).id if made else ""


def names_in(code: CodeType) -> set[str]:
    """Return the names of attributes and globals in a function and in the functions in its body."""
    inner = (names_in(one) for one in code.co_consts if isinstance(one, CodeType))
    return set(code.co_names).union(*inner)


def declared_functions(framework: str) -> frozenset[str]:
    """Return the functions of all declared and generated cases of a framework. Raises DeclarationError."""
    declared = (
        declaration.function
        for suite in suites(framework)
        if not is_listed(framework, suite)
        for _, declaration in declarations(framework, suite)
    )
    generated_ids = (case for suite in suites(framework) for case in generated(framework, suite))
    return frozenset(chain(declared, map(function_of, generated_ids)))


def namespaces() -> dict[str, str]:
    """Return the namespace of the array API standard in each framework that has the suite."""
    packages = {name: f"monitor.suite.{name}.{ARRAY_API}" for name in frameworks() if ARRAY_API in suites(name)}
    return {name: import_module(package).NAMESPACE for name, package in packages.items()}


def declarations(framework: str, suite: str) -> Iterator[tuple[str, Declaration]]:
    """Yield each declaration of a suite with its place, also those that follow by rule. Raises DeclarationError."""
    written = _written(framework, suite)
    return written if _is_plain_only(framework, suite) else rule_cases(framework, written)


def _is_plain_only(framework: str, suite: str) -> bool:
    """Return whether no case of a suite is copied: its kernels or programs are written for their own arguments."""
    return getattr(import_module(f"monitor.suite.{framework}.{suite}"), "PLAIN_ONLY", False) is True


def _written(framework: str, suite: str) -> Iterator[tuple[str, Declaration]]:
    package = import_module(f"monitor.suite.{framework}.{suite}")
    for module_info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        try:
            module = import_module(module_info.name)
        except Exception as error:  # a case file may raise anything
            frame = traceback.extract_tb(error.__traceback__)[-1]
            text = f"{type(error).__name__}: {error}"
            raise DeclarationError(f"{module_info.name}: {Path(frame.filename).name}:{frame.lineno}: {text}") from error
        for name, value in vars(module).items():
            for declaration in value if isinstance(value, list) else [value]:
                if isinstance(declaration, Declaration):
                    yield f"{module_info.name}.{name}", declaration
