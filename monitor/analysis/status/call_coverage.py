"""Weight functions by the calls of current code: the share of calls with a verdict, and the share that works.

A verdict is an outcome other than `blocked`. A call has a verdict on a target, by one kind of evidence, if a case of
its function has one; a case of another name of the same object counts. `docs/reference/scores.md` defines each figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.analysis.status.measured_builds import MeasuredBuild, sources, titles
from monitor.analysis.status.scores import Score, call_score, portability
from monitor.formatting.display_names import framework_title
from monitor.formatting.humanize import percent
from monitor.model import Evidence
from monitor.usage import METHODS_OF, CalledName, Usage

MAX_OTHER_NAMES = 3  # of one function in a table for readers


@dataclass(frozen=True)
class CalledFunction:
    """A function that current code calls.

    `names` are its called names, most-called first; `calls` are those of all names, and `packages` the largest number
    of packages that call one name. A method of a tensor is counted apart from the function of its name.
    """

    framework: str
    names: tuple[str, ...]
    object: str
    calls: int
    packages: int
    method: bool

    @property
    def name(self) -> str:
        """Return the most-called name."""
        return self.names[0]

    @property
    def other_names(self) -> str:
        """Return the other called names on one line, the most-called first; empty if there is none."""
        others = self.names[1:]
        left = len(others) - MAX_OTHER_NAMES
        return ", ".join((*others[:MAX_OTHER_NAMES], *([f"{left} more"] if left > 0 else [])))


@dataclass(frozen=True)
class CoverageRow:
    """Calls to the functions, or to the methods, of one framework on one target, by one kind of evidence.

    `functions` and `calls` are called; `judged_functions` and `judged_calls` have a verdict. `score` counts the latter
    by the portability of their function. `declared_calls` have a verdict or a case that this checkout declares; None if
    that was not counted.
    """

    framework: str
    target: str
    evidence: Evidence
    methods: bool
    sources: tuple[MeasuredBuild, ...]
    functions: int
    judged_functions: int
    calls: int
    judged_calls: int
    score: Score
    declared_calls: int | None = None

    @property
    def share(self) -> float:
        """Return the share of calls with a verdict."""
        return self.judged_calls / self.calls


@dataclass(frozen=True)
class FunctionCoverage:
    """A called function with the targets and kinds of evidence that have a verdict on it.

    `declared` is True if this checkout declares a case of it; None if that was not looked up.
    """

    function: CalledFunction
    verdicts: tuple[tuple[str, Evidence], ...]
    declared: bool | None = None


@dataclass(frozen=True)
class CallCoverage:
    """Coverage of real calls: rows by framework, target and evidence; all called functions, most-called first."""

    rows: tuple[CoverageRow, ...]
    functions: tuple[FunctionCoverage, ...]

    def missing(self, framework: str, *, methods: bool) -> tuple[FunctionCoverage, ...]:
        """Return the functions, or the methods, of a framework without a verdict, most-called first."""
        return tuple(
            one
            for one in self.functions
            if not one.verdicts and (one.function.framework, one.function.method) == (framework, methods)
        )


def called_functions(usage: Usage) -> tuple[CalledFunction, ...]:
    """Return the called functions by framework, most-called first, without names that the build does not have."""
    grouped: dict[tuple[str, str, bool], list[CalledName]] = {}
    for one in usage.calls:
        if one.function in usage.objects:
            key = one.framework, usage.objects[one.function], one.function.startswith(METHODS_OF)
            grouped.setdefault(key, []).append(one)
    found = [
        CalledFunction(
            framework,
            tuple(one.function for one in sorted(names, key=lambda one: (-one.calls, one.function))),
            of,
            sum(one.calls for one in names),
            max(one.packages for one in names),
            method,
        )
        for (framework, of, method), names in grouped.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.framework, -one.calls, one.name)))


def call_coverage(
    series: Sequence[SeriesStatus], usage: Usage, declared: Collection[str] | None = None
) -> CallCoverage:
    """Return the coverage of real calls by the current cases of some series.

    `declared` are the functions that have a case in this checkout, by any of their names. They are no verdicts.
    """
    frameworks = {one.framework for one in series}
    called = [one for one in called_functions(usage) if one.framework in frameworks]
    planned = None if declared is None else {usage.object_of(name) for name in declared}
    verdicts: dict[CalledFunction, list[tuple[str, Evidence]]] = {one: [] for one in called}
    rows: list[CoverageRow] = []
    for (framework, target, evidence), members in _grouped(series).items():
        cases = _cases_by_object(members, usage)
        for methods in (False, True):
            functions = [one for one in called if (one.framework, one.method) == (framework, methods)]
            judged = {one: cases[one.object] for one in functions if one.object in cases}
            for one in judged:
                verdicts[one].append((target, evidence))
            if functions:
                rows.append(_row(framework, target, evidence, functions, judged, planned))
    return CallCoverage(
        tuple(rows),
        tuple(
            FunctionCoverage(one, tuple(found), None if planned is None else one.object in planned)
            for one, found in verdicts.items()
        ),
    )


def _grouped(series: Sequence[SeriesStatus]) -> dict[tuple[str, str, Evidence], list[SeriesStatus]]:
    """Return the series of each framework, target and kind of evidence, in the order of targets in `series`."""
    found: dict[tuple[str, str, Evidence], list[SeriesStatus]] = {}
    for one in sorted(series, key=lambda one: one.framework):
        found.setdefault((one.framework, one.target, one.evidence), []).append(one)
    return found


def _cases_by_object(series: Iterable[SeriesStatus], usage: Usage) -> dict[str, list[CaseStatus]]:
    """Return the cases of each object that has a verdict, of all suites and all its names."""
    found: dict[str, list[CaseStatus]] = {}
    for one in series:
        for name, statuses in one.functions.items():
            found.setdefault(usage.object_of(name), []).extend(statuses)
    return {of: statuses for of, statuses in found.items() if any(status.outcome.known for status in statuses)}


def _row(
    framework: str,
    target: str,
    evidence: Evidence,
    functions: Sequence[CalledFunction],
    judged: dict[CalledFunction, list[CaseStatus]],
    planned: Collection[str] | None,
) -> CoverageRow:
    rated = {one: portability(status.outcome for status in statuses) for one, statuses in judged.items()}
    made = sources(status.run for statuses in judged.values() for status in statuses if status.outcome.known)
    return CoverageRow(
        framework,
        target,
        evidence,
        functions[0].method,
        made,
        len(functions),
        len(judged),
        sum(one.calls for one in functions),
        sum(one.calls for one in judged),
        call_score((kind, one.calls) for one, kind in rated.items()),
        None if planned is None else sum(one.calls for one in functions if one in judged or one.object in planned),
    )


def coverage_frame(rows: Iterable[CoverageRow]) -> pd.DataFrame:
    """Return the shares of calls for readers. Shares by portability are of the calls with a known portability."""
    return pd.DataFrame(_shown(row) for row in rows)


def _shown(row: CoverageRow) -> dict[str, str]:
    score = row.score
    shares = {"work": score.success, "work in part": score.partial, "fail": score.failure}
    found = {
        "framework": framework_title(row.framework),
        "hardware": f"{row.target}, {row.evidence}",
        "build": titles(row.sources) or "–",
        "functions": f"{row.judged_functions:,} of {row.functions:,}",
        "calls": f"{row.judged_calls:,} of {row.calls:,}",
        "with a verdict": percent(row.share),
        **{name: percent(part / score.judged if score.judged else None) for name, part in shares.items()},
    }
    if row.declared_calls is not None:
        found["with a verdict or declared"] = percent(row.declared_calls / row.calls)
    return found


def missing_frame(functions: Iterable[FunctionCoverage]) -> pd.DataFrame:
    """Return functions without a verdict for readers, with their calls and their other called names."""
    return pd.DataFrame(
        {
            "framework": framework_title(one.function.framework),
            "function": one.function.name,
            "calls": f"{one.function.calls:,}",
            "packages": str(one.function.packages),
            "other names": one.function.other_names or "–",
            **({} if one.declared is None else {"declared": "yes" if one.declared else "no"}),
        }
        for one in functions
    )
