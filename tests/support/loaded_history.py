"""Make the history of some run files without files: for tests of the analysis, which need no git.

`tests/history/test_loaded_history.py` compares it with a history that was recorded and loaded.
"""

from __future__ import annotations

import dataclasses
import weakref

import pyarrow as pa

from monitor.formats.run_file import RunFile
from monitor.history.ordering import in_order
from monitor.history.run_files import (
    COLUMNS,
    TEXTS,
    RecordedRun,
    complete_observations,
    join_tables,
    observations_table,
)
from monitor.history.store import LoadedHistory
from monitor.model import NAMES

_TEXT = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema([(name, _TEXT if name in TEXTS else pa.float64()) for name in COLUMNS])

# The tables of the run files by their id, while they exist: tests read growing histories of the same run files.
_tables: dict[int, pa.Table] = {}


def loaded_history(*runfiles: RunFile) -> LoadedHistory:
    """Return the history of these run files, as `History.load` returns it after `History.record`.

    Every run belongs to a series, and has an id of its own.
    """
    by_id = {runfile.run.id: runfile for runfile in runfiles}
    assert len(by_id) == len(runfiles)
    assert not any(runfile.run.one_off for runfile in runfiles)
    heads = in_order(
        RecordedRun(
            dataclasses.replace(one.run, cases=()), one.end, len(one.comparisons), len(one.names) if one.end else 0
        )
        for one in by_id.values()
    )
    tables = {head.run.id: _table(by_id[head.run.id]) for head in heads if not head.run.blocked}
    rows = {run: table.num_rows for run, table in tables.items()}
    comparisons = {head.run.id: by_id[head.run.id].comparisons for head in heads if head.compared}
    return LoadedHistory(heads, join_tables([*tables.values()], rows, [*COLUMNS]), comparisons)


def with_cases(history: LoadedHistory) -> LoadedHistory:
    """Return a history without the listings of names, which have no cases."""
    return dataclasses.replace(history, runs=tuple(item for item in history.runs if item.run.suite != NAMES))


def _table(runfile: RunFile) -> pa.Table:
    """Return the observations of a run file in the types that a history has."""
    key = id(runfile)
    if key not in _tables:
        found = pa.Table.from_pandas(observations_table(complete_observations(runfile)), preserve_index=False)
        columns = [_text(found[name]) if name in TEXTS else found[name] for name in COLUMNS]
        _tables[key] = pa.table(columns, schema=_SCHEMA)
        weakref.finalize(runfile, _tables.pop, key)
    return _tables[key]


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()).dictionary_encode().cast(_TEXT)
