"""Writers killed at any moment lose nothing, duplicate nothing, and do not block the next one."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.formats.run_file import RunFile
from monitor.history.git import GitWorkTree
from monitor.history.store import History
from support.killable import killable
from support.run_files import write_run_file

KILLS = int(os.environ.get("PORTABILITY_KILLS", "30"))
SEED = 20261129
CASES = [f"jax/jax.f{number}/eager" for number in range(50)]

# The arguments of `act`: the history, True to push, the folder of an index or an empty string, and the run files.
WRITER = """
from datetime import date
from pathlib import Path
from monitor.formats.run_file import read_run_file
from monitor.history.store import History
from monitor.history.retention import prune_measurements
from monitor.snapshot.snapshot import read_snapshot


def act(directory, push, index, paths):
    history = History(Path(directory))
    for path in paths:
        file = read_run_file(Path(path))
        history.record([file], file.run.id, push=push)
    if index:
        read_snapshot(history, Path(index))
        prune_measurements(history, date(2028, 1, 1), rewrite=False)
"""


@pytest.mark.no_cover  # other tests record runs in their own process
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
    files, index = list(map(str, paths)), str(tmp_path / "index")
    with killable(WRITER) as write:
        # The time without a kill gives the range of moments to kill at.
        start = time.monotonic()
        assert write.start(str(tmp_path / "unhindered"), False, index, files).wait() == 0
        takes = (time.monotonic() - start) * (1.5 if push else 1)
        seen: set[str] = set()
        for number in range(KILLS // 2):
            # Every third writer reads the index and thins out the measurements.
            process = write.start(str(directory), push, index if number % 3 == 0 else "", files)
            time.sleep(draw.uniform(0, takes))
            process.kill(group=draw.random() < 0.5)
            process.wait()
            if not directory.exists() or GitWorkTree(directory).commit is None:
                continue
            runs = [item.run.id for item in History(directory).load().runs]  # which reads every file of them
            assert len(runs) == len({*runs})
            assert seen <= {*runs}, "a run that was committed is gone"
            seen = {*runs}
        assert write.start(str(directory), push, index, files).wait() == 0
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
