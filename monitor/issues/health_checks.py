"""Check the health of the monitor itself.

A monitor that has stopped looks like a monitor without findings. Each check reads the history, the published site or
GitHub, and never the text of a run.
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

MAX_SITE_AGE = timedelta(days=2)
CLOCK_TOLERANCE = timedelta(days=1)  # time zones and slow clocks explain smaller differences

# GitHub's word for an enabled workflow, and the meaning of its words for disabled ones.
ACTIVE = "active"
DISABLED = {
    "disabled_inactivity": "GitHub disabled it after 60 days without activity in the repository",
    "disabled_manually": "a person disabled it",
    "disabled_fork": "workflows of a fork are disabled until a person enables them",
    "deleted": "its file is missing",
}


class HealthCheckKind(StrEnum):
    """Kind of a health check."""

    SCHEDULE = "schedule"  # workflows are enabled
    SILENCE = "silence"  # the nightly job runs every series
    COVERAGE = "coverage"  # the newest nights observed enough cases
    SITE = "site"  # the published site is recent
    LOST = "lost"  # every artifact is recorded
    CLOCK = "clock"  # nothing is dated in the future


@dataclass(frozen=True)
class HealthResult:
    """Result of a check. Each row is a subject and its problem. The check passes if there is no row."""

    kind: HealthCheckKind
    rows: tuple[tuple[str, str], ...]


def check_schedules(states: Mapping[str, str], workflows: Iterable[str]) -> HealthResult:
    """Find disabled workflows. `states` has GitHub's word for the state of each workflow, by its file name."""
    found = {name: states.get(name, "deleted") for name in workflows}
    rows = ((name, DISABLED.get(state, state)) for name, state in found.items() if state != ACTIVE)
    return HealthResult(HealthCheckKind.SCHEDULE, tuple(rows))


def check_silence(
    nights: Iterable[NightChanges], expected: Iterable[Series], longest: timedelta, now: datetime
) -> HealthResult:
    """Find the expected series without a run of the nightly job for longer than `longest`.

    If all suites of a framework are silent, or all frameworks of a target and kind of evidence, they share one row.
    """
    runs = last_runs(nights, now)
    newest = {series: run.nightly if (run := runs.get(series)) else None for series in expected}
    silent = {series for series, time in newest.items() if time is None or now - time > longest}
    rows: dict[str, list[datetime | None]] = {}
    for series in newest:
        if series in silent:
            rows.setdefault(_widest_silent(series, newest, silent), []).append(newest[series])
    return HealthResult(HealthCheckKind.SILENCE, tuple((name, _last_run(times, now)) for name, times in rows.items()))


def _widest_silent(series: Series, expected: Iterable[Series], silent: Collection[Series]) -> str:
    """Return the name of the widest group around a silent series that is silent as a whole."""
    target, framework, suite, evidence = series
    same_target = [other for other in expected if (other[0], other[3]) == (target, evidence)]
    if all(other in silent for other in same_target):
        return _target_name(target, evidence)
    if all(other in silent for other in same_target if other[1] == framework):
        return f"{_target_name(target, evidence)}: {framework}"
    return f"{_target_name(target, evidence)}: {framework}, suite {suite}"


def _last_run(times: Iterable[datetime | None], now: datetime) -> str:
    last = max((time for time in times if time), default=None)
    return f"no run since {last:%Y-%m-%d}, for {count((now - last).days, 'day')}" if last else "no run yet"


def check_coverage(
    newest: Sequence[NightChanges], expected: Iterable[Series], longest: timedelta, now: datetime
) -> HealthResult:
    """Find the newest nights of expected series that observed too little or failed as a whole. Skip silent series."""
    series = {*expected}
    rows = [
        (f"{_target_name(run.target, run.evidence)}: {run.framework}, suite {run.suite}", "; ".join(night.incidents))
        for night in newest
        for run in [night.run]
        if night.incidents and run.series in series and now - parse_time(run.started) <= longest
        if not _is_future(run.started, now)
    ]
    return HealthResult(HealthCheckKind.COVERAGE, tuple(sorted(rows)))


def check_site(address: str, generated: datetime | None, fault: str, now: datetime) -> HealthResult:
    """Check the age of a published site. `fault` is the reason if the site states no time."""
    if generated is None:
        return HealthResult(HealthCheckKind.SITE, ((address, fault),))
    age = now - generated
    if age < -CLOCK_TOLERANCE:
        row = address, f"dated {generated:%Y-%m-%d}, which is in the future"
        return HealthResult(HealthCheckKind.SITE, (row,))
    row = address, f"written on {generated:%Y-%m-%d}, {count(age.days, 'day')} ago"
    return HealthResult(HealthCheckKind.SITE, (row,) if age > MAX_SITE_AGE else ())


def check_artifacts(artifacts: Iterable[Artifact], now: datetime) -> HealthResult:
    """Find artifacts that expired without being recorded, or that have waited for too long."""
    rows = ((artifact.label, artifact.loss if artifact.expired else artifact.overdue(now)) for artifact in artifacts)
    return HealthResult(HealthCheckKind.LOST, tuple((name, problem) for name, problem in rows if problem))


def check_clock(nights: Iterable[NightChanges], fault: str, now: datetime) -> HealthResult:
    """Find runs dated in the future, the last one of each target. `fault` describes this machine's own clock.

    A run of the future must not hide that its target is silent.
    """
    future: dict[tuple[str, Evidence], str] = {}
    for night in nights:
        if _is_future(night.run.started, now):
            key = night.run.target, night.run.evidence
            future[key] = max(night.run.started, future.get(key, ""))
    rows = [("this machine", fault)] if fault else []
    for (target, evidence), started in sorted(future.items()):
        time = parse_time(started)
        days = count((time - now).days, "day")
        problem = f"a run is dated {time:%Y-%m-%d}, {days} in the future, and does not count"
        rows.append((_target_name(target, evidence), problem))
    return HealthResult(HealthCheckKind.CLOCK, tuple(rows))


def _is_future(started: str, now: datetime) -> bool:
    return parse_time(started) - now > CLOCK_TOLERANCE


def _target_name(target: str, evidence: Evidence) -> str:
    return f"{target}, {evidence}"
