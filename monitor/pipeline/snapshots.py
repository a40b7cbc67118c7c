"""Open a recorded history and load the snapshot that commands, issues and the site share."""

from __future__ import annotations

from pathlib import Path

from monitor.execution.targets.target import load_targets
from monitor.history.files import HistoryError
from monitor.history.git import GitError
from monitor.history.store import History
from monitor.pipeline.errors import UserError
from monitor.pipeline.locations import INDEX, RUNNERS, SHIPPED_HISTORY
from monitor.pipeline.progress_log import log
from monitor.pipeline.selection import SeriesSelection
from monitor.snapshot.snapshot import Snapshot, read_snapshot
from monitor.suite.catalog import replaced_names

EVERY_SERIES = SeriesSelection()


def check_history(path: Path) -> None:
    """Raise UserError unless a directory is a history of the monitor, or new, or empty."""
    if path.resolve() == SHIPPED_HISTORY:
        raise UserError(f"{path}: a new history starts from this one; name another directory, or none")
    try:
        History(path).check()
    except (GitError, HistoryError) as error:
        raise UserError(str(error)) from None


def open_history(directory: Path) -> History:
    """Return the history in a directory; if it does not exist yet, the history that the project ships.

    Writes nothing before the first run is recorded. Raises HistoryError.
    """
    history = History(directory, seed=SHIPPED_HISTORY)
    if not history.begun:
        log(f"no history in {directory} yet: a new one starts from the history that ships with the project")
    return history


def load_snapshot(directory: Path, selection: SeriesSelection = EVERY_SERIES) -> Snapshot:
    """Return the snapshot of the whole history in a directory.

    Raises UserError, with the nearest known name, if no series has a selected target, framework or suite.
    """
    snapshot = snapshot_of(open_history(directory))
    selection.check(snapshot)
    return snapshot


def snapshot_of(history: History) -> Snapshot:
    """Return the snapshot of a history; the catalog gives the replacements of removed names."""
    return read_snapshot(history, INDEX, replaced_names(), [*load_targets(RUNNERS)])
