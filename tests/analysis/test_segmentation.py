"""The segmentation finds the known shifts of simulated pasts."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from monitor.analysis.latency.detection import MIN_STEP, MIN_STEP_US
from monitor.analysis.latency.segmentation import PENALTY, WEEK, LevelShift, level_shifts, partition, weekly
from monitor.history.run_matrix import Floats

WEEKS, SERIES = 26, 300


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def quiet(*, weeks: int = WEEKS, level_us: float = 100.0) -> Floats:
    """Nights of series that all stay where they are, so that what is added to the first of them is all there is."""
    return np.full((weeks * WEEK, 5), np.log(level_us))


def noisy(rng: np.random.Generator, noise: float = 0.03) -> Floats:
    return np.log(100.0) + noise * rng.standard_normal((WEEKS * WEEK, SERIES))


@pytest.mark.parametrize("nights", [0, WEEK - 1, WEEK, WEEK + 1])
def test_where_nothing_was_timed_nothing_moves(nights: int) -> None:
    assert level_shifts(np.empty((nights, 0))) == ()


def test_what_stays_has_no_moves() -> None:
    assert level_shifts(quiet()) == ((),) * 5


def test_a_step_is_dated_to_its_week() -> None:
    latencies = quiet()
    latencies[15 * WEEK :, 0] += 0.1
    (move,) = level_shifts(latencies)[0]
    assert move == LevelShift(15 * WEEK, 15 * WEEK, pytest.approx(0.1))


def test_what_became_faster_is_told_too() -> None:
    latencies = quiet()
    latencies[15 * WEEK :, 0] -= 0.1
    assert [move.step for move in level_shifts(latencies)[0]] == [pytest.approx(-0.1)]


def test_a_slow_drift_is_one_move() -> None:
    latencies = quiet()
    latencies[10 * WEEK :, 0] += np.minimum(0.01 * np.arange(1, 16 * WEEK + 1), 0.21)
    (move,) = level_shifts(latencies)[0]
    assert (move.first, move.last) == (10 * WEEK, 12 * WEEK)
    assert move.step == pytest.approx(0.21)


def test_up_and_down_again_are_two() -> None:
    latencies = quiet()
    latencies[8 * WEEK : 16 * WEEK, 0] += 0.2
    assert [(move.first, round(move.step, 3)) for move in level_shifts(latencies)[0]] == [(56, 0.2), (112, -0.2)]


def test_nights_that_make_no_week_are_the_oldest() -> None:
    latencies = quiet()[: 15 * WEEK + 3]
    latencies[8 * WEEK + 3 :, 0] += 0.1
    assert [move.first for move in level_shifts(latencies)[0]] == [8 * WEEK + 3]


def test_one_bad_week_and_three_bad_nights_of_each_are_no_move() -> None:
    latencies = quiet()
    latencies[15 * WEEK : 16 * WEEK, 0] += 0.5
    latencies[::7, 1] += 1
    latencies[2::7, 1] += 1
    latencies[4::7, 1] += 1
    assert level_shifts(latencies)[:2] == ((), ())


def test_missed_nights_and_weeks_are_passed_over() -> None:
    latencies = quiet()
    latencies[15 * WEEK :, 0] += 0.1
    latencies[::3, 0] = np.nan
    latencies[5 * WEEK : 8 * WEEK, 0] = np.nan
    latencies[:, 1] = np.nan
    assert [move.first for move in level_shifts(latencies)[0]] == [15 * WEEK]
    assert level_shifts(latencies)[1] == ()


@pytest.mark.parametrize("step", [np.log1p(MIN_STEP) * 0.98, -np.log1p(MIN_STEP) * 0.98])
def test_what_is_not_worth_telling_is_not_told(step: float) -> None:
    latencies = quiet()
    latencies[15 * WEEK :, 0] += step
    assert level_shifts(latencies)[0] == ()


def test_nor_is_what_the_clock_could_make() -> None:
    latencies = quiet(level_us=1.0)
    latencies[15 * WEEK :, 0] = np.log(1.0 + MIN_STEP_US * 0.9)
    latencies[15 * WEEK :, 1] = np.log(1.0 + MIN_STEP_US * 1.1)
    assert [len(moves) for moves in level_shifts(latencies)[:2]] == [0, 1]


def test_a_slower_machine_moves_no_series(rng: np.random.Generator) -> None:
    latencies = noisy(rng)
    latencies[15 * WEEK :] += 0.3
    assert sum(map(len, level_shifts(latencies))) == 0


def test_a_small_step_shows_in_the_noise_of_nights(rng: np.random.Generator) -> None:
    latencies = noisy(rng)
    latencies[20 * WEEK :, :20] += np.log(1.08)
    found = level_shifts(latencies)
    assert sum(bool(moves) for moves in found[:20]) >= 19
    assert sum(map(len, found[20:])) == 0


def test_too_short_a_past_says_nothing() -> None:
    assert level_shifts(quiet(weeks=3)[: WEEK - 1]) == ((),) * 5
    assert weekly(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="ruptures refuses newer Pythons")
def test_levels_are_those_of_ruptures(rng: np.random.Generator) -> None:
    import ruptures

    figures = rng.standard_normal((WEEKS, 60))
    figures[9:, :40] += 3
    figures[17:, 20:] -= 5
    for number, starts in enumerate(partition(figures, PENALTY)):
        theirs = ruptures.Pelt(model="l2", min_size=2, jump=1).fit(figures[:, number]).predict(pen=PENALTY)
        assert starts == [0, *theirs[:-1]]
