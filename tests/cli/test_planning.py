"""What a plan knows of the nights before: what each job is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.analysis.latency import CONTROLS
from monitor.analysis.latency_evidence import ROUNDS
from monitor.cli.common import UserError
from monitor.cli.planning import Wish, plan_jobs
from monitor.execution.targets import Target
from monitor.handover.runfile import RunFile
from monitor.history.store import History
from monitor.model import Job

A = "jax/jax.a/eager"
WISH = Wish(("cpu",), ("jax",), ("paper",))


@pytest.fixture
def plan(tmp_path: Path, runfile: Callable[..., RunFile], cpu: Target) -> Callable[[Wish], Job]:
    """A plan after twelve nights on twelve builds."""
    history = History(tmp_path / "history")
    nights = [
        runfile(day, {A: "pass"}, version=f"{day}.0", latencies={A: 100.0}, environment={"host.cpu": "a chip"})
        for day in range(1, 13)
    ]
    history.record(nights, "twelve nights")

    def make(wish: Wish) -> Job:
        (job,) = plan_jobs(wish, {"cpu": cpu}, history)
        return job

    return make


def test_a_job_is_held_against_the_pace_and_the_last_good_build(plan: Callable[[Wish], Job]) -> None:
    found = plan(WISH).baseline
    assert found
    assert (found.build, found.samples, found.controls) == ("jax==10.0", ROUNDS, CONTROLS)
    assert found.paces["a chip"][0].cases.keys() == {A}


def test_an_old_build_is_held_against_those_before_it(plan: Callable[[Wish], Job]) -> None:
    found = plan(replace(WISH, builds=("jax==5.0",))).baseline
    assert found
    assert (found.build, found.paces) == ("jax==3.0", {}), "of five nights, no pace is known"


def test_nothing_is_compared_where_it_is_not_wished(plan: Callable[[Wish], Job]) -> None:
    assert plan(replace(WISH, compare=False)).baseline is None


def test_more_jobs_than_github_starts_in_one_run_are_refused(cpu: Target, tmp_path: Path) -> None:
    def planned(shards: int) -> int:
        wish = Wish(("cpu",), suites=("paper",), shards=shards, compare=False)
        return len(plan_jobs(wish, {"cpu": cpu}, History(tmp_path / "history")))

    assert planned(85) == 3 * 85, "one suite of three frameworks"
    with pytest.raises(UserError, match=r"--shards 86: makes 258 jobs of cpu, executed, .*; take at most 85"):
        planned(86)
