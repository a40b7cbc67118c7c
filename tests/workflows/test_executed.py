"""The workflow files, executed: nights on hardware that answers and hardware that does not, and what is published.

A run of a workflow takes up to a minute, most of it starts of the monitor. So a test looks at all that its runs show.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from re import sub
from typing import Any

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.formats.run_file import RunFile
from support.fake_github import FakeGitHub, serve
from support.local_workflows import GitHubLocally, git
from support.run_files import write_run_file

A = "jax/jax.lax.sort/eager-float32"
GONE = "jax/jax.tree_map/eager-float32"
LAST = 6  # the newest night of the uploaded ones


@pytest.fixture
def here(tmp_path: Path) -> Iterator[GitHubLocally]:
    with serve(FakeGitHub()) as github:
        yield GitHubLocally(github, tmp_path)
    assert github.violations == []


@pytest.fixture
def upload(here: GitHubLocally, tmp_path: Path, runfile: Callable[..., RunFile]) -> Callable[..., None]:
    """A run of a night that has ended: one build a night, and what the case came to."""

    def make(night: int, outcome: str, target: str = "cpu") -> None:
        started = datetime.now(UTC) - timedelta(days=LAST - night, hours=1)
        run = {"started": f"{started:%Y-%m-%dT%H:%M:%SZ}", "id": f"{started:%Y%m%dT%H%M%SZ}-{len(target):06x}"}
        made = runfile(1, {A: outcome}, version=f"0.{night}", retries={A: [outcome] * 2}, target=target, **run)
        path = write_run_file(tmp_path / f"{target}-{night}.jsonl", made)
        actions = here.github.actions
        actions.upload(actions.run(), {f"{target}-jax-paper.jsonl": path.read_bytes()}, here.github.url)

    return make


def recorded_from(here: GitHubLocally) -> list[str]:
    """The artifacts that the commits on the branch name, the newest commit first."""
    return git(here.remote, "log", "--format=%(trailers:key=Artifact,valueonly)", "results").split()


def words(page: Path) -> str:
    """Return the text of a page."""
    return " ".join(unescape(sub(r"<[^>]+>", " ", page.read_text())).split())


@pytest.mark.timeout(900)
def test_three_nights_are_published_and_tell_of_one_regression(
    here: GitHubLocally, upload: Callable[..., None]
) -> None:
    upload(1, "pass", "nvidia-h100")  # and nothing more of it
    upload(1, "pass")
    here.run("publish.yml", "schedule", job="notify")
    assert f"{A},pass,executed" in git(here.remote, "show", "results:outcomes/cpu/jax/paper.csv")
    assert here.github.issues == []

    upload(2, "error")
    here.run("publish.yml", "workflow_dispatch", job="notify")
    assert recorded_from(here) == ["102", "100", "101"]
    assert f"{A},error,executed" in git(here.remote, "show", "results:outcomes/cpu/jax/paper.csv")
    (issue,) = here.github.issues
    assert issue["title"] == "jax.lax.sort: pass → error on cpu since jax 0.2"

    for night in (4, 5, LAST):  # which came late, together
        upload(night, "pass")
    here.run("publish.yml", "schedule")
    assert recorded_from(here)[:3] == ["103", "104", "105"]
    (issue,) = here.github.issues
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    (comment,) = here.github.comments[issue["number"]]
    assert comment["body"].startswith("Fixed in `jax==0.4`, and good since.")
    health = words(here.pages / "health.html")
    (regression,) = (here.pages / "regressions").iterdir()
    assert f'href="regressions/{regression.name}"' in (here.pages / "regressions.html").read_text()
    assert "portability repro jax/jax.lax.sort" in words(regression)
    assert "nvidia-h100 ! no recent results JAX paper since " in health
    assert "cpu ! no recent results" not in health, "a target that answers has recent results"


@pytest.mark.timeout(900)
def test_what_is_recorded_at_once_is_recorded_whole(
    here: GitHubLocally, upload: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backfill and a night, each of which one publish sees alone."""
    inputs = {"framework": "jax", "target": "cpu", "evidence": "executed", "suite": "paper", "channel": "release"}
    here.run("backfill.yml", "workflow_dispatch", inputs | {"every": "1d", "builds": "0.6.0", "cases": GONE})
    actions = here.github.actions
    assert [workflow for workflow, _, _ in actions.dispatched] == ["publish.yml"]
    upload(LAST, "pass")
    answer, turn, artifacts = actions.answer, threading.Lock(), [[one] for one in actions.artifacts]
    both_requested = threading.Barrier(2)  # neither goes on to record before

    def lagging(method: str, parts: list[str], *rest: Any) -> Any:
        if parts == ["artifacts"]:
            both_requested.wait(timeout=60)
        with turn:
            if parts == ["artifacts"]:
                actions.artifacts = artifacts.pop()
            return answer(method, parts, *rest)

    monkeypatch.setattr(actions, "answer", lagging)
    with ThreadPoolExecutor() as pool:
        [*pool.map(lambda event: here.run("publish.yml", event, job="record"), ("schedule", "workflow_dispatch"))]
    assert artifacts == []
    assert sorted(recorded_from(here)) == ["100", "101"]
    outcomes = git(here.remote, "show", "results:outcomes/cpu/jax/paper.csv")
    assert f"{A},pass,executed" in outcomes
    assert f"{GONE},absent,executed" in outcomes
    files = git(here.remote, "ls-tree", "-r", "--name-only", "results", "runs/cpu/jax/")
    assert len([file for file in files.splitlines() if not file.endswith("/runs.csv")]) == 2 * len(
        ("head", "observations")
    )


