"""Build the page of a target: its hardware, results, failing functions and slowest cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.status.current_status import (
    CaseStatus,
    FunctionStatus,
    SeriesStatus,
    function_status,
    group_by_function,
)
from monitor.analysis.status.kernel_tables import KernelColumn, kernel_pages
from monitor.analysis.status.measured_builds import MeasuredBuild, source_of
from monitor.analysis.status.scores import Portability, Score
from monitor.analysis.status.stage_funnel import StageFunnel, stage_funnels
from monitor.formatting.urls import function_page, series_anchor, target_page
from monitor.history.run_files import RecordedRun
from monitor.model import ARRAY_API, Evidence
from monitor.site.pages.target_summary import PortabilityFigure, TargetSummary, WatchedSeries
from monitor.site.target_info import TargetInfo

# Other targets are compared with this one: every fork has it, and it runs every suite.
REFERENCE = "cpu"

# Most rows of the two tables; the matrix has all functions.
MAX_FAILING = 25
MAX_SLOWEST = 15


@dataclass(frozen=True)
class FailingFunction:
    """Function that fails on the target. `elsewhere` is its status on the reference target, or None."""

    function: str
    framework: str
    address: str
    portability: Portability
    message: str
    sources: tuple[MeasuredBuild, ...]
    elsewhere: FunctionStatus | None

    @property
    def works_elsewhere(self) -> bool:
        return self.elsewhere is not None and self.elsewhere.portability is Portability.SUCCESS


@dataclass(frozen=True)
class SlowCase:
    """Slow case: its latency in microseconds here and on the reference target, None if not timed there.

    `source` and `reference_source` are the timed builds.
    """

    case: str
    function: str
    address: str
    latency: float
    source: MeasuredBuild
    reference: float | None
    reference_source: MeasuredBuild | None

    @property
    def ratio(self) -> float | None:
        return self.latency / self.reference if self.reference else None


@dataclass(frozen=True)
class Coverage:
    """Results of one framework and suite by one kind of evidence: functions, cases, newest build."""

    night: NightChanges
    sources: tuple[MeasuredBuild, ...]
    watched: WatchedSeries
    score: Score
    cases: int
    judged: int


@dataclass(frozen=True)
class TargetPage:
    """Content of the page of a target.

    `noise` is the median, over timed cases, of spread divided by median; None without times. `calibration` has the
    start and the time of the calibration job of each recent run, oldest first. `funnels` count the cases that pass each
    stage. `failing_count` counts all failing functions, `judged` all tested ones. `kernels` are the kernel tables by
    framework. `others` are the targets that the matrix can compare it with.
    """

    name: str
    page: str
    hardware: TargetInfo | None
    summary: TargetSummary
    coverage: tuple[Coverage, ...]
    environment: tuple[tuple[str, str], ...]
    last: RecordedRun | None
    noise: float | None
    timed: int
    calibration: tuple[tuple[str, float], ...]
    funnels: tuple[StageFunnel, ...]
    failing: tuple[FailingFunction, ...]
    failing_count: int
    judged: int
    kernels: tuple[tuple[str, KernelColumn], ...]
    slow: tuple[SlowCase, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class TargetSource:
    """Target with a page; `view` builds its content."""

    name: str
    page: str
    hardware: TargetInfo | None
    summary: TargetSummary
    view: Callable[[], TargetPage]


def target_sources(
    targets: Sequence[TargetSummary], series: Sequence[SeriesStatus], hardware: Mapping[str, TargetInfo]
) -> Iterator[TargetSource]:
    """Yield every target that has runs or a runner file."""
    here: dict[str, list[SeriesStatus]] = {}
    for one in series:
        here.setdefault(one.target, []).append(one)
    executed = [one for one in here.get(REFERENCE, ()) if one.evidence is Evidence.EXECUTED]
    reference = tuple(status for one in executed for status in one.now)
    names = [
        p.target for p in targets if any(one.evidence is not Evidence.REGISTERED for one in here.get(p.target, ()))
    ]
    for summary in targets:
        of_file, found = hardware.get(summary.target), here.get(summary.target, ())
        view = partial(_page, summary, of_file, found, reference, names)
        yield TargetSource(summary.target, target_page(summary.target), of_file, summary, view)


def _page(
    summary: TargetSummary,
    hardware: TargetInfo | None,
    series: Sequence[SeriesStatus],
    reference: Sequence[CaseStatus],
    names: Sequence[str],
) -> TargetPage:
    runs = sorted((item for one in series for item in one.runs), key=lambda item: item.run.started)
    last = next((item for item in reversed(runs) if item.run.environment), None)
    # Operators are not functions, and those of the array API standard have a page of their own.
    of_functions = [one for one in series if one.evidence is not Evidence.REGISTERED and one.suite != ARRAY_API]
    failing = _failing_functions(of_functions, reference if summary.target != REFERENCE else ())
    times = [s for one in series for s in one.now if s.latency and s.evidence is Evidence.EXECUTED]
    spreads = [s.latency.spread / s.latency.median for s in times if s.latency and s.latency.median]
    return TargetPage(
        name=summary.target,
        page=target_page(summary.target),
        hardware=hardware,
        summary=summary,
        coverage=tuple(
            _coverage(figure, summary, series) for figures in summary.figures.values() for figure in figures
        ),
        environment=tuple(sorted(last.run.environment.items())) if last else (),
        last=last,
        noise=median(spreads) if spreads else None,
        timed=len(spreads),
        calibration=tuple(
            (item.run.started, median(item.end.calibration)) for item in runs if item.end and item.end.calibration
        )[-30:],
        funnels=stage_funnels(series),
        failing=tuple(failing[:MAX_FAILING]),
        failing_count=len(failing),
        judged=len({(one.framework, s.function) for one in of_functions for s in one.now if s.outcome.known}),
        kernels=tuple((table.framework, column) for table in kernel_pages(series) for column in table.columns),
        slow=tuple(_slowest_cases(series, times, reference if summary.target != REFERENCE else ())),
        others=tuple(name for name in names if name != summary.target) if summary.target in names else (),
    )


def _coverage(figure: PortabilityFigure, summary: TargetSummary, series: Sequence[SeriesStatus]) -> Coverage:
    key = figure.night.run.series
    (one,) = (one for one in series if one.key == key)
    (watched,) = (each for each in summary.series if (summary.target, each.framework, each.suite, each.evidence) == key)
    return Coverage(
        figure.night, figure.sources, watched, figure.score, len(one.now), sum(s.outcome.known for s in one.now)
    )


def _failing_functions(series: Sequence[SeriesStatus], reference: Sequence[CaseStatus]) -> list[FailingFunction]:
    """Return the failing functions: complete failures first, then those that work on the reference."""
    elsewhere = group_by_function(reference)
    found: dict[tuple[str, str], list[CaseStatus]] = {}
    anchors: dict[tuple[str, str], str] = {}
    for one in series:
        for function, statuses in one.functions.items():
            key = one.framework, function
            found.setdefault(key, []).extend(statuses)
            anchors.setdefault(key, series_anchor(one.target, one.suite, one.evidence))
    failing_functions = []
    for (framework, function), statuses in sorted(found.items()):
        seen = function_status(statuses)
        if seen.portability in (Portability.FAILURE, Portability.PARTIAL):
            failing = [s for s in statuses if s.fails]
            message = next((s.message for s in failing if s.message), "")
            address = f"{function_page(framework, function)}#{anchors[framework, function]}"
            there = function_status(elsewhere[function]) if function in elsewhere else None
            failing_functions.append(
                FailingFunction(function, framework, address, seen.portability, message, seen.sources, there)
            )
    return sorted(failing_functions, key=lambda one: (one.portability is Portability.PARTIAL, not one.works_elsewhere))


def _slowest_cases(
    series: Sequence[SeriesStatus], times: Sequence[CaseStatus], reference: Sequence[CaseStatus]
) -> list[SlowCase]:
    """Return the slowest cases relative to the reference; without reference times, the slowest of all."""
    anchors = {one.runs[-1].run.series: series_anchor(one.target, one.suite, one.evidence) for one in series}
    known = {s.case: (s.latency.median, source_of(s.run)) for s in reference if s.latency}
    slow = [
        SlowCase(
            status.case,
            status.function,
            f"{function_page(status.run.framework, status.function)}#{anchors[status.run.series]}",
            status.latency.median,
            source_of(status.run),
            *known.get(status.case, (None, None)),
        )
        for status in times
        if status.latency
    ]
    return sorted(slow, key=lambda one: (one.ratio or 0.0, one.latency), reverse=True)[:MAX_SLOWEST]
