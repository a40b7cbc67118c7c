"""The interface of a framework to a compiler for hardware that is not present: one class for each, in `export.py`.

An exporter turns the call of a check into programs in StableHLO, the language that XLA's compilers take from every
framework. No result is computed for its own sake, and none is judged.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from monitor.model import Outcome, Stage
from monitor.suite.check_protocol import CaseCheck
from monitor.suite.device import Device


class StageError(Exception):
    """A call that failed at a stage; the message is in the framework's words."""

    def __init__(self, stage: Stage, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.stage, self.outcome = stage, outcome


def report_stage(stage: Stage) -> None:
    """Write the stage that begins to the log, for `monitor.execution.workers.framework_compiler` if it is the last."""
    print(f"stage: {stage}", file=sys.stderr, flush=True)


class Exporter(Protocol):
    """A framework with a platform to compile for. The constructor takes the device to trace on and that platform."""

    device: Device

    def __init__(self, device: str, platform: str) -> None:
        """Open the device that calls are traced on. Raises DeviceUnavailableError."""

    def programs(self, check: CaseCheck) -> list[bytes]:
        """Return the programs that the call of a check runs on the device, in StableHLO.

        Each is text or a portable artifact. The list is empty for a call that computes only on the host. Raises
        StageError, and any exception of the call itself.
        """


class StandIns:
    """A mixin for a device that replaces the arrays of a call by other objects, inside a trace.

    The first `prepare` of a check puts its arrays, which are kept; `standing_in` prepares it again with other objects
    in the same order.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)  # type: ignore[call-arg]
        self._kept: list[Any] = []
        self._instead: list[Any] | None = None

    def put(self, values: Any, dtype: str) -> Any:
        if self._instead is not None:
            return self._instead.pop(0)
        array = super().put(values, dtype)  # type: ignore[misc]
        self._kept.append(array)
        return array

    def arrays_of(self, check: CaseCheck) -> list[Any]:
        """Return the arrays that the call of a check takes."""
        self._kept = []
        check.prepare(self)  # type: ignore[arg-type]
        return self._kept

    def standing_in(self, check: CaseCheck, instead: Sequence[Any]) -> Callable[[], Any]:
        """Return the call of a check with these objects in the place of its arrays."""
        self._instead = [*instead]
        try:
            return check.prepare(self)  # type: ignore[arg-type]
        finally:
            self._instead = None
