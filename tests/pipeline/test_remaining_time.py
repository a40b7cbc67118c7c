"""The remaining time of a night, from the recorded seconds of its cases."""

from __future__ import annotations

import pytest

from monitor.execution.workers.pool import RunProgress
from monitor.model import Job, Observation, Outcome
from monitor.pipeline import remaining_time
from monitor.pipeline.remaining_time import RemainingTime, expected_seconds, time_text

COSTS = {f"jax/jax.numpy.add/{number}": 2.0 for number in range(100)}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test sets."""
    now = [0.0]
    monkeypatch.setattr(remaining_time.time, "monotonic", lambda: now[0])
    return now


def progress(case: str, done: int, total: int) -> RunProgress:
    return RunProgress(done, total, Observation(case, Outcome.PASS))


def test_the_recorded_seconds_of_the_selected_cases_are_expected() -> None:
    paper = Job("cpu", "jax", "paper", costs=COSTS)
    assert expected_seconds([paper]) == 200
    assert expected_seconds([Job("cpu", "jax", "paper", costs=COSTS, selection=("*/1?",)), paper]) == 220
    assert expected_seconds([paper, Job("cpu", "jax", "harness")]) is None


def test_the_time_falls_with_the_cases_and_follows_the_speed_of_the_machine(clock: list[float]) -> None:
    remaining = RemainingTime({"paper": Job("cpu", "jax", "paper", costs=COSTS)})
    assert remaining.seconds == 200
    assert remaining.text == "0 of 100 cases, about 3 min left"
    for done, case in enumerate(COSTS, start=1):
        remaining.add("paper", progress(case, done, 100))
        if done == 50:
            assert remaining.seconds == pytest.approx(100 * (49 * 4 + 20) / (49 * 2 + 20))
            assert remaining.text == "50 of 100 cases, about 3 min left"
        clock[0] += 4.0  # twice as slow as recorded
    assert remaining.text == "100 of 100 cases, under 1 min left"


def test_a_continued_run_counts_what_was_done_before(clock: list[float]) -> None:
    remaining = RemainingTime({"paper": Job("cpu", "jax", "paper", costs=COSTS)})
    remaining.add("paper", progress("jax/jax.numpy.add/80", 81, 100))
    assert remaining.seconds == pytest.approx(2 * 19)


def test_cases_without_a_record_count_as_typical_ones_and_jobs_without_one_have_no_time(clock: list[float]) -> None:
    remaining = RemainingTime(
        {"paper": Job("cpu", "jax", "paper", costs=COSTS), "harness": Job("cpu", "jax", "harness")}
    )
    remaining.add("paper", progress("jax/jax.numpy.add/new", 1, 200))
    assert remaining.text == "1 of 200 cases"
    remaining.end("harness")
    assert remaining.seconds == pytest.approx(2 * 199)


def test_a_job_that_has_ended_takes_no_more_time(clock: list[float]) -> None:
    jobs = {name: Job("cpu", "jax", name, costs=COSTS) for name in ("paper", "harness")}
    remaining = RemainingTime(jobs)
    remaining.add("paper", progress("jax/jax.numpy.add/0", 1, 1))
    remaining.end("paper")
    assert remaining.text == "1 of 101 cases, about 3 min left"


def test_times_are_rounded_to_minutes() -> None:
    assert time_text(None) == ""
    assert time_text(59) == "under 1 min"
    assert time_text(100) == "about 2 min"
