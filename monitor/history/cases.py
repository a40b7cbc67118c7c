"""One function's past without opening every run: an index, which can be thrown away at any time.

A year of nights is hundreds of files, and to open them all takes most of a second. So the runs of a month are kept once
more in one file of Arrow's, sorted by case, of which a reader takes the piece that has a function. It is made from the
runs when first asked for, and anew when the month has other runs. It lies outside the history, and is never committed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from monitor.history.index import MONTH, read_index, write_index
from monitor.history.layout import read_run

TEXTS = ("case", "outcome", "message")
NUMBERS = ("max_rel", "max_ulp", "latency_median", "latency_spread")
KEPT = (*TEXTS, *NUMBERS)
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXTS), *((name, pa.float64()) for name in NUMBERS)])
ROWS = 8192  # of a piece: small enough to be read for one function, large enough that a month has a hundred


@dataclass(frozen=True)
class _Month:
    """The index of a month; `firsts` is the first case of each of its pieces."""

    pieces: pa.ipc.RecordBatchFileReader
    firsts: Sequence[str]


def load_function(directory: Path, index: Path, target: str, framework: str, function: str) -> pd.DataFrame:
    """What every run saw of a function's cases: the columns of `KEPT`, and `run`; by case, in the order of runs."""
    first, beyond = f"{framework}/{function}/", f"{framework}/{function}0"  # "0" comes after "/"
    found = [
        table
        for month, runs in _months(directory / "runs" / target / framework).items()
        for table in _rows(_indexed(index / target / framework / f"{month}.arrow", runs), first, beyond)
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


def _indexed(path: Path, runs: Sequence[Path]) -> _Month:
    """The index of a month, made where it is not there or was made from other files than these."""
    made_from = {run.name: run.stat().st_size for run in runs}
    there = read_index(path)
    if there and there[1]["made_from"] == made_from:
        return _Month(there[0], there[1]["firsts"])
    _make(path, runs, made_from)
    return _indexed(path, runs)


def _make(path: Path, runs: Sequence[Path], made_from: Mapping[str, int]) -> None:
    tables = []
    for run in runs:
        table = read_run(run, KEPT).cast(SCHEMA)
        tables.append(table.add_column(0, "run", pa.repeat(run.stem, table.num_rows)))
    whole = pa.concat_tables(tables).sort_by([("case", "ascending"), ("run", "ascending")]).combine_chunks()
    noted = {"made_from": made_from, "firsts": whole["case"].take([*range(0, whole.num_rows, ROWS)]).to_pylist()}
    write_index(path, whole, noted, rows=ROWS)


def _rows(month: _Month, first: str, beyond: str) -> Iterator[pa.Table]:
    """The rows whose case is at least `first` and below `beyond`."""
    start = max(bisect_left(month.firsts, first) - 1, 0)
    for number in range(start, bisect_left(month.firsts, beyond)):
        piece = pa.Table.from_batches([month.pieces.get_batch(number)]).replace_schema_metadata(None)
        names = piece["case"]
        yield piece.filter(pc.and_(pc.greater_equal(names, first), pc.less(names, beyond)))
