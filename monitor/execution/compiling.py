"""Watched pairs of processes: one turns a case into programs, the other compiles them for hardware that is not here.

The first is `monitor.suite.exporter` in the framework's environment, the second `monitor.compilers.worker` in the
compiler's. Either may die of a case, and is started again for the next. To whoever asks, a pair is a worker.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from monitor.execution.supervisor import Fault, Limits, Process, ProcessCommand, Ready, read_observation
from monitor.handover.codec import from_json
from monitor.model import Compiled, Evidence, Observation, Outcome, Stage

GIB = 1 << 30


@dataclass(frozen=True)
class Verdict:
    """What became of one program: what the compiler knows of it, or why it did not compile."""

    compiled: Compiled | None
    stage: Stage | None = None
    outcome: Outcome = Outcome.PASS
    message: str = ""


class CompilingWorker:
    """An exporter and a compiler. `served` counts the cases they have answered."""

    def __init__(self, exporter: ProcessCommand, compiler: ProcessCommand, programs: Path, memory: float) -> None:
        """Start both and wait until they are ready. Raises WorkerUnavailableError.

        `programs` is the folder in which the exporter leaves its programs, `memory` what the hardware has, in bytes.
        """
        self.served = 0
        self._programs = programs
        self._memory = memory
        self._compiler_command = compiler
        self._verdicts: dict[str, Verdict] = {}
        self._exporter = Process(exporter)
        try:
            self._compiler = Process(compiler)
        except BaseException:
            self._exporter.close()
            raise

    @property
    def ready(self) -> Ready:
        """What both say of themselves; the cases and the version are the framework's."""
        environment = self._exporter.ready.environment | self._compiler.ready.environment
        return replace(self._exporter.ready, environment=environment)

    @property
    def alive(self) -> bool:
        return self._exporter.alive

    @property
    def memory_mib(self) -> float:
        return max(self._exporter.memory_mib, self._compiler.memory_mib)

    def ask(self, case: str, limits: Limits) -> Observation:
        """Have one case exported and its programs compiled; see `alive`."""
        start = time.monotonic()
        exported = self._exporter.request({"case": case}, limits, lambda message: _exported(message, case))
        if isinstance(exported, Fault):
            # What takes too long or too much here, before any compiler, says nothing of the hardware.
            crash = exported.outcome is Outcome.CRASH
            outcome = Outcome.CRASH if crash else Outcome.BLOCKED
            message = exported.message if crash else f"on this host: {exported.message}"
            return Observation(case, outcome, Evidence.COMPILED, message, Stage.TRACE, seconds=_since(start))
        self.served += 1
        observation, programs = exported
        if observation.outcome is Outcome.PASS:
            observation = self._compile(observation, programs, limits)
        return replace(observation, seconds=_since(start))

    def _compile(self, observation: Observation, programs: list[str], limits: Limits) -> Observation:
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

    def _verdict(self, program: str, limits: Limits) -> Verdict:
        if not self._compiler.alive:
            self._compiler.close()
            self._compiler = Process(self._compiler_command)
        answer = self._compiler.request({"program": str(self._programs / program)}, limits, _judged)
        return Verdict(None, Stage.COMPILE, answer.outcome, answer.message) if isinstance(answer, Fault) else answer

    def kill(self) -> None:
        """Kill both."""
        self._exporter.kill()
        self._compiler.kill()

    def close(self) -> None:
        self._exporter.close()
        self._compiler.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _exported(message: Any, case: str) -> tuple[Observation, list[str]]:
    """The exporter's answer about a case. It runs code that nobody reviewed: an answer may be anything."""
    observation, programs = read_observation(message, case), message["programs"]
    if not all(isinstance(name, str) and "/" not in name for name in programs):
        raise ValueError("a program that is not in the folder of programs")
    return observation, programs


def _judged(message: Any) -> Verdict:
    if "compiled" in message:
        return Verdict(from_json(Compiled, message["compiled"]))
    return Verdict(None, Stage(message["stage"]), Outcome(message["outcome"]), str(message["message"]))


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
