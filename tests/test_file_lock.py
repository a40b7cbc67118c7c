"""File locks exclude each other, and end with the process that holds them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from monitor.file_lock import open_lock


def test_one_holder_excludes_another_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with open_lock(path) as other:
        with open_lock(path) as first:
            first.acquire()
            assert not other.try_acquire()
        assert other.try_acquire()
    assert path.exists()


def test_shared_holders_exclude_only_an_exclusive_one(tmp_path: Path) -> None:
    with open_lock(tmp_path / "lock") as first, open_lock(tmp_path / "lock") as second:
        first.acquire(shared=True)
        second.acquire(shared=True)
        with open_lock(tmp_path / "lock") as third:
            assert not third.try_acquire()


def test_a_killed_process_holds_no_lock(tmp_path: Path) -> None:
    code = f"""
import os
from pathlib import Path
from monitor.file_lock import open_lock
with open_lock(Path({str(tmp_path / "lock")!r})) as lock:
    lock.acquire()
    os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with open_lock(tmp_path / "lock", create=False) as lock:
        assert lock.try_acquire()


def test_a_lock_file_need_not_be_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_lock(tmp_path / "lock", create=False):
        pass
