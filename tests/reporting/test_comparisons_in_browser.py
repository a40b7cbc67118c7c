"""Links into the matrix show the rows that they promise; two targets are compared by one build, or say by which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import rows, sync_api


@pytest.fixture
def page(browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def promises(root: Path) -> Iterator[tuple[str, str, int]]:
    """Every link into a view of the matrix whose text has a number: its page, where it leads, and the number."""
    link = re.compile(r'<a href="([^"]*matrix\.html#[^"]+)"[^>]*>([^<]*?([\d,]+)[^<]*)</a>')
    for path in sorted(root.rglob("*.html")):
        for address, _, number in link.findall(path.read_text()):
            where = (path.parent / address.partition("#")[0]).resolve()
            yield path.name, f"{where.as_uri()}#{address.partition('#')[2].replace('&amp;', '&')}", int(number)


def test_a_link_into_the_matrix_shows_as_many_rows_as_it_promises(page: sync_api.Page, mixed_site: Path) -> None:
    found = [*promises(mixed_site)]
    assert [name for name, _, _ in found] == ["tpu.html"]
    for name, address, number in found:
        page.goto(address)
        assert len(rows(page)) == number, (name, address)
        assert page.locator("#found").inner_text().startswith(f"{number} of ")


def test_nothing_that_is_called_all_leads_to_a_part(mixed_site: Path, site: Path) -> None:
    """A link that promises all of something says how many that are, so that the test above can hold it to that."""
    for root in (mixed_site, site):
        for path in root.rglob("*.html"):
            for text in re.findall(r'<a href="[^"]*matrix\.html#[^"]+"[^>]*>([^<]*\ball\b[^<]*)</a>', path.read_text()):
                assert re.search(r"\d", text), (path, text)


def test_failure_or_partial_can_be_filtered_by(page: sync_api.Page, mixed_site: Path) -> None:
    matrix = (mixed_site / "matrix.html").as_uri()
    page.goto(f"{matrix}#on=tpu&is=failure")
    failing = rows(page)
    page.goto(f"{matrix}#on=tpu&is=partial")
    partial = rows(page)
    page.goto(f"{matrix}#on=tpu")
    page.get_by_label("Shows").select_option(label="✗ ◐ failure or partial")
    assert page.url.endswith("is=lacking&on=tpu")
    assert sorted(rows(page)) == sorted(failing + partial)
    assert (len(failing), len(partial)) == (20, 15)
