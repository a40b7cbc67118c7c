"""Archives that strangers may have made: bounded, and opened without trust."""

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
LARGEST_ARCHIVE = 512 << 20  # bytes, before and after it is unpacked: a target's night has a few MiB
MOST_FILES = 256  # as many jobs as one run of a workflow may have
CHUNK = 1 << 20
# How GitHub's own action packs: other ways only add decoders that a hostile archive can reach.
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
# The record at the end of an archive: where it may begin, how it begins, and its least size.
END_WITHIN, END_SIGNATURE, END_SIZE = (1 << 16) + 22, b"PK\5\6", 22
LARGEST_INDEX_ENTRY = 1024  # bytes: 46, a name of up to 206, and what a packer adds


class ArtifactError(Exception):
    """An artifact that is not taken: one line."""


def unpack(archive: IO[bytes], directory: Path, name: str) -> tuple[Path, ...]:
    """The run files of an archive. Nothing else is written; what names a folder is refused. Raises ArtifactError.

    All of it is unpacked beside its place first, so that a damaged archive leaves nothing.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=directory.parent) as beside:
        names = _unpack(archive, Path(beside), name)
        directory.mkdir(exist_ok=True)
        for filename in names:
            (Path(beside) / filename).replace(directory / filename)
    return tuple(directory / filename for filename in names)


def _unpack(archive: IO[bytes], directory: Path, name: str) -> list[str]:
    with _damage(name):
        _check_index(archive, name)
        opened = zipfile.ZipFile(archive)
    with opened:
        entries = opened.infolist()
        _check(entries, name)
        for entry in entries:
            with (directory / entry.filename).open("wb") as file:
                for chunk in _chunks(opened, entry, name):
                    file.write(chunk)
    return [entry.filename for entry in entries]


@contextmanager
def _damage(name: str) -> Iterator[None]:
    """Tell in one way of whatever damaged data leads to: zipfile and its decoders raise what they like."""
    try:
        yield
    except ArtifactError:
        raise
    except Exception as error:
        raise ArtifactError(f"{name}: no archive that can be read, {type(error).__name__}") from error


def _check_index(archive: IO[bytes], name: str) -> None:
    """Raise ArtifactError where the list of files is too long to be read: zipfile reads it whole, whatever it says."""
    size = archive.seek(0, SEEK_END)
    archive.seek(max(size - END_WITHIN, 0))
    tail = archive.read()
    archive.seek(0)
    end = tail.rfind(END_SIGNATURE)
    if end < 0 or len(tail) < end + END_SIZE:
        raise ArtifactError(f"{name}: no archive that can be read, it has no end")
    if int.from_bytes(tail[end + 12 : end + 16], "little") > MOST_FILES * LARGEST_INDEX_ENTRY:
        raise ArtifactError(f"{name}: over {MOST_FILES} files, or {LARGEST_ARCHIVE} bytes")


def _check(entries: list[zipfile.ZipInfo], name: str) -> None:
    """Raise ArtifactError for what is no plain archive of run files."""
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_ARCHIVE:
        raise ArtifactError(f"{name}: over {MOST_FILES} files, or {LARGEST_ARCHIVE} bytes")
    names = [entry.filename for entry in entries]
    if len({*names}) < len(names) or not all(RUN_FILE.fullmatch(one) for one in names):
        raise ArtifactError(f"{name}: holds something else than run files")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise ArtifactError(f"{name}: {entry.filename} is no plain file")
        if entry.flag_bits & ENCRYPTED:
            raise ArtifactError(f"{name}: {entry.filename} is encrypted")
        if entry.compress_type not in PACKED:
            raise ArtifactError(f"{name}: {entry.filename} is packed in a way that no run packs")


def _chunks(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The bytes of an entry: as many as it declares, which were added up before, with the checksum that it tells."""
    with _damage(name):
        file = opened.open(entry)
    with file:
        size = 0
        while True:
            with _damage(name):
                chunk = file.read(CHUNK)
            if not chunk:
                break
            size += len(chunk)
            yield chunk
    if size != entry.file_size:
        raise ArtifactError(f"{name}: {entry.filename} has another size than it declares")
