"""Faults on a real NVIDIA GPU: each costs only its own case, and the device works for the next case.

Without such a GPU, these tests skip with a message. With one, they use the build of its target, or the interpreter that
PORTABILITY_GPU_PYTHON names.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.execution.builds.provider import provision
from monitor.execution.targets.target import Target, load_targets
from monitor.execution.workers.confirming_worker import ConfirmingWorker
from monitor.execution.workers.process import Limits, ProcessCommand, Worker, worker_command
from monitor.model import Evidence, Outcome

RUNNERS = Path(__file__).resolve().parents[2] / "runners"
FAULTS = Path(__file__).parent / "faults"
LIMITS = Limits(seconds=120, memory_mib=16384)
BACK_WITHIN_SECONDS = 60


def gpu_name() -> str:
    """Return the name of the first NVIDIA GPU of this machine, empty without one."""
    if not shutil.which("nvidia-smi"):
        return ""
    query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    return answer.stdout.splitlines()[0].strip() if answer.returncode == 0 and answer.stdout.strip() else ""


pytestmark = pytest.mark.skipif(not gpu_name(), reason="this machine has no NVIDIA GPU")


@pytest.fixture(scope="module")
def target() -> Target:
    """Return the first target that expects this GPU."""
    expected = [one for one in load_targets(RUNNERS).values() if one.execute and one.execute.expect.name]
    matching = [one for one in expected if one.execute and re.fullmatch(one.execute.expect.name, gpu_name())]
    assert matching, f"no file in runners/ expects a {gpu_name()}"
    return matching[0]


@pytest.fixture
def command(
    target: Target, lend: Callable[[str, Path], Path], framework_environments: Path, tmp_path: Path
) -> ProcessCommand:
    python = os.environ.get("PORTABILITY_GPU_PYTHON", "")
    provided = provision(
        target.sources(Evidence.EXECUTED), "torch", python=python, cache=framework_environments, log=print
    )
    return worker_command(
        python=provided.python,
        framework="torch",
        suite="faults",
        device="cuda",
        environment={"TMPDIR": str(tmp_path)},
        log=tmp_path / "worker.log",
        package=lend("torch", FAULTS),
    )


def test_each_fault_on_the_gpu_costs_only_its_own_case(command: ProcessCommand) -> None:
    with ConfirmingWorker(lambda: Worker(command), LIMITS, last_known={}) as examiner:
        answers, seconds = {}, {}
        for case in examiner.worker.info.cases:
            start = time.monotonic()
            answers[case.split("/")[2].removesuffix("-eager")] = examiner.run_case(case)
            seconds[case] = time.monotonic() - start
    print({case: round(took, 1) for case, took in seconds.items()})
    assert {name: answer.outcome for name, answer in answers.items()} == {
        "a-healthy": Outcome.PASS,
        "b-asserts-on-the-device": Outcome.ERROR,
        "c-after-the-assertion": Outcome.PASS,
        "d-takes-more-than-there-is": Outcome.OOM,
        "e-after-too-much": Outcome.PASS,
        "f-reads-what-is-not-its-own": Outcome.ERROR,
        "g-after-the-illegal-access": Outcome.PASS,
    }
    # A case after a harmful one needs no retry, because a new worker ran it.
    assert [name for name, answer in answers.items() if answer.outcome is Outcome.PASS and answer.retries] == []
    assert max(took for case, took in seconds.items() if "after" in case) < BACK_WITHIN_SECONDS
