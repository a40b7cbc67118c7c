"""What became slower has an issue, which says by how much, and is closed when it is as fast as before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from fake_github import FakeGitHub
from test_bodies import SITE, held, opened

from monitor.analysis.latency import CONTROLS, OF_NIGHTS, SAMPLES
from monitor.analysis.lives import Step
from monitor.analysis.news import nights
from monitor.analysis.regressions import State
from monitor.history.layout import RecordedRun, observations_table
from monitor.history.store import Recorded
from monitor.model import (
    Build,
    Channel,
    Comparison,
    End,
    Evidence,
    Latency,
    Observation,
    Outcome,
    Reason,
    Run,
    Side,
)
from monitor.reporting.notify.slower import slower

CASES = tuple(f"jax/jax.f{number:02}/eager" for number in range(CONTROLS + 5))
SLOW = CASES[0]
USUAL, STEP = 100.0, 1.25
BEFORE = 12  # nights before anything happens
JITTER = 1 + 0.01 * np.linspace(-1, 1, SAMPLES)  # exact, so that the text is


def history(*, slow: int, fast: int = 0) -> Recorded:
    """Nights on which all is as usual, then some on which one case is slower, then some on which it is not."""
    runs, tables, comparisons = [], [], {}
    for number in range(1, BEFORE + slow + fast + 1):
        is_slow = BEFORE < number <= BEFORE + slow
        build = Build("jax", f"{number}.0", Channel.NIGHTLY, commit=f"{number:040x}")
        started = f"2026-11-{number:02}T03:00:00Z"
        run = Run(f"night-{number:02}", started, "cpu", "jax", "paper", build=build, environment={"host.cpu": "a chip"})
        observations = []
        for position, case in enumerate(CASES):
            us = USUAL * (STEP if is_slow and case == SLOW else 1) * (1 + 0.001 * ((number * 7 + position * 3) % 5))
            observations.append(Observation(case, Outcome.PASS, latency=Latency(us, us, us, 0.0, 5, 100)))
        runs.append(RecordedRun(run, End(started, (1000.0, 1000.0))))
        tables.append(observations_table(observations).assign(run=run.id))
        if is_slow and number <= BEFORE + OF_NIGHTS - 1:  # then it is told of, and what the next nights expect
            compared = [compare(SLOW, Reason.SUSPECT, number, STEP)]
            comparisons[run.id] = (*compared, *(compare(c, Reason.CONTROL, number, 1.0) for c in CASES[-CONTROLS:]))
    return Recorded(tuple(runs), pd.concat(tables, ignore_index=True), comparisons)


def compare(case: str, reason: Reason, number: int, by: float) -> Comparison:
    passed = (Outcome.PASS,) * SAMPLES
    good = Side(f"jax=={BEFORE}.0", passed, tuple(USUAL * JITTER))
    return Comparison(case, reason, good, Side(f"jax=={number}.0", passed, tuple(USUAL * by * JITTER)))


def test_once_is_not_enough() -> None:
    assert slower(history(slow=1)) == ()


def test_what_is_filed_is_a_regression() -> None:
    (one,) = slower(history(slow=2))
    assert (one.state, one.last_good.version, one.first_bad.version) == (State.OPEN, "12.0", "14.0")
    assert [(bad.cell.case, bad.cell.evidence) for bad in one.bad] == [(SLOW, Evidence.EXECUTED)]
    assert one.message.replace("\u202f", " ") == "25 % slower: 100 µs ± 1.14 µs, now 125 µs ± 1.43 µs"


def test_what_is_as_fast_as_before_is_mended() -> None:
    (one,) = slower(history(slow=4, fast=4))
    assert (one.state, one.bad) == (State.FIXED, ())
    assert [event.step for event in one.events] == [Step.OPENED, Step.CLOSED]
    assert one.fixed
    assert one.fixed.version > "16.0"


def test_its_issue_says_by_how_much() -> None:
    recorded = history(slow=2)
    both: Any = (slower(recorded), nights(recorded))
    held("slower", opened(both, SITE))


def test_its_issue_is_closed(github: FakeGitHub, notify: Callable[..., Any]) -> None:
    before, after = history(slow=4), history(slow=4, fast=8)
    notify((slower(before), nights(before)))
    assert github.issues[0]["state"] == "open"
    notify((slower(after), nights(after)))
    assert github.issues[0]["state"] == "closed"
