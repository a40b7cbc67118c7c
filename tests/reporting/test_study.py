"""The study's own table, 2023 and now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.analysis.scores import Score
from monitor.handover.runfile import RunFile
from monitor.history.store import History
from monitor.model import Evidence, Function
from monitor.reporting.standing import all_series
from monitor.reporting.study import StudyRow, study_frame, study_table

Make = Callable[..., RunFile]
CATALOG = {
    function.name: function
    for function in (
        Function("jax.a", "jax", "a", 9, "top 20", "success", "success"),
        Function("jax.b", "jax", "b", 5, "90", "partial", "failure"),
        Function("jax.c", "jax", "c", 2, "10", "success", "", replaced_by="jax.d"),
        Function("jax.d", "jax"),
        Function("jax.e", "jax", "e", 1, "10", "failure", "failure"),
    )
}


@pytest.fixture
def rows(tmp_path: Path, runfile: Make) -> list[StudyRow]:
    outcomes = {
        "jax/jax.a/eager": "pass",
        "jax/jax.b/eager": "pass",
        "jax/jax.b/compiled": "error",
        "jax/jax.c/eager": "absent",
        "jax/jax.c/compiled": "absent",
        "jax/jax.d/eager": "pass",  # not one of the study's
        "jax/jax.e/eager": "blocked",
    }
    history = History(tmp_path / "history")
    history.record([runfile(1, outcomes), runfile(2, {"jax/jax.a/x": "error"}, suite="harness")], "a night")
    return [*study_table(all_series(history.load()), CATALOG)]


def test_2023_and_now_are_counted_over_the_same_functions(rows: list[StudyRow]) -> None:
    assert rows == [
        StudyRow("jax", "GPU (T4), 2023", "", None, Score(2, 1, 1, 0), 0, Score(11, 5, 1, 0)),
        StudyRow("jax", "TPU (v3), 2023", "", None, Score(1, 0, 2, 1), 0, Score(9, 0, 6, 2)),
        StudyRow("jax", "cpu", "jax 1.0", Evidence.EXECUTED, Score(1, 1, 1, 1), 1, Score(9, 5, 2, 1)),
    ]


def test_shares_are_of_what_was_judged(rows: list[StudyRow]) -> None:
    now = [text.replace("\u202f", " ") for text in study_frame(rows).iloc[2]]
    assert now == ["JAX", "cpu, executed", "jax 1.0", "3", "33.3 %", "33.3 %", "33.3 %", "1", "1"]
