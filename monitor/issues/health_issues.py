"""Plan the issues about failing health checks: one issue per kind, closed when the check passes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from monitor.formatting.humanize import join_words
from monitor.formatting.markdown import MAX_BYTES, code, fit_table, size
from monitor.issues.body import MONITOR
from monitor.issues.health_checks import HealthCheckKind, HealthResult
from monitor.issues.issue_metadata import IssueMetadata, NotifiedState, hidden_line
from monitor.issues.lifecycle import SubjectStatus, plan_tasks
from monitor.issues.operations import FiledIssue, Task

TITLES = {
    HealthCheckKind.SCHEDULE: "The monitor's workflows are disabled",
    HealthCheckKind.SILENCE: "Targets are silent",
    HealthCheckKind.COVERAGE: "Nights have low coverage",
    HealthCheckKind.SITE: "The published site is stale",
    HealthCheckKind.LOST: "Results were uploaded but not recorded",
    HealthCheckKind.CLOCK: "A clock is wrong",
}
REMEDIES = {
    HealthCheckKind.SCHEDULE: "Enable them under *Actions*: the page of each workflow has a button for it.",
    HealthCheckKind.SILENCE: "Check that the runner is up (*Settings > Actions > Runners*), and read the last runs of "
    "the workflow `run`. Remove retired targets from the variable `PORTABILITY_RUNNERS`.",
    HealthCheckKind.COVERAGE: "The message states whether the build could not be installed, the device was missing, or "
    "workers died. None of this counts against a function.",
    HealthCheckKind.SITE: "Read the last runs of the workflow `publish`.",
    HealthCheckKind.LOST: "Read the last runs of the workflow `publish`. Expired results are lost: run the target "
    "again. A loss is reported here for a week.",
    HealthCheckKind.CLOCK: "Set the clock of the machine that made the run. `portability history retract` withdraws a "
    "run with a wrong date.",
}

# The closing comments of kinds that leave a loss behind.
CLOSING_COMMENTS = {HealthCheckKind.LOST: "No result waits to be recorded. A result reported as lost stays lost."}


@dataclass(frozen=True)
class HealthIssueSubject:
    """Subject of an issue about one kind of health check."""

    result: HealthResult

    @property
    def covers(self) -> tuple[str, ...]:
        return (f"monitor-{self.result.kind}",)

    @property
    def status(self) -> SubjectStatus:
        return SubjectStatus.FAILING if self.result.rows else SubjectStatus.FIXED

    @property
    def may_close(self) -> bool:
        return True  # one passing check is enough, because it is about the present

    @property
    def title(self) -> str:
        return TITLES[self.result.kind]

    @property
    def labels(self) -> tuple[str, ...]:
        return (MONITOR,)

    @property
    def notified(self) -> NotifiedState:
        return NotifiedState("", "", tuple(sorted(name for name, _ in self.result.rows)), 0)

    def body(self, metadata: IssueMetadata) -> str:
        rows = [(code(name), code(problem)) for name, problem in self.result.rows]
        if not rows:
            return "\n\n".join((self.closing_comment(), hidden_line(metadata)))
        closing = "This issue closes when the check passes."
        parts = (REMEDIES[self.result.kind], closing, hidden_line(metadata))
        room = MAX_BYTES - size("\n\n".join(("", *parts)))
        return "\n\n".join((fit_table(("subject", "problem"), rows, room, ""), *parts))

    def update_comment(self, notified: NotifiedState) -> str:
        now = {*self.notified.targets}
        added, resolved = sorted(now - {*notified.targets}), sorted({*notified.targets} - now)
        lines = [f"- New: {join_words([code(name) for name in added])}."] if added else []
        lines += [f"- Resolved: {join_words([code(name) for name in resolved])}."] if resolved else []
        return "\n".join(lines)

    def stayed_flaky(self, since: str) -> bool:  # noqa: ARG002 - a check is never flaky
        return False

    def flaky_comment(self) -> str:
        return ""

    def reopened_comment(self) -> str:
        return f"The check fails again: {join_words([code(name) for name in self.notified.targets])}."

    def closing_comment(self) -> str:
        return CLOSING_COMMENTS.get(self.result.kind, "The check passes.")


def health_tasks(results: Sequence[HealthResult], filed: Iterable[FiledIssue]) -> tuple[Task, ...]:
    """Return one task per issue about the kinds of checks that ran."""
    subjects = {covered: subject for subject in map(HealthIssueSubject, results) for covered in subject.covers}

    def subject_of(issue: FiledIssue) -> HealthIssueSubject | None:
        return next((subjects[name] for name in issue.metadata.covers if name in subjects), None)

    def new_subjects(covered: Collection[str]) -> list[HealthIssueSubject]:
        failing = SubjectStatus.FAILING
        return [subject for name, subject in subjects.items() if name not in covered and subject.status is failing]

    return plan_tasks(filter(subject_of, filed), subject_of, new_subjects)
