"""What changed: each run against what was known before it on the same target, framework and suite.

Pure functions over a loaded history. A change counts only when it was confirmed: the runner asked fresh workers again,
and all gave the new answer. Missing evidence (`blocked`) is never a change; a broken build or a run with holes is one
incident, about the build or the monitor, never about functions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from monitor.analysis.scores import Score, portability, score
from monitor.analysis.values import moved
from monitor.history.known import Known, follow
from monitor.history.order import with_extent
from monitor.history.store import Recorded
from monitor.model import Build, Evidence, Outcome, Run, Series, function_of

# A night that answered less than this share of what it was asked is published as such, and is a finding about the
# monitor: others reported success over nights that had measured nothing.
COVERAGE = 0.95

# Above this share of cases turning worse at once, the cause is one (an environment, a driver, an import), not many.
TURNED_AT_ONCE = 0.20
TURNED_AT_LEAST = 10  # of a handful of cases, 20 % is one case
NO_TURN = (None, Outcome.PASS, Outcome.FLAKY)


class Verdict(StrEnum):
    """Which way a case moved."""

    WORSE = "worse"  # passed, and does not any more
    BETTER = "better"  # passes, and did not
    DIFFERENT = "different"  # failed, and fails otherwise
    VALUES = "values"  # passes as before, and gives other values
    UNSURE = "unsure"  # flaky now, or not confirmed: shown, never filed
    BEYOND = "beyond"  # first seen, and fails beyond what the function's authors declare
    LIFTED = "lifted"  # first seen, and passes although the function's authors declare that it cannot
    NEW = "new"  # first seen
    GONE = "gone"  # no longer in the suite


@dataclass(frozen=True)
class Change:
    """What one case did between the baseline and a run.

    `before` is None for a new case, `after` for one that is gone. `message` is what the case says now; where it passes
    again, what it said before.
    """

    case: str
    verdict: Verdict
    before: Outcome | None
    after: Outcome | None
    message: str

    @property
    def function(self) -> str:
        return function_of(self.case)


@dataclass(frozen=True)
class Night:
    """One run read as news. `baseline` is the build before it that anything was observed of, if any.

    `incidents` are lines about the build or the monitor. `expected` and `observed` count cases, `score` counts
    functions by what this run saw of them.
    """

    run: Run
    baseline: Build | None
    changes: tuple[Change, ...]
    incidents: tuple[str, ...]
    expected: int
    observed: int
    score: Score

    def of(self, verdict: Verdict) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.verdict is verdict)

    @property
    def regressions(self) -> tuple[Change, ...]:
        """What turned worse for good, unless so much turned at once that it is one incident."""
        return () if turned_at_once(self.changes, self.expected) else self.of(Verdict.WORSE)


def nights(recorded: Recorded) -> tuple[Night, ...]:
    """Every run of a history as news, in the order of the history."""
    tables = dict(tuple(recorded.observations.groupby("run", observed=True)))
    nothing = recorded.observations.iloc[:0]
    other_values = moved(recorded)
    state: dict[Series, dict[str, Known]] = {}
    baselines: dict[Series, Build | None] = {}
    result = []
    for item, whole in with_extent(recorded.runs):
        run = item.run
        series = run.series
        known = state.setdefault(series, {})
        table = tables.get(run.id, nothing)
        changes = _changes(run, known, table, other_values.get(run.id, {}), whole=whole)
        result.append(_night(run, baselines.get(series), changes, table))
        if not run.blocked:
            answers = {case: seen if seen.outcome.known else None for case, seen in _seen(table)}
            state[series] = follow(known, answers, whole=whole)
            baselines[series] = run.build
    return tuple(result)


def tonight(all_nights: tuple[Night, ...]) -> tuple[Night, ...]:
    """The newest night of each target, framework and suite."""
    newest = {night.run.series: night for night in all_nights}
    return tuple(newest[series] for series in sorted(newest))


def turned_at_once(changes: Iterable[Change], expected: int) -> int:
    """How many cases turned worse, where that is too many at once to be more than one incident; else 0.

    The confirmed ones and the others count alike: when most of a night is news, a runner does not confirm it all.
    """
    turned = sum(change.before is Outcome.PASS and change.after not in NO_TURN for change in changes)
    return turned if turned >= TURNED_AT_LEAST and turned > TURNED_AT_ONCE * expected else 0


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


def _changes(
    run: Run, known: dict[str, Known], table: pd.DataFrame, values: Mapping[str, str], *, whole: bool
) -> list[Change]:
    if run.blocked:
        return []
    changes = []
    columns = ["case", "outcome", "message", "attempts", "declared"]
    declares = bool((table["declared"] != "").any())  # whether the suite comes with limits of its authors
    for case, value, message, attempts, declared in table[columns].itertuples(index=False):
        was = known.get(case)
        before, after = was.outcome if was else None, Outcome(value)
        if after.known and before is not after:
            confirmed = run.evidence.certain or set(attempts.split()) == {value}
            verdict = judge(before, after, confirmed=confirmed)
            if before is None and declares:
                verdict = judge_declared(after, declared)
            if was and after is Outcome.PASS:
                message = was.message  # it says nothing now; what it said is what has been mended
            changes.append(Change(case, verdict, before, after, message or declared))
        elif case in values and before is after is Outcome.PASS:
            changes.append(Change(case, Verdict.VALUES, before, after, values[case]))
    if whole:
        gone = sorted(known.keys() - set(table["case"]))
        changes += [Change(case, Verdict.GONE, known[case].outcome, None, "") for case in gone]
    return changes


def judge(before: Outcome | None, after: Outcome, *, confirmed: bool) -> Verdict:
    """The verdict on one case that came out as `after` where `before` was known; the two differ."""
    if before is None:
        return Verdict.NEW
    if not confirmed or Outcome.FLAKY in (before, after):
        return Verdict.UNSURE
    if after is Outcome.PASS:
        return Verdict.BETTER
    return Verdict.WORSE if before is Outcome.PASS else Verdict.DIFFERENT


def judge_declared(after: Outcome, declared: str) -> Verdict:
    """The verdict on a case seen for the first time, of which its authors told what it cannot do, or nothing."""
    if after is Outcome.FLAKY or (after is Outcome.PASS) is not bool(declared):
        return Verdict.NEW
    return Verdict.LIFTED if after is Outcome.PASS else Verdict.BEYOND


def _score(table: pd.DataFrame) -> Score:
    functions = defaultdict(list)
    for case, seen in _seen(table):
        functions[function_of(case)].append(seen.outcome)
    return score(map(portability, functions.values()))


def _seen(table: pd.DataFrame) -> Iterator[tuple[str, Known]]:
    columns = ["case", "outcome", "evidence", "message"]
    for case, outcome, evidence, message in table[columns].itertuples(index=False, name=None):
        yield case, Known(Outcome(outcome), Evidence(evidence), message)
