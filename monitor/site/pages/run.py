"""Build the page of a run: the results of one suite with one build on one target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.formatting.display_names import framework_title
from monitor.history.run_files import RecordedRun
from monitor.model import Build, Outcome
from monitor.site.incremental import input_digest
from monitor.site.pages.changes import RunChanges, summarize_changes


@dataclass(frozen=True)
class RunPage:
    """Content of the page of a run. `outcomes` counts cases by outcome; `environment` is sorted by name."""

    night: NightChanges
    recorded: RecordedRun
    changes: RunChanges
    outcomes: Mapping[Outcome, int]
    environment: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        return f"{framework_title(self.night.run.framework)} on {self.night.run.target}"


@dataclass(frozen=True)
class RunSource:
    """Run with a page. `digest` covers all inputs of the page and its document; `view` builds the content."""

    night: NightChanges
    digest: str
    view: Callable[[], RunPage]


def run_sources(
    nights: Sequence[NightChanges], runs: Sequence[RecordedRun], outcomes: Mapping[str, Mapping[Outcome, int]]
) -> Iterator[RunSource]:
    """Yield every run. `outcomes` has the counts of each by its id."""
    for night, recorded in zip(nights, runs, strict=True):
        yield RunSource(night, _page_digest(night), partial(_page, night, recorded, outcomes.get(recorded.run.id, {})))


def _page_digest(night: NightChanges) -> str:
    """Return the input digest of a run's page: the run's id, which never changes, and its changes."""
    changes = [
        (
            *(str(word) for word in (change.case, change.kind, change.before, change.after, change.text)),
            *(_label(build) for build in (change.build_before, change.build_after)),
        )
        for change in night.changes
    ]
    previous = _label(night.previous_build)
    return input_digest(night.run, previous, changes, night.incidents, night.expected, night.observed)


def _label(build: Build | None) -> str:
    return build.requirement if build else ""


def _page(night: NightChanges, recorded: RecordedRun, outcomes: Mapping[Outcome, int]) -> RunPage:
    return RunPage(
        night,
        recorded,
        summarize_changes(night, len(night.changes)),
        outcomes,
        tuple(sorted(recorded.run.environment.items())),
    )
