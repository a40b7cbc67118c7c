"""Record the operators of TensorFlow that a program calls, eagerly or in a graph, and the public functions around them.

No public function of TensorFlow gives both; `op_callbacks` is what its own debugger uses.
"""

from __future__ import annotations

import functools
import re
import sys
from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tensorflow.python.framework import op_callbacks
from tensorflow.python.framework.ops import EagerTensor
from tensorflow.python.util import tf_decorator, tf_stack

from .recorder import FRAMEWORK, HOST_CODE, OWN, where, within

if TYPE_CHECKING:
    from collections.abc import Callable

    from .recorder import Recorder

# Operators without work of their own: arguments, constants, and the calls of functions whose operators count.
NO_WORK = frozenset(
    {
        *("Placeholder", "Const", "Identity", "IdentityN", "NoOp", "ReadVariableOp", "StopGradient", "PreventGradient"),
        *("PartitionedCall", "StatefulPartitionedCall", "While", "StatelessWhile", "If", "StatelessIf", "Case"),
        *("StatelessCase", "VarHandleOp", "AssignVariableOp", "Assert", "ShapeN", "Shape", "_Arg", "_Retval"),
        *("VarIsInitializedOp", "DestroyResourceOp", "PlaceholderWithDefault", "_EagerConst", "EagerConst"),
    }
)
CALLBACKS = {"PyFunc": "tf.py_function", "EagerPyFunc": "tf.py_function", "PyFuncStateless": "tf.numpy_function"}
DYNAMIC = frozenset({"Where", "Unique", "UniqueWithCounts", "UniqueV2", "UniqueWithCountsV2"})
CREATES = frozenset(f"tf.{name}" for name in ("eye", "fill", "linspace", "ones", "range", "zeros"))
WIDE = ("float64", "complex128")
PASSES_ON = frozenset({"Cast", "Reshape", "Pack", "ConcatV2", "StridedSlice"})
TO_HOST = ("numpy", "__float__", "__int__", "__bool__", "__index__", "__format__", "__str__")
DEVICE = re.compile(r"(?i).*gpu(:\d+)?")

Frame = tuple[str, str, Any]  # file, function, and what gives the place


