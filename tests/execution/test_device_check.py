"""A device other than the expected one blocks a run, with one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.run import run_job
from monitor.execution.targets.device_check import ANY_DEVICE, DeviceExpectation
from monitor.execution.targets.target import Target, load_target, load_targets
from monitor.formats.run_file import RunFile
from monitor.model import Evidence, Job

RUNNERS = Path(__file__).parents[2] / "runners"

H100 = {
    "device.name": "NVIDIA H100 80GB HBM3",
    "device.platform": "cuda",
    "device.count": "8",
    "build.flavour": "cuda 13.0",
}


@pytest.mark.parametrize(
    ("expectation", "gap"),
    [
        (ANY_DEVICE, ""),
        (DeviceExpectation(name="NVIDIA H100.*", platform="cuda", flavour="cuda .+", count=8), ""),
        (DeviceExpectation(name="NVIDIA H100"), 'device.name is "NVIDIA H100 80GB HBM3", not "NVIDIA H100"'),
        (DeviceExpectation(flavour="hip .+"), 'build.flavour is "cuda 13.0", not "hip .+"'),
        (DeviceExpectation(count=9), "device.count is 8, not 9 or more"),
        (
            DeviceExpectation(platform="xpu", count=9),
            'device.platform is "cuda", not "xpu"; device.count is 8, not 9 or more',
        ),
    ],
)
def test_what_is_told_is_held_against_what_is_expected(expectation: DeviceExpectation, gap: str) -> None:
    expected = f"not the device that the runner file expects: {gap}" if gap else ""
    assert expectation.mismatch(H100) == expected


def test_a_fact_that_nobody_tells_is_not_taken_on_trust() -> None:
    assert 'device.name is "", not "TPU v4"' in DeviceExpectation(name="TPU v4").mismatch({})
    assert "device.count is 0, not 1 or more" in DeviceExpectation(count=1).mismatch({})
    assert DeviceExpectation(name=".*").mismatch({}) == ""  # how a runner file says that nobody tells


def test_what_all_frameworks_share_stands_where_one_says_nothing_else() -> None:
    targets = load_targets(RUNNERS)
    v5e = targets["tpu-v5e"]
    assert v5e.framework("jax").expect == DeviceExpectation(name="TPU v5 lite", count=4)
    assert v5e.framework("torch").expect == DeviceExpectation(name=".*", platform="tpu", count=4)
    assert targets["cpu"].framework("jax").expect == ANY_DEVICE


def test_every_accelerator_expects_something_of_every_framework() -> None:
    for target in load_targets(RUNNERS).values():
        if target.execute and not target.execute.hosted:
            assert all(framework.expect != ANY_DEVICE for framework in target.frameworks.values()), target.name


def test_shared_builds_may_be_replaced_by_a_table_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "builds").mkdir()
    framework = '[{0}]\ndevice = "cuda"\ndistributions = "{0}"\nexpect = {{ flavour = "cuda .+" }}\n'
    (tmp_path / "builds" / "mine.toml").write_text(
        'title = "Mine"\n' + framework.format("torch") + framework.format("jax")
    )
    path = tmp_path / "board.toml"
    head = 'title = "Board"\n[execute]\nlabels = "board"\nbuilds = "mine"\nexpect = { count = 2 }\n'
    path.write_text(head + '[torch]\ndevice = "npu"\ndistributions = "torch"\n')
    target = load_target(path)
    assert (target.framework("torch").device, target.framework("jax").device) == ("npu", "cuda")
    assert target.framework("torch").expect == DeviceExpectation(count=2)
    assert target.framework("jax").expect == DeviceExpectation(flavour="cuda .+", count=2)


def run(target: Target, python: Path, cache: Path, path: Path) -> RunFile:
    job = Job(target.name, "jax", "paper", python=str(python))
    return run_job(job, target, path, cache=cache, log=print, on_progress=lambda _: None)


@pytest.mark.parametrize(
    ("device", "expect", "said"),
    [
        ("cuda", ANY_DEVICE, "jax has no device 'cuda'"),
        ("cpu", DeviceExpectation(name="NVIDIA.*"), 'device.name is "cpu", not "NVIDIA.*"'),
    ],
    ids=["no such device", "another device"],
)
def test_a_run_without_its_device_is_blocked_with_one_line(
    cpu: Target,
    builds: Callable[[str], ProvisionedBuild],
    framework_environments: Path,
    tmp_path: Path,
    device: str,
    expect: DeviceExpectation,
    said: str,
) -> None:
    jax = replace(cpu.sources(Evidence.EXECUTED).framework("jax"), device=device, expect=expect)
    target = replace(cpu, name="gpu", frameworks={"jax": jax})
    done = run(target, builds("jax").python, framework_environments, tmp_path / "run.jsonl")
    assert said in done.run.blocked
    assert "\n" not in done.run.blocked
    assert (done.run.cases, done.observations) == ((), ())
    assert done.end is not None