@pytest.mark.timeout(900)
def test_builds_are_compared_and_searched_by_hand_and_nothing_is_recorded(
    here: GitHubLocally, builds: Callable[[str], ProvisionedBuild]
) -> None:
    label, case = builds("jax").build.requirement, "jax/jax.numpy.sum/eager-float32"
    inputs = {"target": "cpu", "suite": "paper", "samples": "1"}
    compared = here.run("compare.yml", "workflow_dispatch", inputs | {"cases": case, "builds": f"{label},{label}"})
    assert f"| `{case}` | pass" in " ".join(compared.split())
    inputs = {"target": "cpu", "evidence": "executed", "case": GONE}
    searched = here.run("bisect.yml", "workflow_dispatch", inputs | {"good": "jax==0.5.3", "bad": "jax==0.6.0"})
    assert "last good" in searched
    assert (here.github.actions.dispatched, here.github.actions.artifacts) == ([], [])


@pytest.mark.timeout(900)
def test_a_silent_machine_holds_back_itself_alone_and_what_is_measured_rests(here: GitHubLocally) -> None:
    here.run("nightly.yml", "schedule")
    dispatched = here.github.actions.dispatched
    runs = {(given["target"], given["evidence"]): given for workflow, _, given in dispatched if workflow == "run.yml"}
    assert len(runs) == len(dispatched)
    del dispatched[:]
    inputs = {"framework": "jax", "suite": "paper", "cases": "jax/jax.tree_*/*", "channel": "pinned"}
    here.run("run.yml", "workflow_dispatch", runs["nvidia-h100", "executed"] | inputs)
    assert here.github.actions.artifacts == []
    here.run("run.yml", "workflow_dispatch", runs["cpu", "executed"] | inputs)
    assert [workflow for workflow, _, _ in dispatched] == ["publish.yml", "publish.yml"]
    (artifact,) = here.github.actions.artifacts
    lines = [json.loads(line) for line in here.uploaded(artifact["id"])["cpu-jax-paper.jsonl"].splitlines()]
    outcomes = {line["observation"]["case"]: line["observation"]["outcome"] for line in lines if "observation" in line}
    assert outcomes[GONE] == "absent"

    here.run("publish.yml", "workflow_dispatch", job="record")
    del dispatched[:]
    log = here.run("run.yml", "workflow_dispatch", runs["cpu", "executed"] | inputs)
    assert "cpu-jax-paper: left out, jax==" in log
    assert (dispatched, here.github.actions.artifacts) == ([], [artifact]), "that build is measured, and rests"
