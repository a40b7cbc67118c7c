"""Write the changes of public names as plain text for a terminal, and as Markdown for a job summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.analysis.names.name_changes import NameChangeGroup, NameChangeKind, grouped
from monitor.analysis.names.name_history import BuildNames
from monitor.formatting.humanize import count
from monitor.reports.changes_text import MAX_LISTED, escape_markdown


def names_text(builds: Sequence[BuildNames]) -> str:
    """Return the changes as plain text, one paragraph per build; empty if none changed a name."""
    return "\n\n".join("\n".join([_title(one), *_lines(one)]) for one in builds if one.changes)


def names_markdown(builds: Sequence[BuildNames]) -> str:
    """Return the changes as Markdown; empty if no build changed a name. Text from a build is escaped."""
    changed = [one for one in builds if one.changes]
    if not changed:
        return ""
    lines = ["## Public names"]
    for one in changed:
        lines += ["", f"### {escape_markdown(_title(one))}", ""]
        lines += [f"- {escape_markdown(line.strip())}" for line in _lines(one)]
    return "\n".join(lines) + "\n"


def _title(one: BuildNames) -> str:
    against = f" against {one.previous_build.requirement}" if one.previous_build else ""
    counted = ", ".join(f"{number} {kind}" for kind, number in one.totals.items())
    return f"public names of {one.run.framework}: {one.build.requirement}{against}: {counted}"


def _lines(one: BuildNames) -> Iterator[str]:
    """Yield a line per change, names below another of the same kind only counted; at most `MAX_LISTED` of a kind."""
    groups = grouped(one.changes)
    for kind in NameChangeKind:
        of_kind = [group for group in groups if group.change.kind is kind]
        yield from (f"  {kind:<18} {_change(group)}" for group in of_kind[:MAX_LISTED])
        if len(of_kind) > MAX_LISTED:
            yield f"  and {len(of_kind) - MAX_LISTED} more {kind}"


def _change(group: NameChangeGroup) -> str:
    change = group.change
    if change.kind is NameChangeKind.SIGNATURE and change.before and change.after:
        return f"{change.name}: {change.before.signature or 'none'} -> {change.after.signature or 'none'}"
    below = f" and {count(len(group.below), 'name')} below it" if group.below else ""
    return change.name + below + (f": {change.note}" if change.note else "")
