"""Links into the matrix show the rows that they promise; two targets are compared by one build, or say by which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.chromium import rows, sync_api


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


def test_functions_of_the_standard_can_be_filtered_by(page: sync_api.Page, mixed_site: Path) -> None:
    page.goto((mixed_site / "matrix.html").as_uri())
    page.get_by_label("Functions of").select_option("the array API standard")
    assert rows(page) == ["array_api.abs", "array_api.max"]
    page.get_by_label("Functions of").select_option("the framework")
    assert not {"array_api.abs", "array_api.max"} & {*rows(page)}


def test_failure_or_partial_can_be_filtered_by(page: sync_api.Page, mixed_site: Path) -> None:
    matrix = (mixed_site / "matrix.html").as_uri()
    page.goto(f"{matrix}#on=tpu&is=failure")
    failing = rows(page)
    page.goto(f"{matrix}#on=tpu&is=partial")
    partial = rows(page)
    page.goto(f"{matrix}#on=tpu")
    page.get_by_label("Result").select_option(label="✗ ◐ failure or partial")
    assert page.url.endswith("is=failing&on=tpu")
    assert sorted(rows(page)) == sorted(failing + partial)
    assert (len(failing), len(partial)) == (23, 15)


def test_two_targets_are_compared_by_the_newest_build_that_both_had(page: sync_api.Page, mixed_site: Path) -> None:
    page.goto(f"{(mixed_site / 'matrix.html').as_uri()}#on=gpu&unlike=cpu")
    # With 2.2 the CPU fails in f00 and f01 too, which never ran on the GPU; one case of f03 was judged on both.
    assert rows(page) == ["jax.numpy.f02"]
    assert page.locator("#found").inner_text() == "1 of 39 functions tested on both differ, with jax 2.1"
    gpu, cpu = page.locator("#live tbody td").all_inner_texts()[:2]
    assert gpu == "✗ 0/2 failure"  # its column says that this is jax 2.1
    assert cpu == "✓ 2/2 success\njax 2.1"
    heads = page.locator("#live thead th").all_inner_texts()[1:3]
    assert [head.split() for head in heads] == [
        ["gpu", "executed", "jax", "2.1"],
        ["cpu", "executed", "jax", "2.2", "torch", "2.5"],
    ]


def test_what_no_common_build_tells_is_marked_with_the_builds(page: sync_api.Page, mixed_site: Path) -> None:
    page.goto(f"{(mixed_site / 'matrix.html').as_uri()}#on=tpu&unlike=cpu")
    assert len(rows(page)) == 34
    doubts = "1 between different builds, 34 by different evidence"
    said = page.locator("#found").inner_text()
    assert said == f"34 of 41 functions tested on both differ, with jax 2.2; {doubts}"
    page.get_by_label("Framework").select_option("torch")
    assert rows(page) == ["torch.g1"]
    assert page.locator("#live tbody td").all_inner_texts()[:2] == [
        "✗ 0/2 failure\ntorch 2.3 with libtpu 0.1",
        "✓ 2/2 success\ntorch 2.5",
    ]


def test_a_comparison_never_counts_more_than_both_were_asked(page: sync_api.Page, mixed_site: Path) -> None:
    page.goto(f"{(mixed_site / 'matrix.html').as_uri()}#on=gpu&unlike=cpu&is=success")
    assert rows(page) == []
    assert page.locator("#found").inner_text() == "0 of 39 functions tested on both differ"
    page.goto(f"{(mixed_site / 'matrix.html').as_uri()}#on=cpu&unlike=gpu&q=f0")
    assert page.locator("#found").inner_text() == "1 of 10 functions tested on both differ, with jax 2.1"
