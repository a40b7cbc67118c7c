"""The study's own table, 2023 and now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.analysis.status.current_status import function_status, series_statuses
from monitor.analysis.status.scores import Portability, Score
from monitor.analysis.status.study_table import StudyRow, study_frame, study_table
from monitor.exports.badges import make_function_badge
from monitor.formats.run_file import RunFile
from monitor.history.files import Folder
from monitor.history.store import History, HistoryReader
from monitor.model import Evidence, Function
from monitor.suite.catalog import load_catalog

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
    return [*study_table(series_statuses(history.load()), CATALOG)]


def test_2023_and_now_are_counted_over_the_same_functions(rows: list[StudyRow]) -> None:
    assert rows == [
        StudyRow("jax", "GPU (T4), 2023", "", None, Score(2, 1, 1, 0), 0, Score(11, 5, 1, 0)),
        StudyRow("jax", "TPU (v3), 2023", "", None, Score(1, 0, 2, 1), 0, Score(9, 0, 6, 2)),
        StudyRow("jax", "cpu", "jax 1.0", Evidence.EXECUTED, Score(1, 1, 1, 1), 1, Score(9, 5, 2, 1)),
    ]


def test_shares_are_of_what_was_judged(rows: list[StudyRow]) -> None:
    now = [text.replace("\u202f", " ") for text in study_frame(rows).iloc[2]]
    assert now == ["JAX", "cpu, executed", "jax 1.0", "3", "33.3 %", "33.3 %", "33.3 %", "1", "1"]


@pytest.mark.no_cover  # it reads the whole shipped history
def test_the_documented_table_is_that_of_the_shipped_history() -> None:
    checkout = Path(__file__).parents[2]
    table = study_frame(
        study_table(series_statuses(HistoryReader(Folder(checkout / "results")).load()), load_catalog())
    )
    shown = table[table["hardware"].isin(["GPU (T4), 2023", "TPU (v3), 2023", "cpu, executed"])]
    documented = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in (checkout / "docs" / "reference" / "suites.md").read_text(encoding="utf-8").splitlines()
        if line.startswith(("| JAX ", "| TensorFlow ", "| PyTorch ")) and line.count("|") > 4
    ]
    assert documented == [tuple(map(plain_spaces, row)) for row in shown.itertuples(index=False, name=None)]


def plain_spaces(text: str) -> str:
    return " ".join(text.split())


def test_few_judged_cases_that_pass_are_no_success() -> None:
    """As of `jax.numpy.linalg.eig` on an A100: 1 of 14 judged, 13 blocked."""
    checkout = Path(__file__).parents[2]
    (series,) = (
        one
        for one in series_statuses(HistoryReader(Folder(checkout / "results")).load(target="nvidia-a100"))
        if (one.framework, one.suite) == ("jax", "paper")
    )
    found = function_status(series.functions["jax.numpy.linalg.eig"])
    assert (found.portability, found.tally) == (Portability.UNKNOWN, "1 of 14 judged")
    assert make_function_badge("jax.numpy.linalg.eig", {"nvidia-a100": found}).message == "unknown"
