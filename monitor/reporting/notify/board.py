"""The issues at GitHub: which of them are ours, and each step carried out once.

Where an answer was lost, a step is done again only after a look whether it is there by now. Issues are listed, never
searched: the index of the search is late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile

from github import GithubException
from github.Issue import Issue

from monitor.reporting.asking import Asking, words
from monitor.reporting.notify.marks import find_mark, is_same
from monitor.reporting.notify.steps import Comment, Edit, Filed, Open, Step
from monitor.reporting.notify.texts import LABELS

# Whose issues may be ours: a stranger who copies a mark gets nothing closed, and no regression kept quiet.
TRUSTED = ("OWNER", "MEMBER", "COLLABORATOR")


class StepError(Exception):
    """One issue cannot be changed; others can."""


class Board:
    """The issues of a repository."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._repository = asking.repository
        self._newest = 0
        self._labels: set[str] | None = None

    def filed(self) -> tuple[Filed, ...]:
        """Every issue of ours, oldest first. Raises GitHubError."""
        issues = self._asking.ask(lambda: [*self._list("asc")])
        self._newest = max((issue.number for issue in issues), default=0)
        return tuple(self._ours(issues))

    def carry_out(self, step: Step) -> str:
        """Do a step, unless it is done, and say in a word what came of it. Raises StepError, GitHubError."""
        try:
            match step:
                case Open():
                    return self._asking.carefully(lambda: self._is_open(step) or self._open(step))
                case Comment():
                    return self._asking.carefully(lambda: self._is_said(step) or self._comment(step))
                case Edit():
                    return self._asking.carefully(lambda: self._edit(step))
        except GithubException as fault:
            if _about_one_issue(fault, step):
                raise StepError(f"GitHub answers {fault.status}, {words(fault)}") from fault
            raise self._asking.error(fault) from fault

    def _list(self, direction: str) -> Iterator[Issue]:
        # All of them, though ours have labels: whoever deletes a label would have everything opened once more.
        return iter(self._repository.get_issues(state="all", sort="created", direction=direction))

    def _ours(self, issues: Iterable[Issue]) -> Iterator[Filed]:
        for issue in issues:
            mark = find_mark(issue.body or "")
            if mark and _trusted(issue):
                yield Filed(
                    issue.number,
                    issue.title,
                    issue.body or "",
                    mark,
                    issue.state == "open",
                    issue.state_reason or "",
                    tuple(label.name for label in issue.labels),
                    bool(issue.locked),
                )

    def _open(self, step: Open) -> str:
        for label in step.labels:
            self._provide_label(label)
        return f"#{self._repository.create_issue(step.title, body=step.body, labels=[*step.labels]).number}"

    def _is_open(self, step: Open) -> str | None:
        """Whether it was opened since the issues were listed: by a request whose answer was lost, or by another job."""
        new = takewhile(lambda issue: issue.number > self._newest, self._list("desc"))
        for issue in self._ours(new):
            if {*issue.mark.covers} & {*step.covers}:
                return f"#{issue.number}, there already"
        return None

    def _comment(self, step: Comment) -> str:
        self._repository.get_issue(step.number).create_comment(step.body)
        return "said"

    def _is_said(self, step: Comment) -> str | None:
        comments = self._repository.get_issue(step.number).get_comments()
        return "said already" if any(is_same(comment.body or "", step.body) for comment in comments) else None

    def _edit(self, step: Edit) -> str:
        optional = {
            "title": step.title,
            "labels": None if step.labels is None else [*step.labels],
            "state": step.state,
            "state_reason": step.reason,
        }
        for label in step.labels or ():
            self._provide_label(label)
        wanted = {name: value for name, value in optional.items() if value is not None}
        self._repository.get_issue(step.number).edit(body=step.body, **wanted)  # type: ignore[arg-type]
        return "done"

    def _provide_label(self, name: str) -> None:
        """Make a label that is not there: GitHub would make it too, but grey and without a word."""
        if self._labels is None:
            self._labels = {label.name.lower() for label in self._repository.get_labels()}
        if name.lower() in self._labels:
            return
        colour, description = LABELS[name.partition(":")[0]]
        try:
            self._repository.create_label(name, colour, description)
        except GithubException as fault:
            if fault.status != 422:  # somebody else was faster
                raise
        self._labels.add(name.lower())


def _trusted(issue: Issue) -> bool:
    """Whether somebody opened it whom the repository trusts, or a bot, as the token of a workflow is one."""
    return issue.user.type == "Bot" or issue.author_association in TRUSTED


def _about_one_issue(fault: GithubException, step: Step) -> bool:
    """Whether other issues may fare better: this one was deleted, moved, or locked a moment ago, or is not liked."""
    if fault.status == 403:
        return "locked" in words(fault)
    return fault.status == 422 or (fault.status in (404, 410) and not isinstance(step, Open))
