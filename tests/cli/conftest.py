"""Fixtures of the tests of the commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor.github.client import GitHubClient
from monitor.history.store import History
from monitor.pipeline import snapshots
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.snapshots import open_history
from monitor.snapshot.snapshot import Snapshot, read_snapshot
from support.fake_github import TOKEN, FakeGitHub, serve


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in a directory of its own, because runs of different tests may have the same names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")  # nobody asks the real one
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """A GitHub on this machine, whose token the environment has, and nothing else of a workflow's."""
    for name in ("GITHUB_REPOSITORY", "GITHUB_REF_NAME", "PORTABILITY_RUNNERS", "PORTABILITY_ACCOUNT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr(
        "monitor.pipeline.github_access.GitHubClient", partial(GitHubClient, write_interval=0)
    )  # it needs no pause between requests
    with serve(FakeGitHub()) as fake:
        monkeypatch.setenv("GITHUB_API_URL", fake.url)
        yield fake
    assert fake.violations == []


@pytest.fixture(scope="session")
def shipped_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("shipped")
    with chdir(directory):
        open_history(DEFAULT_HISTORY).prepare()
    return directory


@pytest.fixture(scope="session")
def snapshots_read() -> dict[Path, Snapshot]:
    """The snapshot of each history that `shipped` has read, by its directory."""
    return {}


@pytest.fixture
def shipped(shipped_directory: Path, snapshots_read: dict[Path, Snapshot], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory whose history is the one that the project ships, which all commands that only read it read once."""

    def read_once(history: History, *arguments: Any) -> Snapshot:
        directory = history.directory.resolve()
        if directory not in snapshots_read:
            snapshots_read[directory] = read_snapshot(history, *arguments)
        return snapshots_read[directory]

    monkeypatch.setattr(snapshots, "read_snapshot", read_once)
    return shipped_directory


@pytest.fixture
def nothing_shipped(tmp_path: Path) -> Path:
    """A directory with a history that starts from nothing rather than from the shipped one."""
    history = tmp_path / ".portability" / "history"
    History(history).prepare()
    return tmp_path
