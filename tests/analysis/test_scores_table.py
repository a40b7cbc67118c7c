"""The figures beside the study's table: strata, real calls, all functions, speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from monitor.analysis.latency.slowdown_ratios import SlowdownRatios
from monitor.analysis.status.current_status import SeriesStatus, series_score, series_statuses
from monitor.analysis.status.measured_builds import MeasuredBuild
from monitor.analysis.status.scores import Score
from monitor.analysis.status.scores_table import (
    AllFunctionsRow,
    SpeedRow,
    all_functions_frame,
    all_functions_table,
    calls_frame,
    speed_frame,
    speed_table,
    strata,
    stratum_frame,
    stratum_table,
)
from monitor.analysis.status.study_table import study_table
from monitor.formats.run_file import RunFile
from monitor.model import Evidence, Function, Latency, NameKind, PublicName
from support.loaded_history import loaded_history
from support.public_names import followed

Make = Callable[..., RunFile]
MADE = MeasuredBuild("jax==1.0", "")
JAX = MADE.title
CATALOG = {
    function.name: function
    for function in (
        Function("jax.a", "jax", "a", 90, "top 20", "success", "success"),
        Function("jax.b", "jax", "b", 9, "100", "success", "failure"),
        Function("jax.c", "jax", "c", 1, "20", "success", "failure"),
    )
}


def timed(runfile: RunFile, medians: Mapping[str, float]) -> RunFile:
    """A run whose cases took so many microseconds a call."""
    observations = tuple(
        replace(o, latency=Latency(first=0, median=medians[o.case], minimum=0, spread=0, blocks=1, calls=1))
        if o.case in medians
        else o
        for o in runfile.observations
    )
    return replace(runfile, observations=observations)


@pytest.fixture
def series(runfile: Make) -> tuple[SeriesStatus, ...]:
    paper = {"jax/jax.a/x": "pass", "jax/jax.b/x": "pass", "jax/jax.b/y": "error", "jax/jax.c/x": "mismatch"}
    harness = {"jax/jax.a/z": "error", "jax/jax.d/z": "pass"}
    history = loaded_history(
        timed(runfile(1, paper), {"jax/jax.a/x": 10, "jax/jax.b/x": 10, "jax/jax.c/x": 10}),
        timed(runfile(2, harness, suite="harness"), {"jax/jax.d/z": 10}),
        timed(runfile(3, {"jax/jax.a/x": "pass"}, target="slow"), {"jax/jax.a/x": 101}),
        timed(
            runfile(4, {**paper, "jax/jax.e/x": "pass"}, target="gpu"),
            {"jax/jax.a/x": 5, "jax/jax.b/x": 100, "jax/jax.c/x": 1, "jax/jax.e/x": 1},
        ),
        runfile(5, {"jax/jax.primitive.a/kernel": "pass"}, suite="kernels", evidence=Evidence.REGISTERED),
        runfile(6, {"jax/jax.a/x": "pass"}, target="tpu", evidence=Evidence.COMPILED),
    )
    return series_statuses(history)


def plain(text: object) -> str:
    return str(text).replace("\u202f", " ")


def test_strata_come_with_the_most_called_first() -> None:
    assert strata(CATALOG) == ("top 20", "100", "20")


def test_each_stratum_has_the_table_of_its_own_functions(series: tuple[SeriesStatus, ...]) -> None:
    table = stratum_table(series, CATALOG)
    assert {
        name: [row.score for row in rows if row.hardware in ("TPU (v3), 2023", "cpu")] for name, rows in table.items()
    } == {
        "top 20": [Score(1, 0, 0, 0), Score(1, 0, 0, 0)],
        "100": [Score(0, 0, 1, 0), Score(0, 1, 0, 0)],
        "20": [Score(0, 0, 1, 0), Score(0, 0, 1, 0)],
    }
    frame = stratum_frame(table).set_index("hardware")
    assert [plain(text) for text in frame.loc["cpu, executed"]] == [
        "JAX",
        JAX,
        "100 % of 1",
        "0 % of 1",
        "0 % of 1",
    ]
    assert [plain(text) for text in frame.loc["slow, executed"]] == ["JAX", JAX, "100 % of 1", "–", "–"]


def test_a_function_counts_as_often_as_it_is_called(series: tuple[SeriesStatus, ...]) -> None:
    frame = calls_frame(study_table(series, CATALOG)).set_index("hardware")
    assert [plain(text) for text in frame.loc["cpu, executed"]] == [
        "JAX",
        JAX,
        "100",
        "90.0 %",
        "9.0 %",
        "1.0 %",
        "0",
    ]
    assert [plain(text) for text in frame.loc["TPU (v3), 2023"]] == ["JAX", "–", "100", "90.0 %", "0 %", "10.0 %", "0"]
    assert [plain(text) for text in frame.loc["slow, executed"]] == [
        "JAX",
        JAX,
        "90",
        "100 %",
        "0 %",
        "0 %",
        "10",
    ]


def test_all_functions_are_those_of_all_suites_by_one_evidence(series: tuple[SeriesStatus, ...]) -> None:
    rows = [*all_functions_table(series, {})]
    assert rows == [
        # a passes in one suite and fails in the other; b and c are as above; d is in one suite only
        AllFunctionsRow("jax", "cpu", Evidence.EXECUTED, ("harness", "paper"), (MADE,), Score(1, 2, 1, 0)),
        AllFunctionsRow("jax", "gpu", Evidence.EXECUTED, ("paper",), (MADE,), Score(2, 1, 1, 0)),
        AllFunctionsRow("jax", "slow", Evidence.EXECUTED, ("paper",), (MADE,), Score(1, 0, 0, 0)),
        AllFunctionsRow("jax", "tpu", Evidence.COMPILED, ("paper",), (MADE,), Score(1, 0, 0, 0)),
    ]
    assert [plain(text) for text in all_functions_frame(rows).iloc[0]] == [
        "JAX", "cpu, executed", JAX, "harness, paper", "4", "25.0 %", "50.0 %", "25.0 %", "0",
    ]  # fmt: skip


def test_speed_is_of_cases_that_pass_on_both(series: tuple[SeriesStatus, ...]) -> None:
    rows = [*speed_table(series, "cpu")]
    assert rows == [
        SpeedRow(
            "jax", "gpu", "cpu", (MADE,), (MADE,), SlowdownRatios(cases=2, slower=1, far_slower=0, middle=5.25)
        ),  # ten is not over ten
        SpeedRow("jax", "slow", "cpu", (MADE,), (MADE,), SlowdownRatios(cases=1, slower=1, far_slower=1, middle=10.1)),
    ]
    assert [plain(text) for text in speed_frame(rows).iloc[0]] == [
        "JAX", "gpu, jax 1.0", "cpu, jax 1.0", "2", "50.0 %", "0 %", "5.25 times",
    ]  # fmt: skip
    assert [*speed_table(series, "tpu")] == []


def test_two_names_of_one_object_are_one_function(runfile: Make) -> None:
    pairs = {"jax.numpy.abs": "jax.numpy.absolute", "jax.tree_util.tree_map": "jax.tree.map", "jax.a": ""}
    listed = {
        one: PublicName(one, NameKind.FUNCTION, alias_of=alias_of)
        for name, canonical in pairs.items()
        for one, alias_of in ((name, canonical), (canonical, ""))
        if one
    }
    outcomes = {f"jax/{name}/eager": "pass" for name in listed} | {"jax/jax.numpy.abs/eager": "error"}
    (one,) = series_statuses(loaded_history(runfile(1, outcomes)))
    names = {"jax": followed(runfile, listed)}
    assert series_score(one, {}) == Score(4, 0, 1, 0)
    assert series_score(one, names) == Score(2, 1, 0, 0)  # one name of the absolute value fails
    assert [row.score for row in all_functions_table([one], names)] == [Score(2, 1, 0, 0)]
    later = {name: one for name, one in listed.items() if name != "jax.numpy.abs"}
    removed = {"jax": followed(runfile, listed, later)}
    assert series_score(one, removed) == Score(3, 0, 1, 0)  # a removed name is a function of its own
