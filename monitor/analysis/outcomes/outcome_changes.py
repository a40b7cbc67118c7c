"""What changed: each run against what was known before it on the same target, framework and suite.

Pure functions over a loaded history. A change counts only when it was confirmed: the runner asked fresh workers again,
and all gave the new answer, or the next run gave it too; and where it asked the last good build too, that one still
passes. The same build cannot regress: a change against another machine, driver or package is the environment's, and
names both sides. Missing evidence (`blocked`) is never a change; a broken build or a run with holes is one incident,
about the build or the monitor, never about functions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np

from monitor.analysis.outcomes.accuracy_drift import AccuracyDrift, drifts
from monitor.analysis.outcomes.attribution import Attribution, blames
from monitor.analysis.outcomes.machine_baselines import BaselineOutcome, CasePast, SeenOutcome, SeriesPast
from monitor.analysis.outcomes.run_conditions import differences, same_build
from monitor.analysis.outcomes.value_changes import ValueChange, moved
from monitor.analysis.status.scores import JUDGED_AT_LEAST, Score
from monitor.history.ordering import with_extent
from monitor.history.run_matrix import OUTCOMES, PASS, Numbers, RunMatrix
from monitor.history.store import LoadedHistory
from monitor.model import Build, Comparison, Outcome, Run, function_of

# A night that answered less than this share of what it was asked is published as such, and is a finding about the
# monitor: others reported success over nights that had measured nothing.
COVERAGE = 0.95

# Above this share of cases turning worse at once, the cause is one (an environment, a driver, an import), not many.
TURNED_AT_ONCE = 0.20
TURNED_AT_LEAST = 10  # of a handful of cases, 20 % is one case
NO_TURN = (None, Outcome.PASS, Outcome.FLAKY)


class ChangeKind(StrEnum):
    """Kind of a change between two runs of a case."""

    REGRESSED = "regressed"  # passed before, fails now
    FIXED = "fixed"  # failed before, passes now
    CHANGED = "changed"  # failed before, fails with another outcome now
    VALUES_CHANGED = "values-changed"  # passes as before, with other values
    ACCURACY_DRIFT = "accuracy-drift"  # passes as before, and has been less accurate for two builds
    ENVIRONMENT = "environment"  # came with another machine or package, or fails under the last good build too
    API_REMOVED = "api-removed"  # the framework removed the name as announced, or another name replaces it
    UNCONFIRMED = "unconfirmed"  # flaky now, or not confirmed by fresh workers: shown, never reported
    EXPECTED = "expected"  # fails as a reviewed file expects
    MUTED = "muted"  # muted for a while by a reviewed file
    UNEXPECTED_FAILURE = "unexpected-failure"  # first run, and fails outside the limits that its authors declare
    UNEXPECTED_PASS = "unexpected-pass"  # first run, and passes although its authors declare that it cannot
    ADDED = "added"  # first run of the case
    REMOVED = "removed"  # the suite no longer has the case


# A change of these ways is told once, on whichever class of machine it is seen first.
TURNED = (ChangeKind.REGRESSED, ChangeKind.FIXED, ChangeKind.CHANGED)


@dataclass(frozen=True)
class Change:
    """What one case did between the baseline and a run.

    `before` is None for a new case, `after` for one that is gone. `message` is what the case says now; where it passes
    again, what it said before; of the environment's doing, it names both sides first. `until` is the last build that
    gave `before`, `since` the first that gave `after`, both without their packages: the cause came between them.
    `beside` is what else differs between the two runs, as `monitor.analysis.outcomes.run_conditions` says it.
    `of_build` is False where the build cannot be known to have done it: it is the same one, or its machine has no past
    of its own. `instead` is the name that stands in for one that was removed, where somebody wrote it down.
    """

    case: str
    verdict: ChangeKind
    before: Outcome | None
    after: Outcome | None
    message: str
    until: Build | None = None
    since: Build | None = None
    beside: tuple[str, ...] = ()
    of_build: bool = True
    instead: str = ""

    @property
    def function(self) -> str:
        return function_of(self.case)

    @property
    def text(self) -> str:
        """The message for a reader. Where both sides are one version of the framework, it says what is not the same."""
        alike = self.until and self.since and self.until.label == self.since.label
        # What the environment did names both sides already.
        beside = "; ".join(self.beside) if alike and self.verdict is not ChangeKind.ENVIRONMENT else ""
        instead = f"; instead: {self.instead}" if self.instead and self.instead not in self.message else ""
        return ": ".join(filter(None, (beside, self.message))) + instead


@dataclass(frozen=True)
class CaseResult:
    """What one run says of one case.

    `values` tells how its values differ from before, None where they do not. `blame` is the last good build's say.
    """

    case: str
    outcome: Outcome
    message: str
    confirmed: bool
    declared: str
    values: ValueChange | None
    blame: Attribution


@dataclass(frozen=True)
class NightChanges:
    """One run read as news. `baseline` is the build before it that anything was observed of, if any.

    `incidents` are lines about the build or the monitor. `expected` and `observed` count cases, `score` counts
    functions by what this run saw of them. `repeated` are changes that another class of machine told already, and this
    one now shows too, and what a class that is new fails as the others do: no news.
    """

    run: Run
    baseline: Build | None
    changes: tuple[Change, ...]
    incidents: tuple[str, ...]
    expected: int
    observed: int
    score: Score
    repeated: tuple[Change, ...] = ()

    def of(self, verdict: ChangeKind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.verdict is verdict)

    @property
    def regressions(self) -> tuple[Change, ...]:
        """What turned worse for good, unless so much turned at once that it is one incident."""
        return () if turned_at_once(self.changes, self.expected) else self.of(ChangeKind.REGRESSED)


def nights(recorded: LoadedHistory) -> tuple[NightChanges, ...]:
    """Every run of a history as news, in the order of the history."""
    other_values = moved(recorded)
    drifted: dict[str, list[Change]] = defaultdict(list)
    for drift in drifts(recorded):
        drifted[drift.run.id].append(_drifted(drift))
    found = {
        night.run.id: night
        for grid in recorded.grids.values()
        for night in _nights(grid, other_values, drifted, recorded.comparisons)
    }
    return tuple(found[item.run.id] for item in recorded.runs)


def _nights(
    grid: RunMatrix,
    other_values: Mapping[str, Mapping[str, ValueChange]],
    drifted: Mapping[str, list[Change]],
    comparisons: Mapping[str, tuple[Comparison, ...]],
) -> Iterator[NightChanges]:
    """The runs of one series as news; `other_values` and `drifted` are those of each run by its id."""
    told, pasts = _SeriesReader(grid), SeriesPast(grid)
    baseline: Build | None = None
    of_build: dict[str, int] = {}
    for number, (item, whole) in enumerate(with_extent(grid.runs)):
        run = item.run
        if run.blocked:
            yield told.night(number, baseline, [])
            continue
        values = other_values.get(run.id, {})
        said = blames(comparisons.get(run.id, ()), partial(told.passed, of_build))
        answers = [*told.answers(number, pasts.news(number, values), values, said)]
        declares = told.declares(number)
        known = {one.case: pasts.known(number, one.case) for one in answers}
        found = [change for one in answers if (change := _change(known[one.case], one, run, declares=declares))]
        changes = [change for change in found if not _is_told(known[change.case], change)]
        repeated = [change for change in found if _is_told(known[change.case], change)]
        if whole:
            changes += [_gone(case, past) for case, past in pasts.missing(number)]
        changes += drifted.get(run.id, [])
        yield told.night(number, baseline, changes, repeated)
        at_once = bool(_at_once(sum(map(_turned_worse, changes)), told.expected(number)))
        after = {one.case: _after(known[one.case], one, run, at_once=at_once) for one in answers}
        turned = [one.case for one in changes if one.verdict in TURNED or (at_once and _turned_worse(one))]
        pasts.follow(number, after, whole=whole, turned=turned)
        baseline = run.build
        if run.build:
            of_build[run.build.label] = number


def tonight(all_nights: tuple[NightChanges, ...]) -> tuple[NightChanges, ...]:
    """The newest night of each target, framework and suite."""
    newest = {night.run.series: night for night in all_nights}
    return tuple(newest[series] for series in sorted(newest))


def turned_at_once(changes: Iterable[Change], expected: int) -> int:
    """How many cases turned worse, where that is too many at once to be more than one incident; else 0.

    The confirmed ones and the others count alike: when most of a night is news, a runner does not confirm it all. What
    another machine, or the same build, turned is no incident of a build.
    """
    return _at_once(sum(change.of_build and _turned_worse(change) for change in changes), expected)


def _at_once(turned: int, expected: int) -> int:
    return turned if turned >= TURNED_AT_LEAST and turned > TURNED_AT_ONCE * expected else 0


def _turned_worse(change: Change) -> bool:
    return change.before is Outcome.PASS and change.after not in NO_TURN


class _SeriesReader:
    """What the runs of a series tell, by their numbers: a year is a million answers, of which few are news."""

    def __init__(self, grid: RunMatrix) -> None:
        self._grid = grid
        self._message, self._attempts, self._declared = map(grid.words, ("message", "attempts", "declared"))
        self._says = (self._declared.told != "")[self._declared.code] & grid.asked
        self._expected, self._observed = (there.sum(axis=1).tolist() for there in (grid.asked, grid.judged))
        self._scores = [*_scores(grid)]

    def answers(
        self, number: int, cases: Numbers, values: Mapping[str, ValueChange], said: Mapping[str, Attribution]
    ) -> Iterator[CaseResult]:
        certain = self._grid.runs[number].run.evidence.certain
        for place in cases.tolist():
            case, outcome = self._grid.cases[place], OUTCOMES[self._grid.outcome[number, place]]
            confirmed = certain or set(self._attempts.at(number, place).split()) == {outcome}
            message, declared = self._message.at(number, place), self._declared.at(number, place)
            blame = said.get(case, Attribution.UNTOLD)
            yield CaseResult(case, outcome, message, confirmed, declared, values.get(case), blame)

    def passed(self, of_build: Mapping[str, int], case: str, build: str) -> bool:
        """Whether a case passed when a build was run last."""
        place = self._grid.place.get(case)
        return build in of_build and place is not None and self._grid.outcome[of_build[build], place] == PASS

    def declares(self, number: int) -> bool:
        """Whether the suite comes with limits of its authors."""
        return bool(self._says[number].any())

    def expected(self, number: int) -> int:
        expected: int = self._expected[number]
        return expected

    def night(
        self, number: int, baseline: Build | None, changes: list[Change], repeated: Iterable[Change] = ()
    ) -> NightChanges:
        if baseline is None:  # on the first night everything is new: news is what the authors did not say
            changes = [change for change in changes if change.verdict is not ChangeKind.ADDED]
        run, expected, observed = self._grid.runs[number].run, self._expected[number], self._observed[number]
        if run.evidence.certain and observed:
            observed = expected  # a table that was read was read whole, and what it does not tell it answers so
        incidents = []
        if run.blocked:
            incidents.append(f"nothing could be observed: {run.blocked}")
        elif observed < COVERAGE * expected:
            incidents.append(f"only {observed} of {expected} cases were observed")
        if turned := turned_at_once(changes, expected):
            incidents.append(f"{turned} of {expected} cases turned worse at once: one cause, not {turned}")
        score = self._scores[number]
        return NightChanges(run, baseline, tuple(changes), tuple(incidents), expected, observed, score, tuple(repeated))


def _scores(grid: RunMatrix) -> Iterator[Score]:
    """The functions of each run by what became of their cases."""
    functions = [function_of(case) for case in grid.cases]
    first = [place for place, name in enumerate(functions) if not place or name != functions[place - 1]]
    if not first:
        yield from [Score(0, 0, 0, 0)] * len(grid.runs)
        return
    asked, judged, passed = (
        np.add.reduceat(there, first, axis=1, dtype=np.int32)
        for there in (grid.asked, grid.judged, grid.outcome == PASS)
    )
    clean = passed == judged  # also where nothing was judged
    known = (judged > 0) & (judged >= JUDGED_AT_LEAST * asked)  # as `monitor.analysis.status.scores.enough`
    yield from map(
        Score,
        (clean & known).sum(axis=1).tolist(),
        ((passed > 0) & ~clean).sum(axis=1).tolist(),
        ((judged > 0) & (passed == 0)).sum(axis=1).tolist(),
        ((asked > 0) & clean & ~known).sum(axis=1).tolist(),
    )


def _gone(case: str, past: CasePast) -> Change:
    return Change(case, ChangeKind.REMOVED, past.latest.outcome, None, "", _bare(past.latest.until))


def _is_told(known: BaselineOutcome, change: Change) -> bool:
    """Whether a change is one that another class of machine told of since this one answered last.

    So is what fails on a class without a past as on the others.
    """
    return change.before is change.after if known.own is None else known.told is change.after


def _change(known: BaselineOutcome, answer: CaseResult, run: Run, *, declares: bool) -> Change | None:
    """What an answer changes, if anything."""
    now, past = answer.outcome, known.own
    if not now.known:
        return None
    if known.series is None:
        verdict = judge_declared(now, answer.declared) if declares else ChangeKind.ADDED
        return Change(answer.case, verdict, None, now, answer.message or answer.declared, None, _bare(run))
    if past is None:
        return _on_new_machine(known.series.settled, answer, run)
    turned = past.latest.outcome is not now
    if now is not past.settled.outcome and _counts(known, answer):
        since = run if turned else past.latest.since
        verdict = judge(past.settled.outcome, now)
        same = same_build(past.settled.until, since)
        fails_too = verdict is ChangeKind.REGRESSED and answer.blame is Attribution.ENVIRONMENT
        if verdict in TURNED and (same or fails_too):
            verdict = ChangeKind.ENVIRONMENT
        return _told_change(verdict, past.settled, answer, since)
    if turned:
        return _told_change(ChangeKind.UNCONFIRMED, past.latest, answer, run)
    if now is Outcome.PASS and answer.values:
        return _of_values(answer.values, answer, run)
    return None


def _on_new_machine(before: SeenOutcome, answer: CaseResult, run: Run) -> Change | None:
    """What an answer changes on a class of machine that has no past of its own, where another class has one.

    Only the last good build, asked on the same machine the same night, tells a build's doing from the machine's.
    """
    if answer.outcome is before.outcome:
        passes = answer.outcome is Outcome.PASS
        return None if passes else _told_change(ChangeKind.CHANGED, before, answer, run, of_build=False)
    verdict = judge(before.outcome, answer.outcome)
    if verdict is ChangeKind.REGRESSED and answer.blame is Attribution.NOBODY:
        verdict = ChangeKind.UNCONFIRMED
    if verdict is ChangeKind.UNCONFIRMED or (verdict is ChangeKind.REGRESSED and answer.blame is Attribution.BUILD):
        return _told_change(verdict, before, answer, run)
    return _told_change(ChangeKind.ENVIRONMENT, before, answer, run, of_build=False)


def _told_change(
    verdict: ChangeKind, before: SeenOutcome, answer: CaseResult, since: Run, *, of_build: bool = True
) -> Change:
    """The change from what was seen before to an answer that was first given in the run `since`."""
    now = answer.outcome
    # Where it passes it says nothing now; what it said is what has been mended.
    message = before.message if now is Outcome.PASS else answer.message
    message = message or answer.declared
    same, beside = same_build(before.until, since), differences(before.until, since)
    if verdict is ChangeKind.ENVIRONMENT:
        message = ": ".join(filter(None, (_sides(before.until, since, beside, answer.blame), message)))
    of_build = of_build and not same
    until = _bare(before.until)
    return Change(answer.case, verdict, before.outcome, now, message, until, _bare(since), beside, of_build)


def _sides(before: Run, after: Run, beside: tuple[str, ...], blame: Attribution) -> str:
    """Both sides of a change that is not known to be a build's doing."""
    named = "; ".join(beside)
    if same_build(before, after):
        return named or "the same build, machine and packages, so the check or the state of the machine"
    if blame is Attribution.ENVIRONMENT:
        fails_too = "fails under the last good build too"
        return f"{named}; {fails_too}" if named else fails_too
    return f"{_name(before)} -> {_name(after)}; {named}; not known which of these it came with"


