"""The page of a target: the machine, how much of it is seen, what it lacks, and what is slow there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.status.current_status import CaseStatus, FunctionStatus, SeriesStatus, by_function, cell
from monitor.analysis.status.kernel_tables import KernelColumn, kernel_pages
from monitor.analysis.status.measured_builds import MeasuredBuild, source_of
from monitor.analysis.status.scores import Portability, Score
from monitor.formatting.urls import function_page, series_anchor, target_page
from monitor.history.layout import RecordedRun
from monitor.model import Evidence
from monitor.site.pages.overview import PortabilityFigure, TargetSummary, WatchedSeries
from monitor.site.target_info import TargetInfo

# The target that others are held against: every fork has one, and it runs everything.
REFERENCE = "cpu"

# As many as one looks through; the matrix has all.
LACKING = 25
SLOWEST = 15


@dataclass(frozen=True)
class FailingFunction:
    """A function that fails here. `elsewhere` is what becomes of it on the reference target, None where unknown."""

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
    """A case whose call takes long: in microseconds, here and on the reference target, None where it has no time.

    `source` and `reference_source` are the builds that were timed.
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
    """How much of one framework is seen here by one kind of evidence: functions and cases, and the newest build."""

    night: NightChanges
    sources: tuple[MeasuredBuild, ...]
    watched: WatchedSeries
    score: Score
    cases: int
    judged: int


@dataclass(frozen=True)
class TargetPage:
    """A target. `noise` is the median spread of its timed cases in shares of their medians, None without times.

    `calibration` has the fixed job's times in the recent runs, oldest first. `lacking` counts all that fail, `judged`
    the functions that were tested. `kernels` are the tables of operators of each framework. `others` are the targets
    that it can be compared with in the matrix.
    """

    name: str
    page: str
    hardware: TargetInfo | None
    place: TargetSummary
    coverage: tuple[Coverage, ...]
    facts: tuple[tuple[str, str], ...]
    last: RecordedRun | None
    noise: float | None
    timed: int
    calibration: tuple[tuple[str, float], ...]
    lacks: tuple[FailingFunction, ...]
    lacking: int
    judged: int
    kernels: tuple[tuple[str, KernelColumn], ...]
    slow: tuple[SlowCase, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class TargetSource:
    """A target that gets a page."""

    name: str
    page: str
    hardware: TargetInfo | None
    place: TargetSummary
    view: Callable[[], TargetPage]


def subjects(
    places: Sequence[TargetSummary], series: Sequence[SeriesStatus], hardware: Mapping[str, TargetInfo]
) -> Iterator[TargetSource]:
    """Every target that has runs or a runner file."""
    here: dict[str, list[SeriesStatus]] = {}
    for one in series:
        here.setdefault(one.target, []).append(one)
    executed = [one for one in here.get(REFERENCE, ()) if one.evidence is Evidence.EXECUTED]
    reference = tuple(standing for one in executed for standing in one.now)
    names = [p.target for p in places if any(one.evidence is not Evidence.REGISTERED for one in here.get(p.target, ()))]
    for place in places:
        of_file, found = hardware.get(place.target), here.get(place.target, ())
        view = partial(_page, place, of_file, found, reference, names)
        yield TargetSource(place.target, target_page(place.target), of_file, place, view)


def _page(
    place: TargetSummary,
    hardware: TargetInfo | None,
    series: Sequence[SeriesStatus],
    reference: Sequence[CaseStatus],
    names: Sequence[str],
) -> TargetPage:
    runs = sorted((item for one in series for item in one.runs), key=lambda item: item.run.started)
    last = next((item for item in reversed(runs) if item.run.environment), None)
    of_functions = [one for one in series if one.evidence is not Evidence.REGISTERED]  # operators are no functions
    lacks = _lacks(of_functions, reference if place.target != REFERENCE else ())
    times = [s for one in series for s in one.now if s.latency and s.evidence is Evidence.EXECUTED]
    spreads = [s.latency.spread / s.latency.median for s in times if s.latency and s.latency.median]
    return TargetPage(
        name=place.target,
        page=target_page(place.target),
        hardware=hardware,
        place=place,
        coverage=tuple(_coverage(figure, place, series) for figures in place.figures.values() for figure in figures),
        facts=tuple(sorted(last.run.environment.items())) if last else (),
        last=last,
        noise=median(spreads) if spreads else None,
        timed=len(spreads),
        calibration=tuple(
            (item.run.started, median(item.end.calibration)) for item in runs if item.end and item.end.calibration
        )[-30:],
        lacks=tuple(lacks[:LACKING]),
        lacking=len(lacks),
        judged=len({(one.framework, s.function) for one in of_functions for s in one.now if s.outcome.known}),
        kernels=tuple((table.framework, column) for table in kernel_pages(series) for column in table.columns),
        slow=tuple(_slowest(series, times, reference if place.target != REFERENCE else ())),
        others=tuple(name for name in names if name != place.target) if place.target in names else (),
    )


def _coverage(figure: PortabilityFigure, place: TargetSummary, series: Sequence[SeriesStatus]) -> Coverage:
    key = figure.night.run.series
    (one,) = (one for one in series if one.key == key)
    (watched,) = (each for each in place.series if (place.target, each.framework, each.suite, each.evidence) == key)
    return Coverage(
        figure.night, figure.sources, watched, figure.score, len(one.now), sum(s.outcome.known for s in one.now)
    )


def _lacks(series: Sequence[SeriesStatus], reference: Sequence[CaseStatus]) -> list[FailingFunction]:
    """The functions that do not wholly work: complete failures first, and those first that work on the reference."""
    elsewhere = {name: cell(found) for name, found in by_function(reference).items()}
    found: dict[tuple[str, str], list[CaseStatus]] = {}
    anchors: dict[tuple[str, str], str] = {}
    for one in series:
        for function, standings in one.functions.items():
            key = one.framework, function
            found.setdefault(key, []).extend(standings)
            anchors.setdefault(key, series_anchor(one.target, one.suite, one.evidence))
    lacks = []
    for (framework, function), standings in sorted(found.items()):
        seen = cell(standings)
        if seen.portability in (Portability.FAILURE, Portability.PARTIAL):
            failing = [s for s in standings if s.fails]
            message = next((s.message for s in failing if s.message), "")
            address = f"{function_page(framework, function)}#{anchors[framework, function]}"
            lacks.append(
                FailingFunction(
                    function, framework, address, seen.portability, message, seen.sources, elsewhere.get(function)
                )
            )
    return sorted(lacks, key=lambda lack: (lack.portability is Portability.PARTIAL, not lack.works_elsewhere))


def _slowest(
    series: Sequence[SeriesStatus], times: Sequence[CaseStatus], reference: Sequence[CaseStatus]
) -> list[SlowCase]:
    """The slowest cases against the reference; where that has no times, or is this target, the slowest of all."""
    anchors = {one.runs[-1].run.series: series_anchor(one.target, one.suite, one.evidence) for one in series}
    known = {s.case: (s.latency.median, source_of(s.run)) for s in reference if s.latency}
    slow = [
        SlowCase(
            standing.case,
            standing.function,
            f"{function_page(standing.run.framework, standing.function)}#{anchors[standing.run.series]}",
            standing.latency.median,
            source_of(standing.run),
            *known.get(standing.case, (None, None)),
        )
        for standing in times
        if standing.latency
    ]
    return sorted(slow, key=lambda one: (one.ratio or 0.0, one.latency), reverse=True)[:SLOWEST]
