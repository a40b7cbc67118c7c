"""A user's program, traced in the user's own environment by `monitor.tracing.worker`, a watched process."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from monitor.execution.workers.compiler_process import CompileResult
from monitor.execution.workers.process import Limits, ProcessCommand, WatchedProcess, WorkerFailure
from monitor.formats.serialization import from_json
from monitor.model import Outcome, ProgramOperation, Stage, TracedProgram

# The user's modules may be anywhere; the variables of our own Python are left out otherwise.
KEPT_VARIABLES = ("PYTHONPATH", "PYTHONHASHSEED")
ON_THE_CPU = {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1"}  # a trace needs no device
START_SECONDS = 60.0  # nothing is imported before the process is ready


@dataclass(frozen=True)
class CallableRequest:
    """A callable of the user's: in a file or a module, with its inputs as text if the module does not give them.

    `framework` is empty for the one that the code uses.
    """

    file: str
    module: str
    name: str
    inputs: str = ""
    framework: str = ""
    gradients: bool = True


@dataclass(frozen=True)
class TraceRefusal:
    """A callable that cannot be traced, in one line, with the traceback of the user's code if that raised."""

    message: str
    frames: tuple[str, ...]


class TracerProcess:
    """The process that traces a callable."""

    def __init__(self, request: CallableRequest, python: Path, folder: Path) -> None:
        """Start the process; `folder` takes the programs and the log. Raises WorkerUnavailableError."""
        self._folder = folder
        arguments = {
            "file": request.file,
            "module": request.module,
            "name": request.name,
            "inputs": request.inputs,
            "framework": request.framework,
            "gradients": "yes" if request.gradients else "no",
            "programs": str(folder),
        }
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        environment = {**kept, **ON_THE_CPU, "TF_CPP_MIN_LOG_LEVEL": "2"}
        command = ProcessCommand(
            python, "monitor.tracing.worker", arguments, environment, folder / "tracer.log", start_seconds=START_SECONDS
        )
        self._process = WatchedProcess(command)

    @property
    def file(self) -> str:
        """The file of the callable."""
        return self._process.info.environment["file"]

    def trace(self, limits: Limits) -> TracedProgram | TraceRefusal | WorkerFailure:
        """Import the user's code and trace the callable."""
        return self._process.request({"trace": True}, limits, _read_trace)

    def lower(
        self, platform: str, operations: Sequence[int] | None, limits: Limits
    ) -> Path | CompileResult | WorkerFailure:
        """Lower the whole program, or some of its operations by number, and return the file or the refusal."""

        def read(message: Any) -> Path | CompileResult:
            if "program" in message:
                return self._folder / str(message["program"])
            return CompileResult(None, Stage.LOWER, Outcome(message["outcome"]), str(message["message"]))

        numbers = None if operations is None else [*operations]
        return self._process.request({"lower": platform, "operations": numbers}, limits, read)

    def operations(self, limits: Limits) -> tuple[ProgramOperation, ...] | WorkerFailure:
        """Return the distinct operations of the program; `lower` takes their numbers in this order."""
        return self._process.request({"operations": True}, limits, _read_operations)

    def close(self) -> None:
        self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read_trace(message: Any) -> TracedProgram | TraceRefusal:
    if "refused" in message:
        return TraceRefusal(str(message["refused"]), tuple(map(str, message["frames"])))
    return from_json(TracedProgram, message)


def _read_operations(message: Any) -> tuple[ProgramOperation, ...]:
    return tuple(from_json(ProgramOperation, operation) for operation in message["operations"])
