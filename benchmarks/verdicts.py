"""Measure the reported slowdowns, their delay, and the false alarms of each rule.

    python benchmarks/verdicts.py
    python benchmarks/verdicts.py --rule asv --rule otava --kind plain --series 200

Replay nights of many series (`noise_models.py`), and record the reports of every rule: each stage of
`monitor.analysis.latency.detection`, the search for change points, and the rules of other tools. `asv` needs the
package asv, and `otava` the package apache-otava, which pins NumPy: run the script in an environment that has
them, with `PYTHONPATH` on this checkout.

False alarms are per 1,000 series and 30 nights; a continuing alarm counts once. They come with the upper end of their
one-sided 95 % interval (Poisson). Detection is the share of series that are reported within three and within seven
nights, and the median delay in nights of those that are reported at all.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from noise_models import BEFORE, KINDS, NIGHTS, STEPPED, World, changed, creep, step, worlds
from scipy import stats

from monitor.analysis.latency.builds_in_turns import compare_latencies as judge_comparisons
from monitor.analysis.latency.changepoints import series_changepoints
from monitor.analysis.latency.detection import CONTROLS, RECENT, WINDOW, suspicion
from monitor.analysis.latency.latency_series import Nights
from monitor.analysis.latency.segmentation import WEEK
from monitor.analysis.latency.slowdown_reporting import NightWalker
from monitor.analysis.latency.slowdown_tracker import good_builds
from monitor.history.run_files import RecordedRun
from monitor.history.run_matrix import Flags, Floats
from monitor.model import Build, Channel, Comparison, ComparisonSide, Evidence, Reason, Run, RunEnd

MONTH = 30
SOON = (3, 7)  # a step should be reported within so many nights
CHANGES = {**{f"{size:.0%}": step(size) for size in (0.03, 0.05, 0.10, 0.25, 1.00)}, "creeping": creep(0.01, 15)}
NOTHING = step(0)
SURE = 0.95

# The share of series that a night's quarter of an hour pays for in 18 processes, beyond the controls: 175 of 700 cases
# of a quarter of a second.
AFFORDABLE = 0.25
COMPARED_BEFORE = 10  # nights before the judged ones on which series are compared, as in any history that is not new

# A rule says of each judged night and series whether it would raise an alarm: nights by series, by the rule's stages.
Rule = Callable[[World], dict[str, Flags]]


def ours(world: World) -> dict[str, Flags]:
    """Return the flags of each stage of `monitor.analysis.latency`. A reported slowdown starts a new past."""
    nights, of = as_nights(world)
    walker, expected = NightWalker(nights), nights.latencies.copy()
    stages = {name: np.zeros((NIGHTS, len(nights.cases)), dtype=bool) for name in ("suspect", "confirmed", "reported")}
    for number, night in enumerate(of):
        if night < BEFORE - COMPARED_BEFORE:
            walker.read(number, ())
            continue
        rows = nights.alike(number)
        found_now = suspicion(expected[rows][-(WINDOW + RECENT) :])
        suspects = found_now.suspect
        followed = [*map(int, walker.followed_on(number))]
        measured = np.isfinite(nights.latencies[number])
        slowest = np.argsort(np.where(suspects, -found_now.excess, np.inf))[: suspects.sum()]
        asked = np.array([*dict.fromkeys((*followed, *slowest.tolist()))], dtype=int)
        asked = asked[measured[asked]][: int(AFFORDABLE * len(nights.cases))]
        controls = world.rng.choice(np.setdiff1d(np.flatnonzero(measured), asked), CONTROLS, replace=False)
        found = [*_compared(world, nights, of, number, asked, controls)]
        walker.read(number, found)
        if night < BEFORE:
            continue
        stages["suspect"][night - BEFORE] = suspects
        stages["confirmed"][night - BEFORE, [int(case) for case in judge_comparisons(found).slower]] = True
        for report in walker.reports:
            if report.night == number:
                case = int(report.followed.case)
                stages["reported"][night - BEFORE, case] = True
                expected[: report.accepted, case] = np.nan
    return {f"ours, {name}": flags for name, flags in stages.items()}


def as_nights(world: World) -> tuple[Nights, list[int]]:
    """Return the nights of a world that were not missed, as those of a history, and their numbers."""
    of = [int(night) for night in np.flatnonzero(np.isfinite(world.latencies).any(axis=1))]
    runs = []
    for night in of:
        build = Build("jax", f"{world.builds[night] + 1000}.0", Channel.NIGHTLY)
        run = Run(str(night), "", "cpu", "jax", "paper", build=build)
        runs.append(RecordedRun(run, RunEnd("", (float(world.calibrations[night]),))))
    cases = tuple(map(str, range(world.latencies.shape[1])))
    return Nights(tuple(runs), cases, world.latencies[of]), of


def _compared(
    world: World, nights: Nights, of: list[int], number: int, asked: Any, controls: Any
) -> Iterable[Comparison]:
    """Measure these series on a night beside the plan's good builds, as the run step does."""
    past = Nights(nights.runs[:number], nights.cases, nights.latencies[:number])
    ran = {item.run.build.requirement: of[at] for at, item in enumerate(past.runs) if item.run.build}
    build = nights.runs[number].run.build
    goods = [label for label in good_builds(past) if build and label != build.requirement]
    if not len(asked) or not goods or build is None:
        return
    every = np.concatenate([asked, controls])
    of_goods, of_new = world.side_by_side(of[number], [ran[label] for label in goods], every)
    columns = [[np.exp(one).T.tolist() for one in of_goods], np.exp(of_new).T.tolist()]
    for place, series in enumerate(every):
        sides = [ComparisonSide(label, (), tuple(one[place])) for label, one in zip(goods, columns[0], strict=True)]
        reason = Reason.SUSPECT if place < len(asked) else Reason.CONTROL
        new = ComparisonSide(build.requirement, (), tuple(columns[1][place]))
        yield Comparison(str(series), reason, sides[0], new, tuple(sides[1:]))


