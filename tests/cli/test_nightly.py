"""The main job on real frameworks: a stranger's first nights."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from monitor.formats.run_file import RunFile
from monitor.history.store import History

CHECKOUT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("PORTABILITY_KILLS", "30"))
pytestmark = pytest.mark.usefixtures("framework_environments")


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
    some += ["--case", "jax/jax.tree*/eager-float??", "--case", "jax/jax.numpy.sum/*eager-float??"]
    first = nightly(nothing_shipped, *some, "--build", "jax==0.5.3")
    assert first.returncode == 0, first.stderr
    assert "jax==0.5.3, the first run" in first.stdout

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
    assert second.stdout.count("  api-removed  ") == len(gone), "it is gone as JAX announced, which is nothing worse"
    assert f"{gone[0]}: pass -> absent: {said}" in second.stdout
    assert "3 cases: round 3 of 3" in second.stderr, "the last good build was asked too, and still passes"
    page = nothing_shipped / ".portability" / "site" / "index.html"
    assert page.resolve().as_uri() in second.stdout
    changed = page.read_text()
    assert "functions/jax/jax.tree_map.html" in changed
    text = (page.parent / "functions" / "jax" / "jax.tree_map.html").read_text()
    assert all(case.split("/")[2] in text for case in gone)
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
    done = nightly(tmp_path, "--suite", "paper", "--case", "*.a*/eager-float32")
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
    assert "regressed" not in done.stdout
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
        "jax/jax.numpy.a*/eager-float*",
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


def test_a_night_that_was_killed_while_it_was_planned_is_none(nothing_shipped: Path) -> None:
    plan = nothing_shipped / ".portability" / "nights" / "20261101T030000Z" / "plan"
    plan.mkdir(parents=True)
    (plan / "cpu-jax-paper.json").write_text("{")
    done = nightly(nothing_shipped, "--resume")
    assert done.returncode == 2
    assert "no night to go on with" in done.stderr
    assert "Traceback" not in done.stderr


def test_nights_killed_at_any_moment_lose_nothing_and_double_nothing(nothing_shipped: Path, tmp_path: Path) -> None:
    draw = random.Random(20261130)  # noqa: S311 - no secret, moments
    some = ["--framework", "jax", "--suite", "paper", "--case", "jax/jax.numpy.a*/eager-float*"]
    unhindered = tmp_path / "unhindered"
    History(unhindered / ".portability" / "history").prepare()
    start = time.monotonic()
    assert nightly(unhindered, *some).returncode == 0
    takes = time.monotonic() - start  # which says when to kill

    def journals() -> dict[Path, bytes]:
        found = nothing_shipped.glob(".portability/nights/*/runs/*.jsonl")
        return {path: (content := path.read_bytes())[: content.rfind(b"\n") + 1] for path in found}

    def arguments() -> list[str]:
        return ["--resume"] if [*nothing_shipped.glob(".portability/nights/*/plan/matrix.json")] else some

    seen: dict[Path, bytes] = {}
    for _ in range(KILLS // 10):
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "nightly", *arguments()],
            cwd=nothing_shipped,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(draw.uniform(0, takes))
        if process.poll() is None:
            (os.killpg if draw.random() < 0.5 else os.kill)(process.pid, signal.SIGKILL)
            process.wait()
        now = journals()
        for path, content in seen.items():
            assert now[path].startswith(content), "an observation that was written is gone"
        seen = now
    done = nightly(nothing_shipped, *arguments())
    assert done.returncode == 0, done.stderr
    (content,) = journals().values()
    cases = [line["observation"]["case"] for line in map(json.loads, content.splitlines()) if "observation" in line]
    assert len(cases) == len({*cases})
    histories = [History(place / ".portability" / "history") for place in (nothing_shipped, unhindered)]
    assert [len(history.load().runs) for history in histories] == [1, 1]
    known, wanted = (history.watch_list("cpu", "jax", "paper") for history in histories)
    assert known == wanted
    assert {*known} <= {*cases}
    (run,) = histories[0].load().runs
    page = nothing_shipped / ".portability" / "site" / "index.html"
    assert page.is_file()
    assert run.run.id in "".join(path.name for path in (page.parent / "runs").iterdir())
