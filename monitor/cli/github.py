"""GitHub as a workflow's environment tells of it: which repository, by whose leave, and where it answers."""

from __future__ import annotations

import os
import re
from typing import Annotated

import typer

from monitor.cli.common import UserError
from monitor.reporting.asking import GITHUB, Asking

REPOSITORY = r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}"
SITE = r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~-]+)*/?"

RepositoryOption = Annotated[
    str, typer.Option(help="The repository at GitHub.", metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY")
]


def check_repository(repository: str) -> None:
    """Raises UserError where that is no repository's name."""
    if not re.fullmatch(REPOSITORY, repository):
        raise UserError(f'--repository "{repository}": must be OWNER/NAME, as in octocat/monitor')


def asking(repository: str, permission: str, *, without: str, may_lack: bool = False) -> Asking:
    """A repository, asked with the environment's GITHUB_TOKEN. Raises UserError.

    `without` is what to do where there is no token, unless it `may_lack`.
    """
    check_repository(repository)
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token and not may_lack:
        raise UserError(f"GITHUB_TOKEN is not set: {without}")
    api = os.environ.get("GITHUB_API_URL", GITHUB)
    return Asking(repository, permission=permission, token=token, api=api)


def asking_for_issues(repository: str, permission: str = "issues: write", *, dry_run: bool) -> Asking:
    """A repository whose issues are to be written, or with `dry_run` only read. Raises UserError."""
    without = "give a token that may write issues, or --dry-run"
    return asking(repository, permission, without=without, may_lack=dry_run)


def site_address(url: str) -> str:
    """The address of a published site, with a slash at its end; empty where none is given. Raises UserError."""
    if url and not re.fullmatch(SITE, url):
        raise UserError(f'--site-url "{url}": must be an address, as in https://octocat.github.io/monitor')
    return url and url.rstrip("/") + "/"
