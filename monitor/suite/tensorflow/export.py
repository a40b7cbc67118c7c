"""TensorFlow on its way to another platform's compiler, by its own bridge to StableHLO.

A call is traced whole, with stand-ins for its tensors, as `tf.function(jit_compile=True)` does, and the bridge returns
the program. A call that cannot be traced whole, because it needs values or contains work of the host, runs on the CPU.
Every operator that TensorFlow executes in it passes through the bridge by itself, as on an eager accelerator.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import tensorflow as tf

from monitor.formats.error_text import describe
from monitor.formats.tensorflow_bridge import bridged, missing_kernels
from monitor.model import Mode, Outcome, Stage
from monitor.suite.check_protocol import CaseCheck
from monitor.suite.export import StageError, StandIns
from monitor.suite.tensorflow.device import TensorflowDevice

# Operators that TensorFlow places on the host for any accelerator: input pipelines, files, text, tables, summaries.
# They have no program for the device and need none.
ON_THE_HOST = re.compile(
    r"Dataset|Iterator|MemoryCache|SeedGenerator|^Optional|^Save|^Restore|^MergeV2|File|Summary|^Print|^Assert$|Queue"
    r"|LookupTable|HashTable|^PyFunc|^EagerPyFunc"
    r"|^VarHandleOp$|^DestroyResourceOp$|^VarIsInitializedOp$|^NoOp$|^DisableCopyOnRead$|^Placeholder|^Const$|^Identity$|^_"
)


# Input pipelines reshape the names of their files. Text stays on the host, with operators that do not compute with it.
MOVES_TEXT = frozenset({"Reshape", "Shape"})
# The bridge's words for what it does not implement of an operator that it has a kernel of.
NOT_IMPLEMENTED = re.compile(r"Failed getting HLO text.*(not yet support|not supported|unimplemented)", re.I | re.S)
# TensorFlow's words for an operator that this host has no kernel of.
NO_KERNEL_HERE = "Could not find device for node"


class TensorflowExporter:
    """TensorFlow, traced on the CPU. Its bridge gives one program for every platform."""

    def __init__(self, device: str, platform: str) -> None:
        del platform
        self.device = _TensorflowTraceDevice(device)

    def programs(self, check: CaseCheck) -> list[bytes]:
        try:
            return self._whole(check)
        except Exception as error:
            refused = _refused(error)
            if check.mode is Mode.COMPILED:  # the user requests one program
                raise refused from error
        try:
            return self._each(check)
        except tf.errors.NotFoundError as error:
            if NO_KERNEL_HERE not in str(error):
                raise
            if refused.outcome is Outcome.UNSUPPORTED:  # the bridge has no kernel of the operator either
                raise refused from error
            raise StageError(Stage.TRACE, Outcome.BLOCKED, f"on this host: {describe(error)}") from error

    def _whole(self, check: CaseCheck) -> list[bytes]:
        def whole(*instead: Any) -> list[Any]:
            results = self.device.standing_in(check, instead)()
            flat = tf.nest.flatten(results, expand_composites=True)
            return [leaf for leaf in flat if isinstance(leaf, tf.Tensor)]

        return _bridge(whole, self.device.arrays_of(check))

    def _each(self, check: CaseCheck) -> list[bytes]:
        """Return the programs of the operators that the call executes."""
        from tensorflow.python.eager.context import context
        from tensorflow.python.framework import op_callbacks

        call = check.prepare(self.device)
        executed: dict[str, tuple[str, Any, Any]] = {}

        def watch(op: Any, inputs: Any, attributes: Any, outputs: Any, op_name: Any = None, graph: Any = None) -> None:
            del op_name
            op = op.decode() if isinstance(op, bytes) else op
            # Names of files are put together where TensorFlow says that it is the host.
            text = any(tensor.dtype == tf.string for tensor in (*inputs, *outputs))
            on_host = ON_THE_HOST.search(op) or (text and (context().device_name or op in MOVES_TEXT))
            if graph is None and not on_host:
                given = [(tensor.shape, tensor.dtype) for tensor in inputs]
                executed.setdefault(f"{op}{given}{attributes}", (op, tuple(inputs), attributes))

        op_callbacks.add_op_callback(watch)
        try:
            call()
        finally:
            op_callbacks.remove_op_callback(watch)
        programs: list[bytes] = []
        for op, inputs, attributes in executed.values():
            try:
                programs += _bridge(partial(_operator, op, attributes), inputs)
            except Exception as error:
                raise _refused(error) from error
        return list(dict.fromkeys(programs))


class _TensorflowTraceDevice(StandIns, TensorflowDevice):
    """The device that calls are traced on. Only the bridge compiles.

    The device is never a default, so that an explicit placement shows what TensorFlow itself puts on the host.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._scope.__exit__(None, None, None)

    def device(self) -> Any:
        return None

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        return call


def _bridge(call: Callable[..., Any], tensors: Any) -> list[bytes]:
    """Return the program of a call; none where nothing is computed."""
    function = tf.function(call, jit_compile=True, autograph=False)
    graph = function.get_concrete_function(*tensors).graph
    if all(ON_THE_HOST.search(op.type) for op in graph.get_operations()):
        return []
    return [bridged(function, tensors).encode()]


def _operator(op: str, attributes: tuple[Any, ...] | None, *inputs: Any) -> Any:
    """Call one operator again, from the record of its execution: flat inputs, names and values in turn."""
    from tensorflow.python.framework import op_def_registry

    definition, function = op_def_registry.get(op), getattr(tf.raw_ops, op)
    names = [*inspect.signature(function).parameters]  # some inputs are called otherwise in Python
    flat = attributes or ()  # None of an operator without attributes
    values = dict(zip(flat[::2], flat[1::2], strict=True))
    rest = list(inputs)
    named: dict[str, Any] = {}
    for place, argument in enumerate(definition.input_arg):
        name = argument.name if argument.name in names else names[place]
        if argument.number_attr or argument.type_list_attr:
            count = values[argument.number_attr] if argument.number_attr else len(values[argument.type_list_attr])
            named[name] = [rest.pop(0) for _ in range(count)]
        else:
            named[name] = rest.pop(0)
    inferred = {
        name
        for argument in definition.input_arg
        for name in (argument.type_attr, argument.number_attr, argument.type_list_attr)
    }
    given = {name: value for name, value in values.items() if name not in inferred and not name.startswith("_")}
    # An attribute may have another name in Python too: `squeeze_dims` is `axis`.
    free = (name for name in names if name not in named and name not in given and name != "name")
    named |= {name if name in names else next(free): value for name, value in given.items()}
    results = function(**named)
    return None if isinstance(results, tf.Operation) else results


def _refused(error: Exception) -> StageError:
    if missing := missing_kernels(error):
        return StageError(Stage.EXPORT, Outcome.UNSUPPORTED, f"the bridge {missing}")
    outcome = Outcome.UNSUPPORTED if NOT_IMPLEMENTED.search(str(error)) else Outcome.ERROR
    return StageError(Stage.EXPORT, outcome, describe(error))
