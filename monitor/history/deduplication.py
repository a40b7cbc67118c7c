"""Deduplicate the values of a run that an earlier run of its series has; the later run names the earlier one.

Measurements differ every night, but most of the rest does not: the digest of a result, its numerical error, the
compiler's figures, the message of a failure. A run only marks the cases with all of these unchanged. The named run is
always whole, so two files suffice to read any run. `benchmarks/storage.py` measures the gain.
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
DEDUPLICATED = "deduplicated"  # the column that marks such cases
EARLIER = "portability.earlier"  # the key of the earlier run in a file's metadata
# With a smaller share of equal cases, a run is written whole, and later runs name it. A higher share would write whole
# runs more often than it pays, a lower one would leave more and more to be written every night.
MIN_SHARE = 0.9
# The share is that of the cases which both runs have: weekly cases of tonight need not be in the earlier run. If these
# are most of tonight's cases, the run is written whole.
MIN_COMMON = 0.5


@dataclass(frozen=True)
class EarlierRun:
    """A whole run that others may name: its id, and a table of `case` and the columns of `REPEATED`."""

    run: str
    table: pa.Table


def deduplicate(table: pa.Table, earlier: EarlierRun) -> pa.Table:
    """Return the table without the values that the earlier run has; unchanged if those are too few."""
    columns = [name for name in REPEATED if name in table.column_names]
    rows = _rows(table["case"], earlier.table)
    there = earlier.table.take(rows)
    deduplicated = common = pc.is_valid(rows)
    for name in columns:
        deduplicated = pc.and_(deduplicated, _equal(table[name], there[name]))
    shared = pc.sum(common).as_py() or 0
    if shared < max(1, MIN_COMMON * table.num_rows) or pc.sum(deduplicated).as_py() < MIN_SHARE * shared:
        return table
    for name in columns:
        kept = pc.if_else(deduplicated, pa.scalar(None, table[name].type), table[name])
        table = table.set_column(table.column_names.index(name), name, kept)
    return table.append_column(DEDUPLICATED, deduplicated)


def restore_values(
    table: pa.Table, case: pa.ChunkedArray, deduplicated: pa.ChunkedArray, earlier: pa.Table
) -> pa.Table:
    """Return the table of these cases, with the values of the earlier run where it is marked."""
    columns = [name for name in table.column_names if name in REPEATED]
    # Row numbers in both tables, one below the other.
    own = pa.array(np.arange(earlier.num_rows, earlier.num_rows + table.num_rows))
    rows = pc.if_else(deduplicated, pc.cast(_rows(case, earlier), pa.int64()), own)
    both = pa.concat_tables([earlier.select(columns), table.select(columns)]).unify_dictionaries().take(rows)
    for name in columns:
        table = table.set_column(table.column_names.index(name), name, both[name])
    return table


def _rows(case: pa.ChunkedArray, earlier: pa.Table) -> pa.ChunkedArray:
    """Return the row of each case in the earlier run, null if it is missing there."""
    return pc.index_in(_plain(case), value_set=_plain(earlier["case"]))


def _equal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return which values are the same; two missing ones are."""
    equal = pc.fill_null(pc.equal(_plain(one), _plain(other)), fill_value=False)
    return pc.or_(equal, pc.and_(pc.is_null(one), pc.is_null(other)))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
