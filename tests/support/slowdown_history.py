"""A history in which one case becomes slower with one build, also in comparisons, and optionally recovers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from monitor.analysis.latency.detection import CONTROLS, SAMPLES
from monitor.analysis.latency.slowdown_decision import MIN_REPORT_NIGHTS
from monitor.analysis.latency.slowdown_tracker import reported_slowdowns
from monitor.analysis.regressions.regression import Regression, Suppression, no_suppression
from monitor.analysis.regressions.slowdown_regressions import slowdown_regressions
from monitor.history.run_files import RecordedRun, observations_table
from monitor.history.store import LoadedHistory
from monitor.model import (
    Build,
    Channel,
    Comparison,
    ComparisonSide,
    Latency,
    Observation,
    Outcome,
    Reason,
    Run,
    RunEnd,
)

CASES = tuple(f"jax/jax.f{number:02}/eager" for number in range(CONTROLS + 5))
SLOW = CASES[0]
USUAL, STEP = 100.0, 1.25
BEFORE = 12  # nights before anything happens
GENERATED = datetime(2026, 11, 20, 6, tzinfo=UTC)  # after every night that a test asks for
JITTER = 1 + 0.01 * np.linspace(-1, 1, SAMPLES)  # exact, so that the text is


def history(*, slow: int, fast: int = 0, before: int = BEFORE) -> LoadedHistory:
    """Nights on which all is as usual, then some on which one case is slower, then some on which it is not."""
    runs, tables, comparisons = [], [], {}
    for number in range(1, before + slow + fast + 1):
        is_slow = before < number <= before + slow
        build = Build("jax", f"{number}.0", Channel.NIGHTLY, commit=f"{number:040x}")
        started = f"{datetime(2026, 10, 31, 3) + timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}"
        run = Run(f"night-{number:02}", started, "cpu", "jax", "paper", build=build, environment={"host.cpu": "a chip"})
        observations = []
        for position, case in enumerate(CASES):
            us = USUAL * (STEP if is_slow and case == SLOW else 1) * (1 + 0.001 * ((number * 7 + position * 3) % 5))
            observations.append(Observation(case, Outcome.PASS, latency=Latency(us, us, us, 0.0, 5, 100)))
        runs.append(RecordedRun(run, RunEnd(started, (1000.0, 1000.0))))
        tables.append(observations_table(observations).assign(run=run.id))
        if is_slow and number <= before + MIN_REPORT_NIGHTS:  # then it is reported, and the next nights expect it
            compared = [compare(SLOW, Reason.SUSPECT, before, number, STEP)]
            comparisons[run.id] = (
                *compared,
                *(compare(c, Reason.CONTROL, before, number, 1.0) for c in CASES[-CONTROLS:]),
            )
    return LoadedHistory(tuple(runs), pd.concat(tables, ignore_index=True).astype({"run": "category"}), comparisons)


def compare(case: str, reason: Reason, good_build: int, number: int, by: float) -> Comparison:
    passed = (Outcome.PASS,) * SAMPLES
    good = ComparisonSide(f"jax=={good_build}.0", passed, tuple(USUAL * JITTER))
    return Comparison(case, reason, good, ComparisonSide(f"jax=={number}.0", passed, tuple(USUAL * by * JITTER)))


def slower_in(recorded: LoadedHistory, excuse: Suppression = no_suppression) -> tuple[Regression, ...]:
    """Return the slowdowns of a history."""
    return slowdown_regressions(reported_slowdowns(recorded), recorded.runs, excuse)
