"""`portability notify`: issues on regressions, opened, kept up to date, and closed."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.apply_issue_plan import carry_out
from monitor.cli.common import (
    DEFAULT_HISTORY,
    RUNNERS,
    HistoryOption,
    JsonOption,
    examples,
    gathered,
)
from monitor.cli.github import AccountOption, RepositoryOption, board, site_address
from monitor.cli.steps import script_of
from monitor.cli.triage_context import TRIAGE, TriageOption, judgement
from monitor.execution.targets.target import Target, load_targets
from monitor.issues.issue_plan import plan
from monitor.issues.settings import CLOSE_AFTER, IssueSettings


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples(
            "portability notify --repository octocat/monitor --dry-run",
            "portability notify --repository octocat/monitor --site-url https://octocat.github.io/monitor",
        )
    )(notify)


def notify(
    repository: RepositoryOption,
    history: HistoryOption = DEFAULT_HISTORY,
    triage: TriageOption = TRIAGE,
    site_url: Annotated[str, typer.Option(help="The address of the published site, for links.", metavar="URL")] = "",
    close_after: Annotated[int, typer.Option(min=1, help="Good nights after which an issue is closed.")] = CLOSE_AFTER,
    account: AccountOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, whole, and do nothing.")] = False,
    json_: JsonOption = False,
) -> None:
    """Open an issue for each regression, keep it up to date, and close it when the regression is mended.

    docs/reference/issues.md describes an issue and how to mute it. The token is the environment's GITHUB_TOKEN, which
    a dry run on a public repository does not need. Only issues of the token's own account are touched. The exit
    status is 1 where some issue could not be changed, and 2 where GitHub cannot be asked at all; the next call does
    what is left.
    """
    address = site_address(site_url)
    _, issues = board(repository, account, dry_run=dry_run)
    material = gathered(history)
    known = judgement(material, triage)
    settings = IssueSettings(
        address,
        script_of,
        owners(load_targets(RUNNERS)),
        close_after,
        material.main_commits,
    )
    tasks = plan(material.regressions(known.excuse), material.nights, issues.filed(), settings)
    carry_out(issues, tasks, dry_run=dry_run, as_json=json_)


def owners(targets: dict[str, Target]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Who answers for a framework on a target: the target's owners, and the framework's there."""
    return {
        (target.name, framework.name): (*target.owners, *framework.owners)
        for target in targets.values()
        for evidence in target.evidences
        for framework in target.sources(evidence).frameworks.values()
    }
