"""The issues of flaky cases state their status every night."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor.analysis.regressions.regression import RegressionState
from monitor.analysis.regressions.regression_tracker import FailingCell
from monitor.issues.settings import CLOSE_AFTER
from support.fake_github import FakeGitHub
from support.issue_nights import A, B, C, D, close

Make = Callable[..., Any]


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
