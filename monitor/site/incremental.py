"""Build the site incrementally: in a fresh folder next to the previous build, which it replaces at the end.

A reader never sees half a site, and no page of an earlier build stays behind. A file with unchanged content is a hard
link to the previous one, and a page with unchanged inputs is not even rendered.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from monitor.analysis.status.current_status import SeriesStatus
from monitor.file_lock import open_lock
from monitor.history.run_files import RecordedRun
from monitor.model import Run

# Marks a directory as a site of the monitor, which the next build may replace, and holds the input digests of its
# pages.
MARKER = ".portability-site"
LOCK, FRESH, PREVIOUS = "lock", "new", "old"  # in the folder of a build: its lock, the new site, the one it replaces
NOTE = "Written by Portability Monitor: the next build replaces this directory."


# Values that an input digest replaces by a shorter equivalent.
DIGEST_REDUCERS: Mapping[type, Callable[[Any], tuple[Any, ...]]] = {
    Run: lambda run: (str, (run.id,)),
    RecordedRun: lambda recorded: (str, (recorded.run.id,)),
    SeriesStatus: lambda series: (tuple, ([item.run.id for item in series.runs],)),  # determined by its runs
    ModuleType: lambda module: (str, (module.__name__,)),  # part of our code, which has a digest of its own
}


class SiteError(Exception):
    """Directory that a site cannot be written to; the message names it and the fix."""


class SiteBuild:
    """Build in progress in `fresh`, after the previous one in `last`; `share` is (number, count) of this process."""

    def __init__(self, fresh: Path, last: Path, share: tuple[int, int] = (0, 1)) -> None:
        self.digests: dict[str, str] = {}
        self._fresh, self._last, self._share = fresh, last, share
        self._folders = {""}  # folders of the new build that exist
        self._previous_digests = _marker(last)

    def is_assigned(self, address: str) -> bool:
        """Return whether this process writes the file. Files that differ only in extension go to the same process."""
        number, count = self._share
        name, _, _ = address.rpartition(".")
        return zlib.crc32(name.encode()) % count == number

    def page(self, address: str, digest: str, make: Callable[[], bytes]) -> None:
        """Write the page, unless the previous build has it with the same input digest."""
        self.digests[address] = digest
        if not (self._previous_digests.get(address) == digest and self._keep(address)):
            self.write(address, make())

    def write(self, address: str, content: bytes) -> None:
        """Write a file, or link the previous build's file if its content is the same."""
        if self._has(address, content):
            self._keep(address)
        else:
            self._place(address).write_bytes(content)

    def _has(self, address: str, content: bytes) -> bool:
        try:
            with (self._last / address).open("rb") as last:
                return os.fstat(last.fileno()).st_size == len(content) and last.read() == content
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return False

    def _keep(self, address: str) -> bool:
        try:
            os.link(f"{self._last}/{address}", self._place(address))
        except FileNotFoundError:
            return False
        return True

    def _place(self, address: str) -> Path:
        """Return the path of a new file, and create its folder."""
        folder = address.rpartition("/")[0]
        if folder not in self._folders:
            (self._fresh / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return self._fresh / address


@contextmanager
def replacement_directory(directory: Path) -> Iterator[Path]:
    """Yield a fresh folder that replaces `directory` at the end; on failure, the previous build stays.

    Raises SiteError if `directory` holds anything but a site of the monitor, which would be deleted.
    """
    refuse_foreign(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    _remove_killed_builds(directory)
    with _temporary_directory(directory) as temporary:
        fresh, old = temporary / FRESH, temporary / PREVIOUS
        fresh.mkdir()
        yield fresh
        if directory.exists():
            directory.rename(old)
        try:
            fresh.rename(directory)
        except OSError:
            if old.exists():
                old.rename(directory)
            raise


@contextmanager
def _temporary_directory(directory: Path) -> Iterator[Path]:
    """Yield a new folder beside `directory`, which this process and its helpers lock until they have ended."""
    with ExitStack() as stack:
        locked = False
        while not locked:  # again if another build took it for the folder of a killed one
            temporary = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
            with suppress(FileNotFoundError):
                stack.enter_context(open_lock(temporary / LOCK)).acquire()
            locked = (temporary / LOCK).exists()
        try:
            yield temporary
        finally:
            _remove(temporary)


def _remove(temporary: Path) -> None:
    """Remove the folder of a build, the lock last: a process that is killed meanwhile leaves a lock, or nothing else.

    Another build may be removing it too.
    """
    parts = temporary / FRESH, temporary / PREVIOUS
    for part in parts:
        shutil.rmtree(part, ignore_errors=True)
    if not any(part.exists() for part in parts):
        with suppress(OSError):
            (temporary / LOCK).unlink()
            temporary.rmdir()


def _remove_killed_builds(directory: Path) -> None:
    """Remove the folders of killed builds of this site, after restoring the previous build.

    Such a folder has a lock that no process holds, or is empty. A held lock belongs to a running build. Another folder
    without a lock is not ours.
    """
    name = re.compile(rf"\.{re.escape(directory.name)}-[a-z0-9_]{{8}}")  # as `mkdtemp` makes them
    for left in (path for path in directory.parent.iterdir() if name.fullmatch(path.name)):
        with ExitStack() as stack:
            try:
                lock = stack.enter_context(open_lock(left / LOCK, create=False))
            except OSError:
                with suppress(OSError):
                    left.rmdir()  # fails unless it is an empty folder
                continue
            if not lock.try_acquire():
                continue
            if not directory.exists() and (left / PREVIOUS / MARKER).is_file():
                (left / PREVIOUS).rename(directory)
            _remove(left)


def write_marker(fresh: Path, digests: Mapping[str, str]) -> None:
    """Write the input digests of the pages, for the next build."""
    (fresh / MARKER).write_text(json.dumps({"note": NOTE, "digests": dict(sorted(digests.items()))}, indent=0) + "\n")


def input_digest(*what: object) -> str:
    """Return a digest of the inputs of a page: nested plain values, and runs by their ids, because runs never change.

    Inputs must contain no set: its order differs between processes.
    """
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = DIGEST_REDUCERS  # faster than a method that sees each of 100,000 values
    pickler.dump(what)
    return _digest([buffer.getvalue()])


def source_digest(*folders: Path) -> str:
    """Return a digest of the files in these folders: code and templates."""
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return _digest(part for path in files for part in (path.name.encode(), path.read_bytes()))


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _marker(directory: Path) -> dict[str, str]:
    try:
        digests: dict[str, str] = json.loads((directory / MARKER).read_text())["digests"]
    except (OSError, ValueError, TypeError, KeyError):  # no marker, or an older format: rebuild everything
        return {}
    return digests


def refuse_foreign(directory: Path) -> None:
    """Raise SiteError if a directory holds anything but a site of the monitor, which would be deleted."""
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise SiteError(f"{directory}: not a directory; name one that does not exist yet")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / MARKER).is_file():
        raise SiteError(
            f"{directory}: holds files that are not a site of the monitor (no {MARKER}); name another directory"
        )
