"""`portability plan`: plan the jobs of a night."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import (
    BuildsOption,
    CasesOption,
    ChannelOption,
    EvidencesOption,
    FrameworksOption,
    HistoryOption,
    SelfHostedOption,
    SuitesOption,
    TargetsOption,
    WeeklyOption,
)
from monitor.cli.output import examples
from monitor.cli.paths import new_directory
from monitor.model import WeeklyCases
from monitor.pipeline.locations import DEFAULT_HISTORY, WORK
from monitor.pipeline.plan import make_plan
from monitor.pipeline.planner import PlanRequest

app = command_app()


@app.command(
    epilog=examples(
        "portability plan --history history --out plan",
        "portability plan --target cpu --framework jax --channel release",
        "portability plan --suite opinfo --shards 8",
        "portability plan --self-hosted nvidia-h100 --self-hosted tpu-v5e",
        "portability plan --target cpu --framework jax --force",
    )
)
def plan(
    history: HistoryOption = DEFAULT_HISTORY,
    out: Annotated[
        Path, typer.Option(help="Folder for matrix.json and a file per job.", metavar="DIR", parser=new_directory)
    ] = WORK / "plan",
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    channel: ChannelOption = "auto",
    build: BuildsOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    self_hosted: SelfHostedOption = [],  # noqa: B006
    case: CasesOption = [],  # noqa: B006
    weekly: WeeklyOption = WeeklyCases.SHARE,
    shards: Annotated[int, typer.Option(min=1, max=100, help="Split each suite into this many equal jobs.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Also plan builds that were measured already.")] = False,
) -> None:
    """Plan the jobs of a night: one per suite, framework and target.

    A job file holds the last known outcomes of its cases. Jobs for GitHub's own runners are always planned; jobs
    for other runners only if --self-hosted names their target. A build that was measured already is skipped for one
    night. It is planned all the same if --build names it, or if another night can confirm a change or a slowdown of
    it.

    Weekly cases take turns: each run chooses a sixth of them, by the nights on which they last ran and by their cost.
    Those with a change that another night has to confirm run every night.

    Writes OUT/matrix.json, a list of {name, job, labels, target, evidence}, and one OUT/<name>.json per job.
    """
    request = PlanRequest(
        tuple(target),
        tuple(framework),
        tuple(suite),
        channel,
        tuple(build),
        cases=tuple(case),
        evidences=tuple(evidence),
        shards=shards,
        weekly=weekly,
        self_hosted=tuple(self_hosted),
    )
    for line in make_plan(request, history, out, force=force).lines():
        print(f"- {line}")
