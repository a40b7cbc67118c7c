"""The faulty answers of GitHub, each with what a message says about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from support.fake_github import REPOSITORY
from support.faulty_github import ELSEWHERE, HTML, FaultyAnswer, error


def date_in(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def limited(status: int, message: str = "", **headers: str) -> FaultyAnswer:
    return FaultyAnswer(
        status, error(message), tuple((name.replace("_", "-"), value) for name, value in headers.items())
    )


def reset(seconds: float) -> str:
    return str(int(datetime.now(UTC).timestamp() + seconds))


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
USED_UP = "API rate limit exceeded for installation ID 1."


def without(name: str) -> Callable[[Any], Any]:
    return changed(name, None)


def changed(name: str, value: Any) -> Callable[[Any], Any]:
    """The usual answer where one field of every object is another; None takes it away."""

    def change(usual: Any) -> Any:
        if isinstance(usual, list):
            return [change(one) for one in usual]
        if isinstance(usual, dict):
            kept = {key: change(one) if isinstance(one, list) else one for key, one in usual.items() if key != name}
            return kept if value is None else kept | ({name: value} if name in usual else {})
        return usual

    return change


# Each with what a message has to say of it where it does not end.
ANSWERS: dict[str, tuple[FaultyAnswer, str]] = {
    "301 to another repository": (
        FaultyAnswer(301, error("Moved Permanently"), to=f"{{url}}/repos/{ELSEWHERE}"),
        "moved to",
    ),
    "302 to another repository": (
        FaultyAnswer(302, error("Found"), to=f"{{url}}/repos/{ELSEWHERE}"),
        "moved to",
    ),
    "307 to another repository": (FaultyAnswer(307, error("Moved"), to="{url}/repositories/99"), "moved to"),
    "308 to another repository": (FaultyAnswer(308, error("Moved"), to="{url}/repositories/99"), "moved to"),
    "301 to another host": (
        FaultyAnswer(301, error("Moved"), to="http://example.invalid"),
        "a redirect to example.invalid",
    ),
    "302 without an address": (FaultyAnswer(302, error("Found")), "a redirect without an address"),
    "307 in a circle": (FaultyAnswer(307, error("Moved"), to=f"{{url}}/repos/{REPOSITORY}"), "without end"),
    "304": (FaultyAnswer(304), "304"),
    "400": (FaultyAnswer(400, error("Problems parsing JSON")), "400.*Problems parsing JSON"),
    "401": (FaultyAnswer(401, error("Bad credentials")), "token is invalid"),
    "403 for want of a right": (
        FaultyAnswer(403, error("Resource not accessible by integration")),
        "permission a-right",
    ),
    "403 of an archive": (
        FaultyAnswer(403, error("Repository was archived so is read-only.")),
        "archived so is read-only.$",
    ),
    "403 in HTML": (FaultyAnswer(403, HTML, (("Content-Type", "text/html"),)), "403.*text/html.*proxy"),
    "403 used up": (limited(403, USED_UP, x_ratelimit_remaining="0", x_ratelimit_reset=reset(60)), "rate limit"),
    "403 used up, far away": (
        limited(403, USED_UP, x_ratelimit_remaining="0", x_ratelimit_reset=reset(3600)),
        "rate limit",
    ),
    "403 used up, no reset": (limited(403, USED_UP, x_ratelimit_remaining="0"), "rate limit"),
    "403 used up, reset in words": (
        limited(403, USED_UP, x_ratelimit_remaining="0", x_ratelimit_reset="soon"),
        "rate limit",
    ),
    "403 too quick": (limited(403, SECONDARY), "rate limit"),
    "403 too quick, a date": (limited(403, SECONDARY, retry_after=date_in(30)), "rate limit"),
    "403 too quick, a past date": (limited(403, SECONDARY, retry_after=date_in(-3000)), "rate limit"),
    "429 empty": (limited(429, SECONDARY, retry_after=""), "rate limit"),
    "429 negative": (limited(429, SECONDARY, retry_after="-5"), "rate limit"),
    "429 not a number": (limited(429, SECONDARY, retry_after="NaN"), "rate limit"),
    "429 infinite": (limited(429, SECONDARY, retry_after="inf"), "rate limit"),
    "429 huge": (limited(429, SECONDARY, retry_after="1e300"), "rate limit"),
    "429 in HTML": (FaultyAnswer(429, HTML), "rate limit"),
    "404": (FaultyAnswer(404, error("Not Found")), "404.*Not Found"),
    "404 in HTML": (FaultyAnswer(404, HTML), "404"),
    "409": (FaultyAnswer(409, error("Conflict")), "409.*Conflict"),
    "410": (FaultyAnswer(410, error("This issue was deleted")), "410.*deleted"),
    "418 with no words": (FaultyAnswer(418), "418"),
    "422": (FaultyAnswer(422, error("Validation Failed")), "422.*Validation Failed"),
    "451": (FaultyAnswer(451, error("Repository access blocked")), "451.*blocked"),
    "500 before it is done": (FaultyAnswer(500, error("Server Error")), "500.*has trouble"),
    "500 after it is done": (FaultyAnswer(500, error("Server Error"), done=True), "500.*has trouble"),
    "502 in HTML": (FaultyAnswer(502, HTML, done=True), "502.*has trouble"),
    "503": (FaultyAnswer(503, error("Service unavailable")), "503.*has trouble"),
    "reset": (FaultyAnswer(cut=True), "does not answer.*no connection|breaks off"),
    "reset after it is done": (FaultyAnswer(cut=True, done=True), "does not answer.*no connection|breaks off"),
    "truncated": (
        FaultyAnswer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{", done=True),
        "breaks off|connection",
    ),
    "broken chunks": (
        FaultyAnswer(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", done=True),
        "breaks off|connection",
    ),
    "broken gzip": (FaultyAnswer(200, b"no gzip", (("Content-Encoding", "gzip"),), done=True), "breaks off"),
    "no HTTP": (FaultyAnswer(raw=b"SSH-2.0-OpenSSH_9.6\r\n", done=True), "does not answer"),
    "200 in HTML": (FaultyAnswer(200, HTML, (("Content-Type", "text/html"),), done=True), "no JSON .text/html"),
    "200 null": (FaultyAnswer(200, b"null", done=True), "null"),
    "200 empty": (FaultyAnswer(200, b"", done=True), "an empty body"),
    "200 text": (FaultyAnswer(200, b'"done"', done=True), "text"),
    "200 a number": (FaultyAnswer(200, b"7", done=True), "a number"),
    "200 of the other kind": (FaultyAnswer(200, b'[[1], "x"]', done=True), "where"),
    "200 an empty object": (FaultyAnswer(200, b"{}", done=True), "answers"),
    "200 not UTF-8": (FaultyAnswer(200, b'{"number": "\xff\xfe"}', done=True), "no JSON"),
    "200 nested": (FaultyAnswer(200, b"[" * 100_000, done=True), "no JSON"),
    "200 a huge number": (FaultyAnswer(200, b'{"number": ' + b"9" * 10_000 + b"}", done=True), "no JSON"),
    "201 without a number": (FaultyAnswer(change=without("number"), done=True), "number"),
    "201 without an id": (FaultyAnswer(change=without("id"), done=True), '"id"'),
    "201 a number in words": (FaultyAnswer(change=changed("number", "one"), done=True), "number"),
    "user null": (FaultyAnswer(change=changed("user", 0), done=True), "does not name the author of #1"),
    "labels null": (FaultyAnswer(change=changed("labels", 0), done=True), "answers"),
}
SLOW = {"late": (FaultyAnswer(slow=0.6, done=True, body=b"{}"), "no answer in time|no connection")}
