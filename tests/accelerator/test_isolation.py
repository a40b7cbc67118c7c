"""Real harm to a real NVIDIA GPU: each costs its own case, and the next one finds a device that works.

On a machine without such a GPU these tests skip and say so; on a runner that has one they run by themselves, with the
build that its target offers, or with the interpreter that PORTABILITY_GPU_PYTHON names.
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


def card() -> str:
    """The name of the first NVIDIA GPU here; empty where there is none."""
    if not shutil.which("nvidia-smi"):
        return ""
    asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    return told.stdout.splitlines()[0].strip() if told.returncode == 0 and told.stdout.strip() else ""


pytestmark = pytest.mark.skipif(not card(), reason="this machine has no NVIDIA GPU")


@pytest.fixture(scope="module")
def target() -> Target:
    """The first target that expects this card."""
    expected = [one for one in load_targets(RUNNERS).values() if one.execute and one.execute.expect.name]
    matching = [one for one in expected if one.execute and re.fullmatch(one.execute.expect.name, card())]
    assert matching, f"no file in runners/ expects a {card()}"
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


def test_each_harm_to_the_gpu_costs_its_own_case_alone(command: ProcessCommand) -> None:
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
