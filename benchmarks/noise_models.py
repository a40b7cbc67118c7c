"""Make nights of latencies with known steps for `verdicts.py`: simulated nights, and real ones with added steps.

A repeat minutes later is not independent here. Of a simulated series' noise, one part is a bias that lasts the night
and falls on whatever runs on that machine, a second lasts the night and falls on one build alone, and the third differs
from process to process. A night's figure is that of one process, as the run step's is. The layout of a build adds a
bias that stays with the build: it is the same on every night and in every process, and another in each build.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from monitor.analysis.latency.slowdown_decision import ROUNDS
from monitor.execution.ab_runner import good_starts_per_round
from monitor.history.run_matrix import Floats

REAL = Path(__file__).parent / "data" / "repeats.parquet"  # made by `repeats.py`

NOISE = 0.03  # of one night's figure, in all
OF_NIGHT, OF_BUILD = 0.6, 0.35  # the shares of it (in deviations) that last a night: on the machine, on one build
OF_PROCESS = (1 - OF_NIGHT**2 - OF_BUILD**2) ** 0.5
BEFORE, NIGHTS = 70, 60  # nights that are only looked back on, and nights that are judged
WORLD = 2000  # series of a framework on a machine: their drift is common, and what is suspect in a night competes
STEPPED = 0.05  # the share of series that change at once: of a framework on a machine, what one change slows down
CALIBRATION = 1000.0  # of the machine, in microseconds; its nights differ by 3 %
RELEASE = 30  # nights of one build, where it is not another every night
OTHER_MACHINE = 0.10  # deviation of what a series takes on another machine, what all have in common taken out

LAYOUTS = {f"layout {bias} %": bias / 100 for bias in (1, 2, 3, 5)}
SIMULATED = {
    "plain": "normal noise of 3 %",
    **{kind: f"plain, and the layout of each build is worth {kind[7:]} of each series" for kind in LAYOUTS},
    "layout 5 % of a tenth": "plain, and the layout of each build is worth 5 % of one series in ten",
    "spikes": "a series is slower by 10 to 60 % on 3 % of its nights",
    "two levels": "every series is slower by 20 % on two nights in five",
    "drifting": "a night's bias is 0.7 of the one before, and a new part",
    "heavy tails": "processes scatter as Student's t with two degrees of freedom",
    "slow nights": "on one night in ten the machine is slower by 30 %",
    "missed nights": "one night in ten, and one in ten of what is left, is missing",
    "twice a week": "the target runs on two nights of seven, and the layout of each build is worth 2 %",
    "one build a month": "a build stays for 30 nights, and its layout is worth 2 %",
    "replaced runner": "after 20 judged nights the runner is another: series differ by 10 %, its calibration by 8 %",
    "twin machines": "each night is on one of two machines of one name: series differ by 10 %, calibration by 30 %",
    "all slower": "everything is slower by 10 % from the first judged night on",
    "moody builds": "one build in ten is slower by 10 % at a series, of one series in twenty",
    "everything": "spikes to missed nights at once, two levels in every fifth series, and layout of 2 %",
}
KINDS = {
    **SIMULATED,
    "real": "repeated runs of one build, drawn anew for every night",
    "real, layout 3 %": "the same, and the layout of each build is worth 3 % of each series",
}


@dataclass
class World:
    """Latencies of nights by series, in logarithms, and the comparisons possible on each of those nights.

    `builds` numbers the build of each night, `calibrations` has the time of the fixed job on it.
    """

    rng: np.random.Generator
    latencies: Floats
    builds: npt.NDArray[np.intp]
    calibrations: Floats

    def side_by_side(self, night: int, goods: Sequence[int], series: Any) -> tuple[list[Floats], Floats]:
        """Draw samples of earlier builds and of the night's own, in turns: one array of samples by series per build."""
        raise NotImplementedError

    def processes(self, goods: Sequence[int]) -> list[int]:
        """Return the number of processes of each good build in a comparison."""
        starts = ROUNDS * good_starts_per_round(len(goods))
        return [starts // len(goods) + (number < starts % len(goods)) for number in range(len(goods))]


@dataclass
class Simulated(World):
    """Simulated nights.

    `truth` is the level of each night's build. `machine` is the bias of a night on all builds, `build` the bias of that
    night on its own build. `layout` is the bias that stays with each build.
    """

    truth: Floats
    machine: Floats
    build: Floats
    layout: Floats
    tails: float  # degrees of freedom

    def side_by_side(self, night: int, goods: Sequence[int], series: Any) -> tuple[list[Floats], Floats]:
        there = self.machine[night, series]
        samples = []
        for good, processes in zip(goods, self.processes(goods), strict=True):
            # The bias of a build that lasts one night is drawn again for tonight.
            other = NOISE * OF_BUILD * self.rng.standard_normal(len(series))
            level = self.truth[good, series] + self.layout[good, series] + there + other
            samples.append(level + scatter(self.rng, (processes, len(series)), self.tails))
        own = self.truth[night, series] + self.layout[night, series] + there + self.build[night, series]
        return samples, own + scatter(self.rng, (ROUNDS, len(series)), self.tails)


@dataclass
class Repeated(World):
    """Real runs of one build: a night is one of them, and a comparison uses consecutive ones."""

    runs: Floats
    change: Floats  # what is added to a night's build

    def side_by_side(self, night: int, goods: Sequence[int], series: Any) -> tuple[list[Floats], Floats]:
        pair = self.rng.integers(0, len(self.runs) - 1, ROUNDS)
        swap = self.rng.integers(0, 2, ROUNDS)
        samples = []
        for good, processes in zip(goods, self.processes(goods), strict=True):
            some = self.rng.integers(0, ROUNDS, processes)
            samples.append(self.runs[(pair + swap)[some]][:, series] + self.change[good, series])
        return samples, self.runs[pair + 1 - swap][:, series] + self.change[night, series]


def step(size: float) -> Floats:
    """Return a step of `size` as an addition to the logarithm of a latency on each judged night."""
    return np.full(NIGHTS, np.log1p(size))


def creep(size: float, nights: int) -> Floats:
    """Return a slowdown by `size` every night, over `nights` nights."""
    return np.log1p(size) * np.minimum(np.arange(1, NIGHTS + 1), nights)


def worlds(kind: str, series: int, change: Floats, seed: int) -> Iterator[World]:
    """Yield worlds with at least `series` series, of which the first `STEPPED` of each change on judged nights."""
    if kind.startswith("real"):
        for number, runs in enumerate(_real(series)):
            yield repeated(runs, change, seed + number, 0.03 if "layout" in kind else 0.0)
    else:
        for number, first in enumerate(range(0, series, WORLD)):
            yield simulated(kind, min(WORLD, series - first), change, seed + number)


def changed(world: World) -> int:
    """Return the number of series of a world that change; they are the first ones."""
    return max(1, round(world.latencies.shape[1] * STEPPED))


def simulated(kind: str, series: int, change: Floats, seed: int) -> Simulated:
    rng = np.random.default_rng(seed)
    shape = (BEFORE + NIGHTS, series)
    everything = kind == "everything"
    machine = NOISE * OF_NIGHT * rng.standard_normal(shape)
    build = NOISE * OF_BUILD * rng.standard_normal(shape)
    truth = np.tile(np.log(10 ** rng.uniform(1, 4, series)), (shape[0], 1))
    truth[BEFORE:, : max(1, round(series * STEPPED))] += change[:, None]
    if kind == "drifting" or everything:
        for night in range(1, shape[0]):
            machine[night] += 0.7 * machine[night - 1]
        machine *= (1 - 0.7**2) ** 0.5  # as wide as it was
    if kind == "spikes" or everything:
        machine += np.where(rng.random(shape) < 0.03, np.log(rng.uniform(1.1, 1.6, shape)), 0)
    if kind == "two levels" or everything:
        some = rng.random(series) < (0.2 if everything else 1)
        machine += np.where(some & (rng.random(shape) < 0.4), np.log(1.2), 0)
    if kind == "slow nights" or everything:
        machine += np.where(rng.random((shape[0], 1)) < 0.1, np.log(1.3), 0)
    if kind == "all slower":
        truth[BEFORE:] += np.log(1.1)
    if kind == "moody builds":
        build += np.where((rng.random(series) < 0.05) & (rng.random(shape) < 0.1), np.log(1.1), 0)
    tails = 2 if kind == "heavy tails" or everything else np.inf
    calibrations = CALIBRATION * np.exp(0.03 * rng.standard_normal(shape[0]))
    other = OTHER_MACHINE * rng.standard_normal(series)
    if kind == "replaced runner":
        machine[BEFORE + 20 :] += other + np.log(1.08)
        calibrations[BEFORE + 20 :] *= 1.08
    if kind == "twin machines":
        twin = rng.random(shape[0]) < 0.5
        machine[twin] += other + np.log(1.3)
        calibrations[twin] *= 1.3
    builds = np.arange(shape[0])
    if kind == "one build a month":
        builds = (builds - BEFORE) // RELEASE
    layout = _layout(kind, series, rng) * rng.standard_normal(shape)
    layout = layout[np.searchsorted(builds, builds)]  # that of the first night of each build
    latencies = truth + machine + build + layout + scatter(rng, shape, tails)
    if kind == "twice a week":
        latencies[~np.isin(np.arange(shape[0]) % 7, (0, 3))] = np.nan
    if kind == "missed nights" or everything:
        latencies[rng.random(shape) < 0.1] = np.nan
        latencies[rng.random(shape[0]) < 0.1] = np.nan
    return Simulated(rng, latencies, builds, calibrations, truth, machine, build, layout, tails)


def _layout(kind: str, series: int, rng: np.random.Generator) -> Floats:
    """Return the deviation of the bias of a build, for each series."""
    if kind == "layout 5 % of a tenth":
        return 0.05 * (rng.random(series) < 0.1)
    usual = 0.02 if kind in ("twice a week", "one build a month", "everything") else 0.0
    return np.full(series, LAYOUTS.get(kind, usual))


def scatter(rng: np.random.Generator, shape: tuple[int, ...], tails: float) -> Floats:
    """Draw the noise between processes. With heavy tails, its middle is as wide as without."""
    normal = rng.standard_normal(shape)
    return NOISE * OF_PROCESS * (normal if np.isinf(tails) else rng.standard_t(tails, shape) * 0.82)


def repeated(runs: Floats, change: Floats, seed: int, layout: float) -> Repeated:
    rng = np.random.default_rng(seed)
    added = np.zeros((BEFORE + NIGHTS, runs.shape[1]))
    added[BEFORE:, : max(1, round(runs.shape[1] * STEPPED))] = change[:, None]
    # Real series differ, so the series that change are drawn too.
    runs = runs[:, rng.permutation(runs.shape[1])]
    added += layout * rng.standard_normal(added.shape)
    nights = BEFORE + NIGHTS
    return Repeated(
        *(rng, runs[rng.integers(0, len(runs), nights)] + added, np.arange(nights), np.full(nights, CALIBRATION)),
        *(runs, added),
    )


def _real(series: int) -> Iterator[Floats]:
    """Yield the runs of each framework by case, repeatedly until `series` series exist."""
    table = pd.read_parquet(REAL)
    frameworks = [
        np.log(one.pivot(index="run", columns="case", values="median").dropna(axis=1).to_numpy())
        for _, one in table.groupby("framework", observed=True)
    ]
    given = 0
    while given < series:
        for runs in frameworks:
            yield runs
            given += runs.shape[1]
