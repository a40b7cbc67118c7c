"""Watched processes for hardware that is not here: one turns a case into programs, another may compile them.

The first is `monitor.suite.export_worker` in the framework's environment, the second `monitor.compilers.worker` in the
compiler's. Either may die of a case, and is started again for the next. To whoever asks, they are a worker.

A program is the same for every chip of a compiler: what one job had exported, the next one knows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from monitor.execution.workers.process import (
    Limits,
    ProcessCommand,
    ProcessInfo,
    WatchedProcess,
    WorkerFailure,
    read_observation,
)
from monitor.formats.serialization import from_json
from monitor.model import Compiled, Evidence, Observation, Outcome, Stage

GIB = 1 << 30

# What a compiler may need for a program is for the target to say (`case-seconds`); what comes before it is not. Nearly
# every case is exported within a second, and one that computes on this host for longer says nothing of the hardware.
EXPORT_SECONDS = 60.0


@dataclass(frozen=True)
class CompileResult:
    """What became of one program: what the compiler knows of it, or why it did not compile."""

    compiled: Compiled | None
    stage: Stage | None = None
    outcome: Outcome = Outcome.PASS
    message: str = ""


Answer = tuple[Observation, list[str]] | WorkerFailure  # an exporter's, with the names of the programs


@dataclass
class BuildExports:
    """What exporters answered about one build, and the folder of their programs.

    `known` are the answers to the jobs before this one, `asked` those to this one: within a job, a question that is
    put again is meant to be.
    """

    folder: Path
    ready: ProcessInfo | None = None
    known: dict[str, Answer] = field(default_factory=dict)
    asked: dict[str, Answer] = field(default_factory=dict)


class Exports:
    """What exporters answered to all the jobs of a night."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._exported: dict[tuple[str, ...], BuildExports] = {}

    def begin(self, *what: str) -> BuildExports:
        """What is known at the beginning of a job; `what` tells its exporter from any other."""
        if what not in self._exported:
            folder = self._folder / str(len(self._exported))
            folder.mkdir()
            self._exported[what] = BuildExports(folder)
        exported = self._exported[what]
        exported.known |= exported.asked
        exported.asked = {}
        return exported


