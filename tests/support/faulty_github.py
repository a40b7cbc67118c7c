"""Serve a GitHub that answers some requests with faults, and the others like `fake_github`."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support.fake_github import ARCHIVE, REPOSITORY, FakeGitHub
from support.loopback import LoopbackHandler, LoopbackServer, served

ELSEWHERE = "octocat/elsewhere"
RENAMED, NUMBER = "octocat/renamed", 1296269
HTML = b"<html><body><h1>Welcome to the hotel's network</h1></body></html>"


@dataclass(frozen=True)
class FaultyAnswer:
    """A faulty answer to a request.

    With `done`, the request is carried out all the same. `change` modifies the correct answer. `raw` replaces
    the HTTP response. `cut` breaks the connection, and `slow` delays the answer by seconds. `to` is the target of a
    redirect; the path below the repository is appended.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    done: bool = False
    change: Callable[[Any], Any] | None = None
    raw: bytes = b""
    cut: bool = False
    slow: float = 0.0
    to: str = ""


def error(message: str) -> bytes:
    return json.dumps({"message": message, "documentation_url": ""}).encode()


@dataclass
class FaultyGitHub:
    """A GitHub that gives a faulty answer to the next `often` requests that match `where`, and is correct otherwise."""

    fake: FakeGitHub
    planted: FaultyAnswer | None = None
    where: re.Pattern[str] = field(default_factory=lambda: re.compile("$."))
    often: int = 0
    renamed: bool = False
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def plant(self, answer: FaultyAnswer, where: str, often: int) -> None:
        self.planted, self.where, self.often = answer, re.compile(where), often

    def due(self, method: str, path: str) -> FaultyAnswer | None:
        with self.lock:
            if self.planted and self.often and self.where.search(f"{method} {path}"):
                self.often -= 1
                return self.planted
            return None

    def usual(self, method: str, path: str, raw: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Carry out a request, and return the correct answer."""
        if path in (f"/repos/{REPOSITORY}", f"/repos/{REPOSITORY}/"):
            name = RENAMED if self.renamed else REPOSITORY
            return 200, json.dumps({"id": NUMBER, "full_name": name}).encode(), {}
        if found := ARCHIVE.search(path):
            return 200, self.fake.actions.archives[int(found["number"])], {}
        if "/commits/" in path:
            return 200, json.dumps({"commit": {"message": f"nightly release ({'a' * 40})"}}).encode(), {}
        with self.lock:
            status, value, headers = self.fake.answer(method, path, json.loads(raw) if raw else None)
        data = b"" if status == 204 else json.dumps(value).encode()
        if self.renamed:
            data = data.replace(REPOSITORY.encode(), RENAMED.encode())
        return status, data, headers


class _Handler(LoopbackHandler):
    """Answers as the GitHub that the server has, with the faulty answer that is due."""

    def _serve(self) -> None:
        faulty: FaultyGitHub = self.server.state
        raw, path = self.body(), self.path
        if faulty.renamed:
            if path.startswith(f"/repos/{REPOSITORY}"):
                status = 301 if self.command == "GET" else 307
                rest = path.removeprefix(f"/repos/{REPOSITORY}").partition("?")[0]  # as a proxy may do it
                self.send(status, error("Moved"), {"Location": f"{faulty.url}/repositories/{NUMBER}{rest}"})
                return
            path = path.replace(f"/repos/{RENAMED}", f"/repos/{REPOSITORY}", 1)
            path = path.replace(f"/repositories/{NUMBER}", f"/repos/{REPOSITORY}", 1)
        fault = faulty.due(self.command, path.partition("?")[0].removeprefix(f"/repos/{REPOSITORY}/"))
        if fault is None:
            self.send(*faulty.usual(self.command, path, raw))
        else:
            self._send_fault(faulty, fault, path, raw)

    do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - http.server's names

    def _send_fault(self, faulty: FaultyGitHub, fault: FaultyAnswer, path: str, raw: bytes) -> None:
        carried_out = fault.done or fault.change or (fault.cut and fault.body)
        usual = faulty.usual(self.command, path, raw) if carried_out else None
        time.sleep(fault.slow)
        if fault.cut and not fault.body:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif fault.raw:
            self.wfile.write(fault.raw)
            self.close_connection = True
        elif fault.change and usual:
            self.send(usual[0], json.dumps(fault.change(json.loads(usual[1] or b"null"))).encode(), usual[2])
        else:
            headers = dict(fault.headers)
            if fault.to:
                below = path.partition("?")[0].removeprefix(f"/repos/{REPOSITORY}")
                headers = {"Location": fault.to.format(url=faulty.url) + below}
            self.send(fault.status, fault.body, headers)


@contextmanager
def serve_faulty(fake: FakeGitHub) -> Iterator[FaultyGitHub]:
    """Serve on loopback."""
    faulty = FaultyGitHub(fake)
    server = LoopbackServer(_Handler, faulty)
    faulty.url = fake.url = server.url
    with served(server):
        yield faulty
