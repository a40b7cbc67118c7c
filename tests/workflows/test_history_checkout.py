"""The branch of results as the workflow has it: checked out by its script, recorded to, and pushed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.formats.run_file import RunFile
from monitor.history.files import Folder
from monitor.history.retraction import read_retractions, series_runs
from monitor.history.run_files import read_runs
from monitor.history.store import History

CHECKOUT = Path(__file__).resolve().parents[2]


def git(directory: Path, *arguments: str) -> str:
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    done = subprocess.run(
        ["git", "-C", str(directory), *author, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A repository with code on `main` and no branch of results yet."""
    subprocess.run(
        ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "remote.git")], check=True
    )
    subprocess.run(["git", "clone", "--quiet", str(tmp_path / "remote.git"), str(tmp_path / "first")], check=True)
    git(tmp_path / "first", "commit", "--quiet", "--allow-empty", "--message=Code")
    git(tmp_path / "first", "push", "--quiet", "origin", "HEAD:main")
    return tmp_path / "remote.git"


def night(remote: Path, directory: Path, runfile: RunFile) -> History:
    """Run the steps of job `record` as on a fresh machine."""
    subprocess.run(["git", "clone", "--quiet", str(remote), str(directory)], check=True)
    subprocess.run([str(CHECKOUT / ".github" / "check-out-history")], cwd=directory, check=True)
    history = History(directory / "history", seed=CHECKOUT / "results")
    assert history.record([runfile], "a night", push=True)
    return history


def test_the_first_nights_of_a_fork(remote: Path, tmp_path: Path, runfile: Callable[..., RunFile]) -> None:
    files = Folder(CHECKOUT / "results")
    shipped = len([*series_runs(read_runs(files), read_retractions(files))])
    case = "jax/jax.a/eager"
    night(remote, tmp_path / "night1", runfile(1, {case: "pass"}, suite="mine"))
    history = night(remote, tmp_path / "night2", runfile(2, {case: "error"}, suite="mine"))
    assert len(history.load().runs) == shipped + 2
    assert git(remote, "log", "--format=%s", "results").splitlines() == [
        "a night",
        "a night",
        "Start from the history shipped with the project",
    ]
    assert "+jax/jax.a/eager,error,executed,why error" in git(remote, "show", "results", "--", "outcomes")
    assert git(remote, "log", "--format=%s", "main") == "Code"
