"""The interface of a framework to the worker: one class for each framework, in the `device.py` of its folder."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

from monitor.model import Outcome
from monitor.suite.declare import View
from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor


class DeviceUnavailableError(Exception):
    """A device of the target that does not exist on this machine, in one line."""


class Device(Protocol):
    """A framework on one device. The constructor takes the name of the device as the runner file has it."""

    name: str  # the framework's name in case ids: "tensorflow"
    prefix: str  # the first part of dotted names: "tf"
    module: ModuleType  # the first argument of every case
    has_views: bool  # whether a tensor can be a view that is not contiguous, outside of a compiled program

    def __init__(self, name: str) -> None:
        """Open the device, with silent fallbacks switched off. Raises DeviceUnavailableError."""

    def versions(self) -> tuple[str, str]:
        """Return the framework's version, and its commit or an empty string."""

    def environment(self) -> dict[str, str]:
        """Return facts about device, driver and settings by name, for the record of a run."""

    def seed(self, number: int) -> None:
        """Seed the global generators of the framework, if it has any."""

    def device(self) -> Any:
        """Return the framework's own device object, for a case that needs it."""

    def dtype(self, name: str) -> Any:
        """Return the framework's own object for a dtype."""

    def put(self, values: Array, dtype: str) -> Any:
        """Return a tensor of these values on the device."""

    def viewed(self, tensor: Any, view: View) -> Any:
        """Return the view of a tensor, as `monitor.suite.inputs.base_of` lays it out."""

    def placed(self, built: Any, dtype: str) -> Any:
        """Return an object that a case built, with its values on the device and in that dtype. Raises InputError."""

    def fetch(self, leaf: Any) -> FetchedTensor | None:
        """Return a tensor's values and dtype; None for anything that is not a tensor of the framework."""

    def memory(self, leaf: Any) -> int | None:
        """Return the address of the memory that a tensor shares with its views; None if no call can write into it."""

    def judge_memory(self, call: Callable[..., Any], tensors: dict[str, Any], result: Any) -> bool:
        """Raise MismatchError if a result of `call(**tensors)` is a view of an input against the contract of the call.

        Return whether each call shall return memory of its own.
        """

    def elsewhere(self, leaf: Any) -> str:
        """Return the device of a tensor that is not on our device, else an empty string."""

    def fallbacks(self) -> tuple[str, ...]:
        """Return the operators that the framework reports to have run elsewhere since the last call of this method."""

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the call, compiled by the framework's compiler."""

    def gradient(
        self,
        call: Callable[..., Any],
        tensors: dict[str, Any],
        weights: list[Any],
        *,
        fixed: dict[str, Any],
        is_compiled: bool,
    ) -> Callable[[], list[Any]]:
        """Return a call that returns the derivatives of the weighted sum of all results by each tensor.

        `fixed` are tensors without a derivative. With `is_compiled`, all tensors are arguments of a compiled function.
        """

    def vectorized(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the call over the first dimension of every tensor, by the framework's own transformation."""

    def forward_derivative(
        self, call: Callable[..., Any], tensors: dict[str, Any], tangents: dict[str, Any]
    ) -> Callable[[], list[Any]]:
        """Return a call that returns the derivative of each result along the tangents, in forward mode."""

    def second_derivative(
        self, call: Callable[..., Any], tensors: dict[str, Any], weights: list[Any], tangents: dict[str, Any]
    ) -> Callable[[], list[Any]]:
        """Return a call that returns the derivative of the gradient along the tangents, for each tensor.

        The gradient is that of the weighted sum of all results.
        """

    def repeat(self, call: Callable[[], Any], times: int) -> Any:
        """Call `times` times, wait for the device as the framework prescribes, and return the last result."""

    def refuses_values(self, error: BaseException) -> bool:
        """Return whether an exception is about values of a tensor, which a compiled program does not check."""

    def refusal(self, error: BaseException) -> Outcome | None:
        """Return UNSUPPORTED or OOM if the exception means that, BLOCKED if the host lacks something, else None."""
