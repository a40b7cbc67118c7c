"""`portability repro`: print a case as a script."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import CacheOption, ChannelOption, PythonOption, TargetOption
from monitor.cli.output import examples
from monitor.execution.builds.environments import default_cache
from monitor.pipeline.repro import check_build_options, repro_script, run_script

app = command_app()


@app.command(
    epilog=examples(
        "portability repro torch/torch.cat/gradient-float32",
        "portability repro jax/jax.tree_map/eager-float32 --run --build jax==0.6.0",
    )
)
def repro(
    case: Annotated[str, typer.Argument(help="A case's id, as the site and `suite list --by case` show it.")],
    run: Annotated[bool, typer.Option("--run", help="Run the script in the environment of a build.")] = False,
    target: TargetOption = "cpu",
    channel: ChannelOption = "auto",
    build: Annotated[str, typer.Option(help="One version of one framework: jax==0.9.2", metavar="BUILD")] = "",
    python: PythonOption = "",
    cache: CacheOption = default_cache(),  # noqa: B008 - the environment does not change meanwhile
) -> None:
    """Print a case as a stand-alone script, or run it.

    The script needs the framework and NumPy only. The last line of its output says whether the case passes, and whether
    that is the last recorded outcome on the target. With --run the exit status is that of the script: 0 if the case
    passes, 1 if it fails.
    """
    text = repro_script(case, target)
    check_build_options(target, channel, build, python)
    if not run:
        print(text, end="")
        return
    framework = case.partition("/")[0]
    raise typer.Exit(run_script(text, framework, target, cache, channel=channel, build=build, python=python))
