"""Writers killed at any moment lose nothing, duplicate nothing, and do not block the next one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.formats.run_file import RunFile
from monitor.history.git import GitWorkTree
from monitor.history.store import History
from support.run_files import write_run_file

CHECKOUT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("PORTABILITY_KILLS", "30"))
SEED = 20261129
CASES = [f"jax/jax.f{number}/eager" for number in range(50)]

# The work of a command, which starts on a signal, because the imports of a process take seconds.
WRITER = """
import sys
from datetime import date
from pathlib import Path
from monitor.formats.run_file import read_run_file
from monitor.history.store import History
from monitor.history.retention import prune_measurements
from monitor.snapshot.snapshot import read_snapshot
directory, push, index, *paths = sys.argv[1:]
history = History(Path(directory))
files = [read_run_file(Path(path)) for path in paths]
print("ready", flush=True)
sys.stdin.readline()
for file in files:
    history.record([file], file.run.id, push=push == "push")
if index:
    read_snapshot(history, Path(index))
    prune_measurements(history, date(2028, 1, 1), rewrite=False)
print("done", flush=True)
"""


def call(directory: Path, push: bool, index: Path | None, paths: list[Path]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory), "push" if push else "", str(index or ""), *map(str, paths)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def began(process: subprocess.Popen[str]) -> float:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()
    return time.monotonic()


def kill(process: subprocess.Popen[str], after: float, group: bool) -> None:
    """Kill a writer, alone or with the git that it started, unless it has ended."""
    began(process)
    time.sleep(after)
    if process.poll() is None:
        (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("push", [False, True], ids=["one work tree", "one remote"])
def test_kills_lose_nothing_and_double_nothing(push: bool, tmp_path: Path, runfile: Callable[..., RunFile]) -> None:
    draw = random.Random(SEED + push)  # noqa: S311 - no secret, moments
    made = [
        runfile(day, dict.fromkeys(CASES, "pass" if day % 2 else "error"), latencies=dict.fromkeys(CASES, day))
        for day in range(1, 7)
    ]
    paths = [write_run_file(tmp_path / f"{number}.jsonl", one) for number, one in enumerate(made)]
    remote, directory = tmp_path / "remote.git", tmp_path / "history"
    if push:
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=results", str(remote)], check=True)
        own = ["--config", "portability.history=true"]
        subprocess.run(["git", "clone", "--quiet", *own, str(remote), str(directory)], check=True, capture_output=True)
    # The undisturbed duration gives the time of the kill.
    whole = call(tmp_path / "unhindered", False, tmp_path / "index", paths)
    start = began(whole)
    assert whole.communicate()[0] == "done\n"
    takes = (time.monotonic() - start) * (1.5 if push else 1)
    seen: set[str] = set()
    for number in range(KILLS // 2):
        # The index is read and the measurements thinned out by every third; none of these outlives its writer.
        index = tmp_path / "index" if number % 3 == 0 else None
        kill(call(directory, push, index, paths), draw.uniform(0, takes), group=draw.random() < 0.5)
        if not directory.exists() or GitWorkTree(directory).commit is None:
            continue
        runs = [item.run.id for item in History(directory).load().runs]  # which reads every file of them
        assert len(runs) == len({*runs})
        assert seen <= {*runs}, "a run that was committed is gone"
        seen = {*runs}
    last = call(directory, push, tmp_path / "index", paths)
    began(last)
    assert last.communicate()[0] == "done\n"
    history = History(directory)
    assert [item.run.id for item in history.load().runs] == [one.run.id for one in made]
    assert history.watch_list("cpu", "jax", "paper") == {
        observation.case: observation.outcome for observation in made[-1].observations
    }
    wanted = GitWorkTree(tmp_path / "unhindered")
    for tree in ("outcomes", "runs", "manifest.csv"):  # as if nobody had ever been killed
        assert wanted.git("rev-parse", f"HEAD:{tree}") == GitWorkTree(directory).git("rev-parse", f"HEAD:{tree}")
    subprocess.run(["git", "-C", str(directory), "fsck", "--strict"], check=True, capture_output=True)
    assert GitWorkTree(directory).git("status", "--porcelain") == ""
