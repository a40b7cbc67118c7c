"""The page of a function: what it does on every target, and did."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from monitor.analysis.cells import Cell as CaseOnTarget
from monitor.analysis.news import Change, Night, Verdict
from monitor.analysis.regressions import Regression
from monitor.analysis.roofline import least_time
from monitor.history.signatures import KnownSignature
from monitor.model import Evidence, Function, Mode, Outcome
from monitor.reporting.addresses import documentation, function_page, series_anchor
from monitor.reporting.charts import Chart, Values, chart, movement
from monitor.reporting.figures import deviation, duration, listed
from monitor.reporting.findings import Finding
from monitor.reporting.levels import Level, Levels
from monitor.reporting.names import build_title
from monitor.reporting.project import Project
from monitor.reporting.standing import Cell, Series, Standing, by_function, cell
from monitor.reporting.trends import Trend, Trends
from monitor.reporting.variants import dtype_of, dtype_order, mode_of

# The case that moved most is drawn, and others that moved by more than a fifth or turned, as many as can be looked
# through: dozens of level lines tell less than one. The downloads have all.
CHARTS = 6
STEADY = math.log(1.2)

# A few screens of cases are read through; beyond, a page is for those who come for one target.
CASES_UNFOLDED = 30

Marks = Mapping[tuple[str, str], str]  # by run and case


@dataclass(frozen=True)
class CaseHistory:
    """A case's outcomes in the runs of its section, None where a run did not ask for it, and what each run said.

    `script` shows the outcome without the monitor; it is empty where the case passes or was not judged. `bound` is the
    least time of a compiled call in microseconds, None where there is none.
    """

    standing: Standing
    strip: tuple[Outcome | None, ...]
    messages: tuple[str, ...]
    script: str
    bound: float | None

    def said(self, turn: int) -> str:
        """What the case said in a run of the strip."""
        return self.messages[turn] if turn < len(self.messages) else ""


@dataclass(frozen=True)
class FunctionSection:
    """A function on one target, in one suite. `gone` are its cases that the suite no longer has.

    `latencies` and `errors` are charts of the cases that moved most, of `charted` that were measured twice.
    """

    series: Series
    anchor: str
    cell: Cell
    by_dtype: Mapping[str, Cell]
    cases: tuple[CaseHistory, ...]
    gone: tuple[Standing, ...]
    latencies: tuple[Chart, ...]
    errors: tuple[Chart, ...]
    charted: int

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
    findings: tuple[Finding, ...]

    @property
    def short(self) -> bool:
        """Whether every target fits in sight of the others; else all but the first are folded up."""
        return sum(len(section.cases) for section in self.sections) <= CASES_UNFOLDED

    @property
    def dtypes(self) -> tuple[str, ...]:
        return tuple(sorted({dtype for section in self.sections for dtype in section.by_dtype}, key=dtype_order))


def function_pages(
    series: Sequence[Series],
    observations: pd.DataFrame,
    nights: Sequence[Night],
    regressions: Sequence[Regression],
    signatures: Mapping[str, KnownSignature],
    levels: Levels,
    project: Project,
    wanted: Callable[[str], bool],
) -> Iterator[FunctionPage]:
    """A page for every function that has, or ever had, a case, of those whose address is wanted.

    The project is asked for the script of each case that does not pass, and for one of each function.
    """
    now = [by_function(one.now) for one in series]
    gone = [by_function(one.gone) for one in series]
    measured = [Trends(one, observations) for one in series]
    marks = _marks(nights)
    of_function: dict[str, list[Regression]] = {}
    for regression in regressions:
        for function in regression.functions:
            of_function.setdefault(function, []).append(regression)
    names = {
        (one.framework, name) for one, *sides in zip(series, now, gone, strict=True) for side in sides for name in side
    }
    for framework, name in sorted(names):
        if not wanted(function_page(framework, name)):
            continue
        sections = tuple(
            _section(one, here.get(name, ()), left.get(name, ()), trend, marks, levels, project)
            for one, here, left, trend in zip(series, now, gone, measured, strict=True)
            if one.framework == framework and (name in here or name in left)
        )
        entry = project.catalog.get(name)
        replaced_by = entry.replaced_by if entry else ""
        shown = _most_telling([case.standing for section in sections for case in section.cases])
        yield FunctionPage(
            name,
            framework,
            function_page(framework, name),
            documentation(name),
            signatures.get(name),
            entry if entry and entry.study_name else None,
            replaced_by,
            function_page(framework, replaced_by) if (framework, replaced_by) in names else "",
            shown,
            project.script(shown) if shown else "",
            sections,
            tuple(of_function.get(name, ())),
            tuple(project.findings.get(name, ())),
        )


def _section(
    series: Series,
    standings: Sequence[Standing],
    gone: Sequence[Standing],
    trend: Mapping[str, Trend],
    marks: Marks,
    levels: Levels,
    project: Project,
) -> FunctionSection:
    trend = {s.case: trend[s.case] for s in standings if s.case in trend}
    measured = [(s, trend[s.case]) for s in standings if s.case in trend]
    latencies, timed = _charts(series, [(s, t.latencies) for s, t in measured], marks, duration, levels.of)
    errors, checked = _charts(series, [(s, t.errors) for s, t in measured], marks, _ulp)
    return FunctionSection(
        series,
        series_anchor(series.target, series.suite, series.evidence),
        cell(standings),
        _by_dtype(standings),
        tuple(_case_history(series, s, trend.get(s.case), project) for s in standings),
        tuple(gone),
        latencies,
        errors,
        max(timed, checked),
    )


def _by_dtype(standings: Sequence[Standing]) -> Mapping[str, Cell]:
    """What becomes of each dtype."""
    found: dict[str, list[Standing]] = {}
    for standing in standings:
        found.setdefault(dtype_of(standing.variant), []).append(standing)
    return {dtype: cell(those) for dtype, those in found.items()}


def _charts(
    series: Series,
    measured: Sequence[tuple[Standing, Values]],
    marks: Marks,
    shown: Callable[[float], str],
    levels_of: Callable[[CaseOnTarget], Sequence[Level]] = lambda _: (),
) -> tuple[tuple[Chart, ...], int]:
    """Charts of the cases that moved most, and how many were measured twice. A level line says less than its number.

    Those first that somebody says something of: a level that began with a build is where the build was run first.
    """
    builds = [run.build.version if run.build else "no build" for run in series.recent]  # two of them fit below a chart
    twice = [(s, values) for s, values in measured if sum(value is not None for value in values) > 1 and any(values)]
    known = {s.case: levels_of(CaseOnTarget(s.case, series.target, series.suite, series.evidence)) for s, _ in twice}
    moved = [(movement(values), s, values) for s, values in twice]
    labels = [run.build.label if run.build else "" for run in series.recent]
    found: list[Chart] = []
    for moves, standing, values in sorted(moved, key=lambda one: (not known[one[1].case], -one[0])):
        turns = [(n, mark) for n, run in enumerate(series.recent) if (mark := marks.get((run.id, standing.case)))]
        levels = known[standing.case]
        steps = [(labels.index(level.build), level.step) for level in levels if level.build in labels]
        said = [level.said for level in levels]
        told = (moves and not found) or moves > STEADY or turns or levels
        if told and len(found) < CHARTS:
            drawn = chart(standing.variant, values, builds, shown, turns, steps, said)
            found += [drawn] if drawn else []
    return tuple(found), len(twice)


def _marks(nights: Sequence[Night]) -> Marks:
    """What happened to each case in each run, in words; that it was first seen, or seen no more, marks nothing."""
    return {
        (night.run.id, change.case): _mark(night, change)
        for night in nights
        for change in night.changes
        if change.verdict not in (Verdict.NEW, Verdict.GONE)
    }


def _mark(night: Night, change: Change) -> str:
    turned = f"{change.before} → {change.after}" if change.before is not change.after else change.message
    return f"{change.verdict}: {turned} with {build_title(night.run.build)}"


def _ulp(value: float) -> str:
    return f"{deviation(value)} ulp"


def _most_telling(standings: Sequence[Standing]) -> str:
    """The case to show: one that fails, executed before others, or else the plainest call."""

    def order(standing: Standing) -> tuple[bool, int, bool, bool, str]:
        fails = standing.outcome.known and standing.outcome is not Outcome.PASS
        usual = standing.variant == "eager-float32"
        evidence = [*Evidence].index(standing.evidence)
        return not fails, evidence, not usual, mode_of(standing.variant) is not Mode.EAGER, standing.case

    return min(standings, key=order).case if standings else ""


def _case_history(series: Series, standing: Standing, trend: Trend | None, project: Project) -> CaseHistory:
    fails = standing.outcome.known and standing.outcome is not Outcome.PASS
    target = project.hardware.get(series.target)
    bound = least_time(standing.compiled, target.chip) if standing.compiled and target and target.chip else None
    return CaseHistory(
        standing,
        series.strip_of(standing.case),
        trend.messages if trend else (),
        project.script(standing.case) if fails else "",
        bound,
    )


def portability_sentence(one: Cell) -> str:
    """A cell in words: `9 of 12 cases pass`, and what could not be judged."""
    parts = [f"{one.passed} of {one.judged} judged cases pass"] if one.judged else []
    if one.unjudged:
        parts.append(f"{one.unjudged} could not be judged")
    return listed(parts) or "no case in the suite now"
