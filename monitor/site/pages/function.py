"""The page of a function: what it does on every target, and did."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from monitor.analysis.cells import Cell as CaseOnTarget
from monitor.analysis.latency.roofline import least_time
from monitor.analysis.outcomes.outcome_changes import Change, ChangeKind, NightChanges
from monitor.analysis.regressions.regression import Regression
from monitor.analysis.status.current_status import CaseStatus, FunctionStatus, SeriesStatus, by_function, cell
from monitor.formats.error_text import seen
from monitor.formatting.case_variant import dtype_of, dtype_order, mode_of
from monitor.formatting.display_names import build_title
from monitor.formatting.humanize import deviation, duration
from monitor.formatting.urls import documentation, function_page, series_anchor
from monitor.history.signature_table import KnownSignature
from monitor.model import Compiled, Evidence, Function, Mode, Outcome, Run
from monitor.model import Series as SeriesKey
from monitor.site.charts.chart_annotations import LatencyLevel, LatencyLevels
from monitor.site.charts.geometry import Axis, Chart, chart
from monitor.site.incremental import made_of
from monitor.site.known_issues import KnownIssue
from monitor.site.pages.regressions import RegressionSource as RegressionSubject
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.target_info import TargetInfo
from monitor.snapshot.recent_measurements import CaseMeasurements, RecentMeasurements

# The case that moved most is drawn, and others that moved by more than a fifth or turned, as many as can be looked
# through: dozens of level lines tell less than one. The downloads have all.
CHARTS = 6
STEADY = math.log(1.2)

# A few screens of cases are read through; beyond, a page is for those who come for one target.
CASES_UNFOLDED = 30

STRENGTH = {evidence: rank for rank, evidence in enumerate(Evidence)}

Marks = Mapping[str, Sequence[tuple[int, str]]]  # of a case: the numbers of runs, and what happened there


@dataclass(frozen=True, eq=False)  # told by which one it is, so that what is made of it is made once
class SeriesWindow:
    """What all sections of a series have in common: its last runs, and what was measured in them.

    `told` stands for all that follows from its runs: they never change.
    """

    series: SeriesStatus
    anchor: str
    runs: tuple[Run, ...]
    last_judged: Run
    axis: Axis
    trends: RecentMeasurements
    marks: Marks
    told: str

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The place of each run among `runs`, by its id."""
        return {run.id: number for number, run in enumerate(self.runs)}


@dataclass(frozen=True)
class CaseHistory:
    """A case's outcomes in the runs of its section, None where a run did not ask for it, and what each run said.

    `messages` is empty where it never said anything. `script` shows the outcome without the monitor; it is empty where
    the case passes or was not judged. `bound` is the least time of a compiled call in microseconds, None where there is
    none.
    """

    standing: CaseStatus
    strip: tuple[Outcome | None, ...]
    messages: tuple[str, ...]
    script: str
    bound: float | None


