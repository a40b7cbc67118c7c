"""Plan the issue of a program about its operations whose verdict changed: one issue, closed when none differs.

The file of operations in the program's repository has the earlier verdicts, so the issue needs no other memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from monitor.check.used_operations import VerdictChange
from monitor.formatting.humanize import count, join_words
from monitor.formatting.markdown import MAX_BYTES, code, fit_table, size
from monitor.issues.body import PORTABILITY
from monitor.issues.issue_metadata import IssueMetadata, NotifiedState, hidden_line
from monitor.issues.lifecycle import SubjectStatus, plan_tasks
from monitor.issues.operations import FiledIssue, Task

SUBJECT = "program-operations"
TITLE = "The verdict on an operation of this program changed"
REMEDY = (
    "`portability check` gives the line of each operation. To accept these verdicts, write the file of operations "
    "again with `portability check --operations`. This issue closes when no verdict differs from the file."
)
CLOSING = "All verdicts are those of the file of operations."


@dataclass(frozen=True)
class OperationIssueSubject:
    """Subject of the issue about the changed verdicts."""

    changes: Sequence[VerdictChange]

    @property
    def covers(self) -> tuple[str, ...]:
        return (SUBJECT,)

    @property
    def status(self) -> SubjectStatus:
        return SubjectStatus.FAILING if self.changes else SubjectStatus.FIXED

    @property
    def may_close(self) -> bool:
        return True  # one comparison is enough, because it is about the present

    @property
    def title(self) -> str:
        return TITLE

    @property
    def labels(self) -> tuple[str, ...]:
        return (PORTABILITY,)

    @property
    def notified(self) -> NotifiedState:
        return NotifiedState("", "", tuple(sorted(map(_summary, self.changes))), 0)

    def body(self, metadata: IssueMetadata) -> str:
        if not self.changes:
            return "\n\n".join((CLOSING, hidden_line(metadata)))
        rows = [
            (code(one.operation.title), code(one.target), one.before.value, one.after.value, _reason(one))
            for one in self.changes
        ]
        parts = (REMEDY, hidden_line(metadata))
        room = MAX_BYTES - size("\n\n".join(("", *parts)))
        return "\n\n".join((fit_table(("operation", "target", "before", "now", "reason"), rows, room, ""), *parts))

    def update_comment(self, notified: NotifiedState) -> str:
        now = {*self.notified.targets}
        added, resolved = sorted(now - {*notified.targets}), sorted({*notified.targets} - now)
        lines = [f"- New: {join_words([code(name) for name in added])}."] if added else []
        lines += [f"- No longer: {join_words([code(name) for name in resolved])}."] if resolved else []
        return "\n".join(lines)

    def stayed_flaky(self, since: str) -> bool:  # noqa: ARG002 - flaky cases have no changed verdict
        return False

    def flaky_comment(self) -> str:
        return ""

    def reopened_comment(self) -> str:
        return f"{count(len(self.notified.targets), 'verdict')} changed again."

    def closing_comment(self) -> str:
        return CLOSING


def operation_tasks(changes: Sequence[VerdictChange], filed: Iterable[FiledIssue]) -> tuple[Task, ...]:
    """Return the task for the issue about changed verdicts; none if there is nothing to write."""
    subject = OperationIssueSubject(changes)

    def subject_of(issue: FiledIssue) -> OperationIssueSubject | None:
        return subject if SUBJECT in issue.metadata.covers else None

    def new_subjects(covered: Collection[str]) -> list[OperationIssueSubject]:
        return [subject] if subject.changes and SUBJECT not in covered else []

    return plan_tasks(filter(subject_of, filed), subject_of, new_subjects)


def _summary(change: VerdictChange) -> str:
    return f"{change.operation.title} on {change.target} {change.after.value}"


def _reason(change: VerdictChange) -> str:
    """Return the message of a problem, and what to write instead; a dash if nothing fails."""
    instead = f"; instead: {code(change.alternative)}" if change.alternative else ""
    return f"{code(change.message)}{instead}" if change.message else "-"
