"""AMD's compiler on a machine without AMD's libraries, and the stub libraries instead of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.compilers.stub_libraries import StubError, load_stubs
from monitor.execution.run import run_job
from monitor.execution.targets.target import load_target
from monitor.model import Evidence, Job, Outcome, Stage

RUNNERS = Path(__file__).parents[2] / "runners"


def test_a_missing_tool_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None if tool == "gcc" else f"/bin/{tool}")
    with pytest.raises(StubError, match=r"^stub libraries need gcc: apt-get install gcc binutils$"):
        load_stubs([Path("plugin.so")], tmp_path / "stubs")
    assert [*tmp_path.iterdir()] == []


def test_an_environment_without_the_compiler_gets_no_stub_libraries(tmp_path: Path) -> None:
    with pytest.raises(StubError, match="the environment has no library of the compiler"):
        load_stubs([], tmp_path / "stubs")


def test_jax_compiles_for_an_amd_gpu(framework_environments: Path, tmp_path: Path) -> None:
    target = load_target(RUNNERS / "amd-mi300.toml")
    functions = ("add/eager-float32", "linalg.svd/eager-float32", "convolve/eager-float32")
    selection = tuple(f"jax/jax.numpy.{name}" for name in functions)
    job = Job(target.name, "jax", "paper", Evidence.COMPILED, channel="pinned", selection=selection)
    runfile = run_job(
        job, target, tmp_path / "run.jsonl", cache=framework_environments, log=print, on_progress=lambda progress: None
    )
    assert runfile.run.blocked == ""
    assert runfile.run.environment["compiler.device"] == "AMD Instinct MI300X"
    found = {observation.case.removeprefix("jax/jax.numpy."): observation for observation in runfile.observations}
    passed = found["add/eager-float32"]
    assert (passed.outcome, passed.evidence) == (Outcome.PASS, Evidence.COMPILED)
    assert found["linalg.svd/eager-float32"].outcome is Outcome.PASS  # calls a solver, which the plug-in registers
    convolution = found["convolve/eager-float32"]
    assert (convolution.outcome, convolution.stage) == (Outcome.BLOCKED, Stage.COMPILE)
    assert "No supported config found" in convolution.message
