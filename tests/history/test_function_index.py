"""The index gives a function's past as the runs hold it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from monitor.history.files import Folder
from monitor.history.function_index import KEPT, load_function
from monitor.history.parquet_encoding import write_table
from support.run_lists import list_runs

SHIPPED = Path(__file__).parents[2] / "results"
FUNCTION = "jax.numpy.add"


def runs_of(history: Path) -> list[Path]:
    """Return the observations of all runs that have cases, the oldest first."""
    return sorted(
        path for path in (history / "runs" / "cpu" / "jax").glob("*Z-??????.parquet") if len(pd.read_parquet(path))
    )


def newest_run(history: Path) -> Path:
    """Return the observations of the newest run that observed the function."""
    seen = [path for path in runs_of(history) if pd.read_parquet(path)["case"].str.startswith(f"jax/{FUNCTION}/").any()]
    return seen[-1]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """The shipped runs of JAX on the CPU."""
    folder = tmp_path / "history" / "runs" / "cpu" / "jax"
    shutil.copytree(SHIPPED / "runs" / "cpu" / "jax", folder)
    list_runs(tmp_path / "history")
    return tmp_path / "history"


def by_hand(history: Path, function: str) -> pd.DataFrame:
    whole = pd.concat([pd.read_parquet(run).assign(run=run.stem) for run in runs_of(history)])
    there = whole[whole["case"].str.split("/").str[1] == function]
    return there.sort_values(["case", "run"], ignore_index=True)[["run", *KEPT]]


@pytest.mark.parametrize("function", [FUNCTION, "jax.device_put", "jax.numpy.ad", "no.such.function"])
def test_it_is_what_the_runs_hold(history: Path, tmp_path: Path, function: str) -> None:
    found = load_function(Folder(history), tmp_path / "index", "cpu", "jax", function)
    wanted = by_hand(history, function)
    assert (len(wanted) > 0) == (function in (FUNCTION, "jax.device_put"))
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)


def test_the_index_is_made_once_and_again_when_a_run_is_added(history: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    last = newest_run(history)
    later = last.rename(last.with_suffix(".later"))
    head = last.with_suffix(".json").rename(last.with_suffix(".head"))
    list_runs(history)
    load_function(Folder(history), index, "cpu", "jax", FUNCTION)
    (month,) = index.rglob("*.arrow")
    made = month.stat().st_mtime_ns
    load_function(Folder(history), index, "cpu", "jax", FUNCTION)
    assert month.stat().st_mtime_ns == made
    write_table(pd.read_parquet(later), last)  # which has other types of columns than the older ones have
    later.unlink()
    head.rename(last.with_suffix(".json"))
    list_runs(history)
    found = load_function(Folder(history), index, "cpu", "jax", FUNCTION)
    pd.testing.assert_frame_equal(found, by_hand(history, FUNCTION), check_dtype=False)
    assert last.stem in set(found["run"])


def test_a_month_has_a_file(history: Path, tmp_path: Path) -> None:
    paper = newest_run(history)
    for suffix in (".json", ".parquet"):
        shutil.copy(paper.with_suffix(suffix), paper.with_name(f"20261001T000000Z-000000{suffix}"))
    list_runs(history)
    found = load_function(Folder(history), tmp_path / "index", "cpu", "jax", FUNCTION)
    assert sorted(path.name for path in (tmp_path / "index").rglob("*.arrow")) == ["202610.arrow", "202611.arrow"]
    assert found["run"].iloc[0] == "20261001T000000Z-000000"


def test_no_history_is_no_rows(tmp_path: Path) -> None:
    found = load_function(Folder(tmp_path), tmp_path / "index", "cpu", "jax", FUNCTION)
    assert found.empty
    assert [*found] == ["run", *KEPT]
