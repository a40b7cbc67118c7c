"""The operators of a TensorFlow graph: those that compute, with the user's line of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from monitor.model import LargeValue, Place, ProgramOperation
from monitor.tracing.code_places import OwnCode

# Operators without work of their own: arguments, constants, and the calls of functions whose operators count.
NO_WORK = frozenset(
    {
        *("Placeholder", "Const", "Identity", "IdentityN", "NoOp", "ReadVariableOp", "StopGradient", "PreventGradient"),
        *("PartitionedCall", "StatefulPartitionedCall", "While", "StatelessWhile", "If", "StatelessIf", "Case"),
        *("StatelessCase", "VarHandleOp", "AssignVariableOp", "Assert", "ShapeN", "Shape", "_Arg", "_Retval"),
    }
)
RESOURCES = (tf.resource, tf.variant)


@dataclass
class GraphOperation:
    """A distinct operator of a program, and the places in the user's code that it comes from."""

    operator: Any
    places: list[Place] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.operator.type)

    @property
    def types(self) -> str:
        """Types of the operands, as "float32[8,128], int32[8]"."""
        return ", ".join(map(_type, self.operator.inputs))

    def record(self, *, single: bool = True) -> ProgramOperation:
        """Return the operator for the answer of the process."""
        return ProgramOperation(self.name, self.types, tuple(self.places), single)

    def largest_value(self) -> LargeValue:
        """Return the largest result."""
        largest = max(self.operator.outputs, key=_bytes, default=None)
        shape = _type(largest) if largest is not None else ""
        return LargeValue(self.name, shape, _bytes(largest), tuple(self.places))

    @property
    def single(self) -> bool:
        """True if the operator can be compiled by itself: it has known shapes, and neither variables nor functions."""
        attributes = self.operator.node_def.attr.values()
        return not any(attribute.HasField("func") for attribute in attributes) and all(
            tensor.dtype not in RESOURCES and tensor.shape.is_fully_defined() for tensor in self.operator.inputs
        )


def distinct_operations(graph: Any, own: OwnCode, fallback: Place) -> tuple[list[GraphOperation], int]:
    """Return the distinct operators of a graph and its functions, sorted by name, and the number of all operators."""
    found: dict[object, GraphOperation] = {}
    number = 0
    for operator in _operators(graph, set()):
        if operator.type in NO_WORK:
            continue
        number += 1
        operation = found.setdefault(_key(operator), GraphOperation(operator))
        place = _place(operator, own) or fallback
        if place not in operation.places:
            operation.places.append(place)
    return sorted(found.values(), key=lambda operation: operation.name), number


def _operators(graph: Any, seen: set[str]) -> Iterator[Any]:
    """Yield the operators of a graph, and of the functions that it calls."""
    yield from graph.get_operations()
    for name in list(getattr(graph, "_functions", {})):
        inner = getattr(graph._get_function(name), "graph", None)
        if inner is not None and name not in seen:
            seen.add(name)
            yield from _operators(inner, seen)


def _place(operator: Any, own: OwnCode) -> Place | None:
    frames = reversed(list(operator.traceback))  # the innermost first
    return own.first((frame.filename, frame.lineno, 1) for frame in frames)


def _key(operator: Any) -> object:
    """Return what two equal operators have in common."""
    attributes = {
        name: value.SerializeToString(deterministic=True)
        for name, value in operator.node_def.attr.items()
        if not name.startswith("_")
    }
    constants = tuple(_constant(tensor) for tensor in operator.inputs)
    return operator.type, tuple(map(_type, operator.inputs)), constants, tuple(sorted(attributes.items()))


def _constant(tensor: Any) -> bytes:
    """Return the value of a small constant, which may decide the shape of a result; empty for all others."""
    if tensor.op.type != "Const" or _bytes(tensor) > 1024:
        return b""
    return bytes(tensor.op.node_def.attr["value"].SerializeToString(deterministic=True))


def _type(tensor: Any) -> str:
    shape = "?" if tensor.shape.rank is None else ",".join("?" if n is None else str(n) for n in tensor.shape)
    return f"{tensor.dtype.name}[{shape}]"


def _bytes(tensor: Any) -> int:
    if tensor is None or tensor.dtype in RESOURCES or not tensor.shape.is_fully_defined():
        return 0
    return int(tensor.shape.num_elements() * tensor.dtype.size)


def alone(operations: list[GraphOperation]) -> tuple[Any, list[Any]]:
    """Return a function of these operators, and its inputs: each operator has arguments of its own.

    A constant stays one, because the bridge wants constants where they decide a shape.
    """
    graph = tf.compat.v1.GraphDef()
    results: list[str] = []
    specs: list[Any] = []
    names: list[str] = []
    for number, operation in enumerate(operations):
        node = _copied(graph, operation.operator, f"operation{number}")
        for position, tensor in enumerate(operation.operator.inputs):
            name = f"input{number}_{position}"
            if tensor.op.type == "Const":
                _copied(graph, tensor.op, name)
            else:
                argument = graph.node.add(name=name, op="Placeholder")
                argument.attr["dtype"].type = tensor.dtype.as_datatype_enum
                argument.attr["shape"].shape.CopyFrom(tensor.shape.as_proto())
                names.append(name)
                specs.append(tf.TensorSpec(tensor.shape, tensor.dtype))
            node.input.append(name)
        results += [f"operation{number}:{index}" for index in range(len(operation.operator.outputs))]

    def call(*tensors: Any) -> Any:
        given = {f"{name}:0": tensor for name, tensor in zip(names, tensors, strict=True)}
        return tf.graph_util.import_graph_def(graph, input_map=given, return_elements=results, name="")

    return call, specs


def _copied(graph: Any, operator: Any, name: str) -> Any:
    """Add a copy of an operator to a graph, without its inputs and its relations to other operators."""
    node = graph.node.add()
    node.CopyFrom(operator.node_def)
    node.name, node.device = name, ""
    del node.input[:]
    for attribute in [key for key in node.attr if key.startswith("_")]:
        del node.attr[attribute]
    return node


def has_gradients(graph: Any) -> bool:
    """Return whether a program has gradients itself: TensorFlow names their operators after the tape."""
    return any("gradient_tape/" in operator.name for operator in _operators(graph, set()))
