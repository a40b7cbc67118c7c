"""The order of a history: that of time, but within a series that of builds, whenever each was run.

An old build that is run today tells of the past: what came next is the build after it, not the night after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from packaging.version import InvalidVersion, Version

from monitor.history.layout import RecordedRun
from monitor.model import Evidence, Run, Series

OLDEST = Version("0")


def in_order(runs: Iterable[RecordedRun]) -> tuple[RecordedRun, ...]:
    """Runs in the order of time, those of one series changing places among themselves: the oldest build first.

    Of two runs of one build, the compiler's decides, then time. A run that never came to a build was
    meant for the newest.
    """
    by_time = sorted(runs, key=lambda recorded: (recorded.run.started, recorded.run.id))
    of_series: dict[Series, list[RecordedRun]] = {}
    for recorded in by_time:
        of_series.setdefault(recorded.run.series, []).append(recorded)
    places = {series: iter(_by_build(found)) for series, found in of_series.items()}
    return tuple(next(places[recorded.run.series]) for recorded in by_time)


def with_extent(runs: Iterable[RecordedRun]) -> Iterator[tuple[RecordedRun, bool]]:
    """Runs as they are ordered, each with whether a case that it was not asked for is gone.

    Suites grow. A run that is older than one of an older build may not have known of what that one was asked for.
    """
    latest: dict[Series, str] = {}
    for recorded in runs:
        run = recorded.run
        before = latest.get(run.series, "")
        # A table of kernels is the build's own, whenever it was read.
        yield recorded, run.whole and (run.started >= before or run.evidence is Evidence.REGISTERED)
        latest[run.series] = max(before, run.started)


@cache
def age(version: str) -> Version:
    """What later builds of a framework exceed: nightlies count their days, and come before their release."""
    try:
        return Version(version)
    except InvalidVersion:  # what an interpreter of the user's own may have
        return OLDEST


def _by_build(runs: Sequence[RecordedRun]) -> list[RecordedRun]:
    ages: list[tuple[Version, Version]] = []
    for recorded in runs:
        ages.append(_ages(recorded.run) or max(ages, default=(OLDEST, OLDEST)))
    return [recorded for _, recorded in sorted(zip(ages, runs, strict=True), key=lambda pair: pair[0])]


def _ages(run: Run) -> tuple[Version, Version] | None:
    return (age(run.build.version), age(run.compiler.version) if run.compiler else OLDEST) if run.build else None