def _name(run: Run) -> str:
    return run.build.label if run.build else "no build"


def _of_values(values: ValueChange, answer: CaseResult, run: Run) -> Change:
    """The change of a case that passes as before and gives other values."""
    same, beside = same_build(values.before, run), differences(values.before, run)
    verdict = ChangeKind.ENVIRONMENT if same else ChangeKind.VALUES_CHANGED
    message = f"{'; '.join(beside)}: {values.how}" if same else values.how
    until, since, passes = _bare(values.before), _bare(run), Outcome.PASS
    return Change(answer.case, verdict, passes, passes, message, until, since, beside, not same)


def _drifted(drift: AccuracyDrift) -> Change:
    passes = Outcome.PASS
    return Change(drift.cell.case, ChangeKind.ACCURACY_DRIFT, passes, passes, drift.message, drift.until, drift.since)


def _bare(run: Run) -> Build | None:
    return run.build.bare if run.build else None


def _after(known: BaselineOutcome, answer: CaseResult, run: Run, *, at_once: bool) -> CasePast | None:
    """What is known of a case after an answer; None where it is no evidence.

    What many cases say `at_once` counts, though a runner does not confirm all of it.
    """
    now, past = answer.outcome, known.own
    if not now.known:
        return None
    if past is None or past.latest.outcome is not now:
        latest = SeenOutcome(now, answer.message, run, run)
    else:
        latest = SeenOutcome(now, past.latest.message, past.latest.since, run)
    if past is None or past.settled.outcome in (now, Outcome.FLAKY) or _counts(known, answer):
        return CasePast(latest, latest)
    return CasePast(latest, latest if at_once and now is not Outcome.FLAKY else past.settled)


