"""Index the runs by function, so that one function's past is read without opening every run.

A year of nights is hundreds of files, and opening them all takes most of a second. So the runs of a month are kept
again in one Arrow file, sorted by case, of which a reader takes the batch with its function. The file is made from the
runs when it is first needed, and again when the month has other runs. The index lies outside the history, is never
committed, and can be deleted at any time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from monitor.history.arrow_cache import MONTH, read_index, write_index
from monitor.history.files import Files
from monitor.history.retraction import read_retractions
from monitor.history.run_files import observed_paths, read_run

TEXTS = ("case", "outcome", "message")
NUMBERS = ("max_rel", "max_ulp", "latency_median", "latency_spread")
KEPT = (*TEXTS, *NUMBERS)
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXTS), *((name, pa.float64()) for name in NUMBERS)])
ROWS = 8192  # of a piece: small enough to be read for one function, large enough that a month has a hundred


@dataclass(frozen=True)
class _Month:
    """Runs of a month, sorted by case, in batches; `firsts` is the first case of each."""

    piece: Callable[[int], pa.RecordBatch]
    firsts: Sequence[str]


def load_function(files: Files, index: Path, target: str, framework: str, function: str) -> pd.DataFrame:
    """Return the results of a function's cases in every run that was not retracted: `KEPT` and `run`, by case.

    Raises HistoryError.
    """
    first, beyond = f"{framework}/{function}/", f"{framework}/{function}0"  # "0" comes after "/"
    months: dict[str, list[PurePosixPath]] = defaultdict(list)
    retracted = read_retractions(files)
    for path in observed_paths(files, target, framework):
        if path.stem not in retracted:
            months[path.name[:MONTH]].append(path)
    found = [
        table
        for month, runs in months.items()
        for table in _rows(_indexed(files, index / target / framework / f"{month}.arrow", runs), first, beyond)
    ]
    whole = pa.concat_tables(found) if found else pa.table({name: [] for name in ("run", *KEPT)})
    table: pd.DataFrame = whole.to_pandas()
    return table.sort_values(["case", "run"], ignore_index=True)


def _indexed(files: Files, path: Path, runs: Sequence[PurePosixPath]) -> _Month:
    """Return a month from its index, which is made if it is missing or was made from other files."""
    made_from = {run.name: files.key(run) for run in runs}
    there = read_index(path)
    if there and there[1]["made_from"] == made_from:
        return _Month(there[0].get_batch, there[1]["firsts"])
    whole = _sorted(files, runs)
    firsts = whole["case"].take(pa.array(range(0, whole.num_rows, ROWS), pa.int64())).to_pylist()
    write_index(path, whole, {"made_from": made_from, "firsts": firsts}, rows=ROWS)
    return _Month(whole.to_batches(max_chunksize=ROWS).__getitem__, firsts)


def _sorted(files: Files, runs: Sequence[PurePosixPath]) -> pa.Table:
    tables = []
    for run in runs:
        table = read_run(files, run, KEPT).cast(SCHEMA)
        tables.append(table.add_column(0, "run", pa.repeat(run.stem, table.num_rows)))
    return pa.concat_tables(tables).sort_by([("case", "ascending"), ("run", "ascending")]).combine_chunks()


def _rows(month: _Month, first: str, beyond: str) -> Iterator[pa.Table]:
    """Yield the rows whose case is at least `first` and below `beyond`."""
    start = max(bisect_left(month.firsts, first) - 1, 0)
    for number in range(start, bisect_left(month.firsts, beyond)):
        piece = pa.Table.from_batches([month.piece(number)]).replace_schema_metadata(None)
        names = piece["case"]
        yield piece.filter(pc.and_(pc.greater_equal(names, first), pc.less(names, beyond)))
