"""Issues for the monitor's operator, one a kind of alarm: opened when it sounds, closed by themselves when it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from monitor.formatting.humanize import join_words
from monitor.formatting.markdown import MAX_BYTES, code, fit_table, size
from monitor.issues.body import MONITOR
from monitor.issues.health_checks import HealthAlarm, HealthCheckKind
from monitor.issues.issue_metadata import IssueMetadata, NotifiedState, hidden
from monitor.issues.lifecycle import SubjectStatus, planned
from monitor.issues.operations import FiledIssue, Task

# For each kind, the title, and what to do.
TITLES = {
    HealthCheckKind.SCHEDULE: "The monitor's workflows are switched off",
    HealthCheckKind.SILENCE: "Targets are silent",
    HealthCheckKind.COVERAGE: "Nights observed less than they should",
    HealthCheckKind.SITE: "The published site is old",
    HealthCheckKind.LOST: "Results were handed over and not recorded",
    HealthCheckKind.CLOCK: "A clock is wrong",
}
MENDS = {
    HealthCheckKind.SCHEDULE: "Enable them again under *Actions*: a workflow's page has a button for it.",
    HealthCheckKind.SILENCE: "Is the runner up (*Settings > Actions > Runners*)? What do the last runs of workflow "
    "`run` say? A target that has no runner any more leaves the variable `PORTABILITY_RUNNERS`.",
    HealthCheckKind.COVERAGE: "The message says whether the build could not be installed, the device was not there, or "
    "workers died. Nothing of this counts against a function.",
    HealthCheckKind.SITE: "What do the last runs of workflow `publish` say?",
    HealthCheckKind.LOST: "What do the last runs of workflow `publish` say? What has expired is lost: run the target "
    "again. A loss is told of here for a week.",
    HealthCheckKind.CLOCK: "Set the clock of the machine that made the run. `portability history retract` takes back a "
    "run whose date is wrong.",
}

# What is said at the end of a kind that is not simply well again.
ENDED = {HealthCheckKind.LOST: "Nothing waits to be recorded. What is told of above as lost stays lost."}


@dataclass(frozen=True)
class HealthIssueSubject:
    """The subject of an issue on one kind of alarm."""

    alarm: HealthAlarm

    @property
    def covers(self) -> tuple[str, ...]:
        return (f"monitor-{self.alarm.kind}",)

    @property
    def standing(self) -> SubjectStatus:
        return SubjectStatus.BAD if self.alarm.rows else SubjectStatus.FIXED

    @property
    def settled(self) -> bool:
        return True  # one good look is enough: it is about now

    @property
    def title(self) -> str:
        return TITLES[self.alarm.kind]

    @property
    def labels(self) -> tuple[str, ...]:
        return (MONITOR,)

    @property
    def told(self) -> NotifiedState:
        return NotifiedState("", "", tuple(sorted(name for name, _ in self.alarm.rows)), 0)

    def body(self, mark: IssueMetadata) -> str:
        rows = [(code(name), code(what)) for name, what in self.alarm.rows]
        parts = (MENDS[self.alarm.kind], "This closes by itself when data flows again.", hidden(mark))
        if not rows:
            return "\n\n".join((self.ended(), hidden(mark)))
        room = MAX_BYTES - size("\n\n".join(("", *parts)))
        return "\n\n".join((fit_table(("what", "trouble"), rows, room, ""), *parts))

    def news(self, known: NotifiedState) -> str:
        now = {*self.told.targets}
        joined, left = sorted(now - {*known.targets}), sorted({*known.targets} - now)
        lines = [f"- Now also {join_words([code(name) for name in joined])}."] if joined else []
        lines += [f"- Well again: {join_words([code(name) for name in left])}."] if left else []
        return "\n".join(lines)

    def flaky_for_long(self, since: str) -> bool:  # noqa: ARG002 - an alarm is not flaky
        return False

    def flaky(self) -> str:
        return ""

    def back(self) -> str:
        return f"It is back: {join_words([code(name) for name in self.told.targets])}."

    def ended(self) -> str:
        return ENDED.get(self.alarm.kind, "All is well again.")


def plan_alarms(alarms: Sequence[HealthAlarm], filed: Iterable[FiledIssue]) -> tuple[Task, ...]:
    """What is to be done, a task an issue, about the kinds of alarm that were looked for."""
    subjects = {covered: subject for subject in map(HealthIssueSubject, alarms) for covered in subject.covers}

    def subject_of(issue: FiledIssue) -> HealthIssueSubject | None:
        return next((subjects[one] for one in issue.mark.covers if one in subjects), None)

    def new(covered: Collection[str]) -> list[HealthIssueSubject]:
        return [one for name, one in subjects.items() if name not in covered and one.standing is SubjectStatus.BAD]

    return planned(filter(subject_of, filed), subject_of, new)
