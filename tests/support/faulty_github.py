"""A GitHub on loopback that answers some requests oddly, and everything else as GitHub does (`fake_github.py`)."""

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
class Odd:
    """An answer that is not what was asked for.

    With `done`, what is asked is done all the same. `change` turns the usual answer into another one. `raw` is sent as
    it stands. `cut` breaks off the connection, `slow` says nothing for so many seconds.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    done: bool = False
    change: Callable[[Any], Any] | None = None
    raw: bytes = b""
    cut: bool = False
    slow: float = 0.0
    to: str = ""  # where it sends one on, with the path below the repository at its end


def told(message: str) -> bytes:
    return json.dumps({"message": message, "documentation_url": ""}).encode()


@dataclass
class OddGitHub:
    """`planted` is what the next requests get that fit `where`, so `often`."""

    fake: FakeGitHub
    planted: Odd | None = None
    where: re.Pattern[str] = field(default_factory=lambda: re.compile("$."))
    often: int = 0
    renamed: bool = False
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def plant(self, odd: Odd, where: str, often: int) -> None:
        self.planted, self.where, self.often = odd, re.compile(where), often

    def due(self, method: str, path: str) -> Odd | None:
        with self.lock:
            if self.planted and self.often and self.where.search(f"{method} {path}"):
                self.often -= 1
                return self.planted
            return None


@contextmanager
def serving_oddly(fake: FakeGitHub) -> Iterator[OddGitHub]:
    odd_github = OddGitHub(fake)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits for 40 ms

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path
            if odd_github.renamed:
                if path.startswith(f"/repos/{REPOSITORY}"):
                    status = 301 if self.command == "GET" else 307
                    rest = path.removeprefix(f"/repos/{REPOSITORY}").partition("?")[0]  # as a proxy may do it
                    self._send(status, told("Moved"), (("Location", f"{odd_github.url}/repositories/{NUMBER}{rest}"),))
                    return
                path = path.replace(f"/repos/{RENAMED}", f"/repos/{REPOSITORY}", 1)
                path = path.replace(f"/repositories/{NUMBER}", f"/repos/{REPOSITORY}", 1)
            odd = odd_github.due(self.command, path.partition("?")[0].removeprefix(f"/repos/{REPOSITORY}/"))
            if odd is None:
                self._send(*self._usual(path, raw))
                return
            usual = self._usual(path, raw) if odd.done or odd.change or (odd.cut and odd.body) else None
            if odd.slow:
                time.sleep(odd.slow)
            if odd.cut and not odd.body:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            if odd.raw:
                self.wfile.write(odd.raw)
                self.close_connection = True
                return
            if odd.change and usual:
                self._send(usual[0], json.dumps(odd.change(json.loads(usual[1] or b"null"))).encode(), usual[2])
                return
            headers = odd.headers
            if odd.to:
                below = path.partition("?")[0].removeprefix(f"/repos/{REPOSITORY}")
                headers = (("Location", odd.to.format(url=odd_github.url) + below),)
            self._send(odd.status, odd.body, headers)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - http.server's names

        def _usual(self, path: str, raw: bytes) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
            if path in (f"/repos/{REPOSITORY}", f"/repos/{REPOSITORY}/"):
                name = RENAMED if odd_github.renamed else REPOSITORY
                return 200, json.dumps({"id": NUMBER, "full_name": name}).encode(), ()
            if found := ARCHIVE.search(path):
                return 200, fake.actions.archives[int(found["number"])], ()
            if "/commits/" in path:
                return 200, json.dumps({"commit": {"message": f"nightly release ({'a' * 40})"}}).encode(), ()
            with odd_github.lock:
                status, value, headers = fake.answer(self.command, path, json.loads(raw) if raw else None)
            data = b"" if status == 204 else json.dumps(value).encode()
            if odd_github.renamed:
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
    odd_github.url = fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield odd_github
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
