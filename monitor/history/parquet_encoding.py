"""Encode a table of observations so that ten years of nights stay small: few digits, sorted names, no duplicates.

A latency scatters by 3 % from night to night, so the digits after the third are noise, and noise does not compress. A
rounded column has so few values that Parquet's dictionaries need 10 to 13 bits for each. Sorted names differ from the
one above in a few letters, and such differences take a third of a byte each. `monitor.history.deduplication` removes
what an earlier run has. `benchmarks/storage.py` measures the gains.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from monitor.history.deduplication import DEDUPLICATED, EARLIER, EarlierRun, deduplicate

# Significant digits of a column; other columns keep all.
DIGITS = {
    "latency_median": 3,  # off by 0.5 % at most: a sixth of what a steady series scatters by
    "latency_minimum": 2,  # no verdict depends on it
    "latency_first": 2,  # off by 5 % at most; a compilation scatters by more
    "latency_second": 2,
    "latency_spread": 1,  # only a width, known within a fifth from 40 blocks
    "max_abs": 2,  # a doubled error counts as a change
    "max_rel": 2,
    "max_ulp": 2,
    "seconds": 1,  # shards are cut by sums of them
    "compiled_seconds": 2,
}
SORTED_COLUMN = "case"  # the column of sorted names; readers take it as it is, for such a column has no dictionary
LEVEL = 9  # of zstd: two hundredths smaller than its default, for a tenth of a second per run


def write_table(table: pd.DataFrame, path: Path, earlier: EarlierRun | None = None) -> None:
    """Write observations, sorted by case, as Parquet, without the values that an earlier run has."""
    written = pa.Table.from_pandas(round_digits(table), preserve_index=False).replace_schema_metadata(None)
    if earlier:
        written = deduplicate(written, earlier)
    with pq.ParquetWriter(
        path,
        written.schema,
        compression="zstd",
        compression_level=LEVEL,
        use_dictionary=[name for name in written.column_names if name != SORTED_COLUMN],
        column_encoding={SORTED_COLUMN: "DELTA_BYTE_ARRAY"},
        store_schema=False,  # pandas' and Arrow's own account of the columns is 10 kB a file, and `COLUMNS` has it
    ) as writer:
        writer.write_table(written)
        if earlier and DEDUPLICATED in written.column_names:
            writer.add_key_value_metadata({EARLIER: earlier.run})


def round_digits(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is written, with the digits of `DIGITS`."""
    return table.assign(
        **{name: round_to_digits(table[name].to_numpy(), DIGITS[name]) for name in DIGITS if name in table}
    )


def round_to_digits(values: npt.ArrayLike, digits: int) -> npt.NDArray[np.float64]:
    """Return values with so many significant digits. Zero and values that are not finite stay unchanged."""
    given = np.asarray(values, dtype=np.float64)
    kept = np.isfinite(given) & (given != 0)
    places = np.floor(np.log10(np.abs(np.where(kept, given, 1.0)))) - digits + 1
    with np.errstate(over="ignore", invalid="ignore"):  # at the ends of what a float holds: those stay as given
        # By a power of ten that is whole, so that 0.3 comes out as 0.3 and not as its neighbour.
        scale = 10.0 ** np.abs(places)
        short = np.where(places < 0, np.round(given * scale) / scale, np.round(given / scale) * scale)
    return np.where(kept & np.isfinite(short), short, given)
