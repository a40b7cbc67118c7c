"""A year of a series without opening every run: an index, which can be thrown away at any time.

What a site reads of a year is a few columns of hundreds of files, and to open and decode those takes most of its
time. A month that is over never changes, and its nights say nearly the same: in one file of Arrow's, a month of 2,000
cases takes 0.4 MB, and is read in the time of a few runs. A file is made from the runs when first asked for, and anew
when the month has other runs. The index lies outside the history, and is never committed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import pandas as pd
import pyarrow as pa

from monitor.history.arrow_cache import MONTH, read_index, write_index
from monitor.history.files import Files
from monitor.history.layout import RecordedRun, joined, observations_path, read_run


def read_months(files: Files, index: Path, runs: Iterable[RecordedRun], columns: Sequence[str]) -> pd.DataFrame:
    """What `monitor.history.layout.read_observations` gives of these runs of one series, by the index in `index`.

    Here runs follow one another in the order of time. Raises HistoryError.
    """
    wanted = [item.run for item in runs if not item.run.blocked]  # a blocked run has observed nothing
    months: dict[str, list[PurePosixPath]] = defaultdict(list)
    for run, path in sorted((run.id, observations_path(run)) for run in wanted):
        months[run[:MONTH]].append(path)
    tables: list[pa.Table] = []
    rows: dict[str, int] = {}
    for month, paths in months.items():
        target, framework, suite, evidence = wanted[0].series
        file = index / target / framework / f"{suite}.{evidence}" / f"{month}.arrow"
        table, of_runs = _month(files, file, paths, columns)
        tables.append(table)
        rows |= zip((path.stem for path in paths), of_runs, strict=True)
    return joined(tables, rows, columns)


def _month(
    files: Files, file: Path, paths: Sequence[PurePosixPath], columns: Sequence[str]
) -> tuple[pa.Table, list[int]]:
    """What the runs of a month observed, and how many rows each of them has."""
    made_from = {"columns": [*columns], "runs": {path.stem: files.key(path) for path in paths}}
    there = read_index(file)
    if there and there[1]["made_from"] == made_from:
        return there[0].read_all().replace_schema_metadata(None), there[1]["rows"]
    tables = [read_run(files, path, columns) for path in paths]
    table, rows = pa.concat_tables(tables).unify_dictionaries().combine_chunks(), [one.num_rows for one in tables]
    write_index(file, table, {"made_from": made_from, "rows": rows})
    return table, rows
