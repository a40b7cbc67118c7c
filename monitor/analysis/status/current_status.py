"""What is known now: of every case on every target the last outcome that is evidence, and since when it holds.

A run that could not judge a case changes nothing, as in `monitor.history`: the case keeps what was known of it, and
says from which build.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from monitor.analysis.status.measured_builds import MeasuredBuild, sources
from monitor.analysis.status.scores import Portability, Score, portability, score
from monitor.history.layout import RecordedRun
from monitor.history.ordering import with_extent
from monitor.history.run_matrix import NONE, OUTCOMES, Numbers, RunMatrix, told_by
from monitor.history.store import LoadedHistory
from monitor.model import Compiled, Evidence, Latency, NumericalError, Outcome, Run, Stage, function_of
from monitor.model import Series as SeriesKey

# As many runs as a history strip shows: a month of nights, and about what fits the width of a page.
HISTORY_RUNS = 30

# Evidence that is so much older than a weaker one no longer speaks of tonight's builds.
OUTDATED_AFTER = timedelta(days=7)


TEXTS = ["case", "run", "outcome", "evidence", "message", "stage", "declared", "attempts"]
MEASURED = ((NumericalError, ""), (Latency, "latency_"), (Compiled, "compiled_"))


@dataclass(frozen=True)
class OutcomeTransition:
    """A run in which a case came out otherwise than before. `before` is None where it was first seen."""

    run: Run
    before: Outcome | None
    after: Outcome


@dataclass(frozen=True)
class CaseStatus:
    """What is known of one case: what the last `run` that judged it saw there.

    `turns` is its whole past in order, one entry for each outcome it had. It is empty for a case that no run could
    judge, which is `blocked`.
    """

    case: str
    run: Run
    outcome: Outcome
    evidence: Evidence
    message: str
    stage: Stage | None
    declared: str
    attempts: tuple[Outcome, ...]
    error: NumericalError | None
    latency: Latency | None
    compiled: Compiled | None
    turns: tuple[OutcomeTransition, ...]

    @property
    def function(self) -> str:
        return function_of(self.case)

    @property
    def fails(self) -> bool:
        """Whether it is known not to pass."""
        return self.outcome.known and self.outcome is not Outcome.PASS

    @property
    def variant(self) -> str:
        """The mode and the dtype: the last part of the case's id."""
        return self.case.split("/", 2)[-1]


@dataclass(frozen=True)
class SeriesStatus:
    """All runs of one suite of one framework on one target by one kind of evidence, and what is known after them.

    `now` and `gone` are the cases in the suite and those no longer in it. `strips` are the outcomes of each case in
    the last `HISTORY_RUNS` runs, None where a run did not ask for it.
    """

    target: str
    framework: str
    suite: str
    evidence: Evidence
    runs: tuple[RecordedRun, ...]
    now: tuple[CaseStatus, ...]
    gone: tuple[CaseStatus, ...]
    strips: Mapping[str, tuple[Outcome | None, ...]]

    @property
    def key(self) -> SeriesKey:
        return self.target, self.framework, self.suite, self.evidence

    @cached_property  # which half of the pages ask for
    def functions(self) -> Mapping[str, list[CaseStatus]]:
        """The cases of each function that are in the suite now."""
        return by_function(self.now)

    @cached_property
    def sources(self) -> tuple[MeasuredBuild, ...]:
        """The builds that judged what is known now, the one with most cases first."""
        return sources(standing.run for standing in self.now if standing.outcome.known)

    @property
    def recent(self) -> tuple[Run, ...]:
        """The runs of the strips, oldest first."""
        return tuple(recorded.run for recorded in self.runs[-HISTORY_RUNS:])

    @property
    def last_judged(self) -> Run:
        """The newest run that observed something, or the newest of all."""
        return next((item.run for item in reversed(self.runs) if not item.run.blocked), self.runs[-1].run)

    def strip_of(self, case: str) -> tuple[Outcome | None, ...]:
        return self.strips.get(case) or (None,) * len(self.recent)


