"""Cases that follow by rule: one more argument in the calls of the function."""

from __future__ import annotations

import csv
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.model import InputKind, Mode
from monitor.suite.discovery import HERE, collect, declarations
from monitor.suite.passed_arguments import calls_of
from monitor.suite.recurring_arguments import Replaced
from monitor.suite.repro import script

FRAMEWORKS = ("jax", "tensorflow", "torch")


def test_one_function_of_a_framework_is_replaced() -> None:
    framework: Any = SimpleNamespace(nn=SimpleNamespace(relu=1, elu=2), relu=3)
    changed = Replaced(framework, ["nn", "relu"], lambda function: -function)
    assert (changed.nn.relu, changed.nn.elu, changed.relu) == (-1, 2, 3)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_row_of_the_table_is_a_case_that_passes_the_argument(framework: str) -> None:
    ruled = [one for suite in ("paper", "ops") for _, one in declarations(framework, suite) if one.rule]
    for one in ruled:
        assert any(call.name == one.function for call in calls_of(one)), one.function
    with (HERE / framework / "recurring_arguments.csv").open(newline="") as file:
        rows = [(row["rule"], row["function"]) for row in csv.DictReader(file)]
    assert rows == sorted({(one.rule.parameter, one.function) for one in ruled if one.rule})


@pytest.mark.parametrize("suite", ["chips", "pallas", "sharded"])
def test_a_suite_of_plain_cases_has_no_such_case(suite: str) -> None:
    assert not [one.function for _, one in declarations("jax", suite) if one.rule]


def test_such_a_case_is_eager_and_has_one_dtype_and_no_kinds() -> None:
    found = [one for one in collect("torch", "paper").values() if one.declaration.rule]
    assert {(one.mode, one.kind) for one in found} == {(Mode.EAGER, InputKind.PLAIN)}
    assert len({(one.declaration.function, one.declaration.rule) for one in found}) == len(found)


def test_the_script_of_such_a_case_replaces_the_function() -> None:
    text = script("torch/torch.cat/out-eager-float32")
    assert "torch = Replaced(plain, ['cat'], lambda function: with_out(plain, function))" in text
    compile(text, "script", "exec")