@dataclass(frozen=True)
class FunctionSection:
    """A function on one target, in one suite. `gone` are its cases that the suite no longer has.

    `latencies` and `errors` are charts of the cases that moved most, of `charted` that were measured twice.
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
    def turned(self) -> tuple[CaseHistory, ...]:
        """The cases that have had more than one outcome."""
        return tuple(case for case in self.cases if len(case.standing.turns) > 1)


@dataclass(frozen=True)
class FunctionPage:
    """A function: `signature` is None where no run told it, `study` where the study did not have it.

    `replacement_page` is empty where there is none.

    `shown` is the case whose script the page begins with: one that fails, or else how the function is usually called.
    """

    name: str
    framework: str
    page: str
    documentation: str
    signature: KnownSignature | None
    study: Function | None
    replaced_by: str
    replacement_page: str
    shown: str
    script: str
    sections: tuple[FunctionSection, ...]
    regressions: tuple[Regression, ...]
    findings: tuple[KnownIssue, ...]

    @property
    def short(self) -> bool:
        """Whether every target fits in sight of the others; else all but the first are folded up."""
        return sum(len(section.cases) for section in self.sections) <= CASES_UNFOLDED

    @property
    def dtypes(self) -> tuple[str, ...]:
        return tuple(sorted({dtype for section in self.sections for dtype in section.by_dtype}, key=dtype_order))


@dataclass(frozen=True)
class FunctionSource:
    """A function that gets a page: `told` is all that the page follows from, which is much less than what it says."""

    framework: str
    name: str
    told: str
    view: Callable[[], FunctionPage]


@dataclass(frozen=True)
class _FunctionTarget:
    """Where a function has cases, or had some."""

    past: SeriesWindow
    now: Sequence[CaseStatus]
    gone: Sequence[CaseStatus]


def subjects(
    series: Sequence[SeriesStatus],
    trends: Mapping[SeriesKey, RecentMeasurements],
    nights: Sequence[NightChanges],
    regressions: Sequence[RegressionSubject],
    signatures: Mapping[str, KnownSignature],
    levels: LatencyLevels,
    project: ProjectMetadata,
) -> Iterator[FunctionSource]:
    """Every function that has, or ever had, a case.

    For its page the project is asked for the script of each case that does not pass, and for one that shows it.
    """
    places = _places(_pasts(series, trends, nights))
    of_function: dict[str, list[Regression]] = {}
    told_of: dict[str, list[str]] = {}
    for subject in regressions:
        for function in subject.regression.functions:
            of_function.setdefault(function, []).append(subject.regression)
            told_of.setdefault(function, []).append(subject.told)
    for (framework, name), here in sorted(places.items()):
        entry = project.catalog.get(name)
        replaced_by = entry.replaced_by if entry else ""
        replacement = function_page(framework, replaced_by) if (framework, replaced_by) in places else ""
        aside = signatures.get(name), entry, replacement, tuple(project.findings.get(name, ()))
        told = made_of(framework, name, aside, told_of.get(name, ()), [_told(place, project) for place in here])
        affected = tuple(of_function.get(name, ()))
        yield FunctionSource(
            framework, name, told, partial(_page, framework, name, here, *aside, affected, levels, project)
        )


def _pasts(
    series: Sequence[SeriesStatus], trends: Mapping[SeriesKey, RecentMeasurements], nights: Sequence[NightChanges]
) -> Iterator[SeriesWindow]:
    marks = _marks(series, nights)
    for one, marked in zip(series, marks, strict=True):
        recent = one.recent
        builds = tuple(
            run.build.version if run.build else "no build" for run in recent
        )  # two of them fit below a chart
        anchor = series_anchor(one.target, one.suite, one.evidence)
        yield SeriesWindow(one, anchor, recent, one.last_judged, Axis(builds), trends[one.key], marked, made_of(one))


def _places(pasts: Iterator[SeriesWindow]) -> Mapping[tuple[str, str], list[_FunctionTarget]]:
    """Where each function has cases: by framework and name."""
    found: dict[tuple[str, str], list[_FunctionTarget]] = {}
    for past in pasts:
        now, gone = past.series.functions, by_function(past.series.gone)
        for name in now.keys() | gone.keys():
            place = _FunctionTarget(past, now.get(name, ()), gone.get(name, ()))
            found.setdefault((past.series.framework, name), []).append(place)
    return found


def _told(place: _FunctionTarget, project: ProjectMetadata) -> tuple[object, ...]:
    """What a section follows from: the runs, what was excused of their changes, and the chip of the target."""
    marks = place.past.marks
    target = project.hardware.get(place.past.series.target)
    return place.past.told, [marks[s.case] for s in place.now if s.case in marks], target and target.chip


def _page(
    framework: str,
    name: str,
    places: Sequence[_FunctionTarget],
    signature: KnownSignature | None,
    entry: Function | None,
    replacement: str,
    findings: tuple[KnownIssue, ...],
    regressions: tuple[Regression, ...],
    levels: LatencyLevels,
    project: ProjectMetadata,
) -> FunctionPage:
    sections = tuple(_section(place, levels, project) for place in places)
    shown = _most_telling([standing for place in places for standing in place.now])
    script = project.script(shown.case, _seen(shown)) if shown else ""
    return FunctionPage(
        name,
        framework,
        function_page(framework, name),
        documentation(name),
        signature,
        entry if entry and entry.study_name else None,
        entry.replaced_by if entry else "",
        replacement,
        shown.case if shown else "",
        script,
        sections,
        regressions,
        findings,
    )


def _section(place: _FunctionTarget, levels: LatencyLevels, project: ProjectMetadata) -> FunctionSection:
    past, standings = place.past, place.now
    target, _, suite, evidence = past.series.key

    def levels_of(case: str) -> Sequence[LatencyLevel]:
        return levels.of(CaseOnTarget(case, target, suite, evidence))

    latencies, timed = _charts(past, past.trends.latencies, standings, duration, levels_of)
    errors, checked = _charts(past, past.trends.errors, standings, _ulp)
    return FunctionSection(
        past,
        cell(standings),
        _by_dtype(standings),
        tuple(_case_history(past, standing, project) for standing in standings),
        tuple(place.gone),
        latencies,
        errors,
        max(timed, checked),
    )


def _by_dtype(standings: Sequence[CaseStatus]) -> Mapping[str, FunctionStatus]:
    """What becomes of each dtype."""
    found: dict[str, list[CaseStatus]] = {}
    for standing in standings:
        found.setdefault(dtype_of(standing.variant), []).append(standing)
    return {dtype: cell(those) for dtype, those in found.items()}


def _charts(
    past: SeriesWindow,
    measure: CaseMeasurements,
    standings: Sequence[CaseStatus],
    shown: Callable[[float], str],
    levels_of: Callable[[str], Sequence[LatencyLevel]] = lambda _: (),
) -> tuple[tuple[Chart, ...], int]:
    """Charts of the cases that moved most, and how many were measured twice. A level line says less than its number.

    Those first that somebody says something of: a level that began with a build is where the build was run first.
    """
    numbers = past.trends.numbers
    twice = [(s, number) for s in standings if (number := numbers.get(s.case)) is not None and measure.charted[number]]
    known = {s.case: levels_of(s.case) for s, _ in twice}
    found: list[Chart] = []
    for standing, number in sorted(twice, key=lambda one: (not known[one[0].case], -measure.moves[one[1]])):
        moves, turns, levels = measure.moves[number], past.marks.get(standing.case, ()), known[standing.case]
        told = (moves and not found) or moves > STEADY or turns or levels
        if told and len(found) < CHARTS:
            steps = _steps(past.runs, levels)
            said = [level.said for level in levels]
            drawn = chart(standing.variant, measure.of(number), past.axis, shown, turns, steps, said)
            found += [drawn] if drawn else []
    return tuple(found), len(twice)


def _steps(runs: Sequence[Run], levels: Sequence[LatencyLevel]) -> list[tuple[int, str]]:
    """Where levels began, by the number of the run that had their build first."""
    if not levels:
        return []
    labels = [run.build.label if run.build else "" for run in runs]
    return [(labels.index(level.build), level.step) for level in levels if level.build in labels]


def _marks(series: Sequence[SeriesStatus], nights: Sequence[NightChanges]) -> list[Marks]:
    """What happened to the cases of each series; that one was first seen, or seen no more, marks nothing."""
    places = {run.id: (n, number) for n, one in enumerate(series) for number, run in enumerate(one.recent)}
    found: list[dict[str, list[tuple[int, str]]]] = [{} for _ in series]
    for night in nights:
        if place := places.get(night.run.id):
            n, number = place
            for change in night.changes:
                if change.verdict not in (ChangeKind.ADDED, ChangeKind.REMOVED):
                    found[n].setdefault(change.case, []).append((number, _mark(night, change)))
    return [*found]


def _mark(night: NightChanges, change: Change) -> str:
    turned = f"{change.before} → {change.after}" if change.before is not change.after else change.message
    return f"{change.verdict}: {turned} with {build_title(night.run.build)}"


def _ulp(value: float) -> str:
    return f"{deviation(value)} ulp"


def _seen(standing: CaseStatus) -> str:
    """What a script is told was seen of its case."""
    return seen(standing.outcome, standing.message)


def _most_telling(standings: Sequence[CaseStatus]) -> CaseStatus | None:
    """The case to show: one that fails, executed before others, or else the plainest call; None where there is none."""

    def order(standing: CaseStatus) -> tuple[bool, int, bool, bool, str]:
        variant = standing.variant
        unusual, not_eager = variant != "eager-float32", mode_of(variant) is not Mode.EAGER
        return not standing.fails, STRENGTH[standing.evidence], unusual, not_eager, standing.case

    return min(standings, key=order, default=None)


def _case_history(past: SeriesWindow, standing: CaseStatus, project: ProjectMetadata) -> CaseHistory:
    return CaseHistory(
        standing,
        past.series.strip_of(standing.case),
        past.trends.messages(standing.case),
        project.script(standing.case, _seen(standing)) if standing.fails else "",
        _bound(standing.compiled, project.hardware.get(past.series.target)) if standing.compiled else None,
    )


def _bound(compiled: Compiled, target: TargetInfo | None) -> float | None:
    """The least time of a call, in microseconds, where the chip is known."""
    return least_time(compiled, target.chip) if target and target.chip else None
