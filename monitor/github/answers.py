"""Fields of GitHub's answers, each checked before it is used: an answer of another shape is no answer."""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]


class GitHubError(Exception):
    """GitHub cannot be asked, or does not let us: one line. What is done by then, the next call does not do again."""


class UnansweredError(GitHubError):
    """No answer that says what became of the request: it may have been done. `wait` is for how long to wait, if told.

    Whoever asked looks whether it was done before asking again (`Client.with_retry`).
    """

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class AnswerError(GitHubError):
    """GitHub refuses a request. `brief` says how, without the repository and the request."""

    def __init__(self, message: str, status: int, brief: str) -> None:
        super().__init__(message)
        self.status = status
        self.brief = brief


def integer(item: Fields, name: str) -> int:
    """A whole number that must be there. Raises UnansweredError."""
    value = item.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnansweredError(f'answers without "{name}", or with one that is no number')
    return value


def text(item: Fields, name: str) -> str:
    """Text that must be there. Raises UnansweredError."""
    value = item.get(name)
    if not isinstance(value, str):
        raise UnansweredError(f'answers without "{name}", or with one that is no text')
    return value


def text_or_empty(item: Fields, name: str) -> str:
    """Text that need not be there: GitHub has null for an empty body, and for the author whose account is gone."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def fields(item: Fields, name: str) -> Fields:
    """An object in an object; an empty one where there is none."""
    value = item.get(name)
    return value if isinstance(value, dict) else {}


def login(item: Fields) -> str:
    """Who wrote an issue or a comment; empty where that account is gone."""
    return text_or_empty(fields(item, "user"), "login")


def named(item: Fields, name: str) -> tuple[str, ...]:
    """The names of a list of objects, as an issue has its labels; GitHub may also give the names alone."""
    value = item.get(name)
    found = value if isinstance(value, list) else []
    names = (one.get("name") if isinstance(one, dict) else one for one in found)
    return tuple(one for one in names if isinstance(one, str))
