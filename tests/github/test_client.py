"""The client of GitHub finds its server, reads lists whole, and knows the clock and the account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from monitor.github.account import token_account
from monitor.github.client import GitHubClient
from monitor.github.repository_address import AddressError, api_address
from monitor.github.responses import GitHubError
from monitor.issues.github_issues import IssueTracker
from support.fake_github import BOT, REPOSITORY, TOKEN
from support.faulty_answers import USED_UP, limited, reset
from support.faulty_github import FaultyGitHub
from support.github_operations import ALWAYS, OPEN, client


@pytest.mark.parametrize(
    "api",
    ["github.com", "ftp://github.com", "https://", "https://a b", "https://x/?a=b", "https://x:99999", "::", "x" * 99],
)
def test_an_address_that_is_none_is_refused(api: str) -> None:
    with pytest.raises(AddressError, match=r"^\""):
        api_address(api)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://api.github.com/", "https://api.github.com"),
        (" https://github.example.org/api/v3// ", "https://github.example.org/api/v3"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_is_taken_without_its_slash(given: str, address: str) -> None:
    assert api_address(given) == address


def test_tls_that_is_none_is_told_as_that(github: FaultyGitHub) -> None:
    asked = GitHubClient(
        REPOSITORY,
        permission="",
        api=github.url.replace("http:", "https:"),
        sleep=lambda seconds: None,
        write_interval=0,
    )
    with pytest.raises(GitHubError, match=r"^octocat/monitor: GitHub does not answer GET issues: TLS"):
        IssueTracker(asked, BOT).filed()


def many(github: FaultyGitHub, number: int) -> None:
    for one in range(number):
        github.fake.file(f"question {one}", "", user=github.fake.user("octocat"))


@pytest.mark.parametrize(
    "link", [None, "", "<", "garbage", '<http://example.invalid/?page=2>; rel="next"', '; rel="next"']
)
def test_a_list_is_read_whole_whatever_its_header_says(github: FaultyGitHub, link: str | None) -> None:
    many(github, 230)
    page = github.fake._page

    def broken(*asked: Any) -> tuple[int, Any, dict[str, str]]:
        status, found, headers = page(*asked)
        kept = {name: value for name, value in headers.items() if name != "Link"}
        return status, found, kept if link is None else kept | {"Link": link}

    github.fake._page = broken  # type: ignore[method-assign]
    assert len([*client(github, []).pages("issues", state="all")]) == 231


@pytest.mark.parametrize("to", ["page=1", "page=2"])
def test_pages_that_lead_back_end_in_a_line(github: FaultyGitHub, to: str) -> None:
    many(github, 230)
    page = github.fake._page

    def circular(target: str, query: dict[str, str], found: list[Any]) -> tuple[int, Any, dict[str, str]]:
        status, some, _ = page(target, query, found)
        return status, some, {"Link": f'<{github.url}/repos/{REPOSITORY}/issues?per_page=100&{to}>; rel="next"'}

    github.fake._page = circular  # type: ignore[method-assign]
    with pytest.raises(GitHubError, match=r"same page again|lead back"):
        IssueTracker(client(github, []), BOT).filed()


def test_a_server_that_knows_no_pages_ends_in_a_line(github: FaultyGitHub) -> None:
    many(github, 99)
    github.fake._page = lambda target, query, found: (200, found[:100], {})  # type: ignore[method-assign]
    with pytest.raises(GitHubError, match="same page again"):
        IssueTracker(client(github, []), BOT).filed()


@pytest.mark.parametrize("days", [-400, -2, 2, 4000])
def test_a_wrong_clock_is_a_refusal(github: FaultyGitHub, days: int) -> None:
    wrong = lambda: datetime.now(UTC) + timedelta(days=days)  # noqa: E731
    with pytest.raises(GitHubError, match=f"clock is {abs(days):,} days {'ahead of' if days > 0 else 'behind'} G"):
        IssueTracker(client(github, [], clock=wrong), BOT).carry_out(OPEN)
    assert len(github.fake.issues) == 1
    tolerant = client(github, [], clock=wrong, allow_clock_error=True)
    IssueTracker(tolerant, BOT).filed()
    assert abs(tolerant.now - datetime.now(UTC)) < timedelta(minutes=5)
    assert tolerant.clock_error


@pytest.mark.parametrize(
    ("identity", "login"),
    [
        ({"/user": (200, {"login": "octocat"})}, "octocat"),
        ({}, BOT),  # a workflow's token: GraphQL tells
        ({"/graphql": (200, {"data": {"viewer": {"login": "my-app"}}})}, "my-app[bot]"),
        ({"/app": (200, {"slug": "my-app"})}, "my-app[bot]"),
        ({"/graphql": (403, {"message": "no"})}, BOT),
        ({"/graphql": (200, {"data": None, "errors": []})}, BOT),
    ],
)
def test_whose_token_it_is(github: FaultyGitHub, identity: dict[str, Any], login: str) -> None:
    github.fake.identity.update(identity)
    assert token_account(client(github, [])) == login


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ((403, {"message": "Forbidden"}), "does not show the account .*--account"),
        ((200, {"login": None}), "without the login .*--account"),
        ((401, {"message": "Bad credentials"}), "token is invalid"),
    ],
)
def test_where_nothing_tells_the_account_is_to_be_named(github: FaultyGitHub, user: Any, message: str) -> None:
    github.fake.identity.update({"/user": user, "/graphql": (403, {"message": "no"})})
    with pytest.raises(GitHubError, match=message):
        token_account(client(github, []))


def test_a_limit_on_asking_who_one_is_is_told_as_that(github: FaultyGitHub) -> None:
    github.plant(limited(403, USED_UP, x_ratelimit_remaining="0", x_ratelimit_reset=reset(5000)), "GET /user", ALWAYS)
    with pytest.raises(GitHubError, match="rate limit"):
        token_account(client(github, []))


def test_an_issue_that_comes_out_as_somebody_elses_ends_it(github: FaultyGitHub) -> None:
    with pytest.raises(GitHubError, match=r"github-actions\[bot\] opened #2, and not octocat: .*--account"):
        IssueTracker(client(github, []), "octocat").carry_out(OPEN)


def test_the_users_own_passwords_are_not_sent(
    github: FaultyGitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    sent = client(github, [])._transport._session.prepare_request(
        requests.Request("GET", f"{github.url}/repos/{REPOSITORY}/issues")
    )
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
