"""`portability bisect`: find the build that changed a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import (
    CacheOption,
    EvidenceOption,
    HistoryOption,
    JsonOption,
    OldChannelOption,
    TargetOption,
    VersionsOption,
)
from monitor.cli.output import examples, print_json
from monitor.cli.paths import existing_file
from monitor.pipeline.bisect import BisectRequest, run_bisection
from monitor.pipeline.locations import DEFAULT_HISTORY, PAST_BUILDS
from monitor.reports.bisect_report import bisect_json, bisect_text

app = command_app()


@app.command(
    epilog=examples(
        "portability bisect jax/jax.tree_map/eager-float32",
        "portability bisect jax/jax.tree_map/eager-float32 \\ --good jax==0.5.0 --bad jax==0.7.0",
        "portability bisect torch/torch.nn.init.xavier_uniform_/eager-bfloat16 \\ --builds 2.11.0,2.12.0,2.12.1",
        "portability bisect --script check.py \\ --good tf-nightly-cpu==2.21.0.dev20250901"
        " \\ --bad tf-nightly-cpu==2.22.0.dev20260904",
    )
)
def bisect(
    case: Annotated[str, typer.Argument(help="A case's id, as the site and `suite list --by case` show it.")] = "",
    target: TargetOption = "cpu",
    evidence: EvidenceOption = None,
    good: Annotated[str, typer.Option(help="A build that is good: jax==0.5.0", metavar="BUILD")] = "",
    bad: Annotated[str, typer.Option(help="A later build that is bad.", metavar="BUILD")] = "",
    channel: OldChannelOption = "",
    builds: VersionsOption = "",
    script: Annotated[
        Path | None,
        typer.Option(
            help="A script instead of a case. Exit status 0 is good, 125 cannot judge, any other is bad.",
            metavar="FILE",
            parser=existing_file,
        ),
    ] = None,
    fixed: Annotated[
        bool, typer.Option("--fixed", help="Find the build that fixed a case: the older end fails, the newer passes.")
    ] = False,
    latency: Annotated[
        bool, typer.Option("--latency", help="Find the build that made a case slower; needs --good and --bad.")
    ] = False,
    history: HistoryOption = DEFAULT_HISTORY,
    cache: CacheOption = PAST_BUILDS,
    json_: JsonOption = False,
) -> None:
    """Find the two neighbouring builds between which a case changed.

    Shows also the commits between them. Without --good and --bad, the history gives the ends: the last build under
    which the case passed, and the first later one under which it failed. If it always passed, they are the builds
    between which its values changed. The ends are tried first, then builds between them, each with the other packages
    of the good build. The same call continues an interrupted search.

    Exit status: 0, 1 if builds between the two could not be judged, 2 if the call is wrong.
    """
    request = BisectRequest(target, case, script, evidence, good, bad, channel, builds, fixed, latency)
    result, folder = run_bisection(request, history, cache)
    if json_:
        print_json(bisect_json(result))
    else:
        print(f"{bisect_text(result)}\nThe log of each step: {folder}")
    if result.skipped:
        raise typer.Exit(1)
