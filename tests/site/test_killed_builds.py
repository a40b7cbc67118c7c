"""Builds of the site that are killed at any moment: the last edition or the next one is there, whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from monitor.history.store import History
from support.site_history import Night

CHECKOUT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("PORTABILITY_KILLS", "30"))

# A build that waits for a signal, because the import of a process takes seconds.
BUILD = """
import sys
from pathlib import Path
from support.site_history import GENERATED, PROJECT, TEMPLATES
from monitor.history.store import History
from monitor.site.build import write_site
from monitor.snapshot.snapshot import material_of
history, site = map(Path, sys.argv[1:])
material = material_of(History(history).load())
print("ready", flush=True)
sys.stdin.readline()
write_site(material, PROJECT, site, templates=TEMPLATES, generated=GENERATED)
print("done", flush=True)
"""


def build(history: Path, site: Path) -> subprocess.Popen[str]:
    """Start a build, ready to write."""
    places = [str(CHECKOUT), str(CHECKOUT / "tests")]
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(history), str(site)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(places)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def contents(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_a_killed_build_leaves_a_whole_site(history: History, tmp_path: Path) -> None:
    draw = random.Random(20261130)  # noqa: S311 - no secret, moments
    histories = [tmp_path / "history", tmp_path / "later"]
    for copy in histories:
        shutil.copytree(history.directory, copy)
    night = Night(5)
    History(histories[1]).record([night.file(night.run("cpu-x86", "torch"))], "night 5")
    whole, takes = [], 0.0
    for number, each in enumerate(histories):
        process = build(each, tmp_path / f"whole-{number}")
        start = time.monotonic()
        begin(process)
        assert process.communicate()[0] == "done\n"
        takes = time.monotonic() - start
        whole.append(contents(tmp_path / f"whole-{number}"))
    assert whole[0] != whole[1]

    folder = tmp_path / "public"
    site = folder / "site"
    shutil.copytree(tmp_path / "whole-0", site)
    missing = 0
    for number in range(KILLS // 4):
        process = build(histories[(number + 1) % 2], site)
        begin(process)
        time.sleep(draw.uniform(0, takes))
        if process.poll() is None:
            (os.killpg if draw.random() < 0.5 else os.kill)(process.pid, signal.SIGKILL)
        process.communicate()
        # Between two renames, a moment, the last edition lies where the next build takes it from.
        missing += not site.exists()
        there = site if site.exists() else next(folder.glob(".site-*/old"))
        assert contents(there) in whole
    assert missing <= 1

    process = build(histories[1], site)
    begin(process)
    assert process.communicate()[0] == "done\n"
    assert contents(site) == whole[1]
    assert [path.name for path in folder.iterdir()] == ["site"], "what killed builds left is removed"
