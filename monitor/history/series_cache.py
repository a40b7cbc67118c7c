"""Cache the observations of a series by month, so that a year is read without opening every run.

A site reads a few columns of hundreds of files, and opening and decoding those takes most of its time. A past month
never changes, and its nights are nearly equal: as one Arrow file, a month of 2,000 cases takes 0.4 MB and reads as fast
as a few runs. A file is made from the runs when it is first needed, and again when the month has other runs. The cache
lies outside the history, is never committed, and can be deleted at any time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import pandas as pd
import pyarrow as pa

from monitor.history.arrow_cache import MONTH, read_index, write_index
from monitor.history.files import Files
from monitor.history.run_files import RecordedRun, join_tables, observations_path, read_run


def read_months(files: Files, index: Path, runs: Iterable[RecordedRun], columns: Sequence[str]) -> pd.DataFrame:
    """Return the observations of these runs of one series, through the cache in `index`.

    The table is that of `monitor.history.run_files.read_observations`, with the runs in the order of time. Raises
    HistoryError.
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
    return join_tables(tables, rows, columns)


def _month(
    files: Files, file: Path, paths: Sequence[PurePosixPath], columns: Sequence[str]
) -> tuple[pa.Table, list[int]]:
    """Return the observations of the runs of a month, and the number of rows of each run."""
    made_from = {"columns": [*columns], "runs": {path.stem: files.key(path) for path in paths}}
    there = read_index(file)
    if there and there[1]["made_from"] == made_from:
        return there[0].read_all().replace_schema_metadata(None), there[1]["rows"]
    tables = [read_run(files, path, columns) for path in paths]
    table, rows = pa.concat_tables(tables).unify_dictionaries().combine_chunks(), [one.num_rows for one in tables]
    write_index(file, table, {"made_from": made_from, "rows": rows})
    return table, rows
