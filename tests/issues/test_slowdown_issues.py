"""A slowdown has an issue with both times, which closes when the case is fast again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from monitor.analysis.latency.slowdown_tracker import latency_nights
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.analysis.regressions.regression import RegressionState
from monitor.analysis.regressions.regression_tracker import EventKind
from monitor.analysis.regressions.triage import (
    Triage,
    load_triage,
    suppression_of,
    triage_problems,
    unsuppressed_slowdowns,
)
from monitor.issues.issue_plan import plan_issues
from monitor.model import (
    Evidence,
)
from monitor.reports.regressions_text import regressions_text
from monitor.snapshot.snapshot import snapshot_of
from support.fake_github import FakeGitHub
from support.issue_text import SITE, held, opened
from support.slowdown_history import SLOW, history, slower_in


def test_once_is_not_enough() -> None:
    assert slower_in(history(slow=1)) == ()


def test_what_is_filed_is_a_regression() -> None:
    (one,) = slower_in(history(slow=2))
    assert (one.state, one.last_good.version, one.first_bad.version) == (RegressionState.OPEN, "12.0", "13.0")
    assert [(bad.cell.case, bad.cell.evidence) for bad in one.bad] == [(SLOW, Evidence.EXECUTED)]
    assert one.message.replace("\u202f", " ") == "25 % slower: 100 µs ± 1.14 µs, now 125 µs ± 1.43 µs"


def test_what_is_as_fast_as_before_is_mended() -> None:
    (one,) = slower_in(history(slow=4, fast=4))
    assert (one.state, one.bad) == (RegressionState.FIXED, ())
    assert [event.step for event in one.events] == [EventKind.OPENED, EventKind.CLOSED]
    assert one.fixed
    assert one.fixed.version > "16.0"


def test_its_issue_says_by_how_much() -> None:
    recorded = history(slow=2)
    both: Any = (slower_in(recorded), night_changes(recorded))
    held("slower", opened(both, SITE))


ENTRY = """
[[{noun}]]
cases = "jax/jax.f00/*"
reason = "the new sort is exact"
owner = "octocat"
expires = 2999-12-31
"""
EXPECTED = ENTRY.format(noun="expected") + 'outcome = "slower"\n'
TODAY = date(2026, 12, 1)


def said(directory: Path, **files: str) -> Triage:
    directory.mkdir(exist_ok=True)
    for name, text in files.items():
        (directory / f"{name}.toml").write_text(text)
    return load_triage(directory)


def test_one_that_is_expected_or_muted_opens_no_issue(tmp_path: Path) -> None:
    recorded = history(slow=2)
    for number, (triage, state) in enumerate(
        (
            (said(tmp_path / "expected", expected=EXPECTED), RegressionState.EXPECTED),
            (said(tmp_path / "muted", mutes=ENTRY.format(noun="mute")), RegressionState.MUTED),
            (said(tmp_path / "another", expected=EXPECTED.replace("slower", "error")), RegressionState.OPEN),
        )
    ):
        excuse = suppression_of(triage, (), TODAY)
        (one,) = slower_in(recorded, excuse)
        assert (number, one.state) == (number, state)
        assert len(plan_issues([one], night_changes(recorded), [], SITE)) == (state is RegressionState.OPEN)
        (night,) = latency_nights(recorded)
        assert len(unsuppressed_slowdowns(night, excuse)) == (
            state is RegressionState.OPEN
        )  # what `judge --exit-code` goes by


def test_whoever_expects_a_slowdown_does_not_expect_other_values(tmp_path: Path) -> None:
    excuse = suppression_of(said(tmp_path, expected=EXPECTED), (), TODAY)
    (slow,) = slower_in(history(slow=2))[0].bad
    assert excuse(slow) is RegressionState.EXPECTED
    assert excuse(replace(slow, slower=False)) is None  # it passes, with another result


def test_the_issue_has_the_entry_that_accepts_it(tmp_path: Path) -> None:
    recorded = history(slow=2)
    issue = opened((slower_in(recorded), night_changes(recorded)), SITE)
    (entry,) = re.findall(r"```toml\n(.*?)```", issue.body, re.DOTALL)
    entry = entry.replace('reason = ""', 'reason = "so"').replace('owner = ""', 'owner = "octocat"')
    (one,) = slower_in(recorded, suppression_of(said(tmp_path, expected=entry), (), TODAY))
    assert one.state is RegressionState.EXPECTED


def test_an_entry_whose_slowdown_has_recovered_is_told_of(tmp_path: Path) -> None:
    triage = said(tmp_path, expected=EXPECTED)
    still, mended = snapshot_of(history(slow=4)), snapshot_of(history(slow=4, fast=4))
    assert [*triage_problems(triage, still.answers, still.reported_slowdowns, TODAY)] == []
    (line,) = triage_problems(triage, mended.answers, mended.reported_slowdowns, TODAY)
    assert line.endswith("no matching case fails this way any more: remove it")


def test_its_issue_is_closed_as_not_planned_once_it_is_expected(
    github: FakeGitHub, notify: Callable[..., Any], tmp_path: Path
) -> None:
    recorded = history(slow=4)
    notify((slower_in(recorded), night_changes(recorded)))
    excuse = suppression_of(said(tmp_path, expected=EXPECTED), (), TODAY)
    notify((slower_in(recorded, excuse), night_changes(recorded)))
    assert (github.issues[0]["state"], github.issues[0]["state_reason"]) == ("closed", "not_planned")


def test_it_is_among_the_regressions() -> None:
    (one,) = slower_in(history(slow=2))
    first, *rest = regressions_text([one], {}).replace("\u202f", " ").splitlines()
    assert first.startswith("open        jax==12.0 -> jax==13.0  [")
    assert [line.strip() for line in rest] == [
        "1 of 1 case and 1 of 1 function bad on cpu: jax.f00",
        "25 % slower: 100 µs ± 1.14 µs, now 125 µs ± 1.43 µs",
        "opened 2026-11-14 (1 cell); detected in a comparison",
        f"the commits: https://github.com/jax-ml/jax/compare/{'0' * 39}c...{'0' * 39}d",
    ]


def test_its_issue_is_closed(github: FakeGitHub, notify: Callable[..., Any]) -> None:
    before, after = history(slow=4), history(slow=4, fast=8)
    notify((slower_in(before), night_changes(before)))
    assert github.issues[0]["state"] == "open"
    notify((slower_in(after), night_changes(after)))
    assert github.issues[0]["state"] == "closed"
