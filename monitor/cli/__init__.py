"""The command `portability`. Each command is a module of this package, imported when it is called."""

from __future__ import annotations

import sys
from typing import Any

import typer

from monitor.cli.commands import CommandGroup, print_version
from monitor.execution.command_line import run_program
from monitor.pipeline.errors import UserError

app = typer.Typer(
    name="portability",
    cls=CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Examples of a command: portability COMMAND --help",
)


@app.callback()
def group(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit.", is_eager=True, callback=print_version
    ),
) -> None:
    """Test which functions of PyTorch, JAX and TensorFlow work, are right and are fast, on which hardware, tonight."""


# An error of the command line's own parser, whichever library Typer has it from.
CallError: type[Exception] = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


def main() -> None:
    """Run the command line; a user's error is one line on standard error and exit status 2."""
    sys.exit(run_program("portability", _call, (UserError,)))


def _call() -> int:
    """Run the command that the arguments name, and return its exit status. Raises UserError."""
    try:
        return app(prog_name="portability", standalone_mode=False) or 0
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # Typer turns it into an exit
            raise end.__context__ from None
        raise
    except typer.Abort as end:  # Typer turns both an interrupt and the end of the input into this
        if isinstance(end.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise UserError("the input ended before every question was answered") from None
    except CallError as error:
        return _refused(error)
    except Exception as error:
        if isinstance(error, _user_errors()):
            raise UserError(str(error)) from error
        raise


def _user_errors() -> tuple[type[Exception], ...]:
    """Return the errors of lower packages whose message is one line for the user; imported only after a failure."""
    from monitor.federation.columns import FederationError
    from monitor.formats.run_file import RunFileError
    from monitor.formats.toml_reader import FieldError
    from monitor.github.responses import GitHubError
    from monitor.history.files import HistoryError
    from monitor.history.git import GitError
    from monitor.history.retraction import RetractionError
    from monitor.issues.alarms import AlarmsError
    from monitor.site.incremental import SiteError
    from monitor.suite.discovery import DeclarationError

    return (
        UserError,
        DeclarationError,
        FieldError,
        RunFileError,
        GitError,
        HistoryError,
        RetractionError,
        SiteError,
        GitHubError,
        AlarmsError,
        FederationError,
    )


def _refused(error: Any) -> int:
    """Turn an error of the parser into one line; a group that is called without a command shows its help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    command = error.ctx.command_path if getattr(error, "ctx", None) else "portability"
    raise UserError(f"{error.format_message().rstrip('.')}; see {command} --help")
