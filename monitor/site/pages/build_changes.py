"""Group the changes of each build by message, for the overview, the pages of builds and the page of failures.

The page of failures starts with the current failures (`monitor.analysis.status.current_failures`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.failure_groups import FailureGroup, group_changes
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.formatting.urls import build_page
from monitor.history.ordering import version_sort_key
from monitor.model import Build

# Most functions named per group; the page of the build has all cases.
MAX_NAMED = 6
# Most failure groups per framework, and most functions of each.
MAX_FAILURES = 25
MAX_FUNCTIONS = 100
# Most builds per framework, a month of nights; earlier builds have pages of their own.
MAX_BUILDS = 30


@dataclass(frozen=True)
class BuildChanges:
    """Changes of one build over all runs, in groups. `previous_builds` are the last builds before the changes."""

    framework: str
    build: Build
    previous_builds: tuple[str, ...]
    groups: tuple[FailureGroup, ...]

    @property
    def page(self) -> str:
        return build_page(self.framework, self.build)

    @property
    def totals(self) -> Mapping[ChangeKind, int]:
        """Return the number of cases of each kind of change."""
        cases: Counter[ChangeKind] = Counter()
        for group in self.groups:
            cases[group.kind] += len(group.members)
        return {kind: cases[kind] for kind in ChangeKind if cases[kind]}

    @property
    def observed(self) -> str:
        """Return the start of the newest run that observed one of the changes."""
        return max(hit.run.started for group in self.groups for hit in group.members)


def changes_by_build(nights: Iterable[NightChanges]) -> tuple[BuildChanges, ...]:
    """Return the changes of these runs by build: by framework, newest build first."""
    by_build: dict[tuple[str, str], list[FailureGroup]] = {}
    for cause in group_changes(nights):
        by_build.setdefault((cause.framework, cause.build), []).append(cause)
    changes = [_build_changes(framework, groups) for (framework, _), groups in by_build.items()]
    newest_first = sorted(changes, key=lambda one: version_sort_key(one.build.version), reverse=True)
    return tuple(sorted(newest_first, key=lambda one: one.framework))


def _build_changes(framework: str, groups: Sequence[FailureGroup]) -> BuildChanges:
    (build, *_) = (hit.change.build_after for group in groups for hit in group.members if hit.change.build_after)
    previous_builds = sorted({group.previous_build for group in groups} - {"-"})
    return BuildChanges(framework, build, tuple(previous_builds), tuple(groups))
