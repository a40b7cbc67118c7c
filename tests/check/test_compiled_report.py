"""The report on a compiled callable states what was compiled, what was not, and by which build."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema_rs
import pytest

from monitor.check.compiled_problems import join_unjudged
from monitor.check.problems import Level, Problem, ProblemKind
from monitor.check.report import (
    AnswerKind,
    CheckReport,
    CompiledProgram,
    TargetAnswer,
    TracedCallable,
    answer_for,
    compiled_answer,
)
from monitor.check.verdict_lookup import CalledNames
from monitor.exports.documents.check import check_document
from monitor.exports.export_files import API_SCHEMA
from monitor.model import Place, TracedProgram
from monitor.reports.check_text import check_lines

TARGET = ("tpu-v5e", "TPU v5e")
REFUSED = Problem(ProblemKind.REFUSED, Level.ERROR, Place("a.py", 3, 5), "eig", "of f32[8,8] is refused", ("tpu-v5e",))
PROGRAM = TracedProgram("jax", "0.12.0.1", Place("a.py", 2, 1), "with gradients", 2042, 237)
CALLABLE = TracedCallable("a.py:step", PROGRAM)
FITS = CompiledProgram("libtpu 0.0.50.1", memory=3 << 29, available=16.0 * (1 << 30), min_time=6700.0)


def report(answer: TargetAnswer, *problems: Problem) -> CheckReport:
    return CheckReport(1, 9, ("jax",), (), problems, (answer,), traced=CALLABLE)


@pytest.mark.parametrize(
    ("compiled", "problems", "kind", "text"),
    [
        (
            FITS,
            (),
            AnswerKind.PORTS,
            "ports (compiled by libtpu 0.0.50.1; needs 1.5 GiB of 16 GiB; roofline bound 6.70 ms per call)",
        ),
        (CompiledProgram("xla 1"), (REFUSED,), AnswerKind.FAILS, "does not port: 1 place fails (compiled by xla 1)"),
        (
            CompiledProgram("xla 1", complete=False),
            (REFUSED,),
            AnswerKind.FAILS,
            "does not port: at least 1 place fails (compiled by xla 1; the time ended before all places were found)",
        ),
        (
            CompiledProgram("xla 1", unjudged=("conv",)),
            (),
            AnswerKind.UNKNOWN,
            "unknown: 1 operation (compiled by xla 1): conv",
        ),
    ],
)
def test_an_answer_has_its_evidence(
    compiled: CompiledProgram, problems: tuple[Problem, ...], kind: AnswerKind, text: str
) -> None:
    answer = compiled_answer(*TARGET, compiled, problems)
    assert answer.kind is kind
    *_, summary, line = check_lines(report(answer, *problems), notes=False)
    assert " ".join(line.split()) == f"TPU v5e: {text}"
    assert summary.startswith("a.py:step, jax 0.12.0.1, 2,042 operations, 237 distinct, with gradients: ")


def test_unjudged_operations_at_the_same_place_are_one_problem() -> None:
    unjudged = [
        replace(REFUSED, kind=ProblemKind.UNJUDGED, name="conv", message=f"of f32[{size}] cannot be judged")
        for size in (8, 9, 10)
    ]
    conv, eig = join_unjudged([*unjudged, *unjudged, REFUSED, REFUSED])
    assert conv.message == "of f32[8] cannot be judged; likewise with 2 other types"
    assert eig == REFUSED


def test_a_look_up_says_why_nothing_was_compiled() -> None:
    answer = replace(answer_for(*TARGET, CalledNames(2, 2, ()), []), note="compiling reached the time limit")
    [*_, line] = check_lines(report(answer), notes=False)
    expected = "ports (looked up 2 of 2 calls; nothing was compiled: compiling reached the time limit)"
    assert line == f"TPU v5e: {expected}"


def test_the_document_of_a_callable_fits_its_schema() -> None:
    schema = json.loads(API_SCHEMA.read_text())
    document = check_document(report(compiled_answer(*TARGET, FITS, [REFUSED]), REFUSED))
    jsonschema_rs.validator_for({**schema, "$ref": "#/$defs/check"}).validate(document)
    assert document["traced"]["callable"] == "a.py:step"  # type: ignore[index]
