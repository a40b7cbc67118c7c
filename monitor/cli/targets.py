"""`portability target`: the hardware, one runner file each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import RUNNERS, JsonOption, examples, print_json
from monitor.execution.targets import load_target, load_targets

app = typer.Typer(name="target", help="The hardware: one runner file each.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The hardware: one runner file each."""


@app.command("list", epilog=examples("portability target list", "portability target list --json"))
def list_targets(json_: JsonOption = False) -> None:
    """List every target, its runner's labels, and the frameworks and channels it can be asked for."""
    targets = load_targets(RUNNERS)
    if json_:
        print_json([*targets.values()])
        return
    for target in targets.values():
        print(f"{target.name}: {target.title}")
        for evidence in target.evidences:
            print(f"  {evidence} on {', '.join(target.way(evidence).labels)}")
            for framework in target.offer(evidence).frameworks.values():
                print(f"    {framework.name} on {framework.device}: {', '.join(framework.channels)}")


@app.command("check", epilog=examples("portability target check runners/cpu.toml"))
def check(files: Annotated[list[Path], typer.Argument(help="Runner files.")]) -> None:
    """Check runner files; the first fault is named with file, field and mend, and the exit status is 2."""
    for file in files:
        target = load_target(file)
        said = [f"{one} {', '.join(target.offer(one).frameworks)}" for one in target.evidences]
        print(f"{file}: fine: {target.title}, {'; '.join(said)}")
