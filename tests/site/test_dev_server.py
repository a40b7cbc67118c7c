"""`site --serve`, for real: a browser's view of a page whose template is being written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from monitor.site import dev_server
from monitor.site.dev_server import LOOPBACK, RELOAD_ADDRESS, BuildCounter, create_server, rebuild_on_change

PAGE = "<!doctype html><body><h1>{}</h1></body>"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A template of one page, and the port at which its site is served."""
    template, site = tmp_path / "site" / "page.txt", tmp_path / "public"
    template.parent.mkdir()
    site.mkdir()
    template.write_text("first")

    def make() -> None:
        if template.read_text() == "broken":
            raise ValueError("broken")
        (site / "index.html").write_text(PAGE.format(template.read_text()))

    editions, stop = BuildCounter(), threading.Event()
    make()
    server = create_server(site, editions, 0)
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}),
        threading.Thread(target=rebuild_on_change, args=(make, [template.parent], editions, stop)),
    ]
    for thread in threads:
        thread.start()
    yield template, server.server_port
    stop.set()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()


def get(port: int, path: str) -> str:
    connection = HTTPConnection(LOOPBACK, port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200, path
    return answer.read().decode()


def test_a_page_waits_for_its_next_edition_and_is_loaded_again(served: tuple[Path, int]) -> None:
    template, port = served
    assert "<h1>first</h1>" in get(port, "/")
    assert f'<script src="{RELOAD_ADDRESS}" defer>' in get(port, "/index.html")
    assert f'"{RELOAD_ADDRESS}?after=0"' in get(port, RELOAD_ADDRESS)
    threading.Timer(0.2, template.write_text, ["second"]).start()
    assert get(port, f"{RELOAD_ADDRESS}?after=0") == "location.reload();"
    assert "<h1>second</h1>" in get(port, "/")


def test_a_broken_template_leaves_the_last_edition(
    served: tuple[Path, int], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    template, port = served
    monkeypatch.setattr(dev_server, "LONG_POLL_SECONDS", 2.0)
    said = ""
    for _ in range(100):  # the first may come before anybody looks
        template.write_text("broken")
        said += capfd.readouterr().err
        if "ValueError: broken" in said:
            break
        time.sleep(0.1)
    assert "ValueError: broken" in said
    assert get(port, f"{RELOAD_ADDRESS}?after=0") == ""
    assert "<h1>first</h1>" in get(port, "/")


def test_nobody_but_this_machine_is_answered(tmp_path: Path) -> None:
    server = create_server(tmp_path, BuildCounter(), 0)
    assert server.server_address[0] == "127.0.0.1"
    server.server_close()
