"""`portability regressions`, over a history that it reads as a user's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.handover.runfile import RunFile
from monitor.history.store import History

Make = Callable[..., RunFile]
A, B = "jax/jax.a/eager", "jax/jax.b/eager"


@pytest.fixture
def history(tmp_path: Path, runfile: Make) -> Path:
    """Two regressions of jax 2, one of which jax 3 has mended; the other's message is markup."""
    says = {A: "<b>@all</b>", B: "ValueError: b"}
    nights = [
        runfile(1, {A: "pass", B: "pass"}, version="1"),
        runfile(2, {A: "error", B: "error"}, version="2", attempts=dict.fromkeys((A, B), ["error"] * 2)),
        runfile(3, {A: "error", B: "pass"}, version="3", attempts={B: ["pass"] * 2}),
    ]
    told = [
        replace(one, observations=tuple(replace(o, message=o.message and says[o.case]) for o in one.observations))
        for one in nights
    ]
    directory = tmp_path / "history"
    History(directory).record(told, "nights")
    return directory


def regressions(history: Path, *options: str) -> str:
    done = CliRunner().invoke(app, ["regressions", "--history", str(history), *options])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_paragraph_each(history: Path) -> None:
    first, *rest = regressions(history).splitlines()
    assert first.startswith("open      jax==1 -> jax==2  [")
    assert rest[:3] == [
        "          1 cell on cpu: jax.a",
        "          pass -> error: <b>@all</b>",
        "          opened 2026-11-02 (1 cell); known by looking back",
    ]
    assert rest[3].startswith("fixed     jax==1 -> jax==2, fixed in jax==3  [")
    assert rest[6].strip().startswith("opened 2026-11-02 (1 cell), closed 2026-11-03 (1 cell);")


def test_they_are_chosen_by_how_they_stand(history: Path) -> None:
    (found,) = json.loads(regressions(history, "--state", "fixed", "--json"))
    assert (found["first_bad"]["version"], found["fixed"]["version"], found["bad"]) == ("2", "3", [])
    assert [event["step"] for event in found["events"]] == ["opened", "closed"]


def test_what_came_from_a_run_is_inert_in_markdown(history: Path) -> None:
    rows = regressions(history, "--state", "open", "--markdown").splitlines()
    assert len(rows) == 3
    assert "<b>" not in rows[2]
    assert "@all" not in rows[2]
    assert "&lt;b\\>&#64;all&lt;/b\\>" in rows[2]
