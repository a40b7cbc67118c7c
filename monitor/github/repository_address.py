"""Addresses of a repository in GitHub's API, and the redirects that stay in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit, urlunsplit

from monitor.formatting.humanize import escape_invisible
from monitor.github.responses import RequestRefusedError
from monitor.http_client import HttpResponse

GITHUB = "https://api.github.com"
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*|https?://\[[0-9a-fA-F:]+\](:\d{1,5})?")


class AddressError(ValueError):
    """An invalid API address. The message says why."""


def api_address(given: str) -> str:
    """Return the address of an API without a slash at its end. Raises AddressError."""
    address = given.strip().rstrip("/")
    if not ADDRESS.fullmatch(address):
        shown = re.sub("//[^/]*@", "//…@", given)  # it may hold a password
        raise AddressError(f'"{escape_invisible(shown)}": must be an address, as in {GITHUB}')
    try:
        urlsplit(address).port  # noqa: B018 - a port beyond 65535 raises
    except ValueError as error:
        raise AddressError(f'"{given}": {error}') from error
    return address


class RepositoryAddress:
    """A repository in an API: its name, and its number once GitHub has named it."""

    def __init__(self, api: str, name: str) -> None:
        self.api = api_address(api)
        self.name = name
        self.number: int | None = None

    def of(self, path: str) -> str:
        """Return the address of a path in the repository; "" is the repository itself."""
        return f"{self.api}/repos/{self.name}/{path}".rstrip("/")

    def path(self, address: str) -> str | None:
        """Return the path of an address in this repository, None if the address is elsewhere."""
        path = address.removeprefix(self.api).partition("?")[0].strip("/")
        prefixes = [f"repos/{self.name}"]
        if self.number is not None:
            prefixes.append(f"repositories/{self.number}")
        for prefix in prefixes:
            if path.lower() == prefix.lower() or path.lower().startswith(f"{prefix.lower()}/"):
                return path[len(prefix) :].strip("/")
        return None

    def shown(self, address: str) -> str:
        """Return an address as messages show it: its path in the repository."""
        path = self.path(address)
        return address.removeprefix(f"{self.api}/").partition("?")[0] if path is None else path or self.name

    def is_same_host(self, address: str) -> bool:
        return urlsplit(address)[:2] == urlsplit(self.api)[:2]

    def redirected(self, response: HttpResponse, method: str, address: str, identify: Callable[[], bool]) -> str:
        """Return the address that a redirect leads to, if it is in the same repository.

        GitHub redirects for renamed repositories and for transferred issues alike. Only the first are followed: a
        transferred issue leads into another repository. `identify` updates the name and the number from GitHub, and
        returns False if it cannot. Raises RequestRefusedError.
        """
        shown, location = self.shown(address), response.headers.get("location", "")
        target = urljoin(address, location)

        def refused(reason: str) -> RequestRefusedError:
            brief = f"GitHub answers {response.status}, {reason}"
            return RequestRefusedError(f"{self.name}: {brief} ({method} {shown})", response.status, brief)

        if not location:
            raise refused("a redirect without an address")
        if not self.is_same_host(target):
            raise refused(f"a redirect to {_host(target)}: not followed")
        before, after = self.path(address), self.path(target)
        if before is None:
            raise refused("a redirect outside of a repository: not followed")
        if after is None or before != after:
            identified = identify()
            after = self.path(target)
            if not identified or after is None or before != after:
                raise refused(
                    f"it has moved to {escape_invisible(urlsplit(target).path[:200])}, which is not this repository"
                )
        return urlunsplit((*urlsplit(target)[:3], "", ""))


def _host(address: str) -> str:
    return str(escape_invisible(urlsplit(address).netloc[:100] or "another place"))
