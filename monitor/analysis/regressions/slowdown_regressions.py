"""Group reported slowdowns into regressions: one regression for each framework and build.

Slow functions have the build in common. It says more than the numbers, which differ in each.
"""

from __future__ import annotations

import hashlib
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.analysis.cells import Cell
from monitor.analysis.latency.slowdown_tracker import ReportedSlowdown, Slowdown
from monitor.analysis.regressions.regression import (
    Regression,
    RegressionState,
    Suppression,
    no_suppression,
    regression_state,
)
from monitor.analysis.regressions.regression_tracker import (
    EventKind,
    FailingCell,
    RegressionEvent,
    RegressionKind,
    build_sort_key,
)
from monitor.formatting.humanize import duration, slower_by
from monitor.history.run_files import RecordedRun
from monitor.model import Build, ComparisonSide, Outcome, Run


@dataclass(frozen=True)
class _CellSlowdown:
    """A slowdown of a cell: build before, first slower build, run that reported it, and run of its recovery.

    `bad` names the build of the run that reported it.
    """

    bad: FailingCell
    good: Build
    first: Build
    reported: Run
    recovered: Run | None


def slowdown_regressions(
    slowdowns: Iterable[ReportedSlowdown], runs: Iterable[RecordedRun], suppress: Suppression = no_suppression
) -> tuple[Regression, ...]:
    """Return all reported slowdowns among these runs as regressions, in the order in which they opened."""
    by_build: dict[tuple[str, Build], list[_CellSlowdown]] = defaultdict(list)
    for one in _cell_slowdowns(slowdowns, runs):
        by_build[one.reported.framework, one.first].append(one)
    regressions = [_regression(framework, build, found, suppress) for (framework, build), found in by_build.items()]
    return tuple(sorted(regressions, key=lambda one: one.events[0].run.started))


def _cell_slowdowns(reported: Iterable[ReportedSlowdown], runs: Iterable[RecordedRun]) -> Iterator[_CellSlowdown]:
    builds = {build.requirement: build.without_packages for item in runs if (build := item.run.build)}
    for one in reported:
        slow, reported_in, recovered = one.slowdown, one.run, one.recovered
        good, new = (builds.get(side.build) if side else None for side in (slow.good, slow.new))
        if good and new:
            cell = Cell.of(slow.case, reported_in)
            build = reported_in.build.without_packages if reported_in.build else new
            yield _CellSlowdown(
                FailingCell(cell, Outcome.PASS, _numbers(slow), build, slower=True), good, new, reported_in, recovered
            )


def _regression(framework: str, build: Build, found: Sequence[_CellSlowdown], suppress: Suppression) -> Regression:
    bad = tuple(sorted((one.bad for one in found if not one.recovered), key=lambda one: one.cell))
    fixed_in = [run.build for one in found if (run := one.recovered) and run.build]
    fixed = None if bad else max(fixed_in, key=build_sort_key).without_packages
    return Regression(
        id=hashlib.sha256(f"{framework} {RegressionKind.SLOWER} {build.requirement}".encode()).hexdigest()[:12],
        framework=framework,
        kind=RegressionKind.SLOWER,
        state=regression_state(bad, fixed, suppress),
        signature=f"slower: {build.requirement}",
        message=found[0].bad.message,
        last_good=max((one.good for one in found), key=build_sort_key),
        first_bad=build,
        fixed=fixed,
        bad=bad,
        cells=tuple(sorted(one.bad.cell for one in found)),
        events=tuple(_events(found)),
        detection=None,
        flaky=tuple(one.cell for one in bad if suppress(one) is RegressionState.FLAKY),
        message_of=found[0].bad.cell,
    )


def _events(found: Sequence[_CellSlowdown]) -> Iterator[RegressionEvent]:
    """Yield the nights that reported some of the slowdowns, then those in which some had recovered."""
    reported, recovered = defaultdict(list), defaultdict(list)
    runs = {run.id: run for one in found for run in (one.reported, one.recovered) if run}
    for one in found:
        reported[one.reported.id].append(one.bad.cell)
        if one.recovered:
            recovered[one.recovered.id].append(one.bad.cell)
    for number, run in enumerate(sorted(reported, key=lambda run: runs[run].started)):
        yield RegressionEvent(EventKind.SPREAD if number else EventKind.OPENED, runs[run], tuple(reported[run]))
    remaining = len(found)
    for run in sorted(recovered, key=lambda run: runs[run].started):
        remaining -= len(recovered[run])
        yield RegressionEvent(EventKind.SHRUNK if remaining else EventKind.CLOSED, runs[run], tuple(recovered[run]))


def _numbers(slow: Slowdown) -> str:
    """Return both builds with their latencies: `25 % slower: 10.1 µs ± 0.20 µs, now 12.6 µs ± 0.25 µs`."""
    return f"{slower_by(slow.step)}: {latency_text(slow.good)}, now {latency_text(slow.new)}"


def latency_text(side: ComparisonSide | None) -> str:
    """Return the median over the processes of one build, and their interquartile range."""
    if side is None or len(side.latencies) < 2:
        return "not measured"
    low, middle, high = statistics.quantiles(side.latencies, n=4)
    return f"{duration(middle)} ± {duration(high - low)}"
