"""Write the comments on an issue.

The body always states the current numbers, which change every night. A comment notifies people, so it appears only for
a change of the place to look at or of the people concerned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.formatting.humanize import count, join_words
from monitor.formatting.markdown import code, link
from monitor.issues.grouping import IssueReport
from monitor.issues.issue_metadata import NotifiedState
from monitor.issues.lifecycle import SubjectStatus
from monitor.issues.settings import IssueSettings

GROWTH_FACTOR = 2  # by which the number of functions must grow for another comment


def notified_state(report: IssueReport) -> NotifiedState:
    """Return the state that a reader of the report knows."""
    flaky = report.observed_days and report.status is SubjectStatus.FLAKY
    return NotifiedState(
        report.first.last_good.requirement,
        report.first.first_bad.requirement,
        report.targets,
        len(report.functions),
        report.flaky,
        report.observed_days[-1] if flaky else "",
    )


def update_comment(notified: NotifiedState, report: IssueReport, settings: IssueSettings) -> str:
    """Return the comment on the changes since the notified state, empty if there are none."""
    return "\n".join(f"- {line}" for line in _changes(notified, report, settings))


def reopened_comment(report: IssueReport, settings: IssueSettings) -> str:
    """Return the comment on a failure that came back."""
    build = code(report.first.first_bad.requirement)
    return f"The failure is back in {build}: {_extent(report)}.{_commits(report, settings)}"


def flaky_comment(report: IssueReport, settings: IssueSettings) -> str:
    """Return the comment on an issue whose remaining cases are flaky."""
    return (
        f"Flaky: {count(report.flaky, 'remaining case')} on {_targets(report.targets)} passed and failed without a "
        f"change, and no longer counts as failing. This issue closes after "
        f"{count(settings.close_after, 'more night')} of that. A failure that fresh workers confirm is reported again."
    )


def closing_comment(report: IssueReport) -> str:
    """Return the comment with the reason for closing an issue."""
    if report.status is SubjectStatus.FLAKY:
        return "The remaining cases stayed flaky. This issue reopens when a failure is confirmed."
    if report.status is SubjectStatus.FIXED:
        builds = dict.fromkeys(regression.fixed.requirement for regression in report.regressions if regression.fixed)
        return f"Fixed in {join_words([code(build) for build in builds])}, and good since."
    if report.status is SubjectStatus.EXPECTED and all(
        regression.state is not RegressionState.EXPECTED for regression in report.regressions
    ):
        cells = [failing for regression in report.regressions for failing in regression.bad]
        instead = sorted({failing.instead for failing in cells if failing.instead})
        use = f" Instead: {join_words([code(name) for name in instead])}." if instead else ""
        return f"The framework removed the API as announced.{use}"
    if report.status is SubjectStatus.EXPECTED:
        return "Expected, by `triage/expected.toml`. This issue reopens if it still fails when the entry expires."
    return "The remaining cases are no longer in the suite."


def commits_link(regression: Regression, settings: IssueSettings) -> str:
    """Return a link to the commits between the two builds, empty if a build names no commit."""
    commits = settings.commits(regression.framework, regression.last_good, regression.first_bad)
    return link(commits.link_text, commits.link) if commits.link else ""


def _changes(notified: NotifiedState, report: IssueReport, settings: IssueSettings) -> Iterator[str]:
    now = notified_state(report)
    if (now.last_good, now.first_bad) != (notified.last_good, notified.first_bad):
        builds = f"{code(now.last_good)} and {code(now.first_bad)}"
        yield f"The change lies between {builds}.{_commits(report, settings)}"
    if added := sorted({*now.targets} - {*notified.targets}):
        yield f"Now also on {_targets(added)}."
    if removed := sorted({*notified.targets} - {*now.targets}):
        yield f"No longer on {_targets(removed)}."
    if now.flaky > notified.flaky:
        yield f"Flaky now, among the failing cases: {count(now.flaky, 'case')}."
    if now.functions >= GROWTH_FACTOR * notified.functions:
        yield f"Now {_extent(report)}; before, {count(notified.functions, 'function')}."


def _extent(report: IssueReport) -> str:
    cases, functions = count(len(report.failing), "case"), count(len(report.functions), "function")
    return f"{cases} of {functions} on {_targets(report.targets)}"


def _targets(targets: Iterable[str]) -> str:
    return join_words([code(target) for target in targets])


def _commits(report: IssueReport, settings: IssueSettings) -> str:
    linked = commits_link(report.first, settings)
    return f" See {linked}." if linked else ""
