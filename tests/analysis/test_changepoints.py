"""Change points of half a year of simulated nights with known shifts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from monitor.analysis.latency.changepoints import MIN_COMMON_CASES, WEEKS, find_changepoints
from monitor.analysis.latency.segmentation import WEEK
from monitor.history.run_files import RecordedRun, observations_table
from monitor.history.store import LoadedHistory
from monitor.model import Build, Channel, Evidence, Latency, Observation, Outcome, Run, RunEnd

CASES = tuple(f"jax/jax.f{number:02}/eager" for number in range(30))
STEPS = 15 * WEEK  # the night from which on the first case is slower

Machine = Callable[[int], str]


@cache
def seen_when(factor: float) -> pd.DataFrame:
    """Return the observations of a night whose first case took `factor` times its usual time."""
    times = [100.0 * factor, *[100.0] * (len(CASES) - 1)]
    return observations_table(
        [
            Observation(case, Outcome.PASS, latency=Latency(us, us, us, 0.0, 5, 100))
            for case, us in zip(CASES, times, strict=True)
        ]
    )


def history(
    nights: int,
    factor: Callable[[int], float],
    machine: Machine = lambda night: "a chip",
    calibration: Callable[[int], float] = lambda night: 1000.0,
) -> LoadedHistory:
    """Nights of one build each; the first case takes `factor` times its usual time, the others their usual one."""
    runs, tables = [], []
    for night in range(nights):
        build = Build("jax", f"{night}.0", Channel.NIGHTLY)
        environment = {"host.cpu": machine(night)}
        started = f"2026-{night:04}"
        run = Run(f"{night:04}", started, "cpu", "jax", "paper", Evidence.EXECUTED, build, environment=environment)
        runs.append(RecordedRun(run, RunEnd(started, (calibration(night),) * 2)))
        tables.append(seen_when(factor(night)).assign(run=run.id))
    return LoadedHistory(tuple(runs), pd.concat(tables, ignore_index=True), {})


def test_a_step_is_told_with_the_builds_on_both_sides_of_its_week() -> None:
    (moved,) = find_changepoints(history(WEEKS * WEEK, lambda night: 1.2 if night >= STEPS else 1.0))
    assert (moved.cell.case, moved.cell.target) == (CASES[0], "cpu")
    assert (moved.build_before.version, moved.build_after.version) == (f"{STEPS - 1}.0", f"{STEPS}.0")
    assert moved.factor == pytest.approx(1.2)


def test_slow_drift_is_one_move() -> None:
    (moved,) = find_changepoints(
        history(WEEKS * WEEK, lambda night: float(np.exp(0.01 * np.clip(night - STEPS, 0, 15))))
    )
    assert moved.factor == pytest.approx(np.exp(0.15), rel=0.01)


def test_what_another_machine_took_says_nothing() -> None:
    def machine(night: int) -> str:
        return "another" if night < STEPS else "a chip"

    assert find_changepoints(history(WEEKS * WEEK, lambda night: 1.2 if night >= STEPS else 1.0, machine)) == ()


def test_what_is_older_than_half_a_year_was_told_before() -> None:
    assert find_changepoints(history((WEEKS + 10) * WEEK, lambda night: 1.2 if night >= 3 * WEEK else 1.0)) == ()


def test_a_replaced_runner_is_not_put_down_to_a_build() -> None:
    """Its calibration says so, though it is within what nights of one class of machine may differ by."""
    slower_since = lambda night: 1.2 if night >= STEPS else 1.0  # noqa: E731
    replaced = history(WEEKS * WEEK, slower_since, calibration=lambda night: 1080.0 if night >= STEPS else 1000.0)
    assert find_changepoints(replaced) == ()
    after = history(WEEKS * WEEK, slower_since, calibration=lambda night: 1080.0 if night >= 5 * WEEK else 1000.0)
    (moved,) = find_changepoints(after)
    assert moved.build_after.version == f"{STEPS}.0", "a step on the new machine is found as before"


def test_twins_of_one_name_are_told_apart_by_their_calibration() -> None:
    def on_twin(night: int) -> bool:  # more and more of its nights
        return night % 3 == 0 if night < STEPS else night % 3 != 0

    twins = history(
        WEEKS * WEEK,
        lambda night: 1.3 if on_twin(night) else 1.0,
        calibration=lambda night: 1300.0 if on_twin(night) else 1000.0,
    )
    assert find_changepoints(twins) == ()


def test_what_moved_at_once_with_many_others_says_so() -> None:
    alone = history(WEEKS * WEEK, lambda night: 1.2 if night >= STEPS else 1.0)
    (one,) = find_changepoints(alone)
    assert one.at_once == 0
    recorded = history(WEEKS * WEEK, lambda night: 1.0)
    many = CASES[: MIN_COMMON_CASES + 1]
    table = recorded.observations
    moving = table["case"].isin(many) & (table["run"].astype(str) >= f"{STEPS:04}")
    table.loc[moving, "latency_median"] *= 1.2
    found = find_changepoints(recorded)
    assert [(moved.cell.case, moved.at_once) for moved in found] == [(case, len(many)) for case in many]
