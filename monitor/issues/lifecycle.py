"""The life of an issue, whatever it is about: edited, closed, opened again, or left to the person who said so.

Pure: nothing here asks or tells anybody.

| it is | and its issue open | closed by us | closed by a person |
|---|---|---|---|
| bad | edit; comment on news | reopen | leave |
| good, for long enough | close | leave | note it, silently: when it comes back, reopen |
| flaky | say so once; close after as many nights of that | leave | leave |
| accepted, or gone | close | leave | leave |
| quiet | leave | leave | leave |

An issue that has the label `mute`, or that a person closed as not planned, is left alone whatever happens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from monitor.issues.issue_metadata import IssueMetadata, IssueState, NotifiedState, hidden, signed
from monitor.issues.operations import AddComment, EditIssue, FiledIssue, OpenIssue, Task

MUTE = "mute"

# GitHub's words for why an issue is closed, and which of them go with what we close for.
COMPLETED, NOT_PLANNED, DUPLICATE = "completed", "not_planned", "duplicate"
REASONS = {
    IssueState.FIXED: COMPLETED,
    IssueState.REMOVED: NOT_PLANNED,
    IssueState.EXPECTED: NOT_PLANNED,
    IssueState.DUPLICATE: DUPLICATE,
    IssueState.LEFT_FLAKY: NOT_PLANNED,
}


class SubjectStatus(StrEnum):
    """How what an issue tells of stands."""

    BAD = "bad"
    FIXED = "fixed"  # everything passes again
    REMOVED = "removed"  # the remaining cases are no longer in the suite
    EXPECTED = "expected"  # a reviewed file accepts what is left of it
    FLAKY = "flaky"  # what is left of it answers now this, now that
    QUIET = "quiet"  # nobody is called for it, in either direction


LEFT_OPEN = (IssueState.OPEN, IssueState.FLAKY)  # what we said last of an issue that we did not close
ENDS = {
    SubjectStatus.FIXED: IssueState.FIXED,
    SubjectStatus.REMOVED: IssueState.REMOVED,
    SubjectStatus.EXPECTED: IssueState.EXPECTED,
}


class IssueSubject(Protocol):
    """What an issue is about, as it stands now, and the words for it."""

    @property
    def covers(self) -> tuple[str, ...]:
        """Its name for ever, or the names of all that it is about."""

    @property
    def standing(self) -> SubjectStatus: ...

    @property
    def settled(self) -> bool:
        """Where it is mended: whether it has been for so long that the issue may be closed."""

    @property
    def title(self) -> str: ...

    @property
    def labels(self) -> Sequence[str]: ...

    @property
    def told(self) -> NotifiedState:
        """What people know who read of it now."""

    def body(self, mark: IssueMetadata) -> str: ...

    def news(self, known: NotifiedState) -> str:
        """The comment for people who know that much; empty where nothing is news to them."""

    def flaky_for_long(self, since: str) -> bool:
        """Whether it has been flaky since that night for so long that the issue may be closed."""

    def flaky(self) -> str:
        """The comment that it is flaky now."""

    def back(self) -> str:
        """The comment that what was good, or flaky, is bad again."""

    def ended(self) -> str:
        """The comment on why the issue is closed."""


@dataclass(frozen=True)
class _DesiredIssue:
    """What is to become of an issue: what its mark says then, the comment, and the state where it is another."""

    status: IssueState
    told: NotifiedState
    say: str = ""
    state: str | None = None


def planned(
    filed: Iterable[FiledIssue],
    subject_of: Callable[[FiledIssue], IssueSubject | None],
    new: Callable[[Collection[str]], Iterable[IssueSubject]],
) -> tuple[Task, ...]:
    """What is to be done, a task an issue: about those that there are, then those that are to be opened.

    `subject_of` gives what an issue is about, None where that is nothing of ours now; `new` gives what is to have an
    issue beside what those that there are cover.
    """
    covered: dict[str, int] = {}
    tasks: list[Task] = []
    for issue in sorted(filed, key=lambda issue: issue.number):
        first = next((covered[one] for one in issue.mark.covers if one in covered), None)
        covered |= {one: issue.number for one in issue.mark.covers if one not in covered}
        if first:
            tasks.append(as_duplicate(issue, first))
        elif subject := subject_of(issue):
            tasks.append(tended(issue, subject))
    tasks += [(opened(subject),) for subject in new(covered)]
    return tuple(task for task in tasks if task)


def opened(subject: IssueSubject) -> OpenIssue:
    """The step that opens an issue about it."""
    labels = tuple(subject.labels)
    mark = IssueMetadata(subject.covers, IssueState.OPEN, subject.title, labels, subject.told)
    return OpenIssue(subject.title, subject.body(mark), labels, subject.covers)


def tended(issue: FiledIssue, subject: IssueSubject) -> Task:
    """What is to be done about an issue that is there."""
    if MUTE in issue.labels or _settled_by_a_person(issue):
        return ()
    wish = (_open_wish if issue.open else _closed_wish)(issue.mark, subject)
    return _task(issue, subject, wish) if wish else ()


def as_duplicate(issue: FiledIssue, first: int) -> Task:
    """Close an issue that two of us opened at once, or that GitHub made twice of one request."""
    if not issue.open or issue.mark.status is IssueState.DUPLICATE or MUTE in issue.labels:
        return ()
    body = issue.body.replace(hidden(issue.mark), hidden(replace(issue.mark, status=IssueState.DUPLICATE)))
    edit = EditIssue(issue.number, body, state="closed", reason=DUPLICATE)
    return (*_comment(issue, f"Duplicate of #{first}."), edit)


def _settled_by_a_person(issue: FiledIssue) -> bool:
    """Whether it is closed for good, in words that were not ours."""
    return (
        not issue.open and issue.reason in (NOT_PLANNED, DUPLICATE) and issue.reason != REASONS.get(issue.mark.status)
    )


def _open_wish(mark: IssueMetadata, subject: IssueSubject) -> _DesiredIssue | None:
    if subject.standing is SubjectStatus.QUIET:
        return None
    if subject.standing is SubjectStatus.FLAKY:
        return _flaky_wish(mark, subject)
    if mark.status is IssueState.FLAKY and subject.standing is SubjectStatus.BAD:
        return _DesiredIssue(IssueState.OPEN, subject.told, subject.back())
    if mark.status not in LEFT_OPEN:  # a person opened it again, and need not be told why
        return _DesiredIssue(IssueState.OPEN, subject.told) if subject.standing is SubjectStatus.BAD else None
    if subject.standing is SubjectStatus.BAD:
        news = subject.news(mark.told)
        # Small growth, night after night, adds up: what was no news is not known either.
        return _DesiredIssue(IssueState.OPEN, subject.told if news else mark.told, news)
    if subject.standing is SubjectStatus.FIXED and not subject.settled:
        return _DesiredIssue(IssueState.OPEN, mark.told)
    return _DesiredIssue(ENDS[subject.standing], mark.told, subject.ended(), "closed")


def _flaky_wish(mark: IssueMetadata, subject: IssueSubject) -> _DesiredIssue | None:
    """What is to become of an open issue where workers disagree on all that is left of it."""
    if mark.status is not IssueState.FLAKY:
        # Also where a person opened it again: an open issue says how it stands.
        return _DesiredIssue(IssueState.FLAKY, subject.told, subject.flaky())
    if subject.flaky_for_long(mark.told.flaky_since):
        return _DesiredIssue(IssueState.LEFT_FLAKY, mark.told, subject.ended(), "closed")
    return _DesiredIssue(IssueState.FLAKY, mark.told)


def _closed_wish(mark: IssueMetadata, subject: IssueSubject) -> _DesiredIssue | None:
    if mark.status in LEFT_OPEN:  # a person closed it
        mended = subject.standing is SubjectStatus.FIXED and subject.settled
        return _DesiredIssue(IssueState.FIXED, mark.told) if mended else None
    return (
        _DesiredIssue(IssueState.OPEN, subject.told, subject.back(), "open")
        if subject.standing is SubjectStatus.BAD
        else None
    )


def _task(issue: FiledIssue, subject: IssueSubject, wish: _DesiredIssue) -> Task:
    """A comment first, where there is something to say; then the issue as it is to be, which says that both are done.

    A title that a person gave is kept, and a label that a person took away stays away.
    """
    mark = issue.mark
    title = subject.title if issue.title == mark.title else issue.title
    added = tuple(label for label in subject.labels if label not in mark.labels)
    comments = tuple(_comment(issue, wish.say))
    new = IssueMetadata(
        mark.covers,
        wish.status,
        subject.title if issue.title == mark.title else mark.title,
        (*mark.labels, *added),
        wish.told,
        mark.comments + len(comments),
    )
    edit = EditIssue(
        issue.number,
        subject.body(new),
        title if title != issue.title else None,
        tuple(dict.fromkeys((*issue.labels, *added))) if added else None,
        wish.state,
        REASONS.get(wish.status) if wish.state == "closed" else None,
    )
    nothing = edit == EditIssue(issue.number, edit.body) and _same(edit.body, issue.body)
    return comments if nothing else (*comments, edit)


def _comment(issue: FiledIssue, say: str) -> Iterator[AddComment]:
    """A comment, where there is one to make and nobody locked the issue."""
    if say and not issue.locked:
        yield AddComment(issue.number, signed(say, issue.mark.comments))


def _same(body: str, other: str) -> bool:
    """GitHub may keep lines as a browser ends them."""
    return body.splitlines() == other.splitlines()
