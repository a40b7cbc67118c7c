"""Open GitHub with the settings of the environment: repository, token, address of the API."""

from __future__ import annotations

import os
import re

from monitor.github.account import ACTIONS_BOT
from monitor.github.client import GitHubClient
from monitor.github.repository_address import GITHUB, AddressError, api_address
from monitor.issues.github_issues import IssueTracker
from monitor.pipeline.errors import UserError
from monitor.pipeline.progress_log import log

REPOSITORY = r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}"
LOGIN = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,80})(\[bot\])?"
SITE = r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d+)?(/[A-Za-z0-9._~-]+)*/?"


def check_repository(repository: str) -> None:
    """Raise UserError unless `repository` is OWNER/NAME."""
    if not re.fullmatch(REPOSITORY, repository):
        raise UserError(f'--repository "{repository}": must be OWNER/NAME, as in octocat/monitor')


def open_repository(
    repository: str, permission: str, *, without_token: str, may_lack: bool = False, allow_clock_error: bool = False
) -> GitHubClient:
    """Return a client for a repository, with the environment's GITHUB_TOKEN. Raises UserError.

    `without_token` says what to do if the token is missing; with `may_lack` a missing token is accepted.
    """
    check_repository(repository)
    token = github_token()
    if not token and not may_lack:
        raise UserError(f"GITHUB_TOKEN is not set: {without_token}")
    return GitHubClient(
        repository, permission=permission, token=token, api=api_url(), allow_clock_error=allow_clock_error, log=log
    )


def github_token() -> str:
    """Return the environment's token, or "" if there is none. Raises UserError."""
    token = os.environ.get("GITHUB_TOKEN", "").strip()
    if not re.fullmatch(r"[!-~]*", token):
        raise UserError("GITHUB_TOKEN is no token: it has spaces, or characters that no token has")
    return token


def api_url() -> str:
    """Return the address of GitHub's API that the environment gives. Raises UserError."""
    try:
        return api_address(os.environ.get("GITHUB_API_URL", "").strip() or GITHUB)
    except AddressError as error:
        raise UserError(f"GITHUB_API_URL is {error}") from error


def open_issues(
    repository: str, account: str, permission: str = "issues: write", *, dry_run: bool, allow_clock_error: bool = False
) -> tuple[GitHubClient, IssueTracker]:
    """Return a client and the issues of a repository, to write or, with `dry_run`, to read. Raises UserError."""
    if account and not re.fullmatch(LOGIN, account):
        raise UserError(f'--account "{account}": must be a login at GitHub, as in octocat or my-app[bot]')
    without_token = "give a token that may write issues, or --dry-run"
    client = open_repository(
        repository, permission, without_token=without_token, may_lack=dry_run, allow_clock_error=allow_clock_error
    )
    if not (account or client.token):
        log(f"no token: issues of {ACTIONS_BOT} are taken for the monitor's own; --account names another")
        account = ACTIONS_BOT
    return client, IssueTracker(client, account)


def checked_site_url(url: str) -> str:
    """Return the address of a published site with a slash at its end, or "" if none is given. Raises UserError."""
    if url and not re.fullmatch(SITE, url):
        raise UserError(f'--site-url "{url}": must be an address, as in https://octocat.github.io/monitor')
    return url and url.rstrip("/") + "/"
