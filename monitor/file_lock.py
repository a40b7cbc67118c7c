"""Advisory locks on files. The system releases a lock when the last process that holds it ends, however it ends.

Lock files stay: if one were removed while another process waits for it, two processes could hold the same name.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class FileLock:
    """A lock on an open file. A child process that inherits `descriptor` keeps the lock."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    @property
    def descriptor(self) -> int:
        return self._file.fileno()

    def acquire(self, *, shared: bool = False) -> None:
        """Wait for the lock. A lock that is already held is released first, and another holder may come between."""
        fcntl.flock(self._file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def try_acquire(self) -> bool:
        """Take the lock, and return whether that succeeded; do not wait."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def open_lock(path: Path, *, create: bool = True) -> Iterator[FileLock]:
    """Open a lock file, which releases its lock at the end. Raises FileNotFoundError where it may not `create` it."""
    with path.open("ab" if create else "rb") as file:
        yield FileLock(file)
