"""Check the monitor's health, and plan one GitHub issue per failing check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from monitor.execution.targets.target import find_target, load_targets
from monitor.github.client import GitHubClient
from monitor.github.workflows import LOSS_REPORT_DAYS, RECORDED_WORKFLOWS, RETENTION_DAYS, Workflows, workflow_states
from monitor.issues.github_issues import IssueTracker
from monitor.issues.health_checks import (
    HealthResult,
    check_artifacts,
    check_clock,
    check_coverage,
    check_schedules,
    check_silence,
    check_site,
)
from monitor.issues.health_issues import health_tasks
from monitor.issues.operations import Task
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.planner import PlanRequest, planned_series
from monitor.pipeline.snapshots import load_snapshot, open_history
from monitor.site.site_freshness import FreshnessUnknownError, site_written_at

# The workflows that must start every day.
DAILY = ("nightly.yml", "publish.yml")


def check_self_hosted(names: Sequence[str]) -> None:
    """Raise TargetError unless each name is a target."""
    targets = load_targets(RUNNERS)
    for name in names:
        find_target(targets, name)


def plan_health_issues(
    client: GitHubClient,
    issues: IssueTracker,
    history: Path,
    *,
    branch: str,
    site_url: str,
    self_hosted: Sequence[str],
    days: int,
) -> Sequence[Task]:
    """Return the tasks that bring the health issues up to date. A series is silent after `days` without a nightly."""
    workflows = workflow_states(client)  # the first response, from which the client learns GitHub's clock
    now, ingested, snapshot = client.now, open_history(history).artifacts(), load_snapshot(history)
    expected = planned_series(PlanRequest(self_hosted=tuple(self_hosted)), load_targets(RUNNERS))
    limit = timedelta(days=days)
    artifacts = Workflows(client, branch).artifacts(
        _existing(RECORDED_WORKFLOWS, workflows), RETENTION_DAYS + LOSS_REPORT_DAYS, ingested
    )
    results = [
        check_schedules(workflows, DAILY),
        check_silence(snapshot.nights, expected, limit, now),
        check_coverage(snapshot.newest, expected, limit, now),
        check_artifacts(artifacts, now),
        check_clock(snapshot.nights, client.clock_error, now),
        *([_site_result(site_url, now)] if site_url else []),
    ]
    return health_tasks(results, issues.filed())


def _existing(names: tuple[str, ...], states: Mapping[str, str]) -> tuple[str, ...]:
    """Return the workflows that the repository has; GitHub lists no artifacts of others."""
    return tuple(name for name in names if name in states)


def _site_result(site_url: str, now: datetime) -> HealthResult:
    try:
        return check_site(site_url, site_written_at(site_url), "", now)
    except FreshnessUnknownError as error:
        return check_site(site_url, None, str(error), now)
