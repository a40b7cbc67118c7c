"""Suites that only a build can list: PyTorch's operator database, JAX's primitive harness."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.workers.process import (
    PACKAGE,
    Limits,
    ProcessCommand,
    Worker,
    WorkerUnavailableError,
    worker_command,
)
from monitor.model import Outcome

LIMITS = Limits(seconds=120, memory_mib=4096)
WRONG = Path(__file__).parent / "wrong_listed"
MODULES = {
    ("torch", "opinfo"): "torch.testing._internal.common_methods_invocations",
    ("jax", "harness"): "jax._src.internal_test_util.test_harnesses",
}


def command(
    framework: str,
    suite: str,
    builds: Callable[[str], ProvisionedBuild],
    tmp_path: Path,
    *,
    package: Path = PACKAGE,
    **environment: str,
) -> ProcessCommand:
    return worker_command(
        python=builds(framework).python,
        framework=framework,
        suite=suite,
        device="cpu",
        environment={"OMP_NUM_THREADS": "1", **environment},
        log=tmp_path / "worker.log",
        package=package,
    )


def test_the_operator_database_is_run_as_the_build_ships_it(
    builds: Callable[[str], ProvisionedBuild], tmp_path: Path
) -> None:
    with Worker(command("torch", "opinfo", builds, tmp_path)) as worker:
        cases = worker.info.cases
        assert len(cases) > 5_000
        assert len({case.split("/")[1] for case in cases}) > 500
        assert sum(case.startswith("torch/torch.mul/opinfo-eager-") for case in cases) > 8
        exact = worker.run_case("torch/torch.mul/opinfo-eager-float32", LIMITS)
        assert (exact.outcome, exact.error is not None, exact.latency is not None) == (Outcome.PASS, True, True)
        untimed = worker.run_case("torch/torch.mul/opinfo-eager-bfloat16", LIMITS)
        assert (untimed.outcome, untimed.latency) == (Outcome.PASS, None)
        for random in ("torch.rand_like", "torch.bernoulli", "torch.nn.functional.dropout", "torch.empty_like"):
            assert worker.run_case(f"torch/{random}/opinfo-eager-float32", LIMITS).outcome is Outcome.PASS, random


def test_the_databases_of_modules_and_optimizers_find_a_wrong_one(
    builds: Callable[[str], ProvisionedBuild],
) -> None:
    """One process: a layer passes in both modes, a random one too, and changed layers and steps are found."""
    program = """
import sys
sys.path.insert(0, sys.argv[1])
import torch
from monitor.suite.worker import checks_of, observe
from monitor.suite.torch.device import TorchDevice
device = TorchDevice("cpu")
checks = checks_of(device, "modules")
print(len(checks) > 400, len({check.function for check in checks.values()}) > 100)
for name in ("Linear/modules-eager", "BatchNorm2d/modules-gradient", "TransformerEncoder/modules-eager"):
    print(observe(device, checks[f"torch/torch.nn.{name}-float32"]).outcome.value)
forward = torch.nn.Linear.forward
torch.nn.Linear.forward = lambda self, input: forward(self, input) * 1.001
print(observe(device, checks["torch/torch.nn.Linear/modules-eager-float32"]).outcome.value)
optimizers = checks_of(device, "optimizers")
print(observe(device, optimizers["torch/torch.optim.AdamW/optimizers-foreach-eager-float64"]).outcome.value)
sqrt = torch._foreach_sqrt
torch._foreach_sqrt = lambda tensors: [tensor * 1.001 for tensor in sqrt(tensors)]
print(observe(device, optimizers["torch/torch.optim.AdamW/optimizers-foreach-eager-float64"]).outcome.value)
programs = checks_of(device, "higher_order")
wrong = [observe(device, one).message for case, one in programs.items() if not case.endswith("compiled-float32")]
print(len(programs), not any(wrong))
cos = torch.Tensor.cos
torch.Tensor.cos = lambda self: cos(self) * 1.001
print(observe(device, programs["torch/torch.cond/higher_order-simple-gradient-float64"]).outcome.value)
"""
    command_line = [builds("torch").python, "-c", program, str(PACKAGE.parent)]
    done = subprocess.run(command_line, capture_output=True, text=True, check=False)
    wanted = ["True", "True", "pass", "pass", "pass", "mismatch", "pass", "mismatch", "64", "True", "mismatch"]
    assert done.stdout.split() == wanted, done.stderr


def test_the_primitive_harness_is_run_with_its_authors_limits(
    builds: Callable[[str], ProvisionedBuild], tmp_path: Path
) -> None:
    with Worker(command("jax", "harness", builds, tmp_path)) as worker:
        cases = worker.info.cases
        assert len(cases) > 5_000
        assert all(len(case) < 250 for case in cases)
        limited = worker.run_case(next(case for case in cases if "clamp_dtypes_min_bool" in case), LIMITS)
        assert limited.declared_limit == "unimplemented"
        free = worker.run_case(next(case for case in cases if "clamp_dtypes_min_float32" in case), LIMITS)
        assert (free.outcome, free.declared_limit) == (Outcome.PASS, "")


FAULTS = {"one-element", "sign", "off-by-a-thousandth", "nan", "shape", "dtype"}
OWN_FAULTS = {
    "opinfo": {"input-changed", "gradient-off", "gradient-missing", "another-tensor"},
    "harness": {"weak-type"},
}


@pytest.mark.parametrize(("framework", "suite"), MODULES)
def test_every_planted_fault_is_found(
    framework: str, suite: str, builds: Callable[[str], ProvisionedBuild], tmp_path: Path
) -> None:
    """The framework's own cases of a multiplication, with every kind of wrong result in every dtype."""
    package = tmp_path / "monitor"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(WRONG / f"{suite}.py", package / "suite" / framework / "wrong.py")
    with Worker(command(framework, "wrong", builds, tmp_path, package=package)) as worker:
        answers = {case: worker.run_case(case, LIMITS) for case in worker.info.cases}
    outcomes = {case.rpartition("/")[2]: answer.outcome for case, answer in answers.items()}
    assert {fault for fault, outcome in outcomes.items() if outcome is Outcome.MISMATCH} == FAULTS | OWN_FAULTS[suite]
    assert all(outcome is Outcome.PASS for fault, outcome in outcomes.items() if fault.startswith("fine"))
    assert outcomes.get("no-sample", Outcome.BLOCKED) is Outcome.BLOCKED  # not a pass of a case that calls nothing


@pytest.mark.parametrize(("framework", "suite"), MODULES)
def test_a_moved_module_blocks_its_suite_in_one_line_and_no_other(
    framework: str, suite: str, builds: Callable[[str], ProvisionedBuild], tmp_path: Path
) -> None:
    module = MODULES[framework, suite]
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Moved:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}')\n"
        "sys.meta_path.insert(0, Moved())\n"
    )
    moved = {"PYTHONPATH": str(tmp_path)}
    with pytest.raises(WorkerUnavailableError) as refused:
        Worker(command(framework, suite, builds, tmp_path, **moved))
    assert f"this build's {module} cannot be read: ModuleNotFoundError" in str(refused.value)
    assert "\n" not in str(refused.value)
    Worker(command(framework, "paper", builds, tmp_path, **moved)).close()
