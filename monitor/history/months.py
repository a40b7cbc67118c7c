"""A year of a series without opening every run: an index, which can be thrown away at any time.

What a site reads of a year is a few columns of hundreds of files, and to open and decode those takes most of its
time. A month that is over never changes, and its nights say nearly the same: in one file of Arrow's, a month of 2,000
cases takes 0.13 MB, and is read in the time of two runs. A file is made from the runs when first asked for, and anew
when the month has other runs. The index lies outside the history, and is never committed.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from monitor.history.layout import RecordedRun, joined, observations_path, read_run

MONTH = len("202611")  # how a run's id begins
MADE_FROM = b"portability.made_from"


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
    table, noted = _read(file)
    if table is None or noted["made_from"] != made_from:
        tables = [read_run(path, columns) for path in runs.values()]
        noted = {"made_from": made_from, "rows": [one.num_rows for one in tables]}
        table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        _write(file, table.replace_schema_metadata({MADE_FROM: json.dumps(noted).encode()}))
    found, start = {}, 0
    for run, rows in zip(runs, noted["rows"], strict=True):
        found[run] = table.slice(start, rows).replace_schema_metadata(None)
        start += rows
    return found


def _read(file: Path) -> tuple[pa.Table | None, dict[str, Any]]:
    if not file.exists():
        return None, {}
    table = pa.ipc.open_file(pa.memory_map(str(file))).read_all()
    return table, json.loads(table.schema.metadata[MADE_FROM])


def _write(file: Path, table: pa.Table) -> None:
    """Write a month; whoever reads it meanwhile has the old file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(str(draft), table.schema, options=options) as writer:
        writer.write_table(table)
    draft.replace(file)
