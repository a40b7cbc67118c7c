"""The page of a run: all that one night saw of one suite of one build on one target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.formatting.display_names import framework_title
from monitor.history.layout import RecordedRun
from monitor.model import Build, Outcome
from monitor.site.incremental import made_of
from monitor.site.pages.changes import NightSummary, night_news


@dataclass(frozen=True)
class RunPage:
    """One run. `outcomes` counts what its cases came to, `facts` are the environment in the order of its names."""

    night: NightChanges
    recorded: RecordedRun
    news: NightSummary
    outcomes: Mapping[Outcome, int]
    facts: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        return f"{framework_title(self.night.run.framework)} on {self.night.run.target}"


@dataclass(frozen=True)
class RunSource:
    """A run that gets a page: `told` is all that it and its document follow from, which is less than what they say."""

    night: NightChanges
    told: str
    view: Callable[[], RunPage]


def subjects(
    nights: Sequence[NightChanges], runs: Sequence[RecordedRun], outcomes: Mapping[str, Mapping[Outcome, int]]
) -> Iterator[RunSource]:
    """Every run; `outcomes` has the counts of each by its id."""
    for night, recorded in zip(nights, runs, strict=True):
        yield RunSource(night, _told(night), partial(_page, night, recorded, outcomes.get(recorded.run.id, {})))


def _told(night: NightChanges) -> str:
    """A digest of a night: its run, which never changes, and its news, in as few words as tell them apart."""
    changes = [
        (
            *(str(word) for word in (change.case, change.verdict, change.before, change.after, change.text)),
            *(_label(build) for build in (change.until, change.since)),
        )
        for change in night.changes
    ]
    return made_of(night.run, _label(night.baseline), changes, night.incidents, night.expected, night.observed)


def _label(build: Build | None) -> str:
    return build.label if build else ""


def _page(night: NightChanges, recorded: RecordedRun, outcomes: Mapping[Outcome, int]) -> RunPage:
    return RunPage(
        night,
        recorded,
        night_news(night, len(night.changes)),
        outcomes,
        tuple(sorted(recorded.run.environment.items())),
    )
