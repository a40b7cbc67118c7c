"""What to do at GitHub: the issues on regressions that there should be, against those that there are.

Pure: nothing here asks or tells anybody. Tasks do not depend on each other. The steps of one may end after any of them:
the next plan, made from what was done, has the rest and nothing else. What becomes of one issue: `life`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.regression import Regression
from monitor.issues import comments
from monitor.issues.body import IssueText, text_of
from monitor.issues.grouping import IssueReport, new_reports, report
from monitor.issues.issue_metadata import IssueMetadata, NotifiedState
from monitor.issues.lifecycle import SubjectStatus, planned
from monitor.issues.operations import FiledIssue, Task
from monitor.issues.settings import IssueSettings


@dataclass(frozen=True)
class RegressionIssueSubject:
    """The subject of an issue on regressions."""

    report: IssueReport
    settings: IssueSettings

    @cached_property
    def _text(self) -> IssueText:
        return text_of(self.report, self.settings)

    @property
    def covers(self) -> tuple[str, ...]:
        return self.report.covers

    @property
    def standing(self) -> SubjectStatus:
        return self.report.standing

    @property
    def settled(self) -> bool:
        return self.report.nights >= self.settings.close_after

    @property
    def title(self) -> str:
        return self._text.title

    @property
    def labels(self) -> tuple[str, ...]:
        return self._text.labels

    @property
    def told(self) -> NotifiedState:
        return comments.told(self.report)

    def body(self, mark: IssueMetadata) -> str:
        return self._text.body(mark)

    def news(self, known: NotifiedState) -> str:
        return comments.news(known, self.report, self.settings)

    def flaky_for_long(self, since: str) -> bool:
        return sum(day > since for day in self.report.days) >= self.settings.close_after

    def flaky(self) -> str:
        return comments.flaky(self.report, self.settings)

    def back(self) -> str:
        return comments.back(self.report, self.settings)

    def ended(self) -> str:
        return comments.ended(self.report)


def plan(
    regressions: Sequence[Regression],
    nights: Sequence[NightChanges],
    filed: Iterable[FiledIssue],
    settings: IssueSettings,
) -> tuple[Task, ...]:
    """What is to be done, a task an issue."""

    def subject_of(issue: FiledIssue) -> RegressionIssueSubject | None:
        about = [one for one in regressions if one.id in issue.mark.covers]
        return RegressionIssueSubject(report(about, nights), settings) if about else None

    def new(covered: Collection[str]) -> Iterator[RegressionIssueSubject]:
        return (RegressionIssueSubject(one, settings) for one in new_reports(regressions, nights, covered))

    return planned(filed, subject_of, new)
