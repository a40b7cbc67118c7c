"""Monitors of others, and such as mean ill, served over loopback: what of them stands on our pages, what never does."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from monitor.federation import fetching
from monitor.federation.columns import (
    STALE_DAYS,
    Federation,
    FederationError,
    load_federation,
    parse_column,
    write_federation,
)
from monitor.federation.fetching import fetch_columns
from monitor.federation.forks import Fork
from monitor.site.build import write_site
from monitor.snapshot.snapshot import Snapshot
from support.site_history import BASE, GENERATED, IMAGE, PROJECT, SCRIPT, TEMPLATES

TARGET = "gpu-t4"
COLUMN = f"api/v1/columns/{TARGET}.json"


@dataclass
class Served:
    """A site on loopback, and the requested addresses."""

    address: str
    asked: list[str]


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Serves a folder, or answers every request by a function of the handler."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[BaseHTTPRequestHandler], None] | Path) -> Served:
        asked: list[str] = []

        class Quiet(SimpleHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                asked.append(self.path)
                if isinstance(answer, Path):
                    super().do_GET()
                else:
                    answer(self)

        handler = partial(Quiet, directory=str(answer)) if isinstance(answer, Path) else Quiet
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return Served(f"http://127.0.0.1:{server.server_port}/", asked)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def sends(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A body that does not end: quick at first, so that its size is what stops it."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" " * 2**20)
    except OSError:  # nobody reads on
        pass


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """A head that does not end: a byte now and then, so that no single wait is long."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 600:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)
    except OSError:
        pass


@pytest.fixture(scope="session")
def column(site: Path) -> dict[str, Any]:
    """A column as a site of ours publishes it."""
    document: dict[str, Any] = json.loads((site / COLUMN).read_text())
    return document


def kept(fetched: Federation, path: Path, now: datetime = GENERATED) -> Federation:
    write_federation(path, fetched)
    return load_federation(path, now)


def excluded(found: Federation) -> str:
    assert not found.columns
    (line,) = found.excluded
    return line


def test_a_forks_column_stands_beside_ours_and_counts_nowhere(
    site: Path, material: Snapshot, serve: Callable[..., Served], tmp_path: Path
) -> None:
    lab = serve(site)
    found = kept(fetch_columns([Fork("lab", lab.address, (TARGET,))]), tmp_path / "federation.json")
    assert lab.asked == [f"/{COLUMN}"]
    ours = tmp_path / "ours"
    project = replace(PROJECT, federation=found)
    write_site(material, project, ours, templates=TEMPLATES, generated=GENERATED, base=BASE)

    script = re.fullmatch(r"const cells = JSON\.parse\((.*)\);\n", (ours / "data/matrix.js").read_text())
    assert script
    matrix = json.loads(json.loads(script[1]))
    mine, theirs = (matrix["targets"].index(name) for name in (TARGET, f"{TARGET}@lab"))
    assert (matrix["sites"][mine], matrix["sites"][theirs]) == ("", lab.address)
    cells = [row[6] for row in matrix["rows"]]
    assert [cell[theirs] for cell in cells] == [cell[mine] for cell in cells]

    function = (ours / "functions/torch/torch.linalg.eig.html").read_text()
    assert f'href="{lab.address}functions/torch/torch.linalg.eig.html"' in function
    targets = (ours / "targets/index.html").read_text()
    assert f'<a href="{lab.address}targets/{TARGET}.html" rel="external noreferrer">{TARGET}</a>' in targets

    # Everything but these pages is what it is without the fork.
    marked = {
        "data/matrix.js",
        "matrix.html",
        "matrix-table.html",
        "targets/index.html",
        *(p.relative_to(ours).as_posix() for p in ours.glob("functions/*/*")),
    }
    for path in (path for path in ours.rglob("*") if path.is_file() and path.name != ".portability-site"):
        name = path.relative_to(ours).as_posix()
        if name not in marked and not name.endswith(".parquet"):
            assert path.read_bytes() == (site / name).read_bytes(), name


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda c: c.update(target=SCRIPT), "violates the schema at"),
        (lambda c: c.update(target="cpu"), "is the column of another target"),
        (lambda c: c["functions"][0].update(function=f"torch.{SCRIPT}"), "violates the schema at"),
        (lambda c: c["functions"][0].update(build=IMAGE), "violates the schema at"),
        (lambda c: c["functions"][0]["outcomes"].update({IMAGE: "pass"}), "violates the schema at"),
        (lambda c: c["functions"][0]["outcomes"].update({"eager-float32": "splendid"}), "violates the schema at"),
        (lambda c: c["functions"][0].update(observed="2025-02-31T00:00:00Z"), "an invalid time"),
        (lambda c: c["functions"][0].update(evidence=""), "outcomes without evidence"),
        (lambda c: c["functions"].append(c["functions"][0]), "a function twice"),
        (lambda c: c.pop("functions"), "violates the schema at"),
        (lambda c: c["functions"].extend([c["functions"][0]] * 20_000), "violates the schema at"),
    ],
)
def test_a_column_of_another_form_is_left_out(
    spoil: Callable[[dict[str, Any]], Any],
    message: str,
    column: dict[str, Any],
    serve: Callable[..., Served],
    tmp_path: Path,
) -> None:
    spoiled = json.loads(json.dumps(column))
    spoil(spoiled)
    lab = serve(sends(json.dumps(spoiled).encode()))
    line = excluded(kept(fetch_columns([Fork("lab", lab.address, (TARGET,))]), tmp_path / "federation.json"))
    assert line.startswith(f"{TARGET}@lab: ")
    assert message in line
    assert "<" not in line  # no word of the fork's


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"target": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"null", "violates the schema at"),
        (json.dumps({"target": "\ud800", "page": "", "functions": []}).encode(), "contains invalid text"),
        (json.dumps({"target": TARGET, "page": "", "functions": []}).encode(), "it has no result yet"),
    ],
)
def test_a_body_that_is_no_column_is_left_out(
    body: bytes, message: str, serve: Callable[..., Served], tmp_path: Path
) -> None:
    lab = serve(sends(body))
    assert message in excluded(kept(fetch_columns([Fork("lab", lab.address, (TARGET,))]), tmp_path / "federation.json"))


