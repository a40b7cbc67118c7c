"""Slowdowns of a series of runs: suspect, confirmed, reported, and ongoing until they recover.

What is confirmed and filed follows from what each run compared side by side, on whichever class of machine. How fast a
case usually is, and whether it has recovered, is asked of nights on one class of machine alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from monitor.analysis.latency.ab_tests import SideBySide, judge
from monitor.analysis.latency.build_effects import GOODS, OF_NIGHTS, ROUNDS
from monitor.analysis.latency.confirmation_walk import FiledSlowdown, FollowedCase, walk
from monitor.analysis.latency.detection import (
    CONTROLS,
    FEWEST,
    LEAST,
    NORMAL,
    RECENT,
    WINDOW,
    drift,
    expectation,
    suspicion,
)
from monitor.analysis.latency.latency_series import Nights, nights_by_series
from monitor.history.run_matrix import Floats
from monitor.history.store import LoadedHistory
from monitor.model import Baseline, Comparison, ComparisonSide, ExpectedLatency, MachineBaseline, Run, Series, SlowMode

# A drift beyond so many deviations of its own is told as it is: nothing is measured again because of it.
DRIFT_DEVIATIONS = 4.0


class SlowdownStatus(StrEnum):
    """How far a slowdown has come."""

    SUSPECT = "suspect"  # tonight stands out, and was not compared
    CONFIRMED = "confirmed"  # slower than the last good build side by side: on one night so far
    REPORTED = "reported"  # confirmed on two nights of three: reported, and from now on the expected level
    ONGOING = "ongoing"  # reported on an earlier night, and still slow
    RECOVERED = "recovered"  # reported, and as fast as before again


@dataclass(frozen=True)
class Slowdown:
    """One case that became slower by `step`, in logarithms.

    `good` and `new` are the two builds side by side, on the night of the run `seen` that confirmed it last; of a
    suspect, nothing was compared.
    """

    case: str
    standing: SlowdownStatus
    step: float
    seen: str
    good: ComparisonSide | None = None
    new: ComparisonSide | None = None


ToldOf = tuple[Slowdown, Run, Run | None]  # with the run of the night that told of it, and that of its recovery


@dataclass(frozen=True)
class CommonDrift:
    """What all cases of a night have in common: one finding, in logarithms.

    `shift` is that of tonight against the nights before, where it stands out; `common` that of the new build against
    the last good one side by side, where it was measured. Without the second, the machine may be slow or the build.
    """

    shift: float | None
    common: float | None


@dataclass(frozen=True)
class LatencyNight:
    """The newest run of a series, as to how fast it was.

    `alike` counts the suspects that were no slower side by side; `notes` say what was not compared.
    """

    run: Run
    slowdowns: tuple[Slowdown, ...]
    alike: int
    drift: CommonDrift | None
    notes: tuple[str, ...]

    def of(self, standing: SlowdownStatus) -> tuple[Slowdown, ...]:
        return tuple(one for one in self.slowdowns if one.standing is standing)


def latency_nights(recorded: LoadedHistory) -> tuple[LatencyNight, ...]:
    """The newest night of each series that is executed."""
    every = nights_by_series(recorded)
    return tuple(_newest(every[series], recorded.comparisons) for series in sorted(every))


def told_of(recorded: LoadedHistory) -> Iterator[ToldOf]:
    """All slowdowns that were ever filed: each with the run of that night, and the one in which it had recovered."""
    for nights in nights_by_series(recorded).values():
        runs = [item.run for item in nights.runs]
        for filing in walk(nights, recorded.comparisons).filings:
            slowdown = _slowdown(filing.followed, runs[filing.night], SlowdownStatus.REPORTED)
            yield slowdown, runs[filing.night], None if filing.recovered is None else runs[filing.recovered]


def unfiled(recorded: LoadedHistory) -> tuple[Slowdown, ...]:
    """The cases that are followed: slower side by side, and not filed. The next night of the series decides."""
    return tuple(
        _slowdown(followed, nights.runs[followed.first].run, SlowdownStatus.CONFIRMED)
        for nights in nights_by_series(recorded).values()
        for followed in walk(nights, recorded.comparisons).followed.values()
    )


def baseline(recorded: LoadedHistory, series: Series) -> Baseline | None:
    """What the next night of a series is held against; None before its first.

    A case that fails is run under the build of `RECENT` nights ago. A case that is slower is measured beside the newest
    builds that first ran before all nights for which a case is followed: a slowdown that is followed is in none.
    """
    nights = nights_by_series(recorded).get(series)
    build = nights.runs[-RECENT:][0].run.build if nights else None
    if nights is None or build is None:
        return None
    walked = walk(nights, recorded.comparisons)
    latencies = _since_accepted(nights, walked.filings)
    return Baseline(
        build.label, ROUNDS, CONTROLS, _paces(nights, latencies), good_builds(nights), tuple(sorted(walked.followed))
    )


def good_builds(nights: Nights) -> tuple[str, ...]:
    """The labels of the good builds, the newest first; of a short series, the oldest build."""
    labels = [*dict.fromkeys(item.run.build.label for item in nights.runs[: 1 - OF_NIGHTS] if item.run.build)]
    oldest = [item.run.build.label for item in nights.runs[:1] if item.run.build]
    return tuple(labels[::-1][:GOODS] or oldest)


def _paces(nights: Nights, latencies: Floats) -> dict[str, tuple[MachineBaseline, ...]]:
    paces: dict[str, tuple[MachineBaseline, ...]] = {}
    for machine, rows, pace in nights.paces():
        expected = expectation(latencies[rows])
        figures = np.round([expected.level, expected.bound, expected.slow_lowest, expected.slow_bound], 4).T.tolist()
        known = {
            case: ExpectedLatency(level, bound, None if math.isnan(lowest) else SlowMode(lowest, slow_bound))
            for case, (level, bound, lowest, slow_bound) in zip(nights.cases, figures, strict=True)
            if math.isfinite(bound)
        }
        if known:
            paces[machine] = (*paces.get(machine, ()), replace(pace, cases=known))
    return paces


def _newest(nights: Nights, comparisons: Mapping[str, Sequence[Comparison]]) -> LatencyNight:
    item, last = nights.runs[-1], len(nights.runs) - 1
    compared = comparisons.get(item.run.id, ())
    told = judge(compared)
    filings = walk(nights, comparisons).filings
    found = [
        _slowdown(filing.followed, nights.runs[filing.night].run, standing)
        for filing in filings
        if (standing := _standing(filing, last))
    ]
    just_filed = {filing.followed.case for filing in filings if filing.night == last}
    found += [one for one in _confirmed(item.run, compared, told) if one.case not in just_filed]
    rows = nights.alike(last)
    shift = None
    if rows[-1]:
        latencies = _since_accepted(nights, filings)[rows]
        seen = {one.case for one in compared}
        found += [one for one in _suspects(item.run, nights.cases, latencies) if one.case not in seen]
        shift = _jump(drift(nights.latencies[rows]))
    common = told.common if told.common is not None and abs(told.common) >= np.log1p(LEAST) else None
    one_finding = CommonDrift(shift, told.common) if shift is not None or common is not None else None
    notes = item.end.notes if item.end else ()
    order = [*SlowdownStatus]
    ordered = sorted(found, key=lambda one: (order.index(one.standing), -one.step, one.case))
    return LatencyNight(item.run, tuple(ordered), len(told.alike), one_finding, notes)


def _suspects(run: Run, cases: Sequence[str], latencies: Floats) -> list[Slowdown]:
    if len(latencies) < 2:
        return []
    found = suspicion(latencies)
    return [
        Slowdown(case, SlowdownStatus.SUSPECT, float(shift), run.id)
        for case, shift, suspect in zip(cases, found.shift, found.suspect, strict=True)
        if suspect
    ]


def _confirmed(run: Run, compared: Sequence[Comparison], told: SideBySide) -> list[Slowdown]:
    return [
        Slowdown(one.case, SlowdownStatus.CONFIRMED, told.slower[one.case], run.id, one.good, one.new)
        for one in compared
        if one.case in told.slower
    ]


def _slowdown(followed: FollowedCase, seen: Run, standing: SlowdownStatus) -> Slowdown:
    opened = followed.opened
    return Slowdown(opened.case, standing, followed.step, seen.id, opened.good, opened.new)


def _standing(filing: FiledSlowdown, last: int) -> SlowdownStatus | None:
    """How a filed slowdown stands on the last night; None where it had recovered before."""
    if filing.recovered is None:
        return SlowdownStatus.REPORTED if filing.night == last else SlowdownStatus.ONGOING
    return SlowdownStatus.RECOVERED if filing.recovered == last else None


def _since_accepted(nights: Nights, filings: Sequence[FiledSlowdown]) -> Floats:
    """The latencies without those before the level that is expected now."""
    latencies = nights.latencies.copy()
    for filing in filings:
        latencies[: filing.accepted, nights.cases.index(filing.followed.case)] = np.nan
    return latencies


def _jump(drifts: Floats) -> float | None:
    """By how much tonight's drift stands out from those before, where that of the night before did not."""
    tonight, before = (_standing_out(drifts), _standing_out(drifts[:-1]))
    return tonight if before is None else None


def _standing_out(drifts: Floats) -> float | None:
    past = drifts[:-1][np.isfinite(drifts[:-1])][-WINDOW:]
    if len(past) < FEWEST or not np.isfinite(drifts[-1]):
        return None
    level = np.median(past)
    noise = NORMAL * np.median(np.abs(past - level))
    shift = float(drifts[-1] - level)
    return shift if abs(shift) > max(np.log1p(LEAST), DRIFT_DEVIATIONS * noise) else None
