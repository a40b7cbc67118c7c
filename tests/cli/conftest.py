"""What the tests of the commands share."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def nothing_shipped(tmp_path: Path) -> Path:
    """A directory with a history that starts from nothing rather than from the shipped one."""
    history = tmp_path / ".portability" / "history"
    history.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=results", str(history)], check=True)
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(
        ["git", "-C", str(history), *author, "commit", "--quiet", "--allow-empty", "-m", "Start"], check=True
    )
    return tmp_path
