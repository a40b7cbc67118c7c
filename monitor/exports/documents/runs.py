"""JSON documents of runs: a summary, the changes of a run, and the whole run."""

from __future__ import annotations

from monitor.analysis.latency.slowdown_tracker import LatencyNight
from monitor.analysis.names.name_history import BuildNames
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.status.measured_builds import source_of
from monitor.exports.api_paths import run_path
from monitor.exports.documents.changes import change_document
from monitor.exports.documents.fields import build_label, series_fields, source_list
from monitor.exports.documents.latency import latency_document
from monitor.exports.documents.names import name_changes_document
from monitor.formats.serialization import to_json
from monitor.formatting.urls import run_page


def run_summary(night: NightChanges) -> dict[str, object]:
    """Return a run with the numbers of its changes and incidents."""
    run = night.run
    return {
        "run": run.id,
        "started": run.started,
        **series_fields(run),
        "build": build_label(run.build),
        "sources": source_list([source_of(run)]) if run.build else [],
        "previous_build": build_label(night.previous_build),
        "expected": night.expected,
        "observed": night.observed,
        "resting": night.run.resting,
        "changes": len(night.changes),
        "incidents": len(night.incidents),
        "page": run_page(run.id),
        "document": run_path(run.id),
    }


def run_changes(night: NightChanges) -> dict[str, object]:
    """Return a run with its changes, incidents and functions by portability."""
    return {
        **run_summary(night),
        "functions": to_json(night.score),
        "changes": [change_document(change) for change in night.changes],
        "regressions": [change.case for change in night.regressions],
        "incidents": [*night.incidents],
    }


def newest_run_document(
    night: NightChanges, latency: LatencyNight | None, names: BuildNames | None
) -> dict[str, object]:
    """Return the newest run of a series: its changes, its latency, and the changes of public names.

    Latency is null if nothing was timed, and names are if the run listed none.
    """
    return {
        **run_changes(night),
        "latency": latency_document(latency) if latency else None,
        "names": name_changes_document(names) if names else None,
    }


def run_document(night: NightChanges) -> dict[str, object]:
    """Return a whole run: its changes, notes, environment and packages."""
    run = night.run
    return {
        **run_changes(night),
        "commit": run.build.commit if run.build else "",
        "compiler": build_label(run.compiler),
        "blocked": run.blocked,
        "notes": [*run.remarks],
        "environment": run.environment,
        "packages": {package.name: package.version for package in run.build.packages} if run.build else {},
    }
