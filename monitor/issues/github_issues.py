"""Read the monitor's issues at GitHub, and carry out each operation exactly once.

An issue is the monitor's if the monitor's own account opened it and its body has a hidden line. In any other issue, and
in a pull request, such a line is plain text. After a lost response, the client checks whether the operation was done
before it repeats it. Issues are listed and never searched, because GitHub's search index is late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import takewhile

from monitor.formatting.humanize import escape_invisible
from monitor.github.account import ACCOUNT_HINT, token_account
from monitor.github.client import GitHubClient
from monitor.github.responses import (
    GitHubError,
    JsonObject,
    RequestRefusedError,
    author,
    integer,
    names,
    optional_text,
    text,
)
from monitor.issues.body import LABELS
from monitor.issues.issue_metadata import find_metadata, is_same_comment
from monitor.issues.operations import AddComment, EditIssue, FiledIssue, OpenIssue, Step

PULL_REQUEST = "pull_request"  # the field that marks pull requests in the list of issues


class OperationError(Exception):
    """One issue that cannot be changed, while others can."""


class IssueTracker:
    """The monitor's issues in a repository. `account` is the monitor's login, empty to get it from the token."""

    def __init__(self, client: GitHubClient, account: str = "") -> None:
        self._client = client
        self._login = account
        self._newest = 0
        self._labels: set[str] | None = None

    @cached_property
    def account(self) -> str:
        """The login of the monitor's own account. Raises GitHubError."""
        return self._login or token_account(self._client)

    def filed(self) -> tuple[FiledIssue, ...]:
        """Return the monitor's issues, oldest first. Raises GitHubError."""
        issues = self._client.with_retry(lambda: [*self._list("asc")])
        self._newest = max((integer(issue, "number") for issue in issues), default=0)
        return tuple(self._own_issues(issues))

    def carry_out(self, step: Step) -> str:
        """Carry out an operation unless it is done already. Return the result in a few words.

        Raises OperationError if the fault concerns only this issue, and GitHubError otherwise.
        """
        try:
            match step:
                case OpenIssue():
                    return self._client.with_retry(lambda: self._find_open(step) or self._open(step))
                case AddComment():
                    return self._client.with_retry(lambda: self._find_comment(step) or self._comment(step))
                case EditIssue():
                    return self._client.with_retry(lambda: self._edit(step))
        except RequestRefusedError as refused:
            if _concerns_one_issue(refused, step):
                raise OperationError(refused.brief) from refused
            raise

    def _list(self, direction: str) -> Iterator[JsonObject]:
        # All issues, although the monitor's have labels: if a person deleted a label, all would be opened again.
        for issue in self._client.pages("issues", state="all", sort="created", direction=direction):
            integer(issue, "number")  # a list without numbers is not GitHub's
            yield issue

    def _own_issues(self, issues: Iterable[JsonObject]) -> Iterator[FiledIssue]:
        for issue in issues:
            body = optional_text(issue, "body")
            metadata = find_metadata(body)
            if metadata is None or PULL_REQUEST in issue:
                continue
            number = integer(issue, "number")
            if not author(issue):  # GitHub names a deleted account "ghost", so the author is really unknown
                name = self._client.repository
                reason = f"GitHub does not name the author of #{number}, which has the monitor's hidden line"
                raise GitHubError(f"{name}: {reason}")
            if self._is_own(issue):
                yield FiledIssue(
                    number,
                    text(issue, "title"),
                    body,
                    metadata,
                    text(issue, "state") == "open",
                    optional_text(issue, "state_reason"),
                    names(issue, "labels"),
                    issue.get("locked") is True,
                )

    def _is_own(self, written: JsonObject) -> bool:
        """Return True if the monitor's account wrote an issue or a comment. GitHub's logins ignore case."""
        return author(written).lower() == self.account.lower()

    def _open(self, step: OpenIssue) -> str:
        for label in step.labels:
            self._provide_label(label)
        body = {"title": step.title, "body": step.body, "labels": [*step.labels]}
        issue = self._client.write("POST", "issues", body)
        number = integer(issue, "number")
        if author(issue) and not self._is_own(issue):
            raise GitHubError(
                f"{self._client.repository}: "
                f"{escape_invisible(author(issue))} opened #{number}, and not {self.account}: "
                f"the next call would not recognize it; {ACCOUNT_HINT}"
            )
        return f"#{number}"

    def _find_open(self, step: OpenIssue) -> str | None:
        """Find an issue opened since the issues were listed, by a request with a lost response or by another job."""
        new = takewhile(lambda issue: integer(issue, "number") > self._newest, self._list("desc"))
        for issue in self._own_issues(new):
            if {*issue.metadata.covers} & {*step.covers}:
                return f"#{issue.number}, opened before"
        return None

    def _comment(self, step: AddComment) -> str:
        integer(self._client.write("POST", f"issues/{step.number}/comments", {"body": step.body}), "id")
        return "commented"

    def _find_comment(self, step: AddComment) -> str | None:
        comments = self._client.pages(f"issues/{step.number}/comments")
        same = (item for item in comments if is_same_comment(optional_text(item, "body"), step.body))
        return "commented before" if any(self._is_own(item) for item in same) else None

    def _edit(self, step: EditIssue) -> str:
        optional = {
            "title": step.title,
            "labels": None if step.labels is None else [*step.labels],
            "state": step.state,
            "state_reason": step.reason,
        }
        for label in step.labels or ():
            self._provide_label(label)
        given = {name: value for name, value in optional.items() if value is not None}
        issue = self._client.write("PATCH", f"issues/{step.number}", {"body": step.body, **given})
        integer(issue, "number")
        return "edited"

    def _provide_label(self, name: str) -> None:
        """Create a missing label. GitHub would create it too, but grey and without a description."""
        if self._labels is None:
            self._labels = {text(label, "name").lower() for label in self._client.pages("labels")}
        if name.lower() in self._labels:
            return
        colour, description = LABELS[name.partition(":")[0]]
        try:
            self._client.write("POST", "labels", {"name": name, "color": colour, "description": description})
        except RequestRefusedError as refused:
            if refused.status != 422:  # another job has created it
                raise
        self._labels.add(name.lower())


def _concerns_one_issue(refused: RequestRefusedError, step: Step) -> bool:
    """Return True if other issues may still be changed: this one was deleted, moved or locked, or is not accepted."""
    if refused.status == 403:
        return "locked" in refused.brief
    if refused.status in (400, 413, 422):
        return True
    return refused.status in (301, 302, 303, 307, 308, 404, 410) and not isinstance(step, OpenIssue)
