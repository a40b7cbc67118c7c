"""Read from the past of a series when its weekly cases ran, what they cost, and which of them are due tonight."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from monitor.analysis.cells import Cell
from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.flakiness import flakiness_ratings
from monitor.analysis.outcomes.outcome_changes import NightChanges, night_changes
from monitor.analysis.outcomes.removals import mark_api_removals
from monitor.analysis.regressions.regression import Regression, RegressionState, Suppression, regressions
from monitor.analysis.regressions.regression_tracker import FailingCell
from monitor.analysis.regressions.triage import load_triage, suppression_of
from monitor.history.ordering import with_extent
from monitor.history.run_matrix import NONE, Flags, Numbers, RunMatrix
from monitor.history.store import LoadedHistory
from monitor.issues.settings import CLOSE_AFTER
from monitor.model import Period, period_of
from monitor.pipeline.locations import TRIAGE
from monitor.suite.catalog import replaced_names

# Changes after which another night of the case decides nothing.
DECIDED = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.API_REMOVED)


@dataclass(frozen=True)
class WeeklyPast:
    """Past of the weekly cases of a series; the fields are those of `monitor.model.Job`."""

    costs: dict[str, float] = field(default_factory=dict)
    last_ran: dict[str, tuple[str, ...]] = field(default_factory=dict)
    due: tuple[str, ...] = ()


def has_weekly(suite: str, cases: Iterable[str]) -> bool:
    """Return whether any case of a suite is weekly."""
    return any(period_of(suite, case) is Period.WEEK for case in cases)


def weekly_past(recorded: LoadedHistory) -> WeeklyPast:
    """Return the past of the weekly cases of a history of one series.

    A case ran on a night if a worker tried it, also if it could not be judged there. The date of a case that no worker
    tried is empty. Raises FieldError if a triage file is wrong.
    """
    matrices = [*recorded.matrices.values()]
    if not matrices:
        return WeeklyPast()
    (matrix,) = matrices
    suite = matrix.series[2]
    weekly = np.array([period_of(suite, case) is Period.WEEK for case in matrix.cases], bool)
    seconds = matrix.numbers("seconds")
    measured = seconds > 0
    tried = _last(matrix.judged | measured)
    there = _in_suite(matrix)
    last_ran: dict[str, list[str]] = {}
    for position in np.flatnonzero(there & (weekly | (tried == NONE))).tolist():
        night = "" if tried[position] == NONE else matrix.runs[tried[position]].run.started[:10]
        last_ran.setdefault(night, []).append(matrix.cases[position])
    cost = _last(measured)
    costs = {
        str(matrix.cases[position]): round(float(seconds[cost[position], position]), 3)
        for position in np.flatnonzero(there & weekly & (cost != NONE)).tolist()
    }
    due = _unsettled(recorded, matrix).intersection(matrix.cases[there & weekly])
    return WeeklyPast(costs, {night: tuple(last_ran[night]) for night in sorted(last_ran)}, tuple(sorted(due)))


def _last(flags: Flags) -> Numbers:
    """Return the last run with a True flag for each case, NONE without any."""
    last: Numbers = np.where(flags, np.arange(len(flags))[:, None], NONE).max(axis=0)
    return last


def _in_suite(matrix: RunMatrix) -> Flags:
    """Return which cases the suite has after the last run."""
    there = np.zeros(len(matrix.cases), bool)
    for number, (_, extent) in enumerate(with_extent(matrix.runs)):
        there = (there | matrix.asked[number]) & ~matrix.removed(number, extent)
    return there


def _unsettled(recorded: LoadedHistory, matrix: RunMatrix) -> set[str]:
    """Return the cases that changed when they were last judged, and those of regressions that an issue may follow.

    These are open, or were fixed too few nights ago to close an issue. Accepted, muted and flaky failures are settled.
    """
    replaced = replaced_names()
    nights = [mark_api_removals(night, replaced) for night in night_changes(recorded)]
    flaky = frozenset(rating.cell for rating in flakiness_ratings(recorded) if rating.flaky)
    suppress = suppression_of(load_triage(TRIAGE), flaky, datetime.now(UTC).date())
    recent = {night.run.id for night in nights[max(0, len(nights) + 1 - CLOSE_AFTER) :]}  # the fix counts as good
    followed = {cell.case for regression in regressions(nights, suppress) for cell in _followed(regression, recent)}
    return followed.union(_changed_last(nights, matrix, suppress))


def _followed(regression: Regression, recent: Collection[str]) -> Iterable[Cell]:
    """Return the cells of a regression that another night decides; `recent` are the last runs, by id."""
    if regression.state is RegressionState.OPEN:
        return [one.cell for one in regression.bad]
    last = regression.events[-1]
    return last.cells if regression.state is RegressionState.FIXED and last.run.id in recent else ()


def _changed_last(nights: Sequence[NightChanges], matrix: RunMatrix, suppress: Suppression) -> Iterator[str]:
    """Yield the cases with an undecided change in the last run that judged them."""
    last = _last(matrix.judged)
    for number, night in enumerate(nights):
        for change in night.changes:
            position = matrix.position.get(change.case)
            if position is not None and last[position] == number and not _is_decided(change, night, suppress):
                yield change.case


def _is_decided(change: Change, night: NightChanges, suppress: Suppression) -> bool:
    build = night.run.build
    if change.kind in DECIDED or change.after is None or build is None:
        return True
    return suppress(FailingCell(Cell.of(change.case, night.run), change.after, change.message, build)) is not None
