"""Compare each run with the past outcomes of its target, framework and suite.

Pure functions over a loaded history. A change counts when it is confirmed. Two conditions hold: all fresh workers of
the run, or the next run, give the new outcome; and the last good build still passes if it was rerun beside it. The same
build cannot regress: a change against another machine, driver or package is an `environment` change, and names both
sides. Missing evidence (`blocked`) is never a change. A broken build, or a run with missing cases, is one incident of
the build or the monitor, never of functions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from monitor.analysis.outcomes.accuracy_drift import accuracy_drifts
from monitor.analysis.outcomes.attribution import Attribution, attributions
from monitor.analysis.outcomes.change import SETTLED_KINDS, Change, ChangeKind
from monitor.analysis.outcomes.change_rules import (
    CaseResult,
    added_change,
    already_reported,
    change_of,
    drift_change,
    past_after,
    removal,
)
from monitor.analysis.outcomes.machine_baselines import SeriesPast
from monitor.analysis.outcomes.value_changes import ValueChange, value_changes
from monitor.analysis.status.scores import MIN_JUDGED_SHARE, Score
from monitor.history.ordering import with_extent
from monitor.history.run_matrix import BLOCKED, NONE, OUTCOMES, PASS, Numbers, RunMatrix
from monitor.history.store import LoadedHistory
from monitor.model import NAMES, Build, Comparison, Outcome, Run, function_of

# A run that observed a smaller share of its cases is published as an incident of the monitor: other monitors reported
# success for nights that had measured nothing.
MIN_COVERAGE = 0.95

# If a larger share of the cases regresses at once, they have one cause: an environment, a driver, an import.
INCIDENT_SHARE = 0.20
INCIDENT_MIN_CASES = 10  # of a handful of cases, 20 % is one case
NOT_FAILING = (None, Outcome.PASS, Outcome.FLAKY)


@dataclass(frozen=True)
class NightChanges:
    """Changes of one run against its baseline.

    `previous_build` is the build of the last earlier run with observations, or None. `incidents` are lines about the
    build or the monitor. `expected` and `observed` count cases, or public names; `score` counts functions in this run,
    where cases that rest have their last known outcome. `repeated` are changes that are not reported again: another
    class of machine showed them before, or a new class of machine fails in the same way as the others.
    """

    run: Run
    previous_build: Build | None
    changes: tuple[Change, ...]
    incidents: tuple[str, ...]
    expected: int
    observed: int
    score: Score
    repeated: tuple[Change, ...] = ()

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)

    @property
    def regressions(self) -> tuple[Change, ...]:
        """Return the confirmed regressions, or none if so many cases regressed at once that they are one incident."""
        return () if regressed_at_once(self.changes, self.expected) else self.of(ChangeKind.REGRESSED)


def night_changes(recorded: LoadedHistory) -> tuple[NightChanges, ...]:
    """Return the changes of every run of a history, in the order of the history."""
    other_values = value_changes(recorded)
    drifted: dict[str, list[Change]] = defaultdict(list)
    for drift in accuracy_drifts(recorded):
        drifted[drift.run.id].append(drift_change(drift))
    nights = {
        night.run.id: night
        for matrix in recorded.matrices.values()
        for night in _series_changes(matrix, other_values, drifted, recorded.comparisons)
    }
    return tuple(nights[item.run.id] for item in recorded.runs)


def _series_changes(
    matrix: RunMatrix,
    other_values: Mapping[str, Mapping[str, ValueChange]],
    drifted: Mapping[str, list[Change]],
    comparisons: Mapping[str, tuple[Comparison, ...]],
) -> Iterator[NightChanges]:
    """Yield the changes of each run of one series. The other arguments map run ids to data of that run."""
    reader = _SeriesReader(matrix)
    pasts = SeriesPast(matrix, reader.messages)
    previous_build: Build | None = None
    runs_of_build: dict[str, list[int]] = defaultdict(list)
    for number, (item, extent) in enumerate(with_extent(matrix.runs)):
        run = item.run
        if run.blocked:
            yield reader.night(number, previous_build, [])
            continue
        values = other_values.get(run.id, {})
        causes = attributions(comparisons.get(run.id, ()), partial(reader.passed, runs_of_build))
        results = [*reader.results(number, pasts.unsettled(number, values), values, causes)]
        baselines = {result.case: pasts.baseline(number, result.case) for result in results}
        found = [change for result in results if (change := change_of(baselines[result.case], result, run))]
        repeated = [change for change in found if already_reported(baselines[change.case], change)]
        changes = [change for change in found if not already_reported(baselines[change.case], change)]
        changes += reader.added(number, pasts.unseen(number), first_run=previous_build is None)
        changes.sort(key=lambda change: change.case)
        changes += [removal(case, past) for case, past in pasts.missing(number, extent)]
        changes += drifted.get(run.id, [])
        yield reader.night(number, previous_build, changes, repeated)
        at_once = _is_incident(sum(map(_fails_now, changes)), reader.expected(number))
        after = {result.case: past_after(baselines[result.case], result, run, at_once=at_once) for result in results}
        settled = [
            change.case for change in changes if change.kind in SETTLED_KINDS or (at_once and _fails_now(change))
        ]
        pasts.apply_run(number, after, extent, settled)
        previous_build = run.build
        if run.build:
            runs_of_build[run.build.requirement].append(number)


def newest_nights(nights: tuple[NightChanges, ...]) -> tuple[NightChanges, ...]:
    """Return the newest night of each series."""
    newest = {night.run.series: night for night in nights}
    return tuple(newest[series] for series in sorted(newest))


def regressed_at_once(changes: Iterable[Change], expected: int) -> int:
    """Return the number of cases that regressed, if they are too many to have several causes; else 0.

    Unconfirmed regressions count too, because a run stops confirming when too many cases are unexpected. Changes of the
    environment do not count.
    """
    regressed = sum(change.of_build and _fails_now(change) for change in changes)
    return regressed if _is_incident(regressed, expected) else 0


def _is_incident(regressed: int, expected: int) -> bool:
    return regressed >= INCIDENT_MIN_CASES and regressed > INCIDENT_SHARE * expected


def _fails_now(change: Change) -> bool:
    return change.before is Outcome.PASS and change.after not in NOT_FAILING


class _SeriesReader:
    """Results of the runs of one series by run number. A year has a million of them, of which few are changes."""

    def __init__(self, matrix: RunMatrix) -> None:
        self._matrix = matrix
        self.messages, self._retry_outcomes, self._declared_limit = map(
            matrix.words, ("message", "retry_outcomes", "declared_limit")
        )
        self._has_limit = (self._declared_limit.values != "")[self._declared_limit.code] & matrix.asked
        self._expected, self._observed = (cases.sum(axis=1).tolist() for cases in (matrix.asked, matrix.judged))
        self._scores = [*_scores(matrix)]

    def results(
        self, number: int, cases: Numbers, values: Mapping[str, ValueChange], causes: Mapping[str, Attribution]
    ) -> Iterator[CaseResult]:
        """Yield the results of these cases, given by their positions in the matrix."""
        certain = self._matrix.runs[number].run.evidence.certain
        names, codes = self._matrix.cases[cases].tolist(), self._matrix.outcome[number, cases].tolist()
        columns = (self._retry_outcomes, self.messages, self._declared_limit)
        texts = zip(*(column.of(number, cases) for column in columns), strict=True)
        for case, code, (retries, message, declared_limit) in zip(names, codes, texts, strict=True):
            outcome = OUTCOMES[code]
            confirmed = certain or (retries != "" and set(retries.split()) == {outcome})
            cause = causes.get(case, Attribution.UNKNOWN)
            yield CaseResult(case, outcome, message, confirmed, declared_limit, values.get(case), cause)

    def passed(self, runs_of_build: Mapping[str, Sequence[int]], case: str, build: str) -> bool:
        """Return whether a case passed in the last run of a build that has the case."""
        position = self._matrix.position.get(case)
        if position is None or build not in runs_of_build:
            return False
        outcomes = self._matrix.outcome[runs_of_build[build], position]
        there = outcomes[outcomes != NONE]
        return bool(len(there) and there[-1] == PASS)

    def added(self, number: int, cases: Numbers, *, first_run: bool) -> list[Change]:
        """Return the changes of the cases without a past, given by their positions in the matrix.

        All cases of the first run of a series are new: it has only those changes whose outcome is unexpected.
        """
        run, has_limits = self._matrix.runs[number].run, bool(self._has_limit[number].any())
        if first_run:  # thousands of cases, so those that a limit explains are left out at once
            explained = (self._matrix.outcome[number, cases] == PASS) != self._has_limit[number, cases]
            cases = cases[~explained & has_limits]
        changes = [added_change(result, run, has_limits=has_limits) for result in self.results(number, cases, {}, {})]
        return [change for change in changes if not first_run or change.kind is not ChangeKind.ADDED]

    def expected(self, number: int) -> int:
        """Return the number of cases that a run should observe."""
        expected: int = self._expected[number]
        return expected

    def night(
        self, number: int, previous_build: Build | None, changes: list[Change], repeated: Iterable[Change] = ()
    ) -> NightChanges:
        """Return the changes of a run with its incidents and scores."""
        recorded, expected, observed = self._matrix.runs[number], self._expected[number], self._observed[number]
        run = recorded.run
        if run.suite == NAMES and not run.blocked:
            expected, observed = max(recorded.listed, 1), recorded.listed  # a build without names is an incident
        if run.evidence.certain and observed:
            observed = expected  # a table is read whole, so a case that it lacks is observed as well
        incidents = []
        if run.blocked:
            incidents.append(f"nothing could be observed: {run.blocked}")
        elif observed < MIN_COVERAGE * expected:
            cases = f"{observed} of {expected} cases were observed"
            incidents.append("no public name was listed" if run.suite == NAMES else f"only {cases}")
        if regressed := regressed_at_once(changes, expected):
            incidents.append(f"{regressed} of {expected} cases regressed at once: one cause, not {regressed}")
        score = self._scores[number]
        return NightChanges(
            run, previous_build, tuple(changes), tuple(incidents), expected, observed, score, tuple(repeated)
        )


def _scores(matrix: RunMatrix) -> Iterator[Score]:
    """Yield the score of each run: its functions counted by the outcomes of their cases."""
    functions = [function_of(case) for case in matrix.cases]
    first = [number for number, name in enumerate(functions) if not number or name != functions[number - 1]]
    if not first:
        yield from [Score(0, 0, 0, 0)] * len(matrix.runs)
        return
    outcome = _outcomes_with_resting(matrix)
    asked, judged, passed = (
        np.add.reduceat(cases, first, axis=1, dtype=np.int32)
        for cases in (outcome != NONE, (outcome != NONE) & (outcome != BLOCKED), outcome == PASS)
    )
    clean = passed == judged  # also if no case was judged
    known = (judged > 0) & (judged >= MIN_JUDGED_SHARE * asked)  # as `monitor.analysis.status.scores.enough_judged`
    yield from map(
        Score,
        (clean & known).sum(axis=1).tolist(),
        ((passed > 0) & ~clean).sum(axis=1).tolist(),
        ((judged > 0) & (passed == 0)).sum(axis=1).tolist(),
        ((asked > 0) & clean & ~known).sum(axis=1).tolist(),
    )


def _outcomes_with_resting(matrix: RunMatrix) -> Numbers:
    """Return the outcomes of runs by cases; a case that rests in a run of the whole suite has its last known one."""
    if not any(item.run.resting for item in matrix.runs):
        return matrix.outcome
    shown, known = matrix.outcome.copy(), np.full(len(matrix.cases), NONE)
    for number, (item, extent) in enumerate(with_extent(matrix.runs)):
        if item.run.blocked:
            continue
        known = matrix.apply_run(known, number, matrix.outcome[number], extent)
        if item.run.resting and item.run.whole:
            shown[number] = np.where(matrix.asked[number], matrix.outcome[number], known)
    return shown
