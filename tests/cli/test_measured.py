"""A build that is measured already is left out of a plan, and run again where another night would tell more."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.execution.targets.target import Target, load_target
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.model import Build, Channel, Job, Package
from monitor.pipeline.skip_policy import SKIP_WINDOW, Channels, decide
from support.wheels import only_wheels, write_wheel

A, B = "jax/jax.a/eager", "jax/jax.b/eager"
JOB = Job("board", "jax", "paper")
TINY = Build("tiny", "2.0", Channel.RELEASE, packages=(Package("tiny", "2.0"), Package("tinylib", "1.0")))

BOARD = """
title = "Board"
[execute]
labels = "board"
[jax]
device = "cpu"
distributions = "tiny"
[jax.release]
packages = ["tiny", "tinylib"]
"""


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for an index: `tiny` at 1.0 and 2.0, and `tinylib` beside it."""
    return only_wheels(monkeypatch, tmp_path, ("tiny", "1.0"), ("tiny", "2.0"), ("tinylib", "1.0"))


@pytest.fixture
def board(tmp_path: Path, wheels: Path) -> Target:
    del wheels  # are there
    runners = tmp_path / "runners"
    runners.mkdir()
    (runners / "board.toml").write_text(BOARD)
    return load_target(runners / "board.toml")


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history")


@pytest.fixture
def night(history: History, runfile: Callable[..., RunFile]) -> Callable[..., None]:
    """Record a night so many hours ago."""

    def record(outcomes: dict[str, str], *, hours: float = 20, build: Build = TINY, **fields: object) -> None:
        made = runfile(1, outcomes, target="board", build=build, **fields)
        started = datetime.now(UTC) - timedelta(hours=hours)
        run = replace(made.run, id=f"{started:%Y%m%dT%H%M%SZ}-000001", started=f"{started:%Y-%m-%dT%H:%M:%SZ}")
        history.record([replace(made, run=run)], "a night")

    return record


def test_a_build_that_is_measured_rests(board: Target, history: History, night: Callable[..., None]) -> None:
    assert decide(JOB, board, history, Channels()).due
    night({A: "pass", B: "error"})
    found = decide(JOB, board, history, Channels())
    assert not found.due
    assert found.reason.startswith("tiny==2.0 was measured, ")
    some = replace(JOB, selection=("*jax.a*",))
    assert not decide(some, board, history, Channels()).due, "the whole suite has those cases too"


def test_what_is_asked_for_by_name_is_run(board: Target, history: History, night: Callable[..., None]) -> None:
    night({A: "pass"})
    assert decide(replace(JOB, build="tiny==2.0"), board, history, Channels()).due


def test_a_build_rests_for_one_night(board: Target, history: History, night: Callable[..., None]) -> None:
    night({A: "pass"}, hours=SKIP_WINDOW.total_seconds() / 3600 + 1)
    assert decide(JOB, board, history, Channels()).due


@pytest.mark.parametrize("newer", [("tiny", "2.1"), ("tinylib", "1.1")], ids=["the build", "what comes beside it"])
def test_a_newer_build_is_run(
    newer: tuple[str, str], wheels: Path, board: Target, history: History, night: Callable[..., None]
) -> None:
    night({A: "pass"})
    write_wheel(wheels, *newer)
    assert decide(JOB, board, history, Channels()).due


@pytest.mark.parametrize(
    "fields",
    [
        {"outcomes": {}, "blocked": "the device is not there"},
        {"outcomes": {A: "pass"}, "shard": "1,3/4"},
        {"outcomes": {A: "pass"}, "selection": ("*jax.a*",)},
        {"outcomes": {A: "pass"}, "expected": (A, B)},
    ],
    ids=["blocked", "a shard is missing", "of some cases only", "cut short"],
)
def test_what_was_measured_in_part_is_run_again(
    fields: dict[str, object], board: Target, history: History, night: Callable[..., None]
) -> None:
    night(**fields)
    assert decide(JOB, board, history, Channels()).due


