"""Watching finds exactly the planted problems of programs, which run here on the CPU with real frameworks.

A line of `watched_programs/` that ends with `# expect: host-call` has this problem, and may have several. All programs
of a framework run in one process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.exports.export_files import API_SCHEMA
from support.command_line import portability

PROGRAMS = Path(__file__).parent / "watched_programs"
PLANTED = re.compile(r".*# expect: (.+)")
TARGETS = "tpu-v5e,nvidia-h100,apple-mps,amd-mi300"
EACH = "import runpy, sys\nfor file in sys.argv[1:]:\n    runpy.run_path(file, run_name='__main__')"


def planted(file: Path) -> set[tuple[str, int, str]]:
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
    matches = ((number, PLANTED.fullmatch(text)) for number, text in lines)
    return {(file.name, number, kind) for number, match in matches if match for kind in match[1].split()}


def watch(python: Path, *words: str) -> dict[str, Any]:
    done = portability("check", "--json", "--to", TARGETS, "--python", str(python), "--", "python", *words)
    report: dict[str, Any] = json.loads(done.stdout)
    schema = json.loads(API_SCHEMA.read_text())
    jsonschema_rs.validator_for({**schema, "$ref": "#/$defs/check"}).validate(report)
    return report


@pytest.mark.parametrize("framework", ["torch", "jax", "tensorflow"])
def test_planted_problems_are_found_and_no_others(framework: str, builds: Callable[[str], ProvisionedBuild]) -> None:
    files = sorted(PROGRAMS.glob(f"{'tf' if framework == 'tensorflow' else framework}_*.py"))
    report = watch(builds(framework).python, "-c", EACH, *map(str, files))
    found = {(Path(one["file"]).name, one["line"], one["kind"]) for one in report["problems"] if one["level"] != "note"}
    assert found == {place for file in files for place in planted(file)}
    assert (report["watched"]["status"], report["watched"]["ended"], report["unreadable"]) == (0, "", [])
    for answer in report["answers"]:  # what has no verdict is never left out
        assert (answer["judged_calls"] < answer["calls"]) == bool(answer["unknown"])
