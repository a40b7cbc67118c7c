"""Say of each issue on a regression whether its alarm was right.

People answer with GitHub's own reasons: they close an issue as not planned if its alarm is wrong. The monitor closes
all other issues itself, with a reason that its hidden line explains. `portability github alarms` writes the states to a
file, and the site counts them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from monitor.formats.serialization import from_json, to_json
from monitor.issues.body import REGRESSION
from monitor.issues.issue_metadata import IssueState
from monitor.issues.lifecycle import DUPLICATE, closed_for_good
from monitor.issues.operations import FiledIssue


class AlarmsError(Exception):
    """File that `portability github alarms` did not write; the message is one line."""


class AlarmState(StrEnum):
    """State of an alarm: not decided, right or wrong."""

    OPEN = "open"
    RIGHT = "right"  # the regression ended, a reviewed file accepts it, or a person closed the issue as completed
    WRONG = "wrong"  # a person closed the issue as not planned
    UNDECIDED = "undecided"  # the failing cases stayed flaky


@dataclass(frozen=True)
class Alarm:
    """An issue on a regression, by its number."""

    number: int
    state: AlarmState


@dataclass(frozen=True)
class Alarms:
    """The alarms of a repository, oldest first, and the time at which they were read."""

    repository: str
    read: str
    alarms: tuple[Alarm, ...]

    def of(self, state: AlarmState) -> tuple[Alarm, ...]:
        """Return the alarms in one state."""
        return tuple(alarm for alarm in self.alarms if alarm.state is state)

    @property
    def decided(self) -> int:
        """Return the number of alarms that were right or wrong."""
        return len(self.of(AlarmState.RIGHT)) + len(self.of(AlarmState.WRONG))


def alarms_of(issues: Iterable[FiledIssue]) -> tuple[Alarm, ...]:
    """Return the alarms among the monitor's issues. Health issues and duplicates are none."""
    return tuple(
        Alarm(issue.number, _state(issue))
        for issue in issues
        if REGRESSION in issue.metadata.labels and not _is_duplicate(issue)
    )


def write_alarms(path: Path, alarms: Alarms) -> None:
    """Write the alarms as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(to_json(alarms), indent=1) + "\n", encoding="utf-8")


def load_alarms(path: Path) -> Alarms:
    """Return the alarms of a file. Raises AlarmsError."""
    try:
        return from_json(Alarms, json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise AlarmsError(f"{path}: cannot be read: {error.strerror}; portability github alarms writes it") from None
    except (ValueError, TypeError, RecursionError):
        raise AlarmsError(f"{path}: is not what portability github alarms writes; run that again") from None


def _is_duplicate(issue: FiledIssue) -> bool:
    return not issue.open and DUPLICATE in (issue.reason, issue.metadata.status)


def _state(issue: FiledIssue) -> AlarmState:
    if issue.open:
        return AlarmState.OPEN
    if closed_for_good(issue):
        return AlarmState.WRONG
    return AlarmState.UNDECIDED if issue.metadata.status is IssueState.LEFT_FLAKY else AlarmState.RIGHT
