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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.fake_github import ARCHIVE, REPOSITORY, FakeGitHub

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


@contextmanager
def serve_faulty(fake: FakeGitHub) -> Iterator[FaultyGitHub]:
    faulty = FaultyGitHub(fake)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits for 40 ms

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path
            if faulty.renamed:
                if path.startswith(f"/repos/{REPOSITORY}"):
                    status = 301 if self.command == "GET" else 307
                    rest = path.removeprefix(f"/repos/{REPOSITORY}").partition("?")[0]  # as a proxy may do it
                    self._send(status, error("Moved"), (("Location", f"{faulty.url}/repositories/{NUMBER}{rest}"),))
                    return
                path = path.replace(f"/repos/{RENAMED}", f"/repos/{REPOSITORY}", 1)
                path = path.replace(f"/repositories/{NUMBER}", f"/repos/{REPOSITORY}", 1)
            fault = faulty.due(self.command, path.partition("?")[0].removeprefix(f"/repos/{REPOSITORY}/"))
            if fault is None:
                self._send(*self._usual(path, raw))
                return
            usual = self._usual(path, raw) if fault.done or fault.change or (fault.cut and fault.body) else None
            if fault.slow:
                time.sleep(fault.slow)
            if fault.cut and not fault.body:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            if fault.raw:
                self.wfile.write(fault.raw)
                self.close_connection = True
                return
            if fault.change and usual:
                self._send(usual[0], json.dumps(fault.change(json.loads(usual[1] or b"null"))).encode(), usual[2])
                return
            headers = fault.headers
            if fault.to:
                below = path.partition("?")[0].removeprefix(f"/repos/{REPOSITORY}")
                headers = (("Location", fault.to.format(url=faulty.url) + below),)
            self._send(fault.status, fault.body, headers)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - http.server's names

        def _usual(self, path: str, raw: bytes) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
            if path in (f"/repos/{REPOSITORY}", f"/repos/{REPOSITORY}/"):
                name = RENAMED if faulty.renamed else REPOSITORY
                return 200, json.dumps({"id": NUMBER, "full_name": name}).encode(), ()
            if found := ARCHIVE.search(path):
                return 200, fake.actions.archives[int(found["number"])], ()
            if "/commits/" in path:
                return 200, json.dumps({"commit": {"message": f"nightly release ({'a' * 40})"}}).encode(), ()
            with faulty.lock:
                status, value, headers = fake.answer(self.command, path, json.loads(raw) if raw else None)
            data = b"" if status == 204 else json.dumps(value).encode()
            if faulty.renamed:
                data = data.replace(REPOSITORY.encode(), RENAMED.encode())
            return status, data, tuple(headers.items())

        def _send(self, status: int, data: bytes, headers: tuple[tuple[str, str], ...] = ()) -> None:
            self.send_response(status)
            always = {"Content-Type": "application/json", "Content-Length": str(len(data))}
            for name, value in {**always, **dict(headers)}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that does not wait for a slow answer."""

    server = Server(("127.0.0.1", 0), Handler)
    faulty.url = fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield faulty
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
