"""The manifest of a history: the number of rows of each text table, which shows a missing or truncated table.

    manifest.csv     one sorted row for each table: its path in the history, and its number of rows

The tables are those that writers overwrite: outcomes, retractions, commits, lists of runs. The head of a run has the
same data about its own files.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import pandas as pd

from monitor.history.damage import UNREADABLE, unreadable
from monitor.history.files import Files, Folder

PATH = PurePosixPath("manifest.csv")
COLUMNS = ("file", "rows")


def read_table(files: Files, path: PurePosixPath, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the rows of a CSV file; none if the history has no such file. Raises HistoryError."""
    content = files.read(path)
    rows = [] if content is None else _rows(files, path, content, columns)
    check_rows(files, path, None if content is None else len(rows))
    return rows


def write_table(directory: Path, path: PurePosixPath, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file of a history in `directory`, and its row of the manifest."""
    table = pd.DataFrame([*rows], columns=[*columns])
    (directory / path).parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(directory / path, index=False, lineterminator="\n")
    note_rows(directory, path, len(table))


def remove_table(directory: Path, path: PurePosixPath) -> None:
    """Remove a file of a history in `directory`, and its row of the manifest."""
    (directory / path).unlink(missing_ok=True)
    note_rows(directory, path, None)


def check_rows(files: Files, path: PurePosixPath, rows: int | None) -> None:
    """Raise HistoryError unless the manifest has that number of rows for a file; None means that the file is absent."""
    wanted = read_manifest(files).get(str(path))
    if rows == wanted:
        return
    if rows is None:
        raise files.damaged(path, "is missing")
    if wanted is None:
        raise files.damaged(PATH, f"does not name {path}" if files.key(PATH) else "is missing")
    raise files.damaged(path, f"is damaged (it has {rows} rows, and {wanted} were written)")


def note_rows(directory: Path, path: PurePosixPath, rows: int | None) -> None:
    """Write the number of rows of a file to the manifest; None removes its row. Raises HistoryError."""
    known = {**read_manifest(Folder(directory)), str(path): rows}
    lines = [(file, count) for file, count in sorted(known.items()) if count is not None]
    pd.DataFrame(lines, columns=[*COLUMNS]).to_csv(directory / PATH, index=False, lineterminator="\n")


def read_manifest(files: Files) -> dict[str, int]:
    """Return the number of rows of each table by its path; none without a manifest. Raises HistoryError."""
    content = files.read(PATH)
    if content is None:
        return {}
    try:
        return {file: int(rows) for file, rows in _rows(files, PATH, content, COLUMNS)}
    except UNREADABLE as error:
        raise unreadable(files, PATH, error) from error


def _rows(files: Files, path: PurePosixPath, content: bytes, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the rows of a CSV file with exactly these columns. Raises HistoryError for any other content."""
    try:
        if not content.endswith(b"\n"):
            raise ValueError("its end is missing")
        table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
        if [*table.columns] != [*columns]:
            raise ValueError("it has other columns")
        return [*table.itertuples(index=False, name=None)]
    except UNREADABLE as error:
        raise unreadable(files, path, error) from error
