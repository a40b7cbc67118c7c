"""What changed: each run against what was known before it on the same target, framework and suite.

Pure functions over a loaded history. A change counts only when it was confirmed: the runner asked fresh workers again,
and all gave the new answer, or the next run gave it too; and where it asked the last good build too, that one still
passes. Missing evidence (`blocked`) is never a change; a broken build or a run with holes is one incident, about the
build or the monitor, never about functions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np

from monitor.analysis.blame import Blame, blames
from monitor.analysis.drift import Drift, drifts
from monitor.analysis.scores import Score
from monitor.analysis.values import moved
from monitor.history.grid import NONE, OUTCOMES, PASS, Grid, Numbers
from monitor.history.order import with_extent
from monitor.history.store import Recorded
from monitor.model import Build, Comparison, Outcome, Run, function_of

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
    DRIFT = "drift"  # passes as before, and has been less exact for two builds
    ENVIRONMENT = "environment"  # passed, and fails now under the last good build too: not the new one's doing
    UNSURE = "unsure"  # flaky now, or not confirmed: shown, never filed
    EXPECTED = "expected"  # failed as a reviewed file says that it does
    MUTED = "muted"  # turned, and nobody wants to hear of it for a while
    BEYOND = "beyond"  # first seen, and fails beyond what the function's authors declare
    LIFTED = "lifted"  # first seen, and passes although the function's authors declare that it cannot
    NEW = "new"  # first seen
    GONE = "gone"  # no longer in the suite


@dataclass(frozen=True)
class Change:
    """What one case did between the baseline and a run.

    `before` is None for a new case, `after` for one that is gone. `message` is what the case says now; where it passes
    again, what it said before. `until` is the last build that gave `before`, `since` the first that gave `after`, both
    without their packages: the cause came between them.
    """

    case: str
    verdict: Verdict
    before: Outcome | None
    after: Outcome | None
    message: str
    until: Build | None = None
    since: Build | None = None

    @property
    def function(self) -> str:
        return function_of(self.case)


@dataclass(frozen=True)
class Seen:
    """An outcome that a case had, what it said, and the first and the last build that gave it."""

    outcome: Outcome
    message: str
    since: Build | None
    until: Build | None


@dataclass(frozen=True)
class Past:
    """What is known of a case: its `latest` answer, and the latest that counts, which later ones are held against."""

    latest: Seen
    settled: Seen


@dataclass(frozen=True)
class Answer:
    """What one run says of one case.

    `values` tells how its values differ from before, empty where they do not. `blame` is the last good build's say.
    """

    case: str
    outcome: Outcome
    message: str
    confirmed: bool
    declared: str
    values: str
    blame: Blame


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
    grid: Grid,
    other_values: Mapping[str, Mapping[str, str]],
    drifted: Mapping[str, list[Change]],
    comparisons: Mapping[str, tuple[Comparison, ...]],
) -> Iterator[Night]:
    """The runs of one series as news; `other_values` and `drifted` are those of each run by its id."""
    told, state = _Told(grid), _State(grid)
    of_build: dict[str, int] = {}
    for number, (item, whole) in enumerate(with_extent(grid.runs)):
        run = item.run
        if run.blocked:
            yield told.night(number, state.baseline, [])
            continue
        values = other_values.get(run.id, {})
        build = run.build.bare if run.build else None
        said = blames(comparisons.get(run.id, ()), partial(told.passed, of_build))
        answers = [*told.answers(number, state.news(number, values), values, said)]
        declares = told.declares(number)
        pasts = {one.case: state.past(one.case) for one in answers}
        found = (_change(pasts[one.case], one, build, declares=declares) for one in answers)
        changes = [change for change in found if change]
        if whole:
            changes += [_gone(case, past) for case, past in state.missing(number)]
        changes += drifted.get(run.id, [])
        yield told.night(number, state.baseline, changes)
        at_once = bool(turned_at_once(changes, told.expected(number)))
        after = {one.case: _after(pasts[one.case], one, build, at_once=at_once) for one in answers}
        state.follow(number, after, whole=whole)
        if run.build:
            of_build[run.build.label] = number


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


class _Told:
    """What the runs of a series tell, by their numbers: a year is a million answers, of which few are news."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._message, self._attempts, self._declared = map(grid.words, ("message", "attempts", "declared"))
        self._says = (self._declared.told != "")[self._declared.code] & grid.asked
        self._expected, self._observed = (there.sum(axis=1).tolist() for there in (grid.asked, grid.judged))
        self._scores = [*_scores(grid)]

    def answers(
        self, number: int, cases: Numbers, values: Mapping[str, str], said: Mapping[str, Blame]
    ) -> Iterator[Answer]:
        certain = self._grid.runs[number].run.evidence.certain
        for place in cases.tolist():
            case, outcome = self._grid.cases[place], OUTCOMES[self._grid.outcome[number, place]]
            confirmed = certain or set(self._attempts.at(number, place).split()) == {outcome}
            message, declared = self._message.at(number, place), self._declared.at(number, place)
            blame = said.get(case, Blame.BUILD)
            yield Answer(case, outcome, message, confirmed, declared, values.get(case, ""), blame)

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

    def night(self, number: int, baseline: Build | None, changes: list[Change]) -> Night:
        if baseline is None:  # on the first night everything is new: news is what the authors did not say
            changes = [change for change in changes if change.verdict is not Verdict.NEW]
        run, expected, observed = self._grid.runs[number].run, self._expected[number], self._observed[number]
        incidents = []
        if run.blocked:
            incidents.append(f"nothing could be observed: {run.blocked}")
        elif observed < COVERAGE * expected:
            incidents.append(f"only {observed} of {expected} cases were observed")
        if turned := turned_at_once(changes, expected):
            incidents.append(f"{turned} of {expected} cases turned worse at once: one cause, not {turned}")
        return Night(run, baseline, tuple(changes), tuple(incidents), expected, observed, self._scores[number])


