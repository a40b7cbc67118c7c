"""The first page: where every target stands, what the newest nights changed, and the week before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.analysis.outcomes.outcome_changes import COVERAGE, ChangeKind, NightChanges
from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.analysis.status.current_status import SeriesStatus, score_of
from monitor.analysis.status.last_runs import LastRun, last_runs
from monitor.analysis.status.measured_builds import MeasuredBuild
from monitor.analysis.status.scores import Score
from monitor.analysis.status.study_table import PAPER
from monitor.formatting.humanize import moment
from monitor.model import Evidence
from monitor.model import Series as SeriesKey
from monitor.site.charts.geometry import Spark, spark
from monitor.site.pages.build_changes import BuildChanges, news_of_builds
from monitor.site.pages.changes import KindOfChanges, changes_by_verdict
from monitor.site.target_info import TargetInfo

# A suite whose build is measured rests for a night (`monitor.cli.skip_policy`). One that missed the night after that is
# silent, and that is said.
SILENT_AFTER = timedelta(hours=72)

WEEK = timedelta(days=7)
TREND_NIGHTS = 60  # as many as a line of a hundred pixels can tell apart

# The first page tells so many causes of a build, and names the regressions that opened last; other pages have all.
CAUSES_OF_A_BUILD = 8
CAUSES_OF_THE_WEEK = 3
REGRESSIONS = 8


@dataclass(frozen=True)
class PortabilityFigure:
    """The portability of one framework on one target, by one suite and evidence.

    `score` is what is known after the newest `night`, and `sources` are the builds that it was measured with; `stale`
    says that this night itself observed nothing of it.
    `trend` has the shares of the nights that saw the whole suite, oldest first, each with its build.
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
    """A series of a target. `silent` says that the nightly job has not observed it for long, or never did."""

    framework: str
    suite: str
    evidence: Evidence
    last: LastRun
    silent: bool


@dataclass(frozen=True)
class Silence:
    """Suites of one framework, by one kind of evidence, that the nightly job observed last on one day; None: never."""

    framework: str
    evidence: Evidence
    suites: tuple[str, ...]
    since: date | None


@dataclass(frozen=True)
class TargetSummary:
    """A target: its figures by framework, the strongest evidence first, and the study's suite before others.

    `series` are those that have a run. `ways` are the kinds of evidence that its runner file can give, each with its
    frameworks.
    """

    target: str
    title: str
    series: tuple[WatchedSeries, ...]
    ways: Mapping[Evidence, tuple[str, ...]]
    figures: Mapping[str, tuple[PortabilityFigure, ...]]

    @property
    def since(self) -> datetime | None:
        """Return when anything was last observed of it, by whatever run; None for never."""
        return max((one.last.observed for one in self.series if one.last.observed), default=None)

    @property
    def silent(self) -> bool:
        """Return whether the nightly job stopped to observe any of it."""
        return any(one.silent for one in self.series)

    @property
    def wholly_silent(self) -> bool:
        """Return whether the nightly job observes none of it."""
        expected = [one for one in self.series if one.silent or one.last.nightly]
        return bool(expected) and all(one.silent for one in expected)

    @property
    def silences(self) -> tuple[Silence, ...]:
        """Return what is silent: suites of one framework, evidence and last day together."""
        found: dict[tuple[str, Evidence, date | None], list[str]] = {}
        for one in self.series:
            if one.silent:
                since = one.last.nightly.date() if one.last.nightly else None
                found.setdefault((one.framework, one.evidence, since), []).append(one.suite)
        return tuple(Silence(framework, how, tuple(of), since) for (framework, how, since), of in found.items())

    @property
    def seen(self) -> Mapping[Evidence, tuple[str, ...]]:
        """Return the kinds of evidence that there is an observation of, each with its frameworks."""
        return {
            evidence: tuple(sorted(found))
            for evidence in Evidence
            if (found := {one.framework for one in self.series if one.evidence is evidence and one.last.observed})
        }

    @property
    def frameworks_seen(self) -> tuple[str, ...]:
        return tuple(sorted({framework for found in self.seen.values() for framework in found}))

    @property
    def not_seen(self) -> Mapping[Evidence, tuple[str, ...]]:
        """Return what its runner file can give and nothing was observed of yet."""
        seen = self.seen
        return {
            evidence: missing
            for evidence, frameworks in self.ways.items()
            if (missing := tuple(one for one in frameworks if one not in seen.get(evidence, ())))
        }


@dataclass(frozen=True)
class SilentGroup:
    """Targets that are silent alike. Without `silences`, nothing was ever observed of them."""

    places: tuple[TargetSummary, ...]
    silences: tuple[Silence, ...]


