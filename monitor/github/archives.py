"""Unpack archives from untrusted sources within bounds."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import SEEK_END
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

RUN_FILE = re.compile(r"[a-z0-9][a-z0-9._-]{0,200}\.jsonl")
MAX_ARCHIVE_BYTES = 512 << 20  # before and after unpacking; one night of a target has a few MiB
MAX_FILES = 256  # the number of jobs that one run of a workflow may have
CHUNK = 1 << 20
# The methods of GitHub's own action. Others only add decoders that a hostile archive could reach.
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
# The record at the end of an archive: the range in which it begins, its first bytes, and its smallest size.
END_RANGE, END_SIGNATURE, END_SIZE = (1 << 16) + 22, b"PK\5\6", 22
MAX_INDEX_ENTRY_BYTES = 1024  # 46, a name of up to 206, and the additions of the packer


class ArtifactError(Exception):
    """A rejected artifact. The message is one line."""


def unpack(archive: IO[bytes], directory: Path, name: str) -> tuple[Path, ...]:
    """Unpack the run files of an archive into a directory, and return their paths. Raises ArtifactError.

    An archive with anything else is rejected. The files are unpacked beside the directory first, so that a damaged
    archive leaves nothing. `name` is the archive in messages.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=directory.parent) as beside:
        names = _unpack(archive, Path(beside), name)
        directory.mkdir(exist_ok=True)
        for filename in names:
            (Path(beside) / filename).replace(directory / filename)
    return tuple(directory / filename for filename in names)


def _unpack(archive: IO[bytes], directory: Path, name: str) -> list[str]:
    with _convert_errors(name):
        _check_index(archive, name)
        opened = zipfile.ZipFile(archive)
    with opened:
        entries = opened.infolist()
        _check_entries(entries, name)
        for entry in entries:
            with (directory / entry.filename).open("wb") as file:
                for chunk in _chunks(opened, entry, name):
                    file.write(chunk)
    return [entry.filename for entry in entries]


@contextmanager
def _convert_errors(name: str) -> Iterator[None]:
    """Raise ArtifactError for any error in the block: zipfile raises many types for damaged data."""
    try:
        yield
    except ArtifactError:
        raise
    except Exception as error:
        raise ArtifactError(f"{name}: no readable archive, {type(error).__name__}") from error


def _check_index(archive: IO[bytes], name: str) -> None:
    """Raise ArtifactError if the list of files is too long, because zipfile reads a list of any length."""
    size = archive.seek(0, SEEK_END)
    archive.seek(max(size - END_RANGE, 0))
    tail = archive.read()
    archive.seek(0)
    end = tail.rfind(END_SIGNATURE)
    if end < 0 or len(tail) < end + END_SIZE:
        raise ArtifactError(f"{name}: no readable archive, its end is missing")
    if int.from_bytes(tail[end + 12 : end + 16], "little") > MAX_FILES * MAX_INDEX_ENTRY_BYTES:
        raise ArtifactError(f"{name}: over {MAX_FILES} files, or {MAX_ARCHIVE_BYTES} bytes")


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    """Raise ArtifactError unless the archive holds only plain run files."""
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_ARCHIVE_BYTES:
        raise ArtifactError(f"{name}: over {MAX_FILES} files, or {MAX_ARCHIVE_BYTES} bytes")
    filenames = [entry.filename for entry in entries]
    if len({*filenames}) < len(filenames) or not all(RUN_FILE.fullmatch(filename) for filename in filenames):
        raise ArtifactError(f"{name}: holds something else than run files")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise ArtifactError(f"{name}: {entry.filename} is not a regular file")
        if entry.flag_bits & ENCRYPTED:
            raise ArtifactError(f"{name}: {entry.filename} is encrypted")
        if entry.compress_type not in COMPRESSIONS:
            raise ArtifactError(f"{name}: {entry.filename} has an unexpected compression")


def _chunks(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Yield the bytes of an entry, and check their number and checksum against the index."""
    with _convert_errors(name):
        file = opened.open(entry)
    with file:
        size = 0
        while True:
            with _convert_errors(name):
                chunk = file.read(CHUNK)
            if not chunk:
                break
            size += len(chunk)
            yield chunk
    if size != entry.file_size:
        raise ArtifactError(f"{name}: {entry.filename} has another size than the index declares")
