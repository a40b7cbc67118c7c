"""Build the page of a function: its current status and its history on every target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from monitor.analysis.cells import Cell as CaseOnTarget
from monitor.analysis.latency.roofline import min_time
from monitor.analysis.names.name_history import FrameworkNames, NameRecord
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.regression import Regression
from monitor.analysis.status.argument_coverage import ArgumentCoverage
from monitor.analysis.status.current_status import (
    EVIDENCE_RANK,
    CaseStatus,
    FunctionStatus,
    SeriesStatus,
    function_status,
    group_by_function,
)
from monitor.analysis.status.equivalents import Equivalents
from monitor.formats.error_text import seen
from monitor.formatting.case_variant import dtype_of
from monitor.formatting.humanize import duration
from monitor.formatting.urls import documentation_url, function_page, series_anchor
from monitor.model import Compiled, Function, Mode, mode_of
from monitor.model import Series as SeriesKey
from monitor.site.charts.chart_annotations import LatencyLevel, LatencyLevels
from monitor.site.charts.geometry import Axis
from monitor.site.incremental import input_digest
from monitor.site.known_issues import KnownIssue
from monitor.site.pages.function_charts import case_charts, change_marks, ulp
from monitor.site.pages.function_history import build_history, function_failures
from monitor.site.pages.function_verdicts import family_verdicts
from monitor.site.pages.function_view import (
    CaseHistory,
    Elsewhere,
    FunctionPage,
    FunctionSection,
    FunctionSource,
    SeriesWindow,
)
from monitor.site.pages.operator_states import operator_states
from monitor.site.pages.regressions import RegressionSource
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.target_families import TargetFamily, family_of_targets
from monitor.site.target_info import TargetInfo
from monitor.snapshot.recent_measurements import RecentMeasurements

MAX_EQUIVALENTS = 2  # of one framework
NO_EQUIVALENTS = Equivalents()
NO_ARGUMENTS = ArgumentCoverage((), ())


@dataclass(frozen=True)
class _FunctionTarget:
    """Cases of a function in one series: current ones, and those that left the suite."""

    past: SeriesWindow
    now: Sequence[CaseStatus]
    gone: Sequence[CaseStatus]


def function_sources(
    series: Sequence[SeriesStatus],
    trends: Mapping[SeriesKey, RecentMeasurements],
    nights: Sequence[NightChanges],
    regressions: Sequence[RegressionSource],
    names: Mapping[str, FrameworkNames],
    levels: LatencyLevels,
    project: ProjectMetadata,
    families: tuple[TargetFamily, ...],
    kernels: Sequence[SeriesStatus] = (),
    same: Equivalents = NO_EQUIVALENTS,
    arguments: ArgumentCoverage = NO_ARGUMENTS,
) -> Iterator[FunctionSource]:
    """Yield every function that has, or had, a case. `kernels` are the series of operators.

    `families` have the targets of all these series. The page calls `project.script` for each failing case, and for the
    case that it shows.
    """
    places = _function_targets(_series_windows(series, trends, nights))
    family_of = {target: family.name for target, family in family_of_targets(families).items()}
    operators = operator_states(kernels, family_of)
    never_passed = arguments.never_passed()
    of_function = _by_function(regressions)
    for (framework, name), here in sorted(places.items()):
        entry = project.catalog.get(name)
        replaced_by = entry.replaced_by if entry else ""
        replacement = function_page(framework, replaced_by) if (framework, replaced_by) in places else ""
        of_framework = names.get(framework, FrameworkNames(framework))
        listed, aliases = of_framework.records.get(name), of_framework.other_names(name)
        known_issues = tuple(project.known_issues.get((framework, name), ()))
        aside = listed, aliases, entry, replacement, known_issues, never_passed.get((framework, name), ())
        # A removed name is no name of the object that it once named.
        own = [alias for alias in aliases if name in of_framework.other_names(alias)]
        elsewhere = Elsewhere(
            tuple(_other_pages(framework, name, own, places, family_of)),
            operators.get((framework, name), ()),
            tuple(
                (other, tuple((one, function_page(other, one)) for one in found[:MAX_EQUIVALENTS]))
                for other, found in same.of(framework, name).items()
            ),
        )
        subjects = of_function.get((framework, name), ())
        digest = input_digest(
            framework,
            name,
            aside,
            elsewhere,
            families,
            [subject.digest for subject in subjects],
            [_section_inputs(place, project) for place in here],
        )
        affected = tuple(subject.regression for subject in subjects)
        yield FunctionSource(
            framework,
            name,
            digest,
            partial(_page, framework, name, here, *aside, affected, levels, project, families, elsewhere),
        )


def _series_windows(
    series: Sequence[SeriesStatus], trends: Mapping[SeriesKey, RecentMeasurements], nights: Sequence[NightChanges]
) -> Iterator[SeriesWindow]:
    marks = change_marks(series, nights)
    for one, marked in zip(series, marks, strict=True):
        recent = one.recent
        builds = tuple(
            run.build.version if run.build else "no build" for run in recent
        )  # two of them fit below a chart
        anchor = series_anchor(one.target, one.suite, one.evidence)
        yield SeriesWindow(
            one, anchor, recent, one.last_judged, Axis(builds), trends[one.key], marked, input_digest(one)
        )


def _function_targets(pasts: Iterator[SeriesWindow]) -> Mapping[tuple[str, str], list[_FunctionTarget]]:
    """Return the series that have cases of each function, by framework and name."""
    found: dict[tuple[str, str], list[_FunctionTarget]] = {}
    for past in pasts:
        now, gone = past.series.functions, group_by_function(past.series.removed)
        for name in now.keys() | gone.keys():
            place = _FunctionTarget(past, now.get(name, ()), gone.get(name, ()))
            found.setdefault((past.series.framework, name), []).append(place)
    return found


def _section_inputs(place: _FunctionTarget, project: ProjectMetadata) -> tuple[object, ...]:
    """Return the inputs of a section: its runs, the marks of their changes, and the chip of the target."""
    marks = place.past.marks
    target = project.hardware.get(place.past.series.target)
    return place.past.digest, [marks[s.case] for s in place.now if s.case in marks], target and target.chip


def _by_function(regressions: Sequence[RegressionSource]) -> Mapping[tuple[str, str], Sequence[RegressionSource]]:
    """Return the regressions that affect each function, by framework and function."""
    found: dict[tuple[str, str], list[RegressionSource]] = {}
    for subject in regressions:
        for function in subject.regression.functions:
            found.setdefault((subject.regression.framework, function), []).append(subject)
    return found


def _page(
    framework: str,
    name: str,
    places: Sequence[_FunctionTarget],
    listed: NameRecord | None,
    aliases: tuple[str, ...],
    entry: Function | None,
    replacement: str,
    known_issues: tuple[KnownIssue, ...],
    never_passed: tuple[str, ...],
    regressions: tuple[Regression, ...],
    levels: LatencyLevels,
    project: ProjectMetadata,
    families: tuple[TargetFamily, ...],
    elsewhere: Elsewhere,
) -> FunctionPage:
    cases = [(place.past.series, place.now) for place in places]
    sections = tuple(_section(place, levels, project) for place in places)
    shown = _most_informative([status for place in places for status in place.now])
    script = project.script(shown.case, _recorded_outcome(shown)) if shown else ""
    return FunctionPage(
        name,
        framework,
        function_page(framework, name),
        documentation_url(name),
        listed,
        aliases,
        entry if entry and entry.study_name else None,
        entry.replaced_by if entry else "",
        replacement,
        shown.case if shown else "",
        script,
        sections,
        regressions,
        known_issues,
        never_passed,
        families,
        family_verdicts(_by_target(cases), families),
        function_failures(name, cases, families),
        build_history(framework, cases, families),
        elsewhere,
    )


def _by_target(cases: Iterable[tuple[SeriesStatus, Sequence[CaseStatus]]]) -> Mapping[str, list[CaseStatus]]:
    found: dict[str, list[CaseStatus]] = {}
    for series, statuses in cases:
        found.setdefault(series.target, []).extend(statuses)
    return found


def _other_pages(
    framework: str,
    name: str,
    aliases: Iterable[str],
    places: Mapping[tuple[str, str], Sequence[_FunctionTarget]],
    family_of: Mapping[str, str],
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the other names of an object that have results on families of targets where this name has none."""

    def judged(of: str) -> dict[str, None]:
        here = places.get((framework, of), ())
        return dict.fromkeys(
            family_of[place.past.series.target] for place in here if any(one.outcome.known for one in place.now)
        )

    own = judged(name)
    for alias in aliases:
        if more := tuple(family for family in judged(alias) if family not in own):
            yield alias, function_page(framework, alias), more


