"""`portability history`: the recorded history itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import pandas as pd
import typer

from monitor.cli.common import (
    DEFAULT_HISTORY,
    INDEX,
    RUNNERS,
    HistoryOption,
    JsonOption,
    examples,
    open_history,
    print_frame,
    print_json,
    refuse_unknown,
    say,
)
from monitor.execution.targets.target import load_targets
from monitor.history.function_index import load_function
from monitor.history.layout import places
from monitor.history.retention import thin
from monitor.suite.catalog import load_catalog
from monitor.suite.discovery import frameworks

app = typer.Typer(name="history", help="The recorded history itself.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The recorded history itself."""


@app.command(
    "show", epilog=examples("portability history show torch torch.cat", "portability history show jax jax.jit --json")
)
def show(
    framework: Annotated[str, typer.Argument(help="torch, jax or tensorflow.")],
    function: Annotated[str, typer.Argument(help="A function by its dotted name.")],
    target: Annotated[str, typer.Option("--target", help="A runner file's name.")] = "cpu",
    history: HistoryOption = DEFAULT_HISTORY,
    json_: JsonOption = False,
) -> None:
    """What every run saw of one function's cases. Exit status 1 where none on that target saw any.

    Runs that were retracted are left out; `portability history retracted` lists them.
    """
    refuse_unknown("framework", framework, frameworks())
    refuse_unknown("target", target, load_targets(RUNNERS))
    files = open_history(history).files
    table = load_function(files, INDEX, target, framework, function)
    if table.empty:
        others = [there for there, of in places(files) if of == framework]
        seen = [one for one in others if not load_function(files, INDEX, one, framework, function).empty]
        if not seen:
            refuse_unknown("function", function, load_catalog())
        say(f"no run on {target} saw {function}" + (f"; {', '.join(seen)} did" if seen else ""))
    if json_:
        print_json(table.astype(object).where(table.notna(), None).to_dict("records"))
    else:
        print_frame(table, markdown=False)
    if table.empty:
        raise typer.Exit(1)


@app.command(
    "retract",
    epilog=examples(
        'portability history retract 20260904T030000Z-4b6713 --why "the machine had been tampered with"',
        'portability history retract 20260904T030000Z-4b6713 --why "version 9999.0 is none of jax" --push',
    ),
)
def retract(
    run: Annotated[str, typer.Argument(help="The id of a recorded run.")],
    why: Annotated[str, typer.Option(help="The reason, in one line; it is shown wherever the run is.")],
    history: HistoryOption = DEFAULT_HISTORY,
    push: Annotated[bool, typer.Option("--push", help="Push to the remote `origin`, on top of what is there.")] = False,
) -> None:
    """Take a recorded run out of every verdict, for good, in one commit.

    Outcomes and signatures are made anew from the runs that remain. The run stays, with the reason, on the site's page
    of runs and in `portability history retracted`, and cannot be recorded again.
    """
    told, commit = open_history(history).retract(run, why, push=push, say=say)
    of = f"{told.target} {told.framework} {told.suite} {told.evidence}, {told.build or 'no build'}"
    print(f"retracted {told.run} ({of})")
    say(f"recorded as {commit[:12]}")


@app.command("retracted", epilog=examples("portability history retracted", "portability history retracted --json"))
def retracted(history: HistoryOption = DEFAULT_HISTORY, json_: JsonOption = False) -> None:
    """List the runs that were taken back, and why."""
    found = [*open_history(history).retractions().values()]
    if json_:
        print_json(found)
    elif found:
        print_frame(pd.DataFrame(found), markdown=False)
    else:
        print("no run was retracted")


@app.command("thin", epilog=examples("portability history thin", "portability history thin --anew"))
def thin_out(
    anew: Annotated[
        bool,
        typer.Option("--anew", help="Begin the branch anew, so that clones shrink too; keep the old one."),
    ] = False,
    history: HistoryOption = DEFAULT_HISTORY,
) -> None:
    """Drop measurements older than a year, but for one run a week of each series. Outcomes stay, of every run."""
    done = thin(open_history(history), datetime.now(UTC).date(), anew=anew)
    print(f"{done.runs} runs thinned out, {done.freed / 2**20:,.1f} MiB freed in the work tree")
    if done.old:
        print(f"branch results begins anew; the old one is {done.old}. Where there is a remote, move it there by hand:")
        print(f"  git push origin {done.old} && git push --force-with-lease origin results")
