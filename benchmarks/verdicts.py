"""How many slowdowns are caught, how soon, and how many false alarms are raised?

    python benchmarks/verdicts.py
    python benchmarks/verdicts.py --rule asv --rule otava --series 200

Simulates nights of many series, night by night, and asks every rule what it would tell that night: each stage of
`monitor.analysis.latency`, and what others use. `asv` needs the package asv, `otava` the package apache-otava, which
wants a NumPy of its own: run the script in an environment that has it, with `PYTHONPATH` on this checkout.

A repeat minutes later is not independent here. Of a series' noise, one part is a bias that lasts the night and falls on
whatever runs on that machine, a second lasts the night and falls on one build alone, and the third differs from process
to process.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from monitor.analysis.latency import (
    CONTROLS,
    OF_NIGHTS,
    RECENT,
    SAMPLES,
    WINDOW,
    Floats,
    confirmed,
    filed,
    steps,
    suspicion,
)

NOISE = 0.03  # of one night's figure, in all
OF_NIGHT, OF_BUILD = 0.6, 0.35  # the shares of it (in deviations) that last a night: on the machine, on one build
OF_PROCESS = (1 - OF_NIGHT**2 - OF_BUILD**2) ** 0.5
PROCESSES = 5  # whose median is a night's figure
BEFORE, NIGHTS = 40, 60  # nights that are only looked back on, and nights that are judged
MONTH = 30
SOON = 3  # nights in which a step is to be told
STEPS = (0.03, 0.05, 0.10, 0.25, 1.00)
STEPPED = 0.05  # the share of series that step at once: of a framework on a machine, what one change slows down


@dataclass
class World:
    """Latencies of nights by series, and what else would have been measured in each of those nights.

    `machine` is the bias of a night on a series, whichever build is measured; `truth` the level that the build has.
    """

    rng: np.random.Generator
    latencies: Floats
    machine: Floats
    truth: Floats
    process: Floats

    def side_by_side(self, good: int, night: int, series: Any) -> tuple[Floats, Floats]:
        """Samples of the build of an earlier night and of the night's own, in turns."""
        return self._samples(good, night, series), self._samples(night, night, series)

    def _samples(self, build: int, night: int, series: Any) -> Floats:
        of_build = NOISE * OF_BUILD * self.rng.standard_normal(len(series))
        scatter = self.process[series] * self.rng.standard_normal((SAMPLES, len(series)))
        return self.truth[build, series] + self.machine[night, series] + of_build + scatter


def world(kind: str, series: int, step: float, seed: int) -> World:
    """`series` latencies over all nights; from night `BEFORE` on the first `STEPPED` of them are slower by `step`."""
    rng = np.random.default_rng(seed)
    shape = (BEFORE + NIGHTS, series)
    machine = NOISE * OF_NIGHT * rng.standard_normal(shape)
    # A night's figure is a median of processes; what is left of their scatter makes the noise what it is in all.
    process = np.full(series, NOISE * OF_PROCESS * (PROCESSES / 1.57) ** 0.5)
    truth = np.tile(np.log(10 ** rng.uniform(1, 4, series)), (shape[0], 1))
    truth[BEFORE:, : round(series * STEPPED)] += np.log1p(step)
    if kind in ("spikes", "everything"):
        machine += np.where(rng.random(shape) < 0.03, np.log(rng.uniform(1.1, 1.6, shape)), 0)
    if kind in ("two modes", "everything"):
        some = rng.random(series) < (1 if kind == "two modes" else 0.2)
        machine += np.where(some & (rng.random(shape) < 0.4), np.log(1.2), 0)
    if kind in ("drifting", "everything"):
        for night in range(1, shape[0]):
            machine[night] += 0.7 * machine[night - 1]
        machine *= 1 if kind == "everything" else 0.71
    if kind in ("slow nights", "everything"):
        machine += np.where(rng.random((shape[0], 1)) < 0.1, np.log(1.3), 0)
    if kind == "all slower":
        truth[BEFORE:] += np.log(1.1)
    of_build = NOISE * OF_BUILD * rng.standard_normal(shape)
    left = NOISE * OF_PROCESS * rng.standard_normal(shape)
    latencies = truth + machine + of_build + left
    if kind in ("missed nights", "everything"):
        latencies[rng.random(shape) < 0.1] = np.nan
        latencies[rng.random(shape[0]) < 0.1] = np.nan
    return World(rng, latencies, machine, truth, process)


KINDS = ("plain", "spikes", "two modes", "drifting", "slow nights", "missed nights", "all slower", "everything")

# A rule says of each judged night and series whether it would raise an alarm: nights by series.
Rule = Callable[[World], dict[str, np.ndarray[Any, Any]]]