def _scores(grid: Grid) -> Iterator[Score]:
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
    yield from map(
        Score,
        ((judged > 0) & (passed == judged)).sum(axis=1).tolist(),
        ((passed > 0) & (passed < judged)).sum(axis=1).tolist(),
        ((judged > 0) & (passed == 0)).sum(axis=1).tolist(),
        ((asked > 0) & (judged == 0)).sum(axis=1).tolist(),
    )


class _State:
    """What is known of the cases of one series.

    Nearly every answer repeats what is known and settled. Of it only the build is new, and the past of such a case is
    brought up to date when it is asked for.
    """

    def __init__(self, grid: Grid) -> None:
        self.baseline: Build | None = None
        self._grid = grid
        self._pasts: dict[int, Past] = {}
        self._settled = np.full(len(grid.cases), NONE)  # the outcome of a case whose latest answer is the settled one
        self._last = np.full(len(grid.cases), NONE)  # the last run that judged a case

    def news(self, number: int, values: Mapping[str, str]) -> Numbers:
        """The cases of which a run says more than what is known and settled."""
        found = self._grid.asked[number] & (self._settled != self._grid.outcome[number])
        found[[self._grid.place[case] for case in values]] = True
        return np.flatnonzero(found)

    def past(self, case: str) -> Past | None:
        place = self._grid.place[case]
        past = self._pasts.get(place)
        if past is None:
            return None
        build = self._grid.runs[self._last[place]].run.build
        seen = past.latest
        latest = Seen(seen.outcome, seen.message, seen.since, build.bare if build else None)
        return Past(latest, latest if past.settled is past.latest else past.settled)

    def missing(self, number: int) -> Iterator[tuple[str, Past]]:
        """The known cases that a run does not tell of, by name."""
        for place in np.flatnonzero((self._last != NONE) & ~self._grid.asked[number]).tolist():
            case = self._grid.cases[place]
            if past := self.past(case):
                yield case, past

    def follow(self, number: int, pasts: Mapping[str, Past | None], *, whole: bool) -> None:
        """Go on to what is known after a run, which repeats what was known but for the cases in `pasts`."""
        if whole:
            for case, _ in [*self.missing(number)]:
                place = self._grid.place[case]
                del self._pasts[place]
                self._settled[place] = self._last[place] = NONE
        for case, past in pasts.items():
            if past:
                place = self._grid.place[case]
                self._pasts[place] = past
                steady = past.settled is past.latest
                self._settled[place] = OUTCOMES.index(past.latest.outcome) if steady else NONE
        self._last[self._grid.judged[number]] = number
        self.baseline = self._grid.runs[number].run.build


