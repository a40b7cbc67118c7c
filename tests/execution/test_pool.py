"""Files that successive workers share, and files that they must not share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.targets.target import Target
from monitor.execution.workers.confirming_worker import ConfirmingWorker
from monitor.execution.workers.factories import RunContext, WorkerFactory, execute_worker
from monitor.execution.workers.process import Limits
from monitor.model import Evidence, Job, Outcome

LIMITS = Limits(seconds=30, memory_mib=1024)
LEFTOVERS = Path(__file__).parent / "leftovers"


@pytest.fixture
def lane(
    builds: Callable[[str], ProvisionedBuild], lend: Callable[[str, Path], Path], cpu: Target, tmp_path: Path
) -> WorkerFactory:
    way, framework = cpu.backend(Evidence.EXECUTED), cpu.sources(Evidence.EXECUTED).framework("jax")
    job = Job("cpu", "jax", "leftovers")
    context = RunContext(job, way, framework, builds("jax").python, tmp_path, lend("jax", LEFTOVERS))
    return execute_worker(context)


def leaving(name: str) -> str:
    return f"jax/jax.numpy.add/{name}-eager"


def test_a_worker_finds_what_one_before_it_compiled(lane: WorkerFactory) -> None:
    outcomes = []
    for _ in range(2):
        worker = lane()
        outcomes.append(worker.run_case(leaving("keeps-a-file"), LIMITS).outcome)
        worker.close()
    assert outcomes == [Outcome.MISMATCH, Outcome.PASS]


def test_what_one_that_fell_half_wrote_confirms_nothing(lane: WorkerFactory, tmp_path: Path) -> None:
    """PyTorch's compiler, killed over a time limit, left a library that every later worker failed to load."""
    case = leaving("half-writes-a-file")
    with ConfirmingWorker(lane, LIMITS, {case: Outcome.PASS}) as examiner:
        observation = examiner.run_case(case)
    assert observation.outcome is Outcome.CRASH
    assert [attempt.message for attempt in observation.retries] == ["the process exited with status 7"] * 2
    assert len([*tmp_path.glob("worker-*")]) == 1  # of those that fell nothing is left
