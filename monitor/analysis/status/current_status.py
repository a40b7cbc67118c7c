"""The current status of every case on every target: its last known outcome, and since when it holds.

As in `monitor.history`, a run that could not judge a case changes nothing: the case keeps its last outcome and that
outcome's build.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from monitor.analysis.names.name_history import FrameworkNames
from monitor.analysis.status.measured_builds import MeasuredBuild, sources
from monitor.analysis.status.scores import Portability, Score, portability, score
from monitor.history.ordering import with_extent
from monitor.history.run_files import RecordedRun
from monitor.history.run_matrix import NONE, OUTCOMES, Numbers, RunMatrix, values_at
from monitor.history.store import LoadedHistory
from monitor.model import NAMES, Compiled, Evidence, Latency, NumericalError, Outcome, Run, Stage, function_of
from monitor.model import Series as SeriesKey

T = TypeVar("T")

# Runs in a history strip: a month of nights, which fits the width of a page.
HISTORY_RUNS = 30

# Evidence that is older than a weaker one by more does not count for the current builds.
OUTDATED_AFTER = timedelta(days=7)

EVIDENCE_RANK = {evidence: rank for rank, evidence in enumerate(Evidence)}  # 0: the strongest

# Weekly cases run once in so many nights, so an older outcome says that something went wrong.
STALE_AFTER = timedelta(days=7)

TEXTS = ["case", "run", "outcome", "evidence", "message", "stage", "declared_limit", "retry_outcomes"]
MEASURED = ((NumericalError, ""), (Latency, "latency_"), (Compiled, "compiled_"))


@dataclass(frozen=True)
class OutcomeTransition:
    """A run in which the outcome of a case changed; `before` is None in its first run."""

    run: Run
    before: Outcome | None
    after: Outcome


def is_stale(last_ran: str, newest: str) -> bool:
    """Return whether a date is more than seven nights before that of the newest run; an empty date is not."""
    return "" < last_ran < _stale_before(newest)


@lru_cache(maxsize=1000)  # thousands of cases ask for one night
def _stale_before(newest: str) -> str:
    return (date.fromisoformat(newest) - STALE_AFTER).isoformat()


@dataclass(frozen=True)
class CaseStatus:
    """Status of one case: its result in the last `run` that judged it.

    `turns` is its whole past in order, one entry for each outcome. It is empty for a case that no run could judge,
    whose outcome is `blocked`.
    """

    case: str
    run: Run
    outcome: Outcome
    evidence: Evidence
    message: str
    stage: Stage | None
    declared_limit: str
    retry_outcomes: tuple[Outcome, ...]
    error: NumericalError | None
    latency: Latency | None
    compiled: Compiled | None
    turns: tuple[OutcomeTransition, ...]

    @property
    def function(self) -> str:
        return function_of(self.case)

    @property
    def last_ran(self) -> str:
        """Return the date on which the case last gave an outcome; empty if it never did."""
        return self.run.started[:10] if self.outcome.known else ""

    @property
    def fails(self) -> bool:
        """Return whether the outcome is known and no pass."""
        return self.outcome.known and self.outcome is not Outcome.PASS

    @property
    def variant(self) -> str:
        """Return the mode and the dtype, which are the last part of the case id."""
        return self.case.split("/", 2)[-1]


@dataclass(frozen=True)
class SeriesStatus:
    """Status of one series: suite, framework, target and kind of evidence, after all its runs.

    `now` and `removed` are the cases in the suite and those no longer in it. `strips` are the outcomes of each case in
    the last `HISTORY_RUNS` runs, None where a run did not ask for it.
    """

    target: str
    framework: str
    suite: str
    evidence: Evidence
    runs: tuple[RecordedRun, ...]
    now: tuple[CaseStatus, ...]
    removed: tuple[CaseStatus, ...]
    strips: Mapping[str, tuple[Outcome | None, ...]]

    @property
    def key(self) -> SeriesKey:
        return self.target, self.framework, self.suite, self.evidence

    @cached_property
    def functions(self) -> Mapping[str, list[CaseStatus]]:
        """Return the current cases of each function."""
        return group_by_function(self.now)

    @cached_property
    def sources(self) -> tuple[MeasuredBuild, ...]:
        """Return the builds that judged the current cases, the one with most cases first."""
        return sources(status.run for status in self.now if status.outcome.known)

    @property
    def recent(self) -> tuple[Run, ...]:
        """Return the runs of the strips, oldest first."""
        return tuple(recorded.run for recorded in self.runs[-HISTORY_RUNS:])

    @cached_property
    def last_judged(self) -> Run:
        """Return the newest run that observed anything, or the newest of all."""
        return next((item.run for item in reversed(self.runs) if not item.run.blocked), self.runs[-1].run)

    def is_stale(self, status: CaseStatus) -> bool:
        """Return whether a case last ran more than seven nights before the newest run that observed anything."""
        return is_stale(status.last_ran, self.last_judged.started[:10])

    def strip_of(self, case: str) -> tuple[Outcome | None, ...]:
        return self.strips.get(case) or (None,) * len(self.recent)


def series_statuses(recorded: LoadedHistory) -> tuple[SeriesStatus, ...]:
    """Return the status of every series that has cases, sorted by target, framework, suite and evidence."""
    return tuple(_series(matrix, recorded) for (_, _, suite, _), matrix in recorded.matrices.items() if suite != NAMES)


def _series(matrix: RunMatrix, recorded: LoadedHistory) -> SeriesStatus:
    """Return the status of one series. `known`, `removed` and `unjudged` hold the deciding run of each case."""
    known, removed, unjudged, outcome = (np.full(len(matrix.cases), NONE) for _ in range(4))
    turns: dict[int, tuple[OutcomeTransition, ...]] = {}
    for number, (item, extent) in enumerate(with_extent(matrix.runs)):
        if item.run.blocked or not matrix.asked[number].any():
            continue
        after = matrix.apply_run(known, number, number, extent)
        before, outcome = outcome, matrix.apply_run(outcome, number, matrix.outcome[number], extent)
        _note_transitions(turns, item.run, before, outcome)
        removed = np.where(after != NONE, NONE, np.where(known != NONE, known, removed))
        blocked = matrix.asked[number] & ~matrix.judged[number]
        over = matrix.judged[number] | matrix.removed(number, extent)
        unjudged = np.where(blocked, number, np.where(over, NONE, unjudged))
        known = after
    return SeriesStatus(
        *matrix.series,
        matrix.runs,
        now=_case_statuses(matrix, np.where(known != NONE, known, unjudged), turns, recorded),
        removed=_case_statuses(matrix, removed, turns, recorded),
        strips=_strips(matrix),
    )


def _note_transitions(turns: dict[int, tuple[OutcomeTransition, ...]], run: Run, before: Numbers, now: Numbers) -> None:
    """Add the outcomes that a run changed. The past of a removed case starts again when it returns."""
    first = [(OutcomeTransition(run, None, outcome),) for outcome in OUTCOMES]  # thousands of cases share them
    changed = np.flatnonzero((now != NONE) & (now != before))
    for case, was, code in zip(changed.tolist(), before[changed].tolist(), now[changed].tolist(), strict=True):
        past = turns[case] if was != NONE else ()
        turns[case] = (*past, OutcomeTransition(run, past[-1].after, OUTCOMES[code])) if past else first[code]


def _strips(matrix: RunMatrix) -> dict[str, tuple[Outcome | None, ...]]:
    recent = matrix.outcome[-HISTORY_RUNS:].T
    asked = (recent != NONE).any(axis=1)
    return {case: _strip(codes.tobytes()) for case, codes in zip(matrix.cases[asked], recent[asked], strict=True)}


@lru_cache(maxsize=10_000)  # nearly all are strips of passes only
def _strip(codes: bytes) -> tuple[Outcome | None, ...]:
    shown = (*OUTCOMES, None)  # NONE is the last
    return tuple(shown[code] for code in np.frombuffer(codes, np.int8).tolist())


def _case_statuses(
    matrix: RunMatrix, deciding: Numbers, turns: Mapping[int, tuple[OutcomeTransition, ...]], recorded: LoadedHistory
) -> tuple[CaseStatus, ...]:
    """Return the status of the cases that have a deciding run, by name; `deciding` has the run of each case."""
    cases = np.flatnonzero(deciding != NONE).tolist()
    if not cases:  # nearly always so for removed cases
        return ()
    table = recorded.whole_rows(values_at(matrix.row, deciding)[cases])
    runs = {item.run.id: item.run for item in recorded.runs}
    texts = {column: table[column].to_numpy(object).tolist() for column in TEXTS}
    outcomes = _parsed(texts["outcome"], Outcome)
    return tuple(
        map(
            CaseStatus,
            texts["case"],
            [runs[run] for run in texts["run"]],
            outcomes,
            _parsed(texts["evidence"], Evidence),
            texts["message"],
            _parsed(texts["stage"], lambda text: Stage(text) if text else None),
            texts["declared_limit"],
            _parsed(texts["retry_outcomes"], lambda text: tuple(map(Outcome, text.split()))),
            *(_measured(table, kind, prefix) for kind, prefix in MEASURED),
            [turns.get(case, ()) if outcome.known else () for case, outcome in zip(cases, outcomes, strict=True)],
        )
    )


def _parsed(texts: Sequence[str], parse: Callable[[str], T]) -> list[T]:
    """Return what each text stands for; the texts of a column are few."""
    parsed = {text: parse(text) for text in set(texts)}
    return [parsed[text] for text in texts]


def _measured(table: pd.DataFrame, kind: Any, prefix: str) -> list[Any]:
    """Return the measurement of each row, None where all its columns are empty."""
    values = table[[f"{prefix}{field.name}" for field in dataclasses.fields(kind)]].to_numpy(np.float64)
    there = ~np.isnan(values)
    made = np.flatnonzero(there.any(axis=1))
    figures = values[made].astype(object)
    figures[~there[made]] = None
    measured: list[Any] = [None] * len(values)
    for row, figure in zip(made.tolist(), figures.tolist(), strict=True):
        measured[row] = kind(*figure)
    return measured


@dataclass(frozen=True)
class FunctionStatus:
    """Status of a function on a target: its passing and judged cases, by the `evidence` that counts.

    Only the strongest evidence counts, unless its runner fell silent while a weaker one continued; `others` are the
    other kinds. `unjudged` cases of it gave no outcome. The portability is unknown if all judged cases pass and are too
    few. `evidence` is None if no case was judged. `outcomes` are those that occur, in the order of `Outcome`. `sources`
    are the builds that judged the cases, most cases first. `nights` are the first and the last date on which one of the
    judged cases last ran; both are empty if none was judged.
    """

    portability: Portability
    passed: int
    judged: int
    unjudged: int
    evidence: Evidence | None
    others: tuple[Evidence, ...]
    outcomes: tuple[Outcome, ...]
    sources: tuple[MeasuredBuild, ...] = ()
    nights: tuple[str, str] = ("", "")

    @property
    def tally(self) -> str:
        """Return the counts for a reader: "13 of 14" pass, or "1 of 14 judged" if those are too few."""
        if self.judged and self.portability is Portability.UNKNOWN:
            return f"{self.judged} of {self.judged + self.unjudged} judged"
        return f"{self.passed} of {self.judged}" if self.judged else ""


def function_status(statuses: Iterable[CaseStatus]) -> FunctionStatus:
    """Return the status of a function from its cases on one target."""
    everything = [*statuses]
    evidences = evidences_by_weight(everything)
    outcomes = [(s.outcome, not evidences or s.evidence is evidences[0]) for s in everything]
    judged = [s for s in everything if s.outcome.known and s.evidence is evidences[0]]
    nights = sorted({s.run.started[:10] for s in judged}) or [""]
    return _cell(tuple(outcomes), tuple(evidences), sources(s.run for s in judged), (nights[0], nights[-1]))


@lru_cache(maxsize=10_000)  # thousands of functions have the same counts
def _cell(
    cases: tuple[tuple[Outcome, bool], ...],
    evidences: tuple[Evidence, ...],
    judged: tuple[MeasuredBuild, ...],
    nights: tuple[str, str],
) -> FunctionStatus:
    """Return a function's status from the outcome of each case and whether its evidence counts."""
    asked = [outcome for outcome, counts in cases if counts]
    counted = [outcome for outcome in asked if outcome.known]
    occurring = {outcome for outcome, _ in cases}
    return FunctionStatus(
        portability(asked),
        passed=counted.count(Outcome.PASS),
        judged=len(counted),
        unjudged=len(asked) - len(counted),
        evidence=evidences[0] if evidences else None,
        others=evidences[1:],
        outcomes=tuple(outcome for outcome in OUTCOMES if outcome in occurring),
        sources=judged,
        nights=nights,
    )


