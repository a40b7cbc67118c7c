"""News, silent changes and what is known now, found case by case: slow, and easy to believe.

The monitor finds the same with arrays; `test_plain.py` holds the two against each other.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from monitor.analysis.blame import Blame, blames
from monitor.analysis.drift import drifts
from monitor.analysis.news import (
    COVERAGE,
    Answer,
    Change,
    Night,
    Past,
    Verdict,
    _after,
    _change,
    _drifted,
    turned_at_once,
)
from monitor.analysis.scores import Score, portability, score
from monitor.analysis.values import _difference
from monitor.history.known import follow
from monitor.history.layout import RecordedRun
from monitor.history.order import with_extent
from monitor.history.store import Recorded
from monitor.model import (
    Build,
    Compiled,
    Evidence,
    Latency,
    NumericalError,
    Outcome,
    Run,
    Series,
    Stage,
    function_of,
)
from monitor.reporting.standing import HISTORY_RUNS, Standing, Turn
from monitor.reporting.standing import Series as SeriesOfCases


def nights(recorded: Recorded) -> tuple[Night, ...]:
    """Every run of a history as news, in the order of the history."""
    tables = dict(tuple(recorded.observations.groupby("run", observed=True)))
    nothing = recorded.observations.iloc[:0]
    other_values = moved(recorded)
    drifted: dict[str, list[Change]] = defaultdict(list)
    for drift in drifts(recorded):
        drifted[drift.run.id].append(_drifted(drift))
    state: dict[Series, dict[str, Past]] = {}
    baselines: dict[Series, Build | None] = {}
    of_build: dict[tuple[Series, str], pd.DataFrame] = {}
    result = []
    for item, whole in with_extent(recorded.runs):
        run = item.run
        table = tables.get(run.id, nothing)
        if run.blocked:
            result.append(_night(run, baselines.get(run.series), [], table))
            continue
        known = state.setdefault(run.series, {})
        build = run.build.bare if run.build else None
        said = blames(recorded.comparisons.get(run.id, ()), partial(_passed, of_build, run.series))
        answers = [*_answers(run, table, other_values.get(run.id, {}), said)]
        changes = [*_changes(known, answers, build, whole=whole), *drifted[run.id]]
        result.append(_night(run, baselines.get(run.series), changes, table))
        at_once = bool(turned_at_once(changes, len(table)))
        after = {answer.case: _after(known.get(answer.case), answer, build, at_once=at_once) for answer in answers}
        state[run.series] = follow(known, after, whole=whole)
        baselines[run.series] = run.build
        if run.build:
            of_build[run.series, run.build.label] = table
    return tuple(result)


def _night(run: Run, baseline: Build | None, changes: list[Change], table: pd.DataFrame) -> Night:
    if baseline is None:  # on the first night everything is new: news is what the authors did not say
        changes = [change for change in changes if change.verdict is not Verdict.NEW]
    observed = int((table["outcome"] != Outcome.BLOCKED.value).sum())
    incidents = []
    if run.blocked:
        incidents.append(f"nothing could be observed: {run.blocked}")
    elif observed < COVERAGE * len(table):
        incidents.append(f"only {observed} of {len(table)} cases were observed")
    if turned := turned_at_once(changes, len(table)):
        incidents.append(f"{turned} of {len(table)} cases turned worse at once: one cause, not {turned}")
    return Night(run, baseline, tuple(changes), tuple(incidents), len(table), observed, _score(table))


def _passed(of_build: Mapping[tuple[Series, str], pd.DataFrame], series: Series, case: str, build: str) -> bool:
    """Whether a case passed when a build was run last."""
    table = of_build.get((series, build))
    return table is not None and bool(((table["case"] == case) & (table["outcome"] == Outcome.PASS.value)).any())


def _answers(run: Run, table: pd.DataFrame, values: Mapping[str, str], said: Mapping[str, Blame]) -> Iterator[Answer]:
    columns = ["case", "outcome", "message", "attempts", "declared"]
    for case, word, message, attempts, declared in table[columns].itertuples(index=False, name=None):
        confirmed = run.evidence.certain or set(attempts.split()) == {word}
        blame = said.get(case, Blame.BUILD)
        yield Answer(case, Outcome(word), message, confirmed, declared, values.get(case, ""), blame)


def _changes(known: Mapping[str, Past], answers: Sequence[Answer], build: Build | None, *, whole: bool) -> list[Change]:
    declares = any(answer.declared for answer in answers)  # whether the suite comes with limits of its authors
    found = (_change(known.get(answer.case), answer, build, declares=declares) for answer in answers)
    changes = [change for change in found if change]
    if whole:
        for case in sorted(known.keys() - {answer.case for answer in answers}):
            last = known[case].latest
            changes.append(Change(case, Verdict.GONE, last.outcome, None, "", last.until))
    return changes


def _score(table: pd.DataFrame) -> Score:
    functions = defaultdict(list)
    for case, outcome in table[["case", "outcome"]].itertuples(index=False, name=None):
        functions[function_of(case)].append(Outcome(outcome))
    return score(map(portability, functions.values()))


def moved(recorded: Recorded) -> dict[str, dict[str, str]]:
    """For each run by its id, the cases whose result is not what it was under the build before, and how it differs.

    A case that ever gave different values under one build has none to speak of: it is left out.
    """
    tables = dict(tuple(recorded.observations.groupby("run", observed=True)))
    last: dict[Series, dict[str, tuple[str, str]]] = defaultdict(dict)
    unsteady: dict[Series, set[str]] = defaultdict(set)
    found: list[tuple[Series, str, str, str]] = []
    for item in recorded.runs:
        run = item.run
        if run.build is None or run.id not in tables:
            continue
        known, label = last[run.series], run.build.label
        for case, digest in tables[run.id][["case", "digest"]].itertuples(index=False, name=None):
            if not digest:
                continue
            before, under = known.get(case, ("", ""))
            known[case] = (digest, label)
            if before and before != digest and (how := _difference(before, digest)):
                if under == label:
                    unsteady[run.series].add(case)
                else:
                    found.append((run.series, run.id, case, how))
    result: dict[str, dict[str, str]] = defaultdict(dict)
    for series, run_id, case, how in found:
        if case not in unsteady[series]:
            result[run_id][case] = how
    return dict(result)


@dataclass(frozen=True)
class _Known:
    position: int  # of the observation in the table
    run: Run
    turns: tuple[Turn, ...]


def all_series(recorded: Recorded) -> tuple[SeriesOfCases, ...]:
    """Every series of a history, sorted by target, framework, suite and evidence."""
    tables = {str(run): table for run, table in recorded.observations.groupby("run", observed=True)}
    runs: dict[Series, list[RecordedRun]] = {}
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
) -> SeriesOfCases:
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
    return SeriesOfCases(
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
