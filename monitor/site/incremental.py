"""One edition of the site: made in a fresh folder beside the last one, then put in its place.

A reader never sees half a site, and no page of an earlier edition stays behind. What is as it was in the last edition
is that very file: a page whose view and templates are the same is not even rendered.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from types import ModuleType
from typing import Any

from monitor.analysis.status.current_status import SeriesStatus
from monitor.file_lock import open_lock
from monitor.history.layout import RecordedRun
from monitor.model import Run

# Says that a directory is a site of ours, which the next edition may replace, and what its pages were made of.
MARKER = ".portability-site"
LOCK, PREVIOUS = "lock", "old"  # in the folder of a build: what says that it runs, and the edition that it replaces
NOTE = "Written by Portability Monitor: the next build replaces this directory."


# What stands for a value among those that a page is made of.
DIGEST_REDUCERS: Mapping[type, Callable[[Any], tuple[Any, ...]]] = {
    Run: lambda run: (str, (run.id,)),
    RecordedRun: lambda recorded: (str, (recorded.run.id,)),
    SeriesStatus: lambda series: (tuple, ([item.run.id for item in series.runs],)),  # follows from its runs
    ModuleType: lambda module: (str, (module.__name__,)),  # of ours, and so part of the code
}


class SiteError(Exception):
    """A site that cannot be written there; the message names the directory and the mend."""


class SiteBuild:
    """An edition in the making in `fresh`, after the one in `last`; `share` of it is this process's part."""

    def __init__(self, fresh: Path, last: Path, share: tuple[int, int] = (0, 1)) -> None:
        self.digests: dict[str, str] = {}
        self._fresh, self._last, self._share = fresh, last, share
        self._folders = {""}  # of the fresh edition that are there
        self._previous_digests = _marker(last)

    def mine(self, address: str) -> bool:
        """Whether this process is the one to make that file; of files that differ in their ends alone, all or none."""
        number, of = self._share
        name, _, _ = address.rpartition(".")
        return zlib.crc32(name.encode()) % of == number

    def page(self, address: str, of: str, make: Callable[[], bytes]) -> None:
        """The page at an address; it is made anew unless the last edition has it, made `of` the same."""
        self.digests[address] = of
        if not (self._previous_digests.get(address) == of and self._keep(address)):
            self.write(address, make())

    def write(self, address: str, content: bytes) -> None:
        """A file with that content, or the last edition's where it has the same."""
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
        """Where a file goes; a year's edition has tens of thousands in a few folders."""
        folder = address.rpartition("/")[0]
        if folder not in self._folders:
            (self._fresh / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return self._fresh / address


@contextmanager
def replacement_directory(directory: Path) -> Iterator[Path]:
    """A fresh folder, which at the end takes the place of `directory`; where making it fails, the last edition stays.

    Raises SiteError where `directory` holds something that is not a site of ours: it would be deleted.
    """
    refuse_foreign(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    _remove_killed_builds(directory)
    with (
        tempfile.TemporaryDirectory(prefix=f".{directory.name}-", dir=directory.parent) as temporary,
        open_lock(Path(temporary) / LOCK) as lock,
    ):
        lock.acquire()  # until this process and its helpers have ended, however they end
        fresh, old = Path(temporary) / "new", Path(temporary) / PREVIOUS
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


def _remove_killed_builds(directory: Path) -> None:
    """Remove what builds of this site that were killed have left beside it; the last edition is put back first.

    Such a folder has a lock that nobody holds. One whose lock is held is of a build that runs, one without is not ours.
    """
    for left in directory.parent.glob(f".{escape(directory.name)}-*"):
        if not (left / LOCK).is_file():
            continue
        with suppress(FileNotFoundError), open_lock(left / LOCK, create=False) as lock:
            if not lock.try_acquire():
                continue
            if not directory.exists() and (left / PREVIOUS / MARKER).is_file():
                (left / PREVIOUS).rename(directory)
            shutil.rmtree(left, ignore_errors=True)  # another build may be removing it too


def write_marker(fresh: Path, digests: Mapping[str, str]) -> None:
    """Write down what the pages were made of, for the next edition."""
    (fresh / MARKER).write_text(json.dumps({"note": NOTE, "digests": dict(sorted(digests.items()))}, indent=0) + "\n")


def input_digest(*what: object) -> str:
    """A digest of what a page is made of: plain values, however deep, and runs, which never change, by their ids.

    There may be no set among them: its order is another in every process.
    """
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = DIGEST_REDUCERS  # which asks of no other type: a page is made of a hundred thousand values
    pickler.dump(what)
    return _digest([buffer.getvalue()])


def source_digest(*folders: Path) -> str:
    """A digest of the files that make pages: code and templates."""
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return _digest(part for path in files for part in (path.name.encode(), path.read_bytes()))


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _marker(directory: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((directory / MARKER).read_text())["digests"]
    except (OSError, ValueError, TypeError, KeyError):  # none, or one of an older kind: everything is made anew
        return {}
    return found


def refuse_foreign(directory: Path) -> None:
    """Raise SiteError where a directory holds something that is not a site of ours: it would be deleted."""
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise SiteError(f"{directory}: not a directory; name one that does not exist yet")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / MARKER).is_file():
        raise SiteError(f"{directory}: holds files that are not a site of ours (no {MARKER}); name another directory")
