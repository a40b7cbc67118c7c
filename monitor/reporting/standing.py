"""What is known now: of every case on every target the last outcome that is evidence, and since when it holds.

A run that could not judge a case changes nothing, as in `monitor.history`: the case keeps what was known of it, and
says from which build.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from monitor.analysis.scores import Portability, Score, portability, score
from monitor.history.known import follow
from monitor.history.layout import RecordedRun
from monitor.history.order import with_extent
from monitor.history.store import Recorded
from monitor.model import Compiled, Evidence, Latency, NumericalError, Outcome, Run, Stage, function_of
from monitor.model import Series as SeriesKey

# As many runs as a history strip shows: a month of nights, and about what fits the width of a page.
HISTORY_RUNS = 30

# Evidence that is so much older than a weaker one no longer speaks of tonight's builds.
OUTDATED_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Turn:
    """A run in which a case came out otherwise than before. `before` is None where it was first seen."""

    run: Run
    before: Outcome | None
    after: Outcome


@dataclass(frozen=True)
class Standing:
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
    turns: tuple[Turn, ...]

    @property
    def function(self) -> str:
        return function_of(self.case)

    @property
    def variant(self) -> str:
        """The mode and the dtype: the last part of the case's id."""
        return self.case.split("/", 2)[-1]


@dataclass(frozen=True)
class Series:
    """All runs of one suite of one framework on one target by one kind of evidence, and what is known after them.

    `now` and `gone` are the cases in the suite and those no longer in it. `strips` are the outcomes of each case in
    the last `HISTORY_RUNS` runs, None where a run did not ask for it.
    """

    target: str
    framework: str
    suite: str
    evidence: Evidence
    runs: tuple[RecordedRun, ...]
    now: tuple[Standing, ...]
    gone: tuple[Standing, ...]
    strips: Mapping[str, tuple[Outcome | None, ...]]

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


@dataclass(frozen=True)
class _Known:
    position: int  # of the observation in the table
    run: Run
    turns: tuple[Turn, ...]


def all_series(recorded: Recorded) -> tuple[Series, ...]:
    """Every series of a history, sorted by target, framework, suite and evidence."""
    tables = {str(run): table for run, table in recorded.observations.groupby("run", observed=True)}
    runs: dict[SeriesKey, list[RecordedRun]] = {}
    for item in recorded.runs:
        runs.setdefault(item.run.series, []).append(item)
    return tuple(_series(*key, tuple(runs[key]), recorded.observations, tables) for key in sorted(runs))


def _series(
    target: str,
    framework: str,
    suite: str,
    evidence: Evidence,
    runs: tuple[RecordedRun, ...],
    observations: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
) -> Series:
    known: dict[str, _Known] = {}
    gone: dict[str, _Known] = {}
    unjudged: dict[str, _Known] = {}
    strips: dict[str, list[Outcome | None]] = {}
    recent = runs[-HISTORY_RUNS:]
    for number, (item, whole) in enumerate(with_extent(runs), start=len(recent) - len(runs)):
        table = tables.get(item.run.id)
        if item.run.blocked or table is None:
            continue
        answers: dict[str, _Known | None] = {}
        blocked: dict[str, _Known] = {}
        for position, case, word in zip(table.index, table["case"], table["outcome"], strict=True):
            outcome = Outcome(word)
            answers[case] = _answer(known.get(case), int(position), item.run, outcome) if outcome.known else None
            if not outcome.known:
                blocked[case] = _Known(int(position), item.run, ())
            if number >= 0:
                strips.setdefault(case, [None] * len(recent))[number] = outcome
        after = follow(known, answers, whole=whole)
        gone = {case: value for case, value in (gone | known).items() if case not in after}
        unjudged = follow(unjudged, blocked, whole=whole)
        known = after
    return Series(
        target,
        framework,
        suite,
        evidence,
        runs,
        now=tuple(_standings({**unjudged, **known}, observations)),
        gone=tuple(_standings(gone, observations)),
        strips={case: tuple(strip) for case, strip in strips.items()},
    )


