"""Followed cases over several builds, each with a layout bias of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, t

from monitor.analysis.latency.detection import MIN_NIGHTS, level_and_noise
from monitor.analysis.latency.slowdown_decision import (
    FOLLOWED_FROM,
    FOLLOWED_NIGHTS,
    LAYOUT,
    MIN_COMPARISONS,
    MIN_CONFIRMED_STEP,
    MIN_LAYOUT,
    NOISY_FACTOR,
    NOISY_INFLATION,
    PRIOR_BUILDS,
    QUIET_FACTOR,
    LatencySpread,
    NightComparison,
    StepEstimate,
    is_certain,
    is_promising,
    min_deviations,
    spreads,
    usual_layout,
    weigh,
)

GOODS = {"jax==1.0": 0.0, "jax==2.0": 0.0, "jax==3.0": 0.0, "jax==4.0": 0.0}
QUIET_BUILDS = LatencySpread(layout=0.01, freedom=16.0)


def night(step: float, build: int = 9, **given: float) -> NightComparison:
    return NightComparison(f"jax=={build}.0", step, GOODS, **given)


def filed(nights: list[NightComparison], spread: LatencySpread) -> bool:
    return is_certain(weigh(nights, spread), nights, spread.layout)


def test_a_build_counts_once_however_often_it_is_measured() -> None:
    once = weigh([night(0.1)], QUIET_BUILDS)
    again = weigh([night(0.1)] * FOLLOWED_NIGHTS, QUIET_BUILDS)
    others = weigh([night(0.1, build) for build in range(9, 9 + FOLLOWED_NIGHTS)], QUIET_BUILDS)
    assert once == again
    assert others.deviations > 1.4 * again.deviations


def test_the_error_is_that_of_a_mean_over_new_builds_and_one_over_good_builds() -> None:
    found = weigh([night(0.04), night(0.04, 10)], QUIET_BUILDS)
    freedom = QUIET_BUILDS.freedom + 3 + 1
    variance = QUIET_BUILDS.freedom * 0.01**2 / freedom
    assert found.step == found.compared == pytest.approx(0.04)
    deviations = 0.04 / (variance * (1 / 2 + 1 / 4)) ** 0.5
    assert norm.sf(found.deviations) == pytest.approx(t.sf(deviations, freedom))


def test_what_is_known_of_a_spread_decides_how_improbable_a_step_is() -> None:
    spreads_known = (LatencySpread(0.02, freedom=freedom) for freedom in (1000.0, 3.0))
    known, guessed = (weigh([night(0.1)] * 2, spread).deviations for spread in spreads_known)
    assert known > guessed + 0.5


def test_the_first_builds_have_to_say_more_than_the_last() -> None:
    nights = [night(0.1, build) for build in range(9, 9 + FOLLOWED_NIGHTS)]
    last, first = (min_deviations(builds, 0.02) for builds in (FOLLOWED_NIGHTS, 2))
    assert first > last
    enough = StepEstimate(0.1, 0.1, last, FOLLOWED_NIGHTS)
    assert is_certain(enough, nights, 0.02)
    assert not is_certain(enough, nights, 0.03)  # where builds differ more, chance finds more
    assert not is_certain(replace(enough, builds=2), nights, 0.02)
    assert is_certain(replace(enough, builds=2, deviations=first), nights, 0.02)
    assert not is_certain(replace(enough, deviations=last - 0.01), nights, 0.02)


def test_a_case_is_followed_further_where_more_builds_say_so() -> None:
    first, later = FOLLOWED_FROM
    between = StepEstimate(0.1, (first + later) / 2, 1.0, 1)
    assert is_promising(between, [night(0.1)])
    assert not is_promising(between, [night(0.1)] * 2)


def test_good_builds_that_are_apart_make_a_step_less_certain() -> None:
    apart = dict(zip(GOODS, (-0.1, -0.05, 0.05, 0.1), strict=True))
    alike = [night(0.12, build) for build in (9, 10, 11)]
    assert filed(alike, QUIET_BUILDS)
    assert not filed([replace(one, goods=apart) for one in alike], QUIET_BUILDS)


def test_the_figures_of_the_runs_count_by_their_precision() -> None:
    nights = [night(0.1, build, shift=0.02) for build in (9, 10, 11)]
    loose = weigh(nights, LatencySpread(0.01, nights=0.2, known=60, builds=60))
    tight = weigh(nights, LatencySpread(0.01, nights=0.01, known=60, builds=60))
    assert loose.step == pytest.approx(0.1, abs=0.002)
    assert tight.step < 0.06
    assert loose.compared == tight.compared == pytest.approx(0.1)
    untold = [replace(one, shift=float("nan")) for one in nights]
    assert weigh(untold, LatencySpread(0.01, nights=0.01, known=60, builds=60)).step == pytest.approx(0.1)


def simulated_errors(*, with_shifts: bool) -> tuple[float, float]:
    """Return the deviation of the estimated steps of many cases, and the mean of what the rule takes it for."""
    rng = np.random.default_rng(5)
    layout, noise, measured, builds = 0.03, 0.03, 0.016, 7
    spread = LatencySpread((layout**2 + measured**2) ** 0.5, 1000.0, (layout**2 + noise**2) ** 0.5, 60, 60, measured)
    steps, errors = [], []
    for _ in range(1000):
        of_build = layout * rng.standard_normal(12 + builds)
        runs = of_build + noise * rng.standard_normal(len(of_build))
        nights = []
        for number in range(builds):
            goods = {
                f"jax=={build}": of_build[build] + measured * rng.standard_normal()
                for build in range(number, number + 6)
            }
            shifts = {label: runs[int(label.removeprefix("jax=="))] for label in goods} if with_shifts else {}
            new = 12 + number
            level = 0.1 + of_build[new] + measured * rng.standard_normal()
            nights.append(NightComparison(f"jax=={new}", level, goods, 0.1 + runs[new], shifts))
        found = weigh(nights, spread)
        steps.append(found.step)
        errors.append(found.step / found.deviations)
    return float(np.std(steps)), float(np.mean(errors))


def test_the_runs_of_good_builds_tell_part_of_their_layout() -> None:
    """The estimate is nearer to the true step with them, and the rule knows how near it is."""
    (apart, error), (apart_known, error_known) = (simulated_errors(with_shifts=known) for known in (False, True))
    assert apart_known < 0.985 * apart
    assert error_known < error
    for deviation, taken_for in ((apart, error), (apart_known, error_known)):  # it may be too careful, by a fifth
        assert deviation <= taken_for <= 1.2 * deviation


def test_a_shift_that_is_all_layout_is_removed() -> None:
    """A good build's run tells its whole layout if nights differ by layout alone."""
    goods = dict(zip(GOODS, (-0.04, 0.01, 0.05, 0.06), strict=True))
    nights = [NightComparison("jax==9.0", 0.1, goods, good_shifts=goods)]
    assert weigh(nights, LatencySpread(0.05, 1000.0, 0.01, 60, 60)).compared == pytest.approx(0.1)
    assert weigh(nights, LatencySpread(0.05, 1000.0)).compared == pytest.approx(0.08)  # the level is not known


