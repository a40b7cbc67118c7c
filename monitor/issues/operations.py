"""An issue as it is at GitHub, and the steps that change it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.issues.issue_metadata import IssueMetadata


@dataclass(frozen=True)
class FiledIssue:
    """An issue of ours, as it is at GitHub; `reason` is GitHub's word for why it is closed."""

    number: int
    title: str
    body: str
    mark: IssueMetadata
    open: bool
    reason: str
    labels: tuple[str, ...]
    locked: bool


@dataclass(frozen=True)
class OpenIssue:
    """Open an issue, unless one that covers any of the same is there by now."""

    title: str
    body: str
    labels: tuple[str, ...]
    covers: tuple[str, ...]


@dataclass(frozen=True)
class AddComment:
    """Comment on an issue, unless that is done."""

    number: int
    body: str


@dataclass(frozen=True)
class EditIssue:
    """Give an issue a new body, and with it, at once, whatever else is not None."""

    number: int
    body: str
    title: str | None = None
    labels: tuple[str, ...] | None = None
    state: str | None = None
    reason: str | None = None


Step = OpenIssue | AddComment | EditIssue
Task = tuple[Step, ...]