def outcomes_by_variant(statuses: Sequence[CaseStatus], evidence: Evidence | None) -> dict[str, Outcome]:
    """Return the outcome of each variant of a function by the evidence that counts, or by all if none does."""
    return {s.variant: s.outcome for s in statuses if evidence in (None, s.evidence)}


def group_by_function(statuses: Iterable[CaseStatus]) -> dict[str, list[CaseStatus]]:
    """Return cases grouped by function."""
    grouped: dict[str, list[CaseStatus]] = {}
    for status in statuses:
        grouped.setdefault(status.function, []).append(status)
    return grouped


def group_by_object(
    statuses: Iterable[CaseStatus], framework: str, names: Mapping[str, FrameworkNames]
) -> dict[str, list[CaseStatus]]:
    """Return cases grouped by the canonical name of their function: two names of one object are one function."""
    of_framework = names.get(framework, FrameworkNames(framework))
    grouped: dict[str, list[CaseStatus]] = {}
    for function, found in group_by_function(statuses).items():
        grouped.setdefault(of_framework.current(function), []).extend(found)
    return grouped


def series_score(series: SeriesStatus, names: Mapping[str, FrameworkNames]) -> Score:
    """Return the score of a series: its functions counted by portability, each once by whatever name."""
    functions = group_by_object(series.now, series.framework, names).values()
    return score(portability(status.outcome for status in found) for found in functions)


def evidences_by_weight(statuses: Iterable[CaseStatus]) -> list[Evidence]:
    """Return the kinds of evidence in the order in which they count: the strongest first, outdated ones last."""
    statuses = [status for status in statuses if status.outcome.known]
    if len(evidences := {status.evidence for status in statuses}) <= 1:  # nearly always so
        return [*evidences]
    newest: dict[Evidence, datetime] = {}
    for status in statuses:
        started = datetime.fromisoformat(status.run.started)
        newest[status.evidence] = max(started, newest.get(status.evidence, started))
    last = max(newest.values(), default=None)

    def order(evidence: Evidence) -> tuple[bool, int]:
        return last is not None and last - newest[evidence] > OUTDATED_AFTER, EVIDENCE_RANK[evidence]

    return sorted(newest, key=order)
