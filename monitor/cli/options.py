"""Define the options that commands share: the same name for the same thing in every command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.paths import directory, existing_directory, existing_file, made_by, new_directory
from monitor.model import Evidence, WeeklyCases
from monitor.pipeline.errors import UserError
from monitor.pipeline.locations import TRIAGE

if TYPE_CHECKING:  # what selects series of a history imports pandas
    from monitor.pipeline.selection import SeriesSelection


def history_directory(value: str | Path) -> Path:
    """Return a directory that is a history, or new, or empty. Raises typer.BadParameter."""
    from monitor.pipeline.snapshots import check_history

    path = directory(value)
    try:
        check_history(path)
    except UserError as error:
        raise typer.BadParameter(str(error)) from None
    return path


def triage_directory(value: str | Path) -> Path:
    """Return the directory of the triage files. A named directory must have some. Raises typer.BadParameter."""
    from monitor.pipeline.triage_context import check_triage

    if Path(value) == TRIAGE:
        return TRIAGE
    path = existing_directory(value)
    try:
        check_triage(path)
    except UserError as error:
        raise typer.BadParameter(str(error)) from None
    return path


# Selection of series. A repeated option selects several.
TargetOption = Annotated[str, typer.Option("--target", help="A runner file's name.", metavar="NAME")]
TargetsOption = Annotated[
    list[str], typer.Option("--target", help="Only this target; can be repeated.", metavar="NAME")
]
FrameworksOption = Annotated[
    list[str], typer.Option("--framework", help="Only torch, jax or tensorflow; can be repeated.", metavar="NAME")
]
SuitesOption = Annotated[list[str], typer.Option("--suite", help="Only this suite; can be repeated.", metavar="NAME")]
EvidenceOption = Annotated[
    Evidence | None, typer.Option("--evidence", help="Kind of evidence; default: the strongest of the target.")
]
EvidencesOption = Annotated[
    list[Evidence], typer.Option("--evidence", help="Only this kind of evidence; can be repeated.")
]
CasesOption = Annotated[
    list[str], typer.Option("--case", help="Only cases whose id matches this shell pattern.", metavar="PATTERN")
]
WeeklyOption = Annotated[
    WeeklyCases,
    typer.Option("--weekly", help="Weekly cases of this night: share (in turns), all or none."),
]

# Builds.
ChannelOption = Annotated[str, typer.Option("--channel", help="auto, nightly, release or pinned.", metavar="NAME")]
OldChannelOption = Annotated[str, typer.Option("--channel", help="nightly, release or pinned.", metavar="NAME")]
BuildsOption = Annotated[
    list[str], typer.Option("--build", help="One version of one framework: jax==0.9.2", metavar="BUILD")
]
PythonOption = Annotated[
    str, typer.Option("--python", help="An interpreter that already has the framework.", metavar="FILE")
]
VersionsOption = Annotated[
    str,
    typer.Option(
        "--builds", help="The versions to run, instead of those of a channel: 0.5.3,0.6.0", metavar="VERSIONS"
    ),
]
CacheOption = Annotated[
    Path, typer.Option("--cache", help="Folder of the installed builds.", metavar="DIR", parser=new_directory)
]
ReadCacheOption = Annotated[
    Path, typer.Option("--cache", help="Folder of the installed builds.", metavar="DIR", parser=directory)
]
SelfHostedOption = Annotated[
    list[str],
    typer.Option(
        "--self-hosted", envvar="PORTABILITY_RUNNERS", help="A target that has its own runner here.", metavar="NAME"
    ),
]

# Files.
HistoryOption = Annotated[
    Path,
    typer.Option(
        "--history",
        help="The recorded history: a git work tree that portability made.",
        metavar="DIR",
        parser=history_directory,
    ),
]
TriageOption = Annotated[
    Path,
    typer.Option(
        "--triage",
        help="Folder of expected.toml and mutes.toml; triage/README.md.",
        metavar="DIR",
        parser=triage_directory,
    ),
]
PlanOption = Annotated[
    Path | None,
    typer.Option("--plan", help="A plan of `portability plan`.", metavar="DIR", parser=made_by("portability plan")),
]
SiteOption = Annotated[
    Path, typer.Option("--site", help="Folder of the site to write.", metavar="DIR", parser=new_directory)
]
FederationOption = Annotated[
    Path | None,
    typer.Option(
        "--federation",
        help="Columns of forks, from `portability federation`.",
        metavar="FILE",
        parser=existing_file,
    ),
]
AlarmsOption = Annotated[
    Path | None,
    typer.Option(
        "--alarms",
        help="Which alarms were right, from `portability github alarms`.",
        metavar="FILE",
        parser=existing_file,
    ),
]
PushOption = Annotated[bool, typer.Option("--push", help="Push to the remote `origin`, on top of what is there.")]

# GitHub.
RepositoryOption = Annotated[
    str,
    typer.Option("--repository", help="The repository at GitHub.", metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY"),
]
BranchOption = Annotated[
    str, typer.Option("--branch", help="The branch of workflow runs.", metavar="NAME", envvar="GITHUB_REF_NAME")
]
AccountOption = Annotated[
    str,
    typer.Option(
        "--account",
        help="The login that writes the monitor's issues; default: that of the token.",
        metavar="LOGIN",
        envvar="PORTABILITY_ACCOUNT",
    ),
]
SiteUrlOption = Annotated[str, typer.Option("--site-url", help="The address of the published site.", metavar="URL")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Print every planned step in full, and change nothing.")]

DataOption = Annotated[
    str | None,
    typer.Option(
        "--data", help="Look up in this file of a site, data/check.json.gz, or at its address.", metavar="FILE-OR-URL"
    ),
]

# Output.
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Print Markdown.")]


def series_selection(
    target: list[str], framework: list[str], suite: list[str], evidence: list[Evidence]
) -> SeriesSelection:
    """Return the selection that the four options give."""
    from monitor.pipeline.selection import SeriesSelection

    return SeriesSelection(tuple(target), tuple(framework), tuple(suite), tuple(evidence))
