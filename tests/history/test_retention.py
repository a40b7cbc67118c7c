"""Pruning an old history keeps its outcomes and drops old measurements."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from monitor.formats.run_file import RunFile
from monitor.history.retention import MEASURED, prune_measurements, runs_to_prune
from monitor.history.store import History

Make = Callable[..., RunFile]
CASE = "jax/jax.a/eager"
AFTER_A_YEAR = date(2027, 11, 11)  # ten of the fourteen nights of November 2026 are older than a year


@pytest.fixture
def history(tmp_path: Path, runfile: Make) -> History:
    """Fourteen nights in a row, the first of them a Sunday."""
    history = History(tmp_path / "history")
    for day in range(1, 15):
        history.record([runfile(day, {CASE: "pass" if day != 3 else "error"})], str(day))
    return history


def test_one_run_a_week_keeps_its_measurements(history: History) -> None:
    thinned = runs_to_prune(history.load().runs, date(2026, 11, 11))
    assert [item.run.started[8:10] for item in thinned] == ["03", "04", "05", "06", "07", "08", "10"]


def test_measurements_go_and_outcomes_stay(history: History) -> None:
    before = history.load().observations
    done = prune_measurements(history, AFTER_A_YEAR, rewrite=False)
    after = history.load().observations
    kept = [name for name in after if name not in MEASURED]
    assert after[kept].equals(before[kept])
    assert done.runs == 7
    assert done.freed > 0
    lost = before["seconds"].notna() & after["seconds"].isna()
    assert sorted(after["run"][lost].str[6:8]) == ["03", "04", "05", "06", "07", "08", "10"]


def test_thinning_again_changes_nothing(history: History) -> None:
    prune_measurements(history, AFTER_A_YEAR, rewrite=False)
    commits = git(history, "rev-list", "--count", "HEAD")
    assert prune_measurements(history, AFTER_A_YEAR, rewrite=False).runs == 0
    assert git(history, "rev-list", "--count", "HEAD") == commits


def test_a_branch_that_begins_anew_leaves_the_old_one_whole(history: History, runfile: Make) -> None:
    was = git(history, "rev-list", "--count", "HEAD")
    done = prune_measurements(history, AFTER_A_YEAR, rewrite=True)
    assert git(history, "rev-list", "--count", "HEAD") == "1"
    assert int(git(history, "rev-list", "--count", done.old)) == int(was) + 1
    assert git(history, "diff", "--stat", "HEAD", done.old) == ""
    assert git(history, "status", "--porcelain") == ""
    assert history.record([runfile(15, {CASE: "pass"})], "goes on")


def git(history: History, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", history.directory, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
