"""JSON documents of changes: one change, a change with its run, and a group of changes."""

from __future__ import annotations

from monitor.analysis.outcomes.change import Change
from monitor.analysis.outcomes.failure_groups import FailureGroup
from monitor.exports.documents.fields import build_label, series_fields
from monitor.model import Run


def change_document(change: Change) -> dict[str, object]:
    """Return one change.

    `build_before` is the last build with the outcome `before`, `build_after` the first with `after`.
    """
    return {
        "case": change.case,
        "function": change.function,
        "kind": change.kind.value,
        "before": change.before.value if change.before else "",
        "after": change.after.value if change.after else "",
        "message": change.message,
        "build_before": build_label(change.build_before),
        "build_after": build_label(change.build_after),
        "also_changed": [*change.also_changed],
        "instead": change.instead,
    }


def observed_change_document(run: Run, change: Change) -> dict[str, object]:
    """Return one change with the run that observed it."""
    return {"run": run.id, "started": run.started, **series_fields(run), **change_document(change)}


def change_group_document(group: FailureGroup) -> dict[str, object]:
    """Return a group of changes of one build with the same message, without the single changes."""
    return {
        "framework": group.framework,
        "build": group.build,
        "previous_build": group.previous_build,
        "kind": group.kind.value,
        "signature": group.signature,
        "functions": [*group.functions],
        "targets": [*group.targets],
        "cases": len(group.members),
    }


def change_group_with_changes(group: FailureGroup) -> dict[str, object]:
    """Return a group of changes with every change in it."""
    changes = [observed_change_document(member.run, member.change) for member in group.members]
    return {**change_group_document(group), "changes": changes}