def test_a_redirect_is_not_followed(serve: Callable[..., Served], site: Path) -> None:
    other = serve(site)
    lab = serve(sends(b"", status=302, Location=f"{other.address}{COLUMN}"))
    assert "redirects" in excluded(fetch_columns([Fork("lab", lab.address, (TARGET,))]))
    assert other.asked == []


def test_a_huge_body_is_not_read_to_its_end(serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 2**20)
    assert "is larger than 1 MiB" in excluded(fetch_columns([Fork("lab", serve(endless).address, (TARGET,))]))


def test_a_compressed_body_is_refused(serve: Callable[..., Served]) -> None:
    bomb = gzip.compress(b" " * 2**24)
    lab = serve(sends(bomb, Content_Encoding="gzip"))
    assert "compressed body" in excluded(fetch_columns([Fork("lab", lab.address, (TARGET,))]))


def test_one_that_never_ends_holds_up_neither_us_nor_the_others(serve: Callable[..., Served], site: Path) -> None:
    slow, good = serve(dripping), serve(site)
    began = time.monotonic()
    found = fetch_columns(
        [Fork("slow", slow.address, (TARGET, "cpu-x86")), Fork("swift", good.address, (TARGET,))], seconds=3
    )
    assert time.monotonic() - began < 8
    assert [one.label for one in found.columns] == [f"{TARGET}@swift"]
    assert found.excluded == (f"{TARGET}@slow: no response within 3 s", "cpu-x86@slow: no response within 3 s")


def test_what_is_not_there_is_told(serve: Callable[..., Served], site: Path) -> None:
    lab = serve(site)
    found = fetch_columns(
        [Fork("lab", lab.address, ("no-such-target",)), Fork("nobody", "http://127.0.0.1:9/", ("cpu",))]
    )
    assert found.excluded == (
        "no-such-target@lab: its site answers 404",
        "cpu@nobody: cannot be fetched: no connection",
    )


@pytest.mark.parametrize(
    ("days", "message"), [(STALE_DAYS + 1, f"more than {STALE_DAYS} days ago"), (-3, "in the future")]
)
def test_a_column_that_is_stale_or_ahead_is_left_out_with_a_word_on_the_site(
    days: int, message: str, column: dict[str, Any], material: Snapshot, tmp_path: Path
) -> None:
    fork = Fork("lab", "https://lab.example.org/", (TARGET,))
    fetched = Federation((parse_column(fork, TARGET, column),))
    newest = datetime.fromisoformat(fetched.columns[0].observed)
    found = kept(fetched, tmp_path / "federation.json", newest + timedelta(days=days))
    line = excluded(found)
    assert line.startswith(f"{TARGET}@lab: ")
    assert message in line
    assert kept(fetched, tmp_path / "federation.json", newest + timedelta(days=STALE_DAYS)).columns == fetched.columns
    write_site(material, replace(PROJECT, federation=found), tmp_path / "s", templates=TEMPLATES, generated=GENERATED)
    assert line in (tmp_path / "s/targets/index.html").read_text()
    assert "@lab" not in (tmp_path / "s/matrix.html").read_text()


def test_fields_that_are_not_known_are_not_kept(column: dict[str, Any], tmp_path: Path) -> None:
    more = {**column, "page": "//elsewhere.example.org/", "script": SCRIPT}
    fork = Fork("lab", "https://lab.example.org/", (TARGET,))
    path = tmp_path / "federation.json"
    found = kept(Federation((parse_column(fork, TARGET, more),)), path)
    assert found.columns[0].page == f"https://lab.example.org/targets/{TARGET}.html"
    assert "elsewhere" not in path.read_text()
    assert SCRIPT not in path.read_text()


@pytest.mark.parametrize("content", ["", "[]", '{"format": 2}', '{"format": 1, "columns": [{}], "excluded": []}'])
def test_another_file_in_its_place_is_refused_in_a_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "federation.json").write_text(content)
    with pytest.raises(FederationError, match="run that again"):
        load_federation(tmp_path / "federation.json", datetime.now(UTC))
