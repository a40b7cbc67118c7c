"""Attribute a regression to the build or the environment, by rerunning the case under the last good build."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from monitor.model import Comparison, Outcome, Reason


class Attribution(StrEnum):
    """Cause of a regression."""

    BUILD = "build"  # the last good build still passes, and the new one fails
    ENVIRONMENT = "environment"  # both fail, though the case passed under the last good build
    INCONCLUSIVE = "inconclusive"  # one of them both passes and fails, or only the last good build fails
    UNKNOWN = "unknown"  # no rerun of the last good build, or one that decides nothing


def attributions(comparisons: Iterable[Comparison], passed: Callable[[str, str], bool]) -> dict[str, Attribution]:
    """Return the cause of each regression by case. `passed(case, build)` is True if the history has such a pass."""
    turned = (one for one in comparisons if one.reason is Reason.TURNED)
    return {one.case: attribute(one, passed=passed(one.case, one.good.build)) for one in turned}


def attribute(comparison: Comparison, *, passed: bool) -> Attribution:
    """Return the cause of one regression, from fresh processes of both builds.

    `passed` is True if the history has a pass of the case under the good build. Only then is its failure there the
    environment's: a build that did not have the case, or never passed it, decides nothing.
    """
    good, new = set(comparison.good.outcomes), set(comparison.new.outcomes)
    if not good or Outcome.PASS not in good | new:
        return Attribution.ENVIRONMENT if good and passed else Attribution.UNKNOWN
    return Attribution.BUILD if good == {Outcome.PASS} and Outcome.PASS not in new else Attribution.INCONCLUSIVE
