"""The protocol of a check of a function, which workers run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from monitor.model import Mode, NumericalError
from monitor.suite.device import Device


class SuiteUnavailableError(Exception):
    """A suite that this build cannot list, in one line: a module of the framework has moved."""


class OracleError(Exception):
    """An oracle that failed. It leaves the outcome open, and never counts against the function."""


class InputError(Exception):
    """An input that a declaration builds wrongly. It leaves the outcome open, and never counts against the function."""


class DrawError(Exception):
    """An exception of the call with one draw of the inputs; `__cause__` is the exception itself."""

    def __init__(self, label: str, cause: BaseException) -> None:
        super().__init__(label)
        self.label = label
        self.__cause__ = cause


class CaseCheck(Protocol):
    """A check of one function.

    `dtype` is that of its inputs, empty where it has none. `declared_limit` is the limit that the authors of the
    function declare, empty where they declare none. `timed` is whether its latency is measured. `fresh` is whether the
    results of two calls shall share no memory; it is known after `judge`.
    """

    @property
    def id(self) -> str: ...

    @property
    def function(self) -> str: ...

    @property
    def dtype(self) -> str: ...

    @property
    def mode(self) -> Mode: ...

    @property
    def declared_limit(self) -> str: ...

    @property
    def timed(self) -> bool: ...

    @property
    def fresh(self) -> bool: ...

    def prepare(self, device: Device) -> Callable[[], Any]:
        """Return the call to check, without arguments; its inputs are on the device."""

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        """Return the error of a correct result. Raises MismatchError and OracleError."""


@runtime_checkable
class ShrinkableCheck(Protocol):
    """A check that finds the smallest input that fails as its own."""

    def smallest(self, device: Device) -> str:
        """Return the smallest program that fails as this one does, in one line."""
