"""Whose doing it is that a case turned worse: the last good build, asked the same, has a say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from monitor.model import Comparison, Outcome, Reason


class Attribution(StrEnum):
    """What a case that turned worse is put down to."""

    BUILD = "build"  # the last good build still passes, and the new one fails
    ENVIRONMENT = "environment"  # both fail, though the case passed under the last good build
    NOBODY = "nobody"  # one of them now passes and now fails, or the good one alone does
    UNTOLD = "untold"  # nobody asked the last good build, or its answers tell nothing


def blames(comparisons: Iterable[Comparison], passed: Callable[[str, str], bool]) -> dict[str, Attribution]:
    """The blame for each case that turned; `passed` tells whether a case, under a build, once did."""
    turned = (one for one in comparisons if one.reason is Reason.TURNED)
    return {one.case: blame(one, passed=passed(one.case, one.good.build)) for one in turned}


def blame(comparison: Comparison, *, passed: bool) -> Attribution:
    """The blame for one case, from fresh processes of both builds.

    `passed` is whether the history has it that the case passed under the good one: only then is a failure there the
    environment's. A build that did not list the case, or never passed it, tells nothing.
    """
    good, new = set(comparison.good.outcomes), set(comparison.new.outcomes)
    if not good or Outcome.PASS not in good | new:
        return Attribution.ENVIRONMENT if good and passed else Attribution.UNTOLD
    return Attribution.BUILD if good == {Outcome.PASS} and Outcome.PASS not in new else Attribution.NOBODY
