"""The list of the runs of one framework on one target, which shows that a run was removed with all its files.

    runs/<target>/<framework>/runs.csv     one sorted row for each recorded run, retracted ones too

The manifest has the number of its rows, and its path shows that a whole folder was removed.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from monitor.history.files import Files, Folder
from monitor.history.manifest import read_manifest, read_table, write_table

RUNS = PurePosixPath("runs")
FILE = "runs.csv"
COLUMNS = ("run",)


def places(files: Files) -> tuple[tuple[str, str], ...]:
    """Return the pairs of target and framework that have runs, sorted. Raises HistoryError."""
    there = {
        (target, framework)
        for target in files.names(RUNS)
        for framework in files.names(RUNS / target)
        if files.names(RUNS / target / framework)
    }
    written = (PurePosixPath(path).parts for path in read_manifest(files))
    return tuple(sorted(there.union((path[1], path[2]) for path in written if path[0] == str(RUNS))))


def heads(files: Files, place: tuple[str, str]) -> list[PurePosixPath]:
    """Return the paths of the heads of one framework's runs on one target, sorted.

    Raises HistoryError if a run is missing, has no head, or is not in the list.
    """
    folder = RUNS.joinpath(*place)
    written = {run for (run,) in read_table(files, folder / FILE, COLUMNS)}
    names = [name for name in files.names(folder) if name.endswith((".json", ".parquet"))]
    there = {name.partition(".")[0] for name in names}
    heads = {name.removesuffix(".json") for name in names if name.endswith(".json")}
    if gone := sorted(written - there):
        lost = f"all of run {gone[0]} ({' '.join(place)}) is lost"
        raise files.damaged(folder / f"{gone[0]}.json", "and all other files of that run are missing", lost)
    if headless := sorted(there - heads):
        raise files.damaged(folder / f"{headless[0]}.json", "is missing")
    if unknown := sorted(heads - written):
        raise files.damaged(folder / FILE, f"does not name {unknown[0]}" if written else "is missing")
    return [folder / f"{head}.json" for head in sorted(heads)]


def add_run(directory: Path, head: PurePosixPath) -> None:
    """Write a run, given by the path of its head, to the list of its folder in `directory`."""
    path = head.with_name(FILE)
    written = {run for (run,) in read_table(Folder(directory), path, COLUMNS)}
    write_table(directory, path, COLUMNS, [(run,) for run in sorted(written | {head.stem})])