def _gone(case: str, past: Past) -> Change:
    return Change(case, Verdict.GONE, past.latest.outcome, None, "", past.latest.until)


def _change(past: Past | None, answer: Answer, build: Build | None, *, declares: bool) -> Change | None:
    """What an answer changes, if anything."""
    now = answer.outcome
    if not now.known:
        return None
    if past is None:
        verdict = judge_declared(now, answer.declared) if declares else Verdict.NEW
        return Change(answer.case, verdict, None, now, answer.message or answer.declared, None, build)
    turned = past.latest.outcome is not now
    if now is not past.settled.outcome and _counts(past, answer):
        before, since = past.settled, build if turned else past.latest.since
        verdict = judge(before.outcome, now)
        if verdict is Verdict.WORSE and answer.blame is Blame.ENVIRONMENT:
            verdict = Verdict.ENVIRONMENT
    elif turned:
        before, since, verdict = past.latest, build, Verdict.UNSURE
    elif now is Outcome.PASS and answer.values:
        return Change(answer.case, Verdict.VALUES, now, now, answer.values, past.latest.until, build)
    else:
        return None
    # Where it passes it says nothing now; what it said is what has been mended.
    message = before.message if now is Outcome.PASS else answer.message
    return Change(answer.case, verdict, before.outcome, now, message or answer.declared, before.until, since)


def _drifted(drift: Drift) -> Change:
    passes = Outcome.PASS
    return Change(drift.cell.case, Verdict.DRIFT, passes, passes, drift.message, drift.until, drift.since)


def _after(past: Past | None, answer: Answer, build: Build | None, *, at_once: bool) -> Past | None:
    """What is known of a case after an answer; None where it is no evidence.

    What many cases say `at_once` counts, though a runner does not confirm all of it.
    """
    now = answer.outcome
    if not now.known:
        return None
    if past is None or past.latest.outcome is not now:
        latest = Seen(now, answer.message, build, build)
    else:
        latest = Seen(now, past.latest.message, past.latest.since, build)
    if past is None or past.settled.outcome in (now, Outcome.FLAKY) or _counts(past, answer):
        return Past(latest, latest)
    return Past(latest, latest if at_once and now is not Outcome.FLAKY else past.settled)


def _counts(past: Past, answer: Answer) -> bool:
    """Whether an answer is believed: fresh workers confirm it, or the run before said so too.

    Not where the last good build, asked the same, now passes and now fails.
    """
    if answer.outcome is Outcome.FLAKY or answer.blame is Blame.NOBODY:
        return False
    return answer.confirmed or past.latest.outcome is answer.outcome


def judge(before: Outcome, after: Outcome) -> Verdict:
    """The verdict on one case that came out as `after`, for sure, where `before` was known; the two differ."""
    if Outcome.FLAKY in (before, after):
        return Verdict.UNSURE
    if after is Outcome.PASS:
        return Verdict.BETTER
    return Verdict.WORSE if before is Outcome.PASS else Verdict.DIFFERENT


def judge_declared(after: Outcome, declared: str) -> Verdict:
    """The verdict on a case seen for the first time, of which its authors told what it cannot do, or nothing."""
    if after is Outcome.FLAKY or (after is Outcome.PASS) is not bool(declared):
        return Verdict.NEW
    return Verdict.LIFTED if after is Outcome.PASS else Verdict.BEYOND
