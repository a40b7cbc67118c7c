"""Groups of the jobs of a night, and the order in which they start."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.execution.targets.target import Target, load_targets
from monitor.model import Evidence, Job
from monitor.pipeline.night_processes import group_jobs

RUNNERS = Path(__file__).resolve().parents[2] / "runners"


@pytest.fixture(scope="module")
def targets() -> dict[str, Target]:
    return load_targets(RUNNERS)


def paper(framework: str, seconds: float) -> Job:
    return Job("cpu", framework, "paper", costs={f"{framework}/a/eager": seconds} if seconds else {})


def test_the_quickest_framework_starts_first_and_the_others_the_longest_first(targets: dict[str, Target]) -> None:
    jobs = [paper("torch", 285), paper("jax", 176), paper("tensorflow", 141)]
    groups = group_jobs(jobs, targets)
    assert [(group.title, group.cores) for group in groups] == [("tensorflow", 1), ("torch", 1), ("jax", 1)]


def test_the_suites_of_a_framework_run_in_one_process(targets: dict[str, Target]) -> None:
    jobs = [Job("cpu", "torch", suite) for suite in ("paper", "opinfo")]
    assert [group.jobs for group in group_jobs(jobs, targets)] == [tuple(jobs)]


def test_compiled_jobs_and_accelerators_have_the_whole_machine_at_the_end(targets: dict[str, Target]) -> None:
    compiled = [Job(target, "jax", "paper", Evidence.COMPILED) for target in ("tpu-v4", "tpu-v5e")]
    on_gpu = Job("nvidia-h100", "torch", "paper")
    groups = group_jobs([*compiled, on_gpu, paper("jax", 176)], targets)
    assert [(group.title, group.jobs, group.cores) for group in groups] == [
        ("jax", (paper("jax", 176),), 1),
        ("jax compiled", tuple(compiled), 0),
        ("torch executed", (on_gpu,), 0),
    ]