def _answer(before: _Known | None, position: int, run: Run, outcome: Outcome) -> _Known:
    turns = before.turns if before else ()
    if not turns or turns[-1].after is not outcome:
        turns = (*turns, Turn(run, turns[-1].after if turns else None, outcome))
    return _Known(position, run, turns)


def _standings(known: Mapping[str, _Known], observations: pd.DataFrame) -> Iterator[Standing]:
    cases = sorted(known)
    rows = observations.iloc[[known[case].position for case in cases]]
    for case, row in zip(cases, rows.to_dict("records"), strict=True):
        yield Standing(
            case=case,
            run=known[case].run,
            outcome=Outcome(row["outcome"]),
            evidence=Evidence(row["evidence"]),
            message=row["message"],
            stage=Stage(row["stage"]) if row["stage"] else None,
            declared=row["declared"],
            attempts=tuple(map(Outcome, row["attempts"].split())),
            error=_measured(NumericalError, row, "max_abs", "max_rel", "max_ulp"),
            latency=_measured(Latency, row, *(f"latency_{field.name}" for field in dataclasses.fields(Latency))),
            compiled=_measured(Compiled, row, *(f"compiled_{field.name}" for field in dataclasses.fields(Compiled))),
            turns=known[case].turns,
        )


def _measured(kind: Any, row: Mapping[Any, Any], *columns: str) -> Any:
    """A measurement from its columns; None where it was not made: a table writes that as nothing in every column."""
    values = [row[column] for column in columns]
    return None if all(pd.isna(value) for value in values) else kind(*(None if pd.isna(v) else v for v in values))


@dataclass(frozen=True)
class Cell:
    """A function on a target: how many of its cases pass, of those judged; `unjudged` cases gave no evidence.

    Only cases of one `evidence` count: the strongest, unless its runner has fallen silent and a weaker one has gone on;
    `others` names those that there are besides. `evidence` is None where nothing was judged. `outcomes` are all that
    occur among the function's cases.
    """

    portability: Portability
    passed: int
    judged: int
    unjudged: int
    evidence: Evidence | None
    others: tuple[Evidence, ...]
    outcomes: frozenset[Outcome]


def cell(standings: Iterable[Standing]) -> Cell:
    """A function's cases on one target in one figure, of one evidence."""
    everything = list(standings)
    judged = [standing for standing in everything if standing.outcome.known]
    evidences = _as_they_count(judged)
    counted = [standing.outcome for standing in judged if standing.evidence is evidences[0]]
    return Cell(
        portability(counted),
        passed=counted.count(Outcome.PASS),
        judged=len(counted),
        unjudged=len(everything) - len(judged),
        evidence=evidences[0] if evidences else None,
        others=tuple(evidences[1:]),
        outcomes=frozenset(standing.outcome for standing in everything),
    )


def by_function(standings: Iterable[Standing]) -> dict[str, list[Standing]]:
    """The standings of each function."""
    found: dict[str, list[Standing]] = {}
    for standing in standings:
        found.setdefault(standing.function, []).append(standing)
    return found


def score_of(series: Series) -> Score:
    """The study's figure of a series: its functions by what became of their cases."""
    functions = by_function(series.now).values()
    return score(portability(standing.outcome for standing in standings) for standings in functions)


def _as_they_count(standings: Iterable[Standing]) -> list[Evidence]:
    """The evidences that there are: the strongest first, but those last whose newest run is long before the newest."""
    newest: dict[Evidence, datetime] = {}
    for standing in standings:
        started = datetime.fromisoformat(standing.run.started)
        newest[standing.evidence] = max(started, newest.get(standing.evidence, started))
    last = max(newest.values(), default=None)

    def order(evidence: Evidence) -> tuple[bool, int]:
        return last is not None and last - newest[evidence] > OUTDATED_AFTER, [*Evidence].index(evidence)

    return sorted(newest, key=order)
