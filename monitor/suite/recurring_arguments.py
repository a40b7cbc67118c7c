"""Add a case by rule for an argument that many functions take alike, such as TensorFlow's `name=` or PyTorch's `out=`.

The case is the first one of its function, whose calls of the function pass one more argument. Its reference stays the
same. `recurring.py` of a framework has its rules, and `recurring_arguments.csv` the functions of each rule. Standard
library only.
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
    """Yield declarations with their places, and after the first of a function those that follow by rule."""
    left = {function: [*rules] for function, rules in _rules(framework).items()}
    for where, declaration in declared:
        yield where, declaration
        for rule in left.pop(declaration.function, ()):
            yield f"{where}, {rule.parameter}", _applied(rule, declaration)


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
