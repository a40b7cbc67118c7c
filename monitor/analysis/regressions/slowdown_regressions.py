"""Slowdowns that were told of, as regressions: those that came with one build of a framework are one.

What two slow functions have in common is the build, and it says more than the numbers, which differ in each.
"""

from __future__ import annotations

import hashlib
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.analysis.cells import Cell
from monitor.analysis.latency.slowdown_tracker import Slowdown, ToldOf
from monitor.analysis.regressions.regression import Excuse, Regression, RegressionState, nothing_excused, state_of
from monitor.analysis.regressions.tracker import EventKind, FailingCell, RegressionEvent, RegressionKind, age_of
from monitor.formatting.humanize import duration, slower_by
from monitor.history.layout import RecordedRun
from monitor.model import Build, ComparisonSide, Outcome, Run


@dataclass(frozen=True)
class _CellSlowdown:
    """A slowdown of a cell: the build before, the first build that was slower, the run that filed it, and its recovery.

    `bad` names the build of the run that filed it.
    """

    bad: FailingCell
    good: Build
    first: Build
    told: Run
    recovered: Run | None


def slower(
    told: Iterable[ToldOf], runs: Iterable[RecordedRun], excuse: Excuse = nothing_excused
) -> tuple[Regression, ...]:
    """Every slowdown that was ever told of, among these runs, as regressions, in the order in which they opened."""
    by_build: dict[tuple[str, Build], list[_CellSlowdown]] = defaultdict(list)
    for one in _found(told, runs):
        by_build[one.told.framework, one.first].append(one)
    every = [_regression(framework, build, found, excuse) for (framework, build), found in by_build.items()]
    return tuple(sorted(every, key=lambda one: one.events[0].run.started))


def _found(told_ones: Iterable[ToldOf], runs: Iterable[RecordedRun]) -> Iterator[_CellSlowdown]:
    builds = {build.label: build.bare for item in runs if (build := item.run.build)}
    for slow, told, recovered in told_ones:
        good, new = (builds.get(side.build) if side else None for side in (slow.good, slow.new))
        if good and new:
            cell = Cell.of(slow.case, told)
            build = told.build.bare if told.build else new
            yield _CellSlowdown(
                FailingCell(cell, Outcome.PASS, _numbers(slow), build, slower=True), good, new, told, recovered
            )


def _regression(framework: str, build: Build, found: Sequence[_CellSlowdown], excuse: Excuse) -> Regression:
    bad = tuple(sorted((one.bad for one in found if not one.recovered), key=lambda one: one.cell))
    mended = [run.build for one in found if (run := one.recovered) and run.build]
    fixed = None if bad else max(mended, key=age_of).bare
    return Regression(
        id=hashlib.sha256(f"{framework} {RegressionKind.SLOWER} {build.label}".encode()).hexdigest()[:12],
        framework=framework,
        kind=RegressionKind.SLOWER,
        state=state_of(bad, fixed, excuse),
        signature=f"slower: {build.label}",
        message=found[0].bad.message,
        last_good=max((one.good for one in found), key=age_of),
        first_bad=build,
        fixed=fixed,
        bad=bad,
        cells=tuple(sorted(one.bad.cell for one in found)),
        events=tuple(_events(found)),
        detection=None,
        flaky=tuple(one.cell for one in bad if excuse(one) is RegressionState.FLAKY),
        message_of=found[0].bad.cell,
    )


def _events(found: Sequence[_CellSlowdown]) -> Iterator[RegressionEvent]:
    """The nights on which some were told of, then those on which some had recovered."""
    told, recovered = defaultdict(list), defaultdict(list)
    runs = {run.id: run for one in found for run in (one.told, one.recovered) if run}
    for one in found:
        told[one.told.id].append(one.bad.cell)
        if one.recovered:
            recovered[one.recovered.id].append(one.bad.cell)
    for number, run in enumerate(sorted(told, key=lambda run: runs[run].started)):
        yield RegressionEvent(EventKind.SPREAD if number else EventKind.OPENED, runs[run], tuple(told[run]))
    left = len(found)
    for run in sorted(recovered, key=lambda run: runs[run].started):
        left -= len(recovered[run])
        yield RegressionEvent(EventKind.SHRUNK if left else EventKind.CLOSED, runs[run], tuple(recovered[run]))


def _numbers(slow: Slowdown) -> str:
    """Both builds side by side, with how sure that is: `25 % slower: 10.1 µs ± 0.20 µs, now 12.6 µs ± 0.25 µs`."""
    return f"{slower_by(slow.step)}: {measured(slow.good)}, now {measured(slow.new)}"


def measured(side: ComparisonSide | None) -> str:
    """The median of the processes of one build, and the distance of their quartiles."""
    if side is None or len(side.latencies) < 2:
        return "not measured"
    low, middle, high = statistics.quantiles(side.latencies, n=4)
    return f"{duration(middle)} ± {duration(high - low)}"
