"""`portability builds`: the environments of the frameworks."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.commands import COMMANDS, command_app
from monitor.cli.options import CacheOption, JsonOption, ReadCacheOption
from monitor.cli.output import examples, print_json
from monitor.execution.builds.environments import default_cache, list_environments, prune_environments

app = command_app(COMMANDS["builds"])


@app.command("list", epilog=examples("portability builds list", "portability builds list --json"))
def list_builds(
    cache: ReadCacheOption = default_cache(),  # noqa: B008 - the environment does not change meanwhile
    json_: JsonOption = False,
) -> None:
    """List the environments in the cache, the last used first."""
    environments = list_environments(cache)
    if json_:
        print_json(environments)
        return
    for environment in environments:
        record, mebibytes = environment.record, environment.size / 2**20
        used = f"used {environment.used}"
        print(f"{record.label}  Python {record.python}  {mebibytes:,.0f} MiB  {used}  {environment.path}")
    print(f"{len(environments)} in {cache}")


@app.command("prune", epilog=examples("portability builds prune", "portability builds prune --unused-days 0 --keep 3"))
def prune(
    unused_days: Annotated[float, typer.Option(min=0, help="Remove what was not used for this many days.")] = 14,
    keep: Annotated[
        int, typer.Option(min=0, help="How many environments to keep; those that were used last stay.")
    ] = 0,
    cache: CacheOption = default_cache(),  # noqa: B008 - the environment does not change meanwhile
) -> None:
    """Remove environments that were not used for some time; a run installs them again."""
    pruned = prune_environments(cache, unused_days=unused_days, keep=keep)
    for environment in pruned.removed:
        print(f"removed {environment.record.label}")
    for environment in pruned.in_use:
        print(f"in use, left: {environment.record.label}")
    freed = sum(environment.size for environment in pruned.removed) / 2**20
    print(f"{len(pruned.removed)} removed, {freed:,.0f} MiB freed")
