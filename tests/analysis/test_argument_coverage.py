"""Parameters in recorded signatures, and the arguments that cases pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.analysis.names.name_history import FrameworkNames, framework_names
from monitor.analysis.status.argument_coverage import ArgumentCoverage, argument_coverage, argument_frame
from monitor.analysis.status.signature_parameters import Parameter, parameters_of
from monitor.history.name_table import NameListing
from monitor.model import CallArguments, DeclaredArguments, NameKind, PublicName, UntestedParameter
from monitor.usage import CalledName, Usage
from support.public_names import named
from support.site_history import Night

SIGNATURES = {
    "torch.sum": "(input, dim=None, *, dtype=None, out=None) -> Tensor",
    "torch.add": "(input, other, *, alpha=1)",
    "torch.Tensor.view": "(self, *shape)",
    "torch.silent": "",
}


def names() -> FrameworkNames:
    run = replace(Night(0).run("cpu-x86", "torch"), suite="names")
    listed = [PublicName(name, NameKind.FUNCTION, text) for name, text in SIGNATURES.items()]
    listed.append(PublicName("torch.total", NameKind.FUNCTION, SIGNATURES["torch.sum"], alias_of="torch.sum"))
    return framework_names("torch", [NameListing(run, named(*listed))])


def coverage(*calls: CallArguments, untested: tuple[UntestedParameter, ...] = ()) -> ArgumentCoverage:
    declared = DeclaredArguments("torch", "ops", {"torch.sum": calls, "torch.silent": calls})
    usage = Usage((CalledName("torch", "torch.total", 7, 2, 1),))
    return argument_coverage({"torch": names()}, [declared], untested, usage)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(x, axis=None, /, *, out=None)", [("x", 0, None), ("axis", 1, "None"), ("out", None, "None")]),
        ("(*tensors: Tensor, dim: int = 0, **kwargs) -> (Tensor, Tensor)", [("dim", None, "0")]),
        ("(a=(1, [2]), b={'c': ','}, d=')') -> int", [("a", 0, "(1, [2])"), ("b", 1, "{'c': ','}"), ("d", 2, "')'")]),
        ("(input, dim: int | None = <no value>", [("input", 0, None), ("dim", 1, "<no value>")]),
        ("", []),
    ],
)  # fmt: skip
def test_parameters_have_names_positions_and_defaults(
    text: str, found: list[tuple[str, int | None, str | None]]
) -> None:
    assert [one for overload in parameters_of(text) for one in overload] == [Parameter(*each) for each in found]


def test_each_signature_has_its_own_parameters() -> None:
    overloads = parameters_of("(input, *, out=None) -> Tensor; (input, dim, keepdim=False) -> (Tensor, LongTensor)")
    assert [[one.name for one in each] for each in overloads] == [["input", "out"], ["input", "dim", "keepdim"]]


@pytest.mark.parametrize(
    ("call", "passed"),
    [
        (CallArguments("torch.sum", ("x", "1")), ("dim",)),
        (CallArguments("torch.sum", ("x", "None"), {"dtype": "torch.float64"}), ("dtype",)),
        (CallArguments("torch.total", ("x",), {"dim": "axis"}), ("dim",)),
        (CallArguments(".sum", (), {"dim": "0"}), ("dim",)),
        (CallArguments("torch.add", ("x",), {"dim": "0"}), ()),
        (CallArguments("torch.sum", ("x", "0", "out")), ("dim",)),
    ],
)
def test_a_passed_parameter_has_another_value_than_its_default(call: CallArguments, passed: tuple[str, ...]) -> None:
    (one,) = coverage(call).functions
    assert (one.passed, one.calls) == (passed, 7)
    assert {*one.passed, *one.missing} == {"dim", "dtype", "out"}


def test_a_parameter_that_needs_no_case_is_left_out_of_the_share() -> None:
    reason = UntestedParameter("torch", "torch.s*", "out", "results are returned")
    found = coverage(CallArguments("torch.sum", ("x", "1")), untested=(reason,))
    (row,) = found.rows
    assert (row.functions, row.passed, row.missing, row.untested, row.share) == (1, 1, 1, 1, 0.5)
    assert found.functions[0].untested == {"out": "results are returned"}
    assert [one.missing for one in found.missing("torch", "ops")] == [("dtype",)]
    assert argument_frame(found.rows)["share"].tolist() == ["50.0\u202f%"]


def test_the_cases_of_an_alias_count_for_the_function() -> None:
    calls = {"torch.sum": (), "torch.total": (CallArguments("torch.total", ("x",), {"dim": "0"}),)}
    found = argument_coverage({"torch": names()}, [DeclaredArguments("torch", "ops", calls)], (), Usage())
    assert {one.function: one.passed for one in found.functions} == {"torch.sum": ("dim",), "torch.total": ("dim",)}


def test_a_parameter_that_a_case_of_another_suite_passes_is_not_named_as_never_passed() -> None:
    suites = {"ops": (CallArguments("torch.sum", ("x", "1")),), "paper": (CallArguments("torch.sum", ("x",)),)}
    declared = [DeclaredArguments("torch", suite, {"torch.sum": calls}) for suite, calls in suites.items()]
    found = argument_coverage({"torch": names()}, declared, (), Usage())
    assert [one.missing for one in found.missing("torch", "paper")] == [("dim", "dtype", "out")]
    assert found.never_passed() == {("torch", "torch.sum"): ("dtype", "out")}


def test_a_framework_without_a_listed_build_has_no_row() -> None:
    assert argument_coverage({}, [DeclaredArguments("jax", "ops", {})], (), Usage()) == ArgumentCoverage((), ())
