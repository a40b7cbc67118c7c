"""`portability record`: add run files to the history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import HistoryOption, PlanOption, PushOption
from monitor.cli.output import examples
from monitor.cli.paths import made_by
from monitor.execution.targets.target import load_targets
from monitor.pipeline.locations import DEFAULT_HISTORY, RUNNERS
from monitor.pipeline.plan_files import read_plan
from monitor.pipeline.progress_log import log
from monitor.pipeline.record import artifact_files, record_files
from monitor.pipeline.snapshots import open_history

app = command_app()


@app.command(
    epilog=examples(
        "portability record runs/*.jsonl --history history",
        "portability record runs/*.jsonl --history history --push",
        "portability record --artifacts runs --history history --push",
    )
)
def record(
    runs: Annotated[list[Path], typer.Argument(help="Run files; untrusted, each is checked whole first.")] = [],  # noqa: B006
    history: HistoryOption = DEFAULT_HISTORY,
    artifacts: Annotated[
        Path | None,
        typer.Option(
            help="Folder of `portability github download`.",
            metavar="DIR",
            parser=made_by("portability github download"),
        ),
    ] = None,
    plan: PlanOption = None,
    push: PushOption = False,
) -> None:
    """Add run files to the history, in one commit.

    An invalid file is refused whole, in one line that names the fault; the others are recorded, and the exit status
    is 2. A run is also invalid in three cases. The runner file of its target does not list its framework, its suite
    or the source of its build. Its workflow was started for another target or kind of evidence. Or, with --plan, no
    job of the plan asks for it.
    """
    targets = load_targets(RUNNERS)
    jobs = read_plan(plan) if plan else None
    folders = sorted(path for path in artifacts.iterdir() if path.is_dir()) if artifacts else []
    if not (runs or artifact_files(folders)):
        log("nothing to record")
        return
    result = record_files(open_history(history), runs, targets, artifacts=folders, jobs=jobs, push=push)
    if result.accepted:
        log(f"recorded as {result.commit[:12]}" if result.commit else "nothing new: these runs were recorded before")
    if result.refused:
        raise typer.Exit(2)
