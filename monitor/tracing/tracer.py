"""The parts of a traced callable that are the same in every framework."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from monitor.formats.worker_protocol import Message
from monitor.model import LargeValue, Outcome, Place, ProgramOperation, TracedProgram

LARGEST = 5  # values that are reported if the program does not fit into the memory


class TracedOperation(Protocol):
    """A distinct operation of a program of any framework."""

    def record(self, *, single: bool = True) -> ProgramOperation:
        """Return the operation for the answer of the process."""

    def largest_value(self) -> LargeValue:
        """Return the largest result."""


OperationT = TypeVar("OperationT", bound=TracedOperation)


class Tracer(ABC, Generic[OperationT]):
    """A traced callable of the framework `name`.

    `operations` are the distinct operations that a compiler gets, and `host` the calls of the host's Python.
    `equations` and `gradients` are those of `TracedProgram`.
    """

    name: str
    version: str
    operations: Sequence[OperationT]
    host: Sequence[OperationT] = ()
    equations: int
    gradients: str

    def __init__(self, programs: Path) -> None:
        """Take the folder for lowered programs."""
        self._programs = programs
        self._number = 0

    def describe(self, place: Place) -> TracedProgram:
        """Return the facts about the program: its numbers, the calls of the host, and the largest values."""
        values = (operation.largest_value() for operation in self.operations)
        return TracedProgram(
            self.name,
            self.version,
            place,
            self.gradients,
            self.equations,
            len(self.operations) + len(self.host),
            tuple(operation.record() for operation in self.host),
            tuple(sorted(values, key=lambda value: value.bytes, reverse=True)[:LARGEST]),
        )

    def lower(self, platform: str, numbers: Sequence[int] | None) -> Message:
        """Write the whole program, or only some operations, and return the name of its file or the refusal."""
        operations = None if numbers is None else [self.operations[number] for number in numbers]
        try:
            text = self._lowered(platform, operations)
        except Exception as error:
            outcome, message = self._refusal(error)
            return {"outcome": outcome.value, "message": message}
        self._number += 1
        file = f"{self._number}.mlir"
        (self._programs / file).write_text(text)
        return {"program": file}

    @cached_property
    def records(self) -> tuple[ProgramOperation, ...]:
        """The operations, and whether each can be compiled by itself."""
        return tuple(operation.record(single=self._is_single(operation)) for operation in self.operations)

    @abstractmethod
    def _lowered(self, platform: str, operations: list[OperationT] | None) -> str:
        """Return the whole program, or only some operations, in StableHLO. May raise anything."""

    @abstractmethod
    def _refusal(self, error: Exception) -> tuple[Outcome, str]:
        """Return the outcome and the message of an exception of `_lowered`."""

    @abstractmethod
    def _is_single(self, operation: OperationT) -> bool:
        """Return whether an operation can be compiled by itself."""


def with_values(leaves: Iterable[Any], numbers: Iterable[int], values: Iterable[Any]) -> list[Any]:
    """Return a copy of the leaves with other values at these numbers."""
    given = list(leaves)
    for number, value in zip(numbers, values, strict=True):
        given[number] = value
    return given
