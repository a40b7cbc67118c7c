"""`portability site --serve` in a real browser: a template is changed, and the page that shows it loads itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.history.store import History
from support.chromium import sync_api
from support.site_history import Night, cases

CHECKOUT = Path(__file__).parents[2]
MADE = ("monitor", "site", "runners", "triage", "docs")  # what a site is made with
LONGEST = 90_000  # milliseconds that a new edition may take on a busy machine


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project whose templates can be written to."""
    for folder in MADE:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CHECKOUT / folder, tmp_path / "checkout" / folder, ignore=ignored)
    return tmp_path / "checkout"


@pytest.fixture
def served(checkout: Path, tmp_path: Path) -> Iterator[str]:
    """The address at which the command serves a site of it, and of a night of eight cases."""
    night = Night(0)
    History(tmp_path / "history").record([night.file(night.run("cpu-x86", "jax", cases=cases("jax")[:8]))], "a night")
    options = ["--serve", "--port", "0", "--history", str(tmp_path / "history"), "--site", str(tmp_path / "public")]
    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "site", *options],
            cwd=checkout,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout
            said = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/", said)
            assert found, f"{said}{(tmp_path / 'log').read_text()}"
            yield found[0]
        finally:
            process.terminate()
            process.wait(timeout=30)
            process.stdout.close()


def test_a_page_shows_a_changed_template_by_itself(browser: sync_api.Browser, checkout: Path, served: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{served}matrix.html")  # which has a script of its own
    before = page.evaluate("performance.timeOrigin")
    template = checkout / "site" / "templates" / "base.html.jinja"
    template.write_text(template.read_text().replace("Runs</a>", "All the runs there ever were</a>"))
    page.get_by_role("link", name="All the runs there ever were").wait_for(timeout=LONGEST)
    assert page.evaluate("performance.timeOrigin") > before  # nobody but the page itself loaded it again

    style = checkout / "site" / "assets" / "style.css"
    style.write_text(style.read_text() + "\nh1 { letter-spacing: 7px !important; }\n")
    sync_api.expect(page.locator("h1")).to_have_css("letter-spacing", "7px", timeout=LONGEST)
    context.close()
    assert not said
