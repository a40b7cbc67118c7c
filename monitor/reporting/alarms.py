"""What is wrong with the monitor itself: its dead man's switch.

A monitor that has stopped looks like one that has nothing to say. Each kind of alarm is one thing that its operator has
to know of, found in the history, in what the published site says of itself, and at GitHub; never in what a run says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.analysis.news import Night
from monitor.model import Evidence
from monitor.reporting.figures import count, moment

SITE_OLDER_THAN = timedelta(days=2)

# GitHub's word for a workflow that its schedule starts.
ACTIVE = "active"
SWITCHED_OFF = {
    "disabled_inactivity": "GitHub switched it off: 60 days without activity in the repository",
    "disabled_manually": "somebody switched it off",
    "disabled_fork": "workflows of a fork are off until somebody enables them",
    "deleted": "its file is gone",
}

Way = tuple[str, Evidence]  # a target, and the kind of evidence that is expected of it every night


class Kind(StrEnum):
    """What an alarm is about."""

    SCHEDULE = "schedule"  # a workflow does not start any more
    SILENCE = "silence"  # nothing comes from a target
    COVERAGE = "coverage"  # what comes is too little
    SITE = "site"  # what people see is old


@dataclass(frozen=True)
class Alarm:
    """One kind of trouble: what it is with, and what it is, a row each; none where there is none."""

    kind: Kind
    rows: tuple[tuple[str, str], ...]


def schedules(states: Mapping[str, str], wanted: Iterable[str]) -> Alarm:
    """Workflows, by the names of their files, that GitHub would not start; `states` has its word for each."""
    found = {name: states.get(name, "deleted") for name in wanted}
    rows = ((name, SWITCHED_OFF.get(state, state)) for name, state in found.items() if state != ACTIVE)
    return Alarm(Kind.SCHEDULE, tuple(rows))


def silence(nights: Iterable[Night], expected: Iterable[Way], longest: timedelta, now: datetime) -> Alarm:
    """Targets of which nothing was observed for longer than that, though it is expected every night."""
    last: dict[Way, datetime] = {}
    for night in nights:
        if night.observed:
            way = night.run.target, night.run.evidence
            last[way] = max(moment(night.run.started), last.get(way, moment(night.run.started)))
    rows = []
    for way in dict.fromkeys(expected):
        since = last.get(way)
        if since is None:
            rows.append((_named(way), "nothing yet"))
        elif now - since > longest:
            rows.append((_named(way), f"nothing since {since:%Y-%m-%d}, {count((now - since).days, 'day')}"))
    return Alarm(Kind.SILENCE, tuple(rows))


def coverage(newest: Sequence[Night], expected: Iterable[Way], longest: timedelta, now: datetime) -> Alarm:
    """The newest nights of what is not silent, that say of themselves that they saw too little, or that all broke."""
    ways = {*expected}
    rows = [
        (f"{_named((run.target, run.evidence))}: {run.framework}, suite {run.suite}", "; ".join(night.incidents))
        for night in newest
        for run in [night.run]
        if night.incidents and (run.target, run.evidence) in ways and now - moment(run.started) <= longest
    ]
    return Alarm(Kind.COVERAGE, tuple(sorted(rows)))


def site(address: str, generated: datetime | None, fault: str, now: datetime) -> Alarm:
    """A published site that is old, or that does not say how old it is: `fault` tells why."""
    if generated is None:
        return Alarm(Kind.SITE, ((address, fault),))
    age = now - generated
    row = address, f"written on {generated:%Y-%m-%d}, {count(age.days, 'day')} ago"
    return Alarm(Kind.SITE, (row,) if age > SITE_OLDER_THAN else ())


def _named(way: Way) -> str:
    target, evidence = way
    return f"{target}, {evidence}"
