"""Cache files: an Arrow table with a note of the files that it was made from.

They lie outside the history, are never committed, and can be deleted at any time.
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
    """Return the batches of a cache file and its note, which stays in the schema; None if the file cannot be read."""
    try:
        pieces = pa.ipc.open_file(pa.memory_map(str(file)))
        return pieces, json.loads(pieces.schema.metadata[NOTE])
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):  # missing, or left by whoever was killed
        return None


def write_index(file: Path, table: pa.Table, note: dict[str, Any], *, rows: int | None = None) -> None:
    """Write a table in batches of `rows`; other readers of the file keep the old one.

    A cache only saves time: if it cannot be written, for example on a full or read-only disk, no file is written.
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
