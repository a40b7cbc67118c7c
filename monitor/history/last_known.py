"""Find the last known outcome of every case, in the order of builds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from monitor.history.damage import UNREADABLE, unreadable
from monitor.history.files import Files
from monitor.history.manifest import read_table, write_table
from monitor.history.ordering import Extent
from monitor.history.run_files import RecordedRun, read_observations
from monitor.history.spreadsheet_safety import escape_cell, unescape_cell
from monitor.model import Evidence, Outcome

T = TypeVar("T")

COLUMNS = ("case", "outcome", "evidence", "message")


@dataclass(frozen=True)
class LastKnown:
    """Last known outcome of a case."""

    outcome: Outcome
    evidence: Evidence
    message: str


def apply_run(known: Mapping[str, T], answers: Mapping[str, T | None], extent: Extent) -> dict[str, T]:
    """Return the known value of every case after one more run; a value of None is a case that could not be judged.

    Missing evidence changes nothing. A case that the run did not ask for stays, unless the run removes it.
    """
    kept = {case: value for case, value in known.items() if case in answers or not extent.removes(case)}
    return kept | {case: value for case, value in answers.items() if value is not None}


def known_after(
    files: Files, runs: Iterable[tuple[RecordedRun, Extent]], known: Mapping[str, LastKnown] | None = None
) -> dict[str, LastKnown]:
    """Return the last known outcomes after runs of one series, starting from `known`.

    The runs come with their extent (`monitor.history.ordering.with_extent`), which depends on all runs of the series.
    """
    result = dict(known or {})
    for recorded, extent in runs:
        if not recorded.run.blocked:
            result = apply_run(result, _answers(files, recorded), extent)
    return result


def _answers(files: Files, recorded: RecordedRun) -> dict[str, LastKnown | None]:
    table = read_observations(files, [recorded])
    rows = zip(table["case"], table["outcome"], table["evidence"], table["message"], strict=True)
    return {
        case: LastKnown(Outcome(word), Evidence(evidence), message) if Outcome(word).known else None
        for case, word, evidence, message in rows
    }


def read_outcomes(files: Files, path: PurePosixPath) -> dict[str, LastKnown]:
    """Return the last known outcomes of one series by case; none if it has no file. Raises HistoryError."""
    rows = read_table(files, path, COLUMNS)
    try:
        return {
            case: LastKnown(Outcome(word), Evidence(evidence), unescape_cell(message))
            for case, word, evidence, message in rows
        }
    except UNREADABLE as error:
        raise unreadable(files, path, error) from error


def write_outcomes(directory: Path, path: PurePosixPath, known: dict[str, LastKnown]) -> None:
    """Write the last known outcomes of one series to its file in a history."""
    rows = [(case, k.outcome.value, k.evidence.value, escape_cell(k.message)) for case, k in sorted(known.items())]
    write_table(directory, path, COLUMNS, rows)
