"""Workers for hardware that is not present: one process exports the programs of a case, another may compile them.

The exporter is `monitor.suite.export_worker` in the framework's environment, the compiler `monitor.compilers.worker` in
its own. A case may kill either one, which is started again for the next case. Together they are a `CaseWorker`.

A program is the same for every chip of a compiler, and some frameworks have one program for every compiler. So later
jobs of a night reuse the exports of earlier ones, and `frozen_exports` keeps those of a build that never changes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from monitor.execution.workers.compiler_process import CompileResult, CompilerProcess
from monitor.execution.workers.process import (
    Limits,
    ProcessCommand,
    ProcessInfo,
    WatchedProcess,
    WorkerFailure,
    WorkerUnavailableError,
    read_observation,
)
from monitor.model import Compiled, Evidence, Mode, Observation, Outcome, Stage, mode_of

GIB = 1 << 30

# `case-seconds` of the target limits the compiler, not the export before it. Nearly every case is exported within a
# second, and a case that computes on this host for longer shows nothing about the hardware.
EXPORT_SECONDS = 60.0

# Only a TPU needs the bridge for every program.
OWN_KERNELS = "on a GPU, TensorFlow has its own kernels, which run without jit_compile"

ExportAnswer = tuple[Observation, list[str]] | WorkerFailure  # of an exporter, with the names of the programs


@dataclass
class BuildExports:
    """Exports of one build, and the folder of their programs.

    `earlier` has the exports of earlier jobs, `current` those of this job: within a job, a case that runs again is
    meant to be exported again.
    """

    folder: Path
    info: ProcessInfo | None = None
    earlier: dict[str, ExportAnswer] = field(default_factory=dict)
    current: dict[str, ExportAnswer] = field(default_factory=dict)


class Exports:
    """Exports of all jobs of a night, below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._exported: dict[tuple[str, ...], BuildExports] = {}

    @property
    def last(self) -> BuildExports | None:
        """Return the exports of the build that began last; None before the first job."""
        return next(reversed(self._exported.values()), None)

    def begin(self, *key: str) -> BuildExports:
        """Return the exports at the beginning of a job; `key` identifies its exporter."""
        if key not in self._exported:
            folder = self._folder / str(len(self._exported))
            folder.mkdir()
            self._exported[key] = BuildExports(folder)
        exports = self._exported[key]
        exports.earlier |= exports.current
        exports.current = {}
        return exports


