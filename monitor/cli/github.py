"""GitHub as a workflow's environment tells of it: which repository, by whose leave, and where it answers."""

from __future__ import annotations

import os
import re
from typing import Annotated

import typer

from monitor.cli.common import UserError, say
from monitor.github.account import ACTIONS_BOT
from monitor.github.client import GitHubClient
from monitor.github.repository_address import GITHUB, AddressError, api_address
from monitor.issues.github_issues import IssueTracker

REPOSITORY = r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}"
LOGIN = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,80})(\[bot\])?"
SITE = r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~-]+)*/?"

RepositoryOption = Annotated[
    str, typer.Option(help="The repository at GitHub.", metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY")
]

BranchOption = Annotated[
    str, typer.Option(help="The branch that workflows run on.", metavar="NAME", envvar="GITHUB_REF_NAME")
]
AccountOption = Annotated[
    str,
    typer.Option(
        help="The login that writes the monitor's issues, where GitHub does not tell whose the token is.",
        metavar="LOGIN",
        envvar="PORTABILITY_ACCOUNT",
    ),
]


def check_repository(repository: str) -> None:
    """Raises UserError where that is no repository's name."""
    if not re.fullmatch(REPOSITORY, repository):
        raise UserError(f'--repository "{repository}": must be OWNER/NAME, as in octocat/monitor')


def client(
    repository: str, permission: str, *, without: str, may_lack: bool = False, allow_clock_error: bool = False
) -> GitHubClient:
    """A repository, asked with the environment's GITHUB_TOKEN. Raises UserError.

    `without` is what to do where there is no token, unless it `may_lack`.
    """
    check_repository(repository)
    token = github_token()
    if not token and not may_lack:
        raise UserError(f"GITHUB_TOKEN is not set: {without}")
    return GitHubClient(
        repository, permission=permission, token=token, api=api(), allow_clock_error=allow_clock_error, log=say
    )


def github_token() -> str:
    """The environment's token, empty where there is none. Raises UserError."""
    token = os.environ.get("GITHUB_TOKEN", "").strip()
    if not re.fullmatch(r"[!-~]*", token):
        raise UserError("GITHUB_TOKEN is no token: it has spaces, or characters that no token has")
    return token


def api() -> str:
    """Where GitHub's API answers, as the environment tells. Raises UserError."""
    try:
        return api_address(os.environ.get("GITHUB_API_URL", "").strip() or GITHUB)
    except AddressError as error:
        raise UserError(f"GITHUB_API_URL is {error}") from error


def board(
    repository: str, account: str, permission: str = "issues: write", *, dry_run: bool, allow_clock_error: bool = False
) -> tuple[GitHubClient, IssueTracker]:
    """A repository whose issues are to be written, or with `dry_run` only read. Raises UserError."""
    if account and not re.fullmatch(LOGIN, account):
        raise UserError(f'--account "{account}": must be a login at GitHub, as in octocat or my-app[bot]')
    without = "give a token that may write issues, or --dry-run"
    asked = client(repository, permission, without=without, may_lack=dry_run, allow_clock_error=allow_clock_error)
    if not (account or asked.token):
        say(f"no token: issues of {ACTIONS_BOT} are taken for the monitor's own; --account names another")
        account = ACTIONS_BOT
    return asked, IssueTracker(asked, account)


def site_address(url: str) -> str:
    """The address of a published site, with a slash at its end; empty where none is given. Raises UserError."""
    if url and not re.fullmatch(SITE, url):
        raise UserError(f'--site-url "{url}": must be an address, as in https://octocat.github.io/monitor')
    return url and url.rstrip("/") + "/"
