"""Real frameworks: passes, refusals, and wrong results that are found."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.workers.process import PACKAGE, Limits, ProcessCommand, Worker, worker_command
from monitor.model import InputKind, Observation, Outcome, input_kind_of

LIMITS = Limits(seconds=120, memory_mib=4096)
FRAMEWORKS = ("jax", "tensorflow", "torch")
WRONG = Path(__file__).parent / "wrong"


def command(
    framework: str,
    builds: Callable[[str], ProvisionedBuild],
    tmp_path: Path,
    suite: str,
    package: Path,
    **environment: str,
) -> ProcessCommand:
    return worker_command(
        python=builds(framework).python,
        framework=framework,
        suite=suite,
        device="cpu",
        environment={"TF_CPP_MIN_LOG_LEVEL": "2", "OMP_NUM_THREADS": "1", **environment},
        log=tmp_path / "worker.log",
        package=package,
    )


def ask(
    framework: str,
    builds: Callable[[str], ProvisionedBuild],
    tmp_path: Path,
    suite: str,
    package: Path = PACKAGE,
    *,
    prefixes: tuple[str, ...] = ("",),
) -> dict[str, Observation]:
    """Return the observations of all cases of a suite whose id has one of these prefixes."""
    with Worker(command(framework, builds, tmp_path, suite, package)) as worker:
        return {
            case.removeprefix(f"{framework}/"): worker.run_case(case, LIMITS)
            for case in worker.info.cases
            if case.startswith(tuple(f"{framework}/{prefix}" for prefix in prefixes))
        }


@pytest.mark.parametrize(
    ("framework", "function"), [("jax", "jax.numpy.log"), ("tensorflow", "tf.reduce_mean"), ("torch", "torch.sum")]
)
def test_a_function_is_checked_in_every_mode(
    framework: str, function: str, builds: Callable[[str], ProvisionedBuild], tmp_path: Path
) -> None:
    prefixes = tuple(f"{function}/{mode}-" for mode in ("eager", "compiled", "gradient"))  # the plainest call alone
    answers = ask(framework, builds, tmp_path, "paper", prefixes=prefixes)
    assert {answer.outcome for answer in answers.values()} == {Outcome.PASS}
    assert {name.split("/")[1].split("-")[0] for name in answers} >= {"eager", "compiled", "gradient"}
    for name, answer in answers.items():
        if input_kind_of(name) is not InputKind.PLAIN:
            continue
        assert answer.latency is not None
        assert answer.latency.minimum <= answer.latency.median
        assert answer.latency.blocks >= 3


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_planted_fault_is_found(
    framework: str, builds: Callable[[str], ProvisionedBuild], lend: Callable[[str, Path], Path], tmp_path: Path
) -> None:
    """Cases with one fault each in a real framework; only `fine` is right."""
    package = lend(framework, WRONG)
    with (package / "suite" / framework / "catalog.csv").open("a") as catalog:
        root = "tf" if framework == "tensorflow" else framework
        catalog.write(f"{root}.__version__,,,,,,\n{root}.no_such,,,,,,\n")
    answers = ask(framework, builds, tmp_path, "wrong", package)
    outcomes = {name.split("/")[1].removesuffix("-eager-float32"): a.outcome.value for name, a in answers.items()}
    assert outcomes == {
        "absent": "absent",
        "dtype": "mismatch",
        "error": "error",
        "fine": "pass",
        "infinite": "mismatch",
        "nan": "mismatch",
        "off-by-a-thousandth": "mismatch",
        "one-element": "mismatch",
        "refused": "unsupported",
        "shape": "mismatch",
        "sign": "mismatch",
        "wrong-gradient-gradient-float32": "mismatch",
    }


def test_a_host_without_compiler_says_nothing_of_a_function(
    builds: Callable[[str], ProvisionedBuild], tmp_path: Path
) -> None:
    cache = str(tmp_path / "inductor")
    without = command("torch", builds, tmp_path, "paper", PACKAGE, CXX="/none", TORCHINDUCTOR_CACHE_DIR=cache)
    with Worker(without) as worker:
        answer = worker.run_case("torch/torch.sum/compiled-float32", LIMITS)
    assert answer.outcome is Outcome.BLOCKED
    assert "No working C++ compiler found" in answer.message


def test_what_is_built_beforehand_is_on_the_device_in_the_dtype(builds: Callable[[str], ProvisionedBuild]) -> None:
    """PyTorch's device without memory stands for an absent one: a layer that is not moved would be on the CPU."""
    asked = """
import sys
sys.path.insert(0, sys.argv[1])
import torch
from monitor.suite.check_protocol import InputError
from monitor.suite.torch.device import TorchDevice
device = TorchDevice("meta")
layer = device.placed(torch.nn.BatchNorm1d(3), "bfloat16")
print(*[(one.device.type, str(one.dtype)) for one in [*layer.parameters(), *layer.buffers()]])
print(device.placed(torch.arange(3), "float64").dtype, device.placed(torch.ones(3), "float64").device)
weightless = torch.nn.Linear(2, 2, device="meta")
print(TorchDevice("cpu").placed(weightless, "float64").weight.dtype, TorchDevice("cpu").placed("a name", "float64"))
layer.inner = torch.nn.LSTM(2, 3)
print(type(TorchDevice("cpu").placed(layer.inner, "float32")).__name__)
layer.inner.masks = [{"upper": torch.ones(2)}]
try:
    device.placed(layer, "float32")
except InputError as error:
    print(error)
"""
    done = subprocess.run(
        [builds("torch").python, "-c", asked, str(PACKAGE.parent)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [
        "('meta', 'torch.bfloat16') ('meta', 'torch.bfloat16') ('meta', 'torch.bfloat16') ('meta', 'torch.bfloat16') "
        "('meta', 'torch.int64')",
        "torch.int64 meta",
        "torch.float32 a name",
        "LSTM",
        "the built module keeps inner.masks outside of its parameters and buffers",
    ], done.stderr
