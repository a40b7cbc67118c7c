"""One function's past without opening every run: an index, which can be thrown away at any time.

A year of nights is hundreds of files, and to open them all takes most of a second. So the runs of a month are kept once
more in one file, sorted by case, of which a reader takes a function's few rows alone. It is made from the runs when
first asked for, and anew when the month has other runs. It lies outside the history, and is never committed.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from monitor.history.layout import read_run

TEXTS = ("case", "outcome", "message")
NUMBERS = ("max_rel", "max_ulp", "latency_median", "latency_spread")
KEPT = (*TEXTS, *NUMBERS)
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXTS), *((name, pa.float64()) for name in NUMBERS)])
MONTH = len("202611")  # how a run's id begins
ROWS = 8192  # of a row group: small enough to be read for one function, large enough that a month has a hundred
MADE_FROM = b"portability.made_from"


def load_function(directory: Path, index: Path, target: str, framework: str, function: str) -> pd.DataFrame:
    """What every run saw of a function's cases: the columns of `KEPT`, and `run`; by case, in the order of runs."""
    first, beyond = f"{framework}/{function}/", f"{framework}/{function}0"  # "0" comes after "/"
    found = [
        table
        for month, runs in _months(directory / "runs" / target / framework).items()
        for table in _rows(_indexed(index / target / framework / f"{month}.parquet", runs), first, beyond)
    ]
    whole = pa.concat_tables(found) if found else pa.table({name: [] for name in ("run", *KEPT)})
    table: pd.DataFrame = whole.to_pandas()
    return table.sort_values(["case", "run"], ignore_index=True)


def _months(folder: Path) -> dict[str, list[Path]]:
    """The files of runs, by the month in which they were started."""
    months: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.glob("*.parquet")):
        if "." not in path.stem:  # what was measured beside another build is no run
            months[path.name[:MONTH]].append(path)
    return months


def _indexed(path: Path, runs: Sequence[Path]) -> pq.ParquetFile:
    """The index of a month, made where it is not there or was made from other files than these."""
    made_from = {run.name: run.stat().st_size for run in runs}
    file = pq.ParquetFile(path, memory_map=True) if path.exists() else None
    if file and json.loads((file.metadata.metadata or {}).get(MADE_FROM, b"null")) == made_from:
        return file
    _make(path, runs, made_from)
    return pq.ParquetFile(path, memory_map=True)


def _make(path: Path, runs: Sequence[Path], made_from: Mapping[str, int]) -> None:
    tables = []
    for run in runs:
        table = read_run(run, KEPT).cast(SCHEMA)
        tables.append(table.add_column(0, "run", pa.repeat(run.stem, table.num_rows)))
    whole = pa.concat_tables(tables, promote_options="permissive").sort_by(
        [("case", "ascending"), ("run", "ascending")]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    noted = whole.replace_schema_metadata({MADE_FROM: json.dumps(made_from).encode()})
    pq.write_table(noted, draft, row_group_size=ROWS, compression="zstd", write_statistics=["case"])
    draft.replace(path)


def _rows(file: pq.ParquetFile, first: str, beyond: str) -> Iterator[pa.Table]:
    """The rows whose case is at least `first` and below `beyond`."""
    metadata = file.metadata
    case = file.schema_arrow.get_field_index("case")

    def bounds(group: int) -> pq.Statistics:
        return metadata.row_group(group).column(case).statistics

    # Groups are in the order of their cases, and to look at the bounds of each takes as long as to read two.
    every = range(metadata.num_row_groups)
    start = bisect_left(every, first, key=lambda group: bounds(group).max)
    for group in takewhile(lambda group: bounds(group).min < beyond, every[start:]):
        table = file.read_row_group(group, use_threads=False)
        names = table["case"]
        yield table.filter(pc.and_(pc.greater_equal(names, first), pc.less(names, beyond)))
