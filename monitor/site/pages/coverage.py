"""Build the page on the calls of current code: the share with a verdict, the share that works, missing functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.status.call_coverage import CallCoverage, CoverageRow, FunctionCoverage
from monitor.analysis.status.current_status import SeriesStatus
from monitor.analysis.status.study_table import study_table
from monitor.model import Evidence, Function

MAX_MISSING = 100  # functions of a framework on this page; the JSON has all


@dataclass(frozen=True)
class MissingFunctions:
    """Functions of a framework, or methods, without a verdict anywhere: the most-called, their number, their calls."""

    methods: bool
    first: tuple[FunctionCoverage, ...]
    number: int
    calls: int


@dataclass(frozen=True)
class FrameworkCoverage:
    """Coverage of one framework.

    `rows` are of functions, then of methods. `study` has the share of the study's calls that works, by target and
    evidence; None if no case of its functions was judged.
    """

    rows: tuple[CoverageRow, ...]
    study: Mapping[tuple[str, Evidence], float | None]
    missing: tuple[MissingFunctions, ...]


def coverage_page(
    coverage: CallCoverage, series: Sequence[SeriesStatus], catalog: Mapping[str, Function]
) -> dict[str, FrameworkCoverage]:
    """Return the coverage of each framework that has called functions."""
    study = {
        (row.framework, row.hardware, row.evidence): row.calls.share
        for row in study_table(series, catalog)
        if row.evidence
    }
    found: dict[str, FrameworkCoverage] = {}
    for framework in dict.fromkeys(row.framework for row in coverage.rows):
        rows = tuple(row for row in coverage.rows if row.framework == framework)
        found[framework] = FrameworkCoverage(
            tuple(sorted(rows, key=lambda row: row.methods)),
            {(target, evidence): share for (of, target, evidence), share in study.items() if of == framework},
            tuple(_missing(coverage, framework, methods) for methods in dict.fromkeys(row.methods for row in rows)),
        )
    return found


def _missing(coverage: CallCoverage, framework: str, methods: bool) -> MissingFunctions:
    functions = coverage.missing(framework, methods=methods)
    calls = sum(one.function.calls for one in functions)
    return MissingFunctions(methods, functions[:MAX_MISSING], len(functions), calls)
