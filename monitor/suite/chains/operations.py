"""Operations of the grammar of `chains`, with the shapes of their operands and results. Standard library only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Shape = tuple[int, ...]

ROWS = 5  # indices of a gather; more than there are rows in most inputs, so some repeat
COLUMNS = 3  # of the second factor of a matrix product, and of a broadcast dimension


class InvalidStepError(ValueError):
    """A step that does not fit its operands."""


class Operand(StrEnum):
    """Second operand of a step."""

    NONE = ""
    SAME = "same"  # the first operand again
    FIRST = "first"  # the input `x`
    LIKE = "like"  # a new input of the same shape
    ONES = "ones"  # a new input with dimensions of size one at the axes `ones`
    ROW = "row"  # a new input that has only the last dimension
    WIDE = "wide"  # a new input that is wider where the first operand has size one
    NEW = "new"  # a new input that the operation defines: indices, a mask, a matrix


@dataclass(frozen=True)
class Step:
    """A call of an operation. Parameters are plain values by name, in a fixed order."""

    operation: str
    operand: Operand = Operand.NONE
    parameters: tuple[tuple[str, Any], ...] = ()

    def get(self, name: str) -> Any:
        return dict(self.parameters)[name]


ResultShape = Callable[[Shape, Shape, Step], Shape]
NewInput = Callable[[Shape, Step], tuple[str, Shape, int]]


@dataclass(frozen=True)
class Operation:
    """An operation of one group of the grammar.

    `result_shape(shape, other, step)` raises InvalidStepError. `new_input(shape, step)` returns dtype (empty for that
    of the program), shape and upper bound of a new operand. `integers` is whether int32 is an input, `smooth` whether
    the grammar takes gradients.
    """

    group: str
    result_shape: ResultShape
    new_input: NewInput
    integers: bool = False
    smooth: bool = True


def _same(shape: Shape, other: Shape, step: Step) -> Shape:
    del other, step
    return shape


def _reversed(shape: Shape, other: Shape, step: Step) -> Shape:
    del other, step
    return shape[::-1]


def broadcast(shape: Shape, other: Shape, step: Step) -> Shape:
    """Return the shape of an elementwise result of two operands. Raises InvalidStepError."""
    del step
    rank = max(len(shape), len(other))
    pairs = zip((1,) * (rank - len(shape)) + shape, (1,) * (rank - len(other)) + other, strict=True)
    result = []
    for one, two in pairs:
        if one != two and 1 not in (one, two):
            raise InvalidStepError(f"{shape} and {other} do not broadcast")
        result.append(max(one, two))
    return tuple(result)


def _elementwise_input(shape: Shape, step: Step) -> tuple[str, Shape, int]:
    if step.operand is Operand.LIKE:
        return "", shape, 0
    if step.operand is Operand.ROW:
        return "", shape[-1:], 0
    if step.operand is Operand.WIDE:
        return "", tuple(COLUMNS if one == 1 else one for one in shape), 0
    ones = step.get("ones")
    _check_axes(shape, ones)
    return "", tuple(1 if axis in ones else one for axis, one in enumerate(shape)), 0


def _no_input(shape: Shape, step: Step) -> tuple[str, Shape, int]:
    raise InvalidStepError(f"{step.operation} takes no new input of shape {shape}")


def axes_of(step: Step) -> Shape:
    """Return the axes of a step, one or several."""
    axis = step.get("axis")
    return axis if isinstance(axis, tuple) else (axis,)


def _check_axes(shape: Shape, axes: Shape) -> None:
    if not axes or any(not 0 <= axis < len(shape) for axis in axes):
        raise InvalidStepError(f"no axes {axes} in {shape}")


def _reduced(shape: Shape, other: Shape, step: Step) -> Shape:
    del other
    axes = axes_of(step)
    _check_axes(shape, axes)
    if step.get("keepdims"):
        return tuple(1 if axis in axes else one for axis, one in enumerate(shape))
    return tuple(one for axis, one in enumerate(shape) if axis not in axes)


def _along(shape: Shape, other: Shape, step: Step) -> Shape:
    del other
    _check_axes(shape, axes_of(step))
    return shape


def _without_axis(shape: Shape, other: Shape, step: Step) -> Shape:
    del other
    _check_axes(shape, axes_of(step))
    return tuple(one for axis, one in enumerate(shape) if axis != step.get("axis"))


def _last_axis(shape: Shape, other: Shape, step: Step) -> Shape:
    del other, step
    _check_axes(shape, (len(shape) - 1,))
    return shape


def _product(shape: Shape, other: Shape, step: Step) -> Shape:
    del step
    if len(shape) < 2 or len(other) < 2 or shape[-1] != other[-2]:
        raise InvalidStepError(f"no matrix product of {shape} and {other}")
    return (*broadcast(shape[:-2], other[:-2], Step("matmul")), shape[-2], other[-1])


def _factor(shape: Shape, step: Step) -> tuple[str, Shape, int]:
    if len(shape) < 2:
        raise InvalidStepError(f"{shape} is no matrix")
    return "", ((*shape[:-2],) if step.get("batched") else ()) + (shape[-1], COLUMNS), 0


def _transposed(shape: Shape, other: Shape, step: Step) -> Shape:
    del other
    first, second = axes_of(step)
    _check_axes(shape, (first, second))
    axes = [*shape]
    axes[first], axes[second] = axes[second], axes[first]
    return tuple(axes)


def _merged(shape: Shape, other: Shape, step: Step) -> Shape:
    del other
    axis = step.get("axis")
    _check_axes(shape, (axis, axis + 1))
    return (*shape[:axis], shape[axis] * shape[axis + 1], *shape[axis + 2 :])


def _sliced(shape: Shape, other: Shape, step: Step) -> Shape:
    del other
    axis = step.get("axis")
    _check_axes(shape, (axis,))
    kept = len(range(step.get("start"), shape[axis], step.get("stride")))
    if not kept:
        raise InvalidStepError(f"an empty slice of {shape}")
    return (*shape[:axis], kept, *shape[axis + 1 :])


def _expanded(shape: Shape, other: Shape, step: Step) -> Shape:
    del other
    axis = step.get("axis")
    if axis > len(shape):
        raise InvalidStepError(f"no axis {axis} beside {shape}")
    return (*shape[:axis], 1, *shape[axis:])


def _joined(shape: Shape, other: Shape, step: Step) -> Shape:
    axis = step.get("axis")
    _check_axes(shape, (axis,))
    if len(shape) != len(other) or any(a != b for i, (a, b) in enumerate(zip(shape, other, strict=True)) if i != axis):
        raise InvalidStepError(f"{shape} and {other} do not join")
    return (*shape[:axis], shape[axis] + other[axis], *shape[axis + 1 :])


def _gathered(shape: Shape, other: Shape, step: Step) -> Shape:
    axis = step.get("axis")
    _check_axes(shape, (axis,))
    return (*shape[:axis], *other, *shape[axis + 1 :])


def _rows(shape: Shape, step: Step) -> tuple[str, Shape, int]:
    _check_axes(shape, axes_of(step))
    return "int64", (ROWS,), shape[step.get("axis")]


def _picked(shape: Shape, other: Shape, step: Step) -> Shape:
    del step
    if not shape:
        raise InvalidStepError("no last axis")
    return other


def _picks(shape: Shape, step: Step) -> tuple[str, Shape, int]:
    del step
    if not shape:
        raise InvalidStepError("no last axis")
    return "int64", (*shape[:-1], ROWS), shape[-1]


def _scattered(shape: Shape, other: Shape, step: Step) -> Shape:
    del other
    if not shape:
        raise InvalidStepError("no rows")
    return (step.get("segments"), *shape[1:])


def _segments(shape: Shape, step: Step) -> tuple[str, Shape, int]:
    return "int64", shape[:1], step.get("segments")


def _mask(shape: Shape, step: Step) -> tuple[str, Shape, int]:
    del step
    return "bool", shape, 2


def _unary(*, integers: bool = False) -> Operation:
    return Operation("elementwise", _same, _no_input, integers)


def _binary(*, integers: bool = True) -> Operation:
    return Operation("binary", broadcast, _elementwise_input, integers)


def _reduction(*, integers: bool = True) -> Operation:
    return Operation("reduction", _reduced, _no_input, integers)


OPERATIONS: dict[str, Operation] = {
    "neg": _unary(integers=True),
    "abs": _unary(integers=True),
    "square": _unary(integers=True),
    "clip": _unary(integers=True),
    "relu": _unary(integers=True),
    "exp": _unary(),
    "log1p": _unary(),  # of the absolute value, as all functions here take every number
    "sqrt": _unary(),  # of the absolute value
    "tanh": _unary(),
    "sigmoid": _unary(),
    "sin": _unary(),
    "affine": _unary(),
    "add": _binary(),
    "sub": _binary(),
    "mul": _binary(),
    "maximum": _binary(),
    "minimum": _binary(),
    "select": _binary(),
    "div": _binary(integers=False),
    "matmul": Operation("matmul", _product, _factor, integers=True),
    "swap": Operation("shape", _transposed, _no_input, integers=True),
    "reverse": Operation("shape", _reversed, _no_input, integers=True),
    "merge": Operation("shape", _merged, _no_input, integers=True),
    "slice": Operation("shape", _sliced, _no_input, integers=True),
    "expand": Operation("shape", _expanded, _no_input, integers=True),
    "flip": Operation("shape", _along, _no_input, integers=True),
    "concat": Operation("join", _joined, _elementwise_input, integers=True),
    "take": Operation("index", _gathered, _rows, integers=True),
    "pick": Operation("index", _picked, _picks, integers=True),
    "scatter": Operation("scatter", _scattered, _segments, integers=True),
    "scatter_max": Operation("scatter", _scattered, _segments, integers=True),
    "mask": Operation("mask", _same, _mask, integers=True),
    "sum": _reduction(),
    "mean": _reduction(integers=False),
    "amax": _reduction(),
    "amin": _reduction(),
    "var": _reduction(integers=False),
    "logsumexp": _reduction(integers=False),
    "prod": Operation("accumulation", _without_axis, _no_input),
    "softmax": Operation("normalization", _along, _no_input),
    "log_softmax": Operation("normalization", _along, _no_input),
    "layer_norm": Operation("normalization", _last_axis, _no_input),
    "cumsum": Operation("scan", _along, _no_input, integers=True),
    "sort": Operation("order", _along, _no_input, integers=True),
    "argmax": Operation("position", _without_axis, _no_input, integers=True, smooth=False),
}
