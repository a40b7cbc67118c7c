"""`portability watch`: is the monitor itself alive? An issue for its operator where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

import typer

from monitor.cli.apply_issue_plan import carry_out
from monitor.cli.common import DEFAULT_HISTORY, RUNNERS, HistoryOption, JsonOption, examples, gathered, open_history
from monitor.cli.github import AccountOption, BranchOption, RepositoryOption, board, site_address
from monitor.cli.planner import PlanRequest, planned_series
from monitor.cli.steps import RunnersOption
from monitor.execution.targets.target import find_target, load_targets
from monitor.github.workflows import LOSS_REPORT_DAYS, RECORDED_WORKFLOWS, RETENTION_DAYS, Workflows, workflow_states
from monitor.issues.health_checks import HealthAlarm, clock, coverage, lost, schedules, silence, site
from monitor.issues.health_issues import plan_alarms
from monitor.site.site_freshness import FreshnessUnknownError, site_written_at

# The workflows that something has to start every day.
DAILY = ("nightly.yml", "publish.yml")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples(
            "portability watch --repository octocat/monitor --dry-run",
            "portability watch --repository octocat/monitor --site-url https://octocat.github.io/monitor --days 5",
        )
    )(watch)


def watch(
    repository: RepositoryOption,
    history: HistoryOption = DEFAULT_HISTORY,
    site_url: Annotated[
        str, typer.Option(help="The address of the published site: how old is it?", metavar="URL")
    ] = "",
    runner: RunnersOption = [],  # noqa: B006 - typer copies it
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="A suite without a nightly run for longer is told of.")
    ] = 3,
    branch: BranchOption = "main",
    account: AccountOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, whole, and do nothing.")] = False,
    json_: JsonOption = False,
) -> None:
    """Open an issue where the monitor itself is in trouble, one a kind of it, and close it when data flows again.

    Looked for: workflows that GitHub or somebody switched off; suites that a plan would run and that the nightly job
    has not observed for days, each target, framework and kind of evidence for itself (a backfill does not count);
    newest nights that observed under 95 % of their cases, or of builds that broke as a whole; a published site that is
    older than two days; what runs handed over and nobody recorded; runs, or this machine's clock, in the future. The
    token is the environment's GITHUB_TOKEN: `issues: write`, `actions: read`. The exit status is 1 where some issue
    could not be changed, and 2 where GitHub cannot be asked at all.
    """
    address, targets = site_address(site_url), load_targets(RUNNERS)
    for name in runner:
        find_target(targets, name)
    github, issues = board(
        repository, account, "issues: write and actions: read", dry_run=dry_run, allow_clock_error=True
    )
    switched = workflow_states(github)  # the first answer, and with it what GitHub's clock says
    now, recorded, material = github.now, open_history(history).artifacts(), gathered(history)
    expected, longest = planned_series(PlanRequest(runners=tuple(runner)), targets), timedelta(days=days)
    handed = Workflows(github, branch).artifacts(
        _there(RECORDED_WORKFLOWS, switched), RETENTION_DAYS + LOSS_REPORT_DAYS, recorded
    )
    alarms = [
        schedules(switched, DAILY),
        silence(material.nights, expected, longest, now),
        coverage(material.newest, expected, longest, now),
        lost(handed, now),
        clock(material.nights, github.clock_error, now),
        *([_site(address, now)] if address else []),
    ]
    carry_out(issues, plan_alarms(alarms, issues.filed()), dry_run=dry_run, as_json=json_)


def _there(wanted: tuple[str, ...], states: Mapping[str, str]) -> tuple[str, ...]:
    """Those of the workflows that the repository has: of others it cannot be asked what they handed over."""
    return tuple(name for name in wanted if name in states)


def _site(address: str, now: datetime) -> HealthAlarm:
    try:
        return site(address, site_written_at(address), "", now)
    except FreshnessUnknownError as error:
        return site(address, None, str(error), now)
