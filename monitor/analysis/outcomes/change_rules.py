"""Decide for one case whether its result in a run is a change, and of which kind."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.analysis.outcomes.accuracy_drift import AccuracyDrift
from monitor.analysis.outcomes.attribution import Attribution
from monitor.analysis.outcomes.change import SETTLED_KINDS, Change, ChangeKind
from monitor.analysis.outcomes.machine_baselines import BaselineOutcome, CasePast, SeenOutcome
from monitor.analysis.outcomes.run_conditions import differences, same_build
from monitor.analysis.outcomes.value_changes import ValueChange
from monitor.model import Build, Outcome, Run


@dataclass(frozen=True)
class CaseResult:
    """Result of one case in one run.

    `confirmed` is True if fresh workers gave the same outcome. `values` is the change of its values, None if they are
    as before. `cause` follows from the rerun under the last good build.
    """

    case: str
    outcome: Outcome
    message: str
    confirmed: bool
    declared_limit: str
    values: ValueChange | None
    cause: Attribution


def removal(case: str, past: CasePast) -> Change:
    """Return the change of a case that the suite no longer has."""
    return Change(case, ChangeKind.REMOVED, past.latest.outcome, None, "", _build_of(past.latest.until))


def drift_change(drift: AccuracyDrift) -> Change:
    """Return the change of a case whose accuracy has drifted."""
    passes = Outcome.PASS
    return Change(
        drift.cell.case, ChangeKind.ACCURACY_DRIFT, passes, passes, drift.message, drift.build_before, drift.build_after
    )


def already_reported(baseline: BaselineOutcome, change: Change) -> bool:
    """Return whether another class of machine showed the change since the last result on this one.

    A failure on a class of machine without a past counts as reported if it fails in the same way on the others.
    """
    return change.before is change.after if baseline.own is None else baseline.reported is change.after


def added_change(result: CaseResult, run: Run, *, has_limits: bool) -> Change:
    """Return the change of a case that a run judged and that has no past.

    `has_limits` is True if the suite comes with limits declared by the authors of its cases.
    """
    now = result.outcome
    kind = first_run_kind(now, result.declared_limit) if has_limits else ChangeKind.ADDED
    return Change(result.case, kind, None, now, result.message or result.declared_limit, None, _build_of(run))


def change_of(baseline: BaselineOutcome, result: CaseResult, run: Run) -> Change | None:
    """Return the change that a result makes to the past of its case, or None."""
    now, past = result.outcome, baseline.own
    if not now.known or baseline.series is None:
        return None
    if past is None:
        return _change_on_new_machine(baseline.series.settled, result, run)
    differs = past.latest.outcome is not now
    if now is not past.settled.outcome and _is_settled(baseline, result):
        since = run if differs else past.latest.since
        kind = change_kind(past.settled.outcome, now)
        same = same_build(past.settled.until, since)
        fails_too = kind is ChangeKind.REGRESSED and result.cause is Attribution.ENVIRONMENT
        if kind in SETTLED_KINDS and (same or fails_too):
            kind = ChangeKind.ENVIRONMENT
        return _outcome_change(kind, past.settled, result, since)
    if differs:
        return _outcome_change(ChangeKind.UNCONFIRMED, past.latest, result, run)
    if now is Outcome.PASS and result.values:
        return _value_change(result.values, result, run)
    return None


def _change_on_new_machine(before: SeenOutcome, result: CaseResult, run: Run) -> Change | None:
    """Return the change on a class of machine without a past, against another class that has one.

    Only a rerun of the last good build on the same machine in the same night separates the build from the machine.
    """
    if result.outcome is before.outcome:
        passes = result.outcome is Outcome.PASS
        return None if passes else _outcome_change(ChangeKind.CHANGED, before, result, run, of_build=False)
    kind = change_kind(before.outcome, result.outcome)
    if kind is ChangeKind.REGRESSED and result.cause is Attribution.INCONCLUSIVE:
        kind = ChangeKind.UNCONFIRMED
    if kind is ChangeKind.UNCONFIRMED or (kind is ChangeKind.REGRESSED and result.cause is Attribution.BUILD):
        return _outcome_change(kind, before, result, run)
    return _outcome_change(ChangeKind.ENVIRONMENT, before, result, run, of_build=False)


def _outcome_change(
    kind: ChangeKind, before: SeenOutcome, result: CaseResult, since: Run, *, of_build: bool = True
) -> Change:
    """Return the change from an earlier outcome to a result that the run `since` gave first."""
    now = result.outcome
    # A case that passes has no message; its old message names the failure that was fixed.
    message = before.message if now is Outcome.PASS else result.message
    message = message or result.declared_limit
    same, also_changed = same_build(before.until, since), differences(before.until, since)
    if kind is ChangeKind.ENVIRONMENT:
        message = ": ".join(filter(None, (_environment_text(before.until, since, also_changed, result.cause), message)))
    of_build = of_build and not same
    until = _build_of(before.until)
    return Change(result.case, kind, before.outcome, now, message, until, _build_of(since), also_changed, of_build)


def _environment_text(before: Run, after: Run, also_changed: tuple[str, ...], cause: Attribution) -> str:
    """Return both sides of a change that the build need not have caused, on one line."""
    named = "; ".join(also_changed)
    if same_build(before, after):
        return named or "the same build, machine and packages, so the check or the state of the machine"
    if cause is Attribution.ENVIRONMENT:
        fails_too = "fails under the last good build too"
        return f"{named}; {fails_too}" if named else fails_too
    return f"{_label(before)} -> {_label(after)}; {named}; not known which of these it came with"


def _label(run: Run) -> str:
    return run.build.requirement if run.build else "no build"


def _value_change(values: ValueChange, result: CaseResult, run: Run) -> Change:
    """Return the change of a case that passes as before, with other values."""
    same, also_changed = same_build(values.before, run), differences(values.before, run)
    kind = ChangeKind.ENVIRONMENT if same else ChangeKind.VALUES_CHANGED
    message = f"{'; '.join(also_changed)}: {values.how}" if same else values.how
    until, since, passes = _build_of(values.before), _build_of(run), Outcome.PASS
    return Change(result.case, kind, passes, passes, message, until, since, also_changed, not same)


def _build_of(run: Run) -> Build | None:
    return run.build.without_packages if run.build else None


def past_after(baseline: BaselineOutcome, result: CaseResult, run: Run, *, at_once: bool) -> CasePast | None:
    """Return the past of a case after a result; None if the result is no evidence.

    `at_once` is True in an incident: its results count, although a runner does not confirm all of them.
    """
    now, past = result.outcome, baseline.own
    if not now.known:
        return None
    if past is None or past.latest.outcome is not now:
        latest = SeenOutcome(now, result.message, run, run)
    else:
        latest = SeenOutcome(now, past.latest.message, past.latest.since, run)
    if past is None or past.settled.outcome in (now, Outcome.FLAKY) or _is_settled(baseline, result):
        return CasePast(latest, latest)
    return CasePast(latest, latest if at_once and now is not Outcome.FLAKY else past.settled)


def _is_settled(baseline: BaselineOutcome, result: CaseResult) -> bool:
    """Return whether fresh workers, the run before or another class of machine confirm a result.

    A result is not settled if the last good build, rerun beside it, both passed and failed.
    """
    if result.outcome is Outcome.FLAKY or result.cause is Attribution.INCONCLUSIVE:
        return False
    repeats = baseline.own is not None and baseline.own.latest.outcome is result.outcome
    return result.confirmed or repeats or baseline.reported is result.outcome


def change_kind(before: Outcome, after: Outcome) -> ChangeKind:
    """Return the kind of a confirmed change between two different outcomes."""
    if Outcome.FLAKY in (before, after):
        return ChangeKind.UNCONFIRMED
    if after is Outcome.PASS:
        return ChangeKind.FIXED
    return ChangeKind.REGRESSED if before is Outcome.PASS else ChangeKind.CHANGED


def first_run_kind(after: Outcome, declared_limit: str) -> ChangeKind:
    """Return the kind of a case's first outcome, given the limit that its authors declare, or an empty text."""
    if after is Outcome.FLAKY or (after is Outcome.PASS) is not bool(declared_limit):
        return ChangeKind.ADDED
    return ChangeKind.UNEXPECTED_PASS if after is Outcome.PASS else ChangeKind.UNEXPECTED_FAILURE
