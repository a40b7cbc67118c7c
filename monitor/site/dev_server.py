"""Serve the site on this machine, rebuild it when its sources change, and reload open pages.

The standard library is enough: polling a few dozen files twice a second costs nothing.

The content security policy of the pages forbids connections from scripts. A waiting page therefore requests a *script*.
The server sends it after the next build, and the script reloads the page. So the served pages equal the published ones.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOOPBACK = "127.0.0.1"

POLL_SECONDS = 0.5
LONG_POLL_SECONDS = 20.0  # then the page asks again: browsers give up after a minute

RELOAD_ADDRESS = "/-/reload.js"
RELOAD_TAG = f'<script src="{RELOAD_ADDRESS}" defer></script>\n</body>'.encode()
# Requested only after the page has loaded: a pending script would keep the page loading.
RELOAD_SCRIPT = """const ask = (wait) => setTimeout(() => {
  const script = document.createElement("script");
  script.src = "%s?after=%d";
  script.onload = () => ask(0);
  script.onerror = () => ask(1000);
  document.head.append(script);
}, wait);
addEventListener("load", () => ask(0));
"""


class BuildCounter:
    """Number of builds so far, with a wait for the next one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.number = 0

    def increment(self) -> None:
        with self._changed:
            self.number += 1
            self._changed.notify_all()

    def wait(self, after: int, seconds: float) -> bool:
        """Return whether a build after number `after` exists, now or within `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: self.number > after, seconds)


class _Handler(SimpleHTTPRequestHandler):
    """Handler that serves the files and adds the reload script to every page."""

    def __init__(self, *args: object, builds: BuildCounter, **options: object) -> None:
        self._builds = builds
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == RELOAD_ADDRESS:
            self._answer(self._script(query), "text/javascript")
        elif (page := self._page()) and page.is_file():
            self._answer(page.read_bytes().replace(b"</body>", RELOAD_TAG), "text/html; charset=utf-8")
        else:
            super().do_GET()

    def _page(self) -> Path | None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        return path if path.suffix == ".html" else None

    def _script(self, query: str) -> bytes:
        after = query.removeprefix("after=")
        if not after.isdigit():
            return (RELOAD_SCRIPT % (RELOAD_ADDRESS, self._builds.number)).encode()
        return b"location.reload();" if self._builds.wait(int(after), LONG_POLL_SECONDS) else b""

    def _answer(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        """Log nothing for a successful request."""


def serve_site(make: Callable[[], object], directory: Path, *, watched: Iterable[Path], port: int) -> None:
    """Serve the site in `directory` until interrupted; call `make` first, and when a watched file changes."""
    make()
    builds = BuildCounter()
    server = create_server(directory, builds, port)
    print(f"http://{LOOPBACK}:{server.server_port}/ (Ctrl-C ends it)", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        rebuild_on_change(make, watched, builds, threading.Event())
    except KeyboardInterrupt:
        print()
    finally:
        server.shutdown()


def create_server(directory: Path, builds: BuildCounter, port: int) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((LOOPBACK, port), partial(_Handler, directory=str(directory), builds=builds))
    server.daemon_threads = True  # a waiting page does not delay the end
    return server


def rebuild_on_change(
    make: Callable[[], object], watched: Iterable[Path], builds: BuildCounter, stop: threading.Event
) -> None:
    """Call `make` whenever a file in these folders is added, removed or changed."""
    folders = [*watched]
    before = _stamps(folders)
    while not stop.wait(POLL_SECONDS):
        now = _stamps(folders)
        if now == before:
            continue
        before = now
        try:
            make()
        except Exception:
            traceback.print_exc()  # an unfinished template; the previous build stays
        else:
            builds.increment()
            print("rebuilt", flush=True)


def _stamps(folders: Iterable[Path]) -> dict[Path, int]:
    """Return the modification time of each watched path. Of a history, only folders: its files never change."""
    paths = (path for folder in folders for path in _watched_paths(folder))
    return {path: path.stat().st_mtime_ns for path in paths if path.exists()}


def _watched_paths(folder: Path) -> Iterator[Path]:
    runs = folder / "runs"
    yield from runs.glob("*/*") if runs.is_dir() else (path for path in folder.rglob("*") if path.is_file())
