"""Plan the issues about failing health checks: one issue per kind, closed when the check passes."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.formatting.markdown import code
from monitor.issues.body import MONITOR
from monitor.issues.health_checks import HealthCheckKind, HealthResult
from monitor.issues.operations import FiledIssue, Task
from monitor.issues.present_subject import PresentSubject, code_list, present_tasks

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


def health_tasks(results: Iterable[HealthResult], filed: Iterable[FiledIssue]) -> tuple[Task, ...]:
    """Return one task per issue about the kinds of checks that ran."""
    return present_tasks(map(_subject, results), filed)


def _subject(result: HealthResult) -> PresentSubject:
    """Return the subject of an issue about one kind of health check."""
    parts = tuple(sorted(name for name, _ in result.rows))
    return PresentSubject(
        id=f"monitor-{result.kind}",
        title=TITLES[result.kind],
        label=MONITOR,
        parts=parts,
        head=("subject", "problem"),
        rows=tuple((code(name), code(problem)) for name, problem in result.rows),
        advice=(REMEDIES[result.kind], "This issue closes when the check passes."),
        reopened=f"The check fails again: {code_list(parts)}.",
        closing=CLOSING_COMMENTS.get(result.kind, "The check passes."),
    )
