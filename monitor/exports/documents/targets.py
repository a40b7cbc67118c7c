"""JSON documents of targets: the list of targets with their series, and the column of a target."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from monitor.analysis.names.name_history import FrameworkNames
from monitor.analysis.status.current_status import (
    CaseStatus,
    SeriesStatus,
    function_status,
    outcomes_by_variant,
    series_score,
)
from monitor.analysis.status.last_runs import last_runs
from monitor.exports.api_paths import column_path
from monitor.exports.documents.fields import build_label, source_list
from monitor.exports.documents.functions import CasesByFunction
from monitor.formats.serialization import to_json
from monitor.formatting.humanize import machine_time
from monitor.formatting.urls import target_page
from monitor.snapshot.snapshot import Snapshot

# Cases of each function that a target has, by framework and name.
ColumnCases = Mapping[tuple[str, str], Sequence[CaseStatus]]


def target_documents(snapshot: Snapshot, columns: Collection[str], now: datetime) -> list[dict[str, object]]:
    """Return every target with its series; `columns` are the targets that have a column."""
    nightly = {key: machine_time(run.nightly) for key, run in last_runs(snapshot.nights, now).items() if run.nightly}
    by_target: dict[str, list[object]] = {}
    for series in snapshot.series:
        by_target.setdefault(series.target, []).append(_series(series, nightly.get(series.key, ""), snapshot.names))
    return [
        {
            "target": name,
            "page": target_page(name),
            "column": column_path(name) if name in columns else "",
            "series": entries,
        }
        for name, entries in by_target.items()
    ]


def _series(series: SeriesStatus, nightly: str, names: Mapping[str, FrameworkNames]) -> dict[str, object]:
    last = series.last_judged
    return {
        "framework": series.framework,
        "suite": series.suite,
        "evidence": series.evidence.value,
        "runs": len(series.runs),
        "cases": len(series.now),
        "functions": to_json(series_score(series, names)),
        "build": build_label(last.build),
        "sources": source_list(series.sources),
        "nightly": nightly,
        "observed": last.started if any(status.outcome.known for status in (*series.now, *series.removed)) else "",
        "run": last.id,
    }


def columns_by_target(functions: CasesByFunction) -> dict[str, ColumnCases]:
    """Return the cases of each function on each target."""
    columns: dict[str, dict[tuple[str, str], list[CaseStatus]]] = {}
    for key, cases in functions.items():
        for entry in cases:
            if entry.current:
                columns.setdefault(entry.series.target, {}).setdefault(key, []).extend(entry.current)
    return dict(sorted(columns.items()))


def column_document(target: str, functions: ColumnCases) -> dict[str, object]:
    """Return the column of a target: the outcomes of every function, for other monitors to show."""
    return {
        "target": target,
        "page": target_page(target),
        "functions": [_column_entry(*key, statuses) for key, statuses in functions.items()],
    }


def _column_entry(framework: str, name: str, statuses: Sequence[CaseStatus]) -> dict[str, object]:
    """Return a function: its cases of the strongest evidence, and the newest run with a result of one of them."""
    status = function_status(statuses)
    evidence = status.evidence
    judged = [case for case in statuses if case.outcome.known and case.evidence is evidence]
    newest = max((case.run for case in judged or statuses), key=lambda run: run.started)
    return {
        "framework": framework,
        "function": name,
        "evidence": evidence.value if evidence else "",
        "build": build_label(newest.build),
        "sources": source_list(status.sources),
        "observed": newest.started,
        "outcomes": {
            variant: outcome.value for variant, outcome in sorted(outcomes_by_variant(statuses, evidence).items())
        },
    }
