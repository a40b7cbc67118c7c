"""The functions of the array API standard: one table of calls for all frameworks, with NumPy as the oracle."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest

from monitor.model import Period, period_of
from monitor.suite.array_api.standard import CALLS, sections
from monitor.suite.catalog import load_catalog
from monitor.suite.discovery import collect, namespaces
from monitor.suite.input_kinds import draws
from monitor.suite.name_lookup import AbsentError, resolve
from monitor.suite.references import expected_results
from monitor.suite.repro import _declared
from monitor.suite_files import frameworks
from support.numpy_device import NumpyDevice


def test_the_table_has_each_function_once() -> None:
    names = [call.name for call in CALLS]
    assert len(names) == len(set(names)) == 175
    assert sorted(name for found in sections().values() for name in found) == sorted(names)


def test_every_framework_has_the_same_cases_outside_of_the_catalog() -> None:
    variants = []
    for framework in frameworks():
        cases = collect(framework, "array_api")
        assert f"{framework}/array_api.max/eager-float32" in cases
        assert not {case.declaration.function for case in cases.values()} & load_catalog().keys()
        assert {period_of("array_api", case) for case in cases} == {Period.NIGHT}
        variants.append({case.partition("/")[2] for case in cases})
    assert variants[0] == variants[1] == variants[2]
    assert namespaces()["torch"] == "array_api_compat.torch"


def test_every_reference_takes_the_inputs_of_its_case() -> None:
    for case in collect("jax", "array_api").values():
        assert expected_results(case, *draws(case)), case.id


def test_a_name_of_another_package_is_looked_up_there() -> None:
    device = NumpyDevice()
    assert resolve(device, "numpy.linalg.svd") is device.module.linalg.svd
    assert resolve(device, "json.decoder.JSONDecoder").__name__ == "JSONDecoder"
    with pytest.raises(AbsentError, match=r"^json has no nothing$"):
        resolve(device, "json.nothing.at_all")
    with pytest.raises(ImportError):
        resolve(device, "no_such_package.max")


@pytest.mark.parametrize(
    ("case", "statement"),
    [
        ("jax/array_api.max/eager-float32", "xp = jax.numpy"),
        ("tensorflow/array_api.max/eager-float32", "xp = tf.experimental.numpy"),
        ("torch/array_api.max/eager-float32", "import array_api_compat.torch as xp"),
    ],
)
def test_a_script_assigns_the_namespace(case: str, statement: str) -> None:
    framework = case.partition("/")[0]
    dialect = import_module(f"monitor.suite.{framework}.script_dialect").DIALECT
    text = "\n".join(_declared(collect(framework, "array_api")[case], dialect, ""))
    ast.parse(text)
    assert statement in text.splitlines()
    assert "    return xp.max(x, axis=1, keepdims=True)" in text.splitlines()
