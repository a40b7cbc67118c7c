"""Records of issues at GitHub and of the operations that change them."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.issues.issue_metadata import IssueMetadata


@dataclass(frozen=True)
class FiledIssue:
    """One of the monitor's issues at GitHub. `reason` is GitHub's word for the reason of its closing."""

    number: int
    title: str
    body: str
    metadata: IssueMetadata
    open: bool
    reason: str
    labels: tuple[str, ...]
    locked: bool


@dataclass(frozen=True)
class OpenIssue:
    """Operation that opens an issue, unless another issue already covers one of its regressions."""

    title: str
    body: str
    labels: tuple[str, ...]
    covers: tuple[str, ...]


@dataclass(frozen=True)
class AddComment:
    """Operation that adds a comment to an issue, unless the issue has it already."""

    number: int
    body: str


@dataclass(frozen=True)
class EditIssue:
    """Operation that replaces the body of an issue, and every other field that is not None, in one request."""

    number: int
    body: str
    title: str | None = None
    labels: tuple[str, ...] | None = None
    state: str | None = None
    reason: str | None = None


Step = OpenIssue | AddComment | EditIssue
Task = tuple[Step, ...]
