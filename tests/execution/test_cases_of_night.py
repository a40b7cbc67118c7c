"""Nightly cases run every night; weekly cases take turns, so that each runs once in a week at an even cost."""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.execution.case_selection import cases_of_shard
from monitor.execution.cases_of_night import CYCLE_NIGHTS, cases_of_night, removed_cases
from monitor.model import Job, Outcome, Period, WeeklyCases, period_of

KINDS = ("special", "scaled", "strided", "empty")
JOB = Job("cpu", "jax", "paper")


def suite(functions: int) -> tuple[str, ...]:
    """Return a suite of two nightly and four weekly cases for each function."""
    names = [f"jax/jax.numpy.f{number}" for number in range(functions)]
    modes = ("eager-float32", "compiled-float32", *(f"eager-float32-{kind}" for kind in KINDS))
    return tuple(f"{name}/{mode}" for name in names for mode in modes)


def weekly(cases: tuple[str, ...]) -> set[str]:
    return {case for case in cases if period_of("paper", case) is Period.WEEK}


@dataclass
class Nights:
    """Nights in turn, each planned from what the nights before recorded."""

    cost_of: Callable[[str], float]
    last_ran: dict[str, str] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)

    def job(self) -> Job:
        """Return the job that a plan would make."""
        by_night: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for case, night in self.last_ran.items():
            by_night[night] += (case,)
        return replace(JOB, last_ran=dict(by_night), costs=dict(self.costs))

    def run(self, night: int, cases: tuple[str, ...], shards: int = 1) -> set[str]:
        """Run a night in shards, and return the cases that ran."""
        job = self.job()
        chosen = cases_of_night(job, cases)
        parts = [cases_of_shard(chosen, f"{number}/{shards}", job.costs) for number in range(1, shards + 1)]
        assert sorted(case for part in parts for case in part) == sorted(chosen)
        for case in weekly(chosen):
            self.last_ran[case], self.costs[case] = f"2026-12-{night:02}", self.cost_of(case)
        return set(chosen)


@settings(max_examples=8, deadline=None)
@given(
    functions=st.integers(100, 150),
    spread=st.floats(0.0, 1.0),
    seed=st.integers(0, 10**6),
    missed=st.lists(st.integers(7, 28), unique=True, max_size=4),
    shards=st.integers(1, 8),
)
def test_every_weekly_case_runs_in_any_eight_nights(
    functions: int, spread: float, seed: int, missed: list[int], shards: int
) -> None:
    """Simulate four weeks with costs of any spread, missed nights, and functions that come and go."""
    noise = random.Random(seed)  # noqa: S311 - a simulation
    base = {case: noise.lognormvariate(0.0, spread) for case in suite(functions + 12)}
    nights = Nights(lambda case: base[case] * noise.uniform(0.9, 1.1))
    ran: dict[int, set[str]] = {}
    in_suite: dict[int, tuple[str, ...]] = {}
    spent: dict[int, float] = {}
    for night in range(1, 29):
        in_suite[night] = suite(functions + night // 3)[6 * (night // 7) :]
        if night in missed:
            ran[night] = set()
            continue
        ran[night] = nights.run(night, in_suite[night], shards)
        assert set(in_suite[night]) - weekly(in_suite[night]) <= ran[night]
        spent[night] = sum(base[case] for case in weekly(tuple(ran[night])))
    for last in range(8, 29):
        week = range(last - 7, last + 1)
        if len([night for night in week if night in missed]) <= 1:
            always = set.intersection(*(weekly(in_suite[night]) for night in week))
            assert always <= set().union(*(ran[night] for night in week))
    for night, cost in spent.items():
        if night > CYCLE_NIGHTS:  # before that, the costs of cases that never ran are unknown
            assert cost <= 1.3 * statistics.mean(spent.values())


def test_the_first_night_takes_a_sixth_of_the_cases() -> None:
    cases = suite(60)
    assert len(weekly(cases_of_night(JOB, cases))) == len(weekly(cases)) / CYCLE_NIGHTS


def test_the_weekly_cases_of_a_function_come_together() -> None:
    chosen = weekly(cases_of_night(JOB, suite(60)))
    assert len({case.split("/")[1] for case in chosen}) == len(chosen) / len(KINDS)


def test_a_sixth_is_a_share_of_the_cost() -> None:
    cases = suite(60)
    heavy = {case: 100.0 if case.endswith("special") else 1.0 for case in weekly(cases)}
    chosen = weekly(cases_of_night(replace(JOB, costs=heavy), cases))
    share = sum(map(heavy.__getitem__, chosen)) / sum(heavy.values())
    assert 1 / CYCLE_NIGHTS <= share <= 1 / CYCLE_NIGHTS + 100 / sum(heavy.values())


def test_cases_of_an_unsettled_change_run_besides() -> None:
    cases = suite(60)
    rested = sorted(weekly(cases) - set(cases_of_night(JOB, cases)))
    chosen = cases_of_night(replace(JOB, due=tuple(rested[:3])), cases)
    assert set(rested[:3]) <= set(chosen)
    assert len(weekly(chosen)) == len(weekly(cases)) / CYCLE_NIGHTS + 3


def test_an_incident_of_all_weekly_cases_at_most_doubles_a_night() -> None:
    cases = suite(60)
    chosen = cases_of_night(replace(JOB, due=tuple(weekly(cases))), cases)
    assert len(weekly(chosen)) == len(weekly(cases)) / CYCLE_NIGHTS


@pytest.mark.parametrize("job", [replace(JOB, weekly=WeeklyCases.ALL), replace(JOB, suite="ops")])
def test_all_cases_run_on_request_or_without_weekly_ones(job: Job) -> None:
    cases = suite(10) if job.weekly is WeeklyCases.ALL else tuple(sorted(set(suite(10)) - weekly(suite(10))))
    assert cases_of_night(job, cases) == cases


def test_a_case_that_the_suite_lacks_is_removed_whether_it_ran_last_night_or_rested() -> None:
    job = replace(JOB, watch={"jax/a/eager": Outcome.PASS}, last_ran={"2026-12-01": ("jax/b/eager-empty",)})
    assert removed_cases(job, ["jax/b/eager-empty"]) == ("jax/a/eager",)
    assert removed_cases(job, ["jax/a/eager", "jax/c/eager"]) == ("jax/b/eager-empty",)


def test_a_night_without_weekly_cases_runs_those_that_are_due() -> None:
    cases = suite(60)
    wished = min(weekly(cases))
    chosen = cases_of_night(replace(JOB, weekly=WeeklyCases.NONE, due=(wished,)), cases)
    assert weekly(chosen) == {wished}
    assert set(cases) - weekly(cases) <= set(chosen)
