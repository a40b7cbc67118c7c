"""Send single requests to GitHub at a bounded pace, with limits on size and time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import IO, Any

import requests

from monitor.github.responses import OutcomeUnknownError
from monitor.http_client import (
    BearerToken,
    BodyTimeoutError,
    BodyTooLargeError,
    HttpError,
    HttpResponse,
    chunks,
    open_session,
    read,
    send,
)

TIMEOUT = 30.0  # seconds, for the connection and for each part of a response
RESPONSE_SECONDS = 120.0
DOWNLOAD_SECONDS = 600.0
MAX_RESPONSE_BYTES = 32 << 20  # a page of a hundred full issues has 10 MiB
# Seconds between two requests that write. A request that reads takes a quarter. GitHub accepts 80 writes per minute.
WRITE_INTERVAL = 1.0
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHubTransport:
    """A session with GitHub that spaces its requests by `write_interval` seconds. It never follows a redirect.

    `request` in the methods is the request as messages show it, such as "GET issues".
    """

    def __init__(self, token: str, *, timeout: float, write_interval: float, sleep: Callable[[float], None]) -> None:
        self._timeout = timeout
        self._write_interval = write_interval
        self._sleep = sleep
        self._next_request = 0.0
        self._session = open_session(token)
        self._session.headers.update(HEADERS)

    def open(
        self,
        request: str,
        address: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        *,
        with_token: bool = True,
    ) -> requests.Response:
        """Send a request and return the response with its body unread. Raises OutcomeUnknownError."""
        method = request.partition(" ")[0]
        self._keep_pace(method)
        options: dict[str, Any] = {"params": query or {}}
        if body is not None:
            options |= {"data": json.dumps(body).encode(), "headers": {"Content-Type": "application/json"}}
        if not with_token:
            options["auth"] = BearerToken()
        try:
            return send(self._session, method, address, timeout=self._timeout, **options)
        except HttpError as error:
            raise OutcomeUnknownError(f"does not answer {request}: {error}") from error

    def read(self, response: requests.Response, request: str) -> HttpResponse:
        """Read a whole response. Raises OutcomeUnknownError."""
        try:
            return read(response, max_bytes=MAX_RESPONSE_BYTES, seconds=RESPONSE_SECONDS)
        except (BodyTooLargeError, BodyTimeoutError) as error:
            raise OutcomeUnknownError(f"answers {request} with too much to read: {error}") from error
        except HttpError as error:
            raise OutcomeUnknownError(f"breaks off its answer to {request}: {error}") from error

    def request(
        self, request: str, address: str, query: Mapping[str, str] | None = None, body: Any = None
    ) -> HttpResponse:
        """Send a request and read the whole response. Raises OutcomeUnknownError."""
        with self.open(request, address, query, body) as response:
            return self.read(response, request)

    def save(self, response: requests.Response, file: IO[bytes], max_bytes: int, request: str) -> bool:
        """Write the body of a response to a file. Return False if it is larger than `max_bytes`.

        Raises OutcomeUnknownError, and OSError if the file cannot be written.
        """
        body = chunks(response, max_bytes=max_bytes, seconds=DOWNLOAD_SECONDS)
        while True:
            try:
                chunk = next(body, None)
            except BodyTooLargeError:
                return False
            except BodyTimeoutError as error:
                raise OutcomeUnknownError(f"takes too long to answer {request}: {error}") from error
            except HttpError as error:
                raise OutcomeUnknownError(f"breaks off its answer to {request}: {error}") from error
            if chunk is None:
                return True
            file.write(chunk)

    def _keep_pace(self, method: str) -> None:
        now = time.monotonic()
        if now < self._next_request:
            self._sleep(self._next_request - now)
        interval = self._write_interval / 4 if method == "GET" else self._write_interval
        self._next_request = max(now, self._next_request) + interval
