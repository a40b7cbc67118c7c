"""The issues at GitHub: which of them are ours, and each step carried out once.

Ours is what the monitor's own account opened and that has our mark. A mark in anybody else's issue, or in a pull
request, is text. Where an answer was lost, a step is done again only after a look whether it is there by now. Issues
are listed, never searched: the index of the search is late.
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
from monitor.issues.issue_metadata import find_mark, is_same
from monitor.issues.operations import AddComment, EditIssue, FiledIssue, OpenIssue, Step

PULL_REQUEST = "pull_request"  # the field by which the list of issues tells those that are none


class OperationError(Exception):
    """One issue cannot be changed; others can."""


class IssueTracker:
    """The issues of a repository. `account` is whose are ours; empty to ask GitHub whose token it is."""

    def __init__(self, client: GitHubClient, account: str = "") -> None:
        self._client = client
        self._given = account
        self._newest = 0
        self._labels: set[str] | None = None

    @cached_property
    def account(self) -> str:
        """The login of the monitor's own account. Raises GitHubError."""
        return self._given or token_account(self._client)

    def filed(self) -> tuple[FiledIssue, ...]:
        """Every issue of ours, oldest first. Raises GitHubError."""
        issues = self._client.with_retry(lambda: [*self._list("asc")])
        self._newest = max((integer(issue, "number") for issue in issues), default=0)
        return tuple(self._ours(issues))

    def carry_out(self, step: Step) -> str:
        """Do a step, unless it is done, and say in a word what came of it. Raises OperationError, GitHubError."""
        try:
            match step:
                case OpenIssue():
                    return self._client.with_retry(lambda: self._is_open(step) or self._open(step))
                case AddComment():
                    return self._client.with_retry(lambda: self._is_said(step) or self._comment(step))
                case EditIssue():
                    return self._client.with_retry(lambda: self._edit(step))
        except RequestRefusedError as refused:
            if _about_one_issue(refused, step):
                raise OperationError(refused.brief) from refused
            raise

    def _list(self, direction: str) -> Iterator[JsonObject]:
        # All of them, though ours have labels: whoever deletes a label would have everything opened once more.
        for issue in self._client.pages("issues", state="all", sort="created", direction=direction):
            integer(issue, "number")  # an answer without it is not GitHub's list
            yield issue

    def _ours(self, issues: Iterable[JsonObject]) -> Iterator[FiledIssue]:
        for issue in issues:
            body = optional_text(issue, "body")
            mark = find_mark(body)
            if mark is None or PULL_REQUEST in issue:
                continue
            number = integer(issue, "number")
            if not author(issue):  # an account that is gone is called ghost; to guess would open it anew, or close it
                name = self._client.repository
                raise GitHubError(f"{name}: GitHub does not tell who wrote #{number}, which has the monitor's mark")
            if self._is_own(issue):
                yield FiledIssue(
                    number,
                    text(issue, "title"),
                    body,
                    mark,
                    text(issue, "state") == "open",
                    optional_text(issue, "state_reason"),
                    names(issue, "labels"),
                    issue.get("locked") is True,
                )

    def _is_own(self, written: JsonObject) -> bool:
        """Whether the monitor's own account wrote an issue or a comment. GitHub's logins differ in more than case."""
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

    def _is_open(self, step: OpenIssue) -> str | None:
        """Whether it was opened since the issues were listed: by a request whose answer was lost, or by another job."""
        new = takewhile(lambda issue: integer(issue, "number") > self._newest, self._list("desc"))
        for issue in self._ours(new):
            if {*issue.mark.covers} & {*step.covers}:
                return f"#{issue.number}, there already"
        return None

    def _comment(self, step: AddComment) -> str:
        integer(self._client.write("POST", f"issues/{step.number}/comments", {"body": step.body}), "id")
        return "said"

    def _is_said(self, step: AddComment) -> str | None:
        comments = self._client.pages(f"issues/{step.number}/comments")
        said = any(is_same(optional_text(one, "body"), step.body) and self._is_own(one) for one in comments)
        return "said already" if said else None

    def _edit(self, step: EditIssue) -> str:
        optional = {
            "title": step.title,
            "labels": None if step.labels is None else [*step.labels],
            "state": step.state,
            "state_reason": step.reason,
        }
        for label in step.labels or ():
            self._provide_label(label)
        wanted = {name: value for name, value in optional.items() if value is not None}
        issue = self._client.write("PATCH", f"issues/{step.number}", {"body": step.body, **wanted})
        integer(issue, "number")
        return "done"

    def _provide_label(self, name: str) -> None:
        """Make a label that is not there: GitHub would make it too, but grey and without a word."""
        if self._labels is None:
            self._labels = {text(label, "name").lower() for label in self._client.pages("labels")}
        if name.lower() in self._labels:
            return
        colour, description = LABELS[name.partition(":")[0]]
        try:
            self._client.write("POST", "labels", {"name": name, "color": colour, "description": description})
        except RequestRefusedError as refused:
            if refused.status != 422:  # somebody else was faster
                raise
        self._labels.add(name.lower())


def _about_one_issue(refused: RequestRefusedError, step: Step) -> bool:
    """Whether other issues may fare better: this one was deleted, moved, or locked a moment ago, or is not liked."""
    if refused.status == 403:
        return "locked" in refused.brief
    if refused.status in (400, 413, 422):
        return True
    return refused.status in (301, 302, 303, 307, 308, 404, 410) and not isinstance(step, OpenIssue)
