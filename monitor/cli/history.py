"""`portability history`: the recorded history itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import pandas as pd
import typer

from monitor.cli.commands import COMMANDS, command_app
from monitor.cli.options import HistoryOption, JsonOption, MarkdownOption, PushOption, TargetOption
from monitor.cli.output import examples, print_frame, print_json
from monitor.history.retention import prune_measurements
from monitor.pipeline.function_history import function_history
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.progress_log import log
from monitor.pipeline.snapshots import open_history

app = command_app(COMMANDS["history"])


@app.command("show", epilog=examples("portability history show torch.cat", "portability history show jax.jit --json"))
def show(
    function: Annotated[str, typer.Argument(help="A function by its dotted name.")],
    target: TargetOption = "cpu",
    history: HistoryOption = DEFAULT_HISTORY,
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show all recorded results of one function's cases.

    Retracted runs are left out; `portability history retracted` lists them. Exit status 1 if no run on the target
    observed the function.
    """
    found = function_history(history, function, target)
    if found.table.empty:
        others = f"; {', '.join(found.elsewhere)} did" if found.elsewhere else ""
        log(f"no run on {target} observed {function}{others}")
    if json_:
        print_json(found.table.astype(object).where(found.table.notna(), None).to_dict("records"))
    else:
        print_frame(found.table, markdown=markdown)
    if found.table.empty:
        raise typer.Exit(1)


@app.command(
    "retract",
    epilog=examples(
        'portability history retract 20260904T030000Z-4b6713 \\ --why "the machine had been tampered with"',
        'portability history retract 20260904T030000Z-4b6713 --push \\ --why "jax has no version 9999.0"',
    ),
)
def retract(
    run: Annotated[str, typer.Argument(help="The id of a recorded run.")],
    why: Annotated[str, typer.Option(help="The reason, in one line; shown wherever the run is.", metavar="TEXT")],
    history: HistoryOption = DEFAULT_HISTORY,
    push: PushOption = False,
) -> None:
    """Exclude a recorded run from every verdict, for good, in one commit.

    Outcomes are computed again from the remaining runs. The run stays, with the reason, on the site's
    page of runs and in `portability history retracted`, and cannot be recorded again.
    """
    retraction, commit = open_history(history).retract(run, why, push=push, say=log)
    series = f"{retraction.target} {retraction.framework} {retraction.suite} {retraction.evidence}"
    print(f"retracted {retraction.run} ({series}, {retraction.build or 'no build'})")
    log(f"recorded as {commit[:12]}")


@app.command("retracted", epilog=examples("portability history retracted", "portability history retracted --json"))
def retracted(history: HistoryOption = DEFAULT_HISTORY, json_: JsonOption = False) -> None:
    """List the retracted runs, with the reasons."""
    retractions = [*open_history(history).retractions().values()]
    if json_:
        print_json(retractions)
    elif retractions:
        print_frame(pd.DataFrame(retractions), markdown=False)
    else:
        print("no run was retracted")


@app.command("prune", epilog=examples("portability history prune", "portability history prune --rewrite-history"))
def prune(
    rewrite_history: Annotated[
        bool,
        typer.Option(
            "--rewrite-history",
            help="Replace the branch by one commit, so that clones shrink too; the old branch gets another name.",
        ),
    ] = False,
    history: HistoryOption = DEFAULT_HISTORY,
) -> None:
    """Remove measurements older than a year, except one run a week of each series.

    The outcomes of every run stay.
    """
    pruned = prune_measurements(open_history(history), datetime.now(UTC).date(), rewrite=rewrite_history)
    print(f"{pruned.runs} runs pruned, {pruned.freed / 2**20:,.1f} MiB freed in the work tree")
    if pruned.old:
        print(f"branch results starts again; the old one is {pruned.old}. If there is a remote, move it there by hand:")
        print(f"  git push origin {pruned.old} && git push --force-with-lease origin results")
