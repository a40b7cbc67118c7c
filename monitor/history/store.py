"""The history as a whole: a git branch to which runs are added, and from which everything else is read."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.formats.run_file import RunFile
from monitor.history.commit_table import add_commits, is_nightly, read_commits
from monitor.history.derived_files import apply_retraction, of_series, update_outcomes
from monitor.history.files import Committed, Files, Folder, copy_files
from monitor.history.git import GitWorkTree, PushRejectedError
from monitor.history.last_known import known_after, read_outcomes
from monitor.history.merge_branches import ARTIFACT, PLANTED, merge_remote
from monitor.history.name_table import NameListing, listings, write_names
from monitor.history.ordering import in_order, version_sort_key, with_extent
from monitor.history.retraction import (
    ExcludedRun,
    Retraction,
    excluded_runs,
    read_retractions,
    read_series_runs,
    retraction,
    series_runs,
)
from monitor.history.run_files import (
    COLUMNS,
    RecordedRun,
    count_runs,
    join_tables,
    observations_path,
    outcomes_path,
    read_cases,
    read_comparisons,
    read_observations,
    read_runs,
    write_run,
)
from monitor.history.run_list import places
from monitor.history.run_matrix import RunMatrix, run_matrices
from monitor.history.series_cache import read_months
from monitor.model import NAMES, Build, Comparison, Evidence, Job, Outcome, Run, Series

T = TypeVar("T")

# Two writers that lose against each other try again after a random pause; with this many tries a dozen writers at
# once all get through, as the test with real processes shows.
MAX_PUSH_TRIES = 20


@dataclass(frozen=True, eq=False)  # equal only to itself, so that a cache can use it as a key
class LoadedHistory:
    """A loaded history: the ordered heads of its runs, and one table of their observations.

    The table has `run` and the requested columns of `monitor.history.run_files.COLUMNS`; `files` gives the others. The
    order is that of `monitor.history.ordering`. `comparisons` are by run id. `excluded_runs` belong to no series.
    """

    runs: tuple[RecordedRun, ...]
    observations: pd.DataFrame
    comparisons: Mapping[str, tuple[Comparison, ...]] = field(default_factory=dict)
    files: Files | None = None
    excluded_runs: tuple[ExcludedRun, ...] = ()

    @cached_property
    def matrices(self) -> dict[Series, RunMatrix]:
        """Return the runs of each series as arrays, sorted by series. Every analysis starts from them."""
        return run_matrices(self.runs, self.observations)

    def whole_rows(self, rows: NDArray[np.integer[Any]]) -> pd.DataFrame:
        """Return all columns of these rows of the table, in their order. Raises HistoryError.

        Rows are read again by run and case.
        """
        if self.files is None:
            return self.observations.iloc[rows]
        asked = self.observations.iloc[rows]
        code, names = asked["run"].cat.codes.to_numpy(), asked["run"].cat.categories
        runs = {item.run.id: item.run for item in self.runs}
        by_run = [np.flatnonzero(code == one) for one in np.unique(code)]
        cases = asked["case"].to_numpy(object)
        tables = {
            (run := str(names[code[of_run[0]]])): read_cases(self.files, observations_path(runs[run]), cases[of_run])
            for of_run in by_run
        }
        there = join_tables([*tables.values()], {run: table.num_rows for run, table in tables.items()}, [*COLUMNS])
        return there.iloc[np.argsort(np.concatenate(by_run))] if by_run else there


class HistoryReader:
    """Reader of the `files` of a history. Every method raises HistoryError if a file is damaged."""

    def __init__(self, files: Files) -> None:
        self._files = files

    @property
    def files(self) -> Files:
        """Return the files that are read."""
        return self._files

    def load(self, target: str = "*", framework: str = "*") -> LoadedHistory:
        """Return the history, or its part for one target and framework. `by_series` reads a large history."""
        return self._loaded(in_order(read_series_runs(self.files, target, framework)))

    def recent(self, series: Series, *, nights: int, version: str = "") -> LoadedHistory:
        """Return the last runs of one series that observed anything; with `version`, of the builds up to it."""
        found = [item for item in self._runs(series) if not item.run.blocked]
        if version:
            found = [
                item
                for item in found
                if item.run.build and version_sort_key(item.run.build.version) <= version_sort_key(version)
            ]
        return self._loaded(tuple(found[-nights:]))

    def _runs(self, series: Series) -> tuple[RecordedRun, ...]:
        """Return the runs of one series, in order."""
        return of_series(series, read_series_runs(self.files, *series[:2]))

    def _loaded(self, runs: tuple[RecordedRun, ...]) -> LoadedHistory:
        return LoadedHistory(runs, read_observations(self.files, runs), read_comparisons(self.files, runs))

    def listings(self, framework: str) -> Iterator[NameListing]:
        """Yield the public names of each listed build of a framework, the oldest first."""
        return listings(self.files, read_series_runs(self.files, framework=framework))

    def main_commits(self) -> dict[str, str]:
        """Return, for commits of PyTorch's branch `nightly`, the commits of `main` that they are made of."""
        return read_commits(self.files)

    def commits_to_look_up(self) -> tuple[str, ...]:
        """Return the commits of PyTorch's nightlies without a known commit of `main`, the newest first."""
        known = self.main_commits()
        runs = in_order(read_runs(self.files, framework="torch"))
        builds = [item.run.build for item in reversed(runs) if item.run.build]
        commits = [build.commit for build in builds if is_nightly(build.version) and build.commit not in known]
        return tuple(dict.fromkeys(commits))

    def size(self) -> int:
        """Return the number of runs."""
        return count_runs(self.files)

    def by_series(
        self, columns: Sequence[str], chosen: slice = slice(None), *, index: Path | None = None
    ) -> Iterator[LoadedHistory]:
        """Yield the history one series at a time, with these columns only, because a year does not fit into memory.

        Processes that share the work each take a `chosen` slice of the pairs of target and framework. With an `index`
        (`monitor.history.series_cache`), runs that were read before are not opened again.
        """
        retractions = read_retractions(self.files)
        for place in places(self.files)[chosen]:
            heads: dict[Series, list[RecordedRun]] = {}
            there = read_runs(self.files, *place)
            for item in series_runs(there, retractions):
                heads.setdefault(item.run.series, []).append(item)
            if excluded := excluded_runs(self.files, there, retractions):
                empty = read_observations(self.files, (), columns)
                yield LoadedHistory((), empty, files=self.files, excluded_runs=excluded)
            for series in sorted(heads):
                runs = in_order(heads[series])
                yield LoadedHistory(
                    runs,
                    read_months(self.files, index, runs, columns)
                    if index and series[2] != NAMES  # which has no observations to keep
                    else read_observations(self.files, runs, columns),
                    read_comparisons(self.files, runs),
                    self.files,
                )

    def watch_list(
        self, target: str, framework: str, suite: str, evidence: Evidence = Evidence.EXECUTED, *, version: str = ""
    ) -> dict[str, Outcome]:
        """Return the last known outcome of each case of one series.

        With `version`, builds after it are ignored.
        """
        series = (target, framework, suite, evidence)
        known = read_outcomes(self.files, outcomes_path(series))
        if version:
            runs = self._runs(series)
            before = [
                item
                for item in runs
                if item.run.build and version_sort_key(item.run.build.version) <= version_sort_key(version)
            ]
            if len(before) < len(runs):
                known = known_after(self.files, with_extent(before))
        return {case: found.outcome for case, found in known.items()}

    def done(self, job: Job) -> tuple[Run, ...]:
        """Return the runs, in order, that cover all cases of a job, weekly ones included, and observed anything."""
        runs = [item.run for item in self._runs(job.series)]
        asked = ((), job.selection)  # the whole suite has every case
        return tuple(run for run in runs if not (run.blocked or run.shard or run.resting) and run.selection in asked)

    def has(self, job: Job, build: Build) -> bool:
        """Return whether a run of that job on that build exists and observed anything."""
        return any(run.build and _same(run.build, build) for run in self.done(job))

    def cases(self, framework: str, suite: str) -> frozenset[str]:
        """Return every case of a suite that any run had, over all targets, kinds of evidence and builds."""
        runs = [item for item in read_series_runs(self.files, framework=framework) if item.run.suite == suite]
        tables = (read_observations(self.files, [item], ("case",)) for item in runs if not item.run.blocked)
        return frozenset(str(case) for table in tables for case in table["case"])

    def costs(
        self, target: str, framework: str, suite: str, evidence: Evidence = Evidence.EXECUTED
    ) -> dict[str, float]:
        """Return the seconds that each case took in its last run of one series."""
        runs = self._runs((target, framework, suite, evidence))
        table = read_observations(self.files, runs, ("case", "seconds"))
        return {str(case): float(seconds) for case, seconds in zip(table["case"], table["seconds"], strict=True)}


