"""Files of an index: a table of Arrow's, with a note of what it was made from.

They can be thrown away at any time, lie outside the history, and are never committed.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

MONTH = len("202611")  # how a run's id begins: of each month an index has a file
NOTE = b"portability.made_from"


def read_index(file: Path) -> tuple[pa.ipc.RecordBatchFileReader, dict[str, Any]] | None:
    """The pieces of an index and its note, which the schema still holds; None where there is none that can be read."""
    try:
        pieces = pa.ipc.open_file(pa.memory_map(str(file)))
        return pieces, json.loads(pieces.schema.metadata[NOTE])
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):  # missing, or left by whoever was killed
        return None


def write_index(file: Path, table: pa.Table, note: dict[str, Any], *, rows: int | None = None) -> None:
    """Write a table, in pieces of so many rows; whoever reads the file meanwhile has the old one.

    An index only saves time: where it cannot be written, on a disk that is full or for reading only, there is none.
    """
    draft = file.with_suffix(f".{os.getpid()}")
    noted = table.replace_schema_metadata({NOTE: json.dumps(note).encode()})
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with pa.ipc.new_file(str(draft), noted.schema, options=options) as writer:
            writer.write_table(noted, max_chunksize=rows)
        draft.replace(file)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
