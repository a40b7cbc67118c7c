"""Find the two builds between which a case last changed, as far as the history shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.outcomes.run_conditions import differences, machine_of
from monitor.analysis.outcomes.value_changes import ValueChange, value_changes
from monitor.history.store import LoadedHistory
from monitor.model import Build, Evidence, Outcome, Run


@dataclass(frozen=True)
class LastChange:
    """The last build with the old result of a case, and the first recorded after it with the new one."""

    suite: str
    good: Build
    bad: Build


class NoChangeError(LookupError):
    """The history shows no change. The message is one line that says what it shows instead."""


def last_change(
    recorded: LoadedHistory, target: str, case: str, evidence: Evidence, *, fixed: bool = False
) -> LastChange:
    """Return the last change of a case from passing to failing; if it passes, its last change of values.

    With `fixed`, return its last change from failing to passing. Blocked and flaky results are skipped. Results are
    compared on the same class of machine; of several classes, the one with the newest result counts. Raises
    NoChangeError.
    """
    seen = _seen(recorded, target, case, evidence)
    if not seen:
        raise NoChangeError(f"no run recorded {case} on {target}, {evidence}")
    others = value_changes(recorded) if seen[-1].outcome is Outcome.PASS and not fixed else {}
    machines = dict.fromkeys(machine_of(one.run) for one in reversed(seen))
    by_machine = [[one for one in seen if machine_of(one.run) == machine] for machine in machines]
    changes = [change for alike in by_machine if (change := _change_in(alike, others, fixed=fixed))]
    if not changes:
        raise NoChangeError(f"{case} {_instead(seen, fixed=fixed)}")
    before, after = changes[0]
    if before.build.requirement == after.build.requirement:
        named = "; ".join(differences(before.run, after.run)) or "the same machine and packages"
        raise NoChangeError(
            f"{case} changed between two runs of one build, {after.build.requirement}; what changed: {named}"
        )
    return LastChange(after.run.suite, before.build, after.build)


def _change_in(
    seen: Sequence[_BuildOutcome], others: Mapping[str, Mapping[str, ValueChange]], *, fixed: bool
) -> tuple[_BuildOutcome, _BuildOutcome] | None:
    """Return the last two results on one class of machine between which the case changed; None if it never did."""
    passes = [one.outcome is Outcome.PASS for one in seen]
    for place in range(len(seen) - 1, 0, -1):
        before, after = seen[place - 1], seen[place]
        if fixed:
            changed = passes[place] and not passes[place - 1]
        elif passes[-1]:
            changed = after.case in others.get(after.run.id, {})
        else:
            changed = passes[place - 1]
        if changed:
            return before, after
    return None


def _instead(seen: Sequence[_BuildOutcome], *, fixed: bool) -> str:
    """Return what a history without a change shows instead."""
    oldest, newest = seen[0], seen[-1]
    if fixed:
        return "was never fixed between the recorded builds"
    if newest.outcome is Outcome.PASS:
        return f"passes under {newest.build.requirement}, the newest recorded, with the values it had"
    return f"passes under no recorded build, {oldest.build.requirement} to {newest.build.requirement}"


@dataclass(frozen=True)
class _BuildOutcome:
    """Outcome of the case in one run of one build."""

    case: str
    run: Run
    build: Build
    outcome: Outcome


def _seen(recorded: LoadedHistory, target: str, case: str, evidence: Evidence) -> list[_BuildOutcome]:
    """Return the known outcomes of a case, in the order of builds."""
    table = recorded.observations
    rows = table.loc[table["case"] == case, ["run", "outcome"]]
    said = {str(run): Outcome(word) for run, word in rows.itertuples(index=False, name=None)}
    runs = [item.run for item in recorded.runs if (item.run.target, item.run.evidence) == (target, evidence)]
    seen = [_BuildOutcome(case, run, run.build, said[run.id]) for run in runs if run.build and run.id in said]
    return [one for one in seen if one.outcome.known and one.outcome is not Outcome.FLAKY]
