"""Build the page of a function: its current status and its history on every target."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from monitor.analysis.cells import Cell as CaseOnTarget
from monitor.analysis.latency.roofline import min_time
from monitor.analysis.names.name_history import FrameworkNames, NameRecord
from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.regression import Regression
from monitor.analysis.status.current_status import (
    CaseStatus,
    FunctionStatus,
    SeriesStatus,
    function_status,
    group_by_function,
)
from monitor.formats.error_text import seen
from monitor.formatting.case_variant import dtype_of, dtype_order, mode_of
from monitor.formatting.display_names import build_title
from monitor.formatting.humanize import deviation, duration
from monitor.formatting.urls import documentation_url, function_page, series_anchor
from monitor.model import Compiled, Evidence, Function, Mode, Outcome, Run
from monitor.model import Series as SeriesKey
from monitor.site.charts.chart_annotations import LatencyLevel, LatencyLevels
from monitor.site.charts.geometry import Axis, Chart, chart
from monitor.site.incremental import input_digest
from monitor.site.known_issues import KnownIssue
from monitor.site.pages.regressions import RegressionSource as RegressionSubject
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.target_info import TargetInfo
from monitor.snapshot.recent_measurements import CaseMeasurements, RecentMeasurements

# Charts show the case that moved most, and others that moved by more than a fifth or changed outcome. Dozens of flat
# lines would hide them. The downloads have all cases.
MAX_CHARTS = 6
MIN_CHARTED_MOVE = math.log(1.2)

# Sections are folded on a page with more cases than this.
MAX_UNFOLDED_CASES = 30

EVIDENCE_RANK = {evidence: rank for rank, evidence in enumerate(Evidence)}

Marks = Mapping[str, Sequence[tuple[int, str]]]  # by case: run numbers and labels of changes


@dataclass(frozen=True, eq=False)  # compared by identity, so that caches need no deep comparison
class SeriesWindow:
    """Data shared by all sections of a series: its last runs and their measurements.

    `digest` identifies the runs, which never change.
    """

    series: SeriesStatus
    anchor: str
    runs: tuple[Run, ...]
    last_judged: Run
    axis: Axis
    trends: RecentMeasurements
    marks: Marks
    digest: str

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Return the index of each run in `runs`, by id."""
        return {run.id: number for number, run in enumerate(self.runs)}


@dataclass(frozen=True)
class CaseHistory:
    """History of a case.

    `strip` has the outcome in each run of the section, None if the run did not have the case. `messages` has a message
    per run, and is empty if no run has one. `script` reproduces a failure without the monitor; it is empty if the case
    passes or has no result. `bound` is the least time of a compiled call in microseconds, or None.
    """

    status: CaseStatus
    strip: tuple[Outcome | None, ...]
    messages: tuple[str, ...]
    script: str
    bound: float | None


@dataclass(frozen=True)
class FunctionSection:
    """Function on one target, in one suite. `gone` are its cases that left the suite.

    `latencies` and `errors` are charts of the cases that moved most, of `charted` cases measured at least twice.
    """

    past: SeriesWindow
    cell: FunctionStatus
    by_dtype: Mapping[str, FunctionStatus]
    cases: tuple[CaseHistory, ...]
    gone: tuple[CaseStatus, ...]
    latencies: tuple[Chart, ...]
    errors: tuple[Chart, ...]
    charted: int

    @property
    def series(self) -> SeriesStatus:
        return self.past.series

    @property
    def anchor(self) -> str:
        return self.past.anchor

    @property
    def stale(self) -> int:
        """Return the number of cases that last ran more than seven nights before the newest run."""
        return sum(self.series.is_stale(case.status) for case in self.cases)

    @property
    def turned(self) -> tuple[CaseHistory, ...]:
        """Return the cases that have had more than one outcome."""
        return tuple(case for case in self.cases if len(case.status.turns) > 1)


@dataclass(frozen=True)
class FunctionPage:
    """Content of the page of a function.

    `listed` is the public name, None if no build lists it, and `aliases` are the other names of its object. `study` is
    None if the study did not have the function. `replacement_page` may be empty. `shown` is the case of the script at
    the top: a failing one, or else the most usual call.
    """

    name: str
    framework: str
    page: str
    documentation: str
    listed: NameRecord | None
    aliases: tuple[str, ...]
    study: Function | None
    replaced_by: str
    replacement_page: str
    shown: str
    script: str
    sections: tuple[FunctionSection, ...]
    regressions: tuple[Regression, ...]
    known_issues: tuple[KnownIssue, ...]

    @property
    def short(self) -> bool:
        """Return whether all sections can be unfolded; on a longer page only the first is."""
        return sum(len(section.cases) for section in self.sections) <= MAX_UNFOLDED_CASES

    @property
    def dtypes(self) -> tuple[str, ...]:
        return tuple(sorted({dtype for section in self.sections for dtype in section.by_dtype}, key=dtype_order))


