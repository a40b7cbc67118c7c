"""The process of a compiler for hardware that is not present: `monitor.compilers.worker` in its own environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from monitor.execution.workers.process import Limits, ProcessCommand, ProcessInfo, WatchedProcess, WorkerFailure
from monitor.formats.serialization import from_json
from monitor.model import Compiled, Outcome, Stage


@dataclass(frozen=True)
class CompileResult:
    """Result of one program: the figures of the compiler, or the reason of its failure."""

    compiled: Compiled | None
    stage: Stage | None = None
    outcome: Outcome = Outcome.PASS
    message: str = ""


class CompilerProcess:
    """A compiler, which is started again after a program that killed it."""

    def __init__(self, command: ProcessCommand) -> None:
        """Start the compiler and wait for it. Raises WorkerUnavailableError."""
        self._command = command
        self.process = WatchedProcess(command)

    @property
    def info(self) -> ProcessInfo:
        """Description of the compiler."""
        return self.process.info

    def compile(self, program: Path, limits: Limits) -> CompileResult:
        """Compile a program in StableHLO. Raises WorkerUnavailableError if a killed compiler does not start again."""
        if not self.process.alive:
            self.process.close()
            self.process = WatchedProcess(self._command)
        answer = self.process.request({"program": str(program)}, limits, _read_compiled)
        if not isinstance(answer, WorkerFailure):
            return answer
        if answer.outcome is Outcome.OOM:  # the memory of this host, not that of the hardware
            return CompileResult(None, Stage.COMPILE, Outcome.BLOCKED, f"on this host: {answer.message}")
        return CompileResult(None, Stage.COMPILE, answer.outcome, answer.message)

    def close(self) -> None:
        self.process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read_compiled(message: Any) -> CompileResult:
    if "compiled" in message:
        return CompileResult(from_json(Compiled, message["compiled"]))
    return CompileResult(None, Stage(message["stage"]), Outcome(message["outcome"]), str(message["message"]))