def _tell_nobody(line: str) -> None:
    """Do nothing: the commit message is enough."""


class History(HistoryReader):
    """A history in `directory`: the newest commit of its branch when it was first read.

    If the history is empty, it is read from `seed` (the project's `results/`), and the first writer copies `seed` into
    it. Every method raises HistoryError if the directory holds anything else, and GitError if git fails.
    """

    def __init__(self, directory: Path, *, seed: Path | None = None) -> None:
        self.directory = directory
        self._tree = GitWorkTree(directory)
        self._seed = seed
        self._read: Files | None = None

    def check(self) -> None:
        """Raise HistoryError unless the directory is a history, new or empty. Changes nothing."""
        self._tree.check()

    @property
    def begun(self) -> bool:
        """Return whether the history has any commit of its own."""
        return isinstance(self.files, Committed)

    @property
    def files(self) -> Files:
        if self._read is None:
            self.check()
            commit = self._tree.commit if self._tree.exists else None
            self._read = Committed(self.directory, commit) if commit else Folder(self._seed or self.directory)
        return self._read

    def refresh(self) -> None:
        """Read from the newest commit from now on."""
        self._read = None

    def prepare(self) -> None:
        """Create the history if the directory has none."""
        with self.writing():
            pass

    @contextmanager
    def writing(self) -> Iterator[GitWorkTree]:
        """Hold the work tree for one writer, reset to the newest commit whatever a dead writer left there."""
        self.check()
        with self._tree.locked():
            self.check()  # another writer may have been first
            if not self._tree.exists:
                self._tree.create()
            self._tree.discard()
            if self._tree.commit is None:
                self._plant()
            try:
                yield self._tree
            finally:
                self.refresh()

    def artifacts(self) -> frozenset[int]:
        """Return the GitHub artifacts that were recorded; each commit names its own below its message."""
        self.check()
        return frozenset(map(int, self._tree.trailers(ARTIFACT)))

    def retractions(self) -> dict[str, Retraction]:
        """Return the retracted runs by id."""
        return read_retractions(self.files)

    def retract(
        self, run: str, why: str, *, push: bool = False, say: Callable[[str], None] = _tell_nobody
    ) -> tuple[Retraction, str]:
        """Retract a run from every series in one commit; return the retraction and the hash of the commit.

        All data derived from the runs of its series are written again from the remaining ones. Raises RetractionError.
        """
        done: list[Retraction] = []

        def change() -> str:
            item, record = retraction(run, why, datetime.now(UTC).date().isoformat(), Folder(self.directory))
            done[:] = [record]
            apply_retraction(self._tree, item, record)
            of = f"{record.target} {record.framework} {record.suite} {record.evidence}: {record.build or 'no build'}"
            return self._tree.commit_all(f"Retract run {run}\n\n{record.why}\n\n{of}")

        commit = self._changed(change, push=push, say=say)
        return done[0], commit

    def record(
        self,
        runfiles: Sequence[RunFile],
        message: str,
        *,
        push: bool = False,
        say: Callable[[str], None] = _tell_nobody,
        commits: Mapping[str, str] = MappingProxyType({}),
        artifacts: Collection[int] = (),
    ) -> str | None:
        """Add runs in one commit and return its hash; None if the history already had all runs.

        `commits` maps commits of nightlies to commits of `main` (`monitor.history.commit_table`). The message names the
        `artifacts`; one that brings no new run is named too, or it would be downloaded every night.

        With `push`, the commit is made on top of the remote `origin`, and made again if another writer was faster, so
        that two writers lose nothing. Local runs that the remote lacks are recorded again
        (`monitor.history.merge_branches`), and `say` reports them.
        """
        return self._changed(lambda: self._add(runfiles, message, commits, artifacts), push=push, say=say)

    def _changed(self, change: Callable[[], T], *, push: bool, say: Callable[[str], None]) -> T:
        """Hold the lock and call `change`, which commits.

        With `push`, repeat it on top of the remote until the push succeeds.
        """
        with self.writing() as tree:
            if not push:
                return change()
            tries = 0
            while True:
                merge_remote(tree, say)
                before = tree.commit
                commit = change()
                try:
                    tree.push()
                    return commit
                except PushRejectedError:
                    tries += 1
                    if tries == MAX_PUSH_TRIES:
                        raise
                if before:
                    tree.move(before)
                time.sleep(random.uniform(0.1, 0.5) * tries)  # noqa: S311 - no secret, a pause

    def _plant(self) -> None:
        if self._seed:
            copy_files(self._seed, self.directory)
        self._tree.commit_all(PLANTED)

    def _add(
        self, runfiles: Sequence[RunFile], message: str, commits: Mapping[str, str], artifacts: Collection[int]
    ) -> str | None:
        there = read_runs(Folder(self.directory))
        known = {recorded.run.id for recorded in there}  # also those that were taken back
        heads = [*series_runs(there, read_retractions(Folder(self.directory)))]
        new = [runfile for runfile in runfiles if runfile.run.id not in known]
        for runfile in sorted(new, key=lambda runfile: runfile.run.started):
            head = write_run(self.directory, runfile, _beside(runfile.run, heads))
            if head.listed:
                listed = [item for item in heads if item.listed]
                write_names(self.directory, runfile.run, runfile.names, _beside(runfile.run, listed))
            if runfile.run.one_off:
                continue
            heads.append(head)
            update_outcomes(self.directory, runfile.run, heads)
        looked_up = add_commits(self.directory, commits)
        unnoted = artifacts and {*artifacts} - self.artifacts()
        return self._tree.commit_all(message) if new or looked_up or unnoted else None


def _beside(run: Run, heads: Iterable[RecordedRun]) -> Run | None:
    """Return the most similar run of the same series: of the build before, or else of the one after."""
    alike = of_series(run.series, [*heads, RecordedRun(run, None)])
    place = [item.run.id for item in alike].index(run.id)
    observed = [item.run for item in (*alike[:place][::-1], *alike[place + 1 :]) if not item.run.blocked]
    return observed[0] if observed else None


def _same(there: Build, wanted: Build) -> bool:
    """Return whether a build is the wanted one, which may omit the local version ("+cpu")."""
    return wanted.requirement in (there.requirement, there.requirement.partition("+")[0])
