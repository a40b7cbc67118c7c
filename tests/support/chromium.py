"""A real browser for the tests of the pages: Chromium, by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

# No sandbox, because tests run as root in containers; the others keep the browser off the network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

sync_api = pytest.importorskip("playwright.sync_api") if os.environ.get("CI") != "true" else None
if sync_api is None:
    from playwright import sync_api


def missing(what: str) -> None:
    """Skip for want of a program; on CI, where it must be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed")


@contextmanager
def launched() -> Iterator[sync_api.Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        missing("Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        yield browser
        browser.close()


# Scroll until the last row exists, once the script has stated the number of rows.
TO_THE_END = """async table => {
  const box = table.parentElement;
  while (table.rows.length !== Number(table.ariaRowCount)) {
    box.scrollTop = box.scrollHeight;
    await new Promise(requestAnimationFrame);
  }
  box.scrollTop = 0;
}"""


def rows(page: sync_api.Page) -> list[str]:
    """The functions that the matrix shows, down to the last of them."""
    page.locator("#live table").evaluate(TO_THE_END)
    return page.locator("#live tbody th").all_inner_texts()
