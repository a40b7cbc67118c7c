"""`portability operations`: follow the verdicts on the operations of a program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.issue_output import print_operations
from monitor.cli.options import (
    AccountOption,
    DataOption,
    DryRunOption,
    HistoryOption,
    JsonOption,
    RepositoryOption,
)
from monitor.cli.output import examples
from monitor.cli.paths import existing_file
from monitor.pipeline.check_data_source import CheckDataSource
from monitor.pipeline.github_access import open_issues
from monitor.pipeline.issue_operations import apply_issue_plan
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.operation_files import plan_operation_issue, read_operations

app = command_app()


@app.command(
    epilog=examples(
        "portability operations ops.json --repository octocat/program --dry-run",
        "portability operations ops.json --repository octocat/program \\ "
        "--data https://octocat.github.io/monitor/data/check.json.gz",
    )
)
def operations(
    file: Annotated[
        Path, typer.Argument(help="The file that check --operations wrote.", metavar="FILE", parser=existing_file)
    ],
    repository: RepositoryOption,
    history: HistoryOption = DEFAULT_HISTORY,
    data: DataOption = None,
    account: AccountOption = "",
    dry_run: DryRunOption = False,
    json_: JsonOption = False,
) -> None:
    """Open one issue when the verdict on an operation of your program changes.

    The present verdicts are compared with those in the file. The issue is edited when further verdicts change, and
    closed when none differs from the file. Without a change, nothing is written. An operation that lost its verdict is
    no change.

    The token is the environment's GITHUB_TOKEN: `issues: write`. Exit status: 1 if the issue could not be changed, 2 if
    GitHub or the data cannot be reached.
    """
    if data == "":
        raise typer.BadParameter("an empty value; leave the option out", param_hint="--data")
    recorded = read_operations(file)
    _, issues = open_issues(repository, account, dry_run=dry_run)
    tasks = plan_operation_issue(recorded, CheckDataSource(history, data or ""), issues)
    print_operations(apply_issue_plan(issues, tasks, dry_run=dry_run), whole=dry_run, as_json=json_)
