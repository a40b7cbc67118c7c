"""Asking GitHub with patience: what to do where an answer is lost, slow, or a refusal.

A request whose answer is lost is not simply sent again: GitHub may have done what it asks. So nothing is repeated by
PyGithub, but here, and whoever asks says how to look whether it is there by now.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

import requests
from github import Auth, Github, GithubException, RateLimitExceededException

from monitor.reporting.figures import visible

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

# What an answer means when it is not about one thing of many.
FAULTS = {
    401: "the token is not valid, or not any more",
    403: "this token may not do that: it needs the permission {permission}",
    404: "no such repository, or none that this token may see",
    410: "the repository has its issues switched off",
}


class GitHubError(Exception):
    """GitHub cannot be asked, or does not let us: one line. What is done by then, the next call does not do again."""


class Asking:
    """A repository at GitHub, asked with patience. `token` is empty to only read a public one.

    `permission` is what the token needs for what is asked, and `sleep` waits for so many seconds.
    """

    def __init__(
        self,
        repository: str,
        *,
        permission: str,
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
        self.repository = github.get_repo(repository)
        self.name = repository
        self.token = token
        self._permission = permission
        self._sleep = sleep

    def carefully(self, look_and_do: Callable[[], T]) -> T:
        """Do something, and do it again where it is not known whether it was done. Raises GitHubError.

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
                    raise self.error(fault) from fault
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def ask(self, question: Callable[[], T]) -> T:
        """Ask what has one good answer, and ask it again where it got none. Raises GitHubError for any other."""
        try:
            return self.carefully(question)
        except GithubException as fault:
            raise self.error(fault) from fault

    def error(self, fault: GithubException | requests.RequestException) -> GitHubError:
        """What a fault comes to, in one line."""
        if isinstance(fault, requests.RequestException):
            told = f"does not answer, {type(fault).__name__}"
        else:
            meaning = FAULTS.get(fault.status, "run it again later").format(permission=self._permission)
            told = f"answers {fault.status}, {words(fault)}: {meaning}"
        return GitHubError(f"{self.name}: GitHub {told}")


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


def words(fault: GithubException) -> str:
    """What GitHub says to it, in a line."""
    data = fault.data if isinstance(fault.data, dict) else {}
    return str(visible(" ".join(str(data.get("message") or fault.message or "without a word").split())))
