"""The address in `portability site --site-url`."""

from __future__ import annotations

import pytest

from monitor.pipeline.errors import UserError
from monitor.pipeline.github_access import check_repository, checked_site_url


@pytest.mark.parametrize(
    ("given", "base"),
    [("", ""), ("https://example.org", "https://example.org/"), ("http://[::1]:80/m/", "http://[::1]:80/m/")],
)
def test_an_address_ends_with_a_slash(given: str, base: str) -> None:
    assert checked_site_url(given) == base


@pytest.mark.parametrize("given", ["example.org/monitor", "ftp://example.org/", "https://", "https://example.org/?a=1"])
def test_what_is_no_address_of_a_site_is_refused(given: str) -> None:
    with pytest.raises(UserError, match="must be an address, as in https://"):
        checked_site_url(given)


@pytest.mark.parametrize("given", ["monitor", "https://github.com/octocat/monitor", 'octocat/"><script>', "a/b/c", "/"])
def test_what_is_no_repository_is_refused(given: str) -> None:
    with pytest.raises(UserError, match="must be OWNER/NAME"):
        check_repository(given)
