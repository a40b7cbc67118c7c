"""Many regressions share an issue, and one regression has a single issue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from monitor.analysis.outcomes.outcome_changes import INCIDENT_MIN_CASES
from monitor.issues.grouping import MAX_SINGLE_ISSUES
from monitor.issues.issue_metadata import find_metadata
from monitor.issues.operations import OpenIssue
from monitor.issues.settings import IssueSettings
from support.fake_github import BOT, FakeGitHub

Make = Callable[..., Any]


def many(night: Make, number: int, total: int) -> list[Any]:
    """Two nights: on the second, so many cases of so many say each something of its own."""
    names = [f"jax/jax.f{one:03}/eager" for one in range(total)]
    worse = {name: "error" if position < number else "pass" for position, name in enumerate(names)}
    says = {name: f"the {chr(97 + one % 26)}{chr(97 + one // 26)} is off" for one, name in enumerate(names[:number])}
    return [night(1, dict.fromkeys(names, "pass")), night(2, worse, says=says)]


def test_a_few_have_an_issue_each(github: FakeGitHub, notify: Make, read: Make, night: Make) -> None:
    notify(read(*many(night, MAX_SINGLE_ISSUES, 100)))
    assert len(github.issues) == MAX_SINGLE_ISSUES


def test_many_in_a_night_are_one_issue(github: FakeGitHub, notify: Make, read: Make, night: Make) -> None:
    at_once = IssueSettings(close_after=1)
    nights = many(night, MAX_SINGLE_ISSUES + 9, 100)
    notify(read(*nights), at_once)
    (issue,) = github.issues
    assert issue["title"] == f"jax: {MAX_SINGLE_ISSUES + 9} regressions on cpu since jax 2"
    assert len(find_metadata(issue["body"]).covers) == MAX_SINGLE_ISSUES + 9  # type: ignore[union-attr]
    assert notify(read(*nights), at_once) == ()
    mended = night(3, {one.case: "pass" for one in nights[0].observations})
    notify(read(*nights, mended), at_once)
    assert issue["state"] == "closed"


def test_a_broken_build_is_one_issue(github: FakeGitHub, notify: Make, read: Make, night: Make) -> None:
    notify(read(*many(night, 60, 100)))
    (issue,) = github.issues
    assert INCIDENT_MIN_CASES < 60
    assert issue["title"] == "jax 2 is broken on cpu: 60 cases at once"
    assert "kind: incident" in [label["name"] for label in issue["labels"]]
    assert "[[expected]]" not in issue["body"]


def test_two_issues_of_one_regression_become_one(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    history = read(*good(1), *bad(2))
    notify(history)
    github.file(github.issues[0]["title"], github.issues[0]["body"], user=github.user(BOT))
    notify(history)
    assert [(one["state"], one["state_reason"]) for one in github.issues] == [("open", None), ("closed", "duplicate")]
    assert github.comments[2][0]["body"].startswith("Duplicate of #1.")
    assert notify(history) == ()


def test_a_strangers_copy_of_a_mark_is_nothing(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    history = read(*good(1), *bad(2))
    notify(history)
    (ours,) = github.issues
    github.issues.clear()
    stranger = github.file("mine", ours["body"], user=github.user("mallory"))
    notify(history)
    assert (stranger["state"], len(github.issues)) == ("open", 2)


def test_ours_are_found_among_many(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    for number in range(120):
        github.file(f"question {number}", "", user=github.user("octocat"))
    history = read(*good(1), *bad(2))
    notify(history)
    for number in range(120):
        github.file(f"answer {number}", "", user=github.user("octocat"))
    assert notify(history) == ()


def test_an_issue_that_another_job_opened_meanwhile_is_not_opened_again(
    github: FakeGitHub, notify: Make, board: Make, read: Make, good: Make, bad: Make
) -> None:
    history = read(*good(1), *bad(2))
    late = board()
    assert late.filed() == ()
    notify(history)
    opened = find_metadata(github.issues[0]["body"])
    assert opened
    assert late.carry_out(OpenIssue("again", "", (), opened.covers)) == "#1, opened before"
    assert len(github.issues) == 1
