"""Plan the issues about something that holds at present: one check or comparison opens or closes an issue.

Such a subject is never flaky, and needs no further night to be fixed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from monitor.formatting.humanize import join_words
from monitor.formatting.markdown import MAX_BYTES, code, fit_table, size
from monitor.issues.issue_metadata import IssueMetadata, NotifiedState, hidden_line
from monitor.issues.lifecycle import SubjectStatus, plan_tasks
from monitor.issues.operations import FiledIssue, Task


@dataclass(frozen=True)
class PresentSubject:
    """Subject of an issue about the present.

    `id` never changes. `parts` are the failing parts that readers are notified of; without any, the subject is fixed.
    `rows` are their rows in the table of the body, under `head`, and `advice` are the paragraphs below the table.
    `ended` is the word for parts that no longer fail.
    """

    id: str
    title: str
    label: str
    parts: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    advice: tuple[str, ...]
    reopened: str
    closing: str
    ended: str = "Resolved"

    @property
    def covers(self) -> tuple[str, ...]:
        return (self.id,)

    @property
    def status(self) -> SubjectStatus:
        return SubjectStatus.FAILING if self.parts else SubjectStatus.FIXED

    @property
    def may_close(self) -> bool:
        return True

    @property
    def labels(self) -> tuple[str, ...]:
        return (self.label,)

    @property
    def notified(self) -> NotifiedState:
        return NotifiedState("", "", tuple(sorted(self.parts)), 0)

    def body(self, metadata: IssueMetadata) -> str:
        if not self.rows:
            return "\n\n".join((self.closing, hidden_line(metadata)))
        below = (*self.advice, hidden_line(metadata))
        room = MAX_BYTES - size("\n\n".join(("", *below)))
        return "\n\n".join((fit_table(self.head, self.rows, room, ""), *below))

    def update_comment(self, notified: NotifiedState) -> str:
        now = {*self.parts}
        added, ended = sorted(now - {*notified.targets}), sorted({*notified.targets} - now)
        lines = [f"- New: {code_list(added)}."] if added else []
        lines += [f"- {self.ended}: {code_list(ended)}."] if ended else []
        return "\n".join(lines)

    def stayed_flaky(self, since: str) -> bool:  # noqa: ARG002 - it is never flaky
        return False

    def flaky_comment(self) -> str:
        return ""

    def reopened_comment(self) -> str:
        return self.reopened

    def closing_comment(self) -> str:
        return self.closing


def present_tasks(subjects: Iterable[PresentSubject], filed: Iterable[FiledIssue]) -> tuple[Task, ...]:
    """Return one task per issue about these subjects. Other issues are left alone."""
    known = {subject.id: subject for subject in subjects}

    def subject_of(issue: FiledIssue) -> PresentSubject | None:
        return next((known[name] for name in issue.metadata.covers if name in known), None)

    def new_subjects(covered: Collection[str]) -> list[PresentSubject]:
        return [subject for name, subject in known.items() if name not in covered and subject.parts]

    return plan_tasks(filter(subject_of, filed), subject_of, new_subjects)


def code_list(names: Iterable[str]) -> str:
    """Return names as code in a sentence."""
    return join_words([code(name) for name in names])
