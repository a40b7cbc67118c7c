"""A job knows when weekly cases ran and which are due; a night in which some rest removes only what it names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.analysis.status.current_status import series_statuses
from monitor.execution.cases_of_night import cases_of_night
from monitor.execution.targets.target import Target
from monitor.formats.run_file import RunFile, RunFileError
from monitor.formats.serialization import from_json, to_json
from monitor.history.store import History
from monitor.history.untrusted_run_file import read_untrusted
from monitor.model import Job, Outcome, WeeklyCases
from monitor.pipeline.planner import PlanRequest, plan_jobs
from monitor.pipeline.provenance import deviation
from monitor.reports.changes_text import changes_text
from support.run_files import write_run_file

PLAIN = "jax/jax.a/eager-float32"
A, B, C = (f"jax/jax.{name}/eager-float32-special" for name in "abc")
REQUEST = PlanRequest(("cpu",), ("jax",), ("paper",))
Make = Callable[..., RunFile]
Night = Callable[..., None]


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history")


@pytest.fixture
def night(history: History, runfile: Make) -> Night:
    """Record a night of a build of its own, in which cases rest unless it says otherwise."""

    def record(day: int, outcomes: dict[str, str], *, resting: int = 2, **fields: object) -> None:
        made = runfile(day, {PLAIN: "pass"} | outcomes, version=f"{day}.0", resting=resting, **fields)
        seconds = tuple(replace(one, seconds=0.0 if one.case == PLAIN else 2.0) for one in made.observations)
        history.record([replace(made, observations=seconds)], f"night {day}")

    return record


@pytest.fixture
def plan(history: History, cpu: Target) -> Callable[..., Job]:
    def make(**changes: object) -> Job:
        (job,) = plan_jobs(replace(REQUEST, **changes), {"cpu": cpu}, history)  # type: ignore[arg-type]
        return job

    return make


def known(history: History) -> dict[str, str]:
    return {case: str(outcome) for case, outcome in history.watch_list("cpu", "jax", "paper").items()}


def test_a_job_has_the_night_and_the_cost_of_each_weekly_case(night: Night, plan: Callable[..., Job]) -> None:
    night(1, {A: "pass"})
    night(2, {B: "pass"})
    night(3, {A: "pass"})
    job = plan()
    assert job.last_ran == {"2026-11-02": (B,), "2026-11-03": (A,)}
    assert job.costs == {A: 2.0, B: 2.0}
    assert job.due == ()
    assert from_json(Job, json.loads(json.dumps(to_json(job)))) == job
    assert cases_of_night(job, (PLAIN, A, B, C)) == (PLAIN, C), "a case that never ran comes first"
    assert cases_of_night(job, (PLAIN, A, B)) == (PLAIN, B)


def test_a_case_that_no_worker_tried_did_not_run(night: Night, plan: Callable[..., Job], runfile: Make) -> None:
    night(1, {A: "pass", B: "pass"})
    night(2, {A: "blocked"}, expected=(PLAIN, A, B))
    assert plan().last_ran == {"2026-11-01": (B,), "2026-11-02": (A,)}


def test_a_selection_and_all_cases_need_no_turns(night: Night, plan: Callable[..., Job]) -> None:
    night(1, {A: "pass"})
    assert plan(cases=("jax/*",)).last_ran == {}
    assert plan(weekly=WeeklyCases.ALL).weekly is WeeklyCases.ALL
    assert cases_of_night(plan(weekly=WeeklyCases.ALL), (PLAIN, A, B, C)) == (PLAIN, A, B, C)


def test_a_changed_case_is_due_until_another_night_repeats_it(night: Night, plan: Callable[..., Job]) -> None:
    for day in (1, 2):
        night(day, {A: "pass", B: "pass"})
    night(3, {A: "error"})
    assert plan().due == (A,), "not confirmed"
    night(4, {B: "pass"})
    assert plan().due == (A,), "it rested"
    night(5, {A: "pass"})
    assert plan().due == (A,), "it passes again, which is a change too"
    night(6, {A: "pass"})
    assert plan().due == ()


def test_a_case_of_an_open_regression_is_due(night: Night, plan: Callable[..., Job]) -> None:
    for day in (1, 2):
        night(day, {A: "pass", B: "pass"})
    for day in (3, 4, 5, 6):
        night(day, {A: "error"})
    assert plan().due == (A,)
    for day in (7, 8, 9):
        night(day, {A: "pass"})
        assert plan().due == (A,), "an issue closes after three good nights"
    night(10, {A: "pass"})
    assert plan().due == ()


def test_a_case_that_rests_keeps_its_outcome_and_a_named_one_is_removed(night: Night, history: History) -> None:
    night(1, {A: "pass", B: "error"}, resting=0)
    night(2, {C: "pass"})
    assert known(history) == {PLAIN: "pass", A: "pass", B: "error", C: "pass"}
    (series,) = series_statuses(history.load())
    assert {status.case: status.run.started[:10] for status in series.now} == {
        A: "2026-11-01",
        B: "2026-11-01",
        PLAIN: "2026-11-02",
        C: "2026-11-02",
    }
    night(3, {C: "pass"}, removed=(B,))
    assert known(history) == {PLAIN: "pass", A: "pass", C: "pass"}
    (series,) = series_statuses(history.load())
    assert [status.case for status in series.removed] == [B]
    assert [change.case for change in night_changes(history.load())[-1].changes] == [B]
    night(4, {A: "pass"}, resting=0)
    assert known(history) == {PLAIN: "pass", A: "pass"}


def test_the_score_of_a_night_has_the_cases_that_rest(night: Night, history: History) -> None:
    night(1, {A: "pass", B: "error"}, resting=0)
    night(2, {C: "pass"})
    first, second = (one.score for one in night_changes(history.load()))
    assert (first.success, first.failure) == (1, 1)
    assert (second.success, second.failure) == (2, 1)
    assert [one.expected for one in night_changes(history.load())] == [3, 2]
    assert "2 of 2 cases observed, 2 weekly cases rest;" in changes_text([night_changes(history.load())[-1]])


def test_a_run_in_which_cases_rest_does_not_cover_a_job(night: Night, history: History) -> None:
    job = Job("cpu", "jax", "paper")
    night(1, {A: "pass"})
    assert history.done(job) == ()
    night(2, {A: "pass"}, resting=0)
    assert len(history.done(job)) == 1


def test_a_plan_of_all_cases_refuses_a_run_in_which_some_rest(runfile: Make) -> None:
    run = runfile(1, {PLAIN: "pass"}, resting=1).run
    job = Job("cpu", "jax", "paper")
    assert deviation(run, job) == ""
    assert deviation(run, replace(job, weekly=WeeklyCases.ALL)).startswith("run.resting: 1 cases rest")


def test_a_nightly_case_cannot_rest(runfile: Make) -> None:
    run = runfile(1, {A: "pass"}, resting=1).run
    job = Job("cpu", "jax", "paper", watch={PLAIN: Outcome.PASS, B: Outcome.PASS})
    assert deviation(run, job) == f"run.cases: {PLAIN} is neither there nor removed, and runs every night"
    assert deviation(replace(run, removed=(PLAIN,)), job) == ""
    assert deviation(replace(run, resting=0), job) == "", "then it is removed, which is a change"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"resting": 1, "selection": ("*",)}, "run.resting: 1 cases in a run that selects cases"),
        ({"removed": (A,)}, "run.removed: names cases in a run in which none rests"),
        ({"resting": 1, "removed": (PLAIN,)}, f"run.removed: {PLAIN} is one of its cases"),
        ({"resting": 1, "removed": ("torch/torch.a/eager",)}, "run.removed: a case that is not of jax"),
        ({"resting": -1}, "run.resting: -1 is less than the minimum of 0"),
    ],
)
def test_a_contradictory_run_is_refused(tmp_path: Path, runfile: Make, fields: dict[str, object], said: str) -> None:
    path = write_run_file(tmp_path / "run.jsonl", runfile(1, {PLAIN: "pass"}, **fields))
    with pytest.raises(RunFileError, match=said):
        read_untrusted(path, targets=("cpu",))


def test_a_night_of_twenty_thousand_cases_has_a_job_file_of_a_few_megabytes() -> None:
    cases = [f"torch/torch.nn.functional.f{number:05}/eager-float32-special" for number in range(20_000)]
    nights = {f"2026-11-{day:02}": tuple(cases[day - 1 :: 6]) for day in range(1, 7)}
    job = Job("cpu", "torch", "paper", costs=dict.fromkeys(cases, 0.123), last_ran=nights)
    whole = replace(job, watch=dict.fromkeys(cases, Outcome.PASS))
    size, added = (len(json.dumps(to_json(one), indent=1)) for one in (whole, job))
    assert added < 3 << 20
    assert size < 5 << 20
