"""Issues are opened, kept up to date, closed and reopened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from monitor.issues.settings import CLOSE_AFTER, IssueSettings
from monitor.reports.affected_share import affected_share
from monitor.reports.regressions_text import regressions_text
from support.fake_github import FakeGitHub
from support.issue_nights import A, B, C, D, kinds

Make = Callable[..., Any]


def test_a_regression_has_an_issue(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    notify(read(*good(1), *bad(2)))
    (issue,) = github.issues
    assert issue["title"] == "jax.a: pass → error on cpu since jax 2"
    assert [label["name"] for label in issue["labels"]] == [
        "regression",
        "framework: jax",
        "kind: functions",
        "target: cpu",
    ]
    assert github.labels["regression"]["color"] == "b60205"
    assert "`jax==1`" in issue["body"]
    assert "`why error`" in issue["body"]


def test_the_same_night_again_writes_nothing(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    history = read(*good(1), *bad(2))
    notify(history)
    writes = len(github.writes)
    github.issues[0]["body"] = github.issues[0]["body"].replace("\n", "\r\n")  # as a browser sends it
    assert notify(history) == ()
    assert len(github.writes) == writes


def test_nothing_bad_is_nothing_to_do(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    assert notify(read(*good(1), *bad(2), *good(3))) == ()
    assert github.writes == []


def test_another_night_that_is_as_bad_is_no_news(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    notify(read(*good(1), *bad(2)))
    assert kinds(notify(read(*good(1), *bad(2, 3)))) == ["EditIssue"]
    assert "1 of 1 case and 1 of 1 function bad in `jax==3`" in github.issues[0]["body"]
    assert github.comments[1] == []


def test_other_hardware_is_news(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    nights = [*good(1), *good(1, target="gpu"), *bad(2)]
    notify(read(*nights))
    assert kinds(notify(read(*nights, *bad(2, target="gpu")))) == ["AddComment", "EditIssue"]
    (comment,) = github.comments[1]
    assert comment["body"].startswith("- Now also on `gpu`.")
    assert {"name": "target: gpu"}.items() <= github.issues[0]["labels"][-1].items()
    assert github.issues[0]["title"] == "jax.a: pass → error on cpu, gpu since jax 2"


def test_news_that_comes_twice_is_told_twice(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    nights = [*good(1), *good(1, target="gpu"), *bad(2), *bad(2, target="gpu")]
    notify(read(*nights))
    for later in (good(3, target="gpu"), bad(4, target="gpu"), good(5, target="gpu"), bad(6, target="gpu")):
        nights += later
        notify(read(*nights))
    said = [comment["body"].splitlines()[0] for comment in github.comments[1]]
    assert said[::2] == ["- No longer on `gpu`."] * 2
    assert len(said) == 4


def test_growth_is_news_when_it_doubles(github: FakeGitHub, notify: Make, read: Make, night: Make) -> None:
    def suite(name: str, day: int, bad: int) -> list[Any]:
        """A suite is run for the first time, on the last good build and on the first bad one."""
        cases = [f"jax/jax.{name}{number}/eager" for number in range(60)]
        worse = {case: "error" if number < bad else "pass" for number, case in enumerate(cases)}
        return [
            night(day, dict.fromkeys(cases, "pass"), version="1", suite=name),
            night(day + 1, worse, version="2", suite=name),
        ]

    notify(read(*suite("paper", 1, bad=4)))
    assert kinds(notify(read(*suite("paper", 1, bad=4), *suite("harness", 3, bad=3)))) == ["EditIssue"]
    assert kinds(notify(read(*suite("paper", 1, bad=4), *suite("harness", 3, bad=4)))) == ["AddComment", "EditIssue"]
    assert github.comments[1][0]["body"].startswith("- Now 8 cases of 8 functions on `cpu`; before, 4 functions.")


def test_a_closer_look_is_news(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    notify(read(*good(1), *bad(5)))
    notify(read(*good(1), *bad(5), *bad(3)))
    (comment,) = github.comments[1]
    assert comment["body"].startswith("- The change lies between `jax==1` and `jax==3`.")
    assert github.issues[0]["title"].endswith("since jax 3")


def test_what_is_mended_is_closed_after_some_good_nights(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    before = [*good(1), *bad(2)]
    notify(read(*before))
    for nights in range(1, CLOSE_AFTER):
        assert kinds(notify(read(*before, *good(*range(3, 3 + nights))))) == ["EditIssue"]
        assert github.issues[0]["state"] == "open"
    assert f"fixed in `jax==3`, and good for {CLOSE_AFTER - 1} of {CLOSE_AFTER} nights" in github.issues[0]["body"]
    assert kinds(notify(read(*before, *good(*range(3, 3 + CLOSE_AFTER))))) == ["AddComment", "EditIssue"]
    assert (github.issues[0]["state"], github.issues[0]["state_reason"]) == ("closed", "completed")
    assert github.comments[1][0]["body"].startswith("Fixed in `jax==3`, and good since.")
    assert notify(read(*before, *good(*range(3, 9)))) == ()


def test_a_night_that_observed_little_is_no_good_night(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make, night: Make
) -> None:
    once = IssueSettings(close_after=2)
    half = night(4, {A: "pass", B: "blocked", C: "blocked", D: "blocked"})
    notify(read(*good(1), *bad(2)), once)
    notify(read(*good(1), *bad(2), *good(3), half), once)
    assert github.issues[0]["state"] == "open"
    notify(read(*good(1), *bad(2), *good(3), half, *good(5)), once)
    assert github.issues[0]["state"] == "closed"


def test_what_comes_back_is_reopened(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    at_once = IssueSettings(close_after=1)
    nights = [*good(1), *bad(2)]
    for later in (good(3), bad(4), good(5), bad(6)):
        notify(read(*nights), at_once)
        nights += later
    assert kinds(notify(read(*nights), at_once)) == ["AddComment", "EditIssue"]
    (issue,) = github.issues
    assert (issue["state"], issue["state_reason"]) == ("open", "reopened")
    said = [comment["body"].splitlines()[0] for comment in github.comments[1]]
    assert said == [
        "Fixed in `jax==3`, and good since.",
        "The failure is back in `jax==4`: 1 case of 1 function on `cpu`.",
        "Fixed in `jax==5`, and good since.",
        "The failure is back in `jax==6`: 1 case of 1 function on `cpu`.",
    ]


def test_what_left_the_suite_is_closed(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make, night: Make
) -> None:
    nights = [*good(1), *bad(2)]
    notify(read(*nights))
    notify(read(*nights, night(3, {B: "pass", C: "pass", D: "pass"})))
    assert (github.issues[0]["state"], github.issues[0]["state_reason"]) == ("closed", "not_planned")


def test_numbers_of_a_reopened_issue_are_those_of_its_page(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    at_once = IssueSettings(close_after=1)
    nights = [*good(1), *bad(2, cases=(A, B))]
    for later in (good(3), bad(4)):
        notify(read(*nights), at_once)
        nights += later
    history = read(*nights)
    notify(history, at_once)
    ((one,), _) = history
    assert github.issues[0]["state"] == "open"
    assert affected_share([one]) == "1 of 2 cases and 1 of 2 functions bad"
    assert f"| status | {affected_share([one])} in `jax==4` |" in github.issues[0]["body"]
    assert regressions_text([one], {}).splitlines()[1].strip().startswith(affected_share([one]))
