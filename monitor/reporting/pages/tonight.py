"""The first page: where every target stands, what the newest nights changed, and the week before them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.analysis.news import COVERAGE, Night, Verdict
from monitor.analysis.regressions import Regression, State
from monitor.analysis.scores import Score
from monitor.model import Evidence
from monitor.reporting.charts import Spark, spark
from monitor.reporting.figures import moment
from monitor.reporting.hardware import Hardware
from monitor.reporting.pages.causes import BuildNews, news_of_builds
from monitor.reporting.standing import Series, score_of
from monitor.reporting.study import PAPER

# A target whose builds are measured rests for a night (`monitor.cli.measured`). One that missed the night after that is
# silent, and that is said.
SILENT_AFTER = timedelta(hours=72)

WEEK = timedelta(days=7)
TREND_NIGHTS = 60  # as many as a line of a hundred pixels can tell apart

# The first page tells so many causes of a build, and names the regressions that opened last; other pages have all.
CAUSES_OF_A_BUILD = 8
CAUSES_OF_THE_WEEK = 3
REGRESSIONS = 8


@dataclass(frozen=True)
class Figure:
    """The portability of one framework on one target, by one suite and evidence.

    `score` is what is known after the newest `night`; `stale` says that this night itself observed nothing of it.
    `trend` has the shares of the nights that saw the whole suite, oldest first, each with its build.
    """

    night: Night
    score: Score
    stale: bool
    trend: tuple[tuple[str, float], ...]

    @property
    def spark(self) -> Spark | None:
        return spark([share for _, share in self.trend])


@dataclass(frozen=True)
class Place:
    """A target: its figures by framework, the strongest evidence first, and the study's suite before others.

    `since` is when anything was last observed of it, None for never; `silent` is whether that is long ago.
    """

    target: str
    title: str
    since: datetime | None
    silent: bool
    figures: Mapping[str, tuple[Figure, ...]]


@dataclass(frozen=True)
class TonightPage:
    """The first page. `totals` counts the changes of the newest nights by verdict, without those of one incident.

    `tonight` and `week` are what builds changed; the week's are those of nights before the newest. `open` are the
    regressions that nobody has mended, the newest first.
    """

    frameworks: tuple[str, ...]
    all_places: tuple[Place, ...]
    incidents: tuple[tuple[Night, str], ...]
    totals: Mapping[Verdict, int]
    tonight: tuple[BuildNews, ...]
    week: tuple[BuildNews, ...]
    open: tuple[Regression, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """The targets that were ever seen."""
        return tuple(place for place in self.all_places if place.figures)

    @property
    def silent(self) -> tuple[Place, ...]:
        return tuple(place for place in self.all_places if place.silent or place.since is None)


def tonight_page(
    nights: Sequence[Night],
    newest: Sequence[Night],
    series: Sequence[Series],
    regressions: Sequence[Regression],
    hardware: Mapping[str, Hardware],
    generated: datetime,
) -> TonightPage:
    places = _places(nights, newest, series, hardware, generated)
    totals = Counter(
        change.verdict
        for night in newest
        for change in (*night.regressions, *(c for c in night.changes if c.verdict is not Verdict.WORSE))
    )
    shown = {night.run.id for night in newest}
    week = [night for night in of_the_week(nights, generated) if night.run.id not in shown]
    return TonightPage(
        frameworks=tuple(sorted({one.framework for one in series})),
        all_places=tuple(places),
        incidents=tuple((night, incident) for night in newest for incident in night.incidents),
        totals={verdict: totals[verdict] for verdict in Verdict},
        tonight=news_of_builds(newest),
        week=news_of_builds(week),
        open=tuple(one for one in regressions if one.state is State.OPEN)[::-1],
    )


def of_the_week(nights: Sequence[Night], generated: datetime) -> list[Night]:
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
    nights: Sequence[Night],
    newest: Sequence[Night],
    series: Sequence[Series],
    hardware: Mapping[str, Hardware],
    generated: datetime,
) -> list[Place]:
    of_series: dict[tuple[str, ...], list[Night]] = {}
    for night in nights:
        of_series.setdefault(night.run.series, []).append(night)
    by_key = {one.key: one for one in series}
    figures: dict[str, dict[str, list[Figure]]] = {}
    for night in newest:
        run = night.run
        figure = Figure(
            night, score_of(by_key[run.series]), stale=not night.observed, trend=trend(of_series[run.series])
        )
        figures.setdefault(run.target, {}).setdefault(run.framework, []).append(figure)
    places = [
        _place(
            target,
            hardware[target].title if target in hardware else target,
            figures.get(target, {}),
            [moment(night.run.started) for night in nights if night.run.target == target and night.observed],
            generated,
        )
        for target in sorted({*figures, *hardware})
    ]
    return sorted(places, key=_strength)


def _place(
    target: str,
    title: str,
    figures: Mapping[str, list[Figure]],
    observed: Sequence[datetime],
    generated: datetime,
) -> Place:
    since = max(observed, default=None)
    age = generated - since if since else timedelta()
    ordered = {framework: tuple(sorted(found, key=_weight)) for framework, found in figures.items()}
    return Place(target, title, since, age > SILENT_AFTER, ordered)


def _strength(place: Place) -> int:
    """Sorts targets by the strongest evidence that there is of them."""
    weights = [_weight(figure)[0] for figures in place.figures.values() for figure in figures]
    return min(weights, default=len(Evidence))


def _weight(figure: Figure) -> tuple[int, bool, str]:
    run = figure.night.run
    return [*Evidence].index(run.evidence), run.suite != PAPER, run.suite


def trend(nights: Sequence[Night]) -> tuple[tuple[str, float], ...]:
    """The shares of the nights that saw the whole suite: a part of it has another share."""
    whole = [n for n in nights if n.run.whole and n.run.build and n.observed >= COVERAGE * n.expected]
    shares = [(night.run.build.label, night.score.share) for night in whole if night.run.build]
    return tuple((label, share) for label, share in shares if share is not None)[-TREND_NIGHTS:]