@dataclass(frozen=True)
class OverviewPage:
    """The first page. `changed` has the changes of the newest nights by verdict, without those of one incident.

    `tonight` and `week` are what builds changed; the week's are those of nights before the newest. `open` are the
    regressions that nobody has mended, the newest first.
    """

    frameworks: tuple[str, ...]
    all_places: tuple[TargetSummary, ...]
    incidents: tuple[tuple[NightChanges, str], ...]
    changed: Mapping[ChangeKind, tuple[KindOfChanges, ...]]
    tonight: tuple[BuildChanges, ...]
    week: tuple[BuildChanges, ...]
    open: tuple[Regression, ...]

    @property
    def totals(self) -> Mapping[ChangeKind, int]:
        """Return how many changes there are of each verdict."""
        return {verdict: sum(len(group.changes) for group in groups) for verdict, groups in self.changed.items()}

    @property
    def places(self) -> tuple[TargetSummary, ...]:
        """The targets that were ever seen."""
        return tuple(place for place in self.all_places if place.since)

    @property
    def silent(self) -> tuple[SilentGroup, ...]:
        """Return the targets that are silent in part or never seen; those that are alike together."""
        found: dict[tuple[Silence, ...], list[TargetSummary]] = {}
        for place in self.all_places:
            if place.silent or place.since is None:
                found.setdefault(place.silences if place.since else (), []).append(place)
        return tuple(SilentGroup(tuple(places), silences) for silences, places in found.items())


def tonight_page(
    nights: Sequence[NightChanges],
    newest: Sequence[NightChanges],
    series: Sequence[SeriesStatus],
    regressions: Sequence[Regression],
    hardware: Mapping[str, TargetInfo],
    generated: datetime,
) -> OverviewPage:
    places = _places(nights, newest, series, hardware, generated)
    shown = {night.run.id for night in newest}
    week = [night for night in of_the_week(nights, generated) if night.run.id not in shown]
    return OverviewPage(
        frameworks=tuple(sorted({one.framework for one in series})),
        all_places=tuple(places),
        incidents=tuple((night, incident) for night in newest for incident in night.incidents),
        changed=changes_by_verdict(newest),
        tonight=news_of_builds(newest),
        week=news_of_builds(week),
        open=tuple(one for one in regressions if one.state is RegressionState.OPEN)[::-1],
    )


def of_the_week(nights: Sequence[NightChanges], generated: datetime) -> list[NightChanges]:
    """The nights of the last seven days, without runs of builds that were old when they were run."""
    newest_yet: dict[tuple[str, ...], str] = {}
    found = []
    for night in reversed(nights):  # the newest build of each series first
        run = night.run
        later = newest_yet.get(run.series, run.started)
        if run.started <= later and generated - moment(run.started) <= WEEK:
            found.append(night)
        newest_yet[run.series] = min(later, run.started)
    return found[::-1]


def _places(
    nights: Sequence[NightChanges],
    newest: Sequence[NightChanges],
    series: Sequence[SeriesStatus],
    hardware: Mapping[str, TargetInfo],
    generated: datetime,
) -> list[TargetSummary]:
    of_series: dict[tuple[str, ...], list[NightChanges]] = {}
    for night in nights:
        of_series.setdefault(night.run.series, []).append(night)
    by_key = {one.key: one for one in series}
    figures: dict[str, dict[str, list[PortabilityFigure]]] = {}
    for night in newest:
        run = night.run
        figure = PortabilityFigure(
            night,
            score_of(one := by_key[run.series]),
            one.sources,
            stale=not night.observed,
            trend=trend(of_series[run.series]),
        )
        figures.setdefault(run.target, {}).setdefault(run.framework, []).append(figure)
    last = last_runs(nights, generated)
    places = [
        _place(target, hardware.get(target), figures.get(target, {}), last, generated)
        for target in (*hardware, *sorted(figures.keys() - hardware.keys()))
    ]
    return sorted(places, key=_strength)


def _place(
    target: str,
    file: TargetInfo | None,
    figures: Mapping[str, list[PortabilityFigure]],
    last: Mapping[SeriesKey, LastRun],
    generated: datetime,
) -> TargetSummary:
    ways = file.ways if file else {}
    ordered = {framework: tuple(sorted(found, key=_weight)) for framework, found in figures.items()}
    watched = []
    for (where, framework, suite, evidence), found in sorted(last.items()):
        if where == target:
            # What a channel's build was never run of is nobody's nightly job, unless the runner file says that it is.
            silent = generated - found.nightly > SILENT_AFTER if found.nightly else framework in ways.get(evidence, ())
            watched.append(WatchedSeries(framework, suite, evidence, found, silent))
    return TargetSummary(target, file.title if file else target, tuple(watched), ways, ordered)


def _strength(place: TargetSummary) -> int:
    """Sorts targets by the strongest evidence that there is of them."""
    weights = [_weight(figure)[0] for figures in place.figures.values() for figure in figures]
    return min(weights, default=len(Evidence))


def _weight(figure: PortabilityFigure) -> tuple[int, bool, str]:
    run = figure.night.run
    return [*Evidence].index(run.evidence), run.suite != PAPER, run.suite


def trend(nights: Sequence[NightChanges]) -> tuple[tuple[str, float], ...]:
    """The shares of the nights that saw the whole suite: a part of it has another share."""
    whole = [n for n in nights if n.run.whole and n.run.build and n.observed >= COVERAGE * n.expected]
    shares = [(night.run.build.label, night.score.share) for night in whole if night.run.build]
    return tuple((label, share) for label, share in shares if share is not None)[-TREND_NIGHTS:]
