"""Run the jobs of one framework of a night, in a process that `monitor.pipeline.night_processes` starts.

The process sends events to its parent, one JSON object a line:

    {"line": "jax: starting jax==0.12.0.1 on cpu"}              for the reader of the night, once
    {"state": "812 of 6,057 cases, about 2 min left"}           what happens now, instead of the last state
    {"ran": "cpu-jax-paper"}                                    a job whose run file is complete

Its standard output and error are the log of the framework, which has every line, also those on builds.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitor.execution import run_job
from monitor.execution.command_line import run_program
from monitor.execution.progress import RunSummary
from monitor.execution.run import NoCaseError, ResumeError
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.target import load_targets
from monitor.execution.workers.compile_worker import Exports
from monitor.execution.workers.cpu_affinity import format_cores, parse_cores, pin_process
from monitor.execution.workers.pool import RunProgress
from monitor.formats.run_file import RunFileError
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.plan_files import read_plan_jobs
from monitor.pipeline.remaining_time import RemainingTime

PROGRAM = "portability nightly"
FAULTS = (TargetError, ResumeError, RunFileError)
STATE_EVERY_SECONDS = 0.5  # the parent reads no events while it writes the site, and a pipe holds 64 KiB
KILL_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


class _Events:
    """Events to the parent, and lines in the log of the framework."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._shown = 0.0

    def line(self, text: str) -> None:
        """Show a line to the reader of the night."""
        self.log_builds(text)
        self.send(line=text)

    def log_builds(self, text: str) -> None:
        """Write a line on a build to the log; the reader of the night sees it as the current state only."""
        print(text, flush=True)
        self.send(state=text)

    def state(self, text: str) -> None:
        """Send a state, unless the last one is recent."""
        if time.monotonic() - self._shown >= STATE_EVERY_SECONDS:
            self._shown = time.monotonic()
            self.send(state=text)

    def send(self, **event: Any) -> None:
        """Send an event. Raises BrokenPipeError if the parent has ended."""
        os.write(self._descriptor, json.dumps(event).encode() + b"\n")


def command(
    night: Path, names: tuple[str, ...], cache: Path, cores: frozenset[int], allowed: frozenset[int], events: int
) -> list[str]:
    """Return the command that runs these jobs of the plan in a night's folder.

    The workers run on `cores`, which the caller has reserved; the process itself may use the `allowed` ones, and all if
    that is empty. `events` is the descriptor of the pipe to the parent.
    """
    options = [
        *("--night", str(night), "--cache", str(cache), "--events", str(events), "--parent", str(os.getpid())),
        *("--cores", format_cores(cores), "--allowed", format_cores(allowed)),
    ]
    return [sys.executable, "-m", "monitor.pipeline.framework_process", *options, *names]


def main() -> int:
    """Run the jobs that the arguments name, and return the exit status, as `run_program` defines it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--night", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--cores", type=parse_cores, required=True)
    parser.add_argument("--allowed", type=parse_cores, required=True)
    parser.add_argument("jobs", nargs="+")
    options = parser.parse_args()
    _end_with(options.parent)
    pin_process(options.allowed)
    return run_program(PROGRAM, partial(_run, options), FAULTS)


def _end_with(parent: int) -> None:
    """Let the system kill this process when its parent ends. Elsewhere than on Linux, the next event ends it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(KILL_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before that call
            sys.exit(1)


def _run(options: argparse.Namespace) -> int:
    events = _Events(options.events)
    jobs = read_plan_jobs(options.night / "plan", options.jobs)
    remaining = RemainingTime(jobs)
    targets = load_targets(RUNNERS)
    with TemporaryDirectory(prefix="portability-") as folder:
        exports = Exports(Path(folder))
        for name, job in jobs.items():
            try:
                run_job(
                    job,
                    targets[job.target],
                    run_path(options.night, name),
                    cache=options.cache,
                    resume=True,
                    exports=exports,
                    cores=options.cores,
                    log=events.line,
                    log_builds=events.log_builds,
                    on_progress=_progress_of(name, remaining, events),
                )
            except NoCaseError as error:
                events.line(f"{name} is left out: {error}")
            else:
                events.send(ran=name)
            remaining.end(name)
    return 0


def _progress_of(name: str, remaining: RemainingTime, events: _Events) -> Callable[[RunProgress], None]:
    """Return the function that reports each observation of a job."""
    summary = RunSummary(name)

    def show(progress: RunProgress) -> None:
        line = summary.add(progress)
        remaining.add(name, progress)
        if progress.done == progress.total:
            events.line(line)
        else:
            events.state(remaining.text)

    return show


def run_path(night: Path, name: str) -> Path:
    """Return the path of the run file of a job of a night."""
    return night / "runs" / f"{name}.jsonl"


def log_path(night: Path, title: str) -> Path:
    """Return the path of the log of a framework in a night."""
    return night / "logs" / f"{title.replace(' ', '-')}.log"


if __name__ == "__main__":
    sys.exit(main())
