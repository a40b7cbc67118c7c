"""`portability regressions`, `changes` and `flaky`, with triage files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.formats.run_file import RunFile
from monitor.history.store import History

Make = Callable[..., RunFile]
A, B = "jax/jax.a/eager", "jax/jax.b/eager"


@pytest.fixture
def history(tmp_path: Path, runfile: Make) -> Path:
    """Two regressions of jax 2, one of which jax 3 has fixed; the other's message is markup."""
    says = {A: "<b>@all</b>", B: "ValueError: b"}
    nights = [
        runfile(1, {A: "pass", B: "pass"}, version="1"),
        runfile(2, {A: "error", B: "error"}, version="2", retries=dict.fromkeys((A, B), ["error"] * 2)),
        runfile(3, {A: "error", B: "pass"}, version="3", retries={B: ["pass"] * 2}),
    ]
    runs = [
        replace(one, observations=tuple(replace(o, message=o.message and says[o.case]) for o in one.observations))
        for one in nights
    ]
    directory = tmp_path / "history"
    History(directory).record(runs, "nights")
    return directory


def regressions(history: Path, *options: str, triage: Path | None = None) -> str:
    """Return the output of the command, with no triage entries except those in `triage`."""
    said = triage or history.parent / "nothing-said"
    said.mkdir(exist_ok=True)
    (said / "mutes.toml").touch()  # a directory with neither file is refused: its name may be mistyped
    done = CliRunner().invoke(app, ["regressions", "--history", str(history), "--triage", str(said), *options])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_paragraph_each(history: Path) -> None:
    first, *rest = regressions(history).splitlines()
    assert first.startswith("open        jax==1 -> jax==2  [")
    assert [line.strip() for line in rest[:3]] == [
        "1 of 1 case and 1 of 1 function bad on cpu: jax.a",
        "pass -> error: <b>@all</b>",
        "opened 2026-11-02 (1 cell); detected later, in old builds",
    ]
    assert rest[3].startswith("fixed       jax==1 -> jax==2, fixed in jax==3  [")
    assert rest[6].strip().startswith("opened 2026-11-02 (1 cell), closed 2026-11-03 (1 cell);")


def test_they_are_chosen_by_how_they_stand(history: Path) -> None:
    (found,) = json.loads(regressions(history, "--state", "fixed", "--json"))
    assert (found["first_bad"], found["fixed"], found["failing"]) == ("jax==2", "jax==3", [])
    assert [event["step"] for event in found["events"]] == ["opened", "closed"]


def test_what_came_from_a_run_is_inert_in_markdown(history: Path) -> None:
    rows = regressions(history, "--state", "open", "--markdown").splitlines()
    assert len(rows) == 3
    outside = re.sub(r"`[^`]*`", "", rows[2])
    assert not {*"<>@#"} & {*outside}
    assert "<b>@all</b>`" in rows[2]


@pytest.fixture
def triage(tmp_path: Path) -> Path:
    """A is expected to fail; a mute has ended."""
    directory = tmp_path / "triage"
    directory.mkdir()
    entry = 'cases = "jax/jax.{}/*"\nreason = "known"\nowner = "octocat"\nexpires = {}\n'
    (directory / "expected.toml").write_text('[[expected]]\noutcome = "error"\n' + entry.format("a", "2999-12-31"))
    (directory / "mutes.toml").write_text("[[mute]]\n" + entry.format("b", "2026-01-31"))
    return directory


ENDED = "mutes.toml: mute[0]: ended on 2026-01-31 and has no effect: renew or remove it"


def test_what_is_expected_is_no_open_regression(history: Path, triage: Path) -> None:
    output = regressions(history, triage=triage)
    assert f"{triage}/{ENDED}" in output
    assert [line.split()[0] for line in output.splitlines() if "jax==1 -> jax==2" in line] == ["expected", "fixed"]


def test_judge_tells_of_both(history: Path, triage: Path, runfile: Make) -> None:
    failing = runfile(4, {A: "error", B: "error"}, version="4", retries={B: ["error"] * 2})
    back = runfile(5, {A: "pass", B: "pass"}, version="5", retries=dict.fromkeys((A, B), ["pass"] * 2))
    again = runfile(6, {A: "error", B: "pass"}, version="6", retries={A: ["error"] * 2})
    History(history).record([failing, back, again], "nights")
    judge = ["changes", "--history", str(history), "--triage", str(triage)]
    done = CliRunner().invoke(app, [*judge, "--exit-code"])
    assert done.output.splitlines()[0] == f"! {triage}/{ENDED}"
    lines = [line.split(maxsplit=1) for line in done.output.splitlines() if line.strip()]
    assert ["expected", "jax/jax.a/eager: pass -> error: why error"] in lines
    assert done.exit_code == 0
    assert "mute[0]: ended on" in CliRunner().invoke(app, [*judge, "--markdown"]).output


def test_a_flaky_case_is_shown_and_no_open_regression(tmp_path: Path, runfile: Make) -> None:
    directory = tmp_path / "history"
    answers = ("pass", "error", "pass", "error", "pass", "error")
    nights = [
        runfile(day, {A: answer}, version=str(day), retries={A: [answer] * 2})
        for day, answer in enumerate(answers, start=1)
    ]
    History(directory).record(nights, "nights")
    output = CliRunner().invoke(app, ["flaky", "--history", str(directory)]).stdout.replace("\u202f", " ")
    assert [line.split(maxsplit=1)[0] for line in output.splitlines()] == ["case", A]
    assert output.splitlines()[1].split()[-8:] == ["of", "6", "30.0", "%", "to", "90.3", "%", "yes"]
    assert [one["state"] for one in json.loads(regressions(directory, "--json"))] == ["flaky"]
    quiet = json.loads(CliRunner().invoke(app, ["flaky", "--history", str(directory), "--json"]).stdout)
    assert [(one["inconsistent"], one["results"], one["flaky"]) for one in quiet] == [(4, 6, True)]
