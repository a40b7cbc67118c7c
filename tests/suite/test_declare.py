"""Declarations of cases: multiplied, collected, and refused by name."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from monitor.model import Mode, function_of
from monitor.suite import discovery as collecting
from monitor.suite import jax as jax_cases
from monitor.suite.catalog import load_catalog
from monitor.suite.declare import (
    COMPILED,
    COMPILED_GRADIENT,
    EAGER,
    GRADIENT,
    HVP,
    JVP,
    VMAP,
    Declaration,
    Tensor,
    case,
    indices,
    positive,
    tensor,
)
from monitor.suite.discovery import DeclarationError, collect, generated, is_listed, suites
from monitor.suite.inputs import draw_tensor
from monitor.suite_files import frameworks

CHECKOUT = Path(__file__).resolve().parents[2]


def test_every_dtype_runs_eagerly_and_compiled_and_two_have_gradients() -> None:
    @case("torch.cat", dtypes=("float32", "float64", "float16"), modes=(EAGER, COMPILED, GRADIENT), name="wide")
    def cat(torch, x=tensor(2)):
        return x

    assert [one.id for one in cat.cases("torch")] == [
        "torch/torch.cat/wide-eager-float32",
        "torch/torch.cat/wide-eager-float64",
        "torch/torch.cat/wide-eager-float16",
        "torch/torch.cat/wide-compiled-float32",
        "torch/torch.cat/wide-compiled-float64",
        "torch/torch.cat/wide-compiled-float16",
        "torch/torch.cat/wide-gradient-float32",
        "torch/torch.cat/wide-gradient-float64",
    ]


def test_a_function_without_dtypes_is_one_case_a_mode() -> None:
    @case("jax.random.PRNGKey", modes=(EAGER, COMPILED))
    def key(jax):
        return jax

    assert [(one.id, one.dtype) for one in key.cases("jax")] == [
        ("jax/jax.random.PRNGKey/eager", ""),
        ("jax/jax.random.PRNGKey/compiled", ""),
    ]


@pytest.mark.parametrize(("dtype", "bits"), [("float64", 53), ("float32", 24), ("float16", 11), ("bfloat16", 8)])
def test_inputs_are_exact_in_their_dtype_and_use_its_precision(dtype: str, bits: int) -> None:
    spec = tensor(100)
    assert isinstance(spec, Tensor)
    values = draw_tensor(spec, dtype, seed=1)
    scaled = np.ldexp(np.frexp(values)[0], bits)
    assert np.array_equal(scaled, np.round(scaled))
    assert (np.remainder(scaled, 2) == 1).any()
    assert np.array_equal(values, draw_tensor(spec, dtype, seed=1))
    assert not np.array_equal(values, draw_tensor(spec, dtype, seed=2))
    assert np.abs(values - draw_tensor(spec, "float64", seed=1)).max() < 4 * 2.0**-bits


def test_inputs_keep_what_their_names_say() -> None:
    assert draw_tensor(positive(100), "float32", seed=1).min() >= 1 / 8
    assert draw_tensor(positive(100), "int32", seed=1).min() >= 1
    drawn = draw_tensor(indices(100, below=5), "int64", seed=1)
    assert (drawn.min(), drawn.max()) == (0, 4)
    assert draw_tensor(tensor(4), "bool", seed=1).dtype == bool
    assert draw_tensor(tensor(4), "complex64", seed=1).imag.any()


def test_three_frameworks_have_the_suite() -> None:
    assert frameworks() == ("jax", "tensorflow", "torch")
    for framework in frameworks():
        assert "paper" in suites(framework)


@pytest.mark.parametrize("framework", ["jax", "tensorflow", "torch"])
def test_every_catalogued_function_has_cases(framework: str) -> None:
    declared = [suite for suite in suites(framework) if not is_listed(framework, suite)]
    cases = (one for suite in declared for one in collect(framework, suite).values())
    checked = {one.declaration.function for one in cases if not one.declaration.namespace}
    checked |= {function_of(case) for suite in suites(framework) for case in generated(framework, suite)}
    catalogued = {name for name, function in load_catalog().items() if function.framework == framework}
    assert checked == catalogued


@pytest.mark.parametrize("framework", ["jax", "tensorflow", "torch"])
def test_every_reference_names_inputs_of_its_case(framework: str) -> None:
    declared = [suite for suite in suites(framework) if not is_listed(framework, suite)]
    for one in (one for suite in declared for one in collect(framework, suite).values()):
        code = one.declaration.oracle.__code__
        oracle_names = set(code.co_varnames[1 : code.co_argcount])
        assert oracle_names <= one.declaration.inputs.keys(), one.id


def test_declarations_import_without_framework_and_numpy() -> None:
    code = "from monitor.suite.discovery import collect; print(len(collect('torch', 'paper')))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); {code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> list[Declaration]:
    """A suite of one module with the declarations in this list."""
    declarations: list[Declaration] = []
    named = lambda *_: [(f"somewhere.{d.call.__name__}", d) for d in declarations]  # noqa: E731
    monkeypatch.setattr(collecting, "declarations", named)
    return declarations


def with_oracle(function: str, **options: str) -> Declaration:
    @case(function, **options)  # type: ignore[arg-type]
    def cat(torch):
        return 1

    cat.reference(lambda np: 1)
    return cat


def test_a_case_without_oracle_is_refused_by_name(declared: list[Declaration]) -> None:
    @case("torch.cat")
    def cat(torch):
        return 1

    declared.append(cat)
    with pytest.raises(DeclarationError, match=r"somewhere\.cat: no oracle; add @cat\.reference or \.promise"):
        collect("torch", "paper")


def test_a_compiled_case_of_literals_alone_is_refused_by_its_id(declared: list[Declaration]) -> None:
    @case("torch.cat", modes=(EAGER, COMPILED))
    def cat(torch):
        return (lambda: torch.cat([torch.tensor([1.0]), torch.tensor([2.0])]))()

    cat.reference(lambda np: np.array([1.0, 2.0]))
    declared.append(cat)
    with pytest.raises(DeclarationError, match=r"somewhere\.cat: .*torch/torch\.cat/compiled itself.*use values"):
        collect("torch", "paper")


def test_a_function_that_makes_a_tensor_of_numbers_may_take_literals(declared: list[Declaration]) -> None:
    @case("torch.tensor", modes=(EAGER, COMPILED))
    def made(torch):
        return torch.tensor([1.0])

    made.reference(lambda np: np.array([1.0]))
    declared.append(made)
    assert len(collect("torch", "paper")) == 2


def test_a_function_outside_the_catalog_is_refused_by_name(declared: list[Declaration]) -> None:
    declared.append(with_oracle("torch.no_such"))
    with pytest.raises(DeclarationError, match=r"somewhere\.cat: torch\.no_such is not in the catalog"):
        collect("torch", "paper")


def test_a_second_case_of_one_id_is_refused_by_name(declared: list[Declaration]) -> None:
    declared += [with_oracle("torch.cat"), with_oracle("torch.cat")]
    with pytest.raises(DeclarationError, match=r"a second case torch/torch\.cat/eager; give one of them a name="):
        collect("torch", "paper")
    declared[1] = with_oracle("torch.cat", name="other")
    assert len(collect("torch", "paper")) == 2


def test_modes_are_the_models() -> None:
    assert tuple(Mode) == (EAGER, COMPILED, GRADIENT, COMPILED_GRADIENT, VMAP, JVP, HVP)


def test_a_module_without_declarations_is_no_suite() -> None:
    assert isinstance(collecting, ModuleType)
    with pytest.raises(ModuleNotFoundError):
        collect("torch", "no_such_suite")


def test_what_only_a_build_can_list_is_a_suite_too() -> None:
    assert is_listed("torch", "opinfo")
    assert is_listed("jax", "harness")
    assert not is_listed("torch", "paper")
    assert {"opinfo", "paper"} <= set(suites("torch"))
    assert {"device", "script_dialect"}.isdisjoint(suites("torch"))


def test_a_gradient_is_taken_by_what_is_differentiable() -> None:
    assert tensor(2).differentiable("float32")
    assert not tensor(2).differentiable("int32")
    assert not indices(2, below=3).differentiable("float32")


def test_every_function_of_the_study_has_its_facts() -> None:
    studied = [function for function in load_catalog().values() if function.study_name]
    assert all(function.study_uses or function.study_name == "PRNG" for function in studied)
    assert {function.study_gpu for function in studied} <= {"success", "partial", "failure", ""}
    counts = Counter(function.framework for function in studied)
    assert (counts["jax"], counts["tensorflow"], counts["torch"]) == (65, 71, 64)


def test_a_fault_in_a_case_file_is_one_line_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_suite").mkdir()
    (tmp_path / "broken_suite" / "__init__.py").touch()
    (tmp_path / "broken_suite" / "cases.py").write_text("import math\n\nmath.floor(undefined)\n")
    monkeypatch.setattr("monitor.suite.jax.__path__", [str(tmp_path), *jax_cases.__path__])
    with pytest.raises(DeclarationError, match=r"cases: cases.py:3: NameError: name 'undefined' is not defined$"):
        collect("jax", "broken_suite")
