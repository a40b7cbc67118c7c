"""`portability notify`: GitHub issues on regressions."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.issue_output import print_operations
from monitor.cli.options import (
    AccountOption,
    DryRunOption,
    HistoryOption,
    JsonOption,
    RepositoryOption,
    SiteUrlOption,
    TriageOption,
)
from monitor.cli.output import examples
from monitor.issues.settings import CLOSE_AFTER
from monitor.pipeline.github_access import checked_site_url, open_issues
from monitor.pipeline.issue_operations import apply_issue_plan
from monitor.pipeline.locations import DEFAULT_HISTORY, TRIAGE
from monitor.pipeline.notify import plan_regression_issues

app = command_app()


@app.command(
    epilog=examples(
        "portability notify --repository octocat/monitor --dry-run",
        "portability notify --repository octocat/monitor \\ --site-url https://octocat.github.io/monitor",
    )
)
def notify(
    repository: RepositoryOption,
    history: HistoryOption = DEFAULT_HISTORY,
    triage: TriageOption = TRIAGE,
    site_url: SiteUrlOption = "",
    close_after: Annotated[int, typer.Option(min=1, help="Good nights after which an issue is closed.")] = CLOSE_AFTER,
    account: AccountOption = "",
    dry_run: DryRunOption = False,
    json_: JsonOption = False,
) -> None:
    """Open, update and close GitHub issues on regressions.

    docs/reference/issues.md describes an issue, and how to mute it. The token is the environment's GITHUB_TOKEN; a dry
    run on a public repository needs none. Only issues of the token's own account are changed. Exit status: 1 if an
    issue could not be changed, 2 if GitHub cannot be reached; the next call does what is left.
    """
    address = checked_site_url(site_url)
    _, issues = open_issues(repository, account, dry_run=dry_run)
    tasks = plan_regression_issues(issues, history, triage, site_url=address, close_after=close_after)
    print_operations(apply_issue_plan(issues, tasks, dry_run=dry_run), whole=dry_run, as_json=json_)
