"""The next edition of a site: what is as it was stays the same file, what is gone is gone, and nothing is half."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import Environment

from monitor.analysis.regressions.regression import RegressionState
from monitor.history.store import History
from monitor.site.build import write_site
from monitor.site.incremental import MARKER, input_digest, replacement_directory, write_marker
from monitor.site.known_issues import KnownIssue
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.template_environment import template_environment
from monitor.snapshot.parallel import run_in_parallel
from monitor.snapshot.snapshot import Snapshot, read_snapshot, snapshot_of
from support.site_history import GENERATED, PROJECT, TEMPLATES, Night

Write = Callable[..., set[str]]

# Files that state the build time of the site.
DATED = {"api/v1/index.json", "data/check.json.gz", "data/outcomes.json", ".portability-site"}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes an edition an hour after the last, and tells which files are other ones than before."""
    directory, made = tmp_path / "public", [0]

    def write(material: Snapshot, templates: Path = TEMPLATES) -> set[str]:
        before = files(directory)
        made[0] += 1
        at = GENERATED + timedelta(hours=made[0])
        write_site(material, PROJECT, directory, templates=templates, generated=at)
        return {name for name, inode in files(directory).items() if before.get(name) != inode}

    return write


def files(directory: Path) -> dict[str, int]:
    return {p.relative_to(directory).as_posix(): p.stat().st_ino for p in directory.rglob("*") if p.is_file()}


def test_what_did_not_change_is_left_alone(material: Snapshot, write: Write) -> None:
    first = write(material)
    assert len(first) > 200
    assert write(material) == DATED


def test_a_night_touches_its_framework_and_what_sums_up(
    history: History, material: Snapshot, write: Write, tmp_path: Path
) -> None:
    later = History(tmp_path / "history")
    shutil.copytree(history.directory, later.directory)
    write(material)
    night = Night(5)
    later.record([night.file(night.run("cpu-x86", "torch"))], "night 5")
    touched = write(snapshot_of(later.load()))
    assert "functions/torch/torch.cat.html" in touched
    assert "api/v1/functions/torch/torch.cat.json" in touched
    others = [name for name in touched if "/jax/" in name or "/tensorflow/" in name]
    assert not others
    assert {name[:13] for name in touched if name.startswith("runs/2")} == {"runs/20251106", "runs/2025-11."}
    assert len(touched) < len(files(tmp_path / "public")) / 2


def test_another_template_makes_its_pages_anew(material: Snapshot, write: Write, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    write(material, templates)
    method = templates / "templates" / "method.html.jinja"
    method.write_text(method.read_text().replace("How the functions are tested", "How one tests the functions"))
    assert write(material, templates) == {*DATED, "method.html"}


def test_templates_are_compiled_once_for_all_sites_of_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    template_environment(TEMPLATES / "templates", "").get_template("method.html.jinja")
    monkeypatch.setattr(Environment, "compile", None)
    template_environment(TEMPLATES / "templates", "").get_template("method.html.jinja")


def test_what_people_say_makes_anew_the_pages_that_tell_it(material: Snapshot, tmp_path: Path) -> None:
    directory = tmp_path / "public"

    def touched(project: ProjectMetadata) -> set[str]:
        before = files(directory)
        write_site(material, project, directory, templates=TEMPLATES, generated=GENERATED)
        return {name for name, inode in files(directory).items() if before.get(name) != inode} - DATED

    touched(PROJECT)
    known_issues = PROJECT.known_issues | {("torch", "torch.fft.fft"): (KnownIssue("what", "instead"),)}
    found = replace(PROJECT, known_issues=known_issues)
    assert touched(found) == {"functions/torch/torch.fft.fft.html"}
    excused = touched(replace(found, excuse=lambda _: RegressionState.EXPECTED))
    assert "functions/torch/torch.cat.html" in excused
    assert any(name.startswith("runs/20251105") for name in excused)
    assert not any(name.startswith("runs/20251101") for name in excused)


def test_what_is_gone_is_gone(material: Snapshot, write: Write, tmp_path: Path) -> None:
    write(material)
    (tmp_path / "public" / "stale.html").write_text("old")
    write(material)
    assert not (tmp_path / "public" / "stale.html").exists()


def test_processes_that_share_the_work_find_the_same(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = read_snapshot(history)
    monkeypatch.setattr("monitor.snapshot.snapshot.process_count", lambda runs: 3)
    shared = read_snapshot(history)
    assert (shared.runs, shared.nights, shared.outcomes) == (alone.runs, alone.nights, alone.outcomes)
    assert repr(shared.series) == repr(alone.series)
    assert shared.trends.keys() == alone.trends.keys()


def test_what_a_process_raises_is_raised_here() -> None:
    def work(number: int, of: int) -> int:
        if number == 1:
            raise ValueError("number 1")
        return number

    assert run_in_parallel(lambda number, of: number * of, 3) == [0, 3, 6]
    with pytest.raises(ValueError, match="number 1"):
        run_in_parallel(work, 2)


def test_what_a_page_is_made_of_is_told_by_value(material: Snapshot) -> None:
    assert input_digest(material.series[0].now[0]) == input_digest(material.series[0].now[0])
    assert input_digest(material.series[0].now[0]) != input_digest(material.series[0].now[1])
    assert input_digest(material.series[0]) != input_digest(material.series[1])


@pytest.mark.no_cover  # other tests write the same site in their own process
def test_another_process_makes_pages_of_the_same(history: History, tmp_path: Path) -> None:
    """Subclass with other hashes, so that unordered collections change their order."""
    made = []
    for seed in "12":
        program = Path(sys.executable).with_name("portability")
        command = [program, "site", "--history", history.directory, "--site", tmp_path / seed]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run(command, check=True, cwd=tmp_path, env=environment, capture_output=True)
        made.append(json.loads((tmp_path / seed / MARKER).read_text())["digests"])
    assert len(made[0]) > 100
    assert made[0] == made[1]


def test_what_a_killed_build_left_goes_with_the_next_one_and_nothing_else_does(tmp_path: Path) -> None:
    """One is killed while it writes, one after it has moved the last edition away; one is still at work."""
    site = tmp_path / "site"
    with replacement_directory(site) as fresh:
        write_marker(fresh, {})
        (fresh / "index.html").write_text("first")
    script = (
        "import sys, time; from pathlib import Path; from monitor.site.incremental import replacement_directory\n"
        "with replacement_directory(Path(sys.argv[1])) as fresh:\n    print(fresh, flush=True); time.sleep(600)\n"
    )
    builds = [
        subprocess.Popen([sys.executable, "-c", script, str(site)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    killed, at_work = ((build, Path(build.stdout.readline().strip()).parent) for build in builds if build.stdout)
    foreign = tmp_path / ".site-of-mine"
    foreign.mkdir()
    unlocked = tmp_path / ".site-x1y2z3_a"  # its build was killed before it had a lock
    unlocked.mkdir()
    try:
        killed[0].kill()
        killed[0].wait()
        site.rename(killed[1] / "old")
        with replacement_directory(site) as fresh:
            assert (site / "index.html").read_text() == "first"
            write_marker(fresh, {})
        assert not killed[1].exists()
        assert not unlocked.exists()
        assert at_work[1].exists()
        assert foreign.exists()
    finally:
        for build in builds:
            build.kill()
            build.communicate()
