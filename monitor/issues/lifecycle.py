"""Decide what happens to an issue: open, edit, close, reopen, or leave it to the person who changed it.

Pure functions.

| subject | open issue | closed by the monitor | closed by a person |
|---|---|---|---|
| failing | edit; comment on changes | reopen | leave |
| good for enough nights | close | leave | record it without a comment, and reopen if the failure comes back |
| flaky | comment once; close after `close_after` flaky nights | leave | leave |
| expected or removed | close | leave | leave |
| muted | leave | leave | leave |

An issue with the label `mute`, and an issue that a person closed as not planned, is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from monitor.issues.issue_metadata import IssueMetadata, IssueState, NotifiedState, hidden_line, sign_comment
from monitor.issues.operations import AddComment, EditIssue, FiledIssue, OpenIssue, Task

MUTE = "mute"

# GitHub's reasons for a closed issue, and the reason for each final state.
COMPLETED, NOT_PLANNED, DUPLICATE = "completed", "not_planned", "duplicate"
CLOSE_REASONS = {
    IssueState.FIXED: COMPLETED,
    IssueState.REMOVED: NOT_PLANNED,
    IssueState.EXPECTED: NOT_PLANNED,
    IssueState.DUPLICATE: DUPLICATE,
    IssueState.LEFT_FLAKY: NOT_PLANNED,
}


class SubjectStatus(StrEnum):
    """Current status of the subject of an issue."""

    FAILING = "failing"
    FIXED = "fixed"  # everything passes again
    REMOVED = "removed"  # the remaining cases are no longer in the suite
    EXPECTED = "expected"  # a reviewed file accepts the remaining failures
    FLAKY = "flaky"  # the remaining cases are flaky
    MUTED = "muted"  # nobody is notified, whatever happens


OPEN_STATES = (IssueState.OPEN, IssueState.FLAKY)
FINAL_STATES = {
    SubjectStatus.FIXED: IssueState.FIXED,
    SubjectStatus.REMOVED: IssueState.REMOVED,
    SubjectStatus.EXPECTED: IssueState.EXPECTED,
}


class IssueSubject(Protocol):
    """Subject of an issue in its current status, with the texts about it."""

    @property
    def covers(self) -> tuple[str, ...]:
        """The permanent ids of everything that the issue is about."""

    @property
    def status(self) -> SubjectStatus: ...

    @property
    def may_close(self) -> bool:
        """True if a fixed subject has been good for enough nights."""

    @property
    def title(self) -> str: ...

    @property
    def labels(self) -> Sequence[str]: ...

    @property
    def notified(self) -> NotifiedState:
        """The state that the current text reports."""

    def body(self, metadata: IssueMetadata) -> str: ...

    def update_comment(self, notified: NotifiedState) -> str:
        """Return the comment on the changes since the last notification, empty if there are none."""

    def stayed_flaky(self, since: str) -> bool:
        """Return True if it has been flaky since that night for enough nights to close the issue."""

    def flaky_comment(self) -> str:
        """Return the comment that reports it as flaky."""

    def reopened_comment(self) -> str:
        """Return the comment that reports a new failure after a fix or a flaky time."""

    def closing_comment(self) -> str:
        """Return the comment with the reason for closing."""


@dataclass(frozen=True)
class _DesiredIssue:
    """Desired state of an issue.

    `state` is the state at GitHub ("open", "closed"), None if it does not change. An empty `comment` adds none.
    """

    status: IssueState
    notified: NotifiedState
    comment: str = ""
    state: str | None = None


def plan_tasks(
    filed: Iterable[FiledIssue],
    subject_of: Callable[[FiledIssue], IssueSubject | None],
    new_subjects: Callable[[Collection[str]], Iterable[IssueSubject]],
) -> tuple[Task, ...]:
    """Return one task per issue: first those of existing issues, then those of new ones.

    `subject_of` returns the subject of an issue, None if the history no longer has it. `new_subjects` returns the
    subjects that need an issue, given the ids that existing issues cover.
    """
    covered: dict[str, int] = {}
    tasks: list[Task] = []
    for issue in sorted(filed, key=lambda issue: issue.number):
        covers = issue.metadata.covers
        original = next((covered[name] for name in covers if name in covered), None)
        covered |= {name: issue.number for name in covers if name not in covered}
        if original:
            tasks.append(close_duplicate(issue, original))
        elif subject := subject_of(issue):
            tasks.append(update_issue(issue, subject))
    tasks += [(open_issue(subject),) for subject in new_subjects(covered)]
    return tuple(task for task in tasks if task)


def open_issue(subject: IssueSubject) -> OpenIssue:
    """Return the operation that opens an issue about a subject."""
    labels = tuple(subject.labels)
    metadata = IssueMetadata(subject.covers, IssueState.OPEN, subject.title, labels, subject.notified)
    return OpenIssue(subject.title, subject.body(metadata), labels, subject.covers)


def update_issue(issue: FiledIssue, subject: IssueSubject) -> Task:
    """Return the operations that bring an existing issue up to date."""
    if MUTE in issue.labels or closed_for_good(issue):
        return ()
    desired = (_desired_if_open if issue.open else _desired_if_closed)(issue.metadata, subject)
    return _task(issue, subject, desired) if desired else ()


def close_duplicate(issue: FiledIssue, original: int) -> Task:
    """Close an issue that two jobs opened at once, or that GitHub made twice from one request."""
    if not issue.open or issue.metadata.status is IssueState.DUPLICATE or MUTE in issue.labels:
        return ()
    metadata = replace(issue.metadata, status=IssueState.DUPLICATE)
    body = issue.body.replace(hidden_line(issue.metadata), hidden_line(metadata))
    edit = EditIssue(issue.number, body, state="closed", reason=DUPLICATE)
    return (*_comment(issue, f"Duplicate of #{original}."), edit)


def closed_for_good(issue: FiledIssue) -> bool:
    """Return True if a person closed the issue as not planned or as a duplicate."""
    by_monitor = issue.reason == CLOSE_REASONS.get(issue.metadata.status)
    return not issue.open and issue.reason in (NOT_PLANNED, DUPLICATE) and not by_monitor


def _desired_if_open(metadata: IssueMetadata, subject: IssueSubject) -> _DesiredIssue | None:
    failing = subject.status is SubjectStatus.FAILING
    if subject.status is SubjectStatus.MUTED:
        return None
    if subject.status is SubjectStatus.FLAKY:
        return _desired_if_flaky(metadata, subject)
    if metadata.status is IssueState.FLAKY and failing:
        return _DesiredIssue(IssueState.OPEN, subject.notified, subject.reopened_comment())
    if metadata.status not in OPEN_STATES:  # a person reopened it, and needs no comment
        return _DesiredIssue(IssueState.OPEN, subject.notified) if failing else None
    if failing:
        comment = subject.update_comment(metadata.notified)
        # Without a comment the notified state stays, so that small growth over many nights adds up.
        return _DesiredIssue(IssueState.OPEN, subject.notified if comment else metadata.notified, comment)
    if subject.status is SubjectStatus.FIXED and not subject.may_close:
        return _DesiredIssue(IssueState.OPEN, metadata.notified)
    return _DesiredIssue(FINAL_STATES[subject.status], metadata.notified, subject.closing_comment(), "closed")


def _desired_if_flaky(metadata: IssueMetadata, subject: IssueSubject) -> _DesiredIssue | None:
    """Return the desired state of an open issue whose remaining cases are all flaky."""
    if metadata.status is not IssueState.FLAKY:
        # The comment also appears after a person has reopened the issue: an open issue states the status.
        return _DesiredIssue(IssueState.FLAKY, subject.notified, subject.flaky_comment())
    if subject.stayed_flaky(metadata.notified.flaky_since):
        return _DesiredIssue(IssueState.LEFT_FLAKY, metadata.notified, subject.closing_comment(), "closed")
    return _DesiredIssue(IssueState.FLAKY, metadata.notified)


def _desired_if_closed(metadata: IssueMetadata, subject: IssueSubject) -> _DesiredIssue | None:
    if metadata.status in OPEN_STATES:  # a person closed it
        fixed = subject.status is SubjectStatus.FIXED and subject.may_close
        return _DesiredIssue(IssueState.FIXED, metadata.notified) if fixed else None
    if subject.status is not SubjectStatus.FAILING:
        return None
    return _DesiredIssue(IssueState.OPEN, subject.notified, subject.reopened_comment(), "open")


def _task(issue: FiledIssue, subject: IssueSubject, desired: _DesiredIssue) -> Task:
    """Return the operations: a comment if there is one, then an edit, whose metadata record both.

    A title that a person gave stays, and a label that a person removed is not restored.
    """
    old = issue.metadata
    renamed = issue.title != old.title
    title = issue.title if renamed else subject.title
    added = tuple(label for label in subject.labels if label not in old.labels)
    comments = tuple(_comment(issue, desired.comment))
    new = IssueMetadata(
        old.covers,
        desired.status,
        old.title if renamed else subject.title,
        (*old.labels, *added),
        desired.notified,
        old.comments + len(comments),
    )
    edit = EditIssue(
        issue.number,
        subject.body(new),
        title if title != issue.title else None,
        tuple(dict.fromkeys((*issue.labels, *added))) if added else None,
        desired.state,
        CLOSE_REASONS.get(desired.status) if desired.state == "closed" else None,
    )
    unchanged = edit == EditIssue(issue.number, edit.body) and _is_same_text(edit.body, issue.body)
    return comments if unchanged else (*comments, edit)


def _comment(issue: FiledIssue, text: str) -> Iterator[AddComment]:
    """Yield a comment, unless the text is empty or the issue is locked."""
    if text and not issue.locked:
        yield AddComment(issue.number, sign_comment(text, issue.metadata.comments))


def _is_same_text(body: str, other: str) -> bool:
    """Compare by lines: GitHub may return another kind of line end."""
    return body.splitlines() == other.splitlines()
