"""The command `portability`: one subcommand a step of the pipeline, and `nightly`, which does them all."""

from __future__ import annotations

import sys
from typing import Any

import typer

from monitor.cli import (
    actions,
    backfill,
    bisect,
    builds,
    causes,
    changepoints,
    compare,
    doctor,
    failures,
    federation,
    flaky,
    health,
    history,
    nightly,
    notify,
    regressions,
    repro,
    scores,
    steps,
    suites,
    targets,
    validate,
)
from monitor.cli.common import UserError
from monitor.execution.command_line import run_program
from monitor.federation.columns import FederationError
from monitor.formats.run_file import RunFileError
from monitor.formats.toml_reader import FieldError
from monitor.github.responses import GitHubError
from monitor.history.files import HistoryError
from monitor.history.git import GitError
from monitor.history.retraction import RetractionError
from monitor.site.incremental import SiteError
from monitor.suite.discovery import DeclarationError

app = typer.Typer(
    name="portability",
    help="Which functions of PyTorch, JAX and TensorFlow work, are right and are fast, on which hardware, tonight.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
nightly.register(app)
backfill.register(app)
steps.register(app)
app.add_typer(suites.app)
app.add_typer(targets.app)
app.add_typer(builds.app)
app.add_typer(history.app)
repro.register(app)
scores.register(app)
causes.register(app)
failures.register(app)
regressions.register(app)
compare.register(app)
flaky.register(app)
changepoints.register(app)
notify.register(app)
health.register(app)
app.add_typer(actions.app)
federation.register(app)
bisect.register(app)
validate.register(app)
doctor.register(app)

# What is wrong with a call, a file or a service, in one line that says what to mend.
FAULTS = (
    UserError,
    DeclarationError,
    FieldError,
    RunFileError,
    GitError,
    HistoryError,
    RetractionError,
    SiteError,
    GitHubError,
    FederationError,
)


# An error of the command line's own parser, whichever library Typer has it from.
CallError: type[Exception] = next(one for one in typer.BadParameter.__mro__ if one.__name__ == "ClickException")


def main() -> None:
    """Run the command line; a fault of the user's is one line on standard error and exit status 2."""
    sys.exit(run_program("portability", _call, FAULTS))


def _call() -> int:
    """Call the command that the arguments name, and return its exit status."""
    try:
        return app(prog_name="portability", standalone_mode=False) or 0
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # Typer has made an exit of it
            raise end.__context__ from None
        raise
    except typer.Abort as end:  # Typer makes it of both, where it waits for an answer
        if isinstance(end.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise UserError("the input ended before every question was answered") from None
    except CallError as error:
        return _refused(error)


def _refused(error: Any) -> int:
    """Say in one line what is wrong with a call; where nothing at all was asked for, show the help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    command = error.ctx.command_path if getattr(error, "ctx", None) else "portability"
    raise UserError(f"{error.format_message().rstrip('.')}; see {command} --help")
