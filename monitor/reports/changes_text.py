"""Write the changes of the newest runs as plain text for a terminal, and as Markdown for a job summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.formats.error_text import MAX_LINE_LENGTH
from monitor.formatting.markdown import code, table
from monitor.history.retraction import ExcludedRun
from monitor.model import NAMES, Evidence

# Most changes of one kind that are listed: a first run adds hundreds of cases.
MAX_LISTED = 20
# Text that GitHub's Markdown shows unchanged anywhere: plain words and numbers. It links addresses, and any word that
# may be the hash of a commit.
PLAIN_TEXT = re.compile(r"(?!.*(?:www\.|[0-9a-f]{7}))[A-Za-z0-9 ,;.%()–]+", re.IGNORECASE)


def changes_text(nights: Sequence[NightChanges], faults: Sequence[str] = ()) -> str:
    """Return the changes as plain text, one paragraph per series, after the `faults` of the monitor itself."""
    own = ["\n".join(f"! {fault}" for fault in faults)] if faults else []
    return "\n\n".join([*own, *("\n".join(_paragraph(night)) for night in nights)])


def excluded_runs_text(runs: Sequence[ExcludedRun]) -> str:
    """Return the outcomes of excluded runs as plain text, two lines per run."""
    return "\n".join(line for one in runs for line in _excluded_run(one))


def _excluded_run(one: ExcludedRun) -> Iterator[str]:
    run = one.run
    counts = ", ".join(f"{number} {outcome}" for outcome, number in one.counts.items())
    build = run.build.requirement if run.build else "no build"
    yield f"{run.target} {run.framework} {run.suite}: {build}, in no series"
    yield f"  {counts or 'nothing observed'}; {one.why}"


def changes_markdown(nights: Sequence[NightChanges], faults: Sequence[str] = ()) -> str:
    """Return the changes as Markdown. Text from a run is escaped: no markup, no mention, no link."""
    lines = [
        "## Latest changes",
        "",
        *(f"- **{escape_markdown(fault)}**" for fault in faults),
        *([""] if faults else []),
    ]
    for night in nights:
        lines += [f"### {escape_markdown(_title(night))}", "", escape_markdown(_coverage(night)), ""]
        lines += [f"- **{escape_markdown(incident)}**" for incident in night.incidents]
        lines += [f"- note: {escape_markdown(note)}" for note in night.run.remarks]
        rows = [change for kind in ChangeKind for change in night.of(kind)[:MAX_LISTED]]
        if rows:
            head = ("", "case", "before", "after", "message")
            lines += ["", table(head, ([*map(escape_markdown, _cells(change))] for change in rows)), ""]
        lines += [*(f"- {escape_markdown(more)}" for more in _more(night)), ""]
    return "\n".join(lines)


def _paragraph(night: NightChanges) -> Iterator[str]:
    yield _title(night)
    yield f"  {_coverage(night)}"
    yield from (f"  ! {incident}" for incident in night.incidents)
    yield from (f"  note: {note}" for note in night.run.remarks)
    for kind in ChangeKind:
        for change in night.of(kind)[:MAX_LISTED]:
            _, case, before, after, message = _cells(change)
            yield f"  {kind:<18} {case}: {before} -> {after}" + (f": {message}" if message else "")
    yield from (f"  {more}" for more in _more(night))


def _title(night: NightChanges) -> str:
    run = night.run
    build = run.build.requirement if run.build else "no build"
    before = night.previous_build.requirement if night.previous_build else ""
    against = (
        ", the same version as before" if before == build else f" against {before}" if before else ", the first run"
    )
    return f"{run.target} {run.framework} {run.suite}: {build}{against}"


def _coverage(night: NightChanges) -> str:
    if night.run.suite == NAMES:
        return f"{night.observed} public names listed"
    seen = f"{night.observed} of {night.expected} cases observed"
    if night.run.resting:
        seen += f", {night.run.resting} weekly cases rest"
    if night.score.judged:
        what = (
            "operators have a kernel" if night.run.evidence is Evidence.REGISTERED else "functions pass all their cases"
        )
        seen += f"; {night.score.success} of {night.score.judged} {what}"
    unchanged = night.previous_build and not night.changes and not night.incidents
    return f"{seen}; nothing changed" if unchanged else seen


def _more(night: NightChanges) -> Iterator[str]:
    for kind in ChangeKind:
        if (count := len(night.of(kind))) > MAX_LISTED:
            yield f"and {count - MAX_LISTED} more {kind}"


def _cells(change: Change) -> tuple[str, str, str, str, str]:
    return change.kind, change.case, change.before or "-", change.after or "-", change.text


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows unchanged, in a line or in a table cell; text that is not plain becomes code.

    GitHub interprets markup, mentions and links everywhere except in code.
    """
    return text if PLAIN_TEXT.fullmatch(text) else code(text, longest=MAX_LINE_LENGTH)
