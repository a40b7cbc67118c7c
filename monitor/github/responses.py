"""Errors of GitHub's API, and the fields of its responses, each checked before use."""

from __future__ import annotations

import json
from typing import Any

from monitor.formatting.humanize import escape_invisible
from monitor.http_client import HttpResponse

JsonObject = dict[str, Any]


class GitHubError(Exception):
    """GitHub cannot be reached, or refuses. The message is one line. The next call continues after what is done."""


class OutcomeUnknownError(GitHubError):
    """A request whose outcome is unknown: GitHub may have carried it out.

    `wait` is the time in seconds that GitHub asks clients to wait, None if it names none. The caller checks what GitHub
    has before it sends the request again (`GitHubClient.with_retry`).
    """

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class RequestRefusedError(GitHubError):
    """A request that GitHub refuses. `brief` is the reason without the repository and the request."""

    def __init__(self, message: str, status: int, brief: str) -> None:
        super().__init__(message)
        self.status = status
        self.brief = brief


def json_value(response: HttpResponse) -> Any:
    """Return the JSON of a response. Raises OutcomeUnknownError."""
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError) as error:
        content = f"no JSON ({content_type(response)})" if response.body else "an empty body"
        raise OutcomeUnknownError(f"answers {response.status} with {content}: a proxy may have answered") from error


def content_type(response: HttpResponse) -> str:
    """Return the media type of a response, safe to print."""
    return str(
        escape_invisible(response.headers.get("content-type", "").partition(";")[0].strip()[:60] or "of no type")
    )


def json_kind(value: Any) -> str:
    """Return a word for the type of a JSON value."""
    if value is None:
        return "null"
    kinds = {dict: "an object", list: "a list", str: "text", bool: "a truth value"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "a number")


def integer(item: JsonObject, name: str) -> int:
    """Return a required integer field. Raises OutcomeUnknownError."""
    value = item.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise OutcomeUnknownError(f'answers without a number in the field "{name}"')
    return value


def text(item: JsonObject, name: str) -> str:
    """Return a required text field. Raises OutcomeUnknownError."""
    value = item.get(name)
    if not isinstance(value, str):
        raise OutcomeUnknownError(f'answers without text in the field "{name}"')
    return value


def optional_text(item: JsonObject, name: str) -> str:
    """Return an optional text field, empty if it is missing or null. GitHub sends null for an empty issue body."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def nested(item: JsonObject, name: str) -> JsonObject:
    """Return an object inside an object, empty if it is missing."""
    value = item.get(name)
    return value if isinstance(value, dict) else {}


def author(item: JsonObject) -> str:
    """Return the login of the author of an issue or a comment, empty if the account is deleted."""
    return optional_text(nested(item, "user"), "login")


def names(item: JsonObject, field: str) -> tuple[str, ...]:
    """Return the names in a list of objects, such as the labels of an issue. GitHub may also send bare names."""
    value = item.get(field)
    entries = value if isinstance(value, list) else []
    found = (entry.get("name") if isinstance(entry, dict) else entry for entry in entries)
    return tuple(name for name in found if isinstance(name, str))
