"""`portability notify`, as it is called in a workflow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.execution.targets.target import load_targets
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.pipeline.notify import owners
from support.fake_github import REPOSITORY, TOKEN, FakeGitHub, Fault
from support.html_pages import Page
from support.issue_nights import close

Make = Callable[..., RunFile]
A = "jax/jax.lax.sort/eager-float32"


@pytest.fixture
def history(tmp_path: Path, runfile: Make) -> Path:
    nights = [
        runfile(1, {A: "pass"}, version="1"),
        runfile(2, {A: "error"}, version="2", retries={A: ["error"] * 2}),
    ]
    directory = tmp_path / "history"
    History(directory).record(nights, "nights")
    return directory


def notify(history: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["notify", "--history", str(history), "--repository", REPOSITORY, *options])


def test_a_dry_run_says_all_and_does_nothing(github: FakeGitHub, history: Path) -> None:
    done = notify(history, "--dry-run", "--site-url", "https://octocat.github.io/monitor")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("open: jax.lax.sort: pass → error on cpu since jax 2 (regression, framework: jax")
    assert "\n    | last good | `jax==1` |\n" in done.output
    assert "(https://octocat.github.io/monitor/functions/jax/jax.lax.sort.html)" in done.output
    assert github.writes == []
    (planned,) = json.loads(notify(history, "--dry-run", "--json").output)
    assert (planned["step"], planned["result"]) == ("open", "")
    assert "portability repro jax/jax.lax.sort/eager-float32 --run --build jax==1" in planned["body"]


def test_it_does_what_the_dry_run_said(github: FakeGitHub, history: Path) -> None:
    (planned,) = json.loads(notify(history, "--dry-run", "--json").output)
    assert notify(history).output.splitlines()[0].endswith(" -> #1")
    assert (github.issues[0]["title"], github.issues[0]["body"]) == (planned["title"], planned["body"])
    again = notify(history)
    assert (again.exit_code, again.stdout) == (0, "")


def test_one_issue_that_cannot_be_changed_is_told_and_passed_over(
    github: FakeGitHub, history: Path, runfile: Make
) -> None:
    notify(history)
    History(history).record([runfile(3, {A: "error"}, version="3")], "night")
    github.faults[len(github.requests) + 5] = Fault(410, "This issue was deleted")
    done = notify(history)  # 1 lists the issues, 2 to 4 find out whose are ours, 5 edits
    assert (done.exit_code, done.output) == (1, "edit #1 -> FAILED: GitHub answers 410, This issue was deleted\n")


@pytest.mark.parametrize(
    ("options", "token", "fault"),
    [
        (["--repository", "monitor"], TOKEN, '--repository "monitor": must be OWNER/NAME, as in octocat/monitor'),
        (["--site-url", "javascript:x"], TOKEN, '--site-url "javascript:x": must be an address'),
        ([], "", "GITHUB_TOKEN is not set: give a token that may write issues, or --dry-run"),
    ],
)
def test_a_call_at_fault_is_one_line(
    github: FakeGitHub,
    history: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    token: str,
    fault: str,
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", token)
    assert fault in str(notify(history, *options).exception)
    assert github.requests == []


def test_owners_are_those_of_the_target_and_of_the_framework_there(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'title = "x"\nowners = ["octocat"]\n[execute]\nlabels = "x"\n'
        '[jax]\ndevice = "cpu"\ndistributions = "jax"\nowners = "org/jax"\n'
        '[torch]\ndevice = "cpu"\ndistributions = "torch"\n'
    )
    assert owners(load_targets(tmp_path)) == {("mine", "jax"): ("octocat", "org/jax"), ("mine", "torch"): ("octocat",)}


def test_an_owner_is_a_name_at_github(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('title = "x"\nowners = "@octocat"\n')
    with pytest.raises(ValueError, match=r'mine.toml: owners: "@octocat" is not a name at GitHub'):
        load_targets(tmp_path)


def test_the_site_counts_the_alarms_that_people_closed_as_wrong(
    github: FakeGitHub, history: Path, tmp_path: Path
) -> None:
    notify(history)
    close(github.issues[0], "not_planned")
    out = tmp_path / "alarms.json"
    done = CliRunner().invoke(app, ["github", "alarms", "--repository", REPOSITORY, "--out", str(out)])
    assert (done.exit_code, done.stdout) == (0, f"0 open, 0 right, 1 wrong, 0 undecided\n{out}\n")
    site = ["site", "--history", str(history), "--site", str(tmp_path / "site"), "--alarms", str(out)]
    assert CliRunner().invoke(app, site).exit_code == 0
    words = Page(tmp_path / "site" / "trust.html").words
    assert "0 % of the 1 closed issue on regressions was right." in words.replace("\u202f", " ")
    assert "which says that the alarm was wrong: #1." in words