def all_series(recorded: LoadedHistory) -> tuple[SeriesStatus, ...]:
    """Every series of a history, sorted by target, framework, suite and evidence."""
    return tuple(_series(grid, recorded) for grid in recorded.grids.values())


def _series(grid: RunMatrix, recorded: LoadedHistory) -> SeriesStatus:
    """One series. `known`, `gone` and `unjudged` hold for each case the run that tells it."""
    known, gone, unjudged, outcome = (np.full(len(grid.cases), NONE) for _ in range(4))
    turns: dict[int, tuple[OutcomeTransition, ...]] = {}
    for number, (item, whole) in enumerate(with_extent(grid.runs)):
        if item.run.blocked or not grid.asked[number].any():
            continue
        after = grid.follow(known, number, number, whole=whole)
        before, outcome = outcome, grid.follow(outcome, number, grid.outcome[number], whole=whole)
        _note_turns(turns, item.run, before, outcome)
        gone = np.where(after != NONE, NONE, np.where(known != NONE, known, gone))
        silent = grid.asked[number] & ~grid.judged[number]
        unjudged = np.where(silent, number, NONE if whole else unjudged)
        known = after
    return SeriesStatus(
        *grid.series,
        grid.runs,
        now=_standings(grid, np.where(known != NONE, known, unjudged), turns, recorded),
        gone=_standings(grid, gone, turns, recorded),
        strips=_strips(grid),
    )


def _note_turns(turns: dict[int, tuple[OutcomeTransition, ...]], run: Run, before: Numbers, now: Numbers) -> None:
    """Add the turns that a run brought, from the outcomes known before and after. A case that was gone begins anew."""
    for case in np.flatnonzero((now != NONE) & (now != before)).tolist():
        past = turns[case] if before[case] != NONE else ()
        turns[case] = (*past, OutcomeTransition(run, past[-1].after if past else None, OUTCOMES[now[case]]))


def _strips(grid: RunMatrix) -> dict[str, tuple[Outcome | None, ...]]:
    recent = grid.outcome[-HISTORY_RUNS:].T
    asked = (recent != NONE).any(axis=1)
    return {case: _strip(codes.tobytes()) for case, codes in zip(grid.cases[asked], recent[asked], strict=True)}


@lru_cache(maxsize=10_000)  # nearly all are those of a case that passes on every night
def _strip(codes: bytes) -> tuple[Outcome | None, ...]:
    shown = (*OUTCOMES, None)  # NONE is the last
    return tuple(shown[code] for code in np.frombuffer(codes, np.int8).tolist())


def _standings(
    grid: RunMatrix, told: Numbers, turns: Mapping[int, tuple[OutcomeTransition, ...]], recorded: LoadedHistory
) -> tuple[CaseStatus, ...]:
    """The cases that some run tells of, by name; `told` has the run for each case."""
    cases = np.flatnonzero(told != NONE).tolist()
    if not cases:  # as nearly always of those that are gone
        return ()
    table = recorded.whole_rows(told_by(grid.row, told)[cases])
    runs = {item.run.id: item.run for item in recorded.runs}
    texts = zip(*(table[column].to_numpy(object).tolist() for column in TEXTS), strict=True)
    measured = zip(*(_measured(table, kind, prefix) for kind, prefix in MEASURED), strict=True)
    return tuple(
        CaseStatus(
            case=case,
            run=runs[run],
            outcome=(outcome := Outcome(word)),
            evidence=Evidence(evidence),
            message=message,
            stage=Stage(stage) if stage else None,
            declared=declared,
            attempts=tuple(map(Outcome, attempts.split())),
            error=error,
            latency=latency,
            compiled=compiled,
            turns=turns.get(number, ()) if outcome.known else (),
        )
        for number, (case, run, word, evidence, message, stage, declared, attempts), (error, latency, compiled) in zip(
            cases, texts, measured, strict=True
        )
    )


