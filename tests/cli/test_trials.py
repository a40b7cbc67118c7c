"""Verdicts of bisection trials, from the exit status of a script and from compared latencies."""

from __future__ import annotations

from math import exp

import pytest

from monitor.analysis.bisection import Trial
from monitor.model import ComparisonSide, Outcome
from monitor.pipeline.bisect_trials import exited, timed

LABEL = "jax==1.0"
PASSES = (Outcome.PASS,) * 15
GOOD = ComparisonSide("jax==0.9", PASSES, tuple(100 + number for number in range(15)))


@pytest.mark.parametrize(
    ("status", "output", "expected"),
    [
        (0, "all is well\n", Trial(LABEL, Outcome.PASS)),
        (1, "Traceback\nValueError: no\n\n", Trial(LABEL, Outcome.ERROR, "exit status 1: ValueError: no")),
        (125, "", Trial(LABEL, Outcome.BLOCKED, "the script cannot tell")),
        (-11, "", Trial(LABEL, Outcome.CRASH, "the script was killed by SIGSEGV")),
    ],
)
def test_an_exit_status(status: int, output: str, expected: Trial) -> None:
    assert exited(LABEL, status, output) == expected


def test_a_build_that_is_slower() -> None:
    slow = ComparisonSide(LABEL, PASSES, tuple(1.5 * latency for latency in GOOD.latencies))
    trial = timed(Trial(LABEL, Outcome.PASS), GOOD, slow)
    assert trial.message == "1.50 times as long as jax==0.9: slower"
    assert trial.slower is not None
    assert exp(trial.slower) == pytest.approx(1.5)


def test_a_build_that_cannot_be_told_from_the_good_one_is_not_slower() -> None:
    same = ComparisonSide(LABEL, PASSES, tuple(latency + 0.5 for latency in GOOD.latencies))
    assert timed(Trial(LABEL, Outcome.PASS), GOOD, same).slower == 0.0


def test_a_case_that_is_not_timed() -> None:
    trial = timed(Trial(LABEL, Outcome.PASS), GOOD, ComparisonSide(LABEL, PASSES))
    assert (trial.outcome, trial.message) == (Outcome.BLOCKED, "it is not timed")
