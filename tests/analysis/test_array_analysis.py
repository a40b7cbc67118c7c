"""The array analysis agrees with a case-by-case analysis, on the recorded history and on a planted one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest

from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.analysis.outcomes.value_changes import value_changes
from monitor.analysis.status.current_status import SeriesStatus, series_statuses
from monitor.history.files import Folder
from monitor.history.store import HistoryReader, LoadedHistory
from monitor.model import Run
from support import reference_analysis
from support.loaded_history import with_cases

pytestmark = pytest.mark.no_cover  # the other tests of the analysis cover it, and this one calls it for whole histories

MACHINES = ("AMD EPYC", "Intel Xeon")
SHIPPED = Path(__file__).parents[2] / "results"


RESTING = "planted, with cases that rest"


@pytest.fixture(scope="module", params=["planted", "planted, on machines that take turns", RESTING, "shipped"])
def history(request: pytest.FixtureRequest) -> LoadedHistory:
    if request.param == "shipped":
        # One framework: the runs of all take five times as long, and are of the same kinds.
        return with_cases(HistoryReader(Folder(SHIPPED)).load(framework="torch"))
    found = with_cases(request.getfixturevalue("recorded"))
    if request.param == "planted":
        return found
    if request.param == RESTING:
        return with_resting(found)
    runs = (
        replace(item, run=replace(item.run, environment={"host.cpu": MACHINES[number % 2]}))
        for number, item in enumerate(found.runs)
    )
    return replace(found, runs=tuple(runs))


def with_resting(history: LoadedHistory) -> LoadedHistory:
    """Return the history with a third of the cases of each run at rest; two runs of three remove one of these."""
    table = history.observations
    number_of = {item.run.id: number for number, item in enumerate(history.runs)}
    turn = table["run"].map(number_of).astype(int) + table["case"].map(lambda case: crc32(case.encode())).astype(int)
    rested = dict(table[turn % 3 == 0].groupby("run", observed=True)["case"].first())
    runs = (
        replace(item, run=replace(item.run, resting=1, removed=(removed, "jax/gone/eager") if number % 3 else ()))
        for number, item in enumerate(history.runs)
        for removed in [str(rested.get(item.run.id, ""))]
    )
    return replace(history, runs=tuple(runs), observations=table[turn % 3 != 0].reset_index(drop=True))


def test_arrays_find_the_same_news(history: LoadedHistory) -> None:
    found = reference_analysis.nights(history)
    assert any(night.changes for night in found)
    assert night_changes(history) == found


def test_arrays_find_the_same_silent_changes(history: LoadedHistory) -> None:
    assert value_changes(history) == reference_analysis.moved(history)


def test_arrays_find_the_same_standings(history: LoadedHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    found = reference_analysis.all_series(history)
    assert any(series.removed for series in found)
    # Compared as text: a figure that is no number equals nothing, not itself. A run's own, with all its cases, is half
    # a gigabyte by way of each case's standing.
    monkeypatch.setattr(Run, "__repr__", lambda run: run.id)
    assert [*map(text, series_statuses(history))] == [*map(text, found)]


def text(series: SeriesStatus) -> str:
    return repr(replace(series, strips=dict(sorted(series.strips.items()))))
