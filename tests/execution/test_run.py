"""Runs of a real framework: the contents of the run file, and no observation is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.run import NoCaseError, ResumeError, run_job
from monitor.execution.targets.target import Target
from monitor.formats.run_file import read_run_file
from monitor.model import Job, Outcome

CHECKOUT = Path(__file__).resolve().parents[2]
FEW = ("jax/jax.numpy.add/*-float32", "jax/jax.tree_map/eager-float32")


Run = Callable[..., None]


@pytest.fixture
def run(cpu: Target, framework_environments: Path) -> Run:
    """Return a function that runs a job: `run(job, path)`."""
    return partial(run_job, target=cpu, cache=framework_environments, log=print, on_progress=lambda _: None)


def test_a_run_file_tells_the_whole_story(run: Run, builds: Callable[[str], ProvisionedBuild], tmp_path: Path) -> None:
    job = Job("cpu", "jax", "paper", build=builds("jax").build.requirement, selection=FEW)
    run(job, path=tmp_path / "run.jsonl")
    done = read_run_file(tmp_path / "run.jsonl")
    build = done.run.build
    assert build is not None
    assert (build.distribution, build.version) == ("jax", builds("jax").build.version)
    assert len(build.commit) == 40
    assert {package.name for package in build.packages} >= {"jax", "jaxlib", "numpy", "scipy"}
    assert all(len(package.sha256) == 64 for package in build.packages)
    assert {
        "host.cpu",
        "host.vectors",
        "host.cores",
        "host.memory",
        "host.kernel",
        "python.version",
        "device.name",
    } <= done.run.environment.keys()
    assert done.run.selection == FEW
    assert [observation.case for observation in done.observations] == list(done.run.cases)
    assert done.end is not None
    assert len(done.end.calibration) == 2
    add = next(o for o in done.observations if o.case == "jax/jax.numpy.add/eager-float32")
    assert add.outcome is Outcome.PASS
    assert add.error is not None
    assert add.latency is not None
    assert 0 < add.latency.minimum <= add.latency.median < add.latency.first
    assert done.names == ()  # suite `names` lists them


def test_an_interpreter_that_has_the_framework_is_enough(
    cpu: Target, builds: Callable[[str], ProvisionedBuild], tmp_path: Path
) -> None:
    """A run with the standard library alone: isolated Python, no uv on PATH."""
    code = f"""
import sys
sys.path.insert(0, {str(CHECKOUT)!r})
from monitor.execution.__main__ import main
sys.exit(main())
"""
    options = ["--framework", "jax", "--python", str(builds("jax").python), "--out", str(tmp_path / "run.jsonl")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *options, "--case", FEW[0]],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = read_run_file(tmp_path / "run.jsonl")
    assert written.run.build is not None
    assert written.run.build.channel == "given"
    assert {observation.outcome for observation in written.observations} == {Outcome.PASS}


def test_a_killed_run_goes_on_where_it_was(builds: Callable[[str], ProvisionedBuild], tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    command = [
        *(sys.executable, "-m", "monitor.execution", "--framework", "jax", "--out", str(path)),
        *("--python", str(builds("jax").python), "--case", "jax/jax.numpy.a[dr]*/eager-*"),
    ]
    process = subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not path.exists() or path.read_bytes().count(b"\n") < 6:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = path.read_bytes()
    with path.open("ab") as file:
        file.write(b'{"observation": {"case": "jax/ja')  # what a kill within a write leaves

    assert subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False).returncode == 2
    assert subprocess.run([*command, "--resume"], cwd=CHECKOUT, capture_output=True, check=False).returncode == 0
    assert path.read_bytes().startswith(before)
    done = read_run_file(path)
    assert [observation.case for observation in done.observations] == list(done.run.cases)
    assert done.end is not None

    complete = path.read_bytes()
    assert subprocess.run([*command, "--resume"], cwd=CHECKOUT, capture_output=True, check=False).returncode == 0
    assert path.read_bytes() == complete


def test_another_build_does_not_go_on_with_a_run(
    run: Run, builds: Callable[[str], ProvisionedBuild], tmp_path: Path
) -> None:
    path = tmp_path / "run.jsonl"
    job = Job("cpu", "jax", "paper", python=str(builds("jax").python), selection=FEW)
    run(job, path=path)
    lines = path.read_text().splitlines()
    head = json.loads(lines[0])
    for package in head["run"]["build"]["packages"]:
        if package["name"] == "numpy":
            package["version"] = "1.0"
    path.write_text("\n".join([json.dumps(head), *lines[1:3], ""]))
    with pytest.raises(ResumeError, match=r"began with numpy 1\.0"):
        run(job, path=path, resume=True)


def test_a_build_that_cannot_be_had_is_one_blocked_run(run: Run, tmp_path: Path) -> None:
    run(Job("cpu", "jax", "paper", build="jax==0.0.0.1"), path=tmp_path / "run.jsonl")
    done = read_run_file(tmp_path / "run.jsonl")
    assert "jax==0.0.0.1" in done.run.blocked
    assert (done.run.cases, done.observations) == ((), ())
    assert done.end is not None


def test_a_run_step_without_framework_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "monitor.execution", "--out", "x"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--framework or --job is needed" in done.stderr


def test_a_selection_that_no_case_of_a_listed_suite_fits_leaves_no_run(
    run: Run, builds: Callable[[str], ProvisionedBuild], tmp_path: Path
) -> None:
    """Only the build lists its cases, so the run is the first step that can refuse."""
    asked = ("jax/jax.lax.flor/harness-*",)
    job = Job("cpu", "jax", "harness", build=builds("jax").build.requirement, selection=asked)
    with pytest.raises(NoCaseError, match=r'fits no case of suite harness of jax, the nearest is "jax/jax.lax.floor/'):
        run(job, path=tmp_path / "run.jsonl")
    assert not (tmp_path / "run.jsonl").exists()
    run(job, path=tmp_path / "run.jsonl", allow_empty=True)
    assert read_run_file(tmp_path / "run.jsonl").observations == ()
