"""Check the paths that a user names before a program does anything. Standard library only.

Each check returns the path, or raises PathError.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


class PathError(ValueError):
    """An unsuitable path: one line with the reason, and what to name instead."""


def directory(value: str | Path) -> Path:
    """Check a directory to read from, which need not exist; the command defines what that means."""
    path = _named(value)
    if path.exists() and not path.is_dir():
        raise PathError(f"{path} is a file; name a directory")
    if not (nearest := _nearest(path)).is_dir():
        raise PathError(f"{path} cannot be there: {nearest} is a file; name another path")
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        raise PathError(f"{path} may not be read; name another directory, or change its permissions")
    return path


def existing_directory(value: str | Path) -> Path:
    """Check a directory that must exist."""
    path = directory(value)
    if not path.exists():
        raise PathError(f"{path}: no such directory; check the path")
    return path


def made_by(command: str) -> Callable[[str | Path], Path]:
    """Return the check of a directory that must exist, and that `command` makes with `--out`."""

    def made_directory(value: str | Path) -> Path:
        path = directory(value)
        if not path.exists():
            raise PathError(f"{path}: no such directory; `{command} --out {path}` makes it")
        return path

    return made_directory


def new_directory(value: str | Path) -> Path:
    """Check a directory to write into, which need not exist."""
    path = directory(value)
    _refuse_unwritable(path)
    return path


def existing_file(value: str | Path) -> Path:
    """Check a file that must exist."""
    path = _named(value)
    if path.is_dir():
        raise PathError(f"{path} is a directory; name a file")
    if not path.exists():
        raise PathError(f"{path}: no such file; check the path")
    if path.is_char_device() or path.is_block_device() or path.is_socket():  # a read from some of them never ends
        raise PathError(f"{path} is a device; name a file")
    if not os.access(path, os.R_OK):
        raise PathError(f"{path} may not be read; name another file, or change its permissions")
    return path


def existing_path(value: str | Path) -> Path:
    """Check a file or a directory that must exist."""
    return existing_directory(value) if _named(value).is_dir() else existing_file(value)


def new_file(value: str | Path) -> Path:
    """Check a file to write, which need not exist."""
    path = _named(value)
    if path.is_dir():
        raise PathError(f"{path} is a directory; name a file")
    if path.exists() and not path.is_file():  # the program reads the file again
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
        return path  # the caller makes it, or refuses it
    except (OSError, ValueError) as error:
        raise PathError(f"{path}: {getattr(error, 'strerror', None) or error}; name another path") from None
    return path


def _nearest(path: Path) -> Path:
    """Return the path, or its nearest ancestor that exists."""
    nearest = path.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    return nearest


def _refuse_unwritable(path: Path) -> None:
    """Raise PathError for a path that cannot be written, before hours of work. A full disk shows later."""
    nearest = _nearest(path)
    if nearest != path.absolute() and not nearest.is_dir():
        raise PathError(f"{path} cannot be made: {nearest} is a file; name another path")
    if not os.access(nearest, os.W_OK | (os.X_OK if nearest.is_dir() else 0)):
        raise PathError(f"{path} cannot be written: {nearest} may not be written to; name another path")
