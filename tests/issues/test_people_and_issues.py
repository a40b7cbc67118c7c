"""The issues respect what people do to them and write in reviewed files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from monitor.analysis.regressions.regression import RegressionState
from monitor.analysis.regressions.regression_tracker import FailingCell
from monitor.issues.settings import IssueSettings
from support.fake_github import FakeGitHub
from support.issue_nights import A, B, close, kinds

Make = Callable[..., Any]


def test_what_a_person_closed_stays_closed(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    at_once = IssueSettings(close_after=1)
    nights = [*good(1), *bad(2)]
    notify(read(*nights), at_once)
    close(github.issues[0])
    assert notify(read(*nights, *bad(3)), at_once) == ()
    # The person was right: it was fixed. If the failure comes back, the issue says so.
    assert kinds(notify(read(*nights, *bad(3), *good(4)), at_once)) == ["EditIssue"]
    assert kinds(notify(read(*nights, *bad(3), *good(4), *bad(5)), at_once)) == ["AddComment", "EditIssue"]
    assert github.issues[0]["state"] == "open"


def test_what_a_person_closed_as_not_planned_stays_closed_for_ever(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    at_once = IssueSettings(close_after=1)
    nights = [*good(1), *bad(2)]
    notify(read(*nights), at_once)
    close(github.issues[0], "not_planned")
    for later in (bad(3), good(4), bad(5)):
        nights += later
        assert notify(read(*nights), at_once) == ()


def test_what_a_person_opened_again_stays_open(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    at_once = IssueSettings(close_after=1)
    nights = [*good(1), *bad(2)]
    notify(read(*nights), at_once)
    notify(read(*nights, *good(3)), at_once)
    github.issues[0].update(state="open", state_reason="reopened")
    assert notify(read(*nights, *good(3, 4)), at_once) == ()
    assert kinds(notify(read(*nights, *good(3, 4), *bad(5)), at_once)) == ["EditIssue"]


def test_a_muted_issue_is_left_alone(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    at_once = IssueSettings(close_after=1)
    notify(read(*good(1), *bad(2)), at_once)
    github.issues[0]["labels"].append(github.label("mute"))
    assert notify(read(*good(1), *bad(2, 3)), at_once) == ()
    assert notify(read(*good(1), *bad(2), *good(3)), at_once) == ()
    github.issues[0]["labels"].pop()
    assert kinds(notify(read(*good(1), *bad(2), *good(3)), at_once)) == ["AddComment", "EditIssue"]


def test_a_locked_issue_is_edited_without_a_word(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    at_once = IssueSettings(close_after=1)
    notify(read(*good(1), *bad(2)), at_once)
    github.issues[0]["locked"] = True
    assert kinds(notify(read(*good(1), *bad(2), *good(3)), at_once)) == ["EditIssue"]
    assert github.issues[0]["state"] == "closed"


def test_a_persons_title_and_labels_are_kept(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    nights = [*good(1), *good(1, target="gpu"), *bad(2)]
    notify(read(*nights))
    issue = github.issues[0]
    issue["title"] = "ours: see the other tracker"
    issue["labels"] = [github.label("help wanted")]
    notify(read(*nights, *bad(2, target="gpu")))
    assert issue["title"] == "ours: see the other tracker"
    assert [label["name"] for label in issue["labels"]] == ["help wanted", "target: gpu"]


def test_a_deleted_label_is_neither_missed_nor_put_back(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    nights = [*good(1), *bad(2)]
    notify(read(*nights))
    github.labels.clear()
    github.issues[0]["labels"] = []
    assert notify(read(*nights)) == ()
    notify(read(*nights, *bad(3, cases=(A, B))))
    assert [len(issue["labels"]) for issue in github.issues] == [0, 4]
    assert github.labels["regression"]["description"]


def test_what_is_excused_for_a_while_calls_nobody(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    nights = [*good(1), *bad(2)]

    def excuse(bad: FailingCell) -> RegressionState:
        return RegressionState.MUTED

    assert notify(read(*nights, excuse=excuse)) == ()
    notify(read(*nights))
    assert notify(read(*nights, *bad(3), excuse=excuse)) == ()
    assert github.issues[0]["state"] == "open"


def test_what_is_accepted_is_closed_until_the_entry_ends(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    nights = [*good(1), *bad(2)]
    notify(read(*nights))
    notify(read(*nights, excuse=lambda bad: RegressionState.EXPECTED))
    assert (github.issues[0]["state"], github.issues[0]["state_reason"]) == ("closed", "not_planned")
    assert notify(read(*nights, excuse=lambda bad: RegressionState.EXPECTED)) == ()
    notify(read(*nights))
    assert github.issues[0]["state"] == "open"


def test_the_owners_are_called(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    owners = {("cpu", "jax"): ("octocat", "org/team"), ("gpu", "jax"): ("hubot",)}
    notify(read(*good(1), *bad(2)), IssueSettings(owners=owners))
    body = github.issues[0]["body"]
    assert "\ncc @octocat @org/team\n" in body
    assert body.count("@") == 2
