"""Archives that strangers may have made: each fault is one line, and leaves nothing behind."""

from __future__ import annotations

import io
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.github import archives
from monitor.github.archives import ArtifactError, unpack

DATA = b'{"run": 1}\n' * 500
KINDS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
TAKEN = ("stored", "deflated")


def packed(files: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytearray:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return bytearray(out.getvalue())


def body(archive: bytearray) -> slice:
    """Return the span of the packed bytes of the first file."""
    (entry,) = zipfile.ZipFile(io.BytesIO(archive)).infolist()
    start = 30 + len(entry.filename) + struct.unpack("<H", archive[28:30])[0]
    return slice(start, start + entry.compress_size)


def garbage(archive: bytearray) -> bytearray:
    where = body(archive)
    archive[where] = random.Random(1).randbytes(where.stop - where.start)  # noqa: S311 - no secret
    return archive


def zeros(archive: bytearray) -> bytearray:
    where = body(archive)
    archive[where] = bytes(where.stop - where.start)
    return archive


def one_bit(archive: bytearray) -> bytearray:
    where = body(archive)
    archive[(where.start + where.stop) // 2] ^= 0x10
    return archive


def in_index(offset: int, change: Callable[[bytes], bytes], size: int) -> Callable[[bytearray], bytearray]:
    """Change a field of the first file in the list at the end, and where it has one, in front of the file too."""

    def damage(archive: bytearray) -> bytearray:
        at = archive.index(b"PK\x01\x02") + offset
        archive[at : at + size] = change(bytes(archive[at : at + size]))
        return archive

    return damage


DAMAGE: dict[str, Callable[[bytearray], bytearray]] = {
    "a garbage body": garbage,
    "a body of zeros": zeros,
    "one bit of the body": one_bit,
    "another checksum": in_index(16, lambda field: bytes(byte ^ 0xFF for byte in field), 4),
    "encrypted": in_index(8, lambda field: bytes([field[0] | 1, field[1]]), 2),
    "an unknown way of packing": in_index(10, lambda field: struct.pack("<H", 99), 2),
    "a size of its own": in_index(24, lambda field: struct.pack("<I", 7), 4),
    "a place beyond the end": in_index(42, lambda field: struct.pack("<I", 1 << 30), 4),
    "cut off": lambda archive: archive[: len(archive) // 2],
    "cut off in its list": lambda archive: archive[:-30],
    "no end": lambda archive: archive[:-22],
    "its end alone": lambda archive: archive[-22:],
    "nothing": lambda archive: bytearray(),
    "no archive": lambda archive: bytearray(b"<html></html>" * 100),
}


def refused(archive: bytes, directory: Path) -> str:
    with pytest.raises(ArtifactError) as raised:
        unpack(io.BytesIO(archive), directory / "out", "artifact 5")
    assert not (directory / "out").exists()
    assert [*directory.iterdir()] == []
    said = str(raised.value)
    assert said.startswith("artifact 5: ")
    assert "\n" not in said
    return said


@pytest.mark.parametrize("kind", TAKEN)
def test_what_is_whole_is_taken(tmp_path: Path, kind: str) -> None:
    paths = unpack(io.BytesIO(packed({"a.jsonl": DATA, "b.jsonl": b""}, KINDS[kind])), tmp_path / "out", "artifact 5")
    assert [(path.name, path.read_bytes()) for path in paths] == [("a.jsonl", DATA), ("b.jsonl", b"")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize("kind", [name for name in KINDS if name not in TAKEN])
def test_what_no_run_packs_so_is_refused(tmp_path: Path, kind: str) -> None:
    assert "unexpected compression" in refused(packed({"a.jsonl": DATA}, KINDS[kind]), tmp_path)


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_damaged_is_refused_whole(tmp_path: Path, kind: str, damage: str) -> None:
    refused(DAMAGE[damage](packed({"a.jsonl": DATA}, KINDS[kind])), tmp_path)


def test_any_damage_is_refused_in_a_line_or_taken(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    whole = packed({"a.jsonl": DATA, "b.jsonl": DATA[:50]})
    for number in range(300):
        archive = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            archive[chance.randrange(len(archive))] = chance.randrange(256)
        try:
            unpack(io.BytesIO(archive), tmp_path / str(number) / "out", "artifact 5")
        except ArtifactError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    "name", ["/etc/a.jsonl", "../a.jsonl", "a/../b.jsonl", "a\\b.jsonl", "C:a.jsonl", ".jsonl", "a\0.jsonl"]
)
def test_a_name_that_is_no_plain_one_is_refused(tmp_path: Path, name: str) -> None:
    entry = zipfile.ZipInfo("x" * len(name))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        opened.writestr(entry, DATA)
    archive = out.getvalue().replace(b"x" * len(name), name.encode())
    refused(archive, tmp_path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFBLK])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, kind: int) -> None:
    entry = zipfile.ZipInfo("a.jsonl")
    entry.external_attr = (kind | 0o644) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        opened.writestr(entry, "/etc/passwd")
    assert "not a regular file" in refused(out.getvalue(), tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        opened.writestr("a.jsonl", DATA)
        opened.writestr("a.jsonl", b"other")
    refused(out.getvalue(), tmp_path)


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ARCHIVE_BYTES", 10_000)
    refused(packed({"a.jsonl": bytes(10_001)}), tmp_path)
    refused(packed({"a.jsonl": bytes(6_000), "b.jsonl": bytes(6_000)}), tmp_path)


def test_too_many_files_are_refused_before_their_list_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(packed({f"a{number}.jsonl": b"" for number in range(archives.MAX_FILES + 1)}), tmp_path)
    many = packed({f"a{number}.jsonl": b"" for number in range(6000)})
    monkeypatch.setattr(zipfile, "ZipFile", lambda archive: pytest.fail("its list is read"))
    refused(many, tmp_path)
