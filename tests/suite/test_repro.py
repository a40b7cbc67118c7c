"""Every case has a stand-alone script, and the script says what the worker says."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.execution.builds import Provided
from monitor.execution.supervisor import Limits, Worker, worker_command
from monitor.model import Outcome
from monitor.suite.collect import collect, is_listed, suites
from monitor.suite.repro import NoScriptError, script

FRAMEWORKS = ("jax", "tensorflow", "torch")
SAMPLE = 5  # of each framework; a script costs the import of its framework
SEED = 1
LISTED = {
    "torch": (
        "torch/torch.mul/opinfo-eager-complex64",
        "torch/torch.nn.functional.pad/opinfo-reflect-eager-float32",
        "torch/torch.div/opinfo-trunc_rounding-eager-int32",
    ),
    "jax": ("jax/jax.lax.mul/harness-mul_dtypes_lhs_bfloat16_20_20_rhs_bfloat16_20_20_",),
}


def declared(framework: str) -> list[str]:
    names = [suite for suite in suites(framework) if not is_listed(framework, suite)]
    return sorted(case for suite in names for case in collect(framework, suite))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_declared_case_has_a_script_that_stands_alone(framework: str) -> None:
    for case in declared(framework):
        text = script(case)
        compile(text, case, "exec")
        assert "monitor" not in text.partition("import")[2], case


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_script_says_what_the_worker_says(framework: str, builds: Callable[[str], Provided], tmp_path: Path) -> None:
    cases = [*random.Random(SEED).sample(declared(framework), SAMPLE), *LISTED.get(framework, ())]  # noqa: S311
    for suite in suites(framework):
        if not is_listed(framework, suite) and not collect(framework, suite).keys() & set(cases):
            continue  # no worker need start
        command = worker_command(builds(framework).python, framework, suite, "cpu", {}, tmp_path / "worker.log")
        with Worker(command) as worker:
            for case in set(cases) & set(worker.ready.cases):
                passes = worker.ask(case, Limits(120, 4096)).outcome is Outcome.PASS
                done = run(case, builds(framework).python, tmp_path)
                assert (done.returncode == 0) is passes, f"{case}\n{done.stdout}\n{done.stderr}"
                cases.remove(case)
    assert not cases


def test_a_script_shows_why_a_case_fails(builds: Callable[[str], Provided], tmp_path: Path) -> None:
    gone = run("jax/jax.tree_map/eager-float32", builds("jax").python, tmp_path)
    assert "tree_map" in gone.stderr.splitlines()[-1]
    refused = run("torch/torch.Tensor.cuda/eager-float32", builds("torch").python, tmp_path)
    assert "not compiled with CUDA" in refused.stderr


def test_a_wrong_result_fails_its_script(builds: Callable[[str], Provided], tmp_path: Path) -> None:
    path = tmp_path / "wrong.py"
    right = script("torch/torch.cat/eager-float32")
    path.write_text(right.replace("return torch.cat([a, b])", "return torch.cat([a, b]) * 1.001"))
    done = subprocess.run([builds("torch").python, path], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr
    assert "Not equal to tolerance rtol=1.3e-06" in done.stderr


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("torch/torch.catt/eager-float32", 'the nearest is "torch/torch.cat/eager-float32"'),
        ("paddle/paddle.add/eager", "its first part names no framework"),
        ("nonsense", "its first part names no framework"),
        ("torch/torch.add/opinfo-nonsense", "is no case of the operator database"),
    ],
)
def test_what_is_no_case_is_refused(case: str, said: str) -> None:
    with pytest.raises(NoScriptError, match=said):
        script(case)


def run(case: str, python: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / "repro.py"
    path.write_text(script(case))
    return subprocess.run([python, path], capture_output=True, text=True, cwd=folder, check=False)
