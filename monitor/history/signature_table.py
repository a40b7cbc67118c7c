"""The signatures of functions: the newest of each, the build that introduced it, and the one before.

    signatures/<framework>.csv     one sorted row for each function; a row changes only when its signature does, so that
                                   `git diff` shows the changes of the API

A signature belongs to the build, not to the hardware: the first target that runs a build records it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from packaging.version import Version

from monitor.history.files import Files
from monitor.history.manifest import read_manifest, read_table, write_table
from monitor.history.ordering import version_sort_key
from monitor.history.spreadsheet_safety import escape_cell, unescape_cell
from monitor.model import Build, Signature

FOLDER = PurePosixPath("signatures")
COLUMNS = ("function", "signature", "since", "before")


@dataclass(frozen=True)
class KnownSignature:
    """Newest signature of a function; empty if its build has none, or no longer has the function.

    `since` is the label of the oldest build known to have it, without another in between. `before` is the signature
    until then, empty if no older build is known.
    """

    text: str
    since: str
    before: str = ""


def signatures_path(framework: str) -> PurePosixPath:
    return FOLDER / f"{framework}.csv"


def apply_signatures(
    known: Mapping[str, KnownSignature], signatures: Iterable[Signature], build: Build, *, newest: bool
) -> dict[str, KnownSignature]:
    """Return the signatures after a run of `build` with the `signatures`.

    `newest` is True if no newer build was run before. An older build never overwrites a signature; it can only give the
    one before.
    """
    result = dict(known)
    for one in signatures:
        result[one.function] = _after(known.get(one.function), one.text, build, newest=newest)
    return result


def _after(known: KnownSignature | None, text: str, build: Build, *, newest: bool) -> KnownSignature:
    if known is None:
        return KnownSignature(text, build.requirement)
    if version_of(build.requirement) >= version_of(known.since):
        new = newest and text != known.text and version_of(build.requirement) != version_of(known.since)
        return KnownSignature(text, build.requirement, known.text) if new else known
    if known.before:  # when that went is known already
        return known
    return replace(known, since=build.requirement) if text == known.text else replace(known, before=text)


def version_of(label: str) -> Version:
    """Return the sort key of a build label without its local version ("+cpu"); the Python code is the same."""
    return version_sort_key(label.partition("==")[2].partition("+")[0])


def read_all_signatures(files: Files) -> dict[str, KnownSignature]:
    """Return the known signature of every function, by its dotted name. Raises HistoryError."""
    there = {str(FOLDER / name) for name in files.names(FOLDER) if name.endswith(".csv")}
    named = {path for path in read_manifest(files) if path.startswith(f"{FOLDER}/")}
    paths = map(PurePosixPath, sorted(there | named))
    return {function: known for path in paths for function, known in read_signatures(files, path).items()}


def read_signatures(files: Files, path: PurePosixPath) -> dict[str, KnownSignature]:
    """Return the known signatures of one framework; none if it has no file. Raises HistoryError."""
    rows = read_table(files, path, COLUMNS)
    return {
        function: KnownSignature(unescape_cell(text), since, unescape_cell(before))
        for function, text, since, before in rows
    }


def write_signatures(directory: Path, path: PurePosixPath, known: Mapping[str, KnownSignature]) -> None:
    """Write the signatures of one framework to their file in a history."""
    rows = [
        (function, escape_cell(one.text), one.since, escape_cell(one.before)) for function, one in sorted(known.items())
    ]
    write_table(directory, path, COLUMNS, rows)
