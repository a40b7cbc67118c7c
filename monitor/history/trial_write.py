"""Write one run to a temporary history and read it back, to find a run that a history cannot hold before the commit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from monitor.formats.run_file import RunFile
from monitor.history.files import Folder
from monitor.history.name_table import read_names, write_names
from monitor.history.parquet_encoding import round_digits
from monitor.history.run_files import (
    RecordedRun,
    complete_observations,
    observations_table,
    read_comparisons,
    read_observations,
    read_runs,
    write_run,
)


class LossyWriteError(RuntimeError):
    """A run that a history would not give back as it was written."""


def trial_write(runfile: RunFile) -> None:
    """Write a run to a temporary history and read it back. Raises LossyWriteError, and errors of the write."""
    with TemporaryDirectory(prefix="portability-") as folder:
        directory = Path(folder)
        head = write_run(directory, runfile)
        files = Folder(directory)
        _expect("head", read_runs(files), (head,))
        counts = len(runfile.comparisons), len(runfile.names) if runfile.end else 0
        _expect("head", head, RecordedRun(replace(runfile.run, cases=()), runfile.end, *counts))
        if not runfile.run.blocked:
            read = read_observations(files, (head,)).drop(columns="run")
            written = round_digits(observations_table(complete_observations(runfile)))
            _expect("observations", _plain(read), _plain(written))
        comparisons = tuple(sorted(runfile.comparisons, key=lambda one: one.case))
        if head.listed:
            write_names(directory, head.run, runfile.names, None)
            names = {one.name: one for one in runfile.names}
            _expect("names", read_names(files, head.run), names)
        _expect("comparisons", read_comparisons(files, (head,)).get(head.run.id, ()), comparisons)


def _plain(table: pd.DataFrame) -> object:
    """Return the columns of a table as plain values, None for missing ones."""
    found = table.astype(object)
    return found.where(found.notna(), None).to_dict("list")


def _expect(name: str, read: object, written: object) -> None:
    if read != written:
        raise LossyWriteError(f"its {name} would not be read back as they were written")
