"""Group the current failures: failing cases with one normalized message, over functions and hardware.

`monitor.analysis.outcomes.failure_groups` groups what builds changed; this module also has failures that were always
there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.analysis.outcomes.failure_groups import GroupMessage, most_common_message, normalize_message
from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.model import Evidence, Outcome


@dataclass(frozen=True)
class FailingCase:
    """A failing case and its series."""

    series: SeriesStatus
    status: CaseStatus


@dataclass(frozen=True)
class CurrentFailure:
    """Failing cases with one `outcome` and one normalized message, `words`."""

    framework: str
    outcome: Outcome
    words: str
    cases: tuple[FailingCase, ...]

    @cached_property
    def common_message(self) -> GroupMessage:
        """Return the most common message of the cases."""
        return most_common_message(_messages(self.cases))

    @cached_property
    def by_function(self) -> Mapping[str, GroupMessage]:
        """Return the most common message of each function, in the order of `functions`."""
        found: dict[str, list[FailingCase]] = {name: [] for name in self.functions}
        for one in self.cases:
            found[one.status.function].append(one)
        return {name: most_common_message(_messages(cases)) for name, cases in found.items()}

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """Return the functions that have such a case, those with most of them first."""
        counted = Counter(one.status.function for one in self.cases)
        return tuple(sorted(counted, key=lambda name: (-counted[name], name)))

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(sorted({one.series.target for one in self.cases}))

    @property
    def evidences(self) -> tuple[Evidence, ...]:
        there = {one.series.evidence for one in self.cases}
        return tuple(evidence for evidence in Evidence if evidence in there)


def _messages(cases: Iterable[FailingCase]) -> Iterator[tuple[str, str]]:
    return ((one.status.case, one.status.message) for one in cases)


def current_failures(series: Iterable[SeriesStatus]) -> tuple[CurrentFailure, ...]:
    """Return the failures after the last run of each series, by framework, those of most functions first.

    Flaky cases are excluded.
    """
    found: dict[tuple[str, Outcome, str], list[FailingCase]] = {}
    for one in series:
        for status in one.now:
            if status.fails and status.outcome is not Outcome.FLAKY:
                key = one.framework, status.outcome, normalize_message(status.function, status.message)
                found.setdefault(key, []).append(FailingCase(one, status))
    every = [CurrentFailure(*key, tuple(cases)) for key, cases in found.items()]
    return tuple(sorted(every, key=lambda one: (one.framework, -len(one.functions), -len(one.cases), one.words)))
