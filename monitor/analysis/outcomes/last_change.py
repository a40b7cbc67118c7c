"""Between which two builds a case last changed, as far as the history tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.outcomes.run_conditions import differences, machine_of
from monitor.analysis.outcomes.value_changes import ValueChange, moved
from monitor.history.store import LoadedHistory
from monitor.model import Build, Evidence, Outcome, Run


@dataclass(frozen=True)
class LastChange:
    """The last build under which a case was as it had been, and the first recorded after it under which it was not."""

    suite: str
    good: Build
    bad: Build


class NoChangeError(LookupError):
    """A history that tells of no change; one line that says what it does tell."""


def last_turn(
    recorded: LoadedHistory, target: str, case: str, evidence: Evidence, *, mended: bool = False
) -> LastChange:
    """Where a case last turned from passing to anything else; where it passes, where it last gave other values.

    With `mended`, where it last turned to passing. What could not be judged, or was flaky, is passed over. Answers are
    held against those on the same class of machine; of several classes, that with the newest answer counts. Raises
    NoTurnError.
    """
    seen = _seen(recorded, target, case, evidence)
    if not seen:
        raise NoChangeError(f"nothing recorded tells of {case} on {target}, {evidence}")
    others = moved(recorded) if seen[-1].outcome is Outcome.PASS and not mended else {}
    machines = dict.fromkeys(machine_of(one.run) for one in reversed(seen))
    of_machines = [[one for one in seen if machine_of(one.run) == machine] for machine in machines]
    turns = [turn for alike in of_machines if (turn := _turn_in(alike, others, mended=mended))]
    if not turns:
        raise NoChangeError(f"{case} {_otherwise(seen, mended=mended)}")
    before, after = turns[0]
    if before.build.label == after.build.label:
        named = "; ".join(differences(before.run, after.run)) or "the same machine and packages"
        raise NoChangeError(
            f"{case} changed between two runs of one build, {after.build.label}: that was not the build, but {named}"
        )
    return LastChange(after.run.suite, before.build, after.build)


def _turn_in(
    seen: Sequence[_BuildOutcome], others: Mapping[str, Mapping[str, ValueChange]], *, mended: bool
) -> tuple[_BuildOutcome, _BuildOutcome] | None:
    """The last two answers on one class of machine between which the case turned; None where it never did."""
    passes = [one.outcome is Outcome.PASS for one in seen]
    for place in range(len(seen) - 1, 0, -1):
        before, after = seen[place - 1], seen[place]
        if mended:
            turned = passes[place] and not passes[place - 1]
        elif passes[-1]:
            turned = after.case in others.get(after.run.id, {})
        else:
            turned = passes[place - 1]
        if turned:
            return before, after
    return None


def _otherwise(seen: Sequence[_BuildOutcome], *, mended: bool) -> str:
    """What a history without a turn tells instead."""
    oldest, newest = seen[0], seen[-1]
    if mended:
        return "was never mended between the builds that are recorded"
    if newest.outcome is Outcome.PASS:
        return f"passes under {newest.build.label}, the newest recorded, with the values it had"
    return f"passes under no build that is recorded, {oldest.build.label} to {newest.build.label}"


@dataclass(frozen=True)
class _BuildOutcome:
    """A run that tells something of the case, its build, and what it says."""

    case: str
    run: Run
    build: Build
    outcome: Outcome


def _seen(recorded: LoadedHistory, target: str, case: str, evidence: Evidence) -> list[_BuildOutcome]:
    """All that is told of a case, in the order of builds."""
    table = recorded.observations
    rows = table.loc[table["case"] == case, ["run", "outcome"]]
    said = {str(run): Outcome(word) for run, word in rows.itertuples(index=False, name=None)}
    runs = [item.run for item in recorded.runs if (item.run.target, item.run.evidence) == (target, evidence)]
    seen = [_BuildOutcome(case, run, run.build, said[run.id]) for run in runs if run.build and run.id in said]
    return [one for one in seen if one.outcome.known and one.outcome is not Outcome.FLAKY]