class _Operators:
    """The operators of this process."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.found_wide = False
        self._names: dict[tuple[str, str], str] = {}
        self._modules = 0

    def record(
        self, kind: str, inputs: Any, _attributes: Any, outputs: Any, op_name: Any = None, graph: Any = None
    ) -> None:
        """Record an operator; TensorFlow calls this after it ran, or was added to a graph."""
        name = str(kind)
        if name in NO_WORK or name.startswith(("__", "Optional")):  # functions, whose operators count, and their parts
            return
        try:
            if graph is None:
                self._eager(name, inputs, outputs)
            else:
                self._in_graph(name, inputs, outputs, graph.get_operation_by_name(_text(op_name)))
        except Exception as error:  # the program goes on; the report states the loss
            self.recorder.fault(f"an operator {name} was not recorded", error)

    def _eager(self, name: str, inputs: Any, outputs: Any) -> None:
        start = sys._getframe(2)
        types = _types(inputs) or _types(outputs)
        caller = self.recorder.caller(start)
        if not self.recorder.once((name, types, caller.key)):
            return
        frames: list[Frame] = []
        frame: Any = start
        while frame is not None:
            frames.append((frame.f_code.co_filename, frame.f_code.co_name, frame))
            frame = frame.f_back
        self._write(name, types, inputs, outputs, frames)

    def _in_graph(self, name: str, inputs: Any, outputs: Any, operator: Any) -> None:
        frames = [(one.filename, one.name, one) for one in reversed(list(operator.traceback))]
        own = next(((file, one.lineno) for file, _, one in frames if self.recorder.kind(file) == OWN), None)
        types = _types(inputs) or _types(outputs)
        gradient = "gradient_tape/" in operator.name
        if self.recorder.once((name, types, own, gradient)):
            self._write(name, types, inputs, outputs, frames, gradient=gradient)

    def _write(
        self,
        name: str,
        types: tuple[str, ...],
        inputs: Any,
        outputs: Any,
        frames: list[Frame],
        *,
        gradient: bool = False,
    ) -> None:
        place, function = self.place(frames)
        place["host"] = any(part in file.replace("\\", "/") for file, _, _ in frames for part in HOST_CODE)
        self.recorder.write(
            "call",
            {
                "name": function or f"tf.raw_ops.{name}",
                "framework": "tensorflow",
                "operators": [name],
                "dtypes": [*types],
                "gradient": gradient,
                "backward": gradient,
                **place,
            },
        )
        shown = function or f"tf.raw_ops.{name}"
        if name in CALLBACKS:
            self.recorder.write("use", {"name": CALLBACKS[name], "shown": shown, **place})
        if name in DYNAMIC:
            self.recorder.write("use", {"name": "tf.boolean_mask", "shown": shown, **place})
        takes_wide = any(one in WIDE for one in _types(inputs))
        makes_wide = any(one in WIDE for one in _types(outputs)) and (not takes_wide or function in CREATES)
        if makes_wide or (takes_wide and not self.found_wide and name not in PASSES_ON):
            self.found_wide = True
            self.recorder.write("use", {"name": "tf.float64", **place})

    def place(self, frames: list[Frame]) -> tuple[dict[str, Any], str]:
        """Return the fields of a record on its place, and the public function that the program calls there."""
        self._read_names()
        library: Any = None
        function = ""
        for file, name, frame in frames:  # the innermost first
            kind = self.recorder.kind(file)
            if kind == OWN:
                found = self.recorder.place_of(*_where(file, frame, with_text=library is None))
                return (found | {"within": library} if library else found), function
            if kind == FRAMEWORK:
                if not library:
                    function = self._names.get((file, name)) or function
            elif not library:
                library = within(file, frame.lineno if hasattr(frame, "lineno") else frame.f_lineno)
        found = self.recorder.place_of(sys.argv[0], 1, 1, "")
        return (found | {"within": library} if library else found), function

    def _read_names(self) -> None:
        """Read the names that TensorFlow gives its public functions."""
        if len(sys.modules) == self._modules:
            return
        self._modules = len(sys.modules)
        for module in [one for one in sys.modules if one.startswith("tensorflow.python.")]:
            for value in list(vars(sys.modules[module]).values()):
                if not callable(value) or isinstance(value, type):
                    continue
                function = tf_decorator.unwrap(value)[1]
                names = getattr(function, "_tf_api_names", None) or getattr(value, "_tf_api_names", None)
                code = getattr(function, "__code__", None)
                if names and code is not None:
                    key = code.co_filename, code.co_name
                    self._names[key] = min(filter(None, (self._names.get(key), f"tf.{names[0]}")), key=_rank)


def _rank(name: str) -> tuple[bool, bool, int]:
    """Return the order of names: `tf.nn.relu` before `tf.raw_ops.Relu` and `tf.compat.v1.nn.relu`."""
    return "compat." in name, "raw_ops." in name, len(name)


def _where(file: str, frame: Any, *, with_text: bool) -> tuple[str, int, int, str]:
    if hasattr(frame, "f_code"):
        found = where(frame.f_code, frame.f_lasti, frame.f_lineno)
        return found if with_text else (*found[:3], "")
    return file, frame.lineno, 1, (frame.line or "") if with_text else ""


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _types(tensors: Any) -> tuple[str, ...]:
    found = (getattr(getattr(one, "dtype", None), "name", "") for one in tensors or ())
    return tuple(dict.fromkeys(name for name in found if name and name not in ("resource", "variant")))


def _recorded_device(recorder: Recorder, operators: _Operators) -> Callable[..., Any]:
    """Return `tf.device`, which records that the program names a GPU; TensorFlow takes the CPU if there is none."""
    original: Callable[..., Any] = tf.device

    @functools.wraps(original)
    def device(name: Any) -> Any:
        if isinstance(name, str) and DEVICE.fullmatch(name):
            frames = [(one.filename, one.name, one) for one in reversed(list(tf_stack.extract_stack()))]
            place, _ = operators.place(frames)
            if recorder.once(("tf.device", str(place))):
                recorder.write("use", {"name": "tf.device", "argument": name, **place})
        return original(name)

    return device


def _to_host(recorder: Recorder, name: str) -> None:
    """Record that the program's own code copies a tensor to the host."""
    holder = next(one for one in EagerTensor.__mro__ if name in vars(one))
    original: Callable[..., Any] = getattr(holder, name)

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)
        if recorder.kind(frame.f_code.co_filename) == OWN and not _is_for_python(frame):
            recorder.use(".item", recorder.caller(frame), shown=f"tf.Tensor.{name}")
        return original(self, *args, **kwargs)

    setattr(holder, name, call)


def _is_for_python(frame: Any) -> bool:
    """Return whether `tf.py_function` calls a frame: its function is on the host, and the call is a problem already."""
    while frame is not None:
        if frame.f_code.co_filename.endswith("script_ops.py"):
            return True
        frame = frame.f_back
    return False


def watch(recorder: Recorder) -> None:
    """Watch this thread until the process ends."""
    operators = _Operators(recorder)
    op_callbacks.add_op_callback(operators.record)
    tf.device = _recorded_device(recorder, operators)
    for name in TO_HOST:
        _to_host(recorder, name)
