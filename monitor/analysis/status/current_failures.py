"""What fails now, one cause one finding: cases that fail with the same words are one, over functions and hardware.

`monitor.analysis.outcomes.failure_groups` says which words are the same. What builds changed is told there; a failure
that was always there is told here alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.analysis.outcomes.failure_groups import GroupMessage, said, words
from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.model import Evidence, Outcome


@dataclass(frozen=True)
class FailingCase:
    """A case that fails, and the series that says so."""

    series: SeriesStatus
    standing: CaseStatus


@dataclass(frozen=True)
class CurrentFailure:
    """A way to fail: the `outcome`, and the `words` that the messages have in common."""

    framework: str
    outcome: Outcome
    words: str
    cases: tuple[FailingCase, ...]

    @cached_property
    def said(self) -> GroupMessage:
        """Return what most of its cases say."""
        return said(_messages(self.cases))

    @cached_property
    def by_function(self) -> Mapping[str, GroupMessage]:
        """Return what the cases of each function say themselves, in the order of `functions`."""
        found: dict[str, list[FailingCase]] = {name: [] for name in self.functions}
        for one in self.cases:
            found[one.standing.function].append(one)
        return {name: said(_messages(cases)) for name, cases in found.items()}

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """The functions that have such a case, those with most of them first."""
        counted = Counter(one.standing.function for one in self.cases)
        return tuple(sorted(counted, key=lambda name: (-counted[name], name)))

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(sorted({one.series.target for one in self.cases}))

    @property
    def evidences(self) -> tuple[Evidence, ...]:
        there = {one.series.evidence for one in self.cases}
        return tuple(evidence for evidence in Evidence if evidence in there)


def _messages(cases: Iterable[FailingCase]) -> Iterator[tuple[str, str]]:
    return ((one.standing.case, one.standing.message) for one in cases)


def failures(series: Iterable[SeriesStatus]) -> tuple[CurrentFailure, ...]:
    """What fails after the last run of each series: by framework, what hits most functions first.

    A case that answers now this, now that, fails for no cause that its message could tell, and is left out.
    """
    found: dict[tuple[str, Outcome, str], list[FailingCase]] = {}
    for one in series:
        for standing in one.now:
            if standing.fails and standing.outcome is not Outcome.FLAKY:
                key = one.framework, standing.outcome, words(standing.function, standing.message)
                found.setdefault(key, []).append(FailingCase(one, standing))
    every = [CurrentFailure(*key, tuple(cases)) for key, cases in found.items()]
    return tuple(sorted(every, key=lambda one: (one.framework, -len(one.functions), -len(one.cases), one.words)))
