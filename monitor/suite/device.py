"""What a framework must tell the worker: one class a framework, in its folder's `device.py`."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

from monitor.model import Outcome
from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor


class DeviceUnavailableError(Exception):
    """The device that the target asks for is not there, in one line."""


class Device(Protocol):
    """A framework on one device. The constructor takes the device's name as the runner file spells it."""

    name: str  # the framework's name in case ids: "tensorflow"
    prefix: str  # what dotted names begin with: "tf"
    module: ModuleType  # what a case gets as its first argument

    def __init__(self, name: str) -> None:
        """Open the device, with silent fall-backs switched off. Raises DeviceUnavailableError."""

    def versions(self) -> tuple[str, str]:
        """The framework's version, and its commit or an empty string."""

    def environment(self) -> dict[str, str]:
        """What is worth writing down of device, driver and settings."""

    def seed(self, number: int) -> None:
        """Set the framework's own generators, where it has any that are not given by hand."""

    def device(self) -> Any:
        """The device in the framework's own spelling, for a case that asks for it."""

    def dtype(self, name: str) -> Any:
        """The framework's own object for a dtype."""

    def put(self, values: Array, dtype: str) -> Any:
        """A tensor of these values on the device."""

    def placed(self, built: Any, dtype: str) -> Any:
        """Something that a case built beforehand, with the values that it holds on the device and of that dtype."""

    def fetch(self, leaf: Any) -> FetchedTensor | None:
        """A tensor's values and dtype; None for anything that is not one of the framework's tensors."""

    def elsewhere(self, leaf: Any) -> str:
        """The device that a tensor lies on, where that is not ours; else an empty string."""

    def fallbacks(self) -> tuple[str, ...]:
        """What the framework itself says it ran elsewhere, since it was last asked."""

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, compiled by the framework's compiler."""

    def gradient(
        self, call: Callable[..., Any], tensors: dict[str, Any], weights: list[Any]
    ) -> Callable[[], list[Any]]:
        """A call without arguments that gives the derivative of the weighted sum of all results by each tensor."""

    def repeat(self, call: Callable[[], Any], times: int) -> Any:
        """Call so many times, wait for the device as the framework prescribes, and return the last result."""

    def refusal(self, error: BaseException) -> Outcome | None:
        """UNSUPPORTED or OOM if the exception says so, BLOCKED if it says that the host lacks something, else None."""
