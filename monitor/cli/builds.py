"""`portability builds`: the environments that hold the frameworks."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import DEFAULT_CACHE, CacheOption, JsonOption, ReadCacheOption, examples, print_json
from monitor.execution.builds.environments import list_environments, prune_environments

app = typer.Typer(name="builds", help="The installed builds, each in its own environment.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The installed builds, each in its own environment."""


@app.command("list", epilog=examples("portability builds list", "portability builds list --json"))
def list_builds(cache: ReadCacheOption = DEFAULT_CACHE, json_: JsonOption = False) -> None:
    """List the environments in the cache, the last used first."""
    found = list_environments(cache)
    if json_:
        print_json(found)
        return
    for environment in found:
        mebibytes = environment.size / 2**20
        record = environment.record
        print(
            f"{record.label}  Python {record.python}  {mebibytes:,.0f} MiB  used {environment.used}  {environment.path}"
        )
    print(f"{len(found)} in {cache}")


@app.command("prune", epilog=examples("portability builds prune", "portability builds prune --unused-days 0 --keep 3"))
def prune(
    unused_days: Annotated[float, typer.Option(min=0, help="Remove what was not used for so many days.")] = 14,
    keep: Annotated[int, typer.Option(min=0, help="But keep at least so many, the last used.")] = 0,
    cache: CacheOption = DEFAULT_CACHE,
) -> None:
    """Remove environments that nobody used for some time. They are made again when they are asked for."""
    pruned = prune_environments(cache, unused_days=unused_days, keep=keep)
    for environment in pruned.removed:
        print(f"removed {environment.record.label}")
    for environment in pruned.in_use:
        print(f"in use, left: {environment.record.label}")
    freed = sum(environment.size for environment in pruned.removed) / 2**20
    print(f"{len(pruned.removed)} removed, {freed:,.0f} MiB freed")
