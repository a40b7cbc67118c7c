"""Serve HTTP on this machine, for tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class LoopbackServer(ThreadingHTTPServer, Generic[T]):
    """A server on a free port, whose handlers share `state`."""

    daemon_threads = True

    def __init__(self, handler: type[LoopbackHandler], state: T) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.state = state

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that does not wait for a slow answer."""


class LoopbackHandler(BaseHTTPRequestHandler):
    """A handler that answers in JSON and keeps connections open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise each answer waits for 40 ms
    server: LoopbackServer[Any]

    def body(self) -> bytes:
        """Return the content of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        """Send an answer."""
        self.send_response(status)
        always = {"Content-Type": "application/json", "Content-Length": str(len(data))}
        for name, value in (always | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served(server: LoopbackServer[Any]) -> Iterator[None]:
    """Serve until the end of the block."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
