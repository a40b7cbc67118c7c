"""The site on this machine while somebody works on it: made anew when what it is made of changes, and shown at once.

The standard library does it: what is watched are a few dozen files, so looking at them twice a second costs nothing,
and no library has to be installed on every machine for the few on which somebody designs.

The pages forbid every connection of a script. So a page that waits for news asks for a *script*, which the server sends
when there is another edition, and which loads the page again: what is shown is what will be published.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOOPBACK = "127.0.0.1"

POLL_SECONDS = 0.5  # seconds
LONG_POLL_SECONDS = (
    20.0  # seconds until a page that waits is told to ask again: browsers give up after a minute or more
)

RELOAD_ADDRESS = "/-/reload.js"
RELOAD_TAG = f'<script src="{RELOAD_ADDRESS}" defer></script>\n</body>'.encode()
# A script that is asked for before the page has loaded would keep it loading for as long as it waits.
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
    """How many editions there have been, for those who wait for the next."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.number = 0

    def another(self) -> None:
        with self._changed:
            self.number += 1
            self._changed.notify_all()

    def wait(self, after: int, seconds: float) -> bool:
        """Whether there is an edition after that one, now or in so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.number > after, seconds)


class _Handler(SimpleHTTPRequestHandler):
    """Serves the files, with the waiting script in every page."""

    def __init__(self, *args: object, editions: BuildCounter, **options: object) -> None:
        self._editions = editions
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
            return (RELOAD_SCRIPT % (RELOAD_ADDRESS, self._editions.number)).encode()
        return b"location.reload();" if self._editions.wait(int(after), LONG_POLL_SECONDS) else b""

    def _answer(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        """Say nothing of what went well."""


def serve_site(make: Callable[[], object], directory: Path, *, watched: Iterable[Path], port: int) -> None:
    """Show the site in `directory`, which `make` makes, until interrupted; made anew when a watched file changes."""
    make()
    editions = BuildCounter()
    server = create_server(directory, editions, port)
    print(f"http://{LOOPBACK}:{server.server_port}/ (Ctrl-C ends it)", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        rebuild_on_change(make, watched, editions, threading.Event())
    except KeyboardInterrupt:
        print()
    finally:
        server.shutdown()


def create_server(directory: Path, editions: BuildCounter, port: int) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((LOOPBACK, port), partial(_Handler, directory=str(directory), editions=editions))
    server.daemon_threads = True  # a page that waits does not hold up the end
    return server


def rebuild_on_change(
    make: Callable[[], object], watched: Iterable[Path], editions: BuildCounter, stop: threading.Event
) -> None:
    """Make the site anew whenever a file in these folders is another, or newer, than before."""
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
            traceback.print_exc()  # a template in the making; the last edition stays
        else:
            editions.another()
            print("made anew", flush=True)


def _stamps(folders: Iterable[Path]) -> dict[Path, int]:
    """When each file was changed. Of a history, its folders tell: what is in it is added, and never written again."""
    paths = (path for folder in folders for path in _telling(folder))
    return {path: path.stat().st_mtime_ns for path in paths if path.exists()}


def _telling(folder: Path) -> Iterator[Path]:
    runs = folder / "runs"
    yield from runs.glob("*/*") if runs.is_dir() else (path for path in folder.rglob("*") if path.is_file())
