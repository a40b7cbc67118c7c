"""One run at a time reserves cores, and releases them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.execution.workers import cpu_affinity
from monitor.execution.workers.cpu_affinity import reserve_cores

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not pin processes")


@pytest.fixture(autouse=True)
def own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_affinity, "LOCKS", tmp_path / "locks")


def test_two_runs_do_not_share_a_core() -> None:
    here = os.sched_getaffinity(0)
    with reserve_cores(len(here)) as first, reserve_cores(1) as second:
        assert first == here
        assert second == frozenset()
    with reserve_cores(1) as again:
        assert again == {max(here)}


def test_more_cores_than_there_are_cannot_be_had() -> None:
    with reserve_cores(10_000) as none:
        assert none == frozenset()


def test_a_run_that_was_killed_holds_nothing() -> None:
    code = f"""
from pathlib import Path
from monitor.execution.workers import cpu_affinity
cpu_affinity.LOCKS = Path({str(cpu_affinity.LOCKS)!r})
with cpu_affinity.reserve_cores({len(os.sched_getaffinity(0))}):
    import os; os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -9
    with reserve_cores(1) as free:
        assert free
