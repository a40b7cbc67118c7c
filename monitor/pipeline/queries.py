"""Answer questions about a recorded history, for one selection of its series."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from monitor.analysis.latency.changepoints import Changepoint
from monitor.analysis.latency.slowdown_tracker import LatencyNight
from monitor.analysis.names.name_history import BuildNames
from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.failure_groups import FailureGroup, group_changes
from monitor.analysis.outcomes.flakiness import FlakinessRating
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.analysis.regressions.triage import apply_triage, unsuppressed_slowdowns
from monitor.analysis.status.call_coverage import CallCoverage, call_coverage
from monitor.analysis.status.current_failures import CurrentFailure, current_failures
from monitor.analysis.status.evidence_validation import EvidenceValidation, validate_evidence
from monitor.analysis.status.scores_table import (
    AllFunctionsRow,
    SpeedRow,
    all_functions_table,
    speed_table,
    stratum_table,
)
from monitor.analysis.status.study_table import StudyRow, study_table
from monitor.pipeline.selection import SeriesSelection
from monitor.pipeline.snapshots import load_snapshot
from monitor.pipeline.triage_context import load_triage_context
from monitor.suite.catalog import load_catalog
from monitor.suite.discovery import declared_functions
from monitor.usage import load_usage

REFERENCE = "cpu"  # the target that others are timed against

Row = TypeVar("Row", StudyRow, AllFunctionsRow, SpeedRow)


@dataclass(frozen=True)
class NewestChanges:
    """Changes and slowdowns of the newest night of each series; `faults` are lines on wrong triage entries.

    `names` are the changes of public names in those builds of these nights whose names were listed.

    `counting` is True if a regression, an incident or a confirmed slowdown counts after triage.
    """

    nights: tuple[NightChanges, ...]
    latency: tuple[LatencyNight, ...]
    names: tuple[BuildNames, ...]
    faults: tuple[str, ...]
    counting: bool


def newest_changes(history: Path, triage: Path, selection: SeriesSelection) -> NewestChanges:
    """Return what changed on the newest night of each selected series. Raises UserError."""
    snapshot = load_snapshot(history, selection)
    context = load_triage_context(snapshot, triage)
    nights = tuple(apply_triage(night, context.excuse) for night in snapshot.newest if selection.matches_run(night.run))
    latency = tuple(night for night in snapshot.latency_nights if selection.matches_run(night.run))
    counting = any(night.regressions or night.incidents for night in nights) or any(
        unsuppressed_slowdowns(night, context.excuse) for night in latency
    )
    return NewestChanges(nights, latency, snapshot.listed_in(nights), context.faults, counting)


def change_groups(history: Path, selection: SeriesSelection, kinds: Collection[ChangeKind]) -> list[FailureGroup]:
    """Return the changes of all nights, one group per build and message. Raises UserError."""
    nights = load_snapshot(history, selection).nights
    groups = group_changes(night for night in nights if selection.matches_run(night.run))
    return [group for group in groups if not kinds or group.kind in kinds]


@dataclass(frozen=True)
class SelectedRegressions:
    """Regressions in the order of their first run; `faults` are lines on wrong triage entries.

    `commits_of_main` maps builds' commits to the commits of `main` that PyTorch's nightlies are built from.
    """

    regressions: tuple[Regression, ...]
    commits_of_main: Mapping[str, str]
    faults: tuple[str, ...]


def selected_regressions(
    history: Path, triage: Path, selection: SeriesSelection, states: Collection[RegressionState]
) -> SelectedRegressions:
    """Return the regressions that hit a selected series and have one of the states. Raises UserError."""
    snapshot = load_snapshot(history, selection)
    context = load_triage_context(snapshot, triage)
    regressions = sorted(snapshot.regressions(context.excuse), key=lambda regression: regression.events[0].run.started)
    selected = tuple(
        regression
        for regression in regressions
        if any(map(selection.matches_cell, regression.cells)) and (not states or regression.state in states)
    )
    return SelectedRegressions(selected, snapshot.main_commits, context.faults)


def selected_failures(history: Path, selection: SeriesSelection) -> tuple[CurrentFailure, ...]:
    """Return the failures after the last run of each selected series, one per cause. Raises UserError."""
    functions = load_snapshot(history, selection).functions
    return current_failures(series for series in functions if selection.matches_status(series))


def flaky_cells(history: Path, selection: SeriesSelection) -> list[FlakinessRating]:
    """Return the cells with inconsistent results. Raises UserError."""
    return [rating for rating in load_snapshot(history, selection).flakiness if selection.matches_cell(rating.cell)]


def latency_changepoints(history: Path, selection: SeriesSelection) -> list[Changepoint]:
    """Return the latency change points of the last half-year. Raises UserError."""
    return [point for point in load_snapshot(history, selection).changepoints if selection.matches_cell(point.cell)]


def validations(history: Path, selection: SeriesSelection) -> list[EvidenceValidation]:
    """Return the comparisons of compiled evidence with independent results. Raises UserError."""
    series = [series for series in load_snapshot(history, selection).series if selection.matches_status(series)]
    return [*validate_evidence(series, load_catalog())]


@dataclass(frozen=True)
class Scores:
    """Tables of how much works and how fast: the study's functions, their strata, all functions, latency ratios."""

    study: tuple[StudyRow, ...]
    strata: Mapping[str, tuple[StudyRow, ...]]
    every: tuple[AllFunctionsRow, ...]
    speed: tuple[SpeedRow, ...]


def score_tables(history: Path, selection: SeriesSelection, reference: str) -> Scores:
    """Return the score tables; `reference` is the target that latencies are divided by. Raises UserError."""
    snapshot, catalog = load_snapshot(history, selection), load_catalog()
    if reference != REFERENCE:
        SeriesSelection(targets=(reference,)).check(snapshot)
    any_target = replace(selection, targets=())
    of_every_target = [series for series in snapshot.series if any_target.matches_status(series)]
    selected = [series for series in of_every_target if selection.matches_status(series)]
    frameworks = selection.frameworks

    def rows(table: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(row for row in table if not frameworks or row.framework in frameworks)

    return Scores(
        rows(study_table(selected, catalog)),
        {stratum: rows(table) for stratum, table in stratum_table(selected, catalog).items()},
        rows(all_functions_table(selected, snapshot.names)),
        tuple(
            row
            for row in rows(speed_table(of_every_target, reference))
            if row.target in (selection.targets or (row.target,))
        ),
    )


def usage_coverage(history: Path, selection: SeriesSelection, *, declared: bool = False) -> CallCoverage:
    """Return the share of real calls that have a verdict in the selected series. Raises UserError.

    With `declared`, also look up the functions that the suites of this checkout declare cases of.
    """
    series = [series for series in load_snapshot(history, selection).functions if selection.matches_status(series)]
    frameworks = sorted({one.framework for one in series})
    planned = {name for framework in frameworks for name in declared_functions(framework)} if declared else None
    return call_coverage(series, load_usage(), planned)
