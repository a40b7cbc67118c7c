"""Decide what a response of GitHub means, and how long to wait before the next try. Pure functions."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.formatting.humanize import count, escape_invisible
from monitor.github.responses import content_type
from monitor.http_client import HttpResponse

MAX_TRIES = 4  # with pauses of 5, 10 and 20 s: what lasts longer is an outage, and the next night continues
FIRST_PAUSE = 5.0  # seconds
DEFAULT_RATE_LIMIT_WAIT = 60.0  # seconds: GitHub asks for a minute where it names no time
# Seconds. An hour's quota may be an hour away. A job that waits so long delays the site; the next night continues.
MAX_WAIT = 900.0
# Time zones and slow answers explain smaller differences.
CLOCK_TOLERANCE = timedelta(days=1)

REDIRECTS = (301, 302, 303, 307, 308)
MAX_MESSAGE_LENGTH = 300  # characters

MEANINGS = {
    401: "the token is invalid or has expired",
    403: "the token lacks the permission {permission}",
    404: "it does not exist, or the token may not see it",
    410: "it was deleted, or the repository has its issues disabled",
    422: "GitHub does not accept the content",
}

# One of these words in the message of a 403 means that the token lacks a permission.
PERMISSION_WORDS = ("not accessible", "permission", "must have", "rights", "forbidden", "scope", "not allowed")


def is_rate_limit(response: HttpResponse) -> bool:
    """Return True for too many requests. GitHub marks them with 429, and with 403 in three forms."""
    if response.status == 429:
        return True
    message = message_of(response).lower()
    spent = response.headers.get("x-ratelimit-remaining", "").strip() == "0"
    return response.status == 403 and (
        "retry-after" in response.headers or spent or "rate limit" in message or "abuse detection" in message
    )


def message_of(response: HttpResponse) -> str:
    """Return GitHub's message in one visible line, empty if the response is not in GitHub's format."""
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError):
        return ""
    message = data.get("message") if isinstance(data, dict) else None
    return str(escape_invisible(" ".join(message.split())[:MAX_MESSAGE_LENGTH])) if isinstance(message, str) else ""


def retry_delay(response: HttpResponse, number: int, now: datetime) -> float | None:
    """Return the seconds to wait after try `number`, counted from 0. None means that another try would end alike."""
    if is_rate_limit(response):
        return _rate_limit_wait(response.headers, server_time(response.headers) or now)
    return FIRST_PAUSE * 2.0**number if _is_server_error(response) else None


def describe(response: HttpResponse, permission: str) -> str:
    """Return the meaning of a response that is no success, such as "answers 404, Not Found: it does not exist, …"."""
    message = message_of(response)
    answer = f"answers {response.status}" + (f", {message}" if message else "")
    if is_rate_limit(response):
        return f"{answer}: rate limit, too many requests; run it again later"
    if _is_server_error(response):
        return f"{answer}: GitHub has trouble, run it again later"
    meaning = MEANINGS.get(response.status)
    if not message:
        answer = f"{answer}, not in GitHub's format ({content_type(response)}): a proxy may have answered"
        return f"{answer}; otherwise {meaning}" if response.status in (401, 404) else answer
    if response.status == 403 and not any(word in message.lower() for word in PERMISSION_WORDS):
        return answer  # an archived repository, single sign-on, a list of allowed addresses: the message is clear
    return f"{answer}: {meaning.format(permission=permission)}" if meaning else answer


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """Return the time at which a response was sent, None if the Date header is missing or invalid."""
    return _http_date(headers.get("date", ""))


def clock_error(sent: datetime | None, now: datetime) -> str:
    """Return a line on this machine's wrong clock, empty if it agrees with GitHub's."""
    if sent is None or abs(now - sent) <= CLOCK_TOLERANCE:
        return ""
    days, relation = count(round(abs(now - sent) / timedelta(days=1)), "day"), "ahead of" if now > sent else "behind"
    times = f"it shows {now:%Y-%m-%d %H:%M}, GitHub {sent:%Y-%m-%d %H:%M}"
    return f"this machine's clock is {days} {relation} GitHub's: {times}"


def _is_server_error(response: HttpResponse) -> bool:
    return response.status >= 500 or response.status == 408


def _rate_limit_wait(headers: Mapping[str, str], now: datetime) -> float:
    """Return the wait in seconds after too many requests. A time that is invalid or past counts as missing."""
    retry_after = headers.get("retry-after", "").strip()
    wait = _number(retry_after)
    if wait is None and (until := _http_date(retry_after)):
        wait = (until - now).total_seconds()
    if wait is None and headers.get("x-ratelimit-remaining", "").strip() == "0":
        reset = _number(headers.get("x-ratelimit-reset", "").strip())
        wait = None if reset is None else max(reset - now.timestamp(), 0.0) + 1
    return DEFAULT_RATE_LIMIT_WAIT if wait is None or wait < 0 else max(wait, 1.0)


def _number(text: str) -> float | None:
    """Return the finite number in a header, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
