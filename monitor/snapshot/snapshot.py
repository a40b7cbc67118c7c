"""What is told of a history, by commands, issues and the site: all of it found once.

A year of a large monitor is tens of millions of observations, of which little is told: what is known now, the last
weeks, and what changed. So the history is read a series at a time, by every processor, and only that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np

from monitor.analysis.cells import Cell
from monitor.analysis.latency.changepoints import Changepoint, moves
from monitor.analysis.latency.slowdown_tracker import LatencyNight, ToldOf, latency_nights, told_of
from monitor.analysis.outcomes.flakiness import FlakinessRating, flakiness_ratings
from monitor.analysis.outcomes.outcome_changes import NightChanges, newest_nights, night_changes
from monitor.analysis.outcomes.removals import mark_api_removals
from monitor.analysis.regressions.regression import Regression, Suppression, regressions
from monitor.analysis.regressions.slowdown_regressions import slowdown_regressions
from monitor.analysis.regressions.tracker import FailingCell
from monitor.analysis.status.current_failures import CurrentFailure, current_failures
from monitor.analysis.status.current_status import SeriesStatus, series_statuses
from monitor.history.layout import RecordedRun
from monitor.history.ordering import in_order
from monitor.history.retraction import ExcludedRun
from monitor.history.run_matrix import OUTCOMES, RunMatrix
from monitor.history.signature_table import KnownSignature
from monitor.history.store import HistoryReader, LoadedHistory
from monitor.model import Evidence, Outcome
from monitor.model import Series as SeriesKey
from monitor.snapshot.parallel import helpers, in_parts, nothing_collected
from monitor.snapshot.recent_measurements import RecentMeasurements, trends_of

# What news and standings are found by; of what is known now they read the rest.
LONG = (
    *("case", "outcome", "message", "retry_outcomes", "declared_limit", "digest", "max_abs", "max_rel", "max_ulp"),
    "latency_median",
)


@dataclass(frozen=True)
class Snapshot:
    """A history as it is told.

    `nights` has an entry for each of the `runs`. `outcomes` counts what the cases of each run came to, by its id.
    `rated` are the cells that went and came back, `moved` those that became slower or faster for good, `told` the
    slowdowns that were told of, and `paces` how fast the newest night of each series was. `trends` are what was
    measured in the last runs of each series. `signatures` are by function. `main_commits` has the
    commits of `main` that PyTorch's nightlies are made of. `apart` are the runs that are kept and shown, and that
    nothing else is found from.
    """

    runs: tuple[RecordedRun, ...]
    nights: tuple[NightChanges, ...]
    series: tuple[SeriesStatus, ...]
    outcomes: Mapping[str, Mapping[Outcome, int]]
    rated: tuple[FlakinessRating, ...]
    moved: tuple[Changepoint, ...]
    told: tuple[ToldOf, ...]
    paces: tuple[LatencyNight, ...]
    trends: Mapping[SeriesKey, RecentMeasurements]
    signatures: Mapping[str, KnownSignature] = field(default_factory=dict)
    main_commits: Mapping[str, str] = field(default_factory=dict)
    apart: tuple[ExcludedRun, ...] = ()

    def regressions(self, excuse: Suppression) -> tuple[Regression, ...]:
        """What turned worse for good, and what became slower."""
        return *regressions(self.nights, excuse), *slowdown_regressions(self.told, self.runs, excuse)

    @property
    def answers(self) -> Iterator[FailingCell]:
        """The last answer of every cell, also where it is a good one."""
        for series in self.series:
            for one in (*series.now, *series.removed):
                if one.outcome.known and one.run.build:
                    yield FailingCell(Cell.of(one.case, one.run), one.outcome, one.message, one.run.build)

    @property
    def newest(self) -> tuple[NightChanges, ...]:
        """The newest night of each series."""
        return newest_nights(self.nights)

    @property
    def flaky(self) -> frozenset[Cell]:
        """The cells that go and come back for sure."""
        return frozenset(rating.cell for rating in self.rated if rating.flaky)

    @cached_property  # which a page and a document ask for
    def failures(self) -> tuple[CurrentFailure, ...]:
        """What fails now, by cause."""
        return current_failures(self.functions)

    @property
    def functions(self) -> tuple[SeriesStatus, ...]:
        """The series whose cases check functions that people call; the others are tables of operators."""
        return tuple(one for one in self.series if one.evidence is not Evidence.REGISTERED)


def material_of(recorded: LoadedHistory) -> Snapshot:
    """The material of a history, or of one series of it."""
    return Snapshot(
        recorded.runs,
        night_changes(recorded),
        series_statuses(recorded),
        dict(counted for grid in recorded.matrices.values() for counted in _counts(grid)),
        flakiness_ratings(recorded),
        moves(recorded),
        tuple(told_of(recorded)),
        latency_nights(recorded),
        {series: trends_of(grid) for series, grid in recorded.matrices.items()},
        apart=recorded.apart,
    )


def gather(
    history: HistoryReader,
    index: Path | None = None,
    replaced: Mapping[str, str] = MappingProxyType({}),
    targets: Sequence[str] = (),
) -> Snapshot:
    """The material of a whole history; `index` is where what was read of past months is kept for the next time.

    `replaced` has by function what stands in for a name that its framework removed. Series are in the order of their
    targets in `targets`; other targets follow by name.
    """
    position = {target: number for number, target in enumerate(targets)}

    def listed(series: SeriesStatus) -> tuple[int, SeriesKey]:
        return position.get(series.target, len(position)), series.key

    def part(number: int, of: int) -> list[Snapshot]:
        return [material_of(recorded) for recorded in history.by_series(LONG, slice(number, None, of), index=index)]

    with nothing_collected():
        found = _joined([one for found in in_parts(part, helpers(history.size())) for one in found])
    nights = tuple(mark_api_removals(night, replaced) for night in found.nights)
    return replace(
        found,
        nights=nights,
        series=tuple(sorted(found.series, key=listed)),
        signatures=history.signatures(),
        main_commits=history.main_commits(),
    )


def _joined(parts: Sequence[Snapshot]) -> Snapshot:
    runs = in_order(item for part in parts for item in part.runs)
    of_run = {night.run.id: night for part in parts for night in part.nights}
    series = [one for part in parts for one in part.series]
    return Snapshot(
        runs,
        tuple(of_run[item.run.id] for item in runs),
        tuple(sorted(series, key=lambda one: one.key)),
        {run: counts for part in parts for run, counts in part.outcomes.items()},
        tuple(sorted((one for part in parts for one in part.rated), key=lambda one: (-one.low, one.cell))),
        tuple(sorted((one for part in parts for one in part.moved), key=Changepoint.order)),
        tuple(sorted((one for part in parts for one in part.told), key=lambda one: (one[1].started, one[0].case))),
        tuple(sorted((one for part in parts for one in part.paces), key=lambda one: one.run.series)),
        {key: trends for part in parts for key, trends in part.trends.items()},
        apart=tuple(sorted((one for part in parts for one in part.apart), key=lambda one: one.run.id, reverse=True)),
    )


def _counts(grid: RunMatrix) -> Iterator[tuple[str, dict[Outcome, int]]]:
    """How often each outcome occurred in each run, by the run's id, in the order of the outcomes."""
    for item, codes, asked in zip(grid.runs, grid.outcome, grid.asked, strict=True):
        counts = np.bincount(codes[asked], minlength=len(OUTCOMES)).tolist()
        yield item.run.id, {outcome: number for outcome, number in zip(OUTCOMES, counts, strict=True) if number}