def test_a_night_that_another_one_decides_is_not_the_last_of_its_build(
    board: Target, history: History, night: Callable[..., None]
) -> None:
    before = replace(TINY, version="1.0")
    night({A: "pass", B: "error"}, hours=44, build=before)
    night({A: "error", B: "error"}, hours=20)  # no fresh worker confirmed it
    assert decide(JOB, board, history, Channels()).reason == "tiny==2.0 once more: 1 not confirmed"
    night({A: "error", B: "error"}, hours=10)
    assert not decide(JOB, board, history, Channels()).due, "two nights say the same"


def test_a_mend_is_seen_on_as_many_nights_as_close_an_issue(
    board: Target, history: History, night: Callable[..., None]
) -> None:
    night({A: "error"}, hours=44, build=replace(TINY, version="1.0"))
    due = []
    for hours in (20, 15, 10):
        night({A: "pass"}, hours=hours, retries={A: ["pass", "pass"]})
        due.append(decide(JOB, board, history, Channels()).due)
    assert due == [True, True, False]


def test_where_no_index_can_be_asked_the_night_is_not_lost(
    board: Target, history: History, night: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    night({A: "pass"})
    monkeypatch.setenv("UV_FIND_LINKS", "")
    found = decide(JOB, board, history, Channels())
    assert found.due
    assert "the newest build is unknown: " in found.reason


def test_a_channel_that_is_not_there_holds_back_no_other_job(
    board: Target, history: History, night: Callable[..., None]
) -> None:
    night({A: "pass"})
    found = decide(replace(JOB, channel="nightly"), board, history, Channels())
    assert found.due
    assert 'has no channel "nightly"' in found.reason


COMPILED = """
title = "Chip"
[compile]
compiler = "tool"
topology = "1x1"
[compile.chip]
memory-gib = 1
bandwidth-gb-s = 1
peak-tflop-s = 1
"""
TOOL = """
title = "Tool"
driver = "tpu"
[compiler]
device = "tpu"
distributions = "tinylib"
[compiler.release]
packages = ["tinylib"]
[jax]
device = "cpu"
distributions = "tiny"
[jax.pinned]
packages = ["tiny==2.0"]
"""


def test_a_newer_compiler_makes_a_pinned_build_worth_a_night(
    tmp_path: Path, wheels: Path, history: History, night: Callable[..., None]
) -> None:
    (tmp_path / "compilers").mkdir()
    (tmp_path / "compilers" / "tool.toml").write_text(TOOL)
    (tmp_path / "board.toml").write_text(COMPILED)
    chip, job = load_target(tmp_path / "board.toml"), replace(JOB, evidence="compiled")
    build = replace(TINY, packages=(Package("tiny", "2.0"),))
    compiler = Build("tinylib", "1.0", Channel.RELEASE, packages=(Package("tinylib", "1.0"),))
    night({A: "pass"}, build=build, compiler=compiler, evidence="compiled")
    assert not decide(job, chip, history, Channels()).due
    write_wheel(wheels, "tinylib", "1.1")
    assert decide(job, chip, history, Channels()).due


def test_a_plan_says_what_it_leaves_out_and_takes_it_where_that_is_asked(
    board: Target, night: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night({A: "pass"})
    monkeypatch.setattr("monitor.pipeline.plan.RUNNERS", Path(board.file).parent)
    asked = ["plan", "--history", str(tmp_path / "history"), "--out", str(tmp_path / "plan"), "--self-hosted", "board"]
    asked += ["--framework", "jax", "--suite", "paper", "--shards", "2"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("- board-jax-paper: left out, tiny==2.0 was measured, ")
    assert len(done.output.splitlines()) == 1
    assert json.loads((tmp_path / "plan" / "matrix.json").read_text()) == []
    again = CliRunner().invoke(app, [*asked, "--force"])
    assert [line.partition(":")[0] for line in again.output.splitlines()] == [
        "- board-jax-paper-1-of-2",
        "- board-jax-paper-2-of-2",
    ]
    assert len(json.loads((tmp_path / "plan" / "matrix.json").read_text())) == 2
