"""HTTP within bounds. Every HTTP request of this package is sent here.

Each step of a request has a time limit. A body has a limit on its size and on the time that it takes. Redirects are
followed only where the caller allows it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

CHUNK = 1 << 16
BODY_SECONDS = 60.0
# The exceptions of requests, and those that it passes on from its own libraries.
FAILURES = (requests.RequestException, HTTPError, OSError, ValueError)


class HttpError(Exception):
    """A request without a complete response. The message is the cause in a few words, such as "no connection"."""


class BodyTooLargeError(HttpError):
    """A body that is larger than the caller accepts."""


class BodyTimeoutError(HttpError):
    """A body that takes longer than the caller waits."""


@dataclass(frozen=True)
class HttpResponse:
    """A response. The names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class BearerToken(AuthBase):
    """Authorization by a token, or by nothing if it is empty. A `.netrc` file is never read."""

    def __init__(self, token: str = "") -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def open_session(token: str = "", *, use_environment: bool = True) -> requests.Session:
    """Return a session that authorizes its requests with the token.

    Without `use_environment`, the session ignores the proxies and certificates that environment variables name.
    """
    session = requests.Session()
    session.auth = BearerToken(token)
    session.trust_env = use_environment
    session.headers["User-Agent"] = "portability-monitor"
    return session


def send(
    session: requests.Session,
    method: str,
    address: str,
    *,
    timeout: float,
    follow_redirects: bool = False,
    **options: Any,
) -> requests.Response:
    """Send a request and return the response, whose body is still unread.

    `timeout` is in seconds, for the connection and for each part of the response. `options` are those of
    `requests.Session.request`. Raises HttpError.
    """
    try:
        return session.request(
            method, address, timeout=timeout, allow_redirects=follow_redirects, stream=True, **options
        )
    except FAILURES as error:
        raise HttpError(cause(error)) from error


def chunks(response: requests.Response, *, max_bytes: int, seconds: float) -> Iterator[bytes]:
    """Yield the body of a response in parts.

    Raises BodyTooLargeError, BodyTimeoutError, and HttpError if the connection breaks.
    """
    size, deadline = 0, time.monotonic() + seconds
    try:
        for chunk in response.iter_content(CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise BodyTooLargeError(f"more than {max_bytes} bytes")
            if time.monotonic() > deadline:
                raise BodyTimeoutError(f"more than {seconds:g} s")
            yield chunk
    except FAILURES as error:
        raise HttpError(cause(error)) from error


def read(response: requests.Response, *, max_bytes: int, seconds: float) -> HttpResponse:
    """Read the whole body of a response. Raises what `chunks` raises."""
    body = b"".join(chunks(response, max_bytes=max_bytes, seconds=seconds))
    return HttpResponse(response.status_code, lower_case(response.headers), body)


def get(
    session: requests.Session, address: str, *, timeout: float, max_bytes: int, follow_redirects: bool = False
) -> HttpResponse:
    """Get a document. The body is empty unless the status is 200.

    A compressed body is refused, because a small one may expand to any size. Raises HttpError.
    """
    headers = {"Accept-Encoding": "identity"}
    with send(session, "GET", address, timeout=timeout, follow_redirects=follow_redirects, headers=headers) as response:
        if response.status_code != 200:
            return HttpResponse(response.status_code, lower_case(response.headers), b"")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise HttpError("a compressed body, although none was requested")
        return read(response, max_bytes=max_bytes, seconds=BODY_SECONDS)


def lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def cause(error: Exception) -> str:
    """Return why a request failed, in words for people rather than as an object of a library."""
    if isinstance(error, requests.exceptions.SSLError):
        return "TLS: the certificate is not accepted, or the connection is not encrypted as it should be"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refuses the connection"
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return "the body cannot be decompressed"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "no connection"
    return type(error).__name__
