"""Parse paths as parameters of commands: `monitor.execution.path_checks`, with the parser's own error."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path

import typer

from monitor.execution import path_checks
from monitor.execution.path_checks import PathError


def parser(check: Callable[[str | Path], Path]) -> Callable[[str | Path], Path]:
    """Return a check that raises the parser's error instead of PathError."""

    @wraps(check)
    def parse(value: str | Path) -> Path:
        try:
            return check(value)
        except PathError as error:
            raise typer.BadParameter(str(error)) from None

    return parse


directory = parser(path_checks.directory)
existing_directory = parser(path_checks.existing_directory)
existing_file = parser(path_checks.existing_file)
existing_path = parser(path_checks.existing_path)
new_directory = parser(path_checks.new_directory)
new_file = parser(path_checks.new_file)


def made_by(command: str) -> Callable[[str | Path], Path]:
    """Return the parser of an existing directory that `command` makes with `--out`."""
    return parser(path_checks.made_by(command))