class LoweringWorker:
    """An exporter whose programs are not compiled. `served` counts the cases that it has exported."""

    evidence = Evidence.LOWERED

    def __init__(self, exporter: ProcessCommand | None, exports: BuildExports) -> None:
        """Start the exporter if its description is unknown, else when it is needed. Raises WorkerUnavailableError.

        `exporter` is None where `exports` has every case.
        """
        self.served = 0
        self._exports = exports
        self._exporter_command = exporter
        self._exporter: WatchedProcess | None = None
        if exports.info is None:
            exports.info = self._start_exporter().info
        self._info = exports.info

    def _start_exporter(self) -> WatchedProcess:
        if self._exporter is None:
            if self._exporter_command is None:
                raise WorkerUnavailableError("the frozen exports lack a case")
            self._exporter = WatchedProcess(self._exporter_command)
        return self._exporter

    @property
    def info(self) -> ProcessInfo:
        """Description of the exporter."""
        return self._info

    @property
    def alive(self) -> bool:
        return self._exporter is None or self._exporter.alive

    @property
    def memory_mib(self) -> float:
        return max((process.memory_mib for process in self._processes()), default=0.0)

    def run_case(self, case: str, limits: Limits) -> Observation:
        """Export a case, process its programs, and return the observation; see `alive` afterwards."""
        start = time.monotonic()
        exported = self._exports.earlier.get(case) or self._export(case, limits)
        if isinstance(exported, WorkerFailure):
            # A limit that is reached on this host, before any compiler, shows nothing about the hardware.
            crash = exported.outcome is Outcome.CRASH
            outcome = Outcome.CRASH if crash else Outcome.BLOCKED
            message = exported.message if crash else f"on this host: {exported.message}"
            return Observation(case, outcome, self.evidence, message, Stage.TRACE, seconds=_since(start))
        self.served += 1
        observation, programs = exported
        if observation.outcome is Outcome.PASS:
            observation = self._process(observation, programs, limits)
        return replace(observation, evidence=self.evidence, seconds=_since(start))

    def _export(self, case: str, limits: Limits) -> ExportAnswer:
        limits = replace(limits, seconds=min(limits.seconds, EXPORT_SECONDS))
        answer = self._start_exporter().request({"case": case}, limits, lambda message: read_exported(message, case))
        self._exports.current[case] = answer
        return answer

    def _process(self, observation: Observation, programs: list[str], limits: Limits) -> Observation:
        """Return the observation of a case after its export."""
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
        self,
        exporter: ProcessCommand | None,
        compiler: ProcessCommand,
        exports: BuildExports,
        memory: float,
        other_way: str = "",
    ) -> None:
        """Start both and wait for them. Raises WorkerUnavailableError.

        `memory` is the memory of the hardware in bytes. `other_way` states how the framework runs a call without its
        bridge and this compiler; a case that they refuse is blocked then, unless it requests the compiler.
        """
        self._memory, self._other_way = memory, other_way
        self._results: dict[str, CompileResult] = {}
        self._compiler = CompilerProcess(compiler)
        try:
            super().__init__(exporter, exports)
        except BaseException:
            self._compiler.close()
            raise

    @property
    def info(self) -> ProcessInfo:
        """Description of both processes; the cases and the version are the framework's."""
        return replace(self._info, environment=self._info.environment | self._compiler.info.environment)

    def run_case(self, case: str, limits: Limits) -> Observation:
        observation = super().run_case(case, limits)
        requested = mode_of(case.rpartition("/")[2]) is Mode.COMPILED
        optional = {Stage.EXPORT} if requested else {Stage.EXPORT, Stage.COMPILE}
        if not self._other_way or observation.stage not in optional or observation.outcome is Outcome.BLOCKED:
            return observation
        message = f"{observation.message.rstrip('.')}, and {self._other_way}"
        return replace(observation, outcome=Outcome.BLOCKED, message=message)

    def _processes(self) -> list[WatchedProcess]:
        return [*super()._processes(), self._compiler.process]

    def _process(self, observation: Observation, programs: list[str], limits: Limits) -> Observation:
        figures = []
        for program in programs:
            if program not in self._results:
                self._results[program] = self._compiler.compile(self._exports.folder / program, limits)
            result = self._results[program]
            if result.compiled is None:
                return replace(observation, outcome=result.outcome, message=result.message, stage=result.stage)
            figures.append(result.compiled)
        compiled = _sum(figures)
        if compiled.memory is not None and compiled.memory > self._memory:  # not every compiler refuses it
            message = f"needs {compiled.memory / GIB:.1f} GiB of memory, and there are {self._memory / GIB:g}"
            observation = replace(observation, outcome=Outcome.OOM, stage=Stage.COMPILE, message=message)
        return replace(observation, compiled=compiled)


def other_way(framework: str, driver: str) -> str:
    """Return how a framework runs calls without its bridge, on the hardware of a compiler; "" if it cannot."""
    return OWN_KERNELS if framework == "tensorflow" and driver != "tpu" else ""


def read_exported(message: Any, case: str) -> tuple[Observation, list[str]]:
    """Return the observation and the programs in an exporter's answer, which may be anything. Raises ValueError."""
    observation, programs = read_observation(message, case), message["programs"]
    if not all(isinstance(name, str) and "/" not in name for name in programs):
        raise ValueError("a program that is not in the folder of programs")
    return observation, programs


def _sum(programs: list[Compiled]) -> Compiled:
    """Return the figures of all programs of a case together; a figure that one of them lacks is None."""

    def total(figures: list[Any]) -> Any:
        return None if not figures or None in figures else sum(figures)

    memory = [program.memory for program in programs if program.memory is not None]
    return Compiled(
        programs=len(programs),
        seconds=round(sum(program.seconds for program in programs), 4),
        flops=total([program.flops for program in programs]),
        bytes=total([program.bytes for program in programs]),
        memory=max(memory) if len(memory) == len(programs) and memory else None,
        code=total([program.code for program in programs]),
    )


def _since(start: float) -> float:
    return round(time.monotonic() - start, 3)
