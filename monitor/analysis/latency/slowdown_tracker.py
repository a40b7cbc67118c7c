"""Track the slowdowns of a series of runs: suspect, confirmed, reported, and ongoing until they recover.

Confirmed and reported slowdowns follow from the comparisons of each run, on any class of machine. The expected latency
of a case, and its recovery, follow from nights on one class of machine only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from monitor.analysis.latency.builds_in_turns import SideBySide, compare_latencies
from monitor.analysis.latency.detection import (
    CONTROLS,
    MIN_NIGHTS,
    MIN_STEP,
    NORMAL,
    RECENT,
    WINDOW,
    drift,
    expectation,
    suspicion,
)
from monitor.analysis.latency.latency_series import Nights, nights_by_series
from monitor.analysis.latency.slowdown_decision import FOLLOWED_NIGHTS, GOOD_BUILDS, ROUNDS
from monitor.analysis.latency.slowdown_reporting import FollowedCase, SlowdownReport, walk
from monitor.history.run_matrix import Floats
from monitor.history.store import LoadedHistory
from monitor.model import Baseline, Comparison, ComparisonSide, ExpectedLatency, MachineBaseline, Run, Series, SlowLevel

# A drift beyond so many deviations of its own is reported as it is; nothing is measured again because of it.
DRIFT_DEVIATIONS = 4.0


class SlowdownStatus(StrEnum):
    """Stage of a slowdown."""

    SUSPECT = "suspect"  # tonight stands out, and was not compared
    CONFIRMED = "confirmed"  # slower than the last good build side by side: on one night so far
    REPORTED = "reported"  # confirmed on two or more nights of one week; from now on the expected level
    ONGOING = "ongoing"  # reported on an earlier night, and still slow
    RECOVERED = "recovered"  # reported, and as fast as before again


@dataclass(frozen=True)
class Slowdown:
    """One case that became slower by `step`, in logarithms.

    `good` and `new` are the two compared builds in the run `seen`, which confirmed it last; both are None for a
    suspect.
    """

    case: str
    status: SlowdownStatus
    step: float
    seen: str
    good: ComparisonSide | None = None
    new: ComparisonSide | None = None


@dataclass(frozen=True)
class ReportedSlowdown:
    """A slowdown with the run that reported it, and the run by which it had recovered, or None."""

    slowdown: Slowdown
    run: Run
    recovered: Run | None


@dataclass(frozen=True)
class CommonDrift:
    """Common slowdown of all cases of a night, in logarithms: one finding.

    `shift` is tonight's against the nights before, if it stands out; `common` is the new build's against the last good
    one, if it was measured. If `common` is None, the cause may be the machine or the build.
    """

    shift: float | None
    common: float | None


@dataclass(frozen=True)
class LatencyNight:
    """Latency results of the newest run of a series.

    `alike` counts the suspects that the comparison did not find slower; `notes` name the cases that were not compared.
    """

    run: Run
    slowdowns: tuple[Slowdown, ...]
    alike: int
    drift: CommonDrift | None
    notes: tuple[str, ...]

    def of(self, status: SlowdownStatus) -> tuple[Slowdown, ...]:
        return tuple(one for one in self.slowdowns if one.status is status)


def latency_nights(recorded: LoadedHistory) -> tuple[LatencyNight, ...]:
    """Return the newest night of each executed series."""
    every = nights_by_series(recorded)
    return tuple(_newest(every[series], recorded.comparisons) for series in sorted(every))


def reported_slowdowns(recorded: LoadedHistory) -> Iterator[ReportedSlowdown]:
    """Yield all slowdowns that were ever reported, each with the run of the report and that of its recovery."""
    for nights in nights_by_series(recorded).values():
        runs = [item.run for item in nights.runs]
        for report in walk(nights, recorded.comparisons).reports:
            run = runs[report.night]
            recovered = None if report.recovered is None else runs[report.recovered]
            yield ReportedSlowdown(_slowdown(report.followed, run, SlowdownStatus.REPORTED), run, recovered)


def followed_slowdowns(recorded: LoadedHistory) -> tuple[Slowdown, ...]:
    """Return the cases that were confirmed slower and not reported yet; the next night of the series decides."""
    return tuple(
        _slowdown(followed, nights.runs[followed.first].run, SlowdownStatus.CONFIRMED)
        for nights in nights_by_series(recorded).values()
        for followed in walk(nights, recorded.comparisons).followed.values()
    )


def next_baseline(recorded: LoadedHistory, series: Series) -> Baseline | None:
    """Return the baseline of the next night of a series; None before its first.

    A failing case is rerun under the build of `RECENT` nights ago. A slow case is measured beside good builds: the
    newest ones that first ran before the nights for which a case is followed. So no good build can have the slowdown.
    """
    nights = nights_by_series(recorded).get(series)
    build = nights.runs[-RECENT:][0].run.build if nights else None
    if nights is None or build is None:
        return None
    walked = walk(nights, recorded.comparisons)
    latencies = _since_accepted(nights, walked.reports)
    return Baseline(
        build.requirement,
        ROUNDS,
        CONTROLS,
        _machine_baselines(nights, latencies),
        good_builds(nights),
        tuple(sorted(walked.followed)),
    )


def good_builds(nights: Nights) -> tuple[str, ...]:
    """Return the labels of the good builds, the newest first; for a short series, the oldest build."""
    labels = [
        *dict.fromkeys(item.run.build.requirement for item in nights.runs[: 1 - FOLLOWED_NIGHTS] if item.run.build)
    ]
    oldest = [item.run.build.requirement for item in nights.runs[:1] if item.run.build]
    return tuple(labels[::-1][:GOOD_BUILDS] or oldest)


def _machine_baselines(nights: Nights, latencies: Floats) -> dict[str, tuple[MachineBaseline, ...]]:
    baselines: dict[str, tuple[MachineBaseline, ...]] = {}
    for machine, rows, baseline in nights.machine_classes():
        expected = expectation(latencies[rows])
        figures = np.round([expected.level, expected.bound, expected.slow_lowest, expected.slow_bound], 4).T.tolist()
        known = {
            case: ExpectedLatency(level, bound, None if math.isnan(lowest) else SlowLevel(lowest, slow_bound))
            for case, (level, bound, lowest, slow_bound) in zip(nights.cases, figures, strict=True)
            if math.isfinite(bound)
        }
        if known:
            baselines[machine] = (*baselines.get(machine, ()), replace(baseline, cases=known))
    return baselines


def _newest(nights: Nights, comparisons: Mapping[str, Sequence[Comparison]]) -> LatencyNight:
    item, last = nights.runs[-1], len(nights.runs) - 1
    compared = comparisons.get(item.run.id, ())
    comparison = compare_latencies(compared)
    reports = walk(nights, comparisons).reports
    found = [
        _slowdown(report.followed, nights.runs[report.night].run, status)
        for report in reports
        if (status := _status(report, last))
    ]
    just_filed = {report.followed.case for report in reports if report.night == last}
    found += [one for one in _confirmed(item.run, compared, comparison) if one.case not in just_filed]
    rows = nights.alike(last)
    shift = None
    if rows[-1]:
        latencies = _since_accepted(nights, reports)[rows]
        seen = {one.case for one in compared}
        found += [one for one in _suspects(item.run, nights.cases, latencies) if one.case not in seen]
        shift = _jump(drift(nights.latencies[rows]))
    common = (
        comparison.common if comparison.common is not None and abs(comparison.common) >= np.log1p(MIN_STEP) else None
    )
    one_finding = CommonDrift(shift, comparison.common) if shift is not None or common is not None else None
    notes = item.end.notes if item.end else ()
    order = [*SlowdownStatus]
    ordered = sorted(found, key=lambda one: (order.index(one.status), -one.step, one.case))
    return LatencyNight(item.run, tuple(ordered), len(comparison.alike), one_finding, notes)


def _suspects(run: Run, cases: Sequence[str], latencies: Floats) -> list[Slowdown]:
    if len(latencies) < 2:
        return []
    found = suspicion(latencies)
    return [
        Slowdown(case, SlowdownStatus.SUSPECT, float(shift), run.id)
        for case, shift, suspect in zip(cases, found.shift, found.suspect, strict=True)
        if suspect
    ]


def _confirmed(run: Run, compared: Sequence[Comparison], comparison: SideBySide) -> list[Slowdown]:
    return [
        Slowdown(one.case, SlowdownStatus.CONFIRMED, comparison.slower[one.case], run.id, one.good, one.new)
        for one in compared
        if one.case in comparison.slower
    ]


def _slowdown(followed: FollowedCase, seen: Run, status: SlowdownStatus) -> Slowdown:
    opened = followed.opened
    return Slowdown(opened.case, status, followed.step, seen.id, opened.good, opened.new)


def _status(report: SlowdownReport, last: int) -> SlowdownStatus | None:
    """Return the status of a reported slowdown on the last night; None if it had recovered before."""
    if report.recovered is None:
        return SlowdownStatus.REPORTED if report.night == last else SlowdownStatus.ONGOING
    return SlowdownStatus.RECOVERED if report.recovered == last else None


def _since_accepted(nights: Nights, reports: Sequence[SlowdownReport]) -> Floats:
    """Return the latencies since the level that is now expected; NaN before."""
    latencies = nights.latencies.copy()
    for report in reports:
        latencies[: report.accepted, nights.cases.index(report.followed.case)] = np.nan
    return latencies


def _jump(drifts: Floats) -> float | None:
    """Return tonight's drift if it stands out and that of the night before did not; else None."""
    tonight, before = (_standing_out(drifts), _standing_out(drifts[:-1]))
    return tonight if before is None else None


def _standing_out(drifts: Floats) -> float | None:
    past = drifts[:-1][np.isfinite(drifts[:-1])][-WINDOW:]
    if len(past) < MIN_NIGHTS or not np.isfinite(drifts[-1]):
        return None
    level = np.median(past)
    noise = NORMAL * np.median(np.abs(past - level))
    shift = float(drifts[-1] - level)
    return shift if abs(shift) > max(np.log1p(MIN_STEP), DRIFT_DEVIATIONS * noise) else None
