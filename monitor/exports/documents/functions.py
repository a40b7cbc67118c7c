"""JSON documents of functions: a summary, and all cases on every target."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.names.name_history import NameRecord
from monitor.analysis.status.current_status import (
    CaseStatus,
    FunctionStatus,
    SeriesStatus,
    function_status,
    group_by_function,
)
from monitor.exports.api_paths import function_path
from monitor.exports.documents.fields import build_label, finite_or_null, measurement, source_list
from monitor.exports.downloads import outcome_row
from monitor.formatting.urls import documentation_url, function_page
from monitor.model import Function


@dataclass(frozen=True)
class FunctionCases:
    """Cases of a function in one series: `current` ones, and those that were `removed` from the suite."""

    series: SeriesStatus
    current: Sequence[CaseStatus]
    removed: Sequence[CaseStatus]


# Cases of each function in every series, by framework and name.
CasesByFunction = Mapping[tuple[str, str], Sequence[FunctionCases]]


def cases_by_function(series: Sequence[SeriesStatus]) -> CasesByFunction:
    """Return the cases of each function, sorted by framework and name."""
    cases: dict[tuple[str, str], list[FunctionCases]] = {}
    for one in series:
        current, removed = one.functions, group_by_function(one.removed)
        for name in sorted(current.keys() | removed.keys()):
            entry = FunctionCases(one, current.get(name, []), removed.get(name, []))
            cases.setdefault((one.framework, name), []).append(entry)
    return dict(sorted(cases.items()))


def status_by_target(cases: Sequence[FunctionCases]) -> dict[str, FunctionStatus]:
    """Return the status of a function on each target."""
    current: dict[str, list[CaseStatus]] = {}
    for entry in cases:
        if entry.current:
            current.setdefault(entry.series.target, []).extend(entry.current)
    return {target: function_status(statuses) for target, statuses in sorted(current.items())}


def function_summary(framework: str, name: str, cases: Sequence[FunctionCases]) -> dict[str, object]:
    """Return the portability of a function on each target."""
    statuses = status_by_target(cases)
    return {
        "function": name,
        "framework": framework,
        "page": function_page(framework, name),
        "document": function_path(framework, name),
        "portability": {target: status.portability.value for target, status in statuses.items()},
        "sources": {target: source_list(status.sources) for target, status in statuses.items()},
    }


def function_document(
    framework: str,
    name: str,
    cases: Sequence[FunctionCases],
    entry: Function | None,
    record: NameRecord | None,
    aliases: Sequence[str],
) -> dict[str, object]:
    """Return a function: its signature, its other names, its status on each target, and all its cases.

    `entry` is its row of the catalog, None without one; `record` is None if no build lists the name.
    """
    return {
        "function": name,
        "framework": framework,
        "page": function_page(framework, name),
        "documentation": documentation_url(name),
        "replaced_by": entry.replaced_by if entry else "",
        "aliases": [*aliases],
        "signature": dataclasses.asdict(record.signature) if record else None,
        "study": _study(entry),
        "targets": [{"target": target, **_status(status)} for target, status in status_by_target(cases).items()],
        "cases": [_case(group.series, status) for group in cases for status in group.current],
        "removed": [_case(group.series, status) for group in cases for status in group.removed],
    }


def _study(entry: Function | None) -> object:
    """Return what the study counted for a function; None if the study did not have it."""
    if entry is None or not entry.study_name:
        return None
    return {
        "name": entry.study_name,
        "uses": entry.study_uses,
        "stratum": entry.study_stratum,
        "gpu": entry.study_gpu,
        "tpu": entry.study_tpu,
    }


def _status(status: FunctionStatus) -> dict[str, object]:
    return {
        "portability": status.portability.value,
        "passed": status.passed,
        "judged": status.judged,
        "inconclusive": status.unjudged,
        "evidence": status.evidence.value if status.evidence else "",
        "sources": source_list(status.sources),
        "last_run": status.nights[-1],
        "oldest_run": status.nights[0],
    }


def _case(series: SeriesStatus, status: CaseStatus) -> dict[str, object]:
    return {
        **outcome_row(series, status),
        "last_run": status.last_ran,
        "stale": series.is_stale(status),
        "declared_limit": status.declared_limit,
        "latency": measurement(status.latency),
        "error": finite_or_null(measurement(status.error)),
        "compiled": measurement(status.compiled),
        "history": [
            {
                "run": transition.run.id,
                "build": build_label(transition.run.build),
                "started": transition.run.started,
                "outcome": transition.after.value,
            }
            for transition in status.turns
        ],
    }
