"""Group regressions into reports, one report per issue.

Usually one cause is one regression, and one regression is one issue. If a build brings many regressions at once, they
share an issue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.analysis.outcomes.outcome_changes import MIN_COVERAGE, NightChanges
from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.analysis.regressions.regression_tracker import FailingCell, RegressionKind
from monitor.issues.lifecycle import SubjectStatus

# Up to this number of regressions of one framework and kind in a night have an issue each. People disable a monitor
# that opens more, and a build that breaks a dozen things probably has one fault.
MAX_SINGLE_ISSUES = 5
# The hidden line of an issue names all its regressions, and must leave room for the rest of the body.
MAX_REGRESSIONS_PER_ISSUE = 200


# The status of an issue by the states of its regressions: the first state that occurs decides.
SUBJECT_STATUS = {
    RegressionState.OPEN: SubjectStatus.FAILING,
    RegressionState.FLAKY: SubjectStatus.FLAKY,
    RegressionState.MUTED: SubjectStatus.MUTED,
    RegressionState.EXPECTED: SubjectStatus.EXPECTED,
    RegressionState.API_REMOVED: SubjectStatus.EXPECTED,
    RegressionState.FIXED: SubjectStatus.FIXED,
    RegressionState.REMOVED: SubjectStatus.REMOVED,
}


@dataclass(frozen=True)
class IssueReport:
    """Regressions of one framework and one kind that share an issue; usually one.

    `good_nights` is the number of nights since everything is fixed, 0 before. `observed_days` are the days of the
    nights that observed the flaky cells, in order.
    """

    regressions: tuple[Regression, ...]
    good_nights: int
    observed_days: tuple[str, ...] = ()

    @property
    def covers(self) -> tuple[str, ...]:
        return tuple(sorted(regression.id for regression in self.regressions))

    @property
    def first(self) -> Regression:
        return self.regressions[0]

    @property
    def status(self) -> SubjectStatus:
        states = {regression.state for regression in self.regressions}
        return next(status for state, status in SUBJECT_STATUS.items() if state in states)

    @property
    def failing(self) -> tuple[FailingCell, ...]:
        """The failing cells of the open regressions."""
        open_ = (regression for regression in self.regressions if regression.state is RegressionState.OPEN)
        return tuple(failing for regression in open_ for failing in regression.bad)

    @property
    def flaky(self) -> int:
        """The number of flaky cells."""
        return sum(len(regression.flaky) for regression in self.regressions)

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets with failing cells, or all affected targets if nothing fails now."""
        now = {failing.cell.target for failing in self.failing}
        return tuple(sorted(now or {target for regression in self.regressions for target in regression.targets}))

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions with failing cells, or all affected functions if nothing fails now."""
        now = {failing.cell.function for failing in self.failing}
        return tuple(sorted(now or {name for regression in self.regressions for name in regression.functions}))


def make_report(regressions: Sequence[Regression], nights: Iterable[NightChanges]) -> IssueReport:
    """Return the report on regressions that share an issue."""
    fixed = all(regression.state is RegressionState.FIXED for regression in regressions)
    good_nights = min(_good_nights(regression, nights) for regression in regressions) if fixed else 0
    series = {cell.series for regression in regressions for cell in regression.flaky}
    days = {night.run.started[:10] for night in nights if night.run.series in series and night.observed}
    return IssueReport(tuple(regressions), good_nights, tuple(sorted(days)))


def new_reports(
    regressions: Iterable[Regression], nights: Iterable[NightChanges], covered: Collection[str]
) -> tuple[IssueReport, ...]:
    """Return the reports on open regressions that no issue covers."""
    due: dict[tuple[str, RegressionKind], list[Regression]] = defaultdict(list)
    for regression in regressions:
        if regression.state is RegressionState.OPEN and regression.id not in covered:
            due[regression.framework, regression.kind].append(regression)
    return tuple(make_report(group, nights) for alike in due.values() for group in _groups(alike))


def _groups(regressions: Sequence[Regression]) -> Iterator[Sequence[Regression]]:
    size = MAX_REGRESSIONS_PER_ISSUE if len(regressions) > MAX_SINGLE_ISSUES else 1
    for start in range(0, len(regressions), size):
        yield regressions[start : start + size]


def _good_nights(regression: Regression, nights: Iterable[NightChanges]) -> int:
    """Count the nights with enough coverage since the fix, in the series that was fixed last; the fix counts."""
    last = regression.events[-1].run
    series = [night for night in nights if night.run.series == last.series]
    since = next(number for number, night in enumerate(series) if night.run.id == last.id)
    good = {
        night.run.started[:10] for night in series[since:] if night.observed >= MIN_COVERAGE * max(night.expected, 1)
    }
    return len(good)
