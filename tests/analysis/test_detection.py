"""Latency verdicts on simulated nights with known slowdowns."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.analysis.latency.detection import (
    DEVIATIONS,
    MEDIAN_OF_RECENT,
    MIN_CONFIRMED_STEP,
    MIN_NIGHTS,
    MIN_STEP,
    MIN_STEP_US,
    NORMAL,
    RECENT,
    SAMPLES,
    WINDOW,
    Floats,
    build_steps,
    confirm_slower,
    drift,
    expectation,
    suspicion,
    two_levels,
)

NOISE = 0.03
NIGHTS, SERIES = 34, 400
# The bound of a median of three nights that differ by 5 %.
TOGETHER = max(np.log1p(MIN_STEP), DEVIATIONS * MEDIAN_OF_RECENT * 0.05)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def nights(rng: np.random.Generator, *, noise: float = NOISE, count: int = NIGHTS, level_us: float = 100.0) -> Floats:
    """Logarithms of latencies about one level, nights by series."""
    return np.log(level_us) + noise * rng.standard_normal((count, SERIES))


def test_a_slow_night_is_the_machine_and_no_series(rng: np.random.Generator) -> None:
    usual = nights(rng)
    slow = usual.copy()
    slow[-1] += np.log(1.4)
    assert drift(slow)[-1] - drift(usual)[-1] == pytest.approx(np.log(1.4), abs=0.01)
    assert (suspicion(slow).suspect == suspicion(usual).suspect).mean() > 0.99


def test_a_step_stands_out_and_is_measured(rng: np.random.Generator) -> None:
    latencies = nights(rng)
    latencies[-1, :20] += np.log(1.25)
    found = suspicion(latencies)
    assert found.suspect[:20].all()
    assert found.suspect[20:].mean() < 0.08
    assert np.median(found.shift[:20]) == pytest.approx(np.log(1.25), abs=0.03)
    assert np.median(found.noise) == pytest.approx(NOISE, rel=0.15)


def test_a_small_step_that_stays_is_suspect_by_its_third_night(rng: np.random.Generator) -> None:
    latencies = nights(rng)
    latencies[-3:, :20] += np.log(1.1)
    assert suspicion(latencies).suspect[:20].mean() >= 0.95


def test_one_spike_two_nights_ago_is_forgotten(rng: np.random.Generator) -> None:
    latencies = nights(rng, noise=0.01)
    latencies[-3, :20] += np.log(1.6)
    assert not suspicion(latencies).suspect.any()


def test_a_steady_series_is_not_suspect_of_less_than_is_worth_telling(rng: np.random.Generator) -> None:
    latencies = nights(rng, noise=0.002)
    latencies[-1, :20] += np.log1p(MIN_STEP - 0.01)
    assert not suspicion(latencies).suspect.any()


def test_what_the_clock_could_make_is_no_step(rng: np.random.Generator) -> None:
    latencies = nights(rng, noise=0.01, level_us=1.0)
    latencies[-1, :20] = np.log(1.0 + MIN_STEP_US * 0.8)
    assert not suspicion(latencies).suspect.any()


def test_a_series_of_which_little_is_known_is_not_judged(rng: np.random.Generator) -> None:
    latencies = nights(rng)
    latencies[: -(MIN_NIGHTS + 1), 0] = np.nan  # tonight, the two before it, and one night too few before those
    latencies[-1] += np.linspace(1, 0, SERIES)
    found = suspicion(latencies)
    assert not found.suspect[0]
    assert np.isnan(found.noise[0])
    assert found.suspect[1]
    assert not suspicion(latencies[-2:]).suspect.any()


def test_a_night_or_a_case_that_was_missed_is_no_step(rng: np.random.Generator) -> None:
    latencies = nights(rng)
    latencies[-5] = np.nan
    latencies[-1, :20] = np.nan
    assert not suspicion(latencies).suspect[:20].any()
    assert suspicion(latencies).suspect[20:].mean() < 0.08


@pytest.mark.parametrize(
    ("before", "bound"),
    [
        ((0.0, 0.0), DEVIATIONS * 0.05),  # only tonight alone can stand out
        ((0.2, 0.0), TOGETHER),  # one of two was slow: tonight would be the second of three
        ((0.2, 0.2), np.log1p(MIN_STEP) / 2),  # both were: half a step is enough
        ((0.2, np.nan), np.log1p(MIN_STEP) / 2),  # of two nights, the median is the mean
        ((-0.2, np.nan), DEVIATIONS * 0.05),
        ((np.nan, np.nan), TOGETHER),
    ],
)
def test_what_the_nights_so_far_let_expect_is_one_bound(before: tuple[float, float], bound: float) -> None:
    quiet = 0.05 / NORMAL * np.array([-1] * 6 + [0] * 8 + [1] * 6)
    found = expectation(np.log(1e4) + np.array([*quiet, *before])[:, None])
    assert found.level[0] == pytest.approx(np.log(1e4))
    assert found.noise[0] == pytest.approx(0.05)
    assert found.bound[0] == pytest.approx(bound)


def test_a_night_in_the_slow_mode_is_no_step_and_a_step_shows_in_either(rng: np.random.Generator) -> None:
    series, apart, step = 400, np.log(1.2), np.log(1.12)
    slow = rng.random((WINDOW + RECENT, series)) < 0.4
    before = np.log(1e4) + apart * slow + 0.02 * rng.standard_normal(slow.shape)
    found = expectation(before)
    is_bounded = np.isfinite(found.slow_bound)
    assert is_bounded.mean() > 0.95
    assert (found.level + found.slow_bound)[is_bounded] == pytest.approx(
        np.log(1e4) + apart + np.log1p(MIN_STEP), abs=0.04
    )
    for mode in (0.0, apart):
        shift = np.log(1e4) + mode - found.level + 0.02 * rng.standard_normal(series)
        assert (found.excess(shift) > 0)[is_bounded].mean() < 0.08
        assert (found.excess(shift + step) > 0)[is_bounded].mean() > 0.9


def test_normal_nights_and_nights_with_spikes_have_one_mode(rng: np.random.Generator) -> None:
    nights = 0.05 * rng.standard_normal((WINDOW, 1000))
    nights[rng.random(nights.shape) < 0.03] += 0.3
    assert np.isnan(two_levels(nights)).mean() > 0.97
    assert np.isnan(two_levels(nights[:5])).all()


def test_side_by_side_what_ails_the_machine_ails_both(rng: np.random.Generator) -> None:
    night = 0.3 * rng.standard_normal(SERIES)
    good, new = (night + NOISE * rng.standard_normal((SAMPLES, SERIES)) for _ in range(2))
    assert confirm_slower(good, new).sum() <= 1
    new[:, :20] += np.log(1.15)
    found = confirm_slower(good, new)
    assert found[:20].all()
    assert found[20:].sum() <= 1


def test_side_by_side_a_step_must_be_clear(rng: np.random.Generator) -> None:
    good, new = (0.005 * rng.standard_normal((SAMPLES, SERIES)) for _ in range(2))
    new[:, :20] += np.log1p(MIN_CONFIRMED_STEP - 0.01)
    new[:, 20:40] += np.log1p(MIN_CONFIRMED_STEP + 0.01)
    found = confirm_slower(good, new)
    assert not found[:20].any()
    assert found[20:40].all()


def test_what_slows_everything_down_is_no_finding_of_each(rng: np.random.Generator) -> None:
    good, new = (NOISE * rng.standard_normal((SAMPLES, SERIES)) for _ in range(2))
    new += np.log(1.2)
    new[:, :20] += np.log(1.2)
    common = float(np.median(build_steps(good[:, 20:45], new[:, 20:45])))
    assert common == pytest.approx(np.log(1.2), abs=0.01)
    found = confirm_slower(good, new, common)
    assert found[:20].all()
    assert found[20:].sum() <= 1


def test_a_sample_that_was_lost_is_missing_and_no_more(rng: np.random.Generator) -> None:
    good, new = (NOISE * rng.standard_normal((SAMPLES, SERIES)) for _ in range(2))
    new[:, :20] += np.log(1.25)
    new[-3:, :10] = np.nan
    new[:, 10] = np.nan
    found = confirm_slower(good, new)
    assert found[:20].tolist() == [True] * 10 + [False] + [True] * 9
    assert np.isnan(build_steps(good, new)).sum() == 1
    assert not confirm_slower(good[:, 10:11], new[:, 10:11]).any()


def test_what_became_faster_is_not_slower(rng: np.random.Generator) -> None:
    good, new = (NOISE * rng.standard_normal((SAMPLES, SERIES)) for _ in range(2))
    assert not confirm_slower(good, new - 0.2).any()


def test_nothing_suspect_confirms_nothing() -> None:
    none = np.zeros((SAMPLES, 0))
    assert confirm_slower(none, none).shape == (0,)
