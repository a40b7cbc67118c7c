"""Reports: what is to be said in one issue, made from the regressions of a history.

One cause is one regression, and one regression is one issue; but where a build brought more of them at once than
anybody wants to be called for, they are one issue together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.analysis.outcomes.outcome_changes import MIN_COVERAGE, NightChanges
from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.analysis.regressions.tracker import FailingCell, RegressionKind
from monitor.issues.lifecycle import SubjectStatus

# Of one framework and one kind, so many regressions in a night have an issue each. People switch off what opens more;
# and a build that breaks a dozen things has one thing wrong with it, or a dozen people will look at it anyway.
ALONE = 5
# So many more are one issue together: its mark names them all, and has to leave room for the rest of the body.
TOGETHER = 200


# What of the regressions of one issue decides how it stands, the first that there is.
STANDINGS = {
    RegressionState.OPEN: SubjectStatus.BAD,
    RegressionState.FLAKY: SubjectStatus.FLAKY,
    RegressionState.MUTED: SubjectStatus.QUIET,
    RegressionState.EXPECTED: SubjectStatus.EXPECTED,
    RegressionState.API_REMOVED: SubjectStatus.EXPECTED,
    RegressionState.FIXED: SubjectStatus.FIXED,
    RegressionState.REMOVED: SubjectStatus.REMOVED,
}


@dataclass(frozen=True)
class IssueReport:
    """Regressions of one framework and one kind that have an issue together; mostly it is one.

    `nights` is for how many nights all has been good, 0 where it is not. `days` are those of the nights that it was
    looked at, in order.
    """

    regressions: tuple[Regression, ...]
    nights: int
    days: tuple[str, ...] = ()

    @property
    def covers(self) -> tuple[str, ...]:
        return tuple(sorted(one.id for one in self.regressions))

    @property
    def first(self) -> Regression:
        return self.regressions[0]

    @property
    def standing(self) -> SubjectStatus:
        states = {one.state for one in self.regressions}
        return next(standing for state, standing in STANDINGS.items() if state in states)

    @property
    def bad(self) -> tuple[FailingCell, ...]:
        """The cells that are bad now and that nobody has excused as a whole."""
        return tuple(bad for one in self.regressions if one.state is RegressionState.OPEN for bad in one.bad)

    @property
    def flaky(self) -> int:
        """How many of the cells that are bad, or were until they became so, answer now this, now that."""
        return sum(len(one.flaky) for one in self.regressions)

    @property
    def targets(self) -> tuple[str, ...]:
        """The hardware that it is on now; where it is on none any more, all that it was on."""
        now = {bad.cell.target for bad in self.bad}
        return tuple(sorted(now or {target for one in self.regressions for target in one.targets}))

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that it hits now; where it hits none any more, all that it hit."""
        now = {bad.cell.function for bad in self.bad}
        return tuple(sorted(now or {function for one in self.regressions for function in one.functions}))


def report(regressions: Sequence[Regression], nights: Iterable[NightChanges]) -> IssueReport:
    """What is to be said of these regressions together."""
    mended = all(one.state is RegressionState.FIXED for one in regressions)
    good = min(_good_nights(one, nights) for one in regressions) if mended else 0
    series = {cell.series for one in regressions for cell in one.flaky}
    looked = {night.run.started[:10] for night in nights if night.run.series in series and night.observed}
    return IssueReport(tuple(regressions), good, tuple(sorted(looked)))


def new_reports(
    regressions: Iterable[Regression], nights: Iterable[NightChanges], filed: Collection[str]
) -> tuple[IssueReport, ...]:
    """What is to be said that no issue covers yet: of what is bad now, one regression each, or many together."""
    due: dict[tuple[str, RegressionKind], list[Regression]] = defaultdict(list)
    for one in regressions:
        if one.state is RegressionState.OPEN and one.id not in filed:
            due[one.framework, one.kind].append(one)
    return tuple(report(group, nights) for found in due.values() for group in _apart(found))


def _apart(found: Sequence[Regression]) -> Iterator[Sequence[Regression]]:
    together = TOGETHER if len(found) > ALONE else 1
    for start in range(0, len(found), together):
        yield found[start : start + together]


def _good_nights(regression: Regression, nights: Iterable[NightChanges]) -> int:
    """On how many nights that observed enough it was good, in the series that was mended last, its mending included."""
    last = regression.events[-1].run
    series = [night for night in nights if night.run.series == last.series]
    since = next(number for number, night in enumerate(series) if night.run.id == last.id)
    good = {
        night.run.started[:10] for night in series[since:] if night.observed >= MIN_COVERAGE * max(night.expected, 1)
    }
    return len(good)
