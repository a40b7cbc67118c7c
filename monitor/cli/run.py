"""`portability run`: run one job."""

from __future__ import annotations

import typer

from monitor.cli.commands import command_app
from monitor.execution.__main__ import main as run_step

app = command_app()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def run(context: typer.Context) -> None:
    """Run one job and write its run file.

    `portability run --help` lists the options.
    """
    raise typer.Exit(run_step(context.args, program="portability run"))
