"""Read everything that commands, issues and the site show of a history, once.

A year of a large monitor is tens of millions of observations, of which little is shown: the current status, the last
weeks and the changes. So the history is read one series at a time, by every processor, and only that is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np

from monitor.analysis.cells import Cell
from monitor.analysis.latency.changepoints import Changepoint, find_changepoints
from monitor.analysis.latency.slowdown_tracker import LatencyNight, ReportedSlowdown, latency_nights, reported_slowdowns
from monitor.analysis.names.name_history import BuildNames, FrameworkNames, framework_names
from monitor.analysis.outcomes.flakiness import FlakinessRating, flakiness_ratings
from monitor.analysis.outcomes.outcome_changes import NightChanges, newest_nights, night_changes
from monitor.analysis.outcomes.removals import mark_api_removals
from monitor.analysis.regressions.regression import Regression, Suppression, regressions
from monitor.analysis.regressions.regression_tracker import FailingCell
from monitor.analysis.regressions.slowdown_regressions import slowdown_regressions
from monitor.analysis.status.current_failures import CurrentFailure, current_failures
from monitor.analysis.status.current_status import SeriesStatus, series_statuses
from monitor.history.ordering import in_order
from monitor.history.retraction import ExcludedRun
from monitor.history.run_files import RecordedRun
from monitor.history.run_list import places
from monitor.history.run_matrix import OUTCOMES, RunMatrix
from monitor.history.store import HistoryReader, LoadedHistory
from monitor.model import Evidence, Outcome
from monitor.model import Series as SeriesKey
from monitor.snapshot.parallel import process_count, run_in_parallel, without_garbage_collection
from monitor.snapshot.recent_measurements import RecentMeasurements, recent_measurements

# Columns that the analysis reads of every run; the current status reads the others of single rows.
READ_COLUMNS = (
    *("case", "outcome", "message", "retry_outcomes", "declared_limit", "digest", "max_abs", "max_rel", "max_ulp"),
    "latency_median",
)


class NamesOnDemand(Mapping[str, FrameworkNames]):
    """The public names of each framework, read when they are first used: most commands need none."""

    def __init__(self, history: HistoryReader) -> None:
        self._history = history

    @cached_property
    def _names(self) -> dict[str, FrameworkNames]:
        return read_names(self._history)

    def __getitem__(self, framework: str) -> FrameworkNames:
        return self._names[framework]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return repr(self._names)


@dataclass(frozen=True)
class Snapshot:
    """All results of a history.

    `nights` has an entry for each of the `runs`. `outcomes` counts the outcomes of each run, by its id. `flakiness` has
    the cells with inconsistent results, and `latency_nights` the newest night of each series. `trends` are the recent
    measurements of each series. `names` has the public names of each framework; a damaged listing raises HistoryError
    when they are first used. `main_commits` has the commits of `main` that PyTorch's nightlies are made of.
    `excluded_runs` belong to no series.
    """

    runs: tuple[RecordedRun, ...]
    nights: tuple[NightChanges, ...]
    series: tuple[SeriesStatus, ...]
    outcomes: Mapping[str, Mapping[Outcome, int]]
    flakiness: tuple[FlakinessRating, ...]
    changepoints: tuple[Changepoint, ...]
    reported_slowdowns: tuple[ReportedSlowdown, ...]
    latency_nights: tuple[LatencyNight, ...]
    trends: Mapping[SeriesKey, RecentMeasurements]
    names: Mapping[str, FrameworkNames] = field(default_factory=dict)
    main_commits: Mapping[str, str] = field(default_factory=dict)
    excluded_runs: tuple[ExcludedRun, ...] = ()

    def regressions(self, suppress: Suppression) -> tuple[Regression, ...]:
        """Return the regressions and the reported slowdowns."""
        return *regressions(self.nights, suppress), *slowdown_regressions(self.reported_slowdowns, self.runs, suppress)

    @property
    def answers(self) -> Iterator[FailingCell]:
        """Yield the last outcome of every cell, passing or failing."""
        for series in self.series:
            for one in (*series.now, *series.removed):
                if one.outcome.known and one.run.build:
                    yield FailingCell(Cell.of(one.case, one.run), one.outcome, one.message, one.run.build)

    @property
    def newest(self) -> tuple[NightChanges, ...]:
        """Return the newest night of each series."""
        return newest_nights(self.nights)

    def listed_in(self, nights: Iterable[NightChanges]) -> tuple[BuildNames, ...]:
        """Return the builds whose public names some of these nights listed."""
        runs = {night.run.id for night in nights}
        return tuple(one for names in self.names.values() for one in names.builds if one.run.id in runs)

    @property
    def flaky(self) -> frozenset[Cell]:
        """Return the flaky cells."""
        return frozenset(rating.cell for rating in self.flakiness if rating.flaky)

    @cached_property
    def failures(self) -> tuple[CurrentFailure, ...]:
        """Return the current failures in groups."""
        return current_failures(self.functions)

    @property
    def functions(self) -> tuple[SeriesStatus, ...]:
        """Return the series whose cases check functions that people call; the others are tables of operators."""
        return tuple(one for one in self.series if one.evidence is not Evidence.REGISTERED)


def snapshot_of(recorded: LoadedHistory) -> Snapshot:
    """Return the snapshot of a history, or of one series of it."""
    return Snapshot(
        recorded.runs,
        night_changes(recorded),
        series_statuses(recorded),
        dict(counted for matrix in recorded.matrices.values() for counted in _counts(matrix)),
        flakiness_ratings(recorded),
        find_changepoints(recorded),
        tuple(reported_slowdowns(recorded)),
        latency_nights(recorded),
        {series: recent_measurements(matrix) for series, matrix in recorded.matrices.items()},
        excluded_runs=recorded.excluded_runs,
    )


def read_snapshot(
    history: HistoryReader,
    index: Path | None = None,
    replaced: Mapping[str, str] = MappingProxyType({}),
    targets: Sequence[str] = (),
) -> Snapshot:
    """Return the snapshot of a whole history.

    `index` is the folder of the cache of past months. `replaced` maps a removed function to its replacement.
    """
    position = {target: number for number, target in enumerate(targets)}

    def listed(series: SeriesStatus) -> tuple[int, SeriesKey]:
        return position.get(series.target, len(position)), series.key

    def part(number: int, of: int) -> list[Snapshot]:
        return [
            snapshot_of(recorded) for recorded in history.by_series(READ_COLUMNS, slice(number, None, of), index=index)
        ]

    with without_garbage_collection():
        found = _joined([one for found in run_in_parallel(part, process_count(history.size())) for one in found])
    nights = tuple(mark_api_removals(night, replaced) for night in found.nights)
    return replace(
        found,
        nights=nights,
        series=tuple(sorted(found.series, key=listed)),
        names=NamesOnDemand(history),
        main_commits=history.main_commits(),
    )


def read_names(history: HistoryReader, frameworks: Iterable[str] | None = None) -> dict[str, FrameworkNames]:
    """Return the public names of each framework that has listed builds: of these, or of all."""
    chosen = sorted({framework for _, framework in places(history.files)}) if frameworks is None else frameworks
    found = {framework: framework_names(framework, history.listings(framework)) for framework in chosen}
    return {framework: names for framework, names in found.items() if names.builds}


def _joined(parts: Sequence[Snapshot]) -> Snapshot:
    runs = in_order(item for part in parts for item in part.runs)
    of_run = {night.run.id: night for part in parts for night in part.nights}
    series = [one for part in parts for one in part.series]
    return Snapshot(
        runs,
        tuple(of_run[item.run.id] for item in runs),
        tuple(sorted(series, key=lambda one: one.key)),
        {run: counts for part in parts for run, counts in part.outcomes.items()},
        tuple(sorted((one for part in parts for one in part.flakiness), key=lambda one: (-one.low, one.cell))),
        tuple(sorted((one for part in parts for one in part.changepoints), key=Changepoint.order)),
        tuple(
            sorted(
                (one for part in parts for one in part.reported_slowdowns),
                key=lambda one: (one.run.started, one.slowdown.case),
            )
        ),
        tuple(sorted((one for part in parts for one in part.latency_nights), key=lambda one: one.run.series)),
        {key: trends for part in parts for key, trends in part.trends.items()},
        excluded_runs=tuple(
            sorted((one for part in parts for one in part.excluded_runs), key=lambda one: one.run.id, reverse=True)
        ),
    )


def _counts(matrix: RunMatrix) -> Iterator[tuple[str, dict[Outcome, int]]]:
    """Yield the id of each run, with its number of cases of each outcome."""
    for item, codes, asked in zip(matrix.runs, matrix.outcome, matrix.asked, strict=True):
        counts = np.bincount(codes[asked], minlength=len(OUTCOMES)).tolist()
        yield item.run.id, {outcome: number for outcome, number in zip(OUTCOMES, counts, strict=True) if number}