def test_nights_of_one_build_do_not_tell_the_level_of_others() -> None:
    nights = [night(0.1, shift=0.1)]
    many, one = (weigh(nights, LatencySpread(0.03, nights=0.03, known=60, builds=builds)) for builds in (60, 1))
    assert one.deviations < many.deviations


def test_one_night_files_nothing_and_a_small_step_is_never_filed() -> None:
    assert not filed([night(1.0)], QUIET_BUILDS)
    assert filed([night(1.0)] * 2, QUIET_BUILDS)
    small = np.log1p(MIN_CONFIRMED_STEP) - 0.001
    assert not filed([night(small, build) for build in range(9, 20)], LatencySpread(1e-9))


def test_the_usual_layout_counts_as_much_as_cases_are_alike() -> None:
    rng = np.random.default_rng(1)
    alike = [(0.02 * rng.standard_normal(6)).tolist() for _ in range(1000)]
    layout, freedom = usual_layout(alike)
    assert layout == pytest.approx(0.02, rel=0.05)
    assert freedom > 50
    tenth = [(0.1 * rng.standard_normal(6)).tolist() for _ in range(100)]
    layout, freedom = usual_layout(alike[:900] + tenth)
    assert 0.018 < layout < 0.03
    assert freedom < 5, "a tenth of the cases is not what all are"
    coarse = usual_layout([*alike, [0.0] * 6])
    assert np.isfinite(coarse).all(), "a coarse clock finds no spread at all"
    unknown = (LAYOUT, PRIOR_BUILDS)
    assert usual_layout(alike[: MIN_COMPARISONS - 1]) == unknown
    assert usual_layout([[0.0, 0.1]] * 100) == unknown, "two good builds do not tell"


