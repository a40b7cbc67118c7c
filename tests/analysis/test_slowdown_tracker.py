"""Slowdowns over the nights of a series with known latencies and comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from monitor.analysis.latency.detection import CONTROLS
from monitor.analysis.latency.slowdown_decision import FOLLOWED_NIGHTS, GOOD_BUILDS, ROUNDS
from monitor.analysis.latency.slowdown_tracker import (
    LatencyNight,
    SlowdownStatus,
    followed_slowdowns,
    latency_nights,
    next_baseline,
    reported_slowdowns,
)
from monitor.execution.comparison_selection import latency_excess
from monitor.history.run_files import RecordedRun, observations_table
from monitor.history.store import LoadedHistory
from monitor.model import (
    Build,
    Channel,
    Comparison,
    ComparisonSide,
    Evidence,
    Latency,
    Observation,
    Outcome,
    Reason,
    Run,
    RunEnd,
)

SERIES = ("cpu", "jax", "paper", Evidence.EXECUTED)
CASES = tuple(f"jax/jax.f{number:02}/eager" for number in range(40))
SLOW, OTHER = CASES[0], CASES[1]
BEFORE = 12  # nights before anything happens
BESIDE = 4  # good builds that a case is measured beside
NOISE = 0.01


@dataclass
class World:
    """Nights that are made one after the other; `factors` are what cases take now, in those of their usual time."""

    rng: np.random.Generator
    recorded: LoadedHistory
    factors: dict[str, float]

    def night(
        self,
        compared: Mapping[str, float] = {},
        *,
        everything: float = 1.0,
        machine: str = "a chip",
        calibration: float = 1000.0,
        notes: tuple[str, ...] = (),
    ) -> None:
        """One more night; `compared` are suspects, and by what factor they are slower side by side."""
        number = len(self.recorded.runs) + 1
        build = Build("jax", f"{number}.0", Channel.NIGHTLY)
        run = Run(f"night-{number:02}", f"2026-{number:04}", *SERIES, build, environment={"host.cpu": machine})
        observations = []
        for case in CASES:
            us = 100.0 * everything * self.factors.get(case, 1.0) * np.exp(NOISE * self.rng.standard_normal())
            observations.append(Observation(case, Outcome.PASS, latency=Latency(us, us, us, 0.0, 5, 100)))
        comparisons = [self._comparison(case, Reason.SUSPECT, by, number) for case, by in compared.items()]
        if compared:
            comparisons += [self._comparison(c, Reason.CONTROL, everything, number) for c in CASES[-CONTROLS:]]
        table = observations_table(observations).assign(run=run.id)
        end = RunEnd(run.started, (calibration, calibration), notes)
        self.recorded = LoadedHistory(
            (*self.recorded.runs, RecordedRun(run, end)),
            pd.concat([self.recorded.observations, table], ignore_index=True),
            {**self.recorded.comparisons, run.id: tuple(comparisons)},
        )

    def _comparison(self, case: str, reason: Reason, by: float, number: int) -> Comparison:
        def side(build: int, us: float) -> ComparisonSide:
            took = us * np.exp(NOISE * self.rng.standard_normal(ROUNDS))
            return ComparisonSide(f"jax=={build}.0", (Outcome.PASS,) * ROUNDS, tuple(took))

        good, *earlier = (side(number - FOLLOWED_NIGHTS - place, 100.0) for place in range(BESIDE))
        return Comparison(case, reason, good, side(number, 100.0 * by), tuple(earlier))

    @property
    def newest(self) -> LatencyNight:
        (night,) = latency_nights(self.recorded)
        return night

    @property
    def standings(self) -> dict[str, SlowdownStatus]:
        return {slowdown.case: slowdown.status for slowdown in self.newest.slowdowns}


@pytest.fixture(scope="module")
def quiet() -> LoadedHistory:
    made = World(np.random.default_rng(3), LoadedHistory((), observations_table([]).assign(run="")), {})
    for _ in range(BEFORE):
        made.night()
    return made.recorded


@pytest.fixture
def world(quiet: LoadedHistory) -> World:
    return World(np.random.default_rng(4), quiet, {})


def test_quiet_nights_say_nothing(world: World) -> None:
    assert (world.newest.slowdowns, world.newest.alike, world.newest.drift) == ((), 0, None)
    assert world.newest.run.id == f"night-{BEFORE}"


def test_a_slowdown_is_suspect_confirmed_reported_ongoing_and_recovered(world: World) -> None:
    standings = []
    world.factors[SLOW] = 1.2
    world.night()  # the runner could not compare
    standings.append(world.standings)
    for by in (1.2, 1.2):
        world.night({SLOW: by})
        standings.append(world.standings)
    (filed,) = world.newest.slowdowns
    for _ in range(4):
        world.night()
        standings.append(world.standings)
    world.factors[SLOW] = 1.0
    for _ in range(4):
        world.night()
        standings.append(world.standings)
    assert [night.get(SLOW) for night in standings] == [
        SlowdownStatus.SUSPECT,
        SlowdownStatus.CONFIRMED,
        SlowdownStatus.REPORTED,
        *[SlowdownStatus.ONGOING] * 5,  # the first night that is fast again may be chance
        SlowdownStatus.RECOVERED,
        None,
        None,
    ]
    assert all(night.keys() <= {SLOW} for night in standings)
    assert np.exp(filed.step) == pytest.approx(1.2, abs=0.02)
    assert filed.good
    assert filed.new
    assert (filed.good.build, filed.new.build, filed.seen) == ("jax==7.0", "jax==14.0", "night-15")
    (one,) = reported_slowdowns(world.recorded)
    slow, run, recovered = one.slowdown, one.run, one.recovered
    assert recovered is not None
    assert (slow.case, run.series, run.id, recovered.id) == (SLOW, SERIES, "night-15", "night-21")


def test_what_is_slower_side_by_side_is_followed_until_its_builds_are_not(world: World) -> None:
    waits = []
    for by in (1.2, 1.0, 0.9, 1.2):
        world.night({SLOW: by})
        waits.append([one.case for one in followed_slowdowns(world.recorded)])
        found = next_baseline(world.recorded, SERIES)
        assert found
        assert list(found.followed) == waits[-1]
    assert waits == [[SLOW], [SLOW], [], [SLOW]]
    assert [*reported_slowdowns(world.recorded)] == []


def test_what_is_followed_is_so_for_a_week_of_nights(world: World) -> None:
    world.night({SLOW: 1.06})
    for _ in range(FOLLOWED_NIGHTS - 2):
        world.night()
    assert [one.case for one in followed_slowdowns(world.recorded)] == [SLOW], "the next night is the last that counts"
    world.night()
    assert followed_slowdowns(world.recorded) == ()


def test_a_verdict_is_never_taken_back_by_a_later_night(world: World) -> None:
    filed = []
    world.factors[SLOW] = 1.2
    for number in range(12):
        world.night({SLOW: 1.2} if number < 3 else {})
        filed.append([(one.slowdown.case, one.run.id) for one in reported_slowdowns(world.recorded)])
    assert filed == [[], *[[(SLOW, "night-14")]] * 11]


def test_side_by_side_a_suspect_that_is_alike_is_no_slowdown(world: World) -> None:
    world.factors[SLOW] = 1.2  # a bad night of this case, whichever build it is
    world.night({SLOW: 1.0})
    assert (world.newest.slowdowns, world.newest.alike) == ((), 1)


def test_what_slows_everything_down_is_one_finding_about_the_build(world: World) -> None:
    world.night({SLOW: 1.3, OTHER: 1.3 * 1.2}, everything=1.3)
    assert world.standings == {OTHER: SlowdownStatus.CONFIRMED}
    drift = world.newest.drift
    assert drift
    assert drift.shift == pytest.approx(np.log(1.3), abs=0.02)
    assert drift.common == pytest.approx(np.log(1.3), abs=0.02)
    world.night(everything=1.3)
    assert world.newest.drift is None, "it was reported the night before"


def test_a_slow_machine_is_one_finding_and_nothing_of_the_build(world: World) -> None:
    world.night(everything=1.3)
    assert world.newest.slowdowns == ()
    assert world.newest.drift
    assert world.newest.drift.common is None
    assert world.newest.drift.shift == pytest.approx(np.log(1.3), abs=0.02)


def test_another_machine_is_not_held_against_this_ones_past(world: World) -> None:
    world.factors[SLOW] = 1.5
    world.night(machine="another chip", everything=2.0)
    assert (world.newest.slowdowns, world.newest.drift) == ((), None)
    world.night(calibration=1500.0, everything=1.5)  # the same chip, throttled
    assert (world.newest.slowdowns, world.newest.drift) == ((), None)


def test_two_machines_of_one_name_are_told_by_their_calibration(world: World) -> None:
    for _ in range(10):
        world.night(calibration=1300.0, everything=1.3)
        world.night()
    found = next_baseline(world.recorded, SERIES)
    assert found
    assert [pace.calibration for pace in found.machine_baselines["a chip"]] == [1000.0, 1300.0]
    levels = [pace.cases[SLOW].level for pace in found.machine_baselines["a chip"]]
    assert levels == pytest.approx(np.log([100.0, 130.0]), abs=0.01)
    assert [found.machine_baseline("a chip", us) for us in (1010.0, 1260.0, 2000.0)] == [
        *found.machine_baselines["a chip"],
        None,
    ]


def test_where_machines_change_the_comparisons_judge(world: World) -> None:
    for machine in ("another chip", "a third one", "a fourth one", "a fifth one"):
        assert world.standings.get(SLOW) is not SlowdownStatus.REPORTED, "how far builds are apart there is not known"
        world.night({SLOW: 1.2}, machine=machine)
    assert world.standings == {SLOW: SlowdownStatus.REPORTED}


def test_what_was_not_compared_is_told_with_the_night(world: World) -> None:
    world.night(notes=("nothing was compared",))
    assert world.newest.notes == ("nothing was compared",)


def test_the_next_night_is_held_against_the_build_before_those_that_count(world: World) -> None:
    found = next_baseline(world.recorded, SERIES)
    assert found
    assert (found.build, found.samples, found.controls) == ("jax==10.0", ROUNDS, CONTROLS)
    assert found.goods == tuple(f"jax=={number}.0" for number in (6, 5, 4, 3, 2, 1)[:GOOD_BUILDS])
    assert found.machine_baselines.keys() == {"a chip"}
    (pace,) = found.machine_baselines["a chip"]
    assert pace.calibration == 1000.0
    assert pace.cases.keys() == set(CASES)
    assert pace.cases[SLOW].level == pytest.approx(np.log(100.0), abs=0.01)
    assert pace.cases[SLOW].bound == pytest.approx(np.log(1.05), abs=0.01)


def test_before_the_first_night_there_is_nothing_to_compare_with(world: World) -> None:
    assert next_baseline(world.recorded, ("gpu", *SERIES[1:])) is None
    first = replace(world.recorded, runs=world.recorded.runs[:1])
    found = next_baseline(first, SERIES)
    assert found
    assert (found.build, found.goods, found.machine_baselines) == ("jax==1.0", ("jax==1.0",), {})


def test_what_is_filed_is_the_level_that_is_expected(world: World) -> None:
    world.factors[SLOW] = 1.2
    for _ in range(2):
        world.night({SLOW: 1.2})
    found = next_baseline(world.recorded, SERIES)
    assert found
    assert SLOW not in found.machine_baselines["a chip"][0].cases, "of the new level, two nights say too little"
    for _ in range(9):
        world.night()
    found = next_baseline(world.recorded, SERIES)
    assert found
    assert found.machine_baselines["a chip"][0].cases[SLOW].level == pytest.approx(np.log(120.0), abs=0.01)


def test_the_run_step_finds_the_same_suspects_by_what_the_plan_gives_it(world: World) -> None:
    """The run step has no array library; its rule is a level and a bound per case."""
    world.factors = {SLOW: 1.3, OTHER: 1.02, CASES[2]: 1.1}
    for everything in (1.0, 1.2):  # the second night, two of the last three were slow, and the machine is too
        planned = next_baseline(world.recorded, SERIES)
        assert planned
        world.night(everything=everything)
        table = world.recorded.observations
        observed = [
            Observation(case, Outcome.PASS, latency=Latency(us, us, us, 0.0, 5, 100))
            for run, case, us in table[["run", "case", "latency_median"]].itertuples(index=False)
            if run == world.newest.run.id
        ]
        excess = latency_excess(observed, planned.machine_baselines["a chip"][0], planned.controls)
        standings = {one.case: one.step for one in world.newest.of(SlowdownStatus.SUSPECT)}
        assert {case for case, beyond in excess.items() if beyond > 0} == standings.keys() == {SLOW, CASES[2]}


def test_nights_before_the_step_do_not_dilute_it(world: World) -> None:
    """The case is followed already, as chance made it a little slower, when it becomes slower."""
    for by in (1.06, 1.055, 1.055):
        world.night({SLOW: by})
        assert [one.case for one in followed_slowdowns(world.recorded)] == [SLOW]
    for _ in range(2):
        world.night({SLOW: 1.3})
    (one,) = reported_slowdowns(world.recorded)
    slow = one.slowdown
    assert np.exp(slow.step) > 1.155, "all five nights come to 1.147"