def _counts(known: BaselineOutcome, answer: CaseResult) -> bool:
    """Whether an answer is believed: fresh workers confirm it, or the run before said so too, or another machine did.

    Not where the last good build, asked the same, now passes and now fails.
    """
    if answer.outcome is Outcome.FLAKY or answer.blame is Attribution.NOBODY:
        return False
    repeats = known.own is not None and known.own.latest.outcome is answer.outcome
    return answer.confirmed or repeats or known.told is answer.outcome


def judge(before: Outcome, after: Outcome) -> ChangeKind:
    """The verdict on one case that came out as `after`, for sure, where `before` was known; the two differ."""
    if Outcome.FLAKY in (before, after):
        return ChangeKind.UNCONFIRMED
    if after is Outcome.PASS:
        return ChangeKind.FIXED
    return ChangeKind.REGRESSED if before is Outcome.PASS else ChangeKind.CHANGED


def judge_declared(after: Outcome, declared: str) -> ChangeKind:
    """The verdict on a case seen for the first time, of which its authors told what it cannot do, or nothing."""
    if after is Outcome.FLAKY or (after is Outcome.PASS) is not bool(declared):
        return ChangeKind.ADDED
    return ChangeKind.UNEXPECTED_PASS if after is Outcome.PASS else ChangeKind.UNEXPECTED_FAILURE
