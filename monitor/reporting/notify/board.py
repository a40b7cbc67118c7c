"""The issues at GitHub: which of them are ours, and each step carried out once.

A request whose answer is lost is not simply sent again: GitHub may have done what it asks. So nothing is repeated by
PyGithub, but here, each time after a look whether it is there by now. Issues are listed, never searched: the index of
the search is late.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import takewhile
from typing import TypeVar

import requests
from github import Auth, Github, GithubException, RateLimitExceededException
from github.Issue import Issue

from monitor.reporting.figures import visible
from monitor.reporting.notify.marks import find_mark, is_same
from monitor.reporting.notify.steps import Comment, Edit, Filed, Open, Step
from monitor.reporting.notify.texts import LABELS

T = TypeVar("T")

GITHUB = "https://api.github.com"
TRIES = 4  # with pauses of 5, 10 and 20 s: what lasts longer is an outage, and the next night is soon enough
PAUSE = 5.0
BLOCKED_FOR = 60.0  # GitHub asks for a minute, where it does not say for how long, before one goes on writing
# An hour's quota may be an hour away. A job that waits so long holds the site back; the next night carries on.
LONGEST_WAIT = 900.0
ANSWERED_WITHIN = 30  # seconds
# Seconds between two requests that write, and four times those that read: GitHub bears 80 that create in a minute.
PACE = 1.0

# Whose issues may be ours: a stranger who copies a mark gets nothing closed, and no regression kept quiet.
TRUSTED = ("OWNER", "MEMBER", "COLLABORATOR")

# What an answer means when it is not about one issue.
FAULTS = {
    401: "the token is not valid, or not any more",
    403: "this token may not do that: it needs the permission issues: write",
    404: "no such repository, or none that this token may see",
    410: "the repository has its issues switched off",
}


class BoardError(Exception):
    """GitHub cannot be asked, or does not let us: one line. What is done by then, the next night does not do again."""


class StepError(Exception):
    """One issue cannot be changed; others can."""


class Board:
    """The issues of a repository. `token` is empty to only read a public one; `sleep` waits for so many seconds."""

    def __init__(
        self,
        repository: str,
        *,
        token: str = "",
        api: str = GITHUB,
        sleep: Callable[[float], None] = time.sleep,
        answered_within: int = ANSWERED_WITHIN,
        pace: float = PACE,
    ) -> None:
        github = Github(
            auth=Auth.Token(token) if token else None,
            base_url=api,
            timeout=answered_within,
            retry=None,
            per_page=100,
            seconds_between_writes=pace,
            seconds_between_requests=pace / 4,
            lazy=True,
        )
        self._repository = github.get_repo(repository)
        self._name = repository
        self._sleep = sleep
        self._newest = 0
        self._labels: set[str] | None = None

    def filed(self) -> tuple[Filed, ...]:
        """Every issue of ours, oldest first. Raises BoardError."""
        try:
            issues = self._carefully(lambda: [*self._list("asc")])
        except GithubException as fault:
            raise self._error(fault) from fault
        self._newest = max((issue.number for issue in issues), default=0)
        return tuple(self._ours(issues))

    def carry_out(self, step: Step) -> str:
        """Do a step, unless it is done, and say in a word what came of it. Raises StepError, BoardError."""
        try:
            match step:
                case Open():
                    return self._carefully(lambda: self._is_open(step) or self._open(step))
                case Comment():
                    return self._carefully(lambda: self._is_said(step) or self._comment(step))
                case Edit():
                    return self._carefully(lambda: self._edit(step))
        except GithubException as fault:
            if _about_one_issue(fault, step):
                raise StepError(f"GitHub answers {fault.status}, {_words(fault)}") from fault
            raise self._error(fault) from fault

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

    def _carefully(self, look_and_do: Callable[[], T]) -> T:
        """Do something, and do it again where it is not known whether it was done. Raises BoardError.

        Any other answer of GitHub's is passed on.
        """
        for number in range(TRIES):
            try:
                return look_and_do()
            except (GithubException, requests.RequestException) as fault:
                wait = _wait(fault, number)
                if wait is None:
                    raise
                if number == TRIES - 1 or wait > LONGEST_WAIT:
                    raise self._error(fault) from fault
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _error(self, fault: GithubException | requests.RequestException) -> BoardError:
        if isinstance(fault, requests.RequestException):
            told = f"does not answer, {type(fault).__name__}"
        else:
            meaning = FAULTS.get(fault.status, "run it again later")
            told = f"answers {fault.status}, {_words(fault)}: {meaning}"
        return BoardError(f"{self._name}: GitHub {told}")


def _trusted(issue: Issue) -> bool:
    """Whether somebody opened it whom the repository trusts, or a bot, as the token of a workflow is one."""
    return issue.user.type == "Bot" or issue.author_association in TRUSTED


def _wait(fault: GithubException | requests.RequestException, number: int) -> float | None:
    """How long to wait before the next try; None where it would end the same."""
    if isinstance(fault, requests.RequestException):
        return PAUSE * 2.0**number
    headers = fault.headers or {}
    limited = isinstance(fault, RateLimitExceededException) or fault.status == 429
    if limited or (fault.status == 403 and "retry-after" in headers):
        return _as_told(headers)
    return PAUSE * 2.0**number if fault.status >= 500 else None


def _as_told(headers: Mapping[str, str]) -> float:
    """How long GitHub wants one to wait whose requests were too many."""
    if "retry-after" in headers:
        return float(headers["retry-after"])
    if headers.get("x-ratelimit-remaining") == "0":
        return max(float(headers["x-ratelimit-reset"]) - datetime.now(UTC).timestamp(), 0.0) + 1
    return BLOCKED_FOR


def _about_one_issue(fault: GithubException, step: Step) -> bool:
    """Whether other issues may fare better: this one was deleted, moved, or locked a moment ago, or is not liked."""
    if fault.status == 403:
        return "locked" in _words(fault)
    return fault.status == 422 or (fault.status in (404, 410) and not isinstance(step, Open))


def _words(fault: GithubException) -> str:
    """What GitHub says to it, in a line."""
    data = fault.data if isinstance(fault.data, dict) else {}
    return str(visible(" ".join(str(data.get("message") or fault.message or "without a word").split())))