def back(world: World) -> dict[str, Flags]:
    """Search for change points at the end of each week; the result stands until the next search.

    A move that many series share is no alarm: the machine caused it.
    """
    found = np.zeros((NIGHTS, world.latencies.shape[1]), dtype=bool)
    nights, of = as_nights(world)
    for number in range(NIGHTS):
        night = BEFORE + number
        if night % WEEK == WEEK - 1:
            seen = sum(one <= night for one in of)
            past = Nights(nights.runs[:seen], nights.cases, nights.latencies[:seen])
            moved = series_changepoints(("cpu", "jax", "paper", Evidence.EXECUTED), past)
            slower = [int(one.cell.case) for one in moved if one.factor > 1 and not one.at_once]
            found[number, slower] = True
        elif number:
            found[number] = found[number - 1]
    return {"ours, look back": found}


def ratio(world: World) -> dict[str, Flags]:
    """Flag series that are slower than the night before by half."""
    moves = np.diff(_filled(world.latencies), axis=0)[BEFORE - 1 :]
    return {"150 % of the night before": moves > np.log(1.5)}


def rustc_perf(world: World) -> dict[str, Flags]:
    """Flag a step beyond the third quartile of the last 30 steps by three times the interquartile range."""
    moves = np.abs(np.diff(_filled(world.latencies), axis=0))
    signed = np.diff(_filled(world.latencies), axis=0)
    found = np.zeros((NIGHTS, moves.shape[1]), dtype=bool)
    for number in range(NIGHTS):
        at = BEFORE - 1 + number
        first, third = np.quantile(moves[max(0, at - 30) : at], (0.25, 0.75), axis=0)
        found[number] = signed[at] > third + 3 * (third - first)
    return {"rustc-perf": found}


def asv(world: World) -> dict[str, Flags]:
    """Flag steps by airspeed velocity's detection, at its threshold of 5 %, in the night that it finds them."""
    from asv.step_detect import detect_regressions, detect_steps

    def seen(past: Floats) -> bool:
        steps = detect_steps(list(np.exp(past)))
        return detect_regressions(steps, threshold=0.05)[1] is not None

    return {"asv": _each(world, seen)}


def otava(world: World) -> dict[str, Flags]:
    """Flag Apache Otava's change points (E-divisive) of 5 % and more, with its default window and p value."""
    from otava.analysis import compute_change_points

    def seen(past: Floats) -> bool:
        points = compute_change_points(list(np.exp(past)), window_len=50, max_pvalue=0.001, min_magnitude=0.05)[0]
        return any(np.median(past[one.index :]) > np.median(past[: one.index]) for one in points)

    return {"otava": _each(world, seen)}


