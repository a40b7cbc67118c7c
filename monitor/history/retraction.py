"""Retracted runs and the reasons.

    retracted.csv     one row for each run, in the order of ids: the run, the day of the retraction, and the reason

The files of such a run stay, because later runs refer to them (`monitor.history.deduplication`) and its id is taken.
But it belongs to no series any more, so nothing is derived from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from monitor.formats.error_text import one_line
from monitor.history.files import Files, HistoryError
from monitor.history.manifest import read_table, write_table
from monitor.history.run_files import RecordedRun, read_observations, read_runs
from monitor.history.spreadsheet_safety import escape_cell, unescape_cell
from monitor.model import Outcome, Run

PATH = PurePosixPath("retracted.csv")


class RetractionError(ValueError):
    """A run that cannot be retracted. The message is one line with the remedy."""


@dataclass(frozen=True)
class Retraction:
    """A retracted run with the day and the reason `why`. `build` is its label, empty if it reached none."""

    run: str
    day: str
    target: str
    framework: str
    suite: str
    evidence: str
    build: str
    why: str


COLUMNS = tuple(field.name for field in fields(Retraction))


@dataclass(frozen=True)
class ExcludedRun:
    """A run that is kept and shown and belongs to no series: a retracted one, or one of a local build.

    `counts` has the number of cases of each outcome.
    """

    run: Run
    why: str
    retracted: bool
    counts: Mapping[Outcome, int]


def read_retractions(files: Files) -> dict[str, Retraction]:
    """Return the retracted runs by id. Raises HistoryError."""
    rows = read_table(files, PATH, COLUMNS)
    records = (Retraction(*cells) for cells in rows)
    return {one.run: replace(one, why=unescape_cell(one.why)) for one in records}


def write_retractions(directory: Path, retractions: Mapping[str, Retraction]) -> None:
    rows = [astuple(replace(one, why=escape_cell(one.why))) for _, one in sorted(retractions.items())]
    write_table(directory, PATH, COLUMNS, rows)


def read_series_runs(files: Files, target: str = "*", framework: str = "*") -> tuple[RecordedRun, ...]:
    """Return the heads of the runs that belong to a series, in no order. Raises HistoryError."""
    return series_runs(read_runs(files, target, framework), read_retractions(files))


def series_runs(runs: Iterable[RecordedRun], retracted: Collection[str]) -> tuple[RecordedRun, ...]:
    """Return the runs that belong to a series."""
    return tuple(item for item in runs if item.run.id not in retracted and not item.run.one_off)


def excluded_runs(
    files: Files, runs: Iterable[RecordedRun], retractions: Mapping[str, Retraction]
) -> tuple[ExcludedRun, ...]:
    """Return those of these runs that belong to no series, the newest first. Raises HistoryError."""
    there = [item for item in runs if item.run.id in retractions or item.run.one_off]
    return tuple(
        _apart(files, item, retractions.get(item.run.id))
        for item in sorted(there, key=lambda item: item.run.id, reverse=True)
    )


def _apart(files: Files, item: RecordedRun, retraction: Retraction | None) -> ExcludedRun:
    if retraction:
        why = f"retracted on {retraction.day}: {retraction.why}"
        try:
            counts = _counts(files, item)
        except HistoryError:  # a run may be taken back for being damaged, and nothing follows from what it observed
            why, counts = f"{why}; its observations are lost", {}
        return ExcludedRun(item.run, why, retracted=True, counts=counts)
    counts = _counts(files, item)
    return ExcludedRun(item.run, item.run.one_off, retracted=False, counts=counts)


def _counts(files: Files, item: RecordedRun) -> dict[Outcome, int]:
    table = read_observations(files, [item], ("outcome",))
    counts = table["outcome"].value_counts().to_dict()
    return {outcome: int(counts[outcome]) for outcome in Outcome if counts.get(outcome)}


def retraction(run: str, why: str, day: str, files: Files) -> tuple[RecordedRun, Retraction]:
    """Return the run with an id, and its retraction. Raises RetractionError, HistoryError."""
    heads = {item.run.id: item for item in read_runs(files)}
    if run not in heads:
        close = get_close_matches(run, heads, n=3) or sorted(heads)[-3:]
        raise RetractionError(f'no run "{one_line(run)}" is recorded; near it: {", ".join(close) or "there is none"}')
    if record := read_retractions(files).get(run):
        raise RetractionError(f"{run} was retracted on {record.day}: {record.why}")
    if not (reason := one_line(why)):
        raise RetractionError("--why is empty: say why the run is taken back, for whoever reads the history")
    item = heads[run].run
    label = item.build.requirement if item.build else ""
    return heads[run], Retraction(run, day, *item.series, label, reason)
