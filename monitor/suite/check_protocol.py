"""One executable check of a function, as the worker runs it, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from monitor.model import Mode, NumericalError
from monitor.suite.device import Device


class SuiteUnavailableError(Exception):
    """A suite that this build cannot list, in one line: the module of the framework that it rests on has moved."""


class OracleError(Exception):
    """The truth could not be had: that is missing evidence about the function, never against it."""


class CaseCheck(Protocol):
    """A check of one function.

    `dtype` is that of its inputs, empty where there is none. `declared_limit` is the limit that the function's
    authors declare, empty if none. `timed` tells whether its latency is worth measuring.
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

    def prepare(self, device: Device) -> Callable[[], Any]:
        """The call without arguments that is checked, its inputs on the device."""

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        """The error of a result that is right. Raises MismatchError and OracleError."""
