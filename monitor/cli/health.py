"""`portability health`: check the monitor itself."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.issue_output import print_operations
from monitor.cli.options import (
    AccountOption,
    BranchOption,
    DryRunOption,
    HistoryOption,
    JsonOption,
    RepositoryOption,
    SelfHostedOption,
    SiteUrlOption,
)
from monitor.cli.output import examples
from monitor.pipeline.github_access import checked_site_url, open_issues
from monitor.pipeline.health import check_self_hosted, plan_health_issues
from monitor.pipeline.issue_operations import apply_issue_plan
from monitor.pipeline.locations import DEFAULT_HISTORY

app = command_app()


@app.command(
    epilog=examples(
        "portability health --repository octocat/monitor --dry-run",
        "portability health --repository octocat/monitor --days 5 \\ --site-url https://octocat.github.io/monitor",
    )
)
def health(
    repository: RepositoryOption,
    history: HistoryOption = DEFAULT_HISTORY,
    site_url: SiteUrlOption = "",
    self_hosted: SelfHostedOption = [],  # noqa: B006 - typer copies it
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="Days without a nightly run after which a suite is silent.")
    ] = 3,
    branch: BranchOption = "main",
    account: AccountOption = "",
    dry_run: DryRunOption = False,
    json_: JsonOption = False,
) -> None:
    """Check the monitor's health: one issue per failing check.

    An issue is closed when its check passes. Checks: workflows are switched on; the nightly job observes every planned
    suite of each target and kind of evidence (a backfill does not count); the newest nights observed at least 95 % of
    their cases; the published site is at most two days old; artifacts of runs are recorded; no run is dated in
    the future; this machine's clock is right.

    The token is the environment's GITHUB_TOKEN: `issues: write`, `actions: read`. Exit status: 1 if an issue could not
    be changed, 2 if GitHub cannot be reached.
    """
    address = checked_site_url(site_url)
    check_self_hosted(self_hosted)
    permissions = "issues: write and actions: read"
    client, issues = open_issues(repository, account, permissions, dry_run=dry_run, allow_clock_error=True)
    tasks = plan_health_issues(
        client, issues, history, branch=branch, site_url=address, self_hosted=self_hosted, days=days
    )
    print_operations(apply_issue_plan(issues, tasks, dry_run=dry_run), whole=dry_run, as_json=json_)
