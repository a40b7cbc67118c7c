"""JSON documents of public names: all names of a framework, and their changes in a build."""

from __future__ import annotations

from monitor.analysis.names.name_changes import NameChange
from monitor.analysis.names.name_history import BuildNames, FrameworkNames, NameRecord
from monitor.exports.documents.fields import build_label


def names_document(names: FrameworkNames) -> dict[str, object]:
    """Return every public name that a listed build of a framework has or had, and the listed builds."""
    return {
        "framework": names.framework,
        "builds": [build_label(one.build) for one in names.builds],
        "names": [_record(names, name, record) for name, record in sorted(names.records.items())],
    }


def _record(names: FrameworkNames, name: str, record: NameRecord) -> dict[str, object]:
    """Return one name. Members that are empty are left out, because a framework has thousands of names."""
    members = {
        "alias_of": record.listed.alias_of,
        "added": record.added,
        "deprecated": record.deprecated,
        "last": record.last,
        "removed": record.removed,
        "note": record.note,
        "replacement": names.replacement(name) if record.note else "",
    }
    given = {member: value for member, value in members.items() if value}
    return {"name": name, "kind": record.listed.kind.value, **given}


def name_changes_document(one: BuildNames) -> dict[str, object]:
    """Return the changes of public names in a build."""
    return {
        "framework": one.run.framework,
        "run": one.run.id,
        "build": build_label(one.build),
        "previous_build": build_label(one.previous_build),
        "names": one.count,
        "changes": [name_change_document(change) for change in one.changes],
    }


def name_change_document(change: NameChange) -> dict[str, object]:
    """Return one change of a public name."""
    return {
        "name": change.name,
        "change": change.kind.value,
        "before": change.before.signature if change.before else "",
        "after": change.after.signature if change.after else "",
        "note": change.note,
    }
