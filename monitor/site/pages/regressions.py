"""The pages of regressions: one for each, and one of what is open, what was mended, what is slower, what is flaky."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from monitor.analysis.latency.slowdown_tracker import LatencyNight, Slowdown, SlowdownStatus
from monitor.analysis.outcomes.flakiness import FlakinessRating
from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.analysis.regressions.tracker import RegressionKind
from monitor.github.commit_ranges import CommitRange, between_builds
from monitor.model import Run
from monitor.reports.slowdown_text import COUNTED, drift_said
from monitor.site.incremental import made_of

# Of each state so many regressions are read through; the data for programs has all, and every one has a page.
LISTED = 100
# A regression's page has so many of its cases; the pages of its builds and runs have more.
CASES = 100
# What was not measured again is mostly chance: a few are named, and the rest is counted.
SUSPECTS = 5
# What was odd once may be a build that was broken for a night: those are counted beyond what a page is read to.
FLAKY = 200


@dataclass(frozen=True)
class RegressionSource:
    """A regression that gets a page: `told` is all that the page follows from, `commits` those that it came with."""

    regression: Regression
    told: str
    commits: CommitRange


@dataclass(frozen=True)
class LatencySummary:
    """How fast the newest night of a series was, where that is news.

    `slowdowns` were measured beside the last good build, `suspects` stand out and were not; `remarks` say what all
    cases have in common, and what was not measured.
    """

    run: Run
    slowdowns: tuple[Slowdown, ...]
    suspects: tuple[Slowdown, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class RegressionsPage:
    """Regressions by how they stand, the newest of each first. `known_after` is the median time to detection in days.

    It is None where none came out while somebody was watching; `timed` is of how many it is the median, `looked_back`
    whether others were found in builds of the past. `flaky` are the cells that went and came back, the oddest first,
    `flaky_for_sure` so many of them.
    """

    groups: tuple[tuple[RegressionState, tuple[Regression, ...]], ...]
    known_after: float | None
    timed: int
    looked_back: bool
    paces: tuple[LatencySummary, ...]
    flaky: tuple[FlakinessRating, ...]
    flaky_for_sure: int


def subjects(found: Sequence[Regression], on_main: Mapping[str, str]) -> tuple[RegressionSource, ...]:
    """Every regression; `on_main` has the commits of `main` that PyTorch's nightlies are made of."""
    return tuple(_subject(one, between_builds(one.framework, one.last_good, one.first_bad, on_main)) for one in found)


def _subject(one: Regression, commits: CommitRange) -> RegressionSource:
    return RegressionSource(one, _told(one, commits), commits)


def _told(one: Regression, commits: CommitRange) -> str:
    """All but the newest build of each bad cell, which is another every night, and told nowhere."""
    bad = [(each.cell, each.outcome, each.message, each.slower, each.instead) for each in one.bad]
    return made_of(replace(one, bad=()), bad, commits)


def regressions_page(
    found: Sequence[Regression], nights: Sequence[LatencyNight], rated: Sequence[FlakinessRating]
) -> RegressionsPage:
    groups = [(state, tuple(one for one in reversed(found) if one.state is state)) for state in RegressionState]
    days = [one.detection.days for one in found if one.detection]
    return RegressionsPage(
        tuple((state, group) for state, group in groups if group),
        median(days) if days else None,
        len(days),
        any(one.detection is None and one.kind is not RegressionKind.SLOWER for one in found),
        tuple(pace for night in nights if (pace := _pace(night))),
        tuple(rated),
        sum(rating.flaky for rating in rated),
    )


def _pace(night: LatencyNight) -> LatencySummary | None:
    slowdowns = tuple(one for one in night.slowdowns if one.standing not in COUNTED)
    suspects = night.of(SlowdownStatus.SUSPECT)
    common = (drift_said(night.drift),) if night.drift else ()
    if not (slowdowns or suspects or common):
        return None
    return LatencySummary(night.run, slowdowns, suspects, (*common, *night.notes))
