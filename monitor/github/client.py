"""A client for one repository at GitHub.

One request is one try. It ends in a response, in `RequestRefusedError`, or in `OutcomeUnknownError`: a lost connection,
a server error, a rate limit, or a response that is not GitHub's. `with_retry` tries again. A request that writes is
never simply repeated: the caller checks first whether GitHub has carried it out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import IO, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from monitor.formatting.humanize import escape_invisible
from monitor.github.paging import read_pages
from monitor.github.repository_address import GITHUB, RepositoryAddress
from monitor.github.responses import (
    GitHubError,
    JsonObject,
    OutcomeUnknownError,
    RequestRefusedError,
    integer,
    json_kind,
    json_value,
    text,
)
from monitor.github.retry_policy import (
    FIRST_PAUSE,
    MAX_TRIES,
    MAX_WAIT,
    REDIRECTS,
    clock_error,
    describe,
    is_rate_limit,
    message_of,
    retry_delay,
    server_time,
)
from monitor.github.transport import TIMEOUT, WRITE_INTERVAL, GitHubTransport
from monitor.http_client import HttpResponse

T = TypeVar("T")

MAX_REDIRECTS = 5


class GitHubClient:
    """A client for one repository.

    `token` is empty to read a public repository. `permission` names the permission that the token needs, for messages.
    `sleep` waits for a number of seconds, and `clock` returns the time. With `allow_clock_error`, a wrong clock of this
    machine does not end the calls; `clock_error` describes it. `log` receives notes for the user.
    """

    def __init__(
        self,
        repository: str,
        *,
        permission: str,
        token: str = "",
        api: str = GITHUB,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout: float = TIMEOUT,
        write_interval: float = WRITE_INTERVAL,
        max_tries: int = MAX_TRIES,
        allow_clock_error: bool = False,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.token = token
        self.clock_error = ""
        self._address = RepositoryAddress(api, repository)
        self._transport = GitHubTransport(token, timeout=timeout, write_interval=write_interval, sleep=sleep)
        self._permission = permission
        self._sleep = sleep
        self._clock = clock
        self._max_tries = max_tries
        self._allow_clock_error = allow_clock_error
        self._log = log
        self._clock_lead = 0.0  # seconds that this machine's clock is ahead of GitHub's

    @property
    def repository(self) -> str:
        """The name of the repository, the new one after a renaming."""
        return self._address.name

    @property
    def now(self) -> datetime:
        """The time by GitHub's clock, or by this machine's clock before the first response."""
        return datetime.fromtimestamp(self._clock().timestamp() - self._clock_lead, UTC)

    def with_retry(self, action: Callable[[], T]) -> T:
        """Return the result of an action, which is called again while its outcome is unknown. Raises GitHubError.

        An action that writes checks first whether GitHub has done it already.
        """
        for number in range(self._max_tries):
            try:
                return action()
            except OutcomeUnknownError as error:
                wait = FIRST_PAUSE * 2.0**number if error.wait is None else error.wait
                is_last = number == self._max_tries - 1
                if is_last or wait > MAX_WAIT:
                    reason = "" if is_last else f"; it asks for a wait of {wait:,.0f} s"
                    raise GitHubError(f"{self.repository}: GitHub {error}{reason}") from error
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def get(self, path: str, **query: str) -> JsonObject:
        """Return an object of the repository by its path; "" is the repository itself."""
        return self._object("GET", self._address.of(path), query)

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> JsonObject:
        """Send an object, and return GitHub's version of it, empty if GitHub returns none."""
        return self._object(method, self._address.of(path), {}, body)

    def get_global(self, path: str) -> JsonObject:
        """Return an object outside of any repository."""
        return self._object("GET", f"{self._address.api}/{path}", {})

    def query(self, query: str) -> JsonObject:
        """Return the response to a GraphQL query."""
        root = self._address.api.removesuffix("/v3")  # GitHub Enterprise Server: /api/v3 and /api/graphql
        return self._object("POST", f"{root}/graphql", {}, {"query": query})

    def pages(self, path: str, key: str = "", **query: str) -> Iterator[JsonObject]:
        """Yield every object of a list, page after page. With `key`, the list has that name in the response."""

        def request_page(address: str, page_query: Mapping[str, str]) -> HttpResponse:
            return self._request("GET", address, page_query)

        return read_pages(request_page, self._address.of(path), query, api=self._address.api, key=key, shown=path)

    def download(self, path: str, file: IO[bytes], max_bytes: int) -> bool:
        """Write the content at a path into a file, from its start. Return False if it is larger than `max_bytes`.

        GitHub redirects to the host that stores archives. That host does not get the token.
        """
        address, with_token = self._address.of(path), True
        request = f"GET {path}"
        for _ in range(MAX_REDIRECTS):
            with self._transport.open(request, address, with_token=with_token) as response:
                if response.status_code in REDIRECTS and "location" in response.headers:
                    address, with_token = urljoin(address, response.headers["location"]), False
                    if urlsplit(address).scheme not in ("http", "https"):
                        raise OutcomeUnknownError(f"redirects {request} to an invalid address")
                    continue
                if response.status_code != 200:
                    self._check(self._transport.read(response, request), request)
                    raise OutcomeUnknownError(f"answers {response.status_code} to {request}, without an archive")
                file.seek(0)
                file.truncate()
                return self._transport.save(response, file, max_bytes, request)
        raise OutcomeUnknownError(f"redirects {request} without end")

    def _object(self, method: str, address: str, query: Mapping[str, str], body: Any = None) -> JsonObject:
        response = self._request(method, address, query, body)
        if response.status == 204:
            return {}
        value = json_value(response)
        if not isinstance(value, dict):
            raise OutcomeUnknownError(f"answers {response.status} with {json_kind(value)} where an object belongs")
        return value

    def _request(self, method: str, address: str, query: Mapping[str, str], body: Any = None) -> HttpResponse:
        """Return a successful response. Raises RequestRefusedError, OutcomeUnknownError, GitHubError."""
        request = f"{method} {self._address.shown(address)}"
        for _ in range(MAX_REDIRECTS):
            response = self._transport.request(request, address, query, body)
            if method == "GET":
                self._compare_clocks(response)
            if response.status not in REDIRECTS:
                self._check(response, request)
                return response
            address = self._address.redirected(response, method, address, self._identify)
        raise OutcomeUnknownError(f"redirects {request} without end")

    def _check(self, response: HttpResponse, request: str) -> None:
        """Raise the error that a response means, unless it is a success."""
        status = response.status
        if status in (200, 201, 202, 204):
            return
        description = describe(response, self._permission)
        message = description.replace(f"answers {status}", f"answers {status} to {request}", 1)
        wait = retry_delay(response, 0, self._clock())
        if wait is None:
            words = message_of(response)
            brief = f"GitHub answers {status}, {words}" if words else f"GitHub {description}"
            raise RequestRefusedError(f"{self.repository}: GitHub {message}", status, brief)
        raise OutcomeUnknownError(message, wait if is_rate_limit(response) else None)

    def _identify(self) -> bool:
        """Update the repository's number and name from GitHub. Return False if GitHub does not show them."""
        if self._address.number is not None:
            return False  # the name is up to date: the redirect leads to another repository
        address = self._address.of("")
        for _ in range(MAX_REDIRECTS):
            response = self._transport.request(f"GET {self.repository}", address)
            if response.status not in REDIRECTS:
                break
            address = urljoin(address, response.headers.get("location", ""))
            if not self._address.is_same_host(address):
                return False
        if response.status != 200:
            return False
        value = json_value(response)
        repository = value if isinstance(value, dict) else {}
        number, name = integer(repository, "id"), text(repository, "full_name")
        if name.lower() != self.repository.lower():
            if self._log:
                self._log(f"{self.repository} is now called {escape_invisible(name)}")
            self._address.name = name
        self._address.number = number
        return True

    def _compare_clocks(self, response: HttpResponse) -> None:
        """Raise GitHubError if this machine's clock is wrong: every comparison of dates would be wrong too."""
        now, sent = self._clock(), server_time(response.headers)
        self.clock_error = clock_error(sent, now)
        self._clock_lead = (now - sent).total_seconds() if sent and self.clock_error else 0.0
        if self.clock_error and not self._allow_clock_error:
            raise GitHubError(f"{self.clock_error}; set the clock first")
