"""News, silent changes and what is known now, found case by case: slow, and easy to believe.

The monitor finds the same with arrays; `test_plain.py` holds the two against each other.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd

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
)
from monitor.analysis.outcomes.machine_baselines import BaselineOutcome, CasePast
from monitor.analysis.outcomes.outcome_changes import (
    INCIDENT_MIN_CASES,
    INCIDENT_SHARE,
    MIN_COVERAGE,
    NOT_FAILING,
    NightChanges,
    regressed_at_once,
)
from monitor.analysis.outcomes.run_conditions import differences, same_build
from monitor.analysis.outcomes.value_changes import NOT_REPEATED, ValueChange, _difference
from monitor.analysis.status.current_status import HISTORY_RUNS, CaseStatus, OutcomeTransition
from monitor.analysis.status.current_status import SeriesStatus as SeriesOfCases
from monitor.analysis.status.scores import Score, portability, score
from monitor.history.last_known import apply_run
from monitor.history.ordering import with_extent
from monitor.history.run_files import RecordedRun
from monitor.history.store import LoadedHistory
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


@dataclass
class _Class:
    """Knowledge on one machine class: the past of each case, and the last run that judged it."""

    pasts: dict[str, CasePast] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)


@dataclass
class _SeriesState:
    """Knowledge of a series; `turned` has the last run in which each case turned, and its outcome then."""

    of: dict[str, _Class] = field(default_factory=lambda: defaultdict(_Class))
    turned: dict[str, tuple[int, Outcome]] = field(default_factory=dict)
    previous_build: Build | None = None

    def cases(self) -> set[str]:
        return {case for one in self.of.values() for case in one.pasts}

    def latest(self, case: str) -> CasePast | None:
        answered = [one for one in self.of.values() if case in one.pasts]
        return max(answered, key=lambda one: one.last[case]).pasts[case] if answered else None

    def known(self, machine: str, case: str) -> BaselineOutcome:
        own = self.of[machine]
        when, turned = self.turned.get(case, (-1, None))
        return BaselineOutcome(
            own.pasts.get(case), self.latest(case), turned if case in own.last and when > own.last[case] else None
        )


def _removed(state: _SeriesState, case: str) -> Change:
    """Return the change of a case that left the suite."""
    past = state.latest(case)
    assert past is not None
    until = past.latest.until.build
    return Change(case, ChangeKind.REMOVED, past.latest.outcome, None, "", until.without_packages if until else None)


def _change_of(baseline: BaselineOutcome, result: CaseResult, run: Run, *, has_limits: bool) -> Change | None:
    """Return the change that a result makes; that of a case without a past is its addition."""
    if baseline.series is None and result.outcome.known:
        return added_change(result, run, has_limits=has_limits)
    return change_of(baseline, result, run)


def nights(recorded: LoadedHistory) -> tuple[NightChanges, ...]:
    """Every run of a history as news, in the order of the history."""
    tables = dict(tuple(recorded.observations.groupby("run", observed=True)))
    nothing = recorded.observations.iloc[:0]
    other_values = moved(recorded)
    drifted: dict[str, list[Change]] = defaultdict(list)
    for drift in accuracy_drifts(recorded):
        drifted[drift.run.id].append(drift_change(drift))
    states: dict[Series, _SeriesState] = defaultdict(_SeriesState)
    of_build: dict[tuple[Series, str], dict[str, str]] = defaultdict(dict)
    result = []
    known_outcomes: dict[Series, dict[str, str]] = defaultdict(dict)
    for number, (item, extent) in enumerate(with_extent(recorded.runs)):
        run = item.run
        table = tables.get(run.id, nothing)
        state = states[run.series]
        if run.blocked:
            result.append(_night(run, state.previous_build, [], [], table, {}))
            continue
        outcomes = known_outcomes[run.series]
        answered = set(table["case"])
        for case in [case for case in outcomes if extent.removes(case) and case not in answered]:
            del outcomes[case]
        resting = {case: word for case, word in outcomes.items() if case not in answered}
        outcomes.update((case, word) for case, word in _words(table).items() if Outcome(word).known)
        machine = run.machine if run.evidence is Evidence.EXECUTED else ""
        said = attributions(recorded.comparisons.get(run.id, ()), partial(_passed, of_build, run.series))
        answers = [*_answers(run, table, other_values.get(run.id, {}), said)]
        known = {answer.case: state.known(machine, answer.case) for answer in answers}
        declares = any(
            answer.declared_limit for answer in answers
        )  # whether the suite comes with limits of its authors
        found = [
            change
            for one in answers
            if (change := _change_of(known[one.case], one, run, has_limits=declares)) is not None
        ]
        repeated = [change for change in found if already_reported(known[change.case], change)]
        changes = [change for change in found if change not in repeated]
        missing = sorted(filter(extent.removes, state.cases() - known.keys()))
        changes += [*(_removed(state, case) for case in missing), *drifted[run.id]]
        resting = resting if run.resting and run.whole else {}
        result.append(_night(run, state.previous_build, changes, repeated, table, resting))
        worse = [one for one in changes if one.before is Outcome.PASS and one.after not in NOT_FAILING]
        at_once = len(worse) >= INCIDENT_MIN_CASES and len(worse) > INCIDENT_SHARE * len(table)
        for case in missing:
            for one in state.of.values():
                one.pasts.pop(case, None)
                one.last.pop(case, None)
        for answer in answers:
            if past := past_after(known[answer.case], answer, run, at_once=at_once):
                state.of[machine].pasts[answer.case] = past
                state.of[machine].last[answer.case] = number
        for change in changes:
            if change.after and (change.kind in SETTLED_KINDS or (at_once and change in worse)):
                state.turned[change.case] = (number, change.after)
        state.previous_build = run.build
        if run.build:
            of_build[run.series, run.build.requirement].update(_words(table))
    return tuple(result)


def _night(
    run: Run,
    previous_build: Build | None,
    changes: list[Change],
    repeated: list[Change],
    table: pd.DataFrame,
    resting: Mapping[str, str],
) -> NightChanges:
    if previous_build is None:  # on the first night everything is new: news is what the authors did not say
        changes = [change for change in changes if change.kind is not ChangeKind.ADDED]
    observed = int((table["outcome"] != Outcome.BLOCKED.value).sum())
    if run.evidence.certain and observed:  # a table that does not tell of an operator has answered all the same
        observed = len(table)
    incidents = []
    if run.blocked:
        incidents.append(f"nothing could be observed: {run.blocked}")
    elif observed < MIN_COVERAGE * len(table):
        incidents.append(f"only {observed} of {len(table)} cases were observed")
    if turned := regressed_at_once(changes, len(table)):
        incidents.append(f"{turned} of {len(table)} cases regressed at once: one cause, not {turned}")
    score = _score(_words(table) | resting)
    return NightChanges(
        run, previous_build, tuple(changes), tuple(incidents), len(table), observed, score, tuple(repeated)
    )


def _passed(of_build: Mapping[tuple[Series, str], Mapping[str, str]], series: Series, case: str, build: str) -> bool:
    """Return whether a case passed in the last run of a build that has the case."""
    return of_build.get((series, build), {}).get(case) == Outcome.PASS.value


def _answers(
    run: Run, table: pd.DataFrame, values: Mapping[str, ValueChange], said: Mapping[str, Attribution]
) -> Iterator[CaseResult]:
    columns = ["case", "outcome", "message", "retry_outcomes", "declared_limit"]
    for case, word, message, retries, declared in table[columns].itertuples(index=False, name=None):
        confirmed = run.evidence.certain or set(retries.split()) == {word}
        blame = said.get(case, Attribution.UNKNOWN)
        yield CaseResult(case, Outcome(word), message, confirmed, declared, values.get(case), blame)


def _words(table: pd.DataFrame) -> dict[str, str]:
    return dict(table[["case", "outcome"]].itertuples(index=False, name=None))


def _score(words: Mapping[str, str]) -> Score:
    functions = defaultdict(list)
    for case, outcome in words.items():
        functions[function_of(case)].append(Outcome(outcome))
    return score(map(portability, functions.values()))


def moved(recorded: LoadedHistory) -> dict[str, dict[str, ValueChange]]:
    """For each run by its id, the cases whose result is not what it was before on that class of machine, and how.

    A case that ever gave different values with nothing else different has none to speak of: it is left out.
    """
    tables = dict(tuple(recorded.observations.groupby("run", observed=True)))
    last: dict[tuple[Series, str], dict[str, tuple[str, Run]]] = defaultdict(dict)  # with a digest
    latest: dict[tuple[Series, str], dict[str, tuple[str, Run]]] = defaultdict(dict)  # with a digest, or without
    unsteady: dict[Series, set[str]] = defaultdict(set)
    found: list[tuple[Series, str, str, ValueChange]] = []
    for item in recorded.runs:
        run = item.run
        if run.build is None or run.id not in tables:
            continue
        machine = run.machine if run.evidence is Evidence.EXECUTED else ""
        known, passed = last[run.series, machine], latest[run.series, machine]
        table = tables[run.id][["case", "digest", "outcome"]]
        has_digests = (table["digest"] != "").any()
        for case, digest, outcome in table.itertuples(index=False, name=None):
            if not digest and not (has_digests and outcome == "pass"):
                continue
            before, under = (known if digest else passed).get(case, ("", run))
            passed[case] = (digest, run)
            if digest:
                known[case] = (digest, run)
            how = _difference(before, digest) if digest and before and before != digest else ""
            if how or (before and not digest and (how := NOT_REPEATED)):
                if same_build(under, run) and not differences(under, run):
                    unsteady[run.series].add(case)
                else:
                    found.append((run.series, run.id, case, ValueChange(how, under)))
    result: dict[str, dict[str, ValueChange]] = defaultdict(dict)
    for series, run_id, case, values in found:
        if case not in unsteady[series]:
            result[run_id][case] = values
    return dict(result)


@dataclass(frozen=True)
class _Known:
    position: int  # of the observation in the table
    run: Run
    turns: tuple[OutcomeTransition, ...]


def all_series(recorded: LoadedHistory) -> tuple[SeriesOfCases, ...]:
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
    for number, (item, extent) in enumerate(with_extent(runs), start=len(recent) - len(runs)):
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
        after = apply_run(known, answers, extent)
        gone = {case: value for case, value in (gone | known).items() if case not in after}
        unjudged = apply_run(unjudged, blocked, extent)
        known = after
    return SeriesOfCases(
        target,
        framework,
        suite,
        evidence,
        runs,
        now=tuple(_standings({**unjudged, **known}, observations)),
        removed=tuple(_standings(gone, observations)),
        strips={case: tuple(strip) for case, strip in strips.items()},
    )


def _answer(before: _Known | None, position: int, run: Run, outcome: Outcome) -> _Known:
    turns = before.turns if before else ()
    if not turns or turns[-1].after is not outcome:
        turns = (*turns, OutcomeTransition(run, turns[-1].after if turns else None, outcome))
    return _Known(position, run, turns)


def _standings(known: Mapping[str, _Known], observations: pd.DataFrame) -> Iterator[CaseStatus]:
    cases = sorted(known)
    rows = observations.iloc[[known[case].position for case in cases]]
    for case, row in zip(cases, rows.to_dict("records"), strict=True):
        yield CaseStatus(
            case=case,
            run=known[case].run,
            outcome=Outcome(row["outcome"]),
            evidence=Evidence(row["evidence"]),
            message=row["message"],
            stage=Stage(row["stage"]) if row["stage"] else None,
            declared_limit=row["declared_limit"],
            retry_outcomes=tuple(map(Outcome, row["retry_outcomes"].split())),
            error=_measured(NumericalError, row, "max_abs", "max_rel", "max_ulp"),
            latency=_measured(Latency, row, *(f"latency_{field.name}" for field in dataclasses.fields(Latency))),
            compiled=_measured(Compiled, row, *(f"compiled_{field.name}" for field in dataclasses.fields(Compiled))),
            turns=known[case].turns,
        )


def _measured(kind: Any, row: Mapping[Any, Any], *columns: str) -> Any:
    """A measurement from its columns; None where it was not made: a table writes that as nothing in every column."""
    values = [row[column] for column in columns]
    return None if all(pd.isna(value) for value in values) else kind(*(None if pd.isna(v) else v for v in values))