def _measured(table: pd.DataFrame, kind: Any, prefix: str) -> list[Any]:
    """A measurement of each row from its columns; None where it was not made: that is nothing in every column."""
    values = table[[f"{prefix}{field.name}" for field in dataclasses.fields(kind)]].to_numpy(np.float64)
    there = ~np.isnan(values)
    figures = values.astype(object)
    figures[~there] = None
    made = there.any(axis=1).tolist()
    return [kind(*row) if was else None for was, row in zip(made, figures.tolist(), strict=True)]


@dataclass(frozen=True)
class FunctionStatus:
    """A function on a target: how many of its cases pass, of those judged; `unjudged` cases gave no evidence.

    Where those judged pass and are too few to say that it works, its portability is unknown. Only cases of one
    `evidence` count: the strongest, unless its runner has fallen silent and a weaker one has gone on; `others` names
    those that there are besides. `evidence` is None where nothing was judged. `outcomes` are all that occur among the
    function's cases, in their order. `sources` are the builds that judged
    them, most cases first.
    """

    portability: Portability
    passed: int
    judged: int
    unjudged: int
    evidence: Evidence | None
    others: tuple[Evidence, ...]
    outcomes: tuple[Outcome, ...]
    sources: tuple[MeasuredBuild, ...] = ()

    @property
    def tally(self) -> str:
        """Return the counts for a reader: "13 of 14" pass, or "1 of 14 judged" where that is too few to say more."""
        if self.judged and self.portability is Portability.UNKNOWN:
            return f"{self.judged} of {self.judged + self.unjudged} judged"
        return f"{self.passed} of {self.judged}" if self.judged else ""


def cell(standings: Iterable[CaseStatus]) -> FunctionStatus:
    """A function's cases on one target in one figure, of one evidence."""
    everything = [*standings]
    evidences = _as_they_count(everything)
    outcomes = [(s.outcome, not evidences or s.evidence is evidences[0]) for s in everything]
    judged = sources(s.run for s in everything if s.outcome.known and s.evidence is evidences[0])
    return _cell(tuple(outcomes), tuple(evidences), judged)


@lru_cache(maxsize=10_000)  # thousands of functions fare alike
def _cell(
    cases: tuple[tuple[Outcome, bool], ...], evidences: tuple[Evidence, ...], judged: tuple[MeasuredBuild, ...]
) -> FunctionStatus:
    """A cell, from what each case came to, with whether it is of the evidence that counts."""
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
    )


def counted(standings: Sequence[CaseStatus], evidence: Evidence | None) -> dict[str, Outcome]:
    """What each case of a cell came to, by its variant: those of its evidence, or where it has none, all."""
    return {s.variant: s.outcome for s in standings if evidence in (None, s.evidence)}


def by_function(standings: Iterable[CaseStatus]) -> dict[str, list[CaseStatus]]:
    """The standings of each function."""
    found: dict[str, list[CaseStatus]] = {}
    for standing in standings:
        found.setdefault(standing.function, []).append(standing)
    return found


def score_of(series: SeriesStatus) -> Score:
    """The study's figure of a series: its functions by what became of their cases."""
    return score(portability(standing.outcome for standing in found) for found in series.functions.values())


def _as_they_count(standings: Iterable[CaseStatus]) -> list[Evidence]:
    """The evidences that judge: the strongest first, but those last whose newest run is long before the newest."""
    standings = [standing for standing in standings if standing.outcome.known]
    if len(evidences := {standing.evidence for standing in standings}) <= 1:  # as nearly always
        return [*evidences]
    newest: dict[Evidence, datetime] = {}
    for standing in standings:
        started = datetime.fromisoformat(standing.run.started)
        newest[standing.evidence] = max(started, newest.get(standing.evidence, started))
    last = max(newest.values(), default=None)

    def order(evidence: Evidence) -> tuple[bool, int]:
        return last is not None and last - newest[evidence] > OUTDATED_AFTER, [*Evidence].index(evidence)

    return sorted(newest, key=order)
