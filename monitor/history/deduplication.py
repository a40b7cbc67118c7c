"""What a run says again is not written again: it stands in an earlier run of its series, which the later one names.

Measurements differ every night, but most of the rest does not: a result's digest, its numerical error, what a compiler
knows of a case, the message of a failure. Of a case that says all of that again, a run holds that it does. The run it
names is always a whole one, so two files are all that it takes to read any. `benchmarks/storage.py` measures what it is
worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

REPEATED = (
    "message",
    "declared_limit",
    "digest",
    "max_abs",
    "max_rel",
    "max_ulp",
    "compiled_programs",
    "compiled_flops",
    "compiled_bytes",
    "compiled_memory",
    "compiled_code",
)
DEDUPLICATED = "deduplicated"  # the column that says of which cases it is so
EARLIER = "portability.earlier"  # under which key of a file's metadata the other run stands
# Below this share of the cases, a run is written whole, and those to come name it. A higher share would make whole runs
# more often than they pay, a lower one leave more and more to be written every night.
ENOUGH = 0.9


@dataclass(frozen=True)
class EarlierRun:
    """A run that others may name: its id, and `case` with the columns of `REPEATED`."""

    run: str
    table: pa.Table


def leave_out(table: pa.Table, earlier: EarlierRun) -> pa.Table:
    """The table without what the earlier run says of the same cases; as it is where that is too little."""
    columns = [name for name in REPEATED if name in table.column_names]
    rows = _rows(table["case"], earlier.table)
    there = earlier.table.take(rows)
    deduplicated = pc.is_valid(rows)
    for name in columns:
        deduplicated = pc.and_(deduplicated, _equal(table[name], there[name]))
    if not table.num_rows or pc.sum(deduplicated).as_py() < ENOUGH * table.num_rows:
        return table
    for name in columns:
        kept = pc.if_else(deduplicated, pa.scalar(None, table[name].type), table[name])
        table = table.set_column(table.column_names.index(name), name, kept)
    return table.append_column(DEDUPLICATED, deduplicated)


def fill_in(table: pa.Table, case: pa.ChunkedArray, deduplicated: pa.ChunkedArray, earlier: pa.Table) -> pa.Table:
    """The table of these cases, with what an earlier run says of those that say it again."""
    columns = [name for name in table.column_names if name in REPEATED]
    # The row that says it, in both tables, one below the other.
    own = pa.array(np.arange(earlier.num_rows, earlier.num_rows + table.num_rows))
    rows = pc.if_else(deduplicated, pc.cast(_rows(case, earlier), pa.int64()), own)
    both = pa.concat_tables([earlier.select(columns), table.select(columns)]).unify_dictionaries().take(rows)
    for name in columns:
        table = table.set_column(table.column_names.index(name), name, both[name])
    return table


def _rows(case: pa.ChunkedArray, earlier: pa.Table) -> pa.ChunkedArray:
    """The row of each case in the earlier run, null where it is not there."""
    return pc.index_in(_plain(case), value_set=_plain(earlier["case"]))


def _equal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether values are the same; two that are not there are."""
    equal = pc.fill_null(pc.equal(_plain(one), _plain(other)), fill_value=False)
    return pc.or_(equal, pc.and_(pc.is_null(one), pc.is_null(other)))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
