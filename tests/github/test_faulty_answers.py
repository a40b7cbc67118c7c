"""Whatever GitHub may answer: no traceback, no false success, nothing done twice, and the cause in one line.

A table of answers by operations. Each response is sent once, and then for every repetition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from monitor.github.account import token_account
from monitor.github.archives import ArtifactError
from monitor.github.client import GitHubClient
from monitor.github.repository_address import AddressError, api_address
from monitor.github.responses import GitHubError, RequestRefusedError
from monitor.github.retry_policy import DEFAULT_RATE_LIMIT_WAIT, MAX_TRIES, MAX_WAIT
from monitor.github.workflows import StartError, Workflows, workflow_states
from monitor.issues.github_issues import IssueTracker, OperationError
from monitor.issues.issue_metadata import IssueMetadata, IssueState, NotifiedState, hidden_line, sign_comment
from monitor.issues.operations import AddComment, EditIssue, OpenIssue
from support.fake_github import BOT, REPOSITORY, TOKEN, FakeGitHub
from support.faulty_github import ELSEWHERE, HTML, RENAMED, FaultyAnswer, FaultyGitHub, error, serve_faulty

ALWAYS = 10**6
MARK = IssueMetadata(("id",), IssueState.OPEN, "title", ("regression",), NotifiedState("a", "b", ("cpu",), 1))
OPEN = OpenIssue("title", hidden_line(MARK), ("regression",), ("id",))
FAULTS = (GitHubError, OperationError, ArtifactError, StartError)


def date_in(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def limited(status: int, message: str = "", **headers: str) -> FaultyAnswer:
    return FaultyAnswer(
        status, error(message), tuple((name.replace("_", "-"), value) for name, value in headers.items())
    )


def reset(seconds: float) -> str:
    return str(int(datetime.now(UTC).timestamp() + seconds))


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
USED_UP = "API rate limit exceeded for installation ID 1."


def without(name: str) -> Callable[[Any], Any]:
    return changed(name, None)


def changed(name: str, value: Any) -> Callable[[Any], Any]:
    """The usual answer where one field of every object is another; None takes it away."""

    def change(usual: Any) -> Any:
        if isinstance(usual, list):
            return [change(one) for one in usual]
        if isinstance(usual, dict):
            kept = {key: change(one) if isinstance(one, list) else one for key, one in usual.items() if key != name}
            return kept if value is None else kept | ({name: value} if name in usual else {})
        return usual

    return change


# Each with what a message has to say of it where it does not end.
ANSWERS: dict[str, tuple[FaultyAnswer, str]] = {
    "301 to another repository": (
        FaultyAnswer(301, error("Moved Permanently"), to=f"{{url}}/repos/{ELSEWHERE}"),
        "moved to",
    ),
    "302 to another repository": (
        FaultyAnswer(302, error("Found"), to=f"{{url}}/repos/{ELSEWHERE}"),
        "moved to",
    ),
    "307 to another repository": (FaultyAnswer(307, error("Moved"), to="{url}/repositories/99"), "moved to"),
    "308 to another repository": (FaultyAnswer(308, error("Moved"), to="{url}/repositories/99"), "moved to"),
    "301 to another host": (
        FaultyAnswer(301, error("Moved"), to="http://example.invalid"),
        "a redirect to example.invalid",
    ),
    "302 without an address": (FaultyAnswer(302, error("Found")), "a redirect without an address"),
    "307 in a circle": (FaultyAnswer(307, error("Moved"), to=f"{{url}}/repos/{REPOSITORY}"), "without end"),
    "304": (FaultyAnswer(304), "304"),
    "400": (FaultyAnswer(400, error("Problems parsing JSON")), "400.*Problems parsing JSON"),
    "401": (FaultyAnswer(401, error("Bad credentials")), "token is invalid"),
    "403 for want of a right": (
        FaultyAnswer(403, error("Resource not accessible by integration")),
        "permission a-right",
    ),
    "403 of an archive": (
        FaultyAnswer(403, error("Repository was archived so is read-only.")),
        "archived so is read-only.$",
    ),
    "403 in HTML": (FaultyAnswer(403, HTML, (("Content-Type", "text/html"),)), "403.*text/html.*proxy"),
    "403 used up": (limited(403, USED_UP, x_ratelimit_remaining="0", x_ratelimit_reset=reset(60)), "rate limit"),
    "403 used up, far away": (
        limited(403, USED_UP, x_ratelimit_remaining="0", x_ratelimit_reset=reset(3600)),
        "rate limit",
    ),
    "403 used up, no reset": (limited(403, USED_UP, x_ratelimit_remaining="0"), "rate limit"),
    "403 used up, reset in words": (
        limited(403, USED_UP, x_ratelimit_remaining="0", x_ratelimit_reset="soon"),
        "rate limit",
    ),
    "403 too quick": (limited(403, SECONDARY), "rate limit"),
    "403 too quick, a date": (limited(403, SECONDARY, retry_after=date_in(30)), "rate limit"),
    "403 too quick, a past date": (limited(403, SECONDARY, retry_after=date_in(-3000)), "rate limit"),
    "429 empty": (limited(429, SECONDARY, retry_after=""), "rate limit"),
    "429 negative": (limited(429, SECONDARY, retry_after="-5"), "rate limit"),
    "429 not a number": (limited(429, SECONDARY, retry_after="NaN"), "rate limit"),
    "429 infinite": (limited(429, SECONDARY, retry_after="inf"), "rate limit"),
    "429 huge": (limited(429, SECONDARY, retry_after="1e300"), "rate limit"),
    "429 in HTML": (FaultyAnswer(429, HTML), "rate limit"),
    "404": (FaultyAnswer(404, error("Not Found")), "404.*Not Found"),
    "404 in HTML": (FaultyAnswer(404, HTML), "404"),
    "409": (FaultyAnswer(409, error("Conflict")), "409.*Conflict"),
    "410": (FaultyAnswer(410, error("This issue was deleted")), "410.*deleted"),
    "418 with no words": (FaultyAnswer(418), "418"),
    "422": (FaultyAnswer(422, error("Validation Failed")), "422.*Validation Failed"),
    "451": (FaultyAnswer(451, error("Repository access blocked")), "451.*blocked"),
    "500 before it is done": (FaultyAnswer(500, error("Server Error")), "500.*has trouble"),
    "500 after it is done": (FaultyAnswer(500, error("Server Error"), done=True), "500.*has trouble"),
    "502 in HTML": (FaultyAnswer(502, HTML, done=True), "502.*has trouble"),
    "503": (FaultyAnswer(503, error("Service unavailable")), "503.*has trouble"),
    "reset": (FaultyAnswer(cut=True), "does not answer.*no connection|breaks off"),
    "reset after it is done": (FaultyAnswer(cut=True, done=True), "does not answer.*no connection|breaks off"),
    "truncated": (
        FaultyAnswer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{", done=True),
        "breaks off|connection",
    ),
    "broken chunks": (
        FaultyAnswer(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", done=True),
        "breaks off|connection",
    ),
    "broken gzip": (FaultyAnswer(200, b"no gzip", (("Content-Encoding", "gzip"),), done=True), "breaks off"),
    "no HTTP": (FaultyAnswer(raw=b"SSH-2.0-OpenSSH_9.6\r\n", done=True), "does not answer"),
    "200 in HTML": (FaultyAnswer(200, HTML, (("Content-Type", "text/html"),), done=True), "no JSON .text/html"),
    "200 null": (FaultyAnswer(200, b"null", done=True), "null"),
    "200 empty": (FaultyAnswer(200, b"", done=True), "an empty body"),
    "200 text": (FaultyAnswer(200, b'"done"', done=True), "text"),
    "200 a number": (FaultyAnswer(200, b"7", done=True), "a number"),
    "200 of the other kind": (FaultyAnswer(200, b'[[1], "x"]', done=True), "where"),
    "200 an empty object": (FaultyAnswer(200, b"{}", done=True), "answers"),
    "200 not UTF-8": (FaultyAnswer(200, b'{"number": "\xff\xfe"}', done=True), "no JSON"),
    "200 nested": (FaultyAnswer(200, b"[" * 100_000, done=True), "no JSON"),
    "200 a huge number": (FaultyAnswer(200, b'{"number": ' + b"9" * 10_000 + b"}", done=True), "no JSON"),
    "201 without a number": (FaultyAnswer(change=without("number"), done=True), "number"),
    "201 without an id": (FaultyAnswer(change=without("id"), done=True), '"id"'),
    "201 a number in words": (FaultyAnswer(change=changed("number", "one"), done=True), "number"),
    "user null": (FaultyAnswer(change=changed("user", 0), done=True), "does not name the author of #1"),
    "labels null": (FaultyAnswer(change=changed("labels", 0), done=True), "answers"),
}
SLOW = {"late": (FaultyAnswer(slow=0.6, done=True, body=b"{}"), "no answer in time|no connection")}


@dataclass(frozen=True)
class Operation:
    """One operation, the request with the faulty response, and a check of the result.

    `right` is called if no fault was reported; `twice` counts what must not be there twice.
    """

    where: str
    do: Callable[[GitHubClient, Path], Any]
    right: Callable[[FakeGitHub, Any], bool]
    twice: Callable[[FakeGitHub], int] = lambda fake: 0


def there(fake: FakeGitHub) -> int:
    return sum("portability-monitor" in issue["body"] for issue in fake.issues) - 1


def workflows(client: GitHubClient) -> Workflows:
    return Workflows(client, "main")


def fetched(client: GitHubClient, directory: Path) -> Any:
    (handed,) = workflows(client).artifacts(("run.yml",), 7, ())
    return workflows(client).download(handed, directory / "out")


def creating(where: str) -> Operation:
    """Return the operation that opens an issue, with the odd answer to the request `where`."""
    return Operation(
        where,
        lambda client, _: IssueTracker(client, BOT).carry_out(OPEN),
        lambda fake, said: said.split(",")[0] == "#2" and there(fake) == 1,
        there,
    )


def commenting(where: str) -> Operation:
    """Return the operation that comments on an issue, with the odd answer to the request `where`."""
    return Operation(
        where,
        lambda client, _: IssueTracker(client, BOT).carry_out(AddComment(1, sign_comment("news", 0))),
        lambda fake, said: said.startswith("commented") and len(fake.comments[1]) == 1,
        lambda fake: len(fake.comments[1]),
    )


OPERATIONS = {
    "list": Operation(
        "GET issues$",
        lambda client, _: IssueTracker(client, BOT).filed(),
        lambda fake, filed: [one.number for one in filed] == [1],
    ),
    "create": creating("POST issues$"),
    "look before create": creating("GET issues$"),
    "edit": Operation(
        "PATCH issues/1$",
        lambda client, _: IssueTracker(client, BOT).carry_out(EditIssue(1, "new", state="closed", reason="completed")),
        lambda fake, said: (said, fake.issues[0]["body"], fake.issues[0]["state"]) == ("edited", "new", "closed"),
    ),
    "comment": commenting("POST issues/1/comments$"),
    "look before comment": commenting("GET issues/1/comments$"),
    "label": creating("POST labels$"),
    "labels": creating("GET labels$"),
    "workflows": Operation(
        "GET actions/workflows$",
        lambda client, _: workflow_states(client),
        lambda fake, found: found == fake.actions.states,
    ),
    "runs": Operation(
        "GET actions/workflows/run.yml/runs$",
        lambda client, _: workflows(client).artifacts(("run.yml",), 7, ()),
        lambda fake, found: [one.artifact for one in found] == [100],
    ),
    "artifacts": Operation(
        "GET actions/artifacts$",
        lambda client, _: workflows(client).artifacts(("run.yml",), 7, ()),
        lambda fake, found: [one.artifact for one in found] == [100],
    ),
    "download": Operation(
        "GET actions/artifacts/100/zip$",
        fetched,
        lambda fake, paths: [path.read_bytes() for path in paths] == [b"{}\n"],
    ),
    "start": Operation(
        "POST actions/workflows/run.yml/dispatches$",
        lambda client, _: workflows(client).dispatch("run.yml", {"target": "cpu"}),
        lambda fake, _: len(fake.actions.dispatched) >= 1,
    ),
}
# Responses that count as correct: GitHub may return more or less of an object, and a list of commits may be empty.
HARMLESS = {
    "start": ("200", "201", "user", "labels"),  # GitHub may say more of what it started
    "workflows": ("201", "user", "labels"),
    "list": ("201 without an id", "labels null"),
    "look before create": ("201 without an id", "user null", "labels null"),
    "create": ("201 without an id", "user null", "labels null"),
    "edit": ("201 without an id", "user null", "labels null"),
    "comment": ("201 without a number", "201 a number", "user null", "labels null"),
    "look before comment": ("201", "user", "labels"),
    "label": ("422", "201", "user", "labels", "200 an empty object"),
    "labels": ("201", "user", "labels"),
    "runs": ("201 without a number", "201 a number", "user null", "labels null", "201 without an id"),
    "artifacts": ("201 without a number", "201 a number", "user null", "labels null"),
    "download": ("301 to", "302 to", "307 to", "308 to"),  # as GitHub sends one on to where archives are stored
}


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyGitHub]:
    with serve_faulty(FakeGitHub()) as odd:
        yield odd


@pytest.fixture
def github(server: FaultyGitHub) -> FaultyGitHub:
    """The state before each: an issue of ours, and a run that handed something over."""
    fake = FakeGitHub()
    fake.url = server.url
    server.fake.__dict__.update(fake.__dict__)
    server.planted, server.often, server.renamed = None, 0, False
    other = IssueMetadata(("other",), IssueState.OPEN, "title", (), NotifiedState("a", "b", ("cpu",), 1))
    server.fake.file("ours", hidden_line(other))
    server.fake.actions.upload(server.fake.actions.run(), {"a.jsonl": b"{}\n"}, server.url)
    return server


def client(github: FaultyGitHub, waited: list[float], **options: Any) -> GitHubClient:
    options = {"permission": "a-right", "token": TOKEN, "sleep": waited.append, "write_interval": 0, **options}
    return GitHubClient(REPOSITORY, api=github.url, **options)


def outcome(operation: Operation, asked: GitHubClient, directory: Path) -> tuple[Any, str]:
    """Return the result of an operation or its reported fault; any other exception fails the test."""
    try:
        return operation.do(asked, directory), ""
    except FAULTS as fault:
        return None, str(fault)


TABLE = [(name, kind, often) for name in OPERATIONS for kind in ANSWERS for often in (1, ALWAYS)]
TABLE = [row for row in TABLE if row[0] != "download" or not row[1].startswith(("201", "user", "labels"))]
TABLE += [(name, kind, 1) for name in OPERATIONS for kind in SLOW]
assert len(TABLE) > 120


@pytest.mark.parametrize(
    ("name", "kind", "often"),
    [pytest.param(*row, id=f"{row[0]}: {row[1]}, {'once' if row[2] == 1 else 'always'}") for row in TABLE],
)
def test_an_answer(github: FaultyGitHub, tmp_path: Path, name: str, kind: str, often: int) -> None:
    operation, (odd, cause) = OPERATIONS[name], (ANSWERS | SLOW)[kind]
    waited: list[float] = []
    github.plant(odd, operation.where, often)
    asked = client(github, waited, timeout=0.3 if kind in SLOW else 30)
    result, fault = outcome(operation, asked, tmp_path)
    assert operation.twice(github.fake) <= 1  # for every report
    assert len(waited) < MAX_TRIES
    assert all(0 < wait <= MAX_WAIT for wait in waited)
    if not fault:
        assert "None" not in str(result) or name == "start"
        assert operation.right(github.fake, result)
        # An answer that says nothing of use ends well only where it was given once, or is as good as another.
        assert often == 1 or kind.startswith(HARMLESS[name]) or operation.twice(github.fake) == 1
        return
    assert "\n" not in fault
    assert "None" not in fault
    assert "Error" not in fault.replace("Server Error", "")  # no name of a class
    if often == ALWAYS:
        found = re.search(cause, fault)
        # Where an archive is sent on to is another server: what that answers says nothing of GitHub.
        assert found or name == "download", fault
    if "rate limit" in cause:
        assert "permission" not in fault


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_renamed_repository_is_followed_with_all_that_was_asked(
    github: FaultyGitHub, tmp_path: Path, name: str
) -> None:
    github.renamed = True
    said: list[str] = []
    github.fake.issues[0].update(state="closed", state_reason="not_planned")  # which only `state=all` lists
    operation = OPERATIONS[name]
    result, fault = outcome(operation, client(github, [], log=said.append), tmp_path)
    assert fault == ""
    assert operation.right(github.fake, result)
    assert said == [f"{REPOSITORY} is now called {RENAMED}"]


def test_the_query_goes_along_where_one_is_sent_on(github: FaultyGitHub) -> None:
    asked: list[dict[str, str]] = []
    answer = github.fake.answer
    github.fake.answer = lambda method, target, body: (asked.append(target), answer(method, target, body))[1]  # type: ignore[method-assign]
    github.renamed = True
    IssueTracker(client(github, []), BOT).filed()
    assert all("state=all" in target and "per_page=100" in target for target in asked)


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "47"}, 47),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": ""}, DEFAULT_RATE_LIMIT_WAIT),
        ({"Retry-After": "-5"}, DEFAULT_RATE_LIMIT_WAIT),
        ({"Retry-After": "nan"}, DEFAULT_RATE_LIMIT_WAIT),
        ({"Retry-After": "Infinity"}, DEFAULT_RATE_LIMIT_WAIT),
        ({"Retry-After": "soon"}, DEFAULT_RATE_LIMIT_WAIT),
        ({"Retry-After": "Thu, 99 Foo 2026 25:61:00 GMT"}, DEFAULT_RATE_LIMIT_WAIT),
        ({"X-RateLimit-Remaining": "0"}, DEFAULT_RATE_LIMIT_WAIT),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "NaN"}, DEFAULT_RATE_LIMIT_WAIT),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, 1),
        ({"Retry-After": "", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, 1),
    ],
    ids=str,
)
def test_how_long_is_waited(github: FaultyGitHub, headers: dict[str, str], waits: float) -> None:
    waited: list[float] = []
    github.plant(FaultyAnswer(429, error(SECONDARY), tuple(headers.items())), "GET issues$", 1)
    IssueTracker(client(github, waited), BOT).filed()
    assert waited == [waits]


def test_a_date_is_waited_for(github: FaultyGitHub) -> None:
    waited: list[float] = []
    github.plant(FaultyAnswer(429, error(SECONDARY), (("Retry-After", date_in(90)),)), "GET issues$", 1)
    IssueTracker(client(github, waited), BOT).filed()
    assert 80 < waited[0] <= 91


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


def test_an_answer_error_is_brief_for_one_issue_and_whole_for_all(github: FaultyGitHub) -> None:
    github.plant(FaultyAnswer(404, error("Not Found")), "GET issues$", 1)
    with pytest.raises(
        RequestRefusedError, match=r"^octocat/monitor: GitHub answers 404 to GET issues, Not Found: it does not exist"
    ) as raised:
        IssueTracker(client(github, []), BOT).filed()
    assert raised.value.brief == "GitHub answers 404, Not Found"
