"""What a path that the user names has to be, checked before a command does anything."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import typer


def directory(value: str | Path) -> Path:
    """A directory to read from; where it need not exist yet, the command says what that means."""
    path = _named(value)
    if path.exists() and not path.is_dir():
        raise typer.BadParameter(f"{path} is a file; name a directory")
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        raise typer.BadParameter(f"{path} may not be read; name another directory, or change its permissions")
    return path


def existing_directory(value: str | Path) -> Path:
    """A directory that must be there."""
    path = directory(value)
    if not path.exists():
        raise typer.BadParameter(f"{path}: no such directory; check the path")
    return path


def made_by(command: str) -> Callable[[str | Path], Path]:
    """The parser of a directory that must be there, and that `command` makes with `--out`."""

    def parse(value: str | Path) -> Path:
        path = directory(value)
        if not path.exists():
            raise typer.BadParameter(f"{path}: no such directory; `{command} --out {path}` makes it")
        return path

    return parse


def new_directory(value: str | Path) -> Path:
    """A directory to write into, there or still to be made."""
    path = directory(value)
    _refuse_unwritable(path)
    return path


def existing_file(value: str | Path) -> Path:
    """A file that must be there."""
    path = _named(value)
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a directory; name a file")
    if not path.exists():
        raise typer.BadParameter(f"{path}: no such file; check the path")
    if not os.access(path, os.R_OK):
        raise typer.BadParameter(f"{path} may not be read; name another file, or change its permissions")
    return path


def new_file(value: str | Path) -> Path:
    """A file to write, there or still to be made."""
    path = _named(value)
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a directory; name a file")
    _refuse_unwritable(path)
    return path


def _named(value: str | Path) -> Path:
    if not str(value):
        raise typer.BadParameter("an empty path; name one, or leave the option out")
    path = Path(value)
    try:
        path.exists()
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path}: {getattr(error, 'strerror', None) or error}; name another path") from None
    return path


def _refuse_unwritable(path: Path) -> None:
    """Refuse a place that cannot be written to before hours of work find that out. A full disk is found later."""
    there = path.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if there != path.absolute() and not there.is_dir():
        raise typer.BadParameter(f"{path} cannot be made: {there} is a file; name another path")
    if not os.access(there, os.W_OK | (os.X_OK if there.is_dir() else 0)):
        raise typer.BadParameter(f"{path} cannot be written: {there} may not be written to; name another path")
