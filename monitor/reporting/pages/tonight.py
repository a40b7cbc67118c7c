"""The first page: where every target stands, and what the newest nights changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.analysis.news import Night, Verdict
from monitor.analysis.scores import Score
from monitor.model import Run
from monitor.reporting.figures import moment
from monitor.reporting.pages.changes import NightNews, night_news
from monitor.reporting.standing import Series, score_of

# On the first page a list of changes ends at so many of one verdict: the run's own page has them all.
LISTED_ON_FIRST_PAGE = 100

# A nightly that comes late is a day old; a target that missed a whole night is silent, and that is said.
SILENT_AFTER = timedelta(hours=48)


@dataclass(frozen=True)
class Row:
    """One target, framework, suite and evidence on the first page. `silent_days` is 0 where it is not silent.

    `score` is what is known after the newest night; `stale` says that this night itself observed nothing of it.
    """

    night: Night
    score: Score
    silent_days: int
    stale: bool


@dataclass(frozen=True)
class TonightPage:
    """The first page. `totals` counts the changes of the newest nights by verdict, without those of one incident."""

    rows: tuple[Row, ...]
    incidents: tuple[tuple[Night, str], ...]
    news: tuple[NightNews, ...]
    totals: Mapping[Verdict, int]


def tonight_page(newest: Sequence[Night], series: Sequence[Series], generated: datetime) -> TonightPage:
    by_key = {(s.target, s.framework, s.suite, s.evidence): s for s in series}
    rows = [
        Row(night, score_of(by_key[night.run.series]), _silent_days(night.run, generated), stale=not night.observed)
        for night in newest
    ]
    totals = Counter(
        change.verdict
        for night in newest
        for change in (*night.regressions, *(c for c in night.changes if c.verdict is not Verdict.WORSE))
    )
    return TonightPage(
        rows=tuple(rows),
        incidents=tuple((night, incident) for night in newest for incident in night.incidents),
        news=tuple(night_news(night, LISTED_ON_FIRST_PAGE) for night in newest),
        totals={verdict: totals[verdict] for verdict in Verdict},
    )


def _silent_days(run: Run, generated: datetime) -> int:
    age = generated - moment(run.started)
    return age.days if age > SILENT_AFTER else 0
