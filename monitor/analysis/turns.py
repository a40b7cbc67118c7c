"""Between which two builds a case last changed, as far as the history tells."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.analysis.values import moved
from monitor.history.store import Recorded
from monitor.model import Build, Evidence, Outcome, Run


@dataclass(frozen=True)
class Turn:
    """The last build under which a case was as it had been, and the first recorded after it under which it was not."""

    suite: str
    good: Build
    bad: Build


class NoTurnError(LookupError):
    """A history that tells of no change; one line that says what it does tell."""


def last_turn(recorded: Recorded, target: str, case: str, evidence: Evidence, *, mended: bool = False) -> Turn:
    """Where a case last turned from passing to anything else; where it passes, where it last gave other values.

    With `mended`, where it last turned to passing. What could not be judged, or was flaky, is passed over. Raises
    NoTurnError.
    """
    seen = _seen(recorded, target, case, evidence)
    if not seen:
        raise NoTurnError(f"nothing recorded tells of {case} on {target}, {evidence}")
    newest = seen[-1]
    passes = [one.outcome is Outcome.PASS for one in seen]
    if mended:
        places = [place for place in range(1, len(seen)) if passes[place] and not passes[place - 1]]
        otherwise = "was never mended between the builds that are recorded"
    elif passes[-1]:
        others = moved(recorded)
        places = [place for place in range(1, len(seen)) if case in others.get(seen[place].run.id, {})]
        otherwise = f"passes under {newest.build.label}, the newest recorded, with the values it had"
    else:
        places = [place for place in range(1, len(seen)) if passes[place - 1]]
        otherwise = f"passes under no build that is recorded, {seen[0].build.label} to {newest.build.label}"
    if not places:
        raise NoTurnError(f"{case} {otherwise}")
    place = places[-1]
    before, after = seen[place - 1], seen[place]
    if before.build.label == after.build.label:
        raise NoTurnError(f"{case} changed between two runs of one build, {after.build.label}: that was not the build")
    return Turn(after.run.suite, before.build, after.build)


@dataclass(frozen=True)
class _Seen:
    """A run that tells something of the case, its build, and what it says."""

    run: Run
    build: Build
    outcome: Outcome


def _seen(recorded: Recorded, target: str, case: str, evidence: Evidence) -> list[_Seen]:
    """All that is told of a case, in the order of builds."""
    table = recorded.observations
    rows = table.loc[table["case"] == case, ["run", "outcome"]]
    said = {str(run): Outcome(word) for run, word in rows.itertuples(index=False, name=None)}
    runs = [item.run for item in recorded.runs if (item.run.target, item.run.evidence) == (target, evidence)]
    seen = [_Seen(run, run.build, said[run.id]) for run in runs if run.build and run.id in said]
    return [one for one in seen if one.outcome.known and one.outcome is not Outcome.FLAKY]
