"""A nightly of PyTorch names a commit of branch nightly: an issue compares those of main, or says that it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from monitor.analysis.regressions import Regression
from monitor.model import Build, Channel
from monitor.reporting.commits import CommitUnknownError
from monitor.reporting.notify.news import news, told
from monitor.reporting.notify.plan import plan
from monitor.reporting.notify.reports import report
from monitor.reporting.notify.settings import Settings
from monitor.reporting.notify.steps import Open

MAIN = {"1" * 40: "a" * 40, "2" * 40: "b" * 40}
GOOD, BAD = (
    Build("torch", f"2.16.0.dev202611{day}", Channel.NIGHTLY, commit=commit)
    for day, commit in zip((23, 24), MAIN, strict=True)
)


def of_main(repository: str, commit: str) -> str:
    assert repository == "pytorch/pytorch"
    return f"2026-11-24 nightly release ({MAIN[commit]})"


def no_answer(repository: str, commit: str) -> str:
    raise CommitUnknownError(f"https://api.example.org/{repository}/{commit}: no answer")


@pytest.fixture
def one(read: Callable[..., Any], night: Callable[..., Any]) -> Regression:
    """A regression between two nightlies of PyTorch."""
    case = "jax/jax.a/eager"
    ((found,), _) = read(night(1, {case: "pass"}), night(2, {case: "error"}))
    return replace(found, framework="torch", last_good=GOOD, first_bad=BAD)


@pytest.mark.parametrize(
    ("subject", "link"),
    [
        (of_main, f"[the commits](https://github.com/pytorch/pytorch/compare/{'a' * 40}...{'b' * 40})"),
        (
            no_answer,
            "[the commits of branch nightly, not looked up on main]"
            f"(https://github.com/pytorch/pytorch/compare/{'1' * 40}...{'2' * 40})",
        ),
    ],
)
def test_an_issue_links_the_commits_and_says_of_which_branch(
    subject: Callable[[str, str], str], link: str, one: Regression
) -> None:
    settings = Settings(subject=subject)
    ((step,),) = plan([one], [], [], settings)
    assert isinstance(step, Open)
    assert f"| between | {link} |" in step.body
    assert "api.example.org" not in step.body  # the body stays the same, whatever the network says


def test_a_comment_does_too(one: Regression) -> None:
    known = replace(told(report([one], [])), last_good="torch==2.16.0.dev20261101")
    said = news(known, report([one], []), Settings(subject=of_main))
    assert f"Between them are [the commits](https://github.com/pytorch/pytorch/compare/{'a' * 40}..." in said
