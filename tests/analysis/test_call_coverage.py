"""Real calls with a verdict: by any name of a function, by target and evidence, with the functions that lack one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.analysis.status.call_coverage import (
    CallCoverage,
    call_coverage,
    called_functions,
    coverage_frame,
    missing_frame,
)
from monitor.analysis.status.current_status import SeriesStatus, series_statuses
from monitor.analysis.status.scores import Score
from monitor.exports.documents.coverage import coverage_document
from monitor.formats.run_file import RunFile
from monitor.model import Evidence
from monitor.usage import CalledName, Usage, load_usage
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]

CALLS = {
    "jax.a": 60,  # passes
    "jax.alias_of_a": 5,
    "jax.b": 20,  # passes in part
    "jax.c": 10,  # blocked
    "jax.d": 4,  # no case
    "jax.removed": 900,  # the build lacks the name
    "torch.sum": 8,
    "torch.Tensor.sum": 30,
    "torch.Tensor.to": 70,
}
USAGE = Usage(
    tuple(CalledName(name.partition(".")[0], name, calls, calls, 2) for name, calls in CALLS.items()),
    {
        **{name: name for name in CALLS if name != "jax.removed"},
        "jax.alias_of_a": "jax.a",
        "jax.never_called": "jax.a",
        "torch.Tensor.sum": "torch.sum",
    },
)


@pytest.fixture
def series(runfile: Make) -> tuple[SeriesStatus, ...]:
    cases = {
        "jax/jax.never_called/eager": "pass",
        "jax/jax.b/eager": "pass",
        "jax/jax.b/compiled": "error",
        "jax/jax.c/eager": "blocked",
        "jax/jax.removed/eager": "absent",
    }
    history = loaded_history(
        runfile(1, cases),
        runfile(2, {"jax/jax.c/eager": "error"}, target="tpu", evidence=Evidence.COMPILED),
        runfile(3, {"torch/torch.sum/eager": "pass"}, framework="torch"),
    )
    return series_statuses(history)


@pytest.fixture
def found(series: tuple[SeriesStatus, ...]) -> CallCoverage:
    return call_coverage(series, USAGE)


def test_names_of_one_object_are_one_function() -> None:
    first = called_functions(USAGE)[0]
    assert (first.names, first.calls, first.packages) == (("jax.a", "jax.alias_of_a"), 65, 2)
    assert [one.name for one in called_functions(USAGE)][1:] == [
        *("jax.b", "jax.c", "jax.d"),
        *("torch.Tensor.to", "torch.Tensor.sum", "torch.sum"),
    ]


def test_a_call_counts_if_a_case_of_any_name_has_a_verdict(found: CallCoverage) -> None:
    rows = {(row.framework, row.target, row.evidence, row.methods): row for row in found.rows}
    cpu = rows["jax", "cpu", Evidence.EXECUTED, False]
    assert (cpu.judged_functions, cpu.functions, cpu.judged_calls, cpu.calls) == (2, 4, 85, 99)
    assert cpu.score == Score(65, 20, 0, 0)
    tpu = rows["jax", "tpu", Evidence.COMPILED, False]
    assert (tpu.judged_calls, tpu.score) == (10, Score(0, 0, 10, 0))
    assert rows["torch", "cpu", Evidence.EXECUTED, False].share == 1
    assert rows["torch", "cpu", Evidence.EXECUTED, True].share == 0.3  # `Tensor.sum`, not `Tensor.to`


def test_missing_functions_have_no_verdict_anywhere(series: tuple[SeriesStatus, ...], found: CallCoverage) -> None:
    assert [one.function.name for one in found.missing("jax", methods=False)] == ["jax.d"]
    assert [one.function.name for one in found.missing("torch", methods=True)] == ["torch.Tensor.to"]
    cpu = call_coverage([one for one in series if one.target == "cpu"], USAGE)
    assert [one.function.name for one in cpu.missing("jax", methods=False)] == ["jax.c", "jax.d"]
    assert missing_frame(cpu.missing("jax", methods=False)).to_dict("list") == {
        "framework": ["JAX", "JAX"],
        "function": ["jax.c", "jax.d"],
        "calls": ["10", "4"],
        "packages": ["2", "2"],
        "other names": ["–", "–"],
    }


def test_a_declared_case_is_no_verdict(series: tuple[SeriesStatus, ...], found: CallCoverage) -> None:
    planned = call_coverage(series, USAGE, {"jax.d", "jax.never_called"})
    assert [row.judged_calls for row in planned.rows] == [row.judged_calls for row in found.rows]
    assert planned.rows[0].declared_calls == 89  # those of jax.d too
    (missing,) = planned.missing("jax", methods=False)
    assert missing.declared is True
    assert "declared" in missing_frame([missing])
    assert [*coverage_frame(planned.rows)][-1] == "with a verdict or declared"
    assert coverage_document(planned)["rows"][0]["declared_calls"] == 89  # type: ignore[index]
    assert "declared_calls" not in coverage_document(found)["rows"][0]  # type: ignore[index]


def test_the_table_gives_shares_of_calls(found: CallCoverage) -> None:
    row = coverage_frame(found.rows).iloc[0].str.replace("\u202f", " ").to_dict()
    assert row == {
        "framework": "JAX",
        "hardware": "cpu, executed",
        "build": "jax 1.0",
        "functions": "2 of 4",
        "calls": "85 of 99",
        "with a verdict": "85.9 %",
        "work": "76.5 %",
        "work in part": "23.5 %",
        "fail": "0 %",
    }


def test_the_shipped_counts_are_consistent() -> None:
    usage = load_usage()
    names = [one.function for one in usage.calls]
    assert len(names) == len({*names})
    assert min(one.files for one in usage.calls) == 2
    assert all(usage.objects[of] == of for of in {*usage.objects.values()} if of in usage.objects)
    assert {one.framework for one in usage.calls} == {"torch", "jax", "tensorflow"}
    assert usage.objects["tf.math.reduce_sum"] == usage.objects["tf.reduce_sum"]
    assert usage.objects["torch.Tensor.sum"] == "torch.sum"
