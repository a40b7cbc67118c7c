"""Builds of the past in a cache that others use: what was there stays, byte for byte; only their own are removed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from monitor.execution.builds.environments import hold_environment, list_environments
from monitor.execution.builds.provider import provision
from monitor.execution.targets.backends import ExecuteBackend
from monitor.execution.targets.package_sources import ChannelSource, FrameworkSources
from monitor.execution.targets.target import Target
from monitor.model import Channel, Evidence, Job
from monitor.pipeline import bisect_trials
from monitor.pipeline.backfill import start_run_step
from monitor.pipeline.bisect_trials import TrialContext
from monitor.pipeline.older_builds import FOLDER, own_cache, prune_old_builds
from support.wheels import only_wheels, write_wheel


def target(*frameworks: str) -> Target:
    offered = {
        name: FrameworkSources(
            name, "cpu", (name,), channels={Channel.RELEASE: ChannelSource((name,))}, versioned=ChannelSource(())
        )
        for name in frameworks
    }
    return Target("mine", "Mine", "runners/mine.toml", offered, ExecuteBackend(labels=("mine",)))


MINE = target("tiny", "other")


def silence(_: str) -> None:
    pass


def contents(*folders: Path) -> dict[str, str]:
    """Every file with a digest of what is in it."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file() or path.is_symlink()]
    return {
        str(path): str(path.readlink()) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that others use, and the user's own uv cache (`tmp_path / "uv"`) with the same wheels."""
    folder = only_wheels(monkeypatch, tmp_path, *(("tiny", f"{number}.0") for number in range(1, 8)))
    write_wheel(folder, "other", "1.0")
    for label in ("tiny==1.0", "tiny==2.0", "tiny==3.0", "other==1.0"):
        provision(MINE, label.partition("==")[0], requirement=label, cache=tmp_path / "cache", log=silence)
    (tmp_path / "cache" / "environments" / "tiny-0.9-made-by-somebody-else").mkdir()
    (tmp_path / "cache" / "environments" / "tiny-0.9-made-by-somebody-else" / "notes.txt").write_text("mine")
    return tmp_path / "cache"


def test_bisect_removes_only_what_it_made_and_only_of_its_framework(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bisect_trials, "_run", lambda *_: None)
    before = contents(shared, tmp_path / "uv")
    assert any("tiny" in path for path in contents(tmp_path / "uv"))
    own = own_cache(shared)
    provision(MINE, "other", requirement="other==1.0", cache=own, log=silence)  # of another search
    bench = TrialContext(MINE, "tiny", "paper", Evidence.EXECUTED, (), own, tmp_path / "log")
    for number in range(3, 8):
        with bisect_trials._provided(bench, f"tiny=={number}.0"):
            pass
    assert {one.record.label for one in list_environments(own)} == {"other==1.0", "tiny==6.0", "tiny==7.0"}
    after = {path: of for path, of in contents(shared, tmp_path / "uv").items() if path in before}
    assert after == before
    assert own == shared / FOLDER


def test_the_run_step_of_a_backfill_keeps_to_that_folder_too(shared: Path, tmp_path: Path) -> None:
    before = contents(shared, tmp_path / "uv")
    own = own_cache(shared)
    path = tmp_path / "run.jsonl"
    assert start_run_step(Job("cpu", "jax", "paper", build="jax==9.9"), path, own).wait() == 1  # blocked: no such wheel
    provision(MINE, "tiny", requirement="tiny==4.0", cache=own, log=silence)
    prune_old_builds(own, MINE.framework("tiny"), keep=0)
    assert list_environments(own) == ()
    assert not [name for name in contents(own / "uv") if "tiny" in name]
    assert {path: of for path, of in contents(shared, tmp_path / "uv").items() if path in before} == before


def test_what_another_search_uses_stays(shared: Path) -> None:
    own = own_cache(shared)
    used = provision(MINE, "tiny", requirement="tiny==4.0", cache=own, log=silence)
    with hold_environment(used.python):
        prune_old_builds(own, MINE.framework("tiny"), keep=0)
        assert used.python.exists()
    prune_old_builds(own, MINE.framework("tiny"), keep=0)
    assert not used.python.exists()
