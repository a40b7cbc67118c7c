"""`portability repro`: a case as a stand-alone script."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath
from shutil import which
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from monitor.cli.common import (
    DEFAULT_CACHE,
    DEFAULT_HISTORY,
    RUNNERS,
    SHIPPED_HISTORY,
    CacheOption,
    UserError,
    examples,
    refuse_unknown,
    say,
)
from monitor.cli.steps import ChannelOption, PythonOption
from monitor.execution.builds.provider import AUTO, BuildUnavailable, parse_requirement, provision
from monitor.execution.targets.package_sources import CHANNELS
from monitor.execution.targets.target import find_target, load_targets
from monitor.execution.workers.pool import environment_of
from monitor.execution.workers.process import clean_environment
from monitor.formats.error_text import seen
from monitor.history.last_known import read_outcomes
from monitor.history.store import History
from monitor.model import Evidence
from monitor.suite.discovery import frameworks
from monitor.suite.repro import NoScriptError, script


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples(
            "portability repro torch/torch.cat/gradient-float32",
            "portability repro jax/jax.tree_map/eager-float32 --run --build jax==0.6.0",
        )
    )(repro)


def repro(
    case: Annotated[str, typer.Argument(help="A case's id, as the site and `portability suite list` show it.")],
    run: Annotated[bool, typer.Option("--run", help="Run it too, in the environment of a build.")] = False,
    target: Annotated[str, typer.Option(help="A runner file's name: whose device, whose builds.")] = "cpu",
    channel: ChannelOption = "auto",
    build: Annotated[str, typer.Option(help="One version by name: jax==0.9.2")] = "",
    python: PythonOption = "",
    cache: CacheOption = DEFAULT_CACHE,
) -> None:
    """Print a script that shows what becomes of one case: the framework and NumPy only.

    Its last line says whether the case passes here, and whether that is as it was last recorded for the target. With
    --run the exit status is the script's own: 0 where the case passes, 1 where it fails.
    """
    try:
        text = script(case, _recorded(case, target))
    except NoScriptError as error:
        raise UserError(str(error)) from error
    framework = case.partition("/")[0]
    wanted = find_target(load_targets(RUNNERS), target)
    refuse_unknown("channel", channel, (AUTO, *CHANNELS))
    if build:
        parse_requirement(wanted, build)
    if python and not which(python):
        raise UserError(f"--python {python}: no program that can be run; name an interpreter")
    if not run:
        print(text, end="")
        return
    try:
        provided = provision(wanted, framework, channel=channel, requirement=build, python=python, cache=cache, log=say)
    except BuildUnavailable as error:
        raise UserError(f"{framework} cannot be had: {error}") from error
    say(f"running on {provided.build.label}, device {wanted.framework(framework).device}")
    with TemporaryDirectory(prefix="portability-") as scratch:
        path = Path(scratch) / "repro.py"
        path.write_text(text, encoding="utf-8")
        way, one = wanted.backend(Evidence.EXECUTED), wanted.framework(framework)
        variables = clean_environment(os.environ) | environment_of(way, one, Path(scratch))
        command = [str(provided.python), str(path), wanted.framework(framework).device]
        raise typer.Exit(subprocess.run(command, env=variables, cwd=scratch, check=False).returncode)


def _recorded(case: str, target: str) -> str:
    """What is known of a case, by the history of this machine or the one that the project ships; empty for nothing."""
    framework = case.partition("/")[0]
    if framework not in frameworks():
        return ""
    files = History(DEFAULT_HISTORY, seed=SHIPPED_HISTORY).files
    folder = PurePosixPath("outcomes", target, framework)
    # Without a kind of evidence in its name, a table is of executed cases, and comes first.
    for name in sorted(files.names(folder), key=lambda name: (name.count("."), name)):
        if known := read_outcomes(files, folder / name).get(case):
            return seen(known.outcome, known.message)
    return ""
