"""`portability backfill`: run a suite on old builds."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import (
    CacheOption,
    CasesOption,
    EvidencesOption,
    HistoryOption,
    OldChannelOption,
    SuitesOption,
    TargetOption,
    VersionsOption,
)
from monitor.cli.output import examples
from monitor.cli.paths import new_directory
from monitor.pipeline.backfill import BackfillRequest, RunStepFailedError, run_backfill
from monitor.pipeline.locations import DEFAULT_HISTORY, PAST_BUILDS

app = command_app()


@app.command(
    epilog=examples(
        "portability backfill --framework tensorflow --channel nightly \\ --since 2026-06-01 --every 14d",
        "portability backfill --framework jax --since 0.7.0",
        "portability backfill --framework jax --builds 0.5.3,0.6.0 --suite harness",
        "portability backfill --framework jax --since 0.7.0 --out runs",
    )
)
def backfill(
    framework: Annotated[str, typer.Option(help="torch, jax or tensorflow.", metavar="NAME")],
    target: TargetOption = "cpu",
    suite: SuitesOption = ["paper"],  # noqa: B006 - typer copies it
    channel: OldChannelOption = "release",
    since: Annotated[str, typer.Option(help="The oldest: a date for nightlies, else a version.", metavar="BUILD")] = "",
    every: Annotated[str, typer.Option(help="Days between two nightlies.", metavar="DAYS")] = "1d",
    builds: VersionsOption = "",
    case: CasesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, max=256, help="Runs at the same time. More make latencies noisier.")
    ] = 1,
    keep: Annotated[
        int, typer.Option(min=0, help="How many environments to keep; those that were used last stay.")
    ] = 2,
    history: HistoryOption = DEFAULT_HISTORY,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the run files here, and record nothing.", metavar="DIR", parser=new_directory),
    ] = None,
    cache: CacheOption = PAST_BUILDS,
) -> None:
    """Run a suite on old builds, the oldest first, and record each at its place in the order of builds.

    A build that the history has is not run again, so the same call continues an interrupted backfill. Exit status: 0,
    1 if a build could not be installed, 2 if the call is wrong.
    """
    request = BackfillRequest(
        framework, target, tuple(suite), channel, since, every, builds, tuple(case), tuple(evidence)
    )
    show = partial(print, flush=True)
    try:
        complete = run_backfill(request, history, cache, show, processes=jobs, keep=keep, out=out)
    except RunStepFailedError as failed:
        raise typer.Exit(failed.status) from None
    if not complete:
        raise typer.Exit(1)
