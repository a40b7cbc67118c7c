"""Fixtures of the tests of issues: nights, their regressions, and a GitHub on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from monitor.analysis.outcomes.outcome_changes import NightChanges, night_changes
from monitor.analysis.regressions.regression import Regression, Suppression, no_suppression, regressions
from monitor.formats.run_file import RunFile
from monitor.github.client import GitHubClient
from monitor.issues.github_issues import IssueTracker
from monitor.issues.issue_plan import plan_issues
from monitor.issues.operations import Task
from monitor.issues.settings import IssueSettings
from support.fake_github import BOT, REPOSITORY, TOKEN, FakeGitHub, serve
from support.issue_nights import A, B, C, D
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]
History_ = tuple[tuple[Regression, ...], tuple[NightChanges, ...]]


@pytest.fixture
def night(runfile: Make) -> Make:
    """A night whose every failure is confirmed: `night(3, {A: "error"}, target="gpu", says={A: "ValueError: x"})`."""

    def make(
        day: int, outcomes: dict[str, str], *, target: str = "cpu", says: dict[str, str] | None = None, **run: object
    ) -> RunFile:
        version = str(run.pop("version", day))
        environment = run.pop("environment", {})
        confirmed = {case: [outcome] * 2 for case, outcome in outcomes.items() if outcome != "blocked"}
        one = runfile(day, outcomes, version=version, retries=confirmed, target=target, **run)
        observations = tuple(replace(o, message=(says or {}).get(o.case, o.message)) for o in one.observations)
        head = replace(one.run, id=f"{one.run.id}-{target}", environment=environment)  # type: ignore[arg-type]
        return replace(one, run=head, observations=observations)

    return make


@pytest.fixture
def read() -> Callable[..., History_]:
    """Return a function that gives the regressions and changes of a history of these nights."""

    def make(*runfiles: RunFile, excuse: Suppression = no_suppression) -> History_:
        found = night_changes(loaded_history(*runfiles))
        return regressions(found, excuse), found

    return make


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with serve(FakeGitHub()) as fake:
        yield fake
    assert fake.violations == []


@pytest.fixture
def board(github: FakeGitHub) -> Callable[..., IssueTracker]:
    """A board that nobody waits for; `waited` is for how long it would have been."""

    def make(waited: list[float] | None = None, **options: object) -> IssueTracker:
        sleep = waited.append if waited is not None else lambda seconds: None
        options |= {"token": TOKEN, "api": github.url, "sleep": sleep, "write_interval": 0}
        return IssueTracker(GitHubClient(REPOSITORY, permission="issues: write", **options), BOT)  # type: ignore[arg-type]

    return make


@pytest.fixture
def notify(board: Callable[..., IssueTracker]) -> Callable[..., tuple[Task, ...]]:
    """Bring GitHub up to date with a history; the steps that it took."""

    def make(
        history: History_, settings: IssueSettings = IssueSettings(), one: IssueTracker | None = None
    ) -> tuple[Task, ...]:
        one = one or board()
        tasks = plan_issues(*history, one.filed(), settings)
        for task in tasks:
            for step in task:
                one.carry_out(step)
        return tasks

    return make


@pytest.fixture
def good(night: Make) -> Make:
    """Nights on which everything is good."""
    return lambda *days, **options: [night(day, dict.fromkeys((A, B, C, D), "pass"), **options) for day in days]


@pytest.fixture
def bad(night: Make) -> Make:
    """Nights on which some cases are bad."""

    def make(*days: int, cases: tuple[str, ...] = (A,), **options: object) -> list[Any]:
        outcomes = {case: "error" if case in cases else "pass" for case in (A, B, C, D)}
        return [night(day, outcomes, **options) for day in days]

    return make
