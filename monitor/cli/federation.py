"""`portability federation`: the columns of forks, fetched for the site."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import CHECKOUT, WORK, JsonOption, examples, print_json, say
from monitor.cli.paths import existing_file, new_file
from monitor.federation.columns import load_federation, write_federation
from monitor.federation.fetching import fetch_columns
from monitor.federation.forks import load_forks

FORKS = CHECKOUT / "federation.toml"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples(
            "portability federation --out federation.json && portability site --federation federation.json",
            "portability federation --json | jq -r '.excluded[]'",
        )
    )(federation)


def federation(
    forks: Annotated[
        Path,
        typer.Option(
            help="The forks and their targets; see docs/how-to/show-forks.md.", metavar="FILE", parser=existing_file
        ),
    ] = FORKS,
    out: Annotated[Path, typer.Option(help="Where to keep their columns.", metavar="FILE", parser=new_file)] = WORK
    / "federation.json",
    json_: JsonOption = False,
) -> None:
    """Fetch the columns that forks publish, for `portability site --federation`.

    What a fork sends is untrusted: it is held against the schema, and bounded in size and time. A column that cannot be
    had, is malformed or stale is left out with a line on standard error and on the site; the exit status stays 0, as no
    fork may hold up the site.
    """
    fetched = fetch_columns(load_forks(forks))
    write_federation(out, fetched)
    found = load_federation(out, datetime.now(UTC))
    for line in found.excluded:
        say(f"left out: {line}")
    columns = [
        {"column": one.label, "page": one.page, "functions": len(one.cells), "observed": one.observed}
        for one in found.columns
    ]
    if json_:
        print_json({"file": out, "columns": columns, "excluded": found.excluded})
    else:
        for one in columns:
            print(f"{one['column']}: {one['functions']} functions, last seen {one['observed']}")
        print(out)
