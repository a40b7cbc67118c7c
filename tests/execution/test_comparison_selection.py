"""Exact choices of cases to compare, over small nights."""

from __future__ import annotations

import math

import pytest

from monitor.execution.comparison_selection import choose_controls, latency_excess, newly_failing, within_budget
from monitor.model import CALIBRATION_APART, ExpectedLatency, Latency, MachineBaseline, Observation, Outcome, SlowLevel

CASES = [f"jax/jax.f{number}/eager" for number in range(6)]
PACE = MachineBaseline(1000.0, {case: ExpectedLatency(math.log(100.0), math.log(1.1)) for case in CASES})


def took(case: str, microseconds: float, outcome: Outcome = Outcome.PASS) -> Observation:
    latency = Latency(microseconds, microseconds, microseconds, 0.0, 5, 100)
    return Observation(case, outcome, latency=latency)


def suspects(night: list[Observation], fewest: int = 5) -> set[str]:
    return {case for case, beyond in latency_excess(night, PACE, fewest).items() if beyond > 0}


def test_what_is_beyond_its_bound_is_suspect() -> None:
    night = [took(case, 100.0) for case in CASES[:4]] + [took(CASES[4], 109.0), took(CASES[5], 111.0)]
    assert suspects(night) == {CASES[5]}
    assert latency_excess(night, PACE, 5)[CASES[5]] == pytest.approx(math.log(1.11 / 1.1))


def test_a_night_of_the_slow_mode_is_compared_with_that_mode() -> None:
    slow = SlowLevel(lowest=math.log(1.4), bound=math.log(1.6))
    two_modes = ExpectedLatency(math.log(100.0), math.log(1.1), slow)
    baseline = MachineBaseline(1000.0, {**PACE.cases, CASES[5]: two_modes})
    usual = [took(case, 100.0) for case in CASES[:5]]
    beyond = {
        us: latency_excess([*usual, took(CASES[5], us)], baseline, 5)[CASES[5]] > 0 for us in (120.0, 150.0, 170.0)
    }
    assert beyond == {120.0: True, 150.0: False, 170.0: True}


def test_a_slow_night_is_the_machine() -> None:
    night = [took(case, 130.0) for case in CASES[:5]] + [took(CASES[5], 150.0)]
    assert suspects(night) == {CASES[5]}


def test_a_few_cases_do_not_tell_what_is_common() -> None:
    assert suspects([took(case, 130.0) for case in CASES[:4]]) == set(CASES[:4])
    assert suspects([took(case, 130.0) for case in CASES[:5]]) == set()


def test_a_case_that_failed_or_is_not_known_is_not_suspect() -> None:
    assert suspects([took(CASES[0], 900.0, Outcome.MISMATCH), took("jax/jax.new/eager", 900.0)]) == set()


def test_what_passed_and_now_fails_has_turned() -> None:
    outcomes = [Outcome.ERROR, Outcome.PASS, Outcome.FLAKY, Outcome.BLOCKED, Outcome.CRASH, Outcome.CRASH]
    night = [Observation(case, outcome) for case, outcome in zip(CASES, outcomes, strict=True)]
    watch = {**dict.fromkeys(CASES[:5], Outcome.PASS), CASES[4]: Outcome.ERROR}
    assert newly_failing(night, watch) == [CASES[0]]


def test_controls_come_from_all_over_the_suite() -> None:
    excess = {f"{number:02}": -1.0 for number in range(10)} | {"05": 0.1}
    assert choose_controls(excess, 3) == ["00", "03", "07"]
    assert choose_controls(excess, 50) == sorted(excess.keys() - {"05"})
    assert choose_controls(excess, 0) == []


def test_a_budget_takes_each_that_it_still_pays_for() -> None:
    seconds = {"a": 5.0, "b": 1.0, "c": 1.0}
    assert within_budget(["b", "c", "a"], seconds, 6.0) == ["b", "c"]
    assert within_budget(["a", "b", "c"], seconds, 6.0) == ["a", "b"]
    assert within_budget(["a", "b", "c"], seconds, 4.0) == ["b", "c"]
    assert within_budget(["a"], seconds, -1.0) == []


def test_another_speed_is_another_machine() -> None:
    assert PACE.is_of(1000.0 * (1 + CALIBRATION_APART) - 1)
    assert not PACE.is_of(1000.0 * (1 + CALIBRATION_APART) + 1)
    assert not PACE.is_of(1000.0 * (1 - CALIBRATION_APART) - 1)
