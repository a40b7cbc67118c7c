"""An alarm is wrong if a person closed its issue as not planned, and right if it ended otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.issues.alarms import Alarm, Alarms, AlarmsError, AlarmState, alarms_of, load_alarms, write_alarms
from monitor.issues.github_issues import IssueTracker
from monitor.issues.health_checks import HealthCheckKind, HealthResult
from monitor.issues.health_issues import health_tasks
from monitor.issues.settings import IssueSettings
from support.fake_github import FakeGitHub
from support.issue_nights import A, B, C, D, close

Make = Callable[..., Any]
AT_ONCE = IssueSettings(close_after=1)


def states(board: Callable[..., IssueTracker]) -> list[AlarmState]:
    return [alarm.state for alarm in alarms_of(board().filed())]


def test_an_open_issue_is_not_decided(board: Make, notify: Make, read: Make, good: Make, bad: Make) -> None:
    notify(read(*good(1), *bad(2)), AT_ONCE)
    assert states(board) == [AlarmState.OPEN]


@pytest.mark.parametrize(
    ("reason", "state"), [("not_planned", AlarmState.WRONG), ("completed", AlarmState.RIGHT)], ids=str
)
def test_the_reason_of_a_person_decides(
    github: FakeGitHub, board: Make, notify: Make, read: Make, good: Make, bad: Make, reason: str, state: AlarmState
) -> None:
    notify(read(*good(1), *bad(2)), AT_ONCE)
    close(github.issues[0], reason)
    assert states(board) == [state]


def test_a_fixed_regression_was_a_right_alarm(
    github: FakeGitHub, board: Make, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    notify(read(*good(1), *bad(2)), AT_ONCE)
    notify(read(*good(1), *bad(2), *good(3)), AT_ONCE)
    assert github.issues[0]["state"] == "closed"
    assert states(board) == [AlarmState.RIGHT]


def test_a_removed_case_was_a_right_alarm(
    github: FakeGitHub, board: Make, notify: Make, read: Make, night: Make, good: Make, bad: Make
) -> None:
    """The monitor closes such an issue as not planned too: the hidden line tells it from a person's answer."""
    nights = [*good(1), *bad(2)]
    notify(read(*nights), AT_ONCE)
    notify(read(*nights, night(3, dict.fromkeys((B, C, D), "pass"))), AT_ONCE)
    assert github.issues[0]["state_reason"] == "not_planned"
    assert states(board) == [AlarmState.RIGHT]


def test_cases_that_stay_flaky_decide_nothing(
    github: FakeGitHub, board: Make, notify: Make, read: Make, night: Make, good: Make, bad: Make
) -> None:
    nights = [*good(1), *bad(2)]
    notify(read(*nights), AT_ONCE)
    for day in range(3, 8):
        nights.append(night(day, {A: "flaky", **dict.fromkeys((B, C, D), "pass")}))
        notify(read(*nights), AT_ONCE)
    assert github.issues[0]["state"] == "closed"
    assert states(board) == [AlarmState.UNDECIDED]


def test_a_duplicate_and_a_health_issue_are_no_alarms(
    github: FakeGitHub, board: Make, notify: Make, read: Make, good: Make, bad: Make
) -> None:
    notify(read(*good(1), *bad(2)), AT_ONCE)
    github.file(github.issues[0]["title"], github.issues[0]["body"], user=github.issues[0]["user"])
    notify(read(*good(1), *bad(2)), AT_ONCE)
    one = board()
    stale = HealthResult(HealthCheckKind.SITE, (("site", "stale"),))
    for task in health_tasks([stale], one.filed()):
        for step in task:
            one.carry_out(step)
    assert len(github.issues) == 3
    assert states(board) == [AlarmState.OPEN]


def test_a_file_keeps_the_alarms(tmp_path: Path) -> None:
    alarms = Alarms("octocat/monitor", "2026-11-07T08:00:00Z", (Alarm(1, AlarmState.RIGHT), Alarm(4, AlarmState.WRONG)))
    write_alarms(tmp_path / "folder" / "alarms.json", alarms)
    assert load_alarms(tmp_path / "folder" / "alarms.json") == alarms
    assert alarms.decided == 2


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"repository": "a/b"}', '{"alarms": [{"number": "1"}]}', "[" * 9999]
)
def test_another_file_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "alarms.json"
    path.write_text(content)
    with pytest.raises(AlarmsError, match="is not what portability github alarms writes; run that again"):
        load_alarms(path)