def _each(world: World, seen: Callable[[Floats], bool]) -> Flags:
    """Apply a rule for single series each night, until it reports the series."""
    found = np.zeros((NIGHTS, world.latencies.shape[1]), dtype=bool)
    for number in range(NIGHTS):
        for series in np.flatnonzero(~found.any(axis=0)):
            past = world.latencies[: BEFORE + number + 1, series]
            found[number, series] = seen(past[np.isfinite(past)])
    return found


def _filled(latencies: Floats) -> Floats:
    """Fill each missed night with the one before it."""
    return pd.DataFrame(latencies).ffill().bfill().to_numpy()


RULES: dict[str, Rule] = {
    "ours": ours,
    "back": back,
    "ratio": ratio,
    "rustc-perf": rustc_perf,
    "asv": asv,
    "otava": otava,
}
ALONE = ("asv", "otava")  # these look at each series alone: the series that change will do
SLOW = 5  # and take so long, a few ms a look, that fewer of them must do too


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rule", action="append", choices=RULES, help="ours, back, ratio and rustc-perf where not given"
    )
    parser.add_argument("--kind", action="append", choices=KINDS, help="the noise; all where not given")
    parser.add_argument("--series", type=int, default=20_000)
    parser.add_argument("--changed", type=int, default=300, help="series that change, among twenty times as many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--change", action="append", choices=CHANGES, help="what changes; all where not given")
    given = parser.parse_args()
    rows = []
    for kind in given.kind or KINDS:
        for rule in given.rule or ("ours", "back", "ratio", "rustc-perf"):
            found = judge(rule, kind, given.series, given.changed, given.seed, given.change or [*CHANGES])
            rows += [{"noise": kind, "rule": name, **figures} for name, figures in found.items()]
            print(pd.DataFrame(rows[-len(found) :]).to_string(index=False), flush=True)
    print(pd.DataFrame(rows).to_markdown(index=False))


def judge(rule: str, kind: str, series: int, some: int, seed: int, changes: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the result of each stage of a rule, one text per column of the table."""
    found: dict[str, dict[str, str]] = {}
    for name, alarms in _alarms(rule, worlds(kind, series, NOTHING, seed)).items():
        found[name] = {"false": _false(sum(int(_begin(one).sum()) for one in alarms), sum(one.size for one in alarms))}
    for title in changes:
        many = round(some / STEPPED) // (SLOW if rule in ALONE else 1)
        there = worlds(kind, many, CHANGES[title], seed + 1000)
        for name, alarms in _alarms(rule, there, only_changed=True).items():
            found[name][title] = _caught(np.hstack(alarms))
    return found


def _alarms(rule: str, there: Iterable[World], *, only_changed: bool = False) -> dict[str, list[Flags]]:
    alarms: dict[str, list[Flags]] = defaultdict(list)
    for world in there:
        count = changed(world)
        if only_changed and rule in ALONE:
            world.latencies = world.latencies[:, :count]
        for name, found in RULES[rule](world).items():
            alarms[name].append(found[:, :count] if only_changed else found)
    return alarms


def _begin(alarms: Flags) -> Flags:
    """Count the alarms; a continuing one counts once."""
    before = np.vstack([np.zeros((1, alarms.shape[1]), dtype=bool), alarms[:-1]])
    return alarms & ~before


def _false(alarms: int, nights: int) -> str:
    """Format a rate per 1,000 series-months with its upper bound."""
    unit = 1000 * MONTH / nights
    most = stats.chi2.ppf(SURE, 2 * (alarms + 1)) / 2
    return f"{alarms * unit:.3g} (< {most * unit:.2g})"


def _caught(alarms: Flags) -> str:
    """Return the shares reported within each of `SOON` nights, and the median delay in nights of all reported ones."""
    first = np.where(alarms.any(axis=0), alarms.argmax(axis=0) + 1, np.inf)
    shares = " / ".join(f"{100 * (first <= soon).mean():.0f}" for soon in SOON) + " %"
    return f"{shares}, {np.median(first[np.isfinite(first)]):.0f}" if np.isfinite(first).any() else shares


if __name__ == "__main__":
    main()
