"""Programs of the suite `chains`: the inputs, the calls, and the shapes between them.

A program is a chain. It starts from the input `x`, and each call takes the result of the call before. A call may take a
second operand: the same value again, `x`, or a new input. The shapes of new inputs and of results follow from the shape
of `x`, so a program stays valid when `x` becomes smaller. Standard library only.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from monitor.model import InputKind, Mode
from monitor.suite.chains.operations import OPERATIONS, InvalidStepError, Operand, Shape, Step

MODES = (Mode.EAGER, Mode.COMPILED)
HIGH_RANK = 6
MAX_RANK = 8
MAX_SIZE = 65536  # elements of a result between two calls


@dataclass(frozen=True)
class Values:
    """Values of the tensors of a program: `special` and `scaled` name the values, `kind` the kind of inputs."""

    name: str
    kind: InputKind


VALUES = {
    values.name: values
    for values in (
        Values("normal", InputKind.PLAIN),
        Values("ones", InputKind.PLAIN),  # only in smallest programs
        Values("nan", InputKind.SPECIAL),
        Values("infinite", InputKind.SPECIAL),
        Values("zero", InputKind.SPECIAL),  # -0 and subnormal numbers
        Values("mixed", InputKind.SPECIAL),
        Values("small", InputKind.SCALED),
        Values("great", InputKind.SCALED),
        Values("offset", InputKind.SCALED),
        Values("constant", InputKind.SCALED),
    )
}


@dataclass(frozen=True)
class ProgramInput:
    """An input of a program. `below` bounds the integers of indices; a mask is boolean."""

    name: str
    shape: Shape
    dtype: str
    below: int = 0

    @property
    def differentiable(self) -> bool:
        return "float" in self.dtype


@dataclass(frozen=True)
class Call:
    """A step with its place in a program: the names of its operands, and the shapes before and after."""

    step: Step
    target: str
    operands: tuple[str, ...]
    before: Shape
    after: Shape
    dtype: str


@dataclass(frozen=True)
class Program:
    """A chain of calls on inputs that start from `x` of this shape, with or without gradients."""

    shape: Shape
    dtype: str
    values: str
    gradient: bool
    steps: tuple[Step, ...]

    @cached_property
    def layout(self) -> tuple[tuple[ProgramInput, ...], tuple[Call, ...]]:
        """Return the inputs, differentiable ones first, and the calls. Raises InvalidStepError."""
        inputs = [ProgramInput("x", self.shape, self.dtype)]
        calls: list[Call] = []
        shape, name = self.shape, "x"
        for number, step in enumerate(self.steps):
            operation = OPERATIONS[step.operation]
            operands, other = [name], shape
            if step.operand is Operand.FIRST:
                operands.append("x")
                other = self.shape
            elif step.operand is Operand.SAME:
                operands.append(name)
            elif step.operand:
                dtype, other, below = operation.new_input(shape, step)
                new = ProgramInput("yzwv"[number], other, dtype or self.dtype, below)
                inputs.append(new)
                operands.append(new.name)
            after = operation.result_shape(shape, other, step)
            if len(after) > MAX_RANK or size(after) > MAX_SIZE:
                raise InvalidStepError(f"{step.operation}: the result has shape {after}")
            target = "abcd"[number]
            calls.append(Call(step, target, tuple(operands), shape, after, self.dtype))
            shape, name = after, target
        return tuple(sorted(inputs, key=lambda one: not one.differentiable)), tuple(calls)

    @property
    def inputs(self) -> tuple[ProgramInput, ...]:
        return self.layout[0]

    @property
    def calls(self) -> tuple[Call, ...]:
        return self.layout[1]

    @property
    def differentiated(self) -> int:
        """The number of inputs that a gradient is taken of; they are the first ones."""
        return sum(one.differentiable for one in self.inputs) if self.gradient else 0

    @property
    def text(self) -> str:
        """The whole program in one line, which identifies it: `gradient of x float32[2, 3]: mul(x, x), sum(axis=1)`."""
        derivative = "gradient of " if self.gradient else ""
        values = "" if self.values == "normal" else f" {self.values}"
        return f"{derivative}x {self.dtype}{[*self.shape]}{values}: {', '.join(self._call_texts())}"

    @property
    def name(self) -> str:
        """The name in a case id: the operations, and a digest of the text."""
        operations = ".".join(step.operation for step in self.steps) + (".grad" if self.gradient else "")
        return f"{operations}-{hashlib.sha256(self.text.encode()).hexdigest()[:8]}"

    @property
    def kind(self) -> InputKind:
        """The kind of inputs: that of the values, else `rank` for six dimensions or more."""
        kind = VALUES[self.values].kind
        return InputKind.RANK if kind is InputKind.PLAIN and len(self.shape) >= HIGH_RANK else kind

    def with_steps(self, steps: tuple[Step, ...]) -> Program:
        return replace(self, steps=steps)

    def _call_texts(self) -> Iterator[str]:
        shapes = {one.name: one.shape for one in self.inputs}
        for call in self.calls:
            given = [name for name in call.operands if name in shapes]
            shown = [f"{name}{[*shapes[name]]}" if name != "x" else name for name in given]
            if call.step.operand is Operand.SAME and call.operands[0] != "x":
                shown.append("itself")
            shown += [f"{name}={value}" for name, value in call.step.parameters]
            yield f"{call.step.operation}({', '.join(shown)})"


def size(shape: Shape) -> int:
    """Return the number of elements of a shape."""
    product = 1
    for one in shape:
        product *= one
    return product


def case_id(framework: str, function: str, program: Program, mode: Mode) -> str:
    """Return the id of a program in a mode: `jax/jax.jit/chains-mul.sum-1f2e3d4c-compiled-float32-rank`."""
    kind = "" if program.kind is InputKind.PLAIN else f"-{program.kind}"
    return f"{framework}/{function}/chains-{program.name}-{mode}-{program.dtype}{kind}"


def seed_of(name: str) -> int:
    """Return the seed of the values of an input, the same in every program."""
    return zlib.crc32(f"chains.{name}".encode())


def is_valid(program: Program) -> bool:
    """Return whether shapes and parameters of all calls fit."""
    try:
        return bool(program.layout)
    except InvalidStepError:
        return False


def fields_of(call: Call) -> dict[str, Any]:
    """Return the fields of the text of a call: names, shapes and parameters, as Python text."""
    parameters = dict(call.step.parameters)
    first, second = (*call.operands, "")[:2]
    fields = {name: repr(value) for name, value in parameters.items()}
    axis = parameters.get("axis")
    colons = ":, " * axis if isinstance(axis, int) else ""
    return fields | {
        "x": first,
        "y": second,
        "shape": repr(call.after),
        "before": repr(call.before),
        "rest": repr(call.before[1:]),
        "rank": len(call.before),
        "batch": len(call.before) - 1,
        "colons": colons,
        "order": repr(tuple(reversed(range(len(call.before))))),
    }
