"""What builds changed, one cause one finding: as the first page, the pages of builds and the page of causes show it.

The page of causes begins with what fails now (`monitor.analysis.status.current_failures`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.outcomes.failure_groups import FailureGroup, causes
from monitor.analysis.outcomes.outcome_changes import ChangeKind, NightChanges
from monitor.formatting.urls import build_page
from monitor.history.ordering import age
from monitor.model import Build

# A cause is told with so many of its functions; its build's page has every case.
NAMED = 6
# Of each framework so many failures are told, which most functions have, and of each so many functions.
FAILURES = 25
FUNCTIONS = 100
# Of each framework so many builds are told, a month of nights; the page of each build tells of the others.
BUILDS = 30


@dataclass(frozen=True)
class BuildChanges:
    """What one build changed, whenever and wherever it was seen. `until` are the last builds without it."""

    framework: str
    build: Build
    until: tuple[str, ...]
    causes: tuple[FailureGroup, ...]

    @property
    def page(self) -> str:
        return build_page(self.framework, self.build)

    @property
    def totals(self) -> Mapping[ChangeKind, int]:
        """How many cases went which way."""
        found: Counter[ChangeKind] = Counter()
        for cause in self.causes:
            found[cause.verdict] += len(cause.hits)
        return {verdict: found[verdict] for verdict in ChangeKind if found[verdict]}

    @property
    def seen(self) -> str:
        """When the last of it was seen."""
        return max(hit.run.started for cause in self.causes for hit in cause.hits)


def news_of_builds(nights: Iterable[NightChanges]) -> tuple[BuildChanges, ...]:
    """The changes that these nights saw, by the build that brought them: a framework's newest build first."""
    found: dict[tuple[str, str], list[FailureGroup]] = {}
    for cause in causes(nights):
        found.setdefault((cause.framework, cause.build), []).append(cause)
    news = [_news(framework, group) for (framework, _), group in found.items()]
    newest_first = sorted(news, key=lambda one: age(one.build.version), reverse=True)
    return tuple(sorted(newest_first, key=lambda one: one.framework))


def _news(framework: str, group: Sequence[FailureGroup]) -> BuildChanges:
    (build, *_) = (hit.change.since for cause in group for hit in cause.hits if hit.change.since)
    until = sorted({cause.baseline for cause in group} - {"-"})
    return BuildChanges(framework, build, tuple(until), tuple(group))
