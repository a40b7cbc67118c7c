"""The news of a night as plain text for a terminal, and as Markdown for a job summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.analysis.news import Change, Night, Verdict
from monitor.model import Evidence

# New cases come by the hundred on a first night; beyond this many of one verdict, the rest is counted.
LISTED = 20
MARKDOWN_SPECIAL = r"\`*_{}[]()<>#+-!|~@&"


def news_text(nights: Sequence[Night], faults: Sequence[str] = ()) -> str:
    """The news as plain text, a paragraph a target, framework and suite, after the `faults` of the monitor's own."""
    own = ["\n".join(f"! {fault}" for fault in faults)] if faults else []
    return "\n\n".join([*own, *("\n".join(_paragraph(night)) for night in nights)])


def news_markdown(nights: Sequence[Night], faults: Sequence[str] = ()) -> str:
    """The news as Markdown. Whatever came from a run is inert: no markup, no mention, no link of its own."""
    lines = ["## Tonight", "", *(f"- **{inert(fault)}**" for fault in faults), *([""] if faults else [])]
    for night in nights:
        lines += [f"### {inert(_title(night))}", "", inert(_coverage(night)), ""]
        lines += [f"- **{inert(incident)}**" for incident in night.incidents]
        lines += [f"- note: {inert(note)}" for note in night.run.remarks]
        rows = [change for verdict in Verdict for change in night.of(verdict)[:LISTED]]
        if rows:
            lines += ["", "| | case | before | after | message |", "|---|---|---|---|---|"]
            lines += [f"| {' | '.join(map(inert, _cells(change)))} |" for change in rows]
        lines += [*(f"- {inert(more)}" for more in _more(night)), ""]
    return "\n".join(lines)


def _paragraph(night: Night) -> Iterator[str]:
    yield _title(night)
    yield f"  {_coverage(night)}"
    yield from (f"  ! {incident}" for incident in night.incidents)
    yield from (f"  note: {note}" for note in night.run.remarks)
    for verdict in Verdict:
        for change in night.of(verdict)[:LISTED]:
            kind, case, before, after, message = _cells(change)
            yield f"  {kind:<9} {case}: {before} -> {after}" + (f": {message}" if message else "")
    yield from (f"  {more}" for more in _more(night))


def _title(night: Night) -> str:
    run = night.run
    build = run.build.label if run.build else "no build"
    against = f" against {night.baseline.label}" if night.baseline else ", the first night"
    return f"{run.target} {run.framework} {run.suite}: {build}{against}"


def _coverage(night: Night) -> str:
    seen = f"{night.observed} of {night.expected} cases observed"
    if night.score.judged:
        told = "operators are there" if night.run.evidence is Evidence.REGISTERED else "functions pass all of theirs"
        seen += f"; {night.score.success} of {night.score.judged} {told}"
    unchanged = night.baseline and not night.changes and not night.incidents
    return f"{seen}; nothing changed" if unchanged else seen


def _more(night: Night) -> Iterator[str]:
    for verdict in Verdict:
        if (count := len(night.of(verdict))) > LISTED:
            yield f"and {count - LISTED} more {verdict}"


def _cells(change: Change) -> tuple[str, str, str, str, str]:
    return change.verdict, change.case, change.before or "-", change.after or "-", change.message


def inert(text: str) -> str:
    """Text that Markdown shows as it is. A mention is broken by an entity, which no backslash would do."""
    escaped = "".join(f"\\{c}" if c in MARKDOWN_SPECIAL else c for c in text if c.isprintable())
    return escaped.replace("\\@", "&#64;").replace("\\<", "&lt;").replace("\\&", "&amp;")
