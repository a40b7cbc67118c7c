"""The page of a run: all that one night saw of one suite of one build on one target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.news import Night
from monitor.history.layout import RecordedRun
from monitor.model import Outcome
from monitor.reporting.names import framework_title
from monitor.reporting.pages.changes import NightNews, night_news


@dataclass(frozen=True)
class RunPage:
    """One run. `outcomes` counts what its cases came to, `facts` are the environment in the order of its names."""

    night: Night
    recorded: RecordedRun
    news: NightNews
    outcomes: Mapping[Outcome, int]
    facts: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        return f"{framework_title(self.night.run.framework)} on {self.night.run.target}"


def run_pages(
    nights: Sequence[Night], runs: Sequence[RecordedRun], outcomes: Mapping[str, Mapping[Outcome, int]]
) -> Iterator[RunPage]:
    """A page for every run; `outcomes` has the counts of each run by its id."""
    for night, recorded in zip(nights, runs, strict=True):
        yield RunPage(
            night,
            recorded,
            night_news(night, len(night.changes)),
            outcomes.get(recorded.run.id, {}),
            tuple(sorted(recorded.run.environment.items())),
        )
