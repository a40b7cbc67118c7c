"""Expected failures and mutes: the failures that they cover, their last day, and errors in the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from monitor.analysis.cells import Cell
from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.analysis.regressions.regression import RegressionState, regressions
from monitor.analysis.regressions.regression_tracker import FailingCell
from monitor.analysis.regressions.triage import apply_triage, load_triage, suppression_of, triage_problems
from monitor.formats.run_file import RunFile
from monitor.formats.toml_reader import FieldError
from monitor.history.store import LoadedHistory
from monitor.model import Build, Channel, Evidence, Outcome
from monitor.snapshot.snapshot import snapshot_of
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]
A, B, C = "jax/jax.a/eager", "jax/jax.b/eager", "jax/jax.c/eager"
TODAY = date(2026, 11, 20)

EXPECTED = """
[[expected]]
cases = "jax/jax.a/*"
targets = ["cpu"]
builds = ">=2, <4"
outcome = "error"
reason = "it never did"
owner = "octocat"
expires = 2026-11-20
"""
MUTE = """
[[mute]]
cases = ["jax/jax.b/*"]
reason = "next week"
owner = "octocat"
expires = 2026-12-31
"""


def written(directory: Path, expected: str = "", mutes: str = "") -> Path:
    directory.mkdir(exist_ok=True)
    (directory / "expected.toml").write_text(expected)
    (directory / "mutes.toml").write_text(mutes)
    return directory


def bad(case: str, outcome: str = "error", *, target: str = "cpu", version: str = "2") -> FailingCell:
    cell = Cell(case, target, "paper", Evidence.EXECUTED)
    return FailingCell(cell, Outcome(outcome), "", Build("jax", version, Channel.RELEASE))


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (bad(A), RegressionState.EXPECTED),
        (bad(A, version="3.9.dev20261101"), RegressionState.EXPECTED),
        (bad(A, version="4"), None),
        (bad(A, version="1.9"), None),
        (bad(A, "mismatch"), None),
        (bad(A, target="gpu"), None),
        (bad(B), RegressionState.MUTED),
        (bad(B, "crash", target="gpu", version="9"), RegressionState.MUTED),
        (bad(C), RegressionState.FLAKY),
        (bad(C, target="gpu"), None),
    ],
)
def test_what_is_excused(tmp_path: Path, failure: FailingCell, state: RegressionState | None) -> None:
    triage = load_triage(written(tmp_path, EXPECTED, MUTE))
    assert suppression_of(triage, {bad(C).cell}, TODAY)(failure) is state


def test_an_entry_holds_on_its_last_day_and_not_after(tmp_path: Path) -> None:
    triage = load_triage(written(tmp_path, EXPECTED))
    assert suppression_of(triage, (), TODAY)(bad(A)) is RegressionState.EXPECTED
    assert suppression_of(triage, (), date(2026, 11, 21))(bad(A)) is None


def test_no_files_excuse_nothing(tmp_path: Path) -> None:
    assert suppression_of(load_triage(tmp_path), (), TODAY)(bad(A)) is None


@pytest.fixture
def recorded(runfile: Make) -> LoadedHistory:
    return loaded_history(
        runfile(1, {A: "pass", B: "pass", C: "pass"}, version="1"),
        runfile(
            2,
            {A: "error", B: "error", C: "mismatch"},
            version="2",
            retries=dict.fromkeys((A, B), ["error"] * 2) | {C: ["mismatch"] * 2},
        ),
    )


def test_news_tells_them_as_what_they_are(tmp_path: Path, recorded: LoadedHistory) -> None:
    excuse = suppression_of(load_triage(written(tmp_path / "triage", EXPECTED, MUTE)), (), TODAY)
    *_, night = night_changes(recorded)
    judged = apply_triage(night, excuse)
    assert {change.case: change.kind for change in judged.changes} == {
        A: ChangeKind.EXPECTED,
        B: ChangeKind.MUTED,
        C: ChangeKind.REGRESSED,
    }
    assert [change.case for change in judged.regressions] == [C]


def test_regressions_stand_as_what_they_are_until_it_ends(tmp_path: Path, recorded: LoadedHistory) -> None:
    triage = load_triage(written(tmp_path / "triage", EXPECTED, MUTE))
    states = [
        [one.state for one in regressions(night_changes(recorded), suppression_of(triage, (), day))]
        for day in (TODAY, date(2026, 12, 31), date(2027, 1, 1))
    ]
    # A and B have one message and are one regression; its unsuppressed cells decide.
    assert states == [
        [RegressionState.MUTED, RegressionState.OPEN],
        [RegressionState.OPEN, RegressionState.OPEN],
        [RegressionState.OPEN, RegressionState.OPEN],
    ]


def entry(**fields: str) -> str:
    """An entry of expected.toml, some of its fields written otherwise; None leaves one out."""
    lines = {
        "cases": '"jax/jax.a/*"',
        "outcome": '"error"',
        "reason": '"it never did"',
        "owner": '"octocat"',
        "expires": "2026-12-31",
    } | fields
    return "\n".join(["[[expected]]", *(f"{name} = {value}" for name, value in lines.items() if value)])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (entry(), None),
        (entry(expires="2026-11-19"), "expected[0]: ended on 2026-11-19 and has no effect: renew or remove it"),
        (entry(cases='"jax/jax.typo/*"'), "expected[0]: matches no case: fix or remove it"),
        (entry(cases='"torch/torch.cat/*"'), None),  # there is nothing of torch in this history
        (entry(cases='"jax/jax.typo/*"', targets='["gpu"]'), None),
        (entry(outcome='"crash"', builds='">=3"'), None),  # no such build has been run
        (entry(outcome='"crash"'), "expected[0]: no matching case fails this way any more: remove it"),
    ],
)
def test_entries_that_help_nobody_are_told_of(
    tmp_path: Path, recorded: LoadedHistory, text: str, fault: str | None
) -> None:
    triage, known = load_triage(written(tmp_path / "triage", text)), snapshot_of(recorded)
    problems = [
        line.partition("expected.toml: ")[2]
        for line in triage_problems(triage, known.answers, known.reported_slowdowns, TODAY)
    ]
    assert problems == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (entry(cases=""), "expected[0].cases: is missing; it must be a list of strings"),
        (entry(cases='"jax.a"'), 'expected[0].cases: "jax.a" is not a pattern of case ids: jax/jax.lax.sort/*'),
        (entry(outcome='"eror"'), 'expected[0].outcome: "eror" is not a failure, did you mean "error"?'),
        (entry(outcome='"pass"'), 'expected[0].outcome: "pass" is not a failure, known: absent, crash,'),
        (entry(reason='" "'), 'expected[0].reason: " " is not a line of text'),
        (entry(owner=""), "expected[0].owner: is missing; it must be a string"),
        (entry(expires='"2026-12-31"'), "expected[0].expires: must be a date, without quotes: 2027-06-30, not a"),
        (entry(expires="2026-12-31T00:00:00Z"), "expected[0].expires: must be a date, without quotes:"),
        (entry(builds='"0.6 up"'), 'expected[0].builds: "0.6 up" is not a range of versions: write ">=0.6.0, <0.9"'),
        (entry(target='["cpu"]'), 'expected[0].target: unknown field, did you mean "targets"?'),
        ("[[expect]]", 'expect: unknown field, did you mean "expected"?'),
        ("[expected]", "expected: must be a list of strings, not a table"),
        ("[[expected", "is not TOML: "),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_a_line(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(FieldError) as raised:
        load_triage(written(tmp_path, text))
    assert str(raised.value).startswith(f"{tmp_path / 'expected.toml'}: {fault}")


def test_the_shipped_files_are_read() -> None:
    triage = load_triage(Path(__file__).resolve().parents[2] / "triage")
    assert all(entry.reason and entry.owner for entry in (*triage.expected, *triage.mutes))
