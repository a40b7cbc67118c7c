"""A nightly of PyTorch names a commit of branch nightly: an issue compares those of main, or says that it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from monitor.analysis.regressions.regression import Regression
from monitor.issues.comments import notified_state, update_comment
from monitor.issues.grouping import make_report
from monitor.issues.issue_plan import plan_issues
from monitor.issues.operations import OpenIssue
from monitor.issues.settings import IssueSettings
from monitor.model import Build, Channel

MAIN = {"1" * 40: "a" * 40, "2" * 40: "b" * 40}
GOOD, BAD = (
    Build("torch", f"2.16.0.dev202611{day}", Channel.NIGHTLY, commit=commit)
    for day, commit in zip((23, 24), MAIN, strict=True)
)


@pytest.fixture
def one(read: Callable[..., Any], night: Callable[..., Any]) -> Regression:
    """A regression between two nightlies of PyTorch."""
    case = "jax/jax.a/eager"
    ((found,), _) = read(night(1, {case: "pass"}), night(2, {case: "error"}))
    return replace(found, framework="torch", last_good=GOOD, first_bad=BAD)


@pytest.mark.parametrize(
    ("on_main", "link"),
    [
        (MAIN, f"[the commits](https://github.com/pytorch/pytorch/compare/{'a' * 40}...{'b' * 40})"),
        (
            {"1" * 40: "a" * 40},  # one is not enough
            "[the commits of branch nightly, not resolved to main]"
            f"(https://github.com/pytorch/pytorch/compare/{'1' * 40}...{'2' * 40})",
        ),
    ],
)
def test_an_issue_links_the_commits_and_says_of_which_branch(
    on_main: dict[str, str], link: str, one: Regression
) -> None:
    settings = IssueSettings(on_main=on_main)
    ((step,),) = plan_issues([one], [], [], settings)
    assert isinstance(step, OpenIssue)
    assert f"| commits | {link} |" in step.body


def test_a_comment_does_too(one: Regression) -> None:
    known = replace(notified_state(make_report([one], [])), last_good="torch==2.16.0.dev20261101")
    said = update_comment(known, make_report([one], []), IssueSettings(on_main=MAIN))
    assert f"See [the commits](https://github.com/pytorch/pytorch/compare/{'a' * 40}..." in said
