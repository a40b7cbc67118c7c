"""Summarize each target: its figures by framework, when it was last observed, and which results are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.analysis.names.name_history import FrameworkNames
from monitor.analysis.outcomes.outcome_changes import MIN_COVERAGE, NightChanges
from monitor.analysis.status.current_status import EVIDENCE_RANK, SeriesStatus, series_score
from monitor.analysis.status.last_runs import LastRun, last_runs
from monitor.analysis.status.measured_builds import MeasuredBuild
from monitor.analysis.status.scores import Score
from monitor.analysis.status.study_table import PAPER
from monitor.model import NAMES, Evidence
from monitor.model import Series as SeriesKey
from monitor.site.charts.geometry import Spark, spark
from monitor.site.target_info import TargetInfo

# A suite whose newest build is already measured skips a night (`monitor.pipeline.skip_policy`). A suite that also
# misses the night after that has no recent results.
SILENT_AFTER = timedelta(hours=72)

TREND_RUNS = 60  # a sparkline of a hundred pixels cannot separate more


@dataclass(frozen=True)
class PortabilityFigure:
    """Portability of one framework on one target, for one suite and evidence.

    `score` is the status after the newest `night`, and `sources` are its builds. `stale` is true if this run observed
    nothing. `trend` has the build and the share of each run of the whole suite, oldest first.
    """

    night: NightChanges
    score: Score
    sources: tuple[MeasuredBuild, ...]
    stale: bool
    trend: tuple[tuple[str, float], ...]

    @property
    def spark(self) -> Spark | None:
        return spark([share for _, share in self.trend])


@dataclass(frozen=True)
class WatchedSeries:
    """Series of a target. `missed` is true if the nightly job has not run it for `SILENT_AFTER`, or never."""

    framework: str
    suite: str
    evidence: Evidence
    last: LastRun
    missed: bool

    @property
    def silent(self) -> bool:
        """Return whether the hardware has no recent results. Other evidence than execution needs no hardware."""
        return self.missed and self.evidence is Evidence.EXECUTED

    @property
    def outdated(self) -> bool:
        """Return whether results that need no hardware were not renewed."""
        return self.missed and not self.silent


@dataclass(frozen=True)
class Silence:
    """Suites of one framework and evidence that the nightly job last observed on the same day; None for never."""

    framework: str
    evidence: Evidence
    suites: tuple[str, ...]
    since: date | None


@dataclass(frozen=True)
class TargetSummary:
    """Status of a target.

    `figures` are by framework, strongest evidence first, then the study's suite. `series` are those that have a run.
    `possible` maps each kind of evidence in the runner file to its frameworks.
    """

    target: str
    title: str
    series: tuple[WatchedSeries, ...]
    possible: Mapping[Evidence, tuple[str, ...]]
    figures: Mapping[str, tuple[PortabilityFigure, ...]]

    @property
    def last_observed(self) -> datetime | None:
        """Return the start of the last run of any kind that observed the target; None if there is none."""
        return max((one.last.observed for one in self.series if one.last.observed), default=None)

    @property
    def silent(self) -> bool:
        """Return whether any series has no recent results."""
        return any(one.silent for one in self.series)

    @property
    def wholly_silent(self) -> bool:
        """Return whether no series has recent results."""
        expected = [one for one in self.series if one.missed or one.last.nightly]
        return bool(expected) and all(one.silent for one in expected)

    @property
    def silences(self) -> tuple[Silence, ...]:
        """Return the suites without recent results of the hardware, grouped by framework and last day."""
        return _silences(one for one in self.series if one.silent)

    @property
    def outdated(self) -> tuple[Silence, ...]:
        """Return the suites whose other results were not renewed, grouped by framework, evidence and last day."""
        return _silences(one for one in self.series if one.outdated)

    @property
    def observed(self) -> Mapping[Evidence, tuple[str, ...]]:
        """Return the frameworks with a result, by evidence."""
        return {
            evidence: tuple(sorted(frameworks))
            for evidence in Evidence
            if (frameworks := {one.framework for one in self.series if one.evidence is evidence and one.last.observed})
        }

    @property
    def observed_frameworks(self) -> tuple[str, ...]:
        return tuple(sorted({name for frameworks in self.observed.values() for name in frameworks}))

    @property
    def planned(self) -> Mapping[Evidence, tuple[str, ...]]:
        """Return the frameworks that the runner file names and that have no result yet, by evidence."""
        observed = self.observed
        return {
            evidence: missing
            for evidence, frameworks in self.possible.items()
            if (missing := tuple(one for one in frameworks if one not in observed.get(evidence, ())))
        }


@dataclass(frozen=True)
class SilentGroup:
    """Targets that lack the same recent results; `silences` is empty if they were never observed."""

    targets: tuple[TargetSummary, ...]
    silences: tuple[Silence, ...]


def silent_groups(targets: Sequence[TargetSummary]) -> tuple[SilentGroup, ...]:
    """Return the targets whose hardware has no recent results, or none at all, grouped by the missing results."""
    found: dict[tuple[Silence, ...], list[TargetSummary]] = {}
    for summary in targets:
        if summary.silent or summary.last_observed is None:
            found.setdefault(summary.silences if summary.last_observed else (), []).append(summary)
    return tuple(SilentGroup(tuple(members), silences) for silences, members in found.items())


def outdated_groups(targets: Sequence[TargetSummary]) -> tuple[SilentGroup, ...]:
    """Return the targets whose results without hardware were not renewed, grouped by the missing results."""
    found: dict[tuple[Silence, ...], list[TargetSummary]] = {}
    for summary in targets:
        if summary.outdated:
            found.setdefault(summary.outdated, []).append(summary)
    return tuple(SilentGroup(tuple(members), silences) for silences, members in found.items())


def _silences(series: Iterable[WatchedSeries]) -> tuple[Silence, ...]:
    grouped: dict[tuple[str, Evidence, date | None], list[str]] = {}
    for one in series:
        since = one.last.nightly.date() if one.last.nightly else None
        grouped.setdefault((one.framework, one.evidence, since), []).append(one.suite)
    return tuple(Silence(*key[:2], tuple(suites), key[2]) for key, suites in grouped.items())


def target_summaries(
    nights: Sequence[NightChanges],
    newest: Sequence[NightChanges],
    series: Sequence[SeriesStatus],
    hardware: Mapping[str, TargetInfo],
    generated: datetime,
    names: Mapping[str, FrameworkNames],
) -> list[TargetSummary]:
    of_series: dict[tuple[str, ...], list[NightChanges]] = {}
    for night in nights:
        of_series.setdefault(night.run.series, []).append(night)
    by_key = {one.key: one for one in series}
    figures: dict[str, dict[str, list[PortabilityFigure]]] = {}
    for night in newest:
        run = night.run
        if run.suite == NAMES:  # it has no cases, and so no share that passes
            continue
        figure = PortabilityFigure(
            night,
            series_score(one := by_key[run.series], names),
            one.sources,
            stale=not night.observed,
            trend=share_trend(of_series[run.series]),
        )
        figures.setdefault(run.target, {}).setdefault(run.framework, []).append(figure)
    last = last_runs(nights, generated)
    targets = [
        _target_summary(target, hardware.get(target), figures.get(target, {}), last, generated)
        for target in (*hardware, *sorted(figures.keys() - hardware.keys()))
    ]
    return sorted(targets, key=_evidence_rank)


def _target_summary(
    target: str,
    file: TargetInfo | None,
    figures: Mapping[str, list[PortabilityFigure]],
    last: Mapping[SeriesKey, LastRun],
    generated: datetime,
) -> TargetSummary:
    possible = file.evidence if file else {}
    ordered = {framework: tuple(sorted(found, key=_figure_order)) for framework, found in figures.items()}
    watched = []
    for (where, framework, suite, evidence), found in sorted(last.items()):
        if where == target:
            # A series that the nightly job never ran is expected only if the runner file names it.
            missed = (
                generated - found.nightly > SILENT_AFTER if found.nightly else framework in possible.get(evidence, ())
            )
            watched.append(WatchedSeries(framework, suite, evidence, found, missed))
    return TargetSummary(target, file.title if file else target, tuple(watched), possible, ordered)


def _evidence_rank(summary: TargetSummary) -> int:
    """Return the rank of the strongest evidence of a target, for sorting."""
    weights = [_figure_order(figure)[0] for figures in summary.figures.values() for figure in figures]
    return min(weights, default=len(Evidence))


def _figure_order(figure: PortabilityFigure) -> tuple[int, bool, str]:
    run = figure.night.run
    return EVIDENCE_RANK[run.evidence], run.suite != PAPER, run.suite


def share_trend(nights: Sequence[NightChanges]) -> tuple[tuple[str, float], ...]:
    """Return build and share of each run of the whole suite, oldest first; a part of a suite has another share."""
    whole = [n for n in nights if n.run.whole and n.run.build and n.observed >= MIN_COVERAGE * n.expected]
    shares = [(night.run.build.requirement, night.score.share) for night in whole if night.run.build]
    return tuple((label, share) for label, share in shares if share is not None)[-TREND_RUNS:]
