"""Plan the issue of a program about its operations whose verdict changed: one issue, closed when none differs.

The file of operations in the program's repository has the earlier verdicts, so the issue needs no other memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.check.used_operations import VerdictChange
from monitor.formatting.humanize import count
from monitor.formatting.markdown import code
from monitor.issues.body import PORTABILITY
from monitor.issues.operations import FiledIssue, Task
from monitor.issues.present_subject import PresentSubject, present_tasks

SUBJECT = "program-operations"
TITLE = "The verdict on an operation of this program changed"
REMEDY = (
    "`portability check` gives the line of each operation. To accept these verdicts, write the file of operations "
    "again with `portability check --operations`. This issue closes when no verdict differs from the file."
)
CLOSING = "All verdicts are those of the file of operations."


def operation_tasks(changes: Sequence[VerdictChange], filed: Iterable[FiledIssue]) -> tuple[Task, ...]:
    """Return the task for the issue about changed verdicts; none if there is nothing to write."""
    return present_tasks([_subject(changes)], filed)


def _subject(changes: Sequence[VerdictChange]) -> PresentSubject:
    parts = tuple(sorted(map(_summary, changes)))
    return PresentSubject(
        id=SUBJECT,
        title=TITLE,
        label=PORTABILITY,
        parts=parts,
        head=("operation", "target", "before", "now", "reason"),
        rows=tuple(map(_row, changes)),
        advice=(REMEDY,),
        reopened=f"{count(len(parts), 'verdict')} changed again.",
        closing=CLOSING,
        ended="No longer",
    )


def _row(change: VerdictChange) -> tuple[str, ...]:
    operation, target = code(change.operation.title), code(change.target)
    return operation, target, change.before.value, change.after.value, _reason(change)


def _summary(change: VerdictChange) -> str:
    return f"{change.operation.title} on {change.target} {change.after.value}"


def _reason(change: VerdictChange) -> str:
    """Return the message of a problem, and what to write instead; a dash if nothing fails."""
    instead = f"; instead: {code(change.alternative)}" if change.alternative else ""
    return f"{code(change.message)}{instead}" if change.message else "-"
