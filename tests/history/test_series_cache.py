"""The cache of months gives a series as its runs hold it, in the order of time."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from monitor.history.files import Folder
from monitor.history.run_files import RecordedRun, observations_path, read_observations, read_runs, write_observations
from monitor.history.series_cache import read_months
from support.run_lists import list_runs

SHIPPED = Path(__file__).parents[2] / "results"
COLUMNS = ("case", "outcome", "message", "max_ulp")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """The shipped runs of JAX for a TPU v2."""
    folder = tmp_path / "history" / "runs" / "tpu-v2" / "jax"
    shutil.copytree(SHIPPED / "runs" / "tpu-v2" / "jax", folder)
    list_runs(tmp_path / "history")
    return tmp_path / "history"


def a_series(history: Path) -> list[RecordedRun]:
    """The runs of the one that has most, oldest first."""
    runs = sorted((item for item in read_runs(Folder(history)) if not item.run.blocked), key=lambda item: item.run.id)
    ((series, _),) = Counter(item.run.series for item in runs).most_common(1)
    return [item for item in runs if item.run.series == series]


def same(history: Path, index: Path, runs: list[RecordedRun]) -> None:
    by_time = sorted(runs, key=lambda item: item.run.id)
    found, wanted = (
        read_months(Folder(history), index, runs, COLUMNS),
        read_observations(Folder(history), by_time, COLUMNS),
    )
    assert len(wanted) > 0
    # The words of a category may be in another order: what they say may not.
    assert_frame_equal(plain(found), plain(wanted))


def plain(table: pd.DataFrame) -> pd.DataFrame:
    words = table.columns.difference(["max_ulp"])
    return table.astype(dict.fromkeys(words, "str"))


def test_it_is_what_the_runs_hold_read_once_and_again(history: Path, tmp_path: Path) -> None:
    runs = a_series(history)
    assert len(runs) > 1
    same(history, tmp_path / "index", runs)
    same(history, tmp_path / "index", runs)
    same(history, tmp_path / "index", runs[::-1])


def test_the_runs_of_past_months_are_not_opened_again(history: Path, tmp_path: Path) -> None:
    runs = a_series(history)
    before = read_months(Folder(history), tmp_path / "index", runs, COLUMNS)
    for item in runs:
        path = history / observations_path(item.run)
        unchanged = path.stat()
        path.write_bytes(b"x" * unchanged.st_size)
        os.utime(path, ns=(unchanged.st_atime_ns, unchanged.st_mtime_ns))
    assert_frame_equal(read_months(Folder(history), tmp_path / "index", runs, COLUMNS), before)


def test_a_run_more_and_a_run_that_was_thinned_out_make_the_month_anew(history: Path, tmp_path: Path) -> None:
    runs = a_series(history)
    same(history, tmp_path / "index", runs[:-1])
    same(history, tmp_path / "index", runs)
    whole = read_observations(Folder(history), runs[:1])
    write_observations(history, runs[0].run, whole.drop(columns="run").iloc[:5])
    same(history, tmp_path / "index", runs)


def test_other_columns_are_read_anew(history: Path, tmp_path: Path) -> None:
    runs = a_series(history)
    same(history, tmp_path / "index", runs)
    found = read_months(Folder(history), tmp_path / "index", runs, ("case", "digest"))
    assert [*found.columns] == ["case", "digest", "run"]


def test_a_series_of_blocked_runs_has_nothing(tmp_path: Path) -> None:
    assert read_months(Folder(tmp_path), tmp_path / "index", [], COLUMNS).empty
