"""`portability doctor`: check this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import CacheOption, JsonOption
from monitor.cli.output import examples, print_json
from monitor.execution.builds.environments import default_cache
from monitor.pipeline.doctor import check_machine

app = command_app()


@app.command(
    epilog=examples("portability doctor", "portability doctor --json", "portability doctor --target nvidia-h100")
)
def doctor(
    cache: CacheOption = default_cache(),  # noqa: B008 - the environment does not change meanwhile
    json_: JsonOption = False,
    target: Annotated[
        str,
        typer.Option(
            help="Check this machine as that target: install its builds, and show the devices that they find.",
            metavar="NAME",
        ),
    ] = "",
) -> None:
    """Check what works on this machine, and how to get what is missing.

    Exit status 1 if a night cannot run.
    """
    checks = check_machine(cache, target)
    if json_:
        print_json(checks)
    else:
        for check in checks:
            mark = "ok     " if check.passed else "MISSING" if check.needed else "without"
            print(f"{mark} {check.subject}: {check.detail}" + (f"; {check.remedy}" if check.remedy else ""))
    if any(check.needed and not check.passed for check in checks):
        raise typer.Exit(1)