def _section(place: _FunctionTarget, levels: LatencyLevels, project: ProjectMetadata) -> FunctionSection:
    past, statuses = place.past, place.now
    target, _, suite, evidence = past.series.key

    def levels_of(case: str) -> Sequence[LatencyLevel]:
        return levels.of(CaseOnTarget(case, target, suite, evidence))

    charts = partial(case_charts, past.runs, past.trends.numbers, past.axis, past.marks)
    latencies, timed = charts(past.trends.latencies, statuses, duration, levels_of)
    errors, checked = charts(past.trends.errors, statuses, ulp)
    return FunctionSection(
        past,
        function_status(statuses),
        _by_dtype(statuses),
        tuple(_case_history(past, status, project) for status in statuses),
        tuple(place.gone),
        latencies,
        errors,
        max(timed, checked),
    )


def _by_dtype(statuses: Sequence[CaseStatus]) -> Mapping[str, FunctionStatus]:
    """Return the status by dtype."""
    found: dict[str, list[CaseStatus]] = {}
    for status in statuses:
        found.setdefault(dtype_of(status.variant), []).append(status)
    return {dtype: function_status(those) for dtype, those in found.items()}


def _recorded_outcome(status: CaseStatus) -> str:
    """Return the recorded outcome and message of a case, for its script."""
    return seen(status.outcome, status.message)


def _most_informative(statuses: Sequence[CaseStatus]) -> CaseStatus | None:
    """Return the case to show: a failing one, executed if possible, or else the most usual call; None without cases."""

    def order(status: CaseStatus) -> tuple[bool, int, bool, bool, str]:
        variant = status.variant
        unusual, not_eager = variant != "eager-float32", mode_of(variant) is not Mode.EAGER
        return not status.fails, EVIDENCE_RANK[status.evidence], unusual, not_eager, status.case

    return min(statuses, key=order, default=None)


def _case_history(past: SeriesWindow, status: CaseStatus, project: ProjectMetadata) -> CaseHistory:
    return CaseHistory(
        status,
        past.series.strip_of(status.case),
        past.trends.messages(status.case),
        project.script(status.case, _recorded_outcome(status)) if status.fails else "",
        _bound(status.compiled, project.hardware.get(past.series.target)) if status.compiled else None,
    )


def _bound(compiled: Compiled, target: TargetInfo | None) -> float | None:
    """Return the least time of a call in microseconds; None if the chip is unknown."""
    return min_time(compiled, target.chip) if target and target.chip else None
