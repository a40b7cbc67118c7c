"""A night that is cut off between any two requests, and the one that goes on, come to the same as one without a cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy, deepcopy
from typing import Any

import pytest

from monitor.github.client import GitHubClient
from monitor.github.responses import GitHubError
from monitor.issues.github_issues import IssueTracker
from monitor.issues.issue_plan import plan_issues
from monitor.issues.settings import IssueSettings
from support.fake_github import BOT, REPOSITORY, TOKEN, FakeGitHub, Fault, serve

Make = Callable[..., Any]
A, B, C, D, E = (f"jax/jax.{name}/eager" for name in "abcde")
SETTINGS = IssueSettings(close_after=1)


SAYS = {A: "no kernel", B: "wrong shape", C: "out of range", D: "not implemented", E: "bad dtype"}


@pytest.fixture
def histories(read: Make, night: Make) -> tuple[Any, ...]:
    """Nights at the end of which there are issues to open, to comment, to close and to reopen."""

    def one(day: int, *bad: str, target: str = "cpu") -> Any:
        return night(day, {case: "error" if case in bad else "pass" for case in SAYS}, says=SAYS, target=target)

    nights = [one(1), one(1, target="gpu"), one(2, C)]
    third, fourth = [one(3, A, B)], [one(4, B, C, D, E), one(4, B, target="gpu")]
    return read(*nights), read(*nights, *third), read(*nights, *third, *fourth)


def bring_up_to_date(github: FakeGitHub, history: Any) -> None:
    where = {"token": TOKEN, "api": github.url}
    board = IssueTracker(
        GitHubClient(REPOSITORY, permission="issues: write", **where, sleep=lambda seconds: None, write_interval=0), BOT
    )
    for task in plan_issues(*history, board.filed(), SETTINGS):
        for step in task:
            board.carry_out(step)


@pytest.fixture
def cut_night(histories: tuple[Any, ...]) -> Iterator[Callable[[int | None, Fault | None], FakeGitHub]]:
    """A GitHub after a night that ended with a request, and was then run again."""
    with serve(FakeGitHub()) as github:
        for history in histories[:-1]:
            bring_up_to_date(github, history)
        before = deepcopy((github.issues, github.comments, github.labels))

        def make(last: int | None, fault: Fault | None) -> FakeGitHub:
            github.issues, github.comments, github.labels = deepcopy(before)
            github.requests = []
            if last is not None:
                github.dead = last
                github.faults = {last: fault} if fault else {}
                with pytest.raises(GitHubError):
                    bring_up_to_date(github, histories[-1])
                github.dead, github.faults = None, {}
            bring_up_to_date(github, histories[-1])
            return copy(github)

        yield make
    assert github.violations == []


@pytest.mark.no_cover  # other tests go through the same steps, uncut
def test_the_end_is_the_same_whatever_was_cut(cut_night: Callable[..., FakeGitHub]) -> None:
    uncut = cut_night(None, None)
    methods = [method for method, _ in uncut.requests]
    assert [one["state"] for one in uncut.issues] == ["open", "closed", "open", "open", "open"]
    assert [len(uncut.comments[number]) for number in (1, 2, 3, 4, 5)] == [2, 1, 1, 0, 0]
    for last in range(1, len(methods)):
        assert cut_night(last, None).state() == uncut.state(), f"after request {last}"
        if methods[last - 1] != "GET":  # it was carried out, and nobody heard of it
            assert cut_night(last, Fault(lost=True)).state() == uncut.state(), f"after request {last} without answer"
