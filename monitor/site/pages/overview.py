"""Build the overview page: a search, the share of real calls that work, the latest changes, trends and removals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.analysis.names.name_history import BuildNames
from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.analysis.status.call_coverage import CallCoverage
from monitor.analysis.status.current_status import SeriesStatus
from monitor.formatting.humanize import parse_time
from monitor.site.pages.build_changes import BuildChanges, changes_by_build
from monitor.site.pages.changes import RunChangesOfKind, changes_by_kind
from monitor.site.pages.family_figures import FamilyFigures, family_figures
from monitor.site.pages.news import NewsLine, news_lines
from monitor.site.pages.target_summary import (
    PortabilityFigure,
    SilentGroup,
    TargetSummary,
    outdated_groups,
    silent_groups,
)
from monitor.site.target_families import TargetFamily

WEEK = timedelta(days=7)

# Most groups per build on the page of changes, and most regressions on this page; other pages list all.
GROUPS_OF_BUILD = 8
GROUPS_OF_WEEK = 3
MAX_REGRESSIONS = 8


@dataclass(frozen=True)
class OverviewPage:
    """Content of the overview page, and of the pages of changes and of the monitor's health.

    `figures` are the families of targets with results. `changed` has the changes of the newest runs by kind, without
    those of an incident. `latest` and `week` group the changes of the newest runs, and of earlier runs of the week, by
    build, and `news` has them as sentences. `open` are the open regressions, newest first. `names` are the changes of
    public names in the newest listed builds.
    """

    frameworks: tuple[str, ...]
    all_targets: tuple[TargetSummary, ...]
    figures: tuple[FamilyFigures, ...]
    incidents: tuple[tuple[NightChanges, str], ...]
    changed: Mapping[ChangeKind, tuple[RunChangesOfKind, ...]]
    latest: tuple[BuildChanges, ...]
    week: tuple[BuildChanges, ...]
    news: tuple[NewsLine, ...]
    open: tuple[Regression, ...]
    names: tuple[BuildNames, ...] = ()

    @property
    def totals(self) -> Mapping[ChangeKind, int]:
        """Return the number of changes of each kind."""
        return {kind: sum(len(group.changes) for group in groups) for kind, groups in self.changed.items()}

    @property
    def targets(self) -> tuple[TargetSummary, ...]:
        """Return the targets that have been observed."""
        return tuple(summary for summary in self.all_targets if summary.last_observed)

    @property
    def trends(self) -> tuple[PortabilityFigure, ...]:
        """Return the figures of the study's functions that have a trend, one per family and framework."""
        every = (one.study for place in self.figures for figures in place.calls.values() for one in figures)
        return tuple(one for one in every if one and one.spark)

    @property
    def calls(self) -> Mapping[str, int]:
        """Return the number of counted calls of each framework; 0 if none of its functions was called."""
        found = dict.fromkeys(self.frameworks, 0)
        for place in self.figures:
            for framework, figures in place.calls.items():
                found[framework] = max([found[framework], *(one.row.calls for one in figures)])
        return found

    @property
    def silent_names(self) -> tuple[str, ...]:
        """Return the observed targets whose hardware has no recent results."""
        return tuple(summary.target for summary in self.targets if summary.silent)

    @property
    def silent(self) -> tuple[SilentGroup, ...]:
        """Return the targets whose hardware has no recent results."""
        return silent_groups(self.all_targets)

    @property
    def outdated(self) -> tuple[SilentGroup, ...]:
        """Return the targets whose other results were not renewed."""
        return outdated_groups(self.all_targets)


def overview_page(
    nights: Sequence[NightChanges],
    newest: Sequence[NightChanges],
    series: Sequence[SeriesStatus],
    regressions: Sequence[Regression],
    targets: Sequence[TargetSummary],
    families: Sequence[TargetFamily],
    coverage: CallCoverage,
    generated: datetime,
    listed: Sequence[BuildNames] = (),
) -> OverviewPage:
    shown = {night.run.id for night in newest}
    latest = changes_by_build(newest)
    week = changes_by_build([night for night in nights_of_week(nights, generated) if night.run.id not in shown])
    frameworks = tuple(sorted({one.framework for one in series}))
    incidents = {night.run.id for night in nights if night.of(ChangeKind.REGRESSED) and not night.regressions}
    return OverviewPage(
        frameworks=frameworks,
        all_targets=tuple(targets),
        figures=family_figures(families, frameworks, targets, coverage, series),
        incidents=tuple((night, incident) for night in newest for incident in night.incidents),
        changed=changes_by_kind(newest),
        latest=latest,
        week=week,
        news=news_lines((*latest, *week), families, incidents),
        open=tuple(one for one in regressions if one.state is RegressionState.OPEN)[::-1],
        names=tuple(one for one in listed if one.changes),
    )


def nights_of_week(nights: Sequence[NightChanges], generated: datetime) -> list[NightChanges]:
    """Return the runs of the last seven days, without those of builds that were already old when they ran."""
    newest_yet: dict[tuple[str, ...], str] = {}
    found = []
    for night in reversed(nights):  # the newest build of each series first
        run = night.run
        later = newest_yet.get(run.series, run.started)
        if run.started <= later and generated - parse_time(run.started) <= WEEK:
            found.append(night)
        newest_yet[run.series] = min(later, run.started)
    return found[::-1]
