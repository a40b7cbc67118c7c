"""Plan the issues about regressions: compare the regressions of a history with the existing issues.

Pure functions. Tasks do not depend on each other. A task may stop after any of its operations; then the next plan
contains the rest and nothing else. `lifecycle` decides what happens to one issue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.regression import Regression
from monitor.issues import comments
from monitor.issues.body import IssueText, issue_text
from monitor.issues.grouping import IssueReport, make_report, new_reports
from monitor.issues.issue_metadata import IssueMetadata, NotifiedState
from monitor.issues.lifecycle import SubjectStatus, plan_tasks
from monitor.issues.operations import FiledIssue, Task
from monitor.issues.settings import IssueSettings


@dataclass(frozen=True)
class RegressionIssueSubject:
    """Subject of an issue about regressions."""

    report: IssueReport
    settings: IssueSettings

    @cached_property
    def _text(self) -> IssueText:
        return issue_text(self.report, self.settings)

    @property
    def covers(self) -> tuple[str, ...]:
        return self.report.covers

    @property
    def status(self) -> SubjectStatus:
        return self.report.status

    @property
    def may_close(self) -> bool:
        return self.report.good_nights >= self.settings.close_after

    @property
    def title(self) -> str:
        return self._text.title

    @property
    def labels(self) -> tuple[str, ...]:
        return self._text.labels

    @property
    def notified(self) -> NotifiedState:
        return comments.notified_state(self.report)

    def body(self, metadata: IssueMetadata) -> str:
        return self._text.body(metadata)

    def update_comment(self, notified: NotifiedState) -> str:
        return comments.update_comment(notified, self.report, self.settings)

    def stayed_flaky(self, since: str) -> bool:
        return sum(day > since for day in self.report.observed_days) >= self.settings.close_after

    def flaky_comment(self) -> str:
        return comments.flaky_comment(self.report, self.settings)

    def reopened_comment(self) -> str:
        return comments.reopened_comment(self.report, self.settings)

    def closing_comment(self) -> str:
        return comments.closing_comment(self.report)


def plan_issues(
    regressions: Sequence[Regression],
    nights: Sequence[NightChanges],
    filed: Iterable[FiledIssue],
    settings: IssueSettings,
) -> tuple[Task, ...]:
    """Return one task per issue that needs a change."""

    def subject_of(issue: FiledIssue) -> RegressionIssueSubject | None:
        covered = [regression for regression in regressions if regression.id in issue.metadata.covers]
        return RegressionIssueSubject(make_report(covered, nights), settings) if covered else None

    def new_subjects(covered: Collection[str]) -> Iterator[RegressionIssueSubject]:
        return (RegressionIssueSubject(report, settings) for report in new_reports(regressions, nights, covered))

    return plan_tasks(filed, subject_of, new_subjects)
