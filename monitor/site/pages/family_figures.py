"""Build the figures of each line of hardware: the share of real calls that work, and of the study's functions.

A figure is of one target: the one of the family, among those of the strongest evidence, with a verdict on most calls.
Figures of targets and of kinds of evidence are never added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.status.call_coverage import CallCoverage, CoverageRow
from monitor.analysis.status.current_status import EVIDENCE_RANK, SeriesStatus
from monitor.analysis.status.kernel_tables import KernelColumn, kernel_pages
from monitor.analysis.status.study_table import PAPER
from monitor.model import Evidence
from monitor.site.pages.target_summary import PortabilityFigure, TargetSummary
from monitor.site.target_families import TargetFamily


@dataclass(frozen=True)
class CallFigure:
    """Calls to the functions of one framework on one target, by one kind of evidence.

    `others` are the other targets of the family with such a figure. `study` has the study's functions by the same
    evidence on the same target; None if they were not run.
    """

    target: str
    chip: str
    row: CoverageRow
    others: int
    study: PortabilityFigure | None

    @property
    def tested_share(self) -> float:
        """Return the share of calls whose function has a known portability."""
        return self.row.score.judged / self.row.calls


@dataclass(frozen=True)
class FamilyFigures:
    """Figures of one family by framework: calls, strongest evidence first, and operators looked up in kernel tables.

    `functions` has the share of functions of a framework of which no tested function is called. `targets` are the
    members that have been observed, with their short names.
    """

    family: TargetFamily
    targets: tuple[tuple[str, str], ...]
    calls: Mapping[str, tuple[CallFigure, ...]]
    functions: Mapping[str, PortabilityFigure]
    operators: Mapping[str, tuple[KernelColumn, ...]]


def family_figures(
    families: Sequence[TargetFamily],
    frameworks: Sequence[str],
    targets: Sequence[TargetSummary],
    coverage: CallCoverage,
    series: Sequence[SeriesStatus],
) -> tuple[FamilyFigures, ...]:
    """Return the figures of each family with a result, in the order of `families`."""
    summaries = {one.target: one for one in targets if one.last_observed}
    kernels = [(table.framework, column) for table in kernel_pages(series) for column in table.columns]
    found = []
    for family in families:
        short = family.short_names
        here = [target for target in family.targets if target in summaries]
        if here:
            calls = {
                framework: _call_figures([row for row in coverage.rows if row.framework == framework], short, summaries)
                for framework in frameworks
            }
            operators = {
                framework: tuple(column for of, column in kernels if of == framework and column.series.target in here)
                for framework in frameworks
            }
            functions = {
                framework: figure
                for framework in frameworks
                if not calls[framework] and (figure := _function_figure([summaries[one] for one in here], framework))
            }
            named = tuple((one, short[one]) for one in here)
            found.append(FamilyFigures(family, named, calls, functions, operators))
    return tuple(found)


def _call_figures(
    rows: Sequence[CoverageRow], short: Mapping[str, str], summaries: Mapping[str, TargetSummary]
) -> tuple[CallFigure, ...]:
    """Return one figure for each kind of evidence; the weaker ones only if they have a verdict on more calls."""
    figures: list[CallFigure] = []
    for evidence in Evidence:
        here = [
            row
            for row in rows
            if row.target in short and row.evidence is evidence and not row.methods and row.score.judged
        ]
        if here:
            row = max(here, key=lambda row: row.judged_calls)
            if not figures or row.judged_calls > figures[-1].row.judged_calls:
                study = _study_figure(summaries.get(row.target), row)
                figures.append(CallFigure(row.target, short[row.target], row, len(here) - 1, study))
    return tuple(figures)


def _study_figure(summary: TargetSummary | None, row: CoverageRow) -> PortabilityFigure | None:
    for figure in summary.figures.get(row.framework, ()) if summary else ():
        run = figure.night.run
        if (run.suite, run.evidence) == (PAPER, row.evidence) and figure.score.judged:
            return figure
    return None


def _function_figure(summaries: Sequence[TargetSummary], framework: str) -> PortabilityFigure | None:
    """Return the figure of the most functions by the strongest evidence; None without one."""
    figures = [
        figure
        for summary in summaries
        for figure in summary.figures.get(framework, ())
        if figure.score.judged and figure.night.run.evidence is not Evidence.REGISTERED
    ]
    return min(figures, key=lambda one: (EVIDENCE_RANK[one.night.run.evidence], -one.score.judged), default=None)
