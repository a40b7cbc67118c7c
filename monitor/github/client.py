"""A repository at GitHub: requests, redirects, lists of many pages, downloads.

One request is one try. It ends in an answer; in `AnswerError`, a refusal; or in `UnansweredError` where it is not known
what became of it: a lost connection, an error of the server, a rate limit, an answer that is not what GitHub gives.
`with_retry` tries again. A request that writes is never simply sent again: whoever writes looks first whether it was
done.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import IO, Any, TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
from requests.auth import AuthBase
from requests.utils import parse_header_links
from urllib3.exceptions import HTTPError

from monitor.formatting.humanize import escape_invisible
from monitor.github.answers import AnswerError, Fields, GitHubError, UnansweredError, integer, text
from monitor.github.retry_policy import (
    LONGEST_WAIT,
    PAUSE,
    REDIRECTS,
    TRIES,
    HttpAnswer,
    clock_fault,
    meaning,
    sent_at,
    wait_after,
)

T = TypeVar("T")

GITHUB = "https://api.github.com"
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*|https?://\[[0-9a-fA-F:]+\](:\d{1,5})?")
ANSWERED_WITHIN = 30  # seconds
ANSWERED_WHOLE_WITHIN = 120.0  # seconds: the former is for each part of an answer
DOWNLOADED_WITHIN = 600.0
LARGEST_ANSWER = 32 << 20  # bytes; a page of a hundred full issues has 10 MiB
# Seconds between two requests that write, and four times those that read: GitHub bears 80 that create in a minute.
PACE = 1.0
PER_PAGE = 100
MOST_PAGES = 1000
MOST_REDIRECTS = 5
CHUNK = 1 << 16
# What requests raises, and what it lets through of the libraries beneath it.
BROKEN = (requests.RequestException, HTTPError, OSError, ValueError)


class AddressError(ValueError):
    """An address that no API can be at; the message says what is wrong."""


def api_address(given: str) -> str:
    """The address of an API without a slash at its end. Raises AddressError."""
    address = given.strip().rstrip("/")
    if not ADDRESS.fullmatch(address):
        shown = re.sub("//[^/]*@", "//…@", given)  # it may hold a password
        raise AddressError(f'"{escape_invisible(shown)}": must be an address, as in {GITHUB}')
    try:
        urlsplit(address).port  # noqa: B018 - a port beyond 65535 raises
    except ValueError as error:
        raise AddressError(f'"{given}": {error}') from error
    return address


class _Bearer(AuthBase):
    """The token, or nothing; and never what a `.netrc` of the user has for that host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class GitHubClient:
    """A repository at GitHub. `token` is empty to only read a public one.

    `permission` is what the token needs for what is asked. `sleep` waits for so many seconds, `clock` tells the time.
    With `any_clock`, a wrong clock of this machine's is no reason to refuse: `clock_fault` tells of it.
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
        answered_within: float = ANSWERED_WITHIN,
        pace: float = PACE,
        tries: int = TRIES,
        any_clock: bool = False,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.name = repository
        self.token = token
        self.clock_fault = ""
        self._api = api_address(api)
        self._permission = permission
        self._sleep = sleep
        self._clock = clock
        self._answered_within = answered_within
        self._pace = pace
        self._tries = tries
        self._any_clock = any_clock
        self._say = say
        self._repository_id: int | None = None
        self._ahead = 0.0  # seconds that this machine's clock is ahead of GitHub's
        self._free_at = 0.0
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._session.headers.update(
            {
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": "portability-monitor",
            }
        )

    @property
    def now(self) -> datetime:
        """The time, as GitHub has it where it has answered."""
        return datetime.fromtimestamp(self._clock().timestamp() - self._ahead, UTC)

    def with_retry(self, look_and_do: Callable[[], T]) -> T:
        """Do something, and do it again where it is not known whether it was done. Raises GitHubError."""
        for number in range(self._tries):
            try:
                return look_and_do()
            except UnansweredError as error:
                wait = PAUSE * 2.0**number if error.wait is None else error.wait
                last = number == self._tries - 1
                if last or wait > LONGEST_WAIT:
                    later = "" if last else f"; it asks for a wait of {wait:,.0f} s"
                    raise GitHubError(f"{self.name}: GitHub {error}{later}") from error
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def get(self, path: str, **query: str) -> Fields:
        """One object of the repository, by its path there; "" is the repository itself."""
        return self._object("GET", self._address(path), query)

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Fields:
        """Send something, and get what GitHub made of it; an empty object where it says that it is done."""
        return self._object(method, self._address(path), {}, body)

    def get_global(self, path: str) -> Fields:
        """One object outside of any repository."""
        return self._object("GET", f"{self._api}/{path}", {})

    def query(self, query: str) -> Fields:
        """The answer to a query in GraphQL."""
        root = self._api.removesuffix("/v3")  # GitHub Enterprise Server: /api/v3 and /api/graphql
        return self._object("POST", f"{root}/graphql", {}, {"query": query})

    def pages(self, path: str, key: str = "", **query: str) -> Iterator[Fields]:
        """Every object of a list, page after page; with `key`, of the list of that name in the answer.

        GitHub's header tells where the next page is. Where it is missing after a full page, the next is asked for by
        number: a list that ends too early would have issues opened anew.
        """
        first = {**query, "per_page": str(PER_PAGE)}
        address, asked = self._address(path), first
        seen: set[str] = set()
        last: list[Fields] = []
        for number in range(1, MOST_PAGES + 1):
            answer = self._request("GET", address, asked)
            items = _items(_value(answer), key)
            if items and items == last:
                raise UnansweredError(f"answers GET {path} with the same page again and again")
            yield from items
            following, ended = self._next_page(answer)
            if ended or not (following or (items and "link" in answer.headers) or len(items) >= PER_PAGE):
                return
            if following in seen:
                raise UnansweredError(f"answers GET {path} with pages that lead back to each other")
            if following:
                address, asked = following, {}
                seen.add(following)
            else:
                address, asked = self._address(path), {**first, "page": str(number + 1)}
            last = items
        raise UnansweredError(f"answers GET {path} with over {MOST_PAGES:,} pages")

    def download(self, path: str, into: IO[bytes], largest: int) -> bool:
        """Write what lies at a path into a file, from its start; False where it is larger than `largest` bytes.

        GitHub sends one on to where it stores archives, which is not shown the token.
        """
        address, auth = self._address(path), self._session.auth
        for _ in range(MOST_REDIRECTS):
            with self._open("GET", address, {}, None, auth=auth) as response:
                if response.status_code in REDIRECTS and "location" in response.headers:
                    address, auth = urljoin(address, response.headers["location"]), _Bearer("")
                    if urlsplit(address).scheme not in ("http", "https"):
                        raise UnansweredError(f"sends GET {path} on to an address that is none")
                    continue
                if response.status_code != 200:
                    self._check(self._read(response, "GET", path), "GET", path)
                    raise UnansweredError(f"answers {response.status_code} to GET {path}, without an archive")
                into.seek(0)
                into.truncate()
                return self._write_body(response, into, largest, f"GET {path}")
        raise UnansweredError(f"sends GET {path} on without end")

    def _address(self, path: str) -> str:
        return f"{self._api}/repos/{self.name}/{path}".rstrip("/")

    def _object(self, method: str, address: str, query: Mapping[str, str], body: Any = None) -> Fields:
        answer = self._request(method, address, query, body)
        if answer.status == 204:
            return {}
        value = _value(answer)
        if not isinstance(value, dict):
            raise UnansweredError(f"answers {answer.status} with {_kind(value)} where an object belongs")
        return value

    def _request(self, method: str, address: str, query: Mapping[str, str], body: Any = None) -> HttpAnswer:
        """One answer that is a success. Raises AnswerError, UnansweredError, GitHubError."""
        path = self._shown(address)
        for _ in range(MOST_REDIRECTS):
            with self._open(method, address, query, body) as response:
                answer = self._read(response, method, path)
            if method == "GET":
                self._compare_clocks(answer)
            if not answer.is_redirect:
                self._check(answer, method, path)
                return answer
            address = self._followed(answer, method, address)
        raise UnansweredError(f"sends {method} {path} on without end")

    def _check(self, answer: HttpAnswer, method: str, path: str) -> None:
        """Raise what an answer comes to that is no success."""
        if answer.status in (200, 201, 202, 204):
            return
        said = meaning(answer, self._permission)
        for_request = said.replace(f"answers {answer.status}", f"answers {answer.status} to {method} {path}", 1)
        wait = wait_after(answer, 0, self._clock())
        if wait is None:
            brief = f"GitHub answers {answer.status}, {answer.words}" if answer.words else f"GitHub {said}"
            raise AnswerError(f"{self.name}: GitHub {for_request}", answer.status, brief)
        raise UnansweredError(for_request, wait if answer.is_rate_limit else None)

    def _followed(self, answer: HttpAnswer, method: str, address: str) -> str:
        """Where to ask again. A repository that was renamed is followed; what left it is not.

        GitHub tells of both alike, and a transferred issue leads into somebody else's repository.
        """
        path, location = self._shown(address), answer.headers.get("location", "")
        target = urljoin(address, location)

        def refuse(why: str) -> AnswerError:
            brief = f"GitHub answers {answer.status}, {why}"
            return AnswerError(f"{self.name}: {brief} ({method} {path})", answer.status, brief)

        if not location or urlsplit(target)[:2] != urlsplit(self._api)[:2]:
            raise refuse("sends on to nowhere" if not location else f"sends on to {_host(target)}: not followed")
        here, there = self._within(address), self._within(target)
        if here is None:
            raise refuse("sends on what has no other place: not followed")
        if there is None or here != there:
            identity = self._identify()
            there = self._within(target)
            if identity is None or there is None or here != there:
                raise refuse(
                    f"it has moved to {escape_invisible(urlsplit(target).path[:200])}, which is not this repository"
                )
        return urlunsplit((*urlsplit(target)[:3], "", ""))

    def _within(self, address: str) -> str | None:
        """The path of an address in this repository; None where it is in none, or in another."""
        path = address.removeprefix(self._api).partition("?")[0].strip("/")
        prefixes = [f"repos/{self.name}"]
        if self._repository_id is not None:
            prefixes.append(f"repositories/{self._repository_id}")
        for prefix in prefixes:
            if path.lower() == prefix.lower() or path.lower().startswith(f"{prefix.lower()}/"):
                return path[len(prefix) :].strip("/")
        return None

    def _identify(self) -> int | None:
        """Ask for the repository's number and the name that it has now; None where it cannot be seen."""
        if self._repository_id is not None:
            return None  # asked before: what is moved is moved elsewhere
        address = f"{self._api}/repos/{self.name}"
        for _ in range(MOST_REDIRECTS):
            with self._open("GET", address, {}, None) as response:
                answer = self._read(response, "GET", "")
            if not answer.is_redirect:
                break
            address = urljoin(address, answer.headers.get("location", ""))
            if urlsplit(address)[:2] != urlsplit(self._api)[:2]:
                return None
        if answer.status != 200:
            return None
        value = _value(answer)
        found = value if isinstance(value, dict) else {}
        number, name = integer(found, "id"), text(found, "full_name")
        if name.lower() != self.name.lower():
            if self._say:
                self._say(f"{self.name} is called {escape_invisible(name)} now")
            self.name = name
        self._repository_id = number
        return number

    def _next_page(self, answer: HttpAnswer) -> tuple[str, bool]:
        """Where the next page is, empty where that cannot be read, and whether the header says that there is none."""
        links = {link.get("rel"): link.get("url", "") for link in parse_header_links(answer.headers.get("link", ""))}
        following = links.get("next", "")
        ended = "next" not in links and bool({"first", "prev", "last"} & {*links})
        return (following if following.startswith(f"{self._api}/") else ""), ended

    def _open(
        self, method: str, address: str, query: Mapping[str, str], body: Any, auth: Any = None
    ) -> requests.Response:
        """Send one request. Raises UnansweredError."""
        self._keep_pace(method)
        data = None if body is None else json.dumps(body).encode()
        try:
            return self._session.request(
                method,
                address,
                params=query,
                data=data,
                headers={"Content-Type": "application/json"} if data else {},
                timeout=self._answered_within,
                allow_redirects=False,
                stream=True,
                auth=auth,
            )
        except BROKEN as error:
            raise UnansweredError(f"does not answer {method} {self._shown(address)}: {_cause(error)}") from error

    def _read(self, response: requests.Response, method: str, path: str) -> HttpAnswer:
        """A whole answer, of bounded size. Raises UnansweredError."""
        parts: list[bytes] = []
        left, until = LARGEST_ANSWER, time.monotonic() + ANSWERED_WHOLE_WITHIN
        try:
            for chunk in response.iter_content(CHUNK):
                parts.append(chunk)
                left -= len(chunk)
                if left < 0 or time.monotonic() > until:
                    raise UnansweredError(f"answers {method} {path} with more than can be read")
        except BROKEN as error:
            raise UnansweredError(f"breaks off its answer to {method} {path}: {_cause(error)}") from error
        headers = {name.lower(): value for name, value in response.headers.items()}
        return HttpAnswer(response.status_code, headers, b"".join(parts))

    def _write_body(self, response: requests.Response, into: IO[bytes], largest: int, what: str) -> bool:
        size, until = 0, time.monotonic() + DOWNLOADED_WITHIN
        try:
            for chunk in response.iter_content(CHUNK):
                size += len(chunk)
                if time.monotonic() > until:
                    raise UnansweredError(f"takes too long to answer {what}")
                if size > largest:
                    return False
                into.write(chunk)
        except (requests.RequestException, HTTPError, ValueError) as error:
            raise UnansweredError(f"breaks off its answer to {what}: {_cause(error)}") from error
        return True

    def _compare_clocks(self, answer: HttpAnswer) -> None:
        """Refuse to go on where this machine's clock is wrong: every date that is compared would be."""
        now, sent = self._clock(), sent_at(answer.headers)
        self.clock_fault = clock_fault(sent, now)
        self._ahead = (now - sent).total_seconds() if sent and self.clock_fault else 0.0
        if self.clock_fault and not self._any_clock:
            raise GitHubError(f"{self.clock_fault}; set it right first")

    def _keep_pace(self, method: str) -> None:
        now = time.monotonic()
        if now < self._free_at:
            self._sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + (self._pace / 4 if method == "GET" else self._pace)

    def _shown(self, address: str) -> str:
        """An address as messages show it: its path in the repository."""
        within = self._within(address)
        return address.removeprefix(f"{self._api}/").partition("?")[0] if within is None else within or self.name


def _value(answer: HttpAnswer) -> Any:
    """The JSON of an answer. Raises UnansweredError."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()[:60] or "of no type"
        what = f"no JSON ({escape_invisible(kind)})" if answer.body else "an empty body"
        raise UnansweredError(f"answers {answer.status} with {what}: a proxy may have answered") from error


def _items(value: Any, key: str) -> list[Fields]:
    """The objects of a list. Raises UnansweredError."""
    found = value.get(key) if key and isinstance(value, dict) else value
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise UnansweredError(f"answers with {_kind(found)} where a list of objects belongs")
    return found


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {dict: "an object", list: "a list", str: "text", bool: "a truth value"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "a number")


def _host(address: str) -> str:
    return str(escape_invisible(urlsplit(address).netloc[:100] or "another place"))


def _cause(error: Exception) -> str:
    """What a failed request says of itself, for people: the kind of trouble, not the objects of a library."""
    if isinstance(error, requests.exceptions.SSLError):
        return "TLS, its certificate is not accepted or the connection is not encrypted as it should be"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not let it through"
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return "it cannot be unpacked"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "no connection"
    return type(error).__name__
