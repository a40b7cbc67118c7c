"""The baseline of each planned job, from the nights before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.analysis.latency.detection import CONTROLS
from monitor.analysis.latency.slowdown_decision import ROUNDS
from monitor.execution.targets.target import Target
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.model import Evidence, Job
from monitor.pipeline.errors import UserError
from monitor.pipeline.planner import PlanRequest, plan_jobs

A = "jax/jax.a/eager"
WISH = PlanRequest(("cpu",), ("jax",), ("paper",))


@pytest.fixture
def plan(tmp_path: Path, runfile: Callable[..., RunFile], cpu: Target) -> Callable[[PlanRequest], Job]:
    """A plan after twelve nights on twelve builds."""
    history = History(tmp_path / "history")
    nights = [
        runfile(day, {A: "pass"}, version=f"{day}.0", latencies={A: 100.0}, environment={"host.cpu": "a chip"})
        for day in range(1, 13)
    ]
    history.record(nights, "twelve nights")

    def make(wish: PlanRequest) -> Job:
        (job,) = plan_jobs(wish, {"cpu": cpu}, history)
        return job

    return make


def test_a_job_is_held_against_the_pace_and_the_last_good_build(plan: Callable[[PlanRequest], Job]) -> None:
    found = plan(WISH).baseline
    assert found
    assert (found.build, found.samples, found.controls) == ("jax==10.0", ROUNDS, CONTROLS)
    assert found.machine_baselines["a chip"][0].cases.keys() == {A}


def test_an_old_build_is_held_against_those_before_it(plan: Callable[[PlanRequest], Job]) -> None:
    found = plan(replace(WISH, builds=("jax==5.0",))).baseline
    assert found
    assert (found.build, found.machine_baselines) == ("jax==3.0", {}), "of five nights, no pace is known"


def test_nothing_is_compared_where_it_is_not_wished(plan: Callable[[PlanRequest], Job]) -> None:
    assert plan(replace(WISH, compare=False)).baseline is None


def test_more_jobs_than_github_starts_in_one_run_are_refused(cpu: Target, tmp_path: Path) -> None:
    def planned(shards: int) -> int:
        wish = PlanRequest(("cpu",), suites=("paper",), shards=shards, compare=False)
        return len(plan_jobs(wish, {"cpu": cpu}, History(tmp_path / "history")))

    assert planned(85) == 3 * 85, "one suite of three frameworks"
    with pytest.raises(UserError, match=r"--shards 86: makes 258 jobs of cpu, executed, .*; take at most 85"):
        planned(86)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (
            replace(WISH, cases=("jax/jax.numpy.ad/*",)),
            r'--case "jax/jax.numpy.ad/\*": fits no case of suite paper, did',
        ),
        (replace(WISH, cases=("jax/*", "torch/*")), r'--case "torch/\*": fits no case'),
        (replace(WISH, suites=("paper", "opinfo")), "--suite opinfo: no target selected here has it"),
        (replace(WISH, frameworks=("jax", "torch"), suites=("harness",)), "--framework torch: no target selected here"),
        (replace(WISH, suites=("opinfo",)), "nothing to do: --suite opinfo: cpu has array_api, "),
        (replace(WISH, evidences=(Evidence.COMPILED,)), "nothing to do: --evidence compiled: cpu can only be executed"),
        (replace(WISH, builds=("",)), '--build "": no framework selected here'),
    ],
)
def test_what_fits_nothing_is_refused(plan: Callable[[PlanRequest], Job], wish: PlanRequest, said: str) -> None:
    with pytest.raises(UserError, match=said):
        plan(wish)


def test_a_listed_suite_of_which_the_history_has_no_such_case_is_refused(
    tmp_path: Path, cpu: Target, runfile: Callable[..., RunFile], capsys: pytest.CaptureFixture[str]
) -> None:
    history = History(tmp_path / "history")
    wish = PlanRequest(("cpu",), ("jax",), ("harness",), cases=("jax/jax.lax.sort/NONSENSE",), compare=False)
    known = "jax/jax.lax.sort/harness-float32"
    assert len(plan_jobs(wish, {"cpu": cpu}, history)) == 1
    assert "no run of suite harness of jax is recorded, so only the run finds out what fits" in capsys.readouterr().err
    old, new = (runfile(day, {case: "absent"}, suite="harness") for day, case in enumerate((known, f"{known}-2"), 1))
    history.record([old, new], "two nights")
    with pytest.raises(UserError, match=f'fits no case of suite harness, did you mean "{known}'):
        plan_jobs(wish, {"cpu": cpu}, history)
    for case in (known, f"{known}-2", "jax/*"):
        assert len(plan_jobs(replace(wish, cases=(case,)), {"cpu": cpu}, history)) == 1
    assert capsys.readouterr().err == ""


def test_a_declared_suite_without_a_fitting_case_is_left_out_and_a_listed_one_is_kept(
    tmp_path: Path, cpu: Target
) -> None:
    """Only an installed build lists such cases, but a case of another framework is refused at once."""
    wish = PlanRequest(("cpu",), cases=("jax/jax.lax.sort/harness-*",))
    jobs = plan_jobs(wish, {"cpu": cpu}, History(tmp_path / "history"))
    assert [(job.framework, job.suite) for job in jobs] == [("jax", "harness")]
