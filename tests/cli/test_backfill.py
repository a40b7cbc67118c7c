"""Builds of the past: real ones, found where a channel comes from, recorded where they belong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.execution.targets.target import Target
from monitor.formats.run_file import read_run_file
from monitor.history.store import History
from monitor.model import Outcome
from monitor.pipeline.backfill import channel_builds
from monitor.pipeline.errors import UserError

CHECKOUT = Path(__file__).resolve().parents[2]
CASE = "jax/jax.tree_map/eager-float32"
COMMAND = [sys.executable, "-m", "monitor", "backfill", "--framework", "jax", "--case", CASE]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(CHECKOUT)}


def backfill(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *arguments]
    return subprocess.run(command, cwd=directory, env=ENVIRONMENT, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("framework_environments")
def test_an_older_build_takes_its_place_before_the_newer(nothing_shipped: Path) -> None:
    interrupted(nothing_shipped, "--builds", "0.6.0")
    first = backfill(nothing_shipped, "--builds", "0.6.0")
    assert first.returncode == 0, first.stderr
    second = backfill(nothing_shipped, "--builds", "jax==0.6.0, 0.5.3, 0.5.99", "--jobs", "2")
    assert second.returncode == 1
    assert "cpu-jax-paper: jax==0.6.0 is recorded already" in second.stderr
    assert "cpu-jax-paper-0.5.99 is left out: " in second.stderr
    history = History(nothing_shipped / ".portability" / "history")
    runs = [item.run for item in history.load().runs]
    assert [run.build.version for run in runs if run.build] == ["0.5.3", "0.6.0"]
    assert runs[0].started > runs[1].started
    assert history.watch_list("cpu", "jax", "paper") == {CASE: Outcome.ABSENT}
    assert history.watch_list("cpu", "jax", "paper", version="0.5.3") == {CASE: Outcome.PASS}
    assert [*(nothing_shipped / ".portability" / "backfill").glob("*.json*")] == []


@pytest.mark.usefixtures("framework_environments")
def test_runs_that_are_handed_over_are_recorded_by_somebody_else(nothing_shipped: Path) -> None:
    done = backfill(nothing_shipped, "--builds", "0.6.0,0.5.99", "--out", "runs")
    assert done.returncode == 1, done.stderr
    assert done.stdout == "- cpu-jax-paper-0.6.0: 1 of 1 cases answered\n"
    assert "cpu-jax-paper-0.5.99 is left out: " in done.stderr
    history = History(nothing_shipped / ".portability" / "history")
    assert history.size() == 0
    (path,) = (nothing_shipped / "runs").iterdir()
    history.record([read_run_file(path)], "by another")
    again = backfill(nothing_shipped, "--builds", "0.6.0", "--out", "more")
    assert "cpu-jax-paper: jax==0.6.0 is recorded already" in again.stderr
    assert not (nothing_shipped / "more").exists()


def interrupted(directory: Path, *arguments: str) -> None:
    """A backfill that is interrupted once a run has begun, and leaves nothing running."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=directory,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
        # A shell has what it starts in the background ignore it, and so would this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as begun:
        assert begun.stderr
        assert any("jax: starting jax==" in line for line in begun.stderr)
        begun.send_signal(signal.SIGINT)
        rest = begun.stderr.read()  # ends when the last process that holds it has ended
    assert begun.returncode == 130, rest
    assert "call it again to go on" in rest


def test_nightlies_are_walked_back_in_steps_of_days(cpu: Target) -> None:
    found = channel_builds(cpu, "tensorflow", "nightly", "2026-07-20", "14d")
    days = [date.fromisoformat(build.date) for build in found]
    assert len(days) >= 2
    assert all(later - earlier >= timedelta(days=14) for earlier, later in pairwise(days))
    assert days[0] >= date(2026, 7, 20)
    assert {build.distribution for build in found} == {"tf-nightly-cpu"}


@pytest.mark.parametrize(
    ("since", "every", "fault"),
    [
        ("", "1d", "--since is missing"),
        ("2026-07-20", "weekly", '--every weekly: name days, such as "14d"'),
        ("2026-07-20", "0d", "--every 0d"),
    ],
)
def test_a_wish_that_says_too_little(cpu: Target, since: str, every: str, fault: str) -> None:
    with pytest.raises(UserError, match=fault):
        channel_builds(cpu, "tensorflow", "nightly", since, every)


def test_a_release_has_no_date(cpu: Target) -> None:
    with pytest.raises(UserError, match="is no nightly; name a version"):
        channel_builds(cpu, "jax", "pinned", "last week", "1d")
