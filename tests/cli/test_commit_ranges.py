"""The commits of a regression are found once: page, issue, `regressions` and a bisection show the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.formats.run_file import RunFile
from monitor.github.commit_ranges import BuildCommit, CommitUnknownError
from monitor.history.store import History
from monitor.model import Build, Channel
from monitor.pipeline import bisect
from monitor.pipeline import record as recording
from support.fake_github import REPOSITORY, FakeGitHub
from support.run_files import write_run_file

A = "torch/torch.cat/eager-float32"
NIGHTLY = {23: "1" * 40, 24: "2" * 40}
MAIN = {"1" * 40: "a" * 40, "2" * 40: "b" * 40}
ON_MAIN = f"https://github.com/pytorch/pytorch/compare/{'a' * 40}...{'b' * 40}"
ON_NIGHTLY = f"https://github.com/pytorch/pytorch/compare/{'1' * 40}...{'2' * 40}"


def of_main(repository: str, commit: str) -> str:
    return f"2026-11-24 nightly release ({MAIN[commit]})"


def no_answer(repository: str, commit: str) -> str:
    raise CommitUnknownError("no answer")


@pytest.fixture
def record(tmp_path: Path, runfile: Callable[..., RunFile], monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Record a night of PyTorch with what GitHub says of commits."""
    History(tmp_path / "history").prepare()

    def record(day: int, outcome: str, subject: Callable[[str, str], str], **more: Any) -> None:
        one = runfile(day, {A: outcome}, retries={A: [outcome] * 2}, framework="torch", **more)
        build = Build("torch", f"2.16.0.dev202611{day}", Channel.NIGHTLY, commit=NIGHTLY.get(day, ""))
        path = write_run_file(tmp_path / f"{day}.jsonl", replace(one, run=replace(one.run, build=build)))
        for command in (recording, bisect):
            monkeypatch.setattr(command, "commit_subject_reader", lambda api, token: subject)
        done = CliRunner().invoke(app, ["record", str(path), "--history", str(tmp_path / "history")])
        assert done.exit_code == 0, done.output

    return record


def shown(directory: Path) -> dict[str, set[str]]:
    """The ranges of commits of PyTorch that each of them shows."""
    history = str(directory / "history")

    def printed(*command: str) -> str:
        done = CliRunner().invoke(app, [*command, "--history", history])
        assert done.exit_code == 0, done.output
        return done.stdout

    printed("site", "--site", str(directory / "site"))
    pages = {
        name: "".join(path.read_text() for path in (directory / "site" / name).rglob("*.html"))
        for name in ("regressions", "builds")
    }
    ends = BuildCommit("torch==2.16.0.dev20261123", NIGHTLY[23]), BuildCommit("torch==2.16.0.dev20261124", NIGHTLY[24])
    texts = pages | {
        "issue": printed("notify", "--repository", REPOSITORY, "--dry-run"),
        "text": printed("regressions"),
        "markdown": printed("regressions", "--markdown"),
        "json": json.dumps(json.loads(printed("regressions", "--json"))[0]["commits"]),
        "api": (directory / "site" / "api" / "v1" / "regressions.json").read_text(),
        "bisect": bisect._commits("torch", *ends, bisect.known_commits(directory / "history")).link,
    }
    pattern = r"https://github\.com/pytorch/pytorch/compare/\w+\.\.\.\w+"
    return {name: {*re.findall(pattern, text)} for name, text in texts.items()}


def test_everything_shows_the_range_on_main(github: FakeGitHub, tmp_path: Path, record: Callable[..., None]) -> None:
    record(23, "pass", of_main)
    record(24, "error", of_main)
    found = shown(tmp_path)
    assert found == {name: {ON_MAIN} for name in found}


def test_without_an_answer_everything_shows_branch_nightly_until_a_later_record_looks_it_up(
    github: FakeGitHub, tmp_path: Path, record: Callable[..., None]
) -> None:
    record(23, "pass", no_answer)
    record(24, "error", no_answer)
    found = shown(tmp_path)
    assert found == {name: {ON_NIGHTLY} for name in found}
    assert "the commits of branch nightly, not resolved to main" in "".join(
        path.read_text() for path in (tmp_path / "site" / "regressions").rglob("*.html")
    )
    NIGHTLY[25], MAIN["3" * 40] = "3" * 40, "d" * 40
    record(25, "error", of_main)
    found = shown(tmp_path)
    assert found.pop("builds") == {ON_MAIN, f"https://github.com/pytorch/pytorch/compare/{'b' * 40}...{'d' * 40}"}
    assert found == {name: {ON_MAIN} for name in found}
