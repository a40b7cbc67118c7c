"""The main job on real frameworks: a stranger's first nights."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from monitor.formats.run_file import RunFile
from monitor.history.store import History

CHECKOUT = Path(__file__).resolve().parents[2]


def nightly(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", "nightly", *arguments]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)


def outcome_diff(directory: Path) -> list[str]:
    shown = ["git", "-C", ".portability/history", "show", "--format=", "--unified=0", "HEAD", "--", "outcomes"]
    diff = subprocess.run(shown, cwd=directory, capture_output=True, text=True, check=True).stdout
    return [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_two_builds_between_which_a_function_went_away(nothing_shipped: Path) -> None:
    some = ["--framework", "jax", "--suite", "paper"]
    some += ["--case", "jax/jax.tree*/eager-float*", "--case", "jax/jax.numpy.sum/*eager*"]
    first = nightly(nothing_shipped, *some, "--build", "jax==0.5.3")
    assert first.returncode == 0, first.stderr
    assert "jax==0.5.3, the first night" in first.stdout

    second = nightly(nothing_shipped, *some, "--build", "jax==0.6.0")
    assert second.returncode == 0, second.stderr
    gone = [f"jax/jax.tree_map/eager-float{bits}" for bits in (16, 32, 64)]
    said = (  # by JAX itself
        "jax.tree_map was removed in JAX v0.6.0: use jax.tree.map (jax v0.4.25 or newer) or jax.tree_util.tree_map "
        "(any JAX version)."
    )
    assert sorted(outcome_diff(nothing_shipped)) == sorted(
        [f"-{case},pass,executed," for case in gone] + [f"+{case},absent,executed,{said}" for case in gone]
    )
    assert second.stdout.count("  removed  ") == len(gone), "it is gone as JAX announced, which is nothing worse"
    assert f"{gone[0]}: pass -> absent: {said}" in second.stdout
    assert "3 cases: round 3 of 3" in second.stderr, "the last good build was asked too, and still passes"
    page = nothing_shipped / ".portability" / "site" / "index.html"
    assert page.resolve().as_uri() in second.stdout
    changed = page.read_text()
    assert "functions/jax/jax.tree_map.html" in changed
    told = (page.parent / "functions" / "jax" / "jax.tree_map.html").read_text()
    assert all(case.split("/")[2] in told for case in gone)
    assert "jax.numpy.sum" not in changed

    third = nightly(nothing_shipped, *some, "--build", "jax==0.6.0")
    assert third.returncode == 0, third.stderr
    assert outcome_diff(nothing_shipped) == []
    assert "nothing changed" in third.stdout
    (compared,) = (nothing_shipped / ".portability" / "history" / "runs").rglob("*.compared.parquet")
    table = pd.read_parquet(compared).sort_values("case")
    assert table["case"].tolist() == sorted(gone)
    assert set(table["good_build"] + " " + table["good_outcomes"]) == {"jax==0.5.3 pass pass pass"}
    assert set(table["new_build"] + " " + table["new_outcomes"]) == {"jax==0.6.0 absent absent absent"}


def test_every_framework_in_one_night(tmp_path: Path) -> None:
    """The first of a stranger's, which starts from the history that the project ships."""
    done = nightly(tmp_path, "--suite", "paper", "--case", "*/eager-float32")
    assert done.returncode == 0, done.stderr
    for framework in ("torch", "jax", "tensorflow"):
        assert f"cpu {framework} paper: " in done.stdout
    runs = [*(tmp_path / ".portability").glob("nights/*/runs/*.jsonl")]
    heads = [json.loads(path.read_text().splitlines()[0])["run"] for path in runs]
    assert {head["framework"] for head in heads} == {"torch", "jax", "tensorflow"}
    for head in heads:
        build = head["build"]
        assert build["channel"] == "nightly" or build["why"], "a build that is not a nightly says why"


def test_a_build_that_cannot_be_had_is_one_incident(nothing_shipped: Path, runfile: Callable[..., RunFile]) -> None:
    before = runfile(1, {"jax/jax.numpy.add/eager-float32": "pass"})
    History(nothing_shipped / ".portability" / "history").record([before], "a night before")
    done = nightly(nothing_shipped, "--framework", "jax", "--suite", "paper", "--build", "jax==0.0.0.1")
    assert done.returncode == 1
    assert "! nothing could be observed: " in done.stdout
    assert "worse" not in done.stdout
    assert outcome_diff(nothing_shipped) == []


def test_a_killed_night_goes_on(nothing_shipped: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "monitor",
        "nightly",
        "--framework",
        "jax",
        "--suite",
        "paper",
        "--case",
        "jax/jax.numpy.ad*",
    ]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    process = subprocess.Popen(
        command, cwd=nothing_shipped, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not any(p.read_bytes().count(b"\n") > 5 for p in nothing_shipped.glob(".portability/nights/*/runs/*.jsonl")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (path,) = nothing_shipped.glob(".portability/nights/*/runs/*.jsonl")
    before = path.read_bytes()
    before = before[: before.rfind(b"\n") + 1]
    done = nightly(nothing_shipped, "--resume")
    assert done.returncode == 0, done.stderr
    assert path.read_bytes().startswith(before)
    assert b'"end"' in path.read_bytes().splitlines()[-1]
