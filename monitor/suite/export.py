"""What a framework must tell to be compiled for hardware that is not here: one class a framework, in its `export.py`.

An exporter turns a check's call into programs in StableHLO, the language that XLA's compilers take from every
framework. No number is computed for its own sake, and none is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from monitor.model import Outcome, Stage
from monitor.suite.check_protocol import CaseCheck
from monitor.suite.device import Device


class StageError(Exception):
    """A call that did not come through a stage; the message is in the framework's own words."""

    def __init__(self, stage: Stage, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.stage, self.outcome = stage, outcome


class Exporter(Protocol):
    """A framework, on its way to a compiler's platform. The constructor takes the device to trace on, and that."""

    device: Device

    def __init__(self, device: str, platform: str) -> None:
        """Open the device that calls are traced on. Raises DeviceUnavailableError."""

    def programs(self, check: CaseCheck) -> list[bytes]:
        """The programs that the call of a check hands to the device, in StableHLO: as text, or as a portable artifact.

        None for a call that computes on the host alone. Raises StageError, and whatever the call itself raises.
        """


class StandIns:
    """Mixed into a device: calls can be prepared with what stands for their inputs, inside a trace.

    A check prepared the first time has its arrays put, and they are kept; prepared again with `standing_in`, it gets
    those things instead, in the same order.
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
        """The arrays that a check's call is given."""
        self._kept = []
        check.prepare(self)  # type: ignore[arg-type]
        return self._kept

    def standing_in(self, check: CaseCheck, instead: Sequence[Any]) -> Callable[[], Any]:
        """The check's call, given these things for its arrays."""
        self._instead = [*instead]
        try:
            return check.prepare(self)  # type: ignore[arg-type]
        finally:
            self._instead = None
