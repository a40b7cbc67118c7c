"""Whatever GitHub may answer: no traceback, no false success, nothing done twice, and the cause in one line.

A table of answers by operations. Each response is sent once, and then for every repetition.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.github.responses import RequestRefusedError
from monitor.github.retry_policy import DEFAULT_RATE_LIMIT_WAIT, MAX_TRIES, MAX_WAIT
from monitor.issues.github_issues import IssueTracker
from support.fake_github import BOT, REPOSITORY
from support.faulty_answers import ANSWERS, SECONDARY, SLOW, date_in
from support.faulty_github import RENAMED, FaultyAnswer, FaultyGitHub, error
from support.github_operations import ALWAYS, HARMLESS, OPERATIONS, client, outcome

TABLE = [(name, kind, often) for name in OPERATIONS for kind in ANSWERS for often in (1, ALWAYS)]
TABLE = [row for row in TABLE if row[0] != "download" or not row[1].startswith(("201", "user", "labels"))]
TABLE += [(name, kind, 1) for name in OPERATIONS for kind in SLOW]
assert len(TABLE) > 120


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_answer(github: FaultyGitHub, as_before: Callable[[], None], tmp_path: Path, name: str) -> None:
    """All answers to an operation together: the start of a test takes as long as the operation."""
    faults = []
    for number, (_, kind, often) in enumerate(row for row in TABLE if row[0] == name):
        as_before()
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            check_answer(github, folder, name, kind, often)
        except Exception as error:
            faults.append(f"{kind}, {'once' if often == 1 else 'always'}: {type(error).__name__}: {error}")
    assert not faults, "\n".join(faults)


def check_answer(github: FaultyGitHub, folder: Path, name: str, kind: str, often: int) -> None:
    operation, (odd, cause) = OPERATIONS[name], (ANSWERS | SLOW)[kind]
    waited: list[float] = []
    github.plant(odd, operation.where, often)
    asked = client(github, waited, timeout=0.3 if kind in SLOW else 30)
    result, fault = outcome(operation, asked, folder)
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


def test_an_answer_error_is_brief_for_one_issue_and_whole_for_all(github: FaultyGitHub) -> None:
    github.plant(FaultyAnswer(404, error("Not Found")), "GET issues$", 1)
    with pytest.raises(
        RequestRefusedError, match=r"^octocat/monitor: GitHub answers 404 to GET issues, Not Found: it does not exist"
    ) as raised:
        IssueTracker(client(github, []), BOT).filed()
    assert raised.value.brief == "GitHub answers 404, Not Found"
