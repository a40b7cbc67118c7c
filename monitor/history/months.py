"""A year of a series without opening every run: an index, which can be thrown away at any time.

What a site reads of a year is a few columns of hundreds of files, and to open and decode those takes most of its
time. A month that is over never changes, and its nights say nearly the same: in one file of Arrow's, a month of 2,000
cases takes 0.13 MB, and is read in the time of two runs. A file is made from the runs when first asked for, and anew
when the month has other runs. The index lies outside the history, and is never committed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from monitor.history.index import MONTH, read_index, write_index
from monitor.history.layout import RecordedRun, joined, observations_path, read_run


def read_months(directory: Path, index: Path, runs: Iterable[RecordedRun], columns: Sequence[str]) -> pd.DataFrame:
    """What `monitor.history.layout.read_observations` gives of these runs of one series, by the index in `index`."""
    wanted = [item.run for item in runs]
    paths = {run.id: observations_path(directory, run) for run in wanted}
    months: dict[str, dict[str, Path]] = defaultdict(dict)
    for run, path in sorted(paths.items()):
        if path.exists():
            months[run[:MONTH]][run] = path
    found: dict[str, pa.Table] = {}
    for month, of_month in months.items():
        target, framework, suite, evidence = wanted[0].series
        file = index / target / framework / f"{suite}.{evidence}" / f"{month}.arrow"
        found |= _month(file, of_month, columns)
    return joined([(run.id, found[run.id]) for run in wanted if run.id in found], columns)


def _month(file: Path, runs: Mapping[str, Path], columns: Sequence[str]) -> dict[str, pa.Table]:
    """What each of these runs observed, from the index of their month."""
    made_from = {"columns": [*columns], "runs": {run: path.stat().st_size for run, path in runs.items()}}
    there = read_index(file)
    if there and there[1]["made_from"] == made_from:
        table, rows = there[0].read_all().replace_schema_metadata(None), there[1]["rows"]
    else:
        tables = [read_run(path, columns) for path in runs.values()]
        table, rows = pa.concat_tables(tables).unify_dictionaries().combine_chunks(), [one.num_rows for one in tables]
        write_index(file, table, {"made_from": made_from, "rows": rows})
    found, start = {}, 0
    for run, number in zip(runs, rows, strict=True):
        found[run] = table.slice(start, number)
        start += number
    return found
