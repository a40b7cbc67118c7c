"""What an answer of GitHub's means, and how long to wait before the next try. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.formatting.humanize import count, escape_invisible

TRIES = 4  # with pauses of 5, 10 and 20 s: what lasts longer is an outage, and the next night is soon enough
PAUSE = 5.0
BLOCKED_FOR = 60.0  # GitHub asks for a minute where it does not say for how long
# An hour's quota may be an hour away. A job that waits so long holds the site back; the next night carries on.
LONGEST_WAIT = 900.0
# Beyond this, a clock is wrong: time zones and slow answers explain less.
CLOCK_TOLERANCE = timedelta(days=1)

REDIRECTS = (301, 302, 303, 307, 308)
LONGEST_WORDS = 300  # characters of what GitHub says

MEANINGS = {
    401: "the token is not valid, or not any more",
    403: "this token may not do that: it needs the permission {permission}",
    404: "no such thing there, or none that this token may see",
    410: "it was deleted, or the repository has its issues switched off",
    422: "GitHub does not accept what was sent",
}

# By one of these words GitHub's 403 says that the token lacks a permission.
LACKS_A_RIGHT = ("not accessible", "permission", "must have", "rights", "forbidden", "scope", "not allowed")


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP answer; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_redirect(self) -> bool:
        return self.status in REDIRECTS

    @property
    def is_rate_limit(self) -> bool:
        """Whether there were too many requests: GitHub says so with 429, and with 403 in three ways."""
        if self.status == 429:
            return True
        told = self.words.lower()
        spent = self.headers.get("x-ratelimit-remaining", "").strip() == "0"
        return self.status == 403 and (
            "retry-after" in self.headers or spent or "rate limit" in told or "abuse detection" in told
        )

    @property
    def words(self) -> str:
        """What GitHub says, in one visible line; empty where it says nothing in its own form."""
        try:
            data = json.loads(self.body)
        except (ValueError, RecursionError):
            return ""
        said = data.get("message") if isinstance(data, dict) else None
        return str(escape_invisible(" ".join(said.split())[:LONGEST_WORDS])) if isinstance(said, str) else ""


def wait_after(answer: HttpAnswer, number: int, now: datetime) -> float | None:
    """How long to wait before the try after the `number`-th, from 0; None where the next would end the same."""
    if answer.is_rate_limit:
        return _told_wait(answer.headers, sent_at(answer.headers) or now)
    return PAUSE * 2.0**number if answer.status >= 500 or answer.status == 408 else None


def meaning(answer: HttpAnswer, permission: str) -> str:
    """What an answer that is no success comes to: `answers 404, Not Found: no such thing there, …`."""
    said = f"answers {answer.status}" + (f", {answer.words}" if answer.words else "")
    if answer.is_rate_limit:
        return f"{said}: rate limit, too many requests; run it again later"
    if answer.status >= 500 or answer.status == 408:
        return f"{said}: GitHub has trouble, run it again later"
    if not answer.words:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()[:60] or "of no type"
        said = f"{said}, and not in GitHub's own form ({escape_invisible(kind)}): a proxy may have answered"
        return said if answer.status not in (401, 404) else f"{said}; else {MEANINGS[answer.status]}"
    if answer.status == 403 and not any(word in answer.words.lower() for word in LACKS_A_RIGHT):
        return said  # an archived repository, single sign-on, a list of allowed addresses: it says so itself
    told = MEANINGS.get(answer.status)
    return f"{said}: {told.format(permission=permission)}" if told else said


def sent_at(headers: Mapping[str, str]) -> datetime | None:
    """When an answer says that it was sent; None where it does not say, or not in a way that can be read."""
    return _http_date(headers.get("date", ""))


def clock_fault(sent: datetime | None, now: datetime) -> str:
    """What is wrong with this machine's clock, in a line; empty where GitHub's agrees."""
    if sent is None or abs(now - sent) <= CLOCK_TOLERANCE:
        return ""
    days, way = count(round(abs(now - sent) / timedelta(days=1)), "day"), "ahead of" if now > sent else "behind"
    return f"this machine's clock is {days} {way} GitHub's: it says {now:%Y-%m-%d %H:%M}, GitHub {sent:%Y-%m-%d %H:%M}"


def _told_wait(headers: Mapping[str, str], now: datetime) -> float:
    """How long GitHub wants one to wait who asked too much. What cannot be read, or is past, counts as not told."""
    told = headers.get("retry-after", "").strip()
    wait = _number(told)
    if wait is None and (until := _http_date(told)):
        wait = (until - now).total_seconds()
    if wait is None and headers.get("x-ratelimit-remaining", "").strip() == "0":
        reset = _number(headers.get("x-ratelimit-reset", "").strip())
        wait = None if reset is None else max(reset - now.timestamp(), 0.0) + 1
    return BLOCKED_FOR if wait is None or wait < 0 else max(wait, 1.0)


def _number(text: str) -> float | None:
    """A number as a header tells it; None where it is none, infinity and "not a number" included."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
