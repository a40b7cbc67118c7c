"""The pages of the planted history, parsed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.html_pages import Page


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Page]:
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")}
