"""Add a case by rule for an argument that many functions take alike, such as TensorFlow's `name=` or PyTorch's `out=`.

The case is the plainest one of its function, whose calls of the function pass one more argument. Its reference stays.
`recurring.py` of a framework has its rules, and `recurring_arguments.csv` the functions of each rule. Standard library
only.
"""

from __future__ import annotations

import copy
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from monitor.suite.declare import Declaration, Rule
from monitor.suite.limits import ARGUMENT_ONLY

HERE = Path(__file__).parent


class Replaced:
    """A module whose function at `path`, a list of names, is what `change` makes of it."""

    def __init__(self, module: Any, path: list[str], change: Callable[[Any], Any]) -> None:
        self._module, self._path, self._change = module, path, change

    def __getattr__(self, name: str) -> Any:
        value, (first, *rest) = getattr(self._module, name), self._path
        if name != first:
            return value
        return Replaced(value, rest, self._change) if rest else self._change(value)


def with_rule(framework: Any, declaration: Declaration) -> Any:
    """Return the framework for the body of a case: with a rule, its function passes one more argument."""
    rule = declaration.rule
    if rule is None:
        return framework
    path = declaration.function.split(".")[1:]
    return Replaced(framework, path, lambda function: rule.change(framework, function))


def rule_cases(framework: str, declared: Iterable[tuple[str, Declaration]]) -> Iterator[tuple[str, Declaration]]:
    """Yield declarations with their places, then those that follow by rule from the plainest of each function."""
    rules = _rules(framework)
    chosen: dict[str, tuple[str, Declaration]] = {}
    for where, declaration in declared:
        yield where, declaration
        if declaration.function in rules:
            before = chosen.setdefault(declaration.function, (where, declaration))
            if _preference(declaration) < _preference(before[1]):
                chosen[declaration.function] = where, declaration
    for function, (where, declaration) in chosen.items():
        for rule in rules[function]:
            yield f"{where}, {rule.parameter}", _applied(rule, declaration)


def _preference(declaration: Declaration) -> tuple[bool, bool]:
    """Return a key that is least for the plainest declaration of a function: with kinds of inputs, without a name."""
    return declaration.limits.keys() >= ARGUMENT_ONLY.keys(), bool(declaration.name)


def _applied(rule: Rule, declaration: Declaration) -> Declaration:
    """Return a declaration with one more argument, in the first dtype."""
    applied = copy.copy(declaration)
    applied.rule = rule
    applied.name = "-".join(part for part in (declaration.name, rule.parameter) if part)
    applied.dtypes = declaration.dtypes[:1]
    applied.modes = declaration.modes[:1]
    return applied


@cache
def _rules(framework: str) -> Mapping[str, tuple[Rule, ...]]:
    """Return the rules of each function."""
    table = HERE / framework / "recurring_arguments.csv"
    if not table.exists():
        return {}
    rules: Mapping[str, Rule] = import_module(f"monitor.suite.{framework}.recurring").RULES
    found: dict[str, tuple[Rule, ...]] = {}
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["function"]] = (*found.get(row["function"], ()), rules[row["rule"]])
    return found
