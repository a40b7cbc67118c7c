"""What a path that the user names has to be, checked before a program does anything. Standard library only."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


class PathError(ValueError):
    """A path that will not do; one line says why, and what to name instead."""


def directory(value: str | Path) -> Path:
    """A directory to read from; where it need not exist yet, the command says what that means."""
    path = _named(value)
    if path.exists() and not path.is_dir():
        raise PathError(f"{path} is a file; name a directory")
    if not (there := _nearest(path)).is_dir():
        raise PathError(f"{path} cannot be there: {there} is a file; name another path")
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        raise PathError(f"{path} may not be read; name another directory, or change its permissions")
    return path


def existing_directory(value: str | Path) -> Path:
    """A directory that must be there."""
    path = directory(value)
    if not path.exists():
        raise PathError(f"{path}: no such directory; check the path")
    return path


def made_by(command: str) -> Callable[[str | Path], Path]:
    """The parser of a directory that must be there, and that `command` makes with `--out`."""

    def made_directory(value: str | Path) -> Path:
        path = directory(value)
        if not path.exists():
            raise PathError(f"{path}: no such directory; `{command} --out {path}` makes it")
        return path

    return made_directory


def new_directory(value: str | Path) -> Path:
    """A directory to write into, there or still to be made."""
    path = directory(value)
    _refuse_unwritable(path)
    return path


def existing_file(value: str | Path) -> Path:
    """A file that must be there."""
    path = _named(value)
    if path.is_dir():
        raise PathError(f"{path} is a directory; name a file")
    if not path.exists():
        raise PathError(f"{path}: no such file; check the path")
    if path.is_char_device() or path.is_block_device() or path.is_socket():  # some of them never end
        raise PathError(f"{path} is a device; name a file")
    if not os.access(path, os.R_OK):
        raise PathError(f"{path} may not be read; name another file, or change its permissions")
    return path


def new_file(value: str | Path) -> Path:
    """A file to write, there or still to be made."""
    path = _named(value)
    if path.is_dir():
        raise PathError(f"{path} is a directory; name a file")
    if path.exists() and not path.is_file():  # what is written is read again
        raise PathError(f"{path} is a device or a pipe; name a file")
    _refuse_unwritable(path)
    return path


def _named(value: str | Path) -> Path:
    if not str(value):
        raise PathError("an empty path; name one, or leave the option out")
    path = Path(value)
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return path  # to be made, or refused by name
    except (OSError, ValueError) as error:
        raise PathError(f"{path}: {getattr(error, 'strerror', None) or error}; name another path") from None
    return path


def _nearest(path: Path) -> Path:
    """The path, or the nearest of those above it that is there."""
    there = path.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    return there


def _refuse_unwritable(path: Path) -> None:
    """Refuse a place that cannot be written to before hours of work find that out. A full disk is found later."""
    there = _nearest(path)
    if there != path.absolute() and not there.is_dir():
        raise PathError(f"{path} cannot be made: {there} is a file; name another path")
    if not os.access(there, os.W_OK | (os.X_OK if there.is_dir() else 0)):
        raise PathError(f"{path} cannot be written: {there} may not be written to; name another path")
