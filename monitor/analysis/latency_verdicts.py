"""Slowdowns of a series of runs: suspect, confirmed, filed, and latched until they have recovered.

What is confirmed and filed follows from what each run compared side by side, on whichever class of machine. How fast a
case usually is, and whether it has recovered, is asked of nights on one class of machine alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from monitor.analysis.latency import (
    CONTROLS,
    FEWEST,
    LEAST,
    NORMAL,
    OF_NIGHTS,
    RECENT,
    SAMPLES,
    WINDOW,
    drift,
    expectation,
    filed,
    suspicion,
)
from monitor.analysis.latency_comparisons import SideBySide, judge
from monitor.analysis.latency_series import Nights, nights_by_series
from monitor.history.grid import Floats
from monitor.history.store import Recorded
from monitor.model import Baseline, Comparison, Expected, Pace, Run, Series, Side

# A drift beyond so many deviations of its own is told as it is: nothing is measured again because of it.
DRIFT_DEVIATIONS = 4.0


class Standing(StrEnum):
    """How far a slowdown has come."""

    SUSPECT = "suspect"  # tonight stands out, and was not compared
    CONFIRMED = "confirmed"  # slower than the last good build side by side: on one night so far
    FILED = "filed"  # on two nights of three: told of, and from now on the level that is expected
    LATCHED = "latched"  # told of on an earlier night, and slow still
    RECOVERED = "recovered"  # told of, and as fast as before again


@dataclass(frozen=True)
class Slowdown:
    """One case that became slower by `step`, in logarithms.

    `good` and `new` are the two builds side by side, on the night of the run `seen` that confirmed it last; of a
    suspect, nothing was compared.
    """

    case: str
    standing: Standing
    step: float
    seen: str
    good: Side | None = None
    new: Side | None = None


ToldOf = tuple[Slowdown, Run, Run | None]  # with the run of the night that told of it, and that of its recovery


@dataclass(frozen=True)
class Drift:
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
    drift: Drift | None
    notes: tuple[str, ...]

    def of(self, standing: Standing) -> tuple[Slowdown, ...]:
        return tuple(one for one in self.slowdowns if one.standing is standing)


@dataclass(frozen=True)
class Filing:
    """A slowdown that was told of on a night, and the night that it had recovered, None while it has not."""

    night: int
    slowdown: Slowdown
    recovered: int | None = None


def latency_nights(recorded: Recorded) -> tuple[LatencyNight, ...]:
    """The newest night of each series that is executed."""
    every = nights_by_series(recorded)
    return tuple(_newest(every[series], recorded.comparisons) for series in sorted(every))


def told_of(recorded: Recorded) -> Iterator[ToldOf]:
    """All slowdowns that were ever told of: each with the run of that night, and the one in which it had recovered."""
    for nights in nights_by_series(recorded).values():
        runs = [item.run for item in nights.runs]
        for filing in _filings(nights, recorded.comparisons):
            yield filing.slowdown, runs[filing.night], None if filing.recovered is None else runs[filing.recovered]


def unfiled(recorded: Recorded) -> tuple[Slowdown, ...]:
    """What was confirmed on the nights that the next verdict looks at too, and is not told of: that night decides."""
    found: list[Slowdown] = []
    for nights in nights_by_series(recorded).values():
        told = {one.slowdown.case for one in _filings(nights, recorded.comparisons) if one.recovered is None}
        recent: dict[str, Slowdown] = {}
        for night in _by_night(nights, recorded.comparisons)[1 - OF_NIGHTS :]:
            recent |= night
        found += [one for case, one in sorted(recent.items()) if case not in told]
    return tuple(found)


def baseline(recorded: Recorded, series: Series) -> Baseline | None:
    """What the next night of a series is held against; None before its first.

    The last good build is that of the night before all those that a verdict looks at: a slowdown that came
    with the first of them is not in it, and can be confirmed on each.
    """
    nights = nights_by_series(recorded).get(series)
    build = nights.runs[-OF_NIGHTS:][0].run.build if nights else None
    if nights is None or build is None:
        return None
    latencies = _since_accepted(nights, _filings(nights, recorded.comparisons))
    return Baseline(build.label, SAMPLES, CONTROLS, _paces(nights, latencies))


def _paces(nights: Nights, latencies: Floats) -> dict[str, Pace]:
    paces = {}
    for machine in sorted({item.run.machine for item in nights.runs}):
        rows, pace = nights.on(machine)
        expected = expectation(latencies[rows])
        known = {
            case: Expected(round(float(level), 4), round(float(bound), 4))
            for case, level, bound in zip(nights.cases, expected.level, expected.bound, strict=True)
            if np.isfinite(bound)
        }
        if known:
            paces[machine] = replace(pace, cases=known)
    return paces


def _newest(nights: Nights, comparisons: Mapping[str, Sequence[Comparison]]) -> LatencyNight:
    item, last = nights.runs[-1], len(nights.runs) - 1
    compared = comparisons.get(item.run.id, ())
    told = judge(compared)
    filings = _filings(nights, comparisons)
    found = [
        replace(filing.slowdown, standing=Standing.FILED if filing.night == last else Standing.LATCHED)
        for filing in filings
        if filing.recovered is None
    ]
    found += [replace(filing.slowdown, standing=Standing.RECOVERED) for filing in filings if filing.recovered == last]
    just_filed = {filing.slowdown.case for filing in filings if filing.night == last}
    found += [one for one in _confirmed(item.run, compared, told) if one.case not in just_filed]
    rows, _ = nights.on(item.run.machine)
    shift = None
    if rows[-1]:
        latencies = _since_accepted(nights, filings)[rows]
        seen = {one.case for one in compared}
        found += [one for one in _suspects(item.run, nights.cases, latencies) if one.case not in seen]
        shift = _jump(drift(nights.latencies[rows]))
    common = told.common if told.common is not None and abs(told.common) >= np.log1p(LEAST) else None
    one_finding = Drift(shift, told.common) if shift is not None or common is not None else None
    notes = item.end.notes if item.end else ()
    order = [*Standing]
    ordered = sorted(found, key=lambda one: (order.index(one.standing), -one.step, one.case))
    return LatencyNight(item.run, tuple(ordered), len(told.alike), one_finding, notes)


def _suspects(run: Run, cases: Sequence[str], latencies: Floats) -> list[Slowdown]:
    if len(latencies) < 2:
        return []
    found = suspicion(latencies)
    return [
        Slowdown(case, Standing.SUSPECT, float(shift), run.id)
        for case, shift, suspect in zip(cases, found.shift, found.suspect, strict=True)
        if suspect
    ]


def _confirmed(run: Run, compared: Sequence[Comparison], told: SideBySide) -> list[Slowdown]:
    return [
        Slowdown(one.case, Standing.CONFIRMED, told.slower[one.case], run.id, one.good, one.new)
        for one in compared
        if one.case in told.slower
    ]


def _filings(nights: Nights, comparisons: Mapping[str, Sequence[Comparison]]) -> list[Filing]:
    """Walk the nights: what is confirmed often enough is filed, and its confirmations are spent."""
    by_night = _by_night(nights, comparisons)
    cases = sorted({case for night in by_night for case in night})
    flags = np.array([[case in night for case in cases] for night in by_night], dtype=bool)
    filings = []
    for number in range(len(by_night)):
        told = filed(flags[: number + 1])
        flags[: number + 1, told] = False
        filings += [Filing(number, _latest(by_night[: number + 1], cases[which])) for which in np.flatnonzero(told)]
    return [replace(filing, recovered=_recovered(nights, filing)) for filing in filings]


def _by_night(nights: Nights, comparisons: Mapping[str, Sequence[Comparison]]) -> list[dict[str, Slowdown]]:
    """What each night confirmed, by case; most compared nothing, and to judge that costs as much."""
    timed = frozenset(nights.cases)
    found: list[dict[str, Slowdown]] = []
    for item in nights.runs:
        compared = [one for one in comparisons.get(item.run.id, ()) if one.case in timed]
        confirmed = _confirmed(item.run, compared, judge(compared)) if compared else []
        found.append({one.case: one for one in confirmed})
    return found


def _latest(by_night: Sequence[Mapping[str, Slowdown]], case: str) -> Slowdown:
    return next(night[case] for night in reversed(by_night) if case in night)


def _recovered(nights: Nights, filing: Filing) -> int | None:
    """The night from which a filed case was nearer to its old level than to the new one, by the median of `RECENT`."""
    rows, _ = nights.on(nights.runs[filing.night].run.machine)
    column = nights.latencies[:, nights.cases.index(filing.slowdown.case)].copy()
    column[rows] -= np.nan_to_num(drift(nights.latencies[rows]))
    told = np.flatnonzero(rows & np.isfinite(column))
    before = column[told[told <= filing.night - OF_NIGHTS]][-WINDOW:]
    after = told[told > filing.night]
    for end in range(RECENT, len(after) + 1 if len(before) else 0):
        if np.median(column[after[end - RECENT : end]]) < np.median(before) + filing.slowdown.step / 2:
            return int(after[end - 1])
    return None


def _since_accepted(nights: Nights, filings: Sequence[Filing]) -> Floats:
    """The latencies without those before the level that is expected now."""
    latencies = nights.latencies.copy()
    for filing in filings:
        night = filing.night if filing.recovered is None else filing.recovered
        latencies[: max(0, night - RECENT + 1), nights.cases.index(filing.slowdown.case)] = np.nan
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
