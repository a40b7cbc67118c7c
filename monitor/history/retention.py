"""Prune old measurements; outcomes are never pruned.

Of the runs older than a year, one run a week of each series keeps its measurements. The others keep what every case
came to: outcome, message, stage, digest, numerical error. Pruned data leave the work tree, but git keeps every file
that was ever committed. Only a new branch is smaller; the old one gets a name of its own, so that nothing is lost
before somebody deletes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePosixPath

import numpy as np

from monitor.history.deduplication import REPEATED
from monitor.history.files import Folder
from monitor.history.git import BRANCH
from monitor.history.merge_branches import ARTIFACT
from monitor.history.parquet_encoding import write_table
from monitor.history.run_files import COLUMNS, RecordedRun, earlier_run, observations_path, read_run, read_runs
from monitor.history.store import History

FULL_RETENTION = timedelta(days=365)  # every night of so long a time is kept, because the pages draw a year
MEASURED = tuple(name for name, kind in COLUMNS.items() if kind == "float64" and name not in REPEATED)


@dataclass(frozen=True)
class PruneReport:
    """Result of a pruning: `runs` lost their measurements, which freed `freed` bytes of the work tree.

    `old` is the branch that still has everything, empty if no new branch was started.
    """

    runs: int
    freed: int
    old: str = ""


def prune_measurements(history: History, today: date, *, rewrite: bool) -> PruneReport:
    """Prune a history in one commit; with `rewrite`, in the first of a new branch. Raises GitError, HistoryError."""
    with history.writing() as tree:
        files = Folder(history.directory)
        runs = runs_to_prune(read_runs(files), today - FULL_RETENTION)
        freed = [_prune_run(files, observations_path(item.run)) for item in runs if not item.run.blocked]
        done = PruneReport(sum(map(bool, freed)), sum(freed))
        if done.runs:
            tree.commit_all(f"Prune the measurements of {done.runs} runs before {today - FULL_RETENTION}")
        if not rewrite:
            return done
        old = f"{BRANCH}-until-{today}"
        tree.git("branch", old)
        message = f"The history until {today}; its commits are on {old}\n"
        if taken := tree.trailers(ARTIFACT):  # else they would be downloaded again, and then reported as lost
            message += "\n" + "".join(f"{ARTIFACT}: {artifact}\n" for artifact in taken)
        first = tree.git("commit-tree", "HEAD^{tree}", stdin=message)
        tree.git("reset", "--quiet", "--soft", first.strip())
        return PruneReport(done.runs, done.freed, old)


def runs_to_prune(runs: Iterable[RecordedRun], before: date) -> list[RecordedRun]:
    """Return the runs to prune: all before that day, except the first of each week and series."""
    old = sorted((item for item in runs if _day(item) < before), key=lambda item: item.run.started)
    first = {(item.run.series, _day(item).isocalendar()[:2]): item for item in reversed(old)}
    return [item for item in old if first[item.run.series, _day(item).isocalendar()[:2]] is not item]


def _day(recorded: RecordedRun) -> date:
    return date.fromisoformat(recorded.run.started[:10])


def _prune_run(files: Folder, path: PurePosixPath) -> int:
    """Prune the measurements of a run; return the number of bytes freed, 0 if it had none."""
    there = files.directory / path
    table, size = read_run(files, path, tuple(COLUMNS)).to_pandas(), there.stat().st_size
    if table[[*MEASURED]].isna().all(axis=None):
        return 0
    write_table(table.assign(**dict.fromkeys(MEASURED, np.nan)), there, earlier_run(files, path))
    return size - there.stat().st_size
