"""The life of an issue: opened, kept up to date, closed, reopened; and what people do to it is respected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor.analysis.outcomes.outcome_changes import INCIDENT_MIN_CASES
from monitor.analysis.regressions.regression import RegressionState
from monitor.analysis.regressions.regression_tracker import FailingCell
from monitor.issues.grouping import MAX_SINGLE_ISSUES
from monitor.issues.issue_metadata import find_metadata
from monitor.issues.operations import OpenIssue
from monitor.issues.settings import CLOSE_AFTER, IssueSettings
from monitor.reports.affected_share import affected_share
from monitor.reports.regressions_text import regressions_text
from support.fake_github import BOT, FakeGitHub

Make = Callable[..., Any]
A, B, C, D = (f"jax/jax.{name}/eager" for name in "abcd")


@pytest.fixture
def good(night: Make) -> Make:
    """Nights on which everything is good."""
    return lambda *days, **options: [night(day, dict.fromkeys((A, B, C, D), "pass"), **options) for day in days]


@pytest.fixture
def bad(night: Make) -> Make:
    """Nights on which some cases are bad."""

    def make(*days: int, cases: tuple[str, ...] = (A,), **options: object) -> list[Any]:
        outcomes = {case: "error" if case in cases else "pass" for case in (A, B, C, D)}
        return [night(day, outcomes, **options) for day in days]

    return make


def kinds(tasks: Any) -> list[str]:
    return [type(step).__name__ for task in tasks for step in task]


def close(issue: dict[str, Any], reason: str = "completed") -> None:
    """Action of a person on an issue."""
    issue.update(state="closed", state_reason=reason)


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


def test_what_left_the_suite_is_closed(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make, night: Make
) -> None:
    nights = [*good(1), *bad(2)]
    notify(read(*nights))
    notify(read(*nights, night(3, {B: "pass", C: "pass", D: "pass"})))
    assert (github.issues[0]["state"], github.issues[0]["state_reason"]) == ("closed", "not_planned")


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


def test_the_owners_are_called(github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make) -> None:
    owners = {("cpu", "jax"): ("octocat", "org/team"), ("gpu", "jax"): ("hubot",)}
    notify(read(*good(1), *bad(2)), IssueSettings(owners=owners))
    body = github.issues[0]["body"]
    assert "\ncc @octocat @org/team\n" in body
    assert body.count("@") == 2


def rated_flaky(bad: FailingCell) -> RegressionState:
    """As the history rates a case that went and came back too often."""
    return RegressionState.FLAKY


@pytest.fixture
def disagree(night: Make) -> Make:
    """Nights on which fresh workers disagree on some cases."""

    def make(*days: int, cases: tuple[str, ...] = (A,), **options: object) -> list[Any]:
        outcomes = {case: "flaky" if case in cases else "pass" for case in (A, B, C, D)}
        return [night(day, outcomes, **options) for day in days]

    return make


def said(github: FakeGitHub) -> list[str]:
    return [comment["body"].splitlines()[0] for comment in github.comments[1]]


def now(github: FakeGitHub) -> str:
    """Return the status line of the only issue."""
    (issue,) = github.issues
    (line,) = (line for line in issue["body"].splitlines() if line.startswith("| status |"))
    return str(line)


def test_bad_then_flaky_then_bad_then_good(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make, disagree: Make
) -> None:
    """Every night the issue states its status, and reports each change once."""
    nights = [*good(1), *bad(2)]
    notify(read(*nights))
    assert "1 of 1 case and 1 of 1 function bad" in now(github)
    nights += disagree(3)
    notify(read(*nights))
    assert "flaky: 1 remaining case, not counted as failing" in now(github)
    assert said(github)[-1].startswith("Flaky: 1 remaining case on `cpu`")
    assert notify(read(*nights)) == ()
    nights += bad(4)
    notify(read(*nights))
    assert "1 of 1 case and 1 of 1 function bad" in now(github)
    assert said(github)[-1].startswith("The failure is back in `jax==2`: 1 case of 1 function on `cpu`.")
    assert notify(read(*nights)) == ()
    for day in range(5, 5 + CLOSE_AFTER):
        assert github.issues[0]["state"] == "open"
        nights += good(day)
        notify(read(*nights))
    assert (github.issues[0]["state"], github.issues[0]["state_reason"]) == ("closed", "completed")
    assert len(said(github)) == 3


def test_what_stays_flaky_is_closed_and_opens_again_when_it_is_bad_for_sure(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make, disagree: Make
) -> None:
    nights = [*good(1), *bad(2)]
    notify(read(*nights))
    for day in range(3, 3 + CLOSE_AFTER):
        nights += disagree(day)
        notify(read(*nights))
        assert github.issues[0]["state"] == "open"
        assert "flaky" in now(github)
    nights += disagree(3 + CLOSE_AFTER)
    notify(read(*nights))
    assert (github.issues[0]["state"], github.issues[0]["state_reason"]) == ("closed", "not_planned")
    assert said(github)[-1].startswith("The remaining cases stayed flaky")
    assert notify(read(*nights, *disagree(10))) == ()
    notify(read(*nights, *bad(10)))
    assert (github.issues[0]["state"], len(github.issues)) == ("open", 1)
    assert "1 of 1 case and 1 of 1 function bad" in now(github)


def test_a_case_that_the_history_rates_as_flaky_is_told_of_too(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    nights = [*good(1), *bad(2)]
    assert notify(read(*nights, excuse=rated_flaky)) == ()  # what is flaky from the start has no issue
    notify(read(*nights))
    notify(read(*nights, excuse=rated_flaky))
    assert "flaky" in now(github)
    assert said(github)[-1].startswith("Flaky: ")


def test_of_several_cases_one_that_became_flaky_is_named_in_numbers(
    github: FakeGitHub, notify: Make, read: Make, night: Make, good: Make, bad: Make
) -> None:
    nights = [*good(1), *bad(2, cases=(A, B))]
    notify(read(*nights))
    nights.append(night(3, {A: "flaky", B: "error", C: "pass", D: "pass"}))
    notify(read(*nights))
    assert "2 of 2 cases and 2 of 2 functions bad, 1 case flaky" in now(github)
    assert said(github) == ["- Flaky now, among the failing cases: 1 case."]
    assert "| ≈ flaky" in github.issues[0]["body"] or "flaky | 1 |" in github.issues[0]["body"]


def test_a_person_who_closed_a_flaky_one_is_heeded(
    github: FakeGitHub, notify: Make, read: Make, good: Make, bad: Make, disagree: Make
) -> None:
    nights = [*good(1), *bad(2)]
    notify(read(*nights))
    notify(read(*nights, *disagree(3)))
    close(github.issues[0])
    assert notify(read(*nights, *disagree(3), *bad(4))) == ()
    close(github.issues[0], "not_planned")
    assert notify(read(*nights, *disagree(3), *good(*range(4, 9)), *bad(9))) == ()


@pytest.mark.parametrize("open_", [True, False])
def test_no_open_issue_of_ours_stands_unsaid(
    github: FakeGitHub, notify: Make, read: Make, night: Make, open_: bool
) -> None:
    """Over many nights of a case that passes, fails or is flaky: whatever comes, an open issue says how it stands."""
    outcomes = ["pass", "error", "flaky", "flaky", "error", "pass", "error", "error", "flaky", "pass", "pass", "error"]
    nights: list[Any] = []
    words = {"error": "function bad", "flaky": "flaky: 1 remaining case", "pass": "fixed in"}
    for day, outcome in enumerate(outcomes if open_ else outcomes[1:] + outcomes, start=1):
        nights.append(night(day, {A: outcome, B: "pass", C: "pass", D: "pass"}))
        notify(read(*nights))
        if github.issues and github.issues[0]["state"] == "open":
            assert words[outcome] in now(github), (day, outcome)


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
