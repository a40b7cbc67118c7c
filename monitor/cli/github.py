"""`portability github`: the workflows at GitHub."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.commands import COMMANDS, command_app
from monitor.cli.options import AccountOption, BranchOption, HistoryOption, JsonOption, PlanOption, RepositoryOption
from monitor.cli.output import examples, print_json
from monitor.cli.paths import new_directory, new_file
from monitor.github.workflows import RECORDED_WORKFLOWS, RETENTION_DAYS, Artifact
from monitor.issues.alarms import AlarmState
from monitor.pipeline import github_workflows
from monitor.pipeline.alarms import fetch_alarms
from monitor.pipeline.locations import DEFAULT_HISTORY, WORK
from monitor.pipeline.progress_log import log

app = command_app(COMMANDS["github"])

DEFAULT_WORKFLOWS = [*RECORDED_WORKFLOWS]


@app.command(
    epilog=examples(
        "portability github dispatch publish.yml",
        "portability github dispatch run.yml --input target=cpu \\ --input evidence=executed",
        "portability github dispatch run.yml --plan plan --input suite=paper",
    )
)
def dispatch(
    workflow: Annotated[str, typer.Argument(help="The file name of the workflow in .github/workflows.")],
    repository: RepositoryOption,
    branch: BranchOption = "main",
    input_: Annotated[list[str], typer.Option("--input", help="An input of the workflow.", metavar="NAME=VALUE")] = [],  # noqa: B006
    plan: PlanOption = None,
    json_: JsonOption = False,
) -> None:
    """Start a workflow: once, or with --plan once per target and kind of evidence.

    With --plan, target and evidence are inputs of each run. The token is the environment's GITHUB_TOKEN and needs the
    permission `actions: write`. A run that cannot be started does not stop the others; the exit status is then 1.
    """
    inputs = github_workflows.parse_inputs(input_)
    results = []
    for result in github_workflows.dispatch(repository, branch, workflow, inputs, plan):
        results.append(result)
        if not json_:
            print(f"- {result.name}: {f'NOT STARTED: {result.failed}' if result.failed else 'started'}")
    if json_:
        print_json(
            [{"workflow": result.workflow, "inputs": result.inputs, "failed": result.failed} for result in results]
        )
    elif not results:
        print("- nothing is left to start")
    if any(result.failed for result in results):
        raise typer.Exit(1)


@app.command(
    epilog=examples(
        "portability github download --repository octocat/monitor \\ --history history --out runs",
        "portability record --artifacts runs --history history --push",
    )
)
def download(
    repository: RepositoryOption,
    branch: BranchOption = "main",
    workflow: Annotated[
        list[str],
        typer.Option("--workflow", help="The file name of the workflow in .github/workflows.", metavar="FILE"),
    ] = DEFAULT_WORKFLOWS,
    history: HistoryOption = DEFAULT_HISTORY,
    out: Annotated[
        Path, typer.Option(help="Folder to write, with a folder per artifact.", metavar="DIR", parser=new_directory)
    ] = WORK / "runs",
    days: Annotated[int, typer.Option(min=1, max=90, help="Days to look back.")] = RETENTION_DAYS,
    json_: JsonOption = False,
) -> None:
    """Download all artifacts of runs that the history lacks.

    The token is the environment's GITHUB_TOKEN and needs the permission `actions: read`. An invalid artifact is left
    out with a line, and an artifact that expired before it was recorded is named for another week; the exit status is
    then 2.
    """
    results = []
    for result in github_workflows.download(repository, branch, workflow, history, out, days):
        results.append(result)
        if not (json_ or result.fault):
            print(f"- {result.artifact.at}: {len(result.files)} files")
    if json_:
        print_json([_json(result.artifact, result.files) for result in results if not result.fault])
    elif not results:
        log("nothing new was handed over")
    if any(result.fault for result in results):
        raise typer.Exit(2)


@app.command(
    epilog=examples(
        "portability github alarms --repository octocat/monitor \\ --out alarms.json",
        "portability site --alarms alarms.json",
    )
)
def alarms(
    repository: RepositoryOption,
    account: AccountOption = "",
    out: Annotated[Path, typer.Option(help="File of the alarms to write.", metavar="FILE", parser=new_file)] = WORK
    / "alarms.json",
    json_: JsonOption = False,
) -> None:
    """Write which issues on regressions people closed as wrong, for the site.

    An alarm was wrong if a person closed its issue as not planned. The token is the environment's GITHUB_TOKEN; a
    public repository needs none.
    """
    found = fetch_alarms(repository, account, out)
    counts = {state.value: len(found.of(state)) for state in AlarmState}
    if json_:
        print_json({"file": out, **counts})
        return
    print(", ".join(f"{number} {state}" for state, number in counts.items()))
    print(out)


def _json(artifact: Artifact, files: tuple[Path, ...]) -> dict[str, object]:
    fields = {name: _plain(value) for name, value in asdict(artifact).items()}
    return {**fields, "files": [str(path) for path in files]}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