def test_the_prior_is_that_of_which_the_spreads_were_drawn() -> None:
    rng = np.random.default_rng(2)
    freedom, layout = 8.0, 0.02
    deviations = layout * (freedom / rng.chisquare(freedom, 20_000)) ** 0.5
    found = usual_layout((deviations[:, None] * rng.standard_normal((len(deviations), 6))).tolist())
    assert found == pytest.approx((layout, freedom), rel=0.1)


def test_what_varies_more_than_most_is_put_down_to_layout() -> None:
    normal = norm.ppf((np.arange(60) + 0.5) / 60)[:, None]
    others = 0.03 * np.tile(normal, 100)
    loud, usually, quiet = (noise * normal for noise in (0.05, 0.03, 0.004))
    past = np.hstack([loud, usually, quiet, np.full((60, 1), np.nan)])
    found, level = spreads(past, others, 0.02, 60)
    assert found[0].layout == pytest.approx(((NOISY_INFLATION * 0.05) ** 2 - 0.03**2) ** 0.5, rel=0.03)
    assert found[1].layout == 0.02, "it varies as all do"
    assert found[2].layout == MIN_LAYOUT
    assert found[3] == LatencySpread(LAYOUT)
    assert np.isnan(level).tolist() == [False, False, False, True]
    slightly, _ = spreads(0.03 * (NOISY_FACTOR - 0.01) * normal, others, 0.02, 60)
    assert slightly[0].layout == 0.02, "chance makes some vary so much more"
    of_one_build, _ = spreads(past, others, 0.02, MIN_NIGHTS - 1)
    assert of_one_build[2].layout == 0.02, "nights of a few builds do not tell how far builds are apart"
    assert found[1].nights * QUIET_FACTOR > 0.02


def test_spikes_do_not_move_what_is_usual() -> None:
    rng = np.random.default_rng(3)
    nights = 0.03 * rng.standard_normal((60, 400))
    spiked = nights.copy()
    spiked[::20] += 0.5
    for latencies in (nights, spiked):
        level, noise = level_and_noise(latencies)
        assert np.median(level) == pytest.approx(0.0, abs=0.006)
        assert np.median(noise) == pytest.approx(0.03, rel=0.15)
    assert np.isnan(level_and_noise(nights[: MIN_NIGHTS - 1])).all()


@pytest.mark.parametrize("layout", [0.01, 0.02, 0.03, 0.05])
def test_layout_alone_is_not_filed_and_a_slowdown_is(layout: float) -> None:
    """The first build is one that happens to be slow: that is how a case comes to be followed."""
    rng = np.random.default_rng(4)
    known = LatencySpread(layout, nights=(layout**2 + 0.03**2) ** 0.5, known=60, builds=60)
    series = 300

    def followed(step: float) -> float:
        reported = 0
        for _ in range(series):
            goods = {f"jax=={build}.0": level for build, level in enumerate(layout * rng.standard_normal(8))}
            own = layout * rng.standard_normal(FOLLOWED_NIGHTS)
            own[0] = 1.5 * layout
            nights = [
                NightComparison(
                    f"jax=={100 + number}.0", step + bias, goods, shift=step + bias + 0.03 * rng.standard_normal()
                )
                for number, bias in enumerate(own)
            ]
            reported += any(filed(nights[: seen + 1], known) for seen in range(FOLLOWED_NIGHTS))
        return reported / series

    assert followed(0.0) == 0
    assert followed(np.log(1.25)) > (0.95 if layout < 0.05 else 0.9)
