"""Build the pages of regressions: one for each, and a list with slowdowns and flaky cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from monitor.analysis.latency.slowdown_tracker import LatencyNight, Slowdown, SlowdownStatus
from monitor.analysis.outcomes.flakiness import FlakinessRating
from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.analysis.regressions.regression_tracker import RegressionKind
from monitor.github.commit_ranges import CommitRange, between_builds
from monitor.model import Run
from monitor.reports.slowdown_text import ONLY_COUNTED, drift_text
from monitor.site.incremental import input_digest

# Most regressions listed per state; the JSON has all, and each has a page.
MAX_LISTED = 100
# Most cases on the page of a regression; the pages of its builds and runs have more.
MAX_CASES = 100
# Suspects are mostly chance: a few are named, the rest is counted.
MAX_SUSPECTS = 5
# Most flaky cases listed. One broken build can make thousands of cases inconsistent once.
MAX_FLAKY = 200


@dataclass(frozen=True)
class RegressionSource:
    """Regression with a page. `digest` covers all inputs of the page; `commits` is the range with its cause."""

    regression: Regression
    digest: str
    commits: CommitRange


@dataclass(frozen=True)
class LatencySummary:
    """Slowdowns in the newest run of a series.

    `slowdowns` were measured next to the last good build; `suspects` were not. `remarks` describe the drift common to
    all cases, and cases that were not measured.
    """

    run: Run
    slowdowns: tuple[Slowdown, ...]
    suspects: tuple[Slowdown, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class RegressionsPage:
    """Content of the list of regressions, by state, newest first.

    `median_detection_days` is the median time to detection of `timed` regressions; None if there are none.
    `has_backfilled` is true if others were found in old builds. `flaky` are the flaky cells, most inconsistent first;
    `proven_flaky` is the number of those that are proven.
    """

    groups: tuple[tuple[RegressionState, tuple[Regression, ...]], ...]
    median_detection_days: float | None
    timed: int
    has_backfilled: bool
    latencies: tuple[LatencySummary, ...]
    flaky: tuple[FlakinessRating, ...]
    proven_flaky: int


def regression_sources(found: Sequence[Regression], on_main: Mapping[str, str]) -> tuple[RegressionSource, ...]:
    """Return every regression. `on_main` maps PyTorch's nightly commits to those of `main`."""
    return tuple(
        _regression_source(one, between_builds(one.framework, one.last_good, one.first_bad, on_main)) for one in found
    )


def _regression_source(one: Regression, commits: CommitRange) -> RegressionSource:
    return RegressionSource(one, _page_digest(one, commits), commits)


def _page_digest(one: Regression, commits: CommitRange) -> str:
    """Return the input digest of the page, without each cell's newest build: it changes nightly and is not shown."""
    bad = [(each.cell, each.outcome, each.message, each.slower, each.instead) for each in one.bad]
    return input_digest(replace(one, bad=()), bad, commits)


def regressions_page(
    found: Sequence[Regression], nights: Sequence[LatencyNight], ratings: Sequence[FlakinessRating]
) -> RegressionsPage:
    groups = [(state, tuple(one for one in reversed(found) if one.state is state)) for state in RegressionState]
    days = [one.detection.days for one in found if one.detection]
    return RegressionsPage(
        tuple((state, group) for state, group in groups if group),
        median(days) if days else None,
        len(days),
        any(one.detection is None and one.kind is not RegressionKind.SLOWER for one in found),
        tuple(pace for night in nights if (pace := _latency_summary(night))),
        tuple(ratings),
        sum(rating.flaky for rating in ratings),
    )


def _latency_summary(night: LatencyNight) -> LatencySummary | None:
    slowdowns = tuple(one for one in night.slowdowns if one.status not in ONLY_COUNTED)
    suspects = night.of(SlowdownStatus.SUSPECT)
    common = (drift_text(night.drift),) if night.drift else ()
    if not (slowdowns or suspects or common):
        return None
    return LatencySummary(night.run, slowdowns, suspects, (*common, *night.notes))
