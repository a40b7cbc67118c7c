"""`portability actions`: the workflows at GitHub, started by one another, and what their runs handed over."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import (
    DEFAULT_HISTORY,
    WORK,
    HistoryOption,
    JsonOption,
    UserError,
    examples,
    open_history,
    print_json,
    say,
)
from monitor.cli.github import BranchOption, RepositoryOption, client
from monitor.cli.paths import made_by, new_directory
from monitor.github.archives import ArtifactError
from monitor.github.workflows import (
    LOSS_REPORT_DAYS,
    RECORDED_WORKFLOWS,
    RETENTION_DAYS,
    Artifact,
    StartError,
    Workflows,
)
from monitor.pipeline.provenance import note_start

app = typer.Typer(name="actions", help="Start workflows at GitHub, and fetch what their runs handed over.")


@app.command(
    epilog=examples(
        "portability actions start publish.yml",
        "portability actions start run.yml --input target=cpu --input evidence=executed",
        "portability actions start run.yml --plan plan --input suite=paper",
    )
)
def start(
    workflow: Annotated[str, typer.Argument(help="The name of its file in .github/workflows.")],
    repository: RepositoryOption,
    branch: BranchOption = "main",
    input_: Annotated[list[str], typer.Option("--input", help="One of its inputs: NAME=VALUE")] = [],  # noqa: B006
    plan: Annotated[
        Path | None,
        typer.Option(
            help="Once for each target and kind of evidence in this plan, with both as inputs.",
            metavar="DIR",
            parser=made_by("portability plan"),
        ),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Start a workflow: once, or once for each target of a plan and the kind of evidence that it is to give.

    The token is the environment's GITHUB_TOKEN and needs the permission `actions: write`. One that cannot be started
    holds back no other; the exit status is 1 then.
    """
    inputs = dict(_input(text) for text in input_)
    workflows = _workflows(repository, branch)
    each = _ways(plan) if plan else [{}]
    results = []
    for way in each:
        name = " ".join([workflow, *way.values()])
        try:
            workflows.dispatch(workflow, inputs | way)
            results.append({"workflow": workflow, "inputs": inputs | way, "failed": ""})
        except StartError as error:
            results.append({"workflow": workflow, "inputs": inputs | way, "failed": str(error)})
        if not json_:
            failed = results[-1]["failed"]
            print(f"- {name}: {f'NOT STARTED: {failed}' if failed else 'started'}")
    if json_:
        print_json(results)
    elif not results:
        print("- nothing is left to start")
    if any(result["failed"] for result in results):
        raise typer.Exit(1)


@app.command(
    epilog=examples(
        "portability actions fetch --repository octocat/monitor --history history --out runs",
        "portability record --fetched runs --history history --push",
    )
)
def fetch(
    repository: RepositoryOption,
    branch: BranchOption = "main",
    workflow: Annotated[
        list[str], typer.Option(help="The name of its file in .github/workflows; any number of them.")
    ] = [*RECORDED_WORKFLOWS],  # noqa: B006 - typer copies it
    history: HistoryOption = DEFAULT_HISTORY,
    out: Annotated[
        Path, typer.Option(help="Where to write them, a folder an artifact.", metavar="DIR", parser=new_directory)
    ] = WORK / "runs",
    days: Annotated[int, typer.Option(min=1, max=90, help="How far to look back.")] = RETENTION_DAYS,
    json_: JsonOption = False,
) -> None:
    """Fetch what runs handed over that the history does not have: all of it, whichever run asks.

    The token is the environment's GITHUB_TOKEN and needs the permission `actions: read`. An artifact that is not what a
    run hands over is left out, with a line, and one that expired before it was recorded is told of for a week more; the
    exit status is 2 then.
    """
    workflows = _workflows(repository, branch)
    found = workflows.artifacts(workflow, days + LOSS_REPORT_DAYS, open_history(history).artifacts())
    out.mkdir(parents=True, exist_ok=True)
    refused, answers = 0, []
    lost = [handed for handed in found if handed.expired]
    for handed in lost:
        say(f"lost: {handed.label}: {handed.loss}")
    for handed in found:
        if handed.expired:
            continue
        try:
            paths = workflows.download(handed, out / str(handed.artifact))
            note_start(out / str(handed.artifact), handed.title)
        except ArtifactError as error:
            say(f"refused: {error}")
            refused += 1
            continue
        answers.append({**_json(handed), "files": [str(path) for path in paths]})
        if not json_:
            print(f"- {handed.at}: {len(paths)} files")
    if json_:
        print_json(answers)
    elif not found:
        say("nothing new was handed over")
    if refused or lost:
        raise typer.Exit(2)


def _workflows(repository: str, branch: str) -> Workflows:
    without = "give a token that may read, or start, workflows"
    return Workflows(client(repository, "actions", without=without), branch)


def _json(handed: Artifact) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(handed).items()}


def _input(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UserError(f'--input "{text}": must be NAME=VALUE, as in suite=paper')
    return name, value


def _ways(plan: Path) -> list[dict[str, str]]:
    """Each target of a plan with each kind of evidence, once, in the plan's order. Raises UserError."""
    try:
        matrix = json.loads((plan / "matrix.json").read_text())
    except OSError as error:
        raise UserError(f"--plan {plan}: {error.strerror}; `portability plan --out {plan}` makes it") from error
    ways = dict.fromkeys((entry["target"], entry["evidence"]) for entry in matrix)
    return [{"target": target, "evidence": evidence} for target, evidence in ways]
