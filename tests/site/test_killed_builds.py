"""Builds of the site that are killed at any moment: the last edition or the next one is there, whole."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import pytest

from monitor.history.store import History
from support.killable import killable
from support.site_history import Night

KILLS = int(os.environ.get("PORTABILITY_KILLS", "30"))

BUILD = """
import sys
from pathlib import Path
from support.site_history import GENERATED, PROJECT, TEMPLATES
from monitor.history.store import History
from monitor.site.build import write_site
from monitor.snapshot.snapshot import snapshot_of
snapshots = [snapshot_of(History(Path(history)).load()) for history in sys.argv[1:]]


def act(number, site):
    write_site(snapshots[number], PROJECT, Path(site), templates=TEMPLATES, generated=GENERATED)
"""


def contents(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.mark.no_cover  # other tests write the same site in their own process
def test_a_killed_build_leaves_a_whole_site(history: History, tmp_path: Path) -> None:
    draw = random.Random(20261130)  # noqa: S311 - no secret, moments
    histories = [tmp_path / "history", tmp_path / "later"]
    for copy in histories:
        shutil.copytree(history.directory, copy)
    night = Night(5)
    History(histories[1]).record([night.file(night.run("cpu-x86", "torch"))], "night 5")
    with killable(BUILD, *map(str, histories)) as build:
        whole, takes = [], 0.0
        for number in range(2):
            start = time.monotonic()
            assert build.start(number, str(tmp_path / f"whole-{number}")).wait() == 0
            takes = time.monotonic() - start
            whole.append(contents(tmp_path / f"whole-{number}"))
        assert whole[0] != whole[1]

        folder = tmp_path / "public"
        site = folder / "site"
        shutil.copytree(tmp_path / "whole-0", site)
        missing = 0
        for number in range(KILLS // 4):
            process = build.start((number + 1) % 2, str(site))
            time.sleep(draw.uniform(0, takes))
            process.kill(group=draw.random() < 0.5)
            process.wait()
            # Between two renames, for a moment, the previous site lies where the next build finds it.
            missing += not site.exists()
            present = site if site.exists() else next(folder.glob(".site-*/old"))
            assert contents(present) in whole
        assert missing <= 1
        assert build.start(1, str(site)).wait() == 0
    assert contents(site) == whole[1]
    assert [path.name for path in folder.iterdir()] == ["site"], "the next build removes the remains of killed builds"
