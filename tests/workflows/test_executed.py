"""The workflow files, executed: a night on hardware that answers and hardware that does not, and what is published."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from runfiles import write_run_file

sys.path.append(str(Path(__file__).parents[1] / "reporting" / "notify"))

from fake_github import FakeGitHub, serving
from github_locally import GitHubLocally, git

from monitor.handover.runfile import RunFile

A = "jax/jax.lax.sort/eager-float32"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[GitHubLocally]:
    with serving(FakeGitHub()) as github:
        yield GitHubLocally(github, tmp_path)
    assert github.violations == []


@pytest.fixture
def hand_over(here: GitHubLocally, tmp_path: Path, runfile: Callable[..., RunFile]) -> Callable[[int, str], None]:
    """A run of a night that has ended: one build a day, and what the case came to."""

    def make(day: int, outcome: str) -> None:
        path = tmp_path / f"{day}.jsonl"
        write_run_file(path, runfile(day, {A: outcome}, version=str(day), attempts={A: [outcome] * 2}))
        actions = here.github.actions
        actions.hand_over(actions.run(), {"cpu-jax-paper.jsonl": path.read_bytes()}, here.github.url)

    return make


@pytest.mark.timeout(900)
def test_a_publish_records_tells_and_deploys(here: GitHubLocally, hand_over: Callable[[int, str], None]) -> None:
    hand_over(1, "pass")
    hand_over(2, "error")
    here.run("publish.yml", "schedule")
    assert f"{A},error,executed" in git(here.remote, "show", "results:outcomes/cpu/jax/paper.csv")
    (issue,) = here.github.issues
    assert issue["title"] == "jax.lax.sort: pass → error on cpu since jax 2"
    assert "jax.lax.sort" in (here.pages / "index.html").read_text()

    hand_over(3, "error")  # which came late, and is as bad
    here.run("publish.yml", "workflow_dispatch")
    recorded = git(here.remote, "log", "--format=%(trailers:key=Artifact,valueonly)", "results").split()
    assert recorded == ["102", "100", "101"]
    assert [one["number"] for one in here.github.issues] == [issue["number"]]
    assert here.github.comments[issue["number"]] == []


@pytest.mark.timeout(900)
def test_a_silent_machine_holds_back_itself_alone(here: GitHubLocally) -> None:
    here.run("nightly.yml", "workflow_dispatch", {"framework": "jax", "suite": "paper", "cases": "jax/jax.tree_*/*"})
    started = here.github.actions.dispatched
    runs = {(given["target"], given["evidence"]): given for workflow, _, given in started if workflow == "run.yml"}
    assert len(runs) == len(started)
    del started[:]
    here.run("run.yml", "workflow_dispatch", runs["nvidia-h100", "executed"] | {"build": "jax==0.7.0"})
    assert here.github.actions.artifacts == []
    here.run("run.yml", "workflow_dispatch", runs["cpu", "executed"] | {"build": "jax==0.7.0"})
    assert [workflow for workflow, _, _ in started] == ["publish.yml", "publish.yml"]
    (handed,) = here.github.actions.artifacts
    lines = [json.loads(line) for line in here.handed_over(handed["id"])["cpu-jax-paper.jsonl"].splitlines()]
    outcomes = {line["observation"]["case"]: line["observation"]["outcome"] for line in lines if "observation" in line}
    assert outcomes["jax/jax.tree_map/eager-float32"] == "absent"
