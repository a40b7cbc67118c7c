"""Faulty responses of GitHub lead to a wait, a check, a skip, or one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.github.responses import GitHubError
from monitor.github.retry_policy import DEFAULT_RATE_LIMIT_WAIT, FIRST_PAUSE, MAX_TRIES, MAX_WAIT
from monitor.issues.github_issues import OperationError
from monitor.issues.issue_metadata import IssueMetadata, IssueState, NotifiedState, hidden_line, sign_comment
from monitor.issues.operations import AddComment, EditIssue, OpenIssue
from support.fake_github import DROPPED, FakeGitHub, Fault

Make = Callable[..., Any]
MARK = IssueMetadata(("id",), IssueState.OPEN, "title", ("regression",), NotifiedState("a", "b", ("cpu",), 1))
OPEN = OpenIssue("title", hidden_line(MARK), (), ("id",))
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
ABUSE = "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again."
USED_UP = "API rate limit exceeded for installation ID 1."

# An Open is two requests: 1 looks, 2 writes. So are a Comment's; an Edit is one.


@pytest.mark.parametrize(
    "fault",
    [Fault(500), Fault(502), Fault(503, "Service unavailable"), Fault(lost=True), DROPPED],
    ids=["500", "502", "503", "answer-lost", "dropped"],
)
def test_what_got_no_answer_is_looked_for_and_done_once(github: FakeGitHub, board: Make, fault: Fault) -> None:
    waited: list[float] = []
    github.faults[2] = fault
    assert board(waited=waited).carry_out(OPEN).startswith("#1")
    assert len(github.issues) == 1
    assert waited == [FIRST_PAUSE]


def test_an_answer_that_comes_too_late_is_looked_for(github: FakeGitHub, board: Make) -> None:
    github.faults[2] = Fault(delay=1.5)
    assert board(timeout=1).carry_out(OPEN) == "#1, opened before"
    assert len(github.issues) == 1


def test_a_comment_whose_answer_was_lost_is_not_made_twice(github: FakeGitHub, board: Make) -> None:
    github.file("title", "body")
    github.faults[2] = Fault(lost=True)
    assert board().carry_out(AddComment(1, sign_comment("news", 0))) == "commented before"
    assert len(github.comments[1]) == 1


def test_an_outage_is_one_line(github: FakeGitHub, board: Make) -> None:
    waited: list[float] = []
    github.dead = 0
    with pytest.raises(GitHubError, match=r"^octocat/monitor: GitHub does not answer GET issues: no connection$"):
        board(waited=waited).filed()
    assert waited == [FIRST_PAUSE * 2**number for number in range(MAX_TRIES - 1)]


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("message", [SECONDARY, ABUSE])
def test_who_was_too_quick_waits_as_long_as_told(github: FakeGitHub, board: Make, status: int, message: str) -> None:
    waited: list[float] = []
    github.faults = {2: Fault(status, message, {"Retry-After": "47"}), 4: Fault(status, message)}
    assert board(waited=waited).carry_out(OPEN) == "#1"
    assert waited == [47.0, DEFAULT_RATE_LIMIT_WAIT]


def reset_in(seconds: float) -> dict[str, str]:
    reset = int(datetime.now(UTC).timestamp() + seconds)
    return {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}


def test_a_used_up_quota_is_waited_for(github: FakeGitHub, board: Make) -> None:
    waited: list[float] = []
    github.faults[1] = Fault(403, USED_UP, reset_in(300))
    assert board(waited=waited).filed() == ()
    (seconds,) = waited
    assert 240 < seconds < 305


def test_a_quota_that_is_far_away_is_left_to_the_next_night(github: FakeGitHub, board: Make) -> None:
    waited: list[float] = []
    github.faults[2] = Fault(403, USED_UP, reset_in(MAX_WAIT + 600))
    with pytest.raises(GitHubError, match=r"GitHub answers 403 to POST issues, API rate limit exceeded.*: rate limit"):
        board(waited=waited).carry_out(OPEN)
    assert waited == []


@pytest.mark.parametrize(
    ("status", "message", "meaning"),
    [
        (401, "Bad credentials", "the token is invalid"),
        (403, "Resource not accessible by integration", "the token lacks the permission issues: write"),
        (404, "Not Found", "it does not exist"),
        (410, "Issues has been disabled in this repository.", "issues disabled"),
    ],
)
def test_a_refusal_is_told_and_ends_it(
    github: FakeGitHub, board: Make, status: int, message: str, meaning: str
) -> None:
    github.faults = {1: Fault(status, message), 3: Fault(status, message)}
    with pytest.raises(GitHubError, match=meaning):
        board().filed()
    with pytest.raises(GitHubError, match=message):
        board().carry_out(OPEN)
    assert github.issues == []


def test_a_token_that_was_revoked_in_the_middle_ends_it(github: FakeGitHub, board: Make) -> None:
    one = board()
    one.carry_out(OPEN)
    github.faults[3] = Fault(401, "Bad credentials")
    with pytest.raises(GitHubError, match="the token is invalid"):
        one.carry_out(EditIssue(1, "body"))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (403, "Unable to create comment because issue is locked."),
        (404, "Not Found"),  # moved to a repository that we do not see
        (410, "This issue was deleted"),
        (422, "Validation Failed"),
    ],
)
@pytest.mark.parametrize("step", [AddComment(1, sign_comment("news", 0)), EditIssue(1, "body")])
def test_what_holds_for_one_issue_leaves_the_others(
    github: FakeGitHub, board: Make, status: int, message: str, step: AddComment | EditIssue
) -> None:
    github.file("title", "body")
    github.faults[2 if isinstance(step, AddComment) else 1] = Fault(status, message)
    with pytest.raises(OperationError, match=f"GitHub answers {status}, {message}"):
        board().carry_out(step)


def test_a_label_that_another_job_made_meanwhile_is_there(github: FakeGitHub, board: Make) -> None:
    github.faults[3] = Fault(422, "Validation Failed")  # 1 looks, 2 lists the labels, 3 makes one
    assert board().carry_out(OpenIssue("title", hidden_line(MARK), ("regression",), ("id",))) == "#1"


def test_what_github_says_is_one_visible_line(github: FakeGitHub, board: Make) -> None:
    github.faults[1] = Fault(422, "no\n\u202etitle\x1b[31m")
    with pytest.raises(OperationError, match=r"no \\u202etitle\\x1b\[31m$"):
        board().carry_out(EditIssue(1, "body"))
