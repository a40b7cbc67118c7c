"""A remote branch that was moved back, rewritten or removed loses no recorded night, and a message reports it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.formats.run_file import RunFile
from monitor.history.files import HistoryError
from monitor.history.git import GitWorkTree
from monitor.history.store import History
from monitor.model import NameKind, PublicName

Make = Callable[..., RunFile]
A = "jax/jax.a/eager"
OWN = ("--config", "portability.history=true")


def git(directory: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    return subprocess.run(
        ["git", "-C", str(directory), *who, *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


def clone(remote: Path, directory: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", *OWN, str(remote), str(directory)], check=True, capture_output=True)
    return directory


def night(runfile: Make, day: int, outcome: str = "pass") -> RunFile:
    """A night that also lists a name."""
    made = runfile(day, {A: outcome}, version=f"{day}.0")
    return RunFile(made.run, made.observations, made.end, (), (PublicName("jax.a", NameKind.FUNCTION, f"(x{day})"),))


@pytest.fixture
def remote(tmp_path: Path, runfile: Make) -> Path:
    """A remote with one night, and a clone of it, `here`, with two more, pushed."""
    bare = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=results", str(bare)], check=True)
    here = clone(bare, tmp_path / "here")
    for day in (1, 2, 3):
        message = f"night {day}\n\nArtifact: {day}"
        History(here).record([night(runfile, day, "error" if day == 3 else "pass")], message, push=True)
    return bare


def days(directory: Path) -> list[str]:
    return [item.run.id[6:8] for item in History(directory).load().runs]


def push_back(remote: Path, to: str) -> None:
    git(remote, "update-ref", "refs/heads/results", git(remote, "rev-parse", to))


def rewrite(remote: Path, place: Path, make: RunFile) -> None:
    """Move the branch back by two nights, and let another machine record one there."""
    push_back(remote, "results~2")
    History(clone(remote, place)).record([make], "of another machine", push=True)


def test_what_a_remote_that_was_moved_back_lacks_is_pushed_again(remote: Path, tmp_path: Path, runfile: Make) -> None:
    push_back(remote, "results~2")
    said: list[str] = []
    History(tmp_path / "here").record([night(runfile, 4)], "night 4", push=True, say=said.append)
    assert days(clone(remote, tmp_path / "there")) == ["01", "02", "03", "04"]
    (line,) = said
    assert "2 runs" in line
    assert "20261102T030000Z-000002, 20261103T030000Z-000003" in line


def test_what_a_remote_that_was_rewritten_lacks_is_recorded_again(remote: Path, tmp_path: Path, runfile: Make) -> None:
    rewrite(remote, tmp_path / "other", night(runfile, 5))
    said: list[str] = []
    History(tmp_path / "here").record([night(runfile, 4)], "night 4", push=True, say=said.append)
    there = clone(remote, tmp_path / "there")
    assert days(there) == ["01", "02", "03", "04", "05"]
    (line,) = said
    assert "20261102T030000Z-000002, 20261103T030000Z-000003" in line
    assert git(there, "log", "-1", "--skip=1", "--format=%s") == "Record again 2 runs that the remote lacked"
    # The derived files are as if all runs had been recorded in one place.
    straight = History(tmp_path / "straight")
    for day in (1, 2, 3, 5, 4):
        straight.record([night(runfile, day, "error" if day == 3 else "pass")], f"night {day}")
    path = "outcomes/cpu/jax/paper.csv"
    assert (there / path).read_text() == (tmp_path / "straight" / path).read_text()
    assert [*History(there).listings("jax")] == [*straight.listings("jax")]
    assert History(there).artifacts() == {1, 2, 3}


def test_a_night_whose_writer_died_before_its_push_is_not_dropped(remote: Path, tmp_path: Path, runfile: Make) -> None:
    History(tmp_path / "here").record([night(runfile, 4)], "night 4")  # and no push
    History(clone(remote, tmp_path / "other")).record([night(runfile, 5)], "night 5", push=True)
    said: list[str] = []
    History(tmp_path / "here").record([night(runfile, 6)], "night 6", push=True, say=said.append)
    assert days(clone(remote, tmp_path / "there")) == ["01", "02", "03", "04", "05", "06"]
    assert "20261104T030000Z-000004" in said[0]


def test_a_branch_that_was_removed_comes_back_whole(remote: Path, tmp_path: Path, runfile: Make) -> None:
    git(remote, "update-ref", "-d", "refs/heads/results")
    History(tmp_path / "here").record([night(runfile, 4)], "night 4", push=True)
    assert days(clone(remote, tmp_path / "there")) == ["01", "02", "03", "04"]


def test_a_branch_that_was_begun_anew_is_followed(remote: Path, tmp_path: Path, runfile: Make) -> None:
    first = git(remote, "commit-tree", "results^{tree}", "-m", "anew")
    git(remote, "update-ref", "refs/heads/results", first)
    said: list[str] = []
    History(tmp_path / "here").record([night(runfile, 4)], "night 4", push=True, say=said.append)
    assert days(clone(remote, tmp_path / "there")) == ["01", "02", "03", "04"]
    assert said == []


def test_nothing_is_committed_where_the_branch_does_not_follow(remote: Path, tmp_path: Path, runfile: Make) -> None:
    here = tmp_path / "here"
    git(here, "checkout", "--quiet", "--detach")
    with pytest.raises(HistoryError, match="a commit and no branch"):
        History(here).record([night(runfile, 4)], "night 4", push=True)
    git(here, "switch", "--quiet", "results")
    assert History(here).record([night(runfile, 4)], "night 4", push=True)
    assert days(clone(remote, tmp_path / "there")) == ["01", "02", "03", "04"]


@pytest.mark.parametrize(
    "lock",
    ["index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock", "refs/heads/results.lock"]
    + ["refs/remotes/origin/results.lock", "ORIG_HEAD.lock", "objects/info/commit-graph.lock"],
)
def test_what_a_git_that_was_killed_locked_is_free_again(
    lock: str, remote: Path, tmp_path: Path, runfile: Make
) -> None:
    path = tmp_path / "here" / ".git" / lock
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    assert History(tmp_path / "here").load().runs  # a reader needs no lock, and removes none
    assert path.exists()
    History(tmp_path / "here").record([night(runfile, 4)], "night 4", push=True)
    assert days(clone(remote, tmp_path / "there")) == ["01", "02", "03", "04"]
    assert not path.exists()


def test_a_git_that_outlives_its_writer_keeps_the_lock(tmp_path: Path) -> None:
    History(tmp_path / "history").prepare()
    tree = GitWorkTree(tmp_path / "history")
    with tree.locked():
        # An alias of git's that tells that it runs, and then waits to be let go.
        held = subprocess.Popen(
            ["git", "-c", "alias.wait=!echo here; cat", "wait"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=tree.held,
        )
        assert held.stdout
        assert held.stdout.readline() == b"here\n"
    other = ["flock", "--nonblock", str(tmp_path / ".history.lock"), "true"]
    assert subprocess.run(other, check=False).returncode == 1
    held.communicate(b"")
    assert subprocess.run(other, check=False).returncode == 0