@dataclass(frozen=True)
class FunctionSource:
    """Function with a page. `digest` covers all inputs of the page; `view` builds its content."""

    framework: str
    name: str
    digest: str
    view: Callable[[], FunctionPage]


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
    regressions: Sequence[RegressionSubject],
    names: Mapping[str, FrameworkNames],
    levels: LatencyLevels,
    project: ProjectMetadata,
) -> Iterator[FunctionSource]:
    """Yield every function that has, or had, a case.

    The page calls `project.script` for each failing case, and for the case that it shows.
    """
    places = _function_targets(_series_windows(series, trends, nights))
    of_function: dict[tuple[str, str], list[Regression]] = {}
    digests: dict[tuple[str, str], list[str]] = {}
    for subject in regressions:
        for function in subject.regression.functions:
            key = subject.regression.framework, function
            of_function.setdefault(key, []).append(subject.regression)
            digests.setdefault(key, []).append(subject.digest)
    for (framework, name), here in sorted(places.items()):
        entry = project.catalog.get(name)
        replaced_by = entry.replaced_by if entry else ""
        replacement = function_page(framework, replaced_by) if (framework, replaced_by) in places else ""
        of_framework = names.get(framework, FrameworkNames(framework))
        listed, aliases = of_framework.records.get(name), of_framework.other_names(name)
        aside = listed, aliases, entry, replacement, tuple(project.known_issues.get((framework, name), ()))
        digest = input_digest(
            framework,
            name,
            aside,
            digests.get((framework, name), ()),
            [_section_inputs(place, project) for place in here],
        )
        affected = tuple(of_function.get((framework, name), ()))
        yield FunctionSource(
            framework, name, digest, partial(_page, framework, name, here, *aside, affected, levels, project)
        )


def _series_windows(
    series: Sequence[SeriesStatus], trends: Mapping[SeriesKey, RecentMeasurements], nights: Sequence[NightChanges]
) -> Iterator[SeriesWindow]:
    marks = _change_marks(series, nights)
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


def _page(
    framework: str,
    name: str,
    places: Sequence[_FunctionTarget],
    listed: NameRecord | None,
    aliases: tuple[str, ...],
    entry: Function | None,
    replacement: str,
    known_issues: tuple[KnownIssue, ...],
    regressions: tuple[Regression, ...],
    levels: LatencyLevels,
    project: ProjectMetadata,
) -> FunctionPage:
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
    )


def _section(place: _FunctionTarget, levels: LatencyLevels, project: ProjectMetadata) -> FunctionSection:
    past, statuses = place.past, place.now
    target, _, suite, evidence = past.series.key

    def levels_of(case: str) -> Sequence[LatencyLevel]:
        return levels.of(CaseOnTarget(case, target, suite, evidence))

    latencies, timed = _charts(past, past.trends.latencies, statuses, duration, levels_of)
    errors, checked = _charts(past, past.trends.errors, statuses, _ulp)
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


def _charts(
    past: SeriesWindow,
    measure: CaseMeasurements,
    statuses: Sequence[CaseStatus],
    shown: Callable[[float], str],
    levels_of: Callable[[str], Sequence[LatencyLevel]] = lambda _: (),
) -> tuple[tuple[Chart, ...], int]:
    """Return the charts of the cases that moved most, and the number of cases measured at least twice.

    Cases with annotated levels come first.
    """
    numbers = past.trends.numbers
    twice = [(s, number) for s in statuses if (number := numbers.get(s.case)) is not None and measure.charted[number]]
    known = {s.case: levels_of(s.case) for s, _ in twice}
    found: list[Chart] = []
    for status, number in sorted(twice, key=lambda one: (not known[one[0].case], -measure.moves[one[1]])):
        moves, turns, levels = measure.moves[number], past.marks.get(status.case, ()), known[status.case]
        is_charted = (moves and not found) or moves > MIN_CHARTED_MOVE or turns or levels
        if is_charted and len(found) < MAX_CHARTS:
            steps = _level_starts(past.runs, levels)
            notes = [level.note for level in levels]
            drawn = chart(status.variant, measure.of(number), past.axis, shown, turns, steps, notes)
            found += [drawn] if drawn else []
    return tuple(found), len(twice)


def _level_starts(runs: Sequence[Run], levels: Sequence[LatencyLevel]) -> list[tuple[int, str]]:
    """Return the run number and step of each level: the first run of the build with which it began."""
    if not levels:
        return []
    labels = [run.build.requirement if run.build else "" for run in runs]
    return [(labels.index(level.build), level.step) for level in levels if level.build in labels]


def _change_marks(series: Sequence[SeriesStatus], nights: Sequence[NightChanges]) -> list[Marks]:
    """Return the changes to mark in the charts of each series; added and removed cases are not marked."""
    places = {run.id: (n, number) for n, one in enumerate(series) for number, run in enumerate(one.recent)}
    found: list[dict[str, list[tuple[int, str]]]] = [{} for _ in series]
    for night in nights:
        if place := places.get(night.run.id):
            n, number = place
            for change in night.changes:
                if change.verdict not in (ChangeKind.ADDED, ChangeKind.REMOVED):
                    found[n].setdefault(change.case, []).append((number, _change_label(night, change)))
    return [*found]


def _change_label(night: NightChanges, change: Change) -> str:
    turned = f"{change.before} → {change.after}" if change.before is not change.after else change.message
    return f"{change.verdict}: {turned} with {build_title(night.run.build)}"


def _ulp(value: float) -> str:
    return f"{deviation(value)} ulp"


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
