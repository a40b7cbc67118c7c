"""A module in a framework's folder is a suite if it lists checks, and no helper module is taken for one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from monitor.model import NAMES
from monitor.suite_files import SUITES, declared_suites, frameworks, listed_suites


def functions_of(path: Path) -> set[str]:
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("framework", frameworks())
def test_a_module_is_a_suite_where_it_lists_checks(framework: str) -> None:
    modules = {path.stem: functions_of(path) for path in (SUITES / framework).glob("*.py")}
    assert listed_suites(framework) == {name for name, found in modules.items() if "checks" in found} | {NAMES}


def test_the_suites_that_a_build_lists() -> None:
    assert listed_suites("torch") == {"chains", "higher_order", "modules", "names", "opinfo", "optimizers"}
    assert listed_suites("jax") == {"chains", "harness", "models", "names"}
    assert listed_suites("tensorflow") == {"chains", "names"}
    assert declared_suites("jax") == {"array_api", "chips", "ops", "pallas", "paper", "sharded"}
