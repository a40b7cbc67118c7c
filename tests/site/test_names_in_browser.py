"""The search of the matrix finds a function by all of its names, and explains names without cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.chromium import rows, sync_api


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("torch.eig", "torch.eig removed with torch 2.4.0.dev20251105+cpu"),
        ("new_name", "torch.new_name public name without cases"),
        ("torch.new_nam", "torch.new_name public name without cases"),
        ("contrib.stak", "torch.contrib.stack removed with torch 2.4.0.dev20251105+cpu"),  # the nearest name
    ],
)
def test_a_name_without_cases_is_explained(browser: sync_api.Browser, site: Path, words: str, says: str) -> None:
    page = browser.new_page()
    page.goto((site / "matrix.html").as_uri())
    page.get_by_label("Function", exact=True).fill(words)
    sync_api.expect(page.locator("#unmatched li").first).to_have_text(says)
    page.get_by_label("Function", exact=True).fill("torch.cat")
    sync_api.expect(page.locator("#unmatched li")).to_have_count(0)
    page.close()


def test_a_function_is_found_by_another_name(browser: sync_api.Browser, site: Path) -> None:
    page = browser.new_page()
    page.goto(f"{(site / 'matrix.html').as_uri()}#q=torch.concat")
    assert rows(page) == ["torch.cat\nalso torch.concat"]
    page.close()
