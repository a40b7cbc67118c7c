"""List the documents of the JSON API, version 1: the address of each, and the function that builds it.

`docs/reference/api.md` describes the documents, and `api.schema.json` their fields. Within a version, fields are added,
and never removed or given another meaning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from monitor.analysis.names.name_history import BuildNames, FrameworkNames
from monitor.analysis.outcomes.failure_groups import group_changes
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.regression import Regression
from monitor.analysis.status.argument_coverage import ArgumentCoverage
from monitor.analysis.status.array_api import Scoreboard
from monitor.analysis.status.call_coverage import CallCoverage
from monitor.exports.api_paths import SCHEMA_PATH, column_path, function_path, list_path, names_path, run_path
from monitor.exports.documents.arguments import arguments_document
from monitor.exports.documents.array_api import array_api_document
from monitor.exports.documents.builds import build_documents
from monitor.exports.documents.changes import change_group_document, observed_change_document
from monitor.exports.documents.coverage import coverage_document
from monitor.exports.documents.failures import failure_document
from monitor.exports.documents.functions import CasesByFunction, function_document, function_summary
from monitor.exports.documents.latency import slowdown_document
from monitor.exports.documents.names import name_changes_document, names_document
from monitor.exports.documents.regressions import flakiness_document, regression_document
from monitor.exports.documents.runs import newest_run_document, run_document, run_summary
from monitor.exports.documents.targets import column_document, columns_by_target, target_documents
from monitor.formatting.humanize import machine_time
from monitor.model import Function
from monitor.snapshot.snapshot import Snapshot

# A month of an eventful site; the document of each run has all its changes.
MAX_CHANGES = 2_000
# Documents that list all objects of a kind.
LISTS = (
    *("latest", "targets", "runs", "builds", "changes", "build-changes", "failures", "regressions", "functions"),
    *("coverage", "arguments", "name-changes", "array-api"),
)

BuildDocument = Callable[[], object]


def encoded(document: object) -> bytes:
    """Return a document as JSON text."""
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()


def list_documents(
    snapshot: Snapshot,
    regressions: Sequence[Regression],
    functions: CasesByFunction,
    coverage: tuple[CallCoverage, ArgumentCoverage],
    scoreboard: Scoreboard,
    generated: datetime,
) -> Iterator[tuple[str, BuildDocument]]:
    """Yield the address of each document except those of runs and functions, and the function that builds it."""
    columns = columns_by_target(functions)
    of_calls, of_arguments = coverage
    lists: dict[str, BuildDocument] = {
        "latest": lambda: {"runs": _newest_runs(snapshot)},
        "targets": lambda: {"targets": target_documents(snapshot, columns, generated)},
        "runs": lambda: {"runs": [run_summary(night) for night in reversed(snapshot.nights)]},
        "builds": lambda: {"builds": build_documents(snapshot.nights)},
        "changes": lambda: {"changes": _newest_changes(snapshot.nights)},
        "build-changes": lambda: {"groups": [change_group_document(group) for group in group_changes(snapshot.nights)]},
        "failures": lambda: {"failures": [failure_document(failure) for failure in snapshot.failures]},
        "regressions": partial(_regressions, snapshot, regressions),
        "name-changes": lambda: {"builds": [name_changes_document(one) for one in name_changes(snapshot)]},
        "functions": lambda: {"functions": [function_summary(*key, cases) for key, cases in functions.items()]},
        "coverage": partial(coverage_document, of_calls),
        "arguments": partial(arguments_document, of_arguments),
        "array-api": partial(array_api_document, scoreboard),
    }
    yield list_path("index"), partial(_index, snapshot, functions, generated)
    for name in LISTS:
        yield list_path(name), lists[name]
    for framework, names in snapshot.names.items():
        yield names_path(framework), partial(names_document, names)
    for target, column in columns.items():
        yield column_path(target), partial(column_document, target, column)


def function_documents(
    functions: CasesByFunction, snapshot: Snapshot, catalog: Mapping[str, Function]
) -> Iterator[tuple[str, BuildDocument]]:
    """Yield the address of each function's document, and the function that builds it."""
    for (framework, name), cases in functions.items():
        names = snapshot.names.get(framework, FrameworkNames(framework))
        record, aliases = names.records.get(name), names.other_names(name)
        build = partial(function_document, framework, name, cases, catalog.get(name), record, aliases)
        yield function_path(framework, name), build


def run_documents(snapshot: Snapshot) -> Iterator[tuple[str, BuildDocument]]:
    """Yield the address of each run's document, and the function that builds it."""
    for night in snapshot.nights:
        yield run_path(night.run.id), partial(run_document, night)


def _index(snapshot: Snapshot, functions: CasesByFunction, generated: datetime) -> object:
    return {
        "version": 1,
        "generated": machine_time(generated),
        "schema": SCHEMA_PATH,
        "documents": {name: list_path(name) for name in LISTS},
        "frameworks": sorted({framework for framework, _ in functions}),
        "targets": sorted({series.target for series in snapshot.series}),
        "functions": len(functions),
        "cases": sum(len(series.now) for series in snapshot.series),
        "runs": len(snapshot.runs),
    }


def name_changes(snapshot: Snapshot) -> list[BuildNames]:
    """Return the builds that changed public names: by framework, newest first."""
    return [one for names in snapshot.names.values() for one in reversed(names.builds) if one.changes]


def _newest_runs(snapshot: Snapshot) -> list[object]:
    latency = {night.run.id: night for night in snapshot.latency_nights}
    names = {one.run.id: one for one in snapshot.listed_in(snapshot.newest)}
    return [newest_run_document(night, latency.get(night.run.id), names.get(night.run.id)) for night in snapshot.newest]


def _newest_changes(nights: Sequence[NightChanges]) -> list[object]:
    newest = sorted(nights, key=lambda night: night.run.started, reverse=True)
    rows = (observed_change_document(night.run, change) for night in newest for change in night.changes)
    return [row for row, _ in zip(rows, range(MAX_CHANGES), strict=False)]


def _regressions(snapshot: Snapshot, regressions: Sequence[Regression]) -> object:
    return {
        "regressions": [regression_document(one, snapshot.main_commits) for one in reversed(regressions)],
        "slowdowns": [
            slowdown_document(night.run, one) for night in snapshot.latency_nights for one in night.slowdowns
        ],
        "flaky": [flakiness_document(rating) for rating in snapshot.flakiness],
    }
