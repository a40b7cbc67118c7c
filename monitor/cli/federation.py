"""`portability federation`: fetch the columns of forks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import JsonOption
from monitor.cli.output import examples, print_json
from monitor.cli.paths import existing_file, new_file
from monitor.pipeline.federate import fetch_columns
from monitor.pipeline.locations import FORKS, WORK

app = command_app()


@app.command(
    epilog=examples(
        "portability federation --out federation.json",
        "portability site --federation federation.json",
        "portability federation --json | jq -r '.excluded[]'",
    )
)
def federation(
    forks: Annotated[
        Path,
        typer.Option(
            help="The forks and their targets; docs/how-to/show-forks.md.", metavar="FILE", parser=existing_file
        ),
    ] = FORKS,
    out: Annotated[Path, typer.Option(help="File of the columns to write.", metavar="FILE", parser=new_file)] = WORK
    / "federation.json",
    json_: JsonOption = False,
) -> None:
    """Fetch the columns that forks publish, for the site.

    Data of a fork is untrusted: it is checked against the schema, and limited in size and time. A column that is
    unavailable, malformed or stale is left out with a line on standard error and on the site; the exit status stays 0,
    so that no fork can hold up the site.
    """
    found = fetch_columns(forks, out)
    columns = [
        {"column": column.label, "page": column.page, "functions": len(column.cells), "observed": column.observed}
        for column in found.columns
    ]
    if json_:
        print_json({"file": out, "columns": columns, "excluded": found.excluded})
        return
    for column in columns:
        print(f"{column['column']}: {column['functions']} functions, last seen {column['observed']}")
    print(out)