def ours(world: World) -> dict[str, np.ndarray[Any, Any]]:
    """Each stage of `monitor.analysis.latency`. What is filed starts a past of its own.

    The last good build is the one that the pipeline takes: that of the last night but `OF_NIGHTS` that there was.
    """
    latencies = world.latencies.copy()
    stages = {name: np.zeros((NIGHTS, latencies.shape[1]), dtype=bool) for name in ("suspect", "confirmed", "filed")}
    since = np.zeros_like(stages["confirmed"])  # the confirmations that nothing was filed for
    for number, night in enumerate(range(BEFORE, BEFORE + NIGHTS)):
        if np.isnan(latencies[night]).all():
            continue
        suspects = suspicion(latencies[: night + 1][-(WINDOW + RECENT) :]).suspect
        stages["suspect"][number] = suspects
        found = np.flatnonzero(suspects)
        good = int(np.flatnonzero(np.isfinite(latencies[:night]).any(axis=1))[-OF_NIGHTS])
        controls = world.rng.choice(np.flatnonzero(~suspects), CONTROLS)
        common = float(np.median(steps(*world.side_by_side(good, night, controls))))
        stages["confirmed"][number, found] = confirmed(*world.side_by_side(good, night, found), common)
        since[number] = stages["confirmed"][number]
        told = filed(since[: number + 1])
        stages["filed"][number] = told
        since[: number + 1, told] = False
        latencies[: night - RECENT + 1, told] = np.nan
    return {f"ours, {name}": found for name, found in stages.items()}


def ratio(world: World) -> dict[str, np.ndarray[Any, Any]]:
    """Slower than the night before by half."""
    moves = np.diff(_filled(world.latencies), axis=0)[BEFORE - 1 :]
    return {"150 % of the night before": moves > np.log(1.5)}


def rustc_perf(world: World) -> dict[str, np.ndarray[Any, Any]]:
    """A move beyond the third quartile of the last 30 moves by three times the distance of the quartiles."""
    moves = np.abs(np.diff(_filled(world.latencies), axis=0))
    signed = np.diff(_filled(world.latencies), axis=0)
    found = np.zeros((NIGHTS, moves.shape[1]), dtype=bool)
    for number in range(NIGHTS):
        at = BEFORE - 1 + number
        first, third = np.quantile(moves[max(0, at - 30) : at], (0.25, 0.75), axis=0)
        found[number] = signed[at] > third + 3 * (third - first)
    return {"rustc-perf": found}


def asv(world: World) -> dict[str, np.ndarray[Any, Any]]:
    """The step detection of airspeed velocity, at its own threshold of 5 %; a step counts in the night it is seen."""
    from asv.step_detect import detect_regressions, detect_steps

    def seen(past: Floats) -> bool:
        steps = detect_steps(list(np.exp(past)))
        return detect_regressions(steps, threshold=0.05)[1] is not None

    return {"asv": _each(world, seen)}


def otava(world: World) -> dict[str, np.ndarray[Any, Any]]:
    """Apache Otava's change points (E-divisive), with its default window and p value, of 5 % and more."""
    from otava.analysis import compute_change_points

    def seen(past: Floats) -> bool:
        points = compute_change_points(list(np.exp(past)), window_len=50, max_pvalue=0.001, min_magnitude=0.05)[0]
        return any(np.median(past[one.index :]) > np.median(past[: one.index]) for one in points)

    return {"otava": _each(world, seen)}


def _each(world: World, seen: Callable[[Floats], bool]) -> np.ndarray[Any, Any]:
    """What a rule that looks at one series at a time says, each night."""
    found = np.zeros((NIGHTS, world.latencies.shape[1]), dtype=bool)
    for number in range(NIGHTS):
        for series in range(found.shape[1]):
            past = world.latencies[: BEFORE + number + 1, series]
            found[number, series] = seen(past[np.isfinite(past)])
    return found


def _filled(latencies: Floats) -> Floats:
    """A missed night stands as the one before it."""
    return pd.DataFrame(latencies).ffill().bfill().to_numpy()


RULES: dict[str, Rule] = {"ours": ours, "ratio": ratio, "rustc-perf": rustc_perf, "asv": asv, "otava": otava}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rule", action="append", choices=RULES, help="ours, ratio and rustc-perf where not given")
    parser.add_argument("--kind", action="append", choices=KINDS, help="the noise; all where not given")
    parser.add_argument("--series", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rows = []
    for kind in given.kind or KINDS:
        for rule in given.rule or ("ours", "ratio", "rustc-perf"):
            found: dict[str, dict[str, Any]] = {}
            for name, alarms in RULES[rule](world(kind, given.series, 0.0, given.seed)).items():
                told = _first_of_each_spell(alarms).sum()
                found[name] = {"false alarms": told / given.series / NIGHTS * MONTH * 1000}
            stepped = round(given.series * STEPPED)
            for step in STEPS:
                there = world(kind, given.series, step, given.seed)
                if rule != "ours":  # the others look at each series alone
                    there.latencies = there.latencies[:, :stepped]
                for name, alarms in RULES[rule](there).items():
                    found[name] |= _caught(alarms[:, :stepped], step)
            rows += [{"noise": kind, "rule": name, **figures} for name, figures in found.items()]
            print(pd.DataFrame(rows[-len(found) :]).to_string(index=False), flush=True)
    print(pd.DataFrame(rows).to_markdown(index=False, floatfmt=".3g"))


def _first_of_each_spell(alarms: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """An alarm that goes on is one."""
    before = np.vstack([np.zeros((1, alarms.shape[1]), dtype=bool), alarms[:-1]])
    return alarms & ~before


def _caught(alarms: np.ndarray[Any, Any], step: float) -> dict[str, Any]:
    """The share of steps that were told within `SOON` nights, and the median delay of those told at all, in nights."""
    first = np.where(alarms.any(axis=0), alarms.argmax(axis=0) + 1, np.inf)
    delay = np.median(first[np.isfinite(first)]) if np.isfinite(first).any() else np.nan
    return {f"{step:.0%} in {SOON}": f"{(first <= SOON).mean():.1%}", f"{step:.0%} delay": delay}


if __name__ == "__main__":
    main()
