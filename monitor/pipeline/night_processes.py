"""Run the frameworks of a night side by side, each in its own process on its own cores.

A framework that is timed on this machine's CPU needs cores that nothing else uses. All others need the whole machine:
an accelerator measures one framework at a time, and compilation keeps every core busy. They run one after another at
the end.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.execution.command_line import BUG, USAGE_ERROR
from monitor.execution.targets.backends import ExecuteBackend
from monitor.execution.targets.target import Target
from monitor.execution.workers.cpu_affinity import allowed_cores, pin_process, reserve_cores
from monitor.model import Job
from monitor.pipeline.framework_process import command, log_path
from monitor.pipeline.night_display import NightDisplay
from monitor.pipeline.plan_files import job_name
from monitor.pipeline.remaining_time import expected_seconds, time_text

CPU = "cpu"  # the device of a framework that executes on this machine's CPU
READ_BYTES = 1 << 16
END_SECONDS = 30.0  # an interrupted process ends its workers and closes its files


@dataclass(frozen=True)
class FrameworkJobs:
    """Jobs of one framework that run in one process.

    `cores` is the number of cores to reserve, 0 if they need the whole machine.
    """

    title: str
    jobs: tuple[Job, ...]
    cores: int

    @property
    def seconds(self) -> float | None:
        """The seconds that the cases took before, None if unknown."""
        return expected_seconds(self.jobs)


@dataclass(frozen=True)
class FrameworkResult:
    """End of a framework: the jobs that have a complete run file, and the exit status that a failure gives the night.

    `status` is 0 without a failure.
    """

    title: str
    jobs: tuple[Job, ...]
    status: int


@dataclass
class _Lane:
    """Reserved cores on which frameworks run one after another; empty for the whole machine."""

    cores: frozenset[int]
    resources: ExitStack


@dataclass
class _Running:
    """A process with its pipe of events."""

    framework: FrameworkJobs
    lane: _Lane
    process: subprocess.Popen[bytes]
    events: int
    unread: bytes = b""
    ran: list[str] = field(default_factory=list)


def group_jobs(jobs: Sequence[Job], targets: Mapping[str, Target]) -> tuple[FrameworkJobs, ...]:
    """Return jobs in groups that run in one process each, in the order in which they start.

    The quickest framework comes first, so that the first results come soon; the others follow, the longest first, so
    that the last ones end at nearly the same time. Groups that need the whole machine come last.
    """
    grouped: dict[tuple[str, bool], list[Job]] = {}
    for job in jobs:
        grouped.setdefault((job.framework, _is_timed_on_cpu(job, targets)), []).append(job)
    timed, others = [], []
    for (framework, is_timed), its in grouped.items():
        if is_timed:
            cores = max(targets[job.target].backend(job.evidence).threads for job in its)
            timed.append(FrameworkJobs(framework, tuple(its), cores))
        else:
            kinds = " ".join(dict.fromkeys(job.evidence for job in its))
            others.append(FrameworkJobs(f"{framework} {kinds}", tuple(its), 0))
    timed.sort(key=lambda group: -(group.seconds or 0.0))
    return (*timed[-1:], *timed[:-1], *others)


def _is_timed_on_cpu(job: Job, targets: Mapping[str, Target]) -> bool:
    target = targets[job.target]
    executed = isinstance(target.backend(job.evidence), ExecuteBackend)
    return executed and target.sources(job.evidence).framework(job.framework).device == CPU


class NightProcesses:
    """The processes of a night, whose plan and run files are in `folder`."""

    def __init__(self, folder: Path, cache: Path, display: NightDisplay) -> None:
        self._folder, self._cache, self._display = folder, cache, display
        self._allowed = allowed_cores()
        self._running: list[_Running] = []

    def run(self, groups: Sequence[FrameworkJobs]) -> Generator[FrameworkResult]:
        """Run all groups, and yield each result as soon as its framework has ended.

        Between two results, this process is pinned to cores that no framework uses: the caller may work. Close this
        generator to stop all processes; their run files can be continued.
        """
        waiting = deque(group for group in groups if group.cores)
        last = deque(group for group in groups if not group.cores)
        with ExitStack() as resources:
            lanes = self._reserve(waiting, resources)
            resources.callback(self._stop)  # before the cores are released
            if not lanes:  # other programs have the cores, or this system has no pinning
                last = deque(groups)
                waiting.clear()
            for group in (*waiting, *last):
                self._display.state(group.title, f"waits, {time_text(group.seconds)}".removesuffix(", "))
            spare = self._allowed.difference(*(lane.cores for lane in lanes))
            for lane in lanes:
                self._start(waiting.popleft(), lane, spare)
            while self._running:
                for ended in self._wait():
                    if waiting and spare:  # the caller has cores of its own
                        self._start(waiting.popleft(), ended.lane, spare)
                    yield self._result(ended)
                    if waiting and not self._uses(ended.lane):
                        self._start(waiting.popleft(), ended.lane, spare)
                    elif not self._uses(ended.lane):
                        ended.lane.resources.close()
            whole = _Lane(frozenset(), ExitStack())
            for group in last:
                self._start(group, whole, self._allowed)
                while self._running:
                    for ended in self._wait():
                        yield self._result(ended)

    def _reserve(self, waiting: Sequence[FrameworkJobs], resources: ExitStack) -> list[_Lane]:
        """Reserve the cores of as many frameworks as can run at the same time."""
        lanes: list[_Lane] = []
        size = max((group.cores for group in waiting), default=0)
        while len(lanes) < len(waiting):
            held = resources.enter_context(ExitStack())
            if not (cores := held.enter_context(reserve_cores(size))):
                break
            lanes.append(_Lane(cores, held))
        return lanes

    def _uses(self, lane: _Lane) -> bool:
        return any(running.lane is lane for running in self._running)

    def _start(self, framework: FrameworkJobs, lane: _Lane, spare: frozenset[int]) -> None:
        """Start the process of a framework in a lane; it uses spare cores too, for all but the timed workers."""
        self._display.state(framework.title, "starts")
        log = log_path(self._folder, framework.title)
        log.parent.mkdir(parents=True, exist_ok=True)
        names = tuple(map(job_name, framework.jobs))
        events, inherited = os.pipe()
        try:
            with log.open("ab") as output:
                process = subprocess.Popen(
                    command(self._folder, names, self._cache, lane.cores, lane.cores | spare, inherited),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=(inherited,),
                    start_new_session=True,  # an interrupt at the terminal reaches this process, which passes it on
                )
        finally:
            os.close(inherited)
        self._running.append(_Running(framework, lane, process, events))

    def _wait(self) -> list[_Running]:
        """Show events until a process ends, and return the ended ones, which are no longer running."""
        ended: list[_Running] = []
        with selectors.DefaultSelector() as selector:
            for running in self._running:
                selector.register(running.events, selectors.EVENT_READ, running)
            while not ended:
                for key, _ in selector.select():
                    if chunk := os.read(key.data.events, READ_BYTES):
                        self._take(key.data, chunk)
                    else:
                        ended.append(key.data)
        for running in ended:
            running.process.wait()
            os.close(running.events)
            self._running.remove(running)
            self._display.state(running.framework.title, "")
        return ended

    def _take(self, running: _Running, chunk: bytes) -> None:
        """Show the complete events in the bytes of a process."""
        *lines, running.unread = (running.unread + chunk).split(b"\n")
        for event in map(json.loads, lines):
            self._show(running, event)

    def _show(self, running: _Running, event: Mapping[str, Any]) -> None:
        if "ran" in event:
            running.ran.append(event["ran"])
        elif "line" in event:
            self._display.line(event["line"])
        else:
            self._display.state(running.framework.title, event["state"])

    def _result(self, ended: _Running) -> FrameworkResult:
        """Return the result of an ended process, report its failure, and pin this process to free cores."""
        code, title = ended.process.returncode, ended.framework.title
        if code:
            log = log_path(self._folder, title)
            self._display.line(f"{title}: {_failure(code, log)} ({log})")
        busy = frozenset[int]().union(*(running.lane.cores for running in self._running))
        pin_process(self._allowed - busy)
        ran = tuple(job for job in ended.framework.jobs if job_name(job) in ended.ran)
        return FrameworkResult(title, ran, BUG if code == BUG else USAGE_ERROR if code else 0)

    def _stop(self) -> None:
        """Interrupt the processes that run, wait for their end, and unpin this process."""
        for running in self._running:
            with suppress(ProcessLookupError):
                os.killpg(running.process.pid, signal.SIGINT)
        for running in self._running:
            try:
                running.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(running.process.pid, signal.SIGKILL)
                running.process.wait()
            os.close(running.events)
        self._running.clear()
        self._display.hide()
        pin_process(self._allowed)


def _failure(code: int, log: Path) -> str:
    """Return in one line why a process failed: its last words, or the signal that killed it."""
    if code < 0:
        return f"its process was killed by {signal.Signals(-code).name}"
    words = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(words) if line.strip()), f"exit status {code}")
