"""Errors for missing and damaged files of a history."""

from __future__ import annotations

from pathlib import PurePosixPath

import pyarrow as pa

from monitor.history.files import Files, HistoryError

# The exceptions that readers of JSON, CSV and Parquet raise for damaged bytes.
UNREADABLE = (pa.ArrowException, ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)


def content_of(files: Files, path: PurePosixPath) -> bytes:
    """Return the content of a file that has to exist. Raises HistoryError."""
    content = files.read(path)
    if content is None:
        raise files.damaged(path, "is missing")
    return content


def unreadable(files: Files, path: PurePosixPath, error: BaseException) -> HistoryError:
    """Return the error for a file with wrong content."""
    why = next(iter(str(error).split("\n")), "")[:100]
    return files.damaged(path, f"is damaged ({why or type(error).__name__})")
