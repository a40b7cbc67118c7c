"""Plan the GitHub issues of regressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.execution.targets.target import Target, load_targets
from monitor.issues.github_issues import IssueTracker
from monitor.issues.issue_plan import plan_issues
from monitor.issues.operations import Task
from monitor.issues.settings import IssueSettings
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.publish import script_of
from monitor.pipeline.snapshots import load_snapshot
from monitor.pipeline.triage_context import load_triage_context


def plan_regression_issues(
    issues: IssueTracker, history: Path, triage: Path, *, site_url: str, close_after: int
) -> Sequence[Task]:
    """Return the tasks that bring the issues up to date: one issue per regression."""
    snapshot = load_snapshot(history)
    settings = IssueSettings(site_url, script_of, owners(load_targets(RUNNERS)), close_after, snapshot.main_commits)
    context = load_triage_context(snapshot, triage)
    return plan_issues(snapshot.regressions(context.excuse), snapshot.nights, issues.filed(), settings)


def owners(targets: Mapping[str, Target]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the owners of each (target, framework): those of the target, and those of its framework."""
    return {
        (target.name, framework.name): (*target.owners, *framework.owners)
        for target in targets.values()
        for evidence in target.evidences
        for framework in target.sources(evidence).frameworks.values()
    }
