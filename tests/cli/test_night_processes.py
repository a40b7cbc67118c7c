"""Frameworks of a night side by side: real workers, killed, interrupted, failing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from monitor.history.store import History

CHECKOUT = Path(__file__).resolve().parents[2]
FEW = ["--suite", "paper", "--framework", "jax", "--framework", "torch"]
FEW += ["--case", "jax/jax.numpy.a*/eager-*", "--case", "torch/torch.a*/eager-*"]
# The site is written after the first framework of even the shortest night.
PROGRAM = """
import sys
from monitor.pipeline import night
night.MIN_REMAINING_SECONDS = 0.0
from monitor.__main__ import main
main()
"""
WAIT_SECONDS = 240  # for workers to start on a busy machine
pytestmark = [
    pytest.mark.usefixtures("framework_environments"),
    pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not pin processes"),
]


@contextmanager
def night(directory: Path, *arguments: str, cores: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A night in `directory`, on that many cores; 0: all. Nothing outside the directory is shared but builds."""
    allowed = sorted(os.sched_getaffinity(0))[:cores] if cores else os.sched_getaffinity(0)
    (directory / "tmp").mkdir(exist_ok=True)
    with (
        (directory / "stderr").open("w") as progress,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "nightly", *arguments],
            cwd=directory,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT), "TMPDIR": str(directory / "tmp")},
            stdout=subprocess.PIPE,
            stderr=progress,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, allowed),
        ) as process,
    ):
        yield process


def run(directory: Path, *arguments: str, cores: int = 0) -> tuple[int, str, str]:
    """Return the exit status, the answer and the progress of a whole night."""
    with night(directory, *arguments, cores=cores) as process:
        answer = process.communicate()[0]
    return process.returncode, answer, (directory / "stderr").read_text()


def run_files(directory: Path) -> dict[str, list[dict[str, dict[str, str]]]]:
    """Return the complete lines of each run file, by framework."""
    found = {}
    for path in directory.glob(".portability/nights/*/runs/*.jsonl"):
        content = path.read_text()
        lines = content[: content.rfind("\n") + 1].splitlines()
        found[path.stem.split("-")[1]] = [json.loads(line) for line in lines]
    return found


def observed(lines: list[dict[str, dict[str, str]]]) -> list[str]:
    return [line["observation"]["case"] for line in lines if "observation" in line]


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def processes_of(directory: Path) -> list[int]:
    """Return the processes whose working directory or environment names the directory of a night."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(directory).encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def framework_processes(directory: Path) -> dict[str, int]:
    """Return the processes that run the jobs of frameworks, by framework."""
    found = {}
    for pid in processes_of(directory):
        with suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_text()
            found |= {framework: pid for framework in ("jax", "torch") if f"cpu-{framework}-paper" in line}
    return found


def check_whole(directory: Path) -> None:
    """Every case of both frameworks was observed once, and both runs are recorded."""
    for lines in run_files(directory).values():
        assert "end" in lines[-1]
        assert sorted(observed(lines)) == sorted(lines[0]["run"]["cases"])
    recorded = History(directory / ".portability" / "history").load().runs
    assert {item.run.framework for item in recorded} == {"jax", "torch"}


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_two_frameworks_run_side_by_side_each_on_its_own_core(nothing_shipped: Path) -> None:
    with night(nothing_shipped, *FEW) as process:
        wait_for(lambda: len(framework_processes(nothing_shipped)) == 2)
        answer = process.communicate()[0]
    assert process.returncode == 0, (nothing_shipped / "stderr").read_text()
    check_whole(nothing_shipped)
    pinned = {lines[0]["run"]["environment"]["host.pinned"] for lines in run_files(nothing_shipped).values()}
    assert len(pinned) == 2
    assert "" not in pinned
    for framework in ("jax", "torch"):
        assert f"cpu {framework} paper: " in answer
    progress = (nothing_shipped / "stderr").read_text()
    assert "resolving" not in progress, "what a channel lacks is in the log"
    for log in nothing_shipped.glob(".portability/nights/*/logs/*.log"):
        assert "resolving" in log.read_text()


def test_one_core_runs_one_after_another_and_the_site_comes_after_the_first(nothing_shipped: Path) -> None:
    page = nothing_shipped / ".portability" / "site" / "index.html"
    with night(nothing_shipped, *FEW, cores=1) as process:
        wait_for(page.is_file)
        first = run_files(nothing_shipped)
        process.communicate()
    assert process.returncode == 0, (nothing_shipped / "stderr").read_text()
    assert len(first) == 1, "the second waits for the core"
    ((name, lines),) = first.items()
    assert "end" in lines[-1]
    check_whole(nothing_shipped)
    progress = (nothing_shipped / "stderr").read_text()
    (other,) = {"jax", "torch"} - {name}
    assert f"The site so far: {page.resolve().as_uri()} (open it in a browser; {other} will follow)" in progress
    pages = "".join(path.name for path in (page.parent / "runs").iterdir())
    assert all(its[0]["run"]["id"] in pages for its in run_files(nothing_shipped).values())


def test_a_killed_night_leaves_no_process_and_goes_on(nothing_shipped: Path) -> None:
    with night(nothing_shipped, *FEW) as process:
        wait_for(lambda: any(len(observed(lines)) > 3 for lines in run_files(nothing_shipped).values()))
        process.kill()
    before = run_files(nothing_shipped)
    status, _, progress = run(nothing_shipped, "--resume")  # at once: what was killed may still be ending
    assert status == 0, progress
    for framework, lines in run_files(nothing_shipped).items():
        kept = observed(before.get(framework, []))
        assert observed(lines)[: len(kept)] == kept
    check_whole(nothing_shipped)
    wait_for(lambda: not processes_of(nothing_shipped))


def test_an_interrupt_stops_all_and_the_night_goes_on(nothing_shipped: Path) -> None:
    with night(nothing_shipped, *FEW) as process:
        wait_for(lambda: any(map(observed, run_files(nothing_shipped).values())))
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        process.communicate()
    assert process.returncode == 130
    assert not processes_of(nothing_shipped)
    progress = (nothing_shipped / "stderr").read_text()
    assert "interrupted; go on with: portability nightly --resume" in progress
    assert "Traceback" not in progress
    assert not any("end" in lines[-1] for lines in run_files(nothing_shipped).values() if lines)
    status, _, progress = run(nothing_shipped, "--resume")
    assert status == 0, progress
    check_whole(nothing_shipped)


def test_a_framework_that_fails_stops_no_other(nothing_shipped: Path) -> None:
    with night(nothing_shipped, *FEW) as process:
        wait_for(lambda: observed(run_files(nothing_shipped).get("jax", [])))
        os.kill(framework_processes(nothing_shipped)["jax"], signal.SIGKILL)
        answer = process.communicate()[0]
    progress = (nothing_shipped / "stderr").read_text()
    assert process.returncode == 2, progress
    assert "jax: its process was killed by SIGKILL" in progress
    assert "cpu torch paper: " in answer
    assert "cpu jax paper: " not in answer

    (path,) = nothing_shipped.glob(".portability/nights/*/runs/cpu-jax-paper.jsonl")
    content = path.read_bytes()
    path.write_bytes(b"{}\n" + content)
    status, _, progress = run(nothing_shipped, "--resume")
    assert status == 2
    assert f"jax: portability nightly: {path.relative_to(nothing_shipped)}:1: " in progress
    assert "logs/jax.log)" in progress

    path.write_bytes(content)
    status, answer, progress = run(nothing_shipped, "--resume")
    assert status == 0, progress
    assert "cpu jax paper: " in answer
    check_whole(nothing_shipped)
