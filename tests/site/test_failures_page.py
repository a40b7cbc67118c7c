"""Current failures grouped by message, on the page, in the API and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

from typer.testing import CliRunner

from monitor.analysis.status.current_failures import CurrentFailure, current_failures
from monitor.cli import app
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.model import Evidence, Outcome
from monitor.snapshot.snapshot import Snapshot, snapshot_of

Make = Callable[..., RunFile]

SAID = {
    "jax/jax.f/eager": "TypeError: f takes no float16",
    "jax/jax.g/eager": "TypeError: g takes no bfloat16",
    "jax/jax.h/eager": "TypeError: h is gone",
}


def nights(runfile: Make, *outcomes: str) -> list[RunFile]:
    """A night for each outcome, on a processor and compiled for a TPU: of the four cases the last passes."""
    found = []
    for night, outcome in enumerate(outcomes, start=1):
        one = runfile(night, dict.fromkeys(SAID, outcome) | {"jax/jax.i/eager": "pass"}, version=str(night))
        observations = tuple(
            replace(o, message=SAID.get(o.case, "") if outcome != "pass" else "") for o in one.observations
        )
        compiled = tuple(replace(o, evidence=Evidence.COMPILED) for o in observations)
        on_tpu = replace(one.run, id=f"{one.run.id}tpu", target="tpu-v4", evidence=Evidence.COMPILED)
        found += [replace(one, observations=observations), replace(one, run=on_tpu, observations=compiled)]
    return found


def failing(tmp_path: Path, runfiles: list[RunFile]) -> tuple[CurrentFailure, ...]:
    history = History(tmp_path / "history")
    history.record(runfiles, "nights")
    return current_failures(snapshot_of(history.load()).functions)


def test_cases_that_say_the_same_are_one_over_functions_and_hardware(tmp_path: Path, runfile: Make) -> None:
    both, alone = failing(tmp_path, nights(runfile, "error"))
    assert (both.outcome, both.functions, both.targets) == (Outcome.ERROR, ("jax.f", "jax.g"), ("cpu", "tpu-v4"))
    assert (len(both.cases), both.evidences) == (4, (Evidence.EXECUTED, Evidence.COMPILED))
    assert both.common_message.text == "jax.f/eager: TypeError: f takes no float16"
    assert {name: own.text for name, own in both.by_function.items()} == {
        "jax.f": "TypeError: f takes no float16",
        "jax.g": "TypeError: g takes no bfloat16",
    }
    assert alone.common_message.text == "TypeError: h is gone"
    assert alone.functions == ("jax.h",)


def test_what_failed_from_the_first_night_on_is_told_as_what_turned(tmp_path: Path, runfile: Make) -> None:
    assert len(failing(tmp_path / "always", nights(runfile, "error", "error"))) == 2
    assert len(failing(tmp_path / "turned", nights(runfile, "pass", "error"))) == 2


def test_what_passes_again_fails_no_more(tmp_path: Path, runfile: Make) -> None:
    assert failing(tmp_path, nights(runfile, "error", "pass")) == ()


def test_what_could_not_be_judged_keeps_its_cause(tmp_path: Path, runfile: Make) -> None:
    assert len(failing(tmp_path, nights(runfile, "error", "blocked"))) == 2


def test_what_is_flaky_has_no_cause(tmp_path: Path, runfile: Make) -> None:
    assert failing(tmp_path, nights(runfile, "flaky")) == ()


def test_the_page_of_failures_begins_with_them(site: Path, material: Snapshot) -> None:
    page = unescape((site / "failures.html").read_text())
    section = page[page.index('id="failing"') : page.index('id="changed"')]
    found = current_failures(material.functions)
    assert [section.count(f"<b>{n} function{'s' * (n > 1)}</b>") for n in {len(one.functions) for one in found}] == [
        sum(len(one.functions) == n for one in found) for n in {len(one.functions) for one in found}
    ]
    assert "functions/jax/jax.numpy.linalg.eig.html" in section


def test_programs_are_told_the_same(site: Path, material: Snapshot) -> None:
    document = json.loads((site / "api/v1/failures.json").read_text())["failures"]
    assert [(one["signature"], one["cases"]) for one in document] == [
        (one.words, len(one.cases)) for one in current_failures(material.functions)
    ]


def test_the_command_line_tells_them_of_one_target(tmp_path: Path, runfile: Make) -> None:
    History(tmp_path / "history").record(nights(runfile, "error"), "nights")
    asked = ["failures", "--history", str(tmp_path / "history"), "--target", "tpu-v4"]
    both, alone = json.loads(CliRunner().invoke(app, [*asked, "--json"]).output)
    assert (both["targets"], both["evidences"], both["cases"]) == (["tpu-v4"], ["compiled"], 2)
    assert alone["message"] == "TypeError: h is gone"
    assert "2 functions: jax.f, jax.g" in CliRunner().invoke(app, asked).output