class LoweringWorker:
    """An exporter, whose programs nobody compiles here. `served` counts the cases that it has answered."""

    evidence = Evidence.LOWERED

    def __init__(self, exporter: ProcessCommand, exported: BuildExports) -> None:
        """Start it where nothing is known of it yet, else only once it is needed. Raises WorkerUnavailableError."""
        self.served = 0
        self._exported = exported
        self._exporter_command = exporter
        self._exporter: WatchedProcess | None = None
        if exported.ready is None:
            exported.ready = self._start_exporter().ready
        self._ready = exported.ready

    def _start_exporter(self) -> WatchedProcess:
        self._exporter = self._exporter or WatchedProcess(self._exporter_command)
        return self._exporter

    @property
    def ready(self) -> ProcessInfo:
        """What the exporter says of itself."""
        return self._ready

    @property
    def alive(self) -> bool:
        return self._exporter is None or self._exporter.alive

    @property
    def memory_mib(self) -> float:
        return max((process.memory_mib for process in self._processes()), default=0.0)

    def ask(self, case: str, limits: Limits) -> Observation:
        """Have one case exported, and what comes of its programs; see `alive`."""
        start = time.monotonic()
        exported = self._exported.known.get(case) or self._export(case, limits)
        if isinstance(exported, WorkerFailure):
            # What takes too long or too much here, before any compiler, says nothing of the hardware.
            crash = exported.outcome is Outcome.CRASH
            outcome = Outcome.CRASH if crash else Outcome.BLOCKED
            message = exported.message if crash else f"on this host: {exported.message}"
            return Observation(case, outcome, self.evidence, message, Stage.TRACE, seconds=_since(start))
        self.served += 1
        observation, programs = exported
        if observation.outcome is Outcome.PASS:
            observation = self._go_on(observation, programs, limits)
        return replace(observation, evidence=self.evidence, seconds=_since(start))

    def _export(self, case: str, limits: Limits) -> Answer:
        limits = replace(limits, seconds=min(limits.seconds, EXPORT_SECONDS))
        answer = self._start_exporter().request({"case": case}, limits, lambda message: _read_exported(message, case))
        self._exported.asked[case] = answer
        return answer

    def _go_on(self, observation: Observation, programs: list[str], limits: Limits) -> Observation:
        """What becomes of a case after its export."""
        del programs, limits
        return observation

    def _processes(self) -> list[WatchedProcess]:
        return [self._exporter] if self._exporter else []

    def kill(self) -> None:
        """Kill all processes."""
        for process in self._processes():
            process.kill()

    def close(self) -> None:
        for process in self._processes():
            process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class CompilingWorker(LoweringWorker):
    """An exporter and a compiler."""

    evidence = Evidence.COMPILED

    def __init__(
        self, exporter: ProcessCommand, compiler: ProcessCommand, exported: BuildExports, memory: float
    ) -> None:
        """Start both and wait for them. Raises WorkerUnavailableError.

        `memory` is what the hardware has, in bytes.
        """
        self._memory = memory
        self._compiler_command = compiler
        self._verdicts: dict[str, CompileResult] = {}
        self._compiler = WatchedProcess(compiler)
        try:
            super().__init__(exporter, exported)
        except BaseException:
            self._compiler.close()
            raise

    @property
    def ready(self) -> ProcessInfo:
        """What both say of themselves; the cases and the version are the framework's."""
        return replace(self._ready, environment=self._ready.environment | self._compiler.ready.environment)

    def _processes(self) -> list[WatchedProcess]:
        return [*super()._processes(), self._compiler]

    def _go_on(self, observation: Observation, programs: list[str], limits: Limits) -> Observation:
        known = []
        for program in programs:
            if program not in self._verdicts:
                self._verdicts[program] = self._verdict(program, limits)
            verdict = self._verdicts[program]
            if verdict.compiled is None:
                return replace(observation, outcome=verdict.outcome, message=verdict.message, stage=verdict.stage)
            known.append(verdict.compiled)
        compiled = _sum(known)
        if compiled.memory is not None and compiled.memory > self._memory:  # not every compiler minds
            message = f"needs {compiled.memory / GIB:.1f} GiB of memory, and there are {self._memory / GIB:g}"
            observation = replace(observation, outcome=Outcome.OOM, stage=Stage.COMPILE, message=message)
        return replace(observation, compiled=compiled)

    def _verdict(self, program: str, limits: Limits) -> CompileResult:
        if not self._compiler.alive:
            self._compiler.close()
            self._compiler = WatchedProcess(self._compiler_command)
        answer = self._compiler.request({"program": str(self._exported.folder / program)}, limits, _judged)
        if not isinstance(answer, WorkerFailure):
            return answer
        if answer.outcome is Outcome.OOM:  # of this host's memory: the hardware's is another
            return CompileResult(None, Stage.COMPILE, Outcome.BLOCKED, f"on this host: {answer.message}")
        return CompileResult(None, Stage.COMPILE, answer.outcome, answer.message)


def _read_exported(message: Any, case: str) -> tuple[Observation, list[str]]:
    """The exporter's answer about a case. It runs code that nobody reviewed: an answer may be anything."""
    observation, programs = read_observation(message, case), message["programs"]
    if not all(isinstance(name, str) and "/" not in name for name in programs):
        raise ValueError("a program that is not in the folder of programs")
    return observation, programs


def _judged(message: Any) -> CompileResult:
    if "compiled" in message:
        return CompileResult(from_json(Compiled, message["compiled"]))
    return CompileResult(None, Stage(message["stage"]), Outcome(message["outcome"]), str(message["message"]))


def _sum(known: list[Compiled]) -> Compiled:
    """What is known of all programs of a case; a figure that one of them lacks is not known."""

    def total(figures: list[Any]) -> Any:
        return None if not figures or None in figures else sum(figures)

    memory = [one.memory for one in known if one.memory is not None]
    return Compiled(
        programs=len(known),
        seconds=round(sum(one.seconds for one in known), 4),
        flops=total([one.flops for one in known]),
        bytes=total([one.bytes for one in known]),
        memory=max(memory) if len(memory) == len(known) and memory else None,
        code=total([one.code for one in known]),
    )


def _since(start: float) -> float:
    return round(time.monotonic() - start, 3)
