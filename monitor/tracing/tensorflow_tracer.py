"""Trace a TensorFlow callable on the CPU, and pass it through TensorFlow's bridge to StableHLO.

A callable that returns one floating-point number is a loss: its program also has the gradients of the variables that
it reads, and of all floating-point inputs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tensorflow as tf

from monitor.formats.error_text import describe
from monitor.formats.tensorflow_bridge import bridged, missing_kernels
from monitor.model import Outcome
from monitor.tracing.tensorflow_graph import GraphOperation, alone, distinct_operations, has_gradients
from monitor.tracing.tracer import Tracer, with_values
from monitor.tracing.user_code import UserCallable, check_signature, guard

REFUSALS = re.compile(r"not supported|unsupported|must be a compile-time constant|not compilable|UNIMPLEMENTED", re.I)


class TensorflowTracer(Tracer[GraphOperation]):
    """A traced callable of TensorFlow."""

    name, version = "tensorflow", tf.__version__

    def __init__(self, user: UserCallable, programs: Path, *, gradients: bool) -> None:
        """Trace the callable; `programs` is the folder for lowered programs. Raises UserCodeError."""
        super().__init__(programs)
        args, kwargs = _inputs(user)
        check_signature(user)
        flat = tf.nest.flatten((args, kwargs))
        numbers = [number for number, leaf in enumerate(flat) if _is_tensor(leaf)]
        self._specs = [tf.TensorSpec(flat[number].shape, flat[number].dtype) for number in numbers]

        def call(*tensors: Any) -> Any:
            given = with_values(flat, numbers, tensors)
            inner_args, inner_kwargs = tf.nest.pack_sequence_as((args, kwargs), given)
            return user.call(*inner_args, **inner_kwargs)

        self._function, self._graph = guard(user.own, lambda: self._trace(call), user.name)
        self.gradients = ""
        if gradients and _is_loss(self._graph) and not has_gradients(self._graph):
            self.gradients = self._differentiate(call)
        self.operations, self.equations = distinct_operations(self._graph, user.own, user.place)

    def _trace(self, call: Callable[..., Any]) -> tuple[Any, Any]:
        """Return a call as a function for the bridge, and its graph."""
        function = tf.function(call, jit_compile=True)
        return function, function.get_concrete_function(*self._specs).graph

    def _differentiate(self, call: Callable[..., Any]) -> str:
        """Trace the gradients too; return "with gradients", or the reason why there are none."""

        def step(*tensors: Any) -> Any:
            with tf.GradientTape() as tape:
                floating = [tensor for tensor in tensors if tensor.dtype.is_floating]
                tape.watch(floating)
                value = call(*tensors)
            sources = [*floating, *tape.watched_variables()]
            return value, [gradient for gradient in tape.gradient(value, sources) if gradient is not None]

        try:
            self._function, self._graph = self._trace(step)
        except Exception as error:
            return f"without gradients: {describe(error).rstrip('.')}"
        return "with gradients"

    def _lowered(self, platform: str, operations: list[GraphOperation] | None) -> str:
        del platform  # the bridge gives one program for every platform
        return bridged(self._function, self._specs) if operations is None else _bridge_alone(operations)

    def _refusal(self, error: Exception) -> tuple[Outcome, str]:
        if missing := missing_kernels(error):
            return Outcome.UNSUPPORTED, f"the bridge to XLA {missing}"
        return Outcome.UNSUPPORTED if REFUSALS.search(str(error)) else Outcome.ERROR, describe(error)

    def _is_single(self, operation: GraphOperation) -> bool:
        """Return False for an operator that needs the program around it, such as for a constant operand."""
        if not operation.single:
            return False
        try:
            _bridge_alone([operation])
        except Exception as error:
            return "must be a compile-time constant" not in str(error)
        return True


def _inputs(user: UserCallable) -> tuple[Any, Any]:
    if not user.shapes:
        return user.inputs
    return tuple(tf.TensorSpec(given.shape, tf.as_dtype(given.dtype)) for given in user.shapes), {}


def _is_tensor(leaf: Any) -> bool:
    return hasattr(leaf, "shape") and hasattr(leaf, "dtype") and not isinstance(leaf, tf.Variable)


def _is_loss(graph: Any) -> bool:
    """Return whether a callable returns one floating-point number."""
    results = graph.outputs
    return len(results) == 1 and results[0].shape.rank == 0 and results[0].dtype.is_floating


def _bridge_alone(operations: list[GraphOperation]) -> str:
    call, specs = alone(operations)
    return bridged(tf.function(call, jit_compile=True, autograph=False), specs)
