"""What is wrong with the monitor itself: its dead man's switch.

A monitor that has stopped looks like one that has nothing to say. Each kind of alarm is one thing that its operator has
to know of, found in the history, in what the published site says of itself, and at GitHub; never in what a run says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.status.last_runs import last_runs
from monitor.formatting.humanize import count, parse_time
from monitor.github.workflows import Artifact
from monitor.model import Evidence, Series

SITE_OLDER_THAN = timedelta(days=2)
AHEAD_AT_MOST = timedelta(days=1)  # time zones and slow clocks explain no more

# GitHub's word for a workflow that its schedule starts.
ACTIVE = "active"
SWITCHED_OFF = {
    "disabled_inactivity": "GitHub switched it off: 60 days without activity in the repository",
    "disabled_manually": "somebody switched it off",
    "disabled_fork": "workflows of a fork are off until somebody enables them",
    "deleted": "its file is gone",
}


class HealthCheckKind(StrEnum):
    """What an alarm is about."""

    SCHEDULE = "schedule"  # a workflow does not start any more
    SILENCE = "silence"  # the nightly job observes nothing of a series
    COVERAGE = "coverage"  # what comes is too little
    SITE = "site"  # what people see is old
    LOST = "lost"  # what was handed over is not recorded
    CLOCK = "clock"  # something is dated in the future


@dataclass(frozen=True)
class HealthAlarm:
    """One kind of trouble: what it is with, and what it is, a row each; none where there is none."""

    kind: HealthCheckKind
    rows: tuple[tuple[str, str], ...]


def schedules(states: Mapping[str, str], wanted: Iterable[str]) -> HealthAlarm:
    """Workflows, by the names of their files, that GitHub would not start; `states` has its word for each."""
    found = {name: states.get(name, "deleted") for name in wanted}
    rows = ((name, SWITCHED_OFF.get(state, state)) for name, state in found.items() if state != ACTIVE)
    return HealthAlarm(HealthCheckKind.SCHEDULE, tuple(rows))


def silence(
    nights: Iterable[NightChanges], expected: Iterable[Series], longest: timedelta, now: datetime
) -> HealthAlarm:
    """Return the series that the nightly job did not observe for longer than that.

    Where all suites of a framework are silent, or all frameworks of a target and kind of evidence, they are one row.
    """
    seen = last_runs(nights, now)
    signs = {series: one.nightly if (one := seen.get(series)) else None for series in expected}
    silent = {series for series, since in signs.items() if since is None or now - since > longest}
    rows: dict[str, list[datetime | None]] = {}
    for series in signs:
        if series in silent:
            rows.setdefault(_widest_silent(series, signs, silent), []).append(signs[series])
    return HealthAlarm(HealthCheckKind.SILENCE, tuple((name, _since(times, now)) for name, times in rows.items()))


def _widest_silent(series: Series, expected: Iterable[Series], silent: Collection[Series]) -> str:
    """Return the name of the widest group around a silent series that is silent as a whole."""
    target, framework, suite, evidence = series
    of_way = [one for one in expected if (one[0], one[3]) == (target, evidence)]
    if all(one in silent for one in of_way):
        return _named((target, evidence))
    if all(one in silent for one in of_way if one[1] == framework):
        return f"{_named((target, evidence))}: {framework}"
    return f"{_named((target, evidence))}: {framework}, suite {suite}"


def _since(times: Iterable[datetime | None], now: datetime) -> str:
    last = max((time for time in times if time), default=None)
    return f"nothing since {last:%Y-%m-%d}, {count((now - last).days, 'day')}" if last else "nothing yet"


def coverage(
    newest: Sequence[NightChanges], expected: Iterable[Series], longest: timedelta, now: datetime
) -> HealthAlarm:
    """The newest nights of what is not silent, that say of themselves that they saw too little, or that all broke."""
    wanted = {*expected}
    rows = [
        (f"{_named((run.target, run.evidence))}: {run.framework}, suite {run.suite}", "; ".join(night.incidents))
        for night in newest
        for run in [night.run]
        if night.incidents and run.series in wanted and now - parse_time(run.started) <= longest
        if not _ahead(run.started, now)
    ]
    return HealthAlarm(HealthCheckKind.COVERAGE, tuple(sorted(rows)))


def site(address: str, generated: datetime | None, fault: str, now: datetime) -> HealthAlarm:
    """A published site that is old, or that does not say how old it is: `fault` tells why."""
    if generated is None:
        return HealthAlarm(HealthCheckKind.SITE, ((address, fault),))
    age = now - generated
    if age < -AHEAD_AT_MOST:
        return HealthAlarm(
            HealthCheckKind.SITE,
            ((address, f"says that it was written on {generated:%Y-%m-%d}, which is yet to come"),),
        )
    row = address, f"written on {generated:%Y-%m-%d}, {count(age.days, 'day')} ago"
    return HealthAlarm(HealthCheckKind.SITE, (row,) if age > SITE_OLDER_THAN else ())


def lost(handed: Iterable[Artifact], now: datetime) -> HealthAlarm:
    """What runs handed over and nobody recorded: lost, or waiting for longer than a publish explains."""
    found = ((one.label, one.loss if one.expired else one.overdue(now)) for one in handed)
    return HealthAlarm(HealthCheckKind.LOST, tuple((name, what) for name, what in found if what))


def clock(nights: Iterable[NightChanges], fault: str, now: datetime) -> HealthAlarm:
    """Runs that are dated in the future, the last of each target; `fault` says what is wrong with our own clock.

    Such a run must not make a target look alive for as long as that.
    """
    ahead: dict[tuple[str, Evidence], str] = {}
    for night in nights:
        if _ahead(night.run.started, now):
            way = night.run.target, night.run.evidence
            ahead[way] = max(night.run.started, ahead.get(way, ""))
    rows = [("this machine", fault)] if fault else []
    for way, started in sorted(ahead.items()):
        days = count((parse_time(started) - now).days, "day")
        rows.append((_named(way), f"a run is dated {parse_time(started):%Y-%m-%d}, {days} ahead: no sign of life"))
    return HealthAlarm(HealthCheckKind.CLOCK, tuple(rows))


def _ahead(started: str, now: datetime) -> bool:
    """Whether a time is yet to come."""
    return parse_time(started) - now > AHEAD_AT_MOST


def _named(way: tuple[str, Evidence]) -> str:
    target, evidence = way
    return f"{target}, {evidence}"
