"""`portability suite`: which cases there are."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import JsonOption, examples, print_json, refuse_unknown, say
from monitor.suite.discovery import collect, frameworks, is_listed, suites

app = typer.Typer(name="suite", help="The cases that are run.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The cases that are run."""


@app.command(
    "list", epilog=examples("portability suite list", "portability suite list --framework jax --suite paper --json")
)
def list_cases(
    framework: Annotated[str, typer.Option(help="Only of this framework.")] = "",
    suite: Annotated[str, typer.Option(help="Only of this suite.")] = "",
    json_: JsonOption = False,
) -> None:
    """List every declared case, by its id. Needs no framework.

    What only an installed build can list is named as that.
    """
    if framework:
        refuse_unknown("framework", framework, frameworks())
    if suite:
        there = {name for one in frameworks() if framework in ("", one) for name in suites(one)}
        refuse_unknown("suite", suite, there)
    chosen = [
        (one, name) for one in frameworks() if framework in ("", one) for name in suites(one) if suite in ("", name)
    ]
    found = [
        {
            "case": case.id,
            "suite": name,
            "function": case.declaration.function,
            "mode": case.mode.value,
            "dtype": case.dtype,
            "oracle": "reference" if case.declaration.numeric else "promise",
        }
        for one, name in chosen
        if not is_listed(one, name)
        for case in collect(one, name).values()
    ]
    if json_:
        print_json(found)
        return
    for entry in found:
        print(f"{entry['suite']}  {entry['case']}")
    for one, name in chosen:
        if is_listed(one, name):
            say(f"{name}: the installed build of {one} lists its cases when it runs")
