"""Write the files derived from the runs of a history, after each run and after a retraction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from monitor.history.damage import content_of
from monitor.history.files import Committed, Files, Folder, HistoryError
from monitor.history.git import GitWorkTree
from monitor.history.last_known import known_after, read_outcomes, write_outcomes
from monitor.history.manifest import remove_table
from monitor.history.ordering import in_order, with_extent
from monitor.history.retraction import Retraction, read_retractions, read_series_runs, write_retractions
from monitor.history.run_files import (
    COLUMNS,
    RecordedRun,
    observations_path,
    outcomes_path,
    read_run,
    run_path,
)
from monitor.model import NAMES, Run, Series


def update_outcomes(directory: Path, run: Run, heads: Sequence[RecordedRun]) -> None:
    """Write the outcomes of a series after a run, which is one of the `heads`.

    An older build changes no case that a newer one has judged. A suite without cases has none.
    """
    if run.suite == NAMES:
        return
    files, path = Folder(directory), outcomes_path(run.series)
    runs = [*with_extent(of_series(run.series, heads))]
    newest, _ = runs[-1]
    if newest.run.id == run.id:
        known = known_after(files, runs[-1:], read_outcomes(files, path))
    else:
        known = known_after(files, runs)
    write_outcomes(directory, path, known)


def of_series(series: Series, heads: Iterable[RecordedRun]) -> tuple[RecordedRun, ...]:
    """Return the runs of one series, in order."""
    return in_order(recorded for recorded in heads if recorded.run.series == series)


def apply_retraction(tree: GitWorkTree, item: RecordedRun, record: Retraction) -> None:
    """Write a retraction, and all files derived from the remaining runs, to a work tree. Commits nothing.

    Later runs may refer to values of the run (`monitor.history.deduplication`), so its observations stay. Damaged ones
    are restored from the commit that recorded the run.
    """
    files, run = Folder(tree.path), item.run
    _restore_observations(tree, run)
    write_retractions(tree.path, read_retractions(files) | {run.id: record})
    rewrite_outcomes(tree, run.series)


def _restore_observations(tree: GitWorkTree, run: Run) -> None:
    """Restore a damaged file of observations as it was recorded, if git still has that."""
    path = observations_path(run)
    if run.blocked or _is_readable(Folder(tree.path), path):
        return
    recorded = Committed(tree.path, tree.added(run_path(run, ".json")))
    if _is_readable(recorded, path):
        (tree.path / path).write_bytes(content_of(recorded, path))


def _is_readable(files: Files, path: PurePosixPath) -> bool:
    try:
        read_run(files, path, tuple(COLUMNS))
    except HistoryError:
        return False
    return True


def rewrite_outcomes(tree: GitWorkTree, series: Series) -> None:
    """Write the outcomes of a series from its runs, or remove them if it has none."""
    files = Folder(tree.path)
    runs = of_series(series, read_series_runs(files, *series[:2]))
    path = outcomes_path(series)
    if any(not item.run.blocked and item.run.suite != NAMES for item in runs):
        write_outcomes(tree.path, path, known_after(files, with_extent(runs)))
    else:
        remove_table(tree.path, path)
