"""The public names of a build, in one file of its run in suite `names`.

    runs/<target>/<framework>/<run>.names.parquet     one sorted row for each name; most runs name an earlier run, and
                                                      have only the names that differ from it

An earlier run is always whole, so two files suffice to read any listing. A row without `kind` is a name of the earlier
run that this build lacks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from monitor.history.damage import UNREADABLE, content_of, unreadable
from monitor.history.deduplication import EARLIER
from monitor.history.files import Files, Folder, HistoryError
from monitor.history.ordering import version_sort_key
from monitor.history.run_files import RecordedRun, run_path
from monitor.model import NameKind, PublicName, Run

NAMES_FILE = ".names.parquet"
COLUMNS = tuple(field.name for field in dataclasses.fields(PublicName))
# With more names that differ, a listing is written whole, and later ones name it. So files stay small for about a year
# of nights, and a listing is read from two files.
MAX_DIFFERING = 0.1


@dataclass(frozen=True)
class NameListing:
    """The public names of a build, by name, as a run has listed them."""

    run: Run
    names: Mapping[str, PublicName]


def write_names(directory: Path, run: Run, names: Iterable[PublicName], previous: Run | None) -> None:
    """Write the names of a run without those of the run `previous`, or of the run that that one names."""
    files, listed = Folder(directory), {one.name: one for one in names}
    earlier = _whole_run(files, run_path(previous, NAMES_FILE)) if previous else None
    rows: Mapping[str, PublicName | None] = listed
    if earlier and len(differing := _differing(_whole(files, earlier), listed)) <= MAX_DIFFERING * len(listed):
        rows = differing
    else:
        earlier = None
    columns = {
        column: [getattr(one, column) if one else (name if column == "name" else None) for name, one in rows.items()]
        for column in COLUMNS
    }
    table = pa.table({column: pa.array(values, pa.string()) for column, values in columns.items()})
    table = table.sort_by("name").replace_schema_metadata({EARLIER: earlier.name.partition(".")[0]} if earlier else {})
    pq.write_table(table, directory / run_path(run, NAMES_FILE), compression="zstd", compression_level=19)


def read_names(files: Files, run: Run) -> dict[str, PublicName]:
    """Return the names of a run that listed them. Raises HistoryError."""
    path = run_path(run, NAMES_FILE)
    whole = _whole_run(files, path)
    names = dict(_whole(files, whole))
    if whole != path:
        for name, one in _rows(files, path):
            if one:
                names[name] = one
            else:
                names.pop(name, None)
    return names


def listings(files: Files, runs: Iterable[RecordedRun]) -> Iterator[NameListing]:
    """Yield the listings of the runs of one framework, one for each version, the oldest first. Raises HistoryError.

    Names are the same on any hardware, so those of the target with the most builds count.
    """
    of_target: dict[str, dict[str, Run]] = {}
    for item in sorted(runs, key=lambda item: item.run.id):
        if item.listed and item.run.build:
            of_target.setdefault(item.run.target, {})[public_version(item.run.build.requirement)] = item.run
    chosen = max(sorted(of_target), key=lambda target: len(of_target[target]), default="")
    for _, run in sorted(of_target.get(chosen, {}).items(), key=lambda one: version_sort_key(one[0])):
        yield NameListing(run, read_names(files, run))


def public_version(label: str) -> str:
    """Return the version in a build label without its local part ("+cpu"); the Python code is the same."""
    return label.partition("==")[2].partition("+")[0]


def _differing(earlier: Mapping[str, PublicName], names: Mapping[str, PublicName]) -> dict[str, PublicName | None]:
    """Return the names that differ from an earlier listing; None for one that only the earlier listing has."""
    gone = dict.fromkeys(earlier.keys() - names.keys())
    return {**gone, **{name: one for name, one in names.items() if earlier.get(name) != one}}


def _whole_run(files: Files, path: PurePosixPath) -> PurePosixPath:
    """Return the path of the whole listing that a listing needs, which may be itself. Raises HistoryError."""
    earlier = (_table(files, path).schema.metadata or {}).get(EARLIER.encode())
    return path.with_name(earlier.decode() + NAMES_FILE) if earlier else path


def _whole(files: Files, path: PurePosixPath) -> Mapping[str, PublicName]:
    return _whole_once(files, path, files.key(path))


@lru_cache(maxsize=4)
def _whole_once(files: Files, path: PurePosixPath, key: str | None) -> Mapping[str, PublicName]:  # noqa: ARG001 - another content, another key
    return {name: one for name, one in _rows(files, path) if one}


def _rows(files: Files, path: PurePosixPath) -> Iterator[tuple[str, PublicName | None]]:
    try:
        columns = (column.to_pylist() for column in _table(files, path).columns)
        for row in zip(*columns, strict=True):
            yield row[0], _public_name(*row) if row[1] else None
    except UNREADABLE as error:
        if isinstance(error, HistoryError):
            raise
        raise unreadable(files, path, error) from error


@lru_cache(maxsize=1 << 17)  # listings of neighbouring builds share most names
def _public_name(name: str, kind: str, signature: str, note: str, alias_of: str) -> PublicName:
    """Return the one object of a name as its row describes it, so that equal names are mostly identical."""
    return PublicName(name, NameKind(kind), signature, note, alias_of)


def _table(files: Files, path: PurePosixPath) -> pa.Table:
    content = content_of(files, path)
    try:
        return pq.read_table(pa.py_buffer(content), columns=[*COLUMNS])
    except UNREADABLE as error:
        raise unreadable(files, path, error) from error
