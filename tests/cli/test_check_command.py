"""`portability check` answers for a program, in every format, with the exit status of the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from sarif_pydantic import Sarif

from monitor.exports.export_files import API_SCHEMA
from support.command_line import portability

REMOVED = "import jax\nstep = jax.tree_map(lambda x: x, {})\n"
FINE = "import jax\nstep = jax.tree.map(lambda x: x, {})\n"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    (folder / ".venv").mkdir(parents=True)
    (folder / "old.py").write_text(REMOVED)
    (folder / "good.py").write_text(FINE)
    (folder / ".venv" / "other.py").write_text(REMOVED)
    return folder


def document(*arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(portability("check", *map(str, arguments), "--json").stdout)
    schema = json.loads(API_SCHEMA.read_text())
    jsonschema_rs.validator_for({**schema, "$ref": "#/$defs/check"}).validate(found)
    return found


def test_a_removed_name_is_named_with_its_line_and_replacement(program: Path) -> None:
    done = portability("check", str(program))
    assert done.returncode == 1
    [line, _, summary] = done.stdout.splitlines()
    assert line.startswith(f"{program.as_posix()}/old.py:2:8: error: jax.tree_map was removed in jax 0.6.0")
    assert line.endswith("instead: jax.tree.map")
    assert summary.startswith("2 files, 4 lines: 1 error; names of jax ")


def test_a_baseline_leaves_only_new_problems(program: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "known.json"
    baseline.write_text(json.dumps(document(program)))
    (program / "old.py").write_text("# moved down\n" + REMOVED)
    done = portability("check", str(program), "--baseline", str(baseline))
    assert done.returncode == 0
    assert "1 problem of the baseline left out" in done.stdout
    (program / "new.py").write_text(REMOVED)
    assert portability("check", str(program), "--baseline", str(baseline)).returncode == 1


def test_a_summary_is_appended(program: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    assert portability("check", str(program), "--summary", str(summary)).returncode == 1
    first, _, *lines = summary.read_text().splitlines()
    assert first == "before"
    assert any("old.py:2` | error | every target | `jax.tree_map`" in line for line in lines)


@pytest.mark.no_cover  # it reads the whole shipped history
def test_each_target_has_an_answer(program: Path) -> None:
    (program / "eig.py").write_text("import jax.numpy as jnp\njnp.linalg.eig(jnp.multiply(x, y))\n")
    found = document(program, "--to", "tpu-v5e, nvidia-h100")
    assert [(one["target"], one["answer"]) for one in found["answers"]] == [
        ("tpu-v5e", "fails"),
        ("nvidia-h100", "fails"),
    ]
    assert [one["places"] for one in found["answers"]] == [2, 1]  # the removed name fails on each target
    # `jax.tree.map` passes: the removed `jax.tree_map`, which is `absent`, is another function
    assert {one["name"] for one in found["problems"]} == {"jax.tree_map", "jax.numpy.linalg.eig"}
    [problem] = [one for one in found["problems"] if one["name"] == "jax.numpy.linalg.eig"]
    assert (problem["level"], problem["targets"], problem["evidence"], problem["line"]) == (
        "error",
        ["tpu-v5e"],
        "compiled",
        2,
    )


def test_markdown_has_every_problem(program: Path) -> None:
    assert "`jax.tree_map`" in portability("check", str(program), "--markdown").stdout


def test_sarif_is_valid_and_has_every_problem(program: Path) -> None:
    log = Sarif.model_validate_json(portability("check", str(program), "--sarif").stdout)
    [result] = log.runs[0].results or []
    assert (result.rule_id, result.level) == ("removed-name", "error")


@pytest.mark.parametrize(("text", "status"), [(FINE, 0), ("print 'old'  # jax", 3), ("x = 1\n", 0)])
def test_the_exit_status_is_the_answer(text: str, status: int, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text)
    assert portability("check", str(tmp_path / "a.py")).returncode == status


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["src", "--to", "tpu-v55"], 'no target "tpu-v55"'),
        (["src", "--json", "--sarif"], "one of --json, --sarif and --markdown"),
        (["empty"], "no Python file"),
        (["src", "--baseline", "src/old.py"], "no report of `portability check --json`"),
    ],
)
def test_a_wrong_call_is_one_line(
    arguments: list[str], names: str, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program.parent / "empty").mkdir()
    monkeypatch.chdir(program.parent)
    done = portability("check", *arguments)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert names in done.stderr
