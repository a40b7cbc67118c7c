"""Watching finds exactly the planted problems of programs, which run here on the CPU with real frameworks.

A line of `watched_programs/` that ends with `# expect: host-call` has this problem, and may have several. All programs
of a framework run in one process. The verdicts below are some that the shipped history had when they were planted: it
grows, and so would the problems.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from monitor.check.check_data import CheckData, packed
from monitor.check.verdict_lookup import JudgedCase, TargetVerdicts
from monitor.execution.builds.provider import ProvisionedBuild
from monitor.exports.export_files import API_SCHEMA
from monitor.model import Evidence, Outcome
from support.command_line import portability

PROGRAMS = Path(__file__).parent / "watched_programs"
PLANTED = re.compile(r".*# expect: (.+)")
TARGETS = "tpu-v5e,nvidia-h100,apple-mps,amd-mi300"
EACH = "import runpy, sys\nfor file in sys.argv[1:]:\n    runpy.run_path(file, run_name='__main__')"

# Functions with a case on a TPU: its variant and its outcome.
CASES = {
    "torch.multinomial": ("eager-float32", Outcome.FALLBACK),
    "jax.numpy.linalg.eig": ("eager-float32", Outcome.UNSUPPORTED),
    "jax.numpy.fft.rfft": ("eager-float64", Outcome.UNSUPPORTED),
    "jax.numpy.matmul": ("eager-float32", Outcome.PASS),
    "tf.print": ("eager-float32", Outcome.UNSUPPORTED),
    "tf.random.gamma": ("eager-float32", Outcome.UNSUPPORTED),
    "tf.strings.as_string": ("eager-int32", Outcome.UNSUPPORTED),
    "tf.linalg.matmul": ("eager-float32", Outcome.PASS),
}
# Operators without a kernel, by target.
LACKING = {
    "apple-mps": tuple(
        f"torch.ops.aten.{name}"
        for name in ("linalg_matrix_exp", "linalg_eig", "_linalg_svd", "_linalg_eigh", "_adaptive_avg_pool3d",
                     "_pdist_forward", "_pdist_backward", "take")
    ),
    "nvidia-h100": ("torch.ops.aten.histogram.bin_ct", *(f"tf.raw_ops.{name}" for name in ("Eig", "RandomGamma",
                    "MatrixSquareRoot"))),
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    verdicts = {
        target: TargetVerdicts(
            target,
            kernels={one: JudgedCase("kernel", Outcome.UNSUPPORTED, Evidence.REGISTERED, "a build") for one in lacking},
        )
        for target, lacking in LACKING.items()
    }
    cases = {name: (JudgedCase(*case, Evidence.COMPILED, "a build"),) for name, case in CASES.items()}
    verdicts["tpu-v5e"] = TargetVerdicts("tpu-v5e", cases)
    file = tmp_path_factory.mktemp("data") / "check.json.gz"
    file.write_bytes(packed(CheckData({}, verdicts)))
    return file


def planted(file: Path) -> set[tuple[str, int, str]]:
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
    matches = ((number, PLANTED.fullmatch(text)) for number, text in lines)
    return {(file.name, number, kind) for number, match in matches if match for kind in match[1].split()}


def watch(python: Path, data: Path, *words: str) -> dict[str, Any]:
    options = ("--json", "--to", TARGETS, "--data", str(data), "--python", str(python))
    done = portability("check", *options, "--", "python", *words)
    report: dict[str, Any] = json.loads(done.stdout)
    schema = json.loads(API_SCHEMA.read_text())
    jsonschema_rs.validator_for({**schema, "$ref": "#/$defs/check"}).validate(report)
    return report


@pytest.mark.parametrize("framework", ["torch", "jax", "tensorflow"])
def test_planted_problems_are_found_and_no_others(
    framework: str, builds: Callable[[str], ProvisionedBuild], data: Path
) -> None:
    files = sorted(PROGRAMS.glob(f"{'tf' if framework == 'tensorflow' else framework}_*.py"))
    report = watch(builds(framework).python, data, "-c", EACH, *map(str, files))
    found = {(Path(one["file"]).name, one["line"], one["kind"]) for one in report["problems"] if one["level"] != "note"}
    assert found == {place for file in files for place in planted(file)}
    assert (report["watched"]["status"], report["watched"]["ended"], report["unreadable"]) == (0, "", [])
    for answer in report["answers"]:  # what has no verdict is never left out
        assert (answer["judged_calls"] < answer["calls"]) == bool(answer["unknown"])
