"""Order a history by time, and each series by the age of its builds, whenever they were run.

An old build that is run today belongs to the past: its successor is the next build, not the next night.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from packaging.version import InvalidVersion, Version

from monitor.history.run_files import RecordedRun
from monitor.model import Evidence, Run, Series

OLDEST = Version("0")


@dataclass(frozen=True)
class Extent:
    """Cases that a run removes from its suite: all `others` that it did not request, or only those in `removed`."""

    others: bool = False
    removed: frozenset[str] = frozenset()

    def removes(self, case: str) -> bool:
        """Return whether a case that the run did not ask for is removed."""
        return self.others or case in self.removed


def in_order(runs: Iterable[RecordedRun]) -> tuple[RecordedRun, ...]:
    """Return runs in the order of time, with those of one series rearranged so that the oldest build comes first.

    Runs of one build are ordered by compiler, then by time. A run that reached no build counts as one of the newest.
    """
    by_time = sorted(runs, key=lambda recorded: (recorded.run.started, recorded.run.id))
    by_series: dict[Series, list[RecordedRun]] = {}
    for recorded in by_time:
        by_series.setdefault(recorded.run.series, []).append(recorded)
    places = {series: iter(_by_build(found)) for series, found in by_series.items()}
    return tuple(next(places[recorded.run.series]) for recorded in by_time)


def with_extent(runs: Iterable[RecordedRun]) -> Iterator[tuple[RecordedRun, Extent]]:
    """Yield runs in order, each with the cases that it removes.

    A run in which weekly cases rest removes the cases that it names. Suites grow: a run that started before one of an
    older build may not have had its newer cases, and removes none.
    """
    latest: dict[Series, str] = {}
    for recorded in runs:
        run = recorded.run
        before = latest.get(run.series, "")
        # A table of kernels is the build's own, whenever it was read.
        whole = run.whole and (run.started >= before or run.evidence is Evidence.REGISTERED)
        yield recorded, Extent(whole and not run.resting, frozenset(run.removed if whole else ()))
        latest[run.series] = max(before, run.started)


@cache
def version_sort_key(version: str) -> Version:
    """Sort key of a build version. Nightlies sort by date, before their release."""
    try:
        return Version(version)
    except InvalidVersion:  # a given interpreter may have any version
        return OLDEST


def _by_build(runs: Sequence[RecordedRun]) -> list[RecordedRun]:
    keys: list[tuple[Version, Version]] = []
    for recorded in runs:
        keys.append(_sort_keys(recorded.run) or max(keys, default=(OLDEST, OLDEST)))
    return [recorded for _, recorded in sorted(zip(keys, runs, strict=True), key=lambda pair: pair[0])]


def _sort_keys(run: Run) -> tuple[Version, Version] | None:
    return (
        (version_sort_key(run.build.version), version_sort_key(run.compiler.version) if run.compiler else OLDEST)
        if run.build
        else None
    )
