"""Record the functions of PyTorch that a program calls, and the operators that they dispatch, backward included.

A request for a CUDA device is recorded and served by the CPU, so that the program goes on.
"""

from __future__ import annotations

import functools
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

if TYPE_CHECKING:
    from collections.abc import Callable

    from .recorder import Recorder

CUDA = re.compile(r"cuda(:\d+)?")
WIDE = frozenset({torch.float64, torch.complex128})
# Operators that only pass a value on, and conversions: a value of float64 may come from them, but it is not made there.
PASSES_ON = frozenset({"_to_copy", "detach", "lift_fresh", "view", "alias", "clone", "copy_", "t", "transpose"})
TO_HOST = "_local_scalar_dense"  # the operator behind `item()`, and behind `float(x)` and `if x`
PRINTS = frozenset({"__repr__", "__str__", "__format__"})  # methods that copy a value, and work on the copy
METHODS_TO_HOST = frozenset({"numpy", "__array__", "tolist"})
NO_WORK = frozenset({"profiler"})  # namespaces of operators that compute nothing
BACKWARD = frozenset({"torch.Tensor.backward", "torch.autograd.backward", "torch.autograd.grad"})
# Functions of `torch.cuda` that a CPU can ignore, with what they return.
CUDA_CALLS = {"set_device": None, "synchronize": None, "current_device": 0}


@dataclass
class _Call:
    """A call that is being made: its operators, and what they say of dtypes and shapes."""

    frame: Any = None  # the caller of a backward pass
    operators: list[str] = field(default_factory=list)
    makes_wide: bool = False
    takes_wide: bool = False
    dynamic: bool = False
    to_host: bool = False


class _Watch:
    """The state that both modes share."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.calls: list[_Call] = []  # the innermost last
        self.names: dict[Any, str] = {}
        self.found_wide = False

    def name(self, function: Any) -> str:
        """Return the public name of a function."""
        known = self.names.get(function)
        if known is None:
            self.names[function] = known = _public(resolve_name(function) or _qualified(function))
        return known

    def is_within_call(self, frame: Any) -> bool:
        """Return whether an operator belongs to the call that is being made.

        In a backward pass, code of the program's own may run too: gradients that it defines, and recomputed functions.
        """
        if not self.calls:
            return False
        outer = self.calls[-1].frame
        return outer is None or self.recorder.caller(frame).frame is self.recorder.caller(outer).frame

    def finish(self, name: str, call: _Call, args: Any, kwargs: Any, result: Any, frame: Any) -> None:
        """Record a call that computed something."""
        caller = self.recorder.caller(frame)
        tensors = _tensors(args, kwargs.values())
        results = _tensors((result,), ())
        dtypes = tuple(dict.fromkeys(str(one.dtype)[6:] for one in tensors or results))
        gradient = bool(tensors) and torch.is_grad_enabled() and any(one.requires_grad for one in results)
        key = (name, dtypes, gradient, tuple(dict.fromkeys(call.operators)), caller.key)
        if self.recorder.once(key):
            self.recorder.write(
                "call",
                {
                    "name": name,
                    "framework": "torch",
                    "operators": [*dict.fromkeys(call.operators)],
                    "dtypes": [*dtypes],
                    "gradient": gradient,
                    "backward": name in BACKWARD,
                    **self.recorder.place(caller),
                },
            )
        call.makes_wide = call.makes_wide or (not tensors and any(one.dtype in WIDE for one in results))
        self._habits(name, call, caller, frame)

    def _habits(self, name: str, call: _Call, caller: Any, frame: Any) -> None:
        if call.to_host and not self._by_torch(frame):
            self.recorder.use(".item", caller, shown=name)
        if call.dynamic:
            self.recorder.use("torch.nonzero", caller, shown=name)
        if call.makes_wide or (call.takes_wide and not self.found_wide):
            self.found_wide = True
            self.recorder.use("torch.float64", caller)

    def _by_torch(self, frame: Any) -> bool:
        """Return whether PyTorch itself makes a call, such as an optimizer that reads its step, which is on the CPU."""
        package = f"{torch.__path__[0]}/"
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(f"{package}optim/"):
                return True
            if not file.startswith((package, "<")):
                return False
            frame = frame.f_back
        return False


class _FunctionMode(TorchFunctionMode):  # type: ignore[misc]  # its types are not known here
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        watch = self._watch
        kwargs = kwargs or {}
        name = watch.name(func)
        frame = sys._getframe(1)
        func, args, kwargs = _on_the_cpu(watch, name, func, args, kwargs, frame)
        call = _Call(frame=frame if name in BACKWARD else None)
        watch.calls.append(call)
        try:
            result = func(*args, **kwargs)
        finally:
            watch.calls.pop()
        method = name.rpartition(".")[2]
        if call.operators or method in METHODS_TO_HOST | PRINTS:
            call.to_host = call.to_host or method in METHODS_TO_HOST
            try:
                if method in PRINTS:
                    watch.recorder.use(".item", watch.recorder.caller(frame), shown=name)
                    return result
                watch.finish(name, call, args, kwargs, result, frame)
            except Exception as error:  # the program goes on; the report states the loss
                watch.recorder.fault(f"a call of {name} was not recorded", error)
        return result


class _OperatorMode(TorchDispatchMode):  # type: ignore[misc]
    supports_higher_order_operators = True

    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        watch = self._watch
        if func.namespace in NO_WORK:
            return result
        try:
            frame = sys._getframe(1)
            alone = None if watch.is_within_call(frame) else _Call()
            name = _note(alone or watch.calls[-1], func, args, kwargs, result)
            if alone:
                watch.finish(f"torch.ops.{name}", alone, args, kwargs, result, frame)
        except Exception as error:  # the program goes on; the report states the loss
            watch.recorder.fault(f"an operator {func} was not recorded", error)
        return result


def _note(call: _Call, func: Any, args: Any, kwargs: Any, result: Any) -> str:
    """Add an operator to the call that dispatches it, and return its name, such as `aten.add.Tensor`."""
    name = str(func).removesuffix(".default")
    call.operators.append(name)
    base = name.split(".")[1] if "." in name else name
    taken = _tensors(args, kwargs.values())
    wide = any(one.dtype in WIDE for one in taken)
    if base == TO_HOST:
        call.to_host = True
    elif not wide:
        call.makes_wide = call.makes_wide or any(one.dtype in WIDE for one in _tensors((result,), ()))
    elif base not in PASSES_ON:
        call.takes_wide = True
    if torch.Tag.dynamic_output_shape in getattr(func, "tags", ()):
        masks = [one for one in taken[1:] if one.dtype in (torch.bool, torch.uint8)]
        call.dynamic = call.dynamic or base != "index" or bool(masks)
    return name


def _tensors(args: Any, more: Any) -> list[torch.Tensor]:
    """Return the tensors among arguments, and in lists of them."""
    found: list[torch.Tensor] = []
    for group in (args, more):
        for one in group:
            if isinstance(one, torch.Tensor):
                found.append(one)
            elif isinstance(one, list | tuple):
                found += [item for item in one if isinstance(item, torch.Tensor)]
    return found


def _on_the_cpu(
    watch: _Watch, name: str, func: Any, args: Any, kwargs: Any, frame: Any
) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Return a call that a CPU can make: a request for a CUDA device is recorded, and the CPU takes its place."""
    if name == "torch.Tensor.cuda":
        watch.recorder.use(".cuda", watch.recorder.caller(frame))
        return torch.clone, args[:1], {}
    asked = [one for one in (*args, *kwargs.values()) if isinstance(one, str | torch.device) and _is_cuda(one)]
    if not asked or not (name == "torch.Tensor.to" or "device" in kwargs or "map_location" in kwargs):
        return func, args, kwargs
    caller = watch.recorder.caller(frame)
    place = watch.recorder.place(caller)
    # A device in a variable is one mistake, wherever it is used.
    if "cuda" in place["text"] or watch.recorder.once("a device in a variable"):
        watch.recorder.use(".to", caller, argument=str(asked[0]), shown=name)
    args = tuple("cpu" if any(one is other for other in asked) else one for one in args)
    kwargs = {key: "cpu" if any(one is other for other in asked) else one for key, one in kwargs.items()}
    return func, args, kwargs


def _is_cuda(device: Any) -> bool:
    return bool(CUDA.fullmatch(str(device)))


def _qualified(function: Any) -> str:
    """Return the module and the name of a function that PyTorch does not list as one that can be overridden."""
    name = getattr(function, "__qualname__", str(function))
    module = getattr(function, "__module__", None) or ""
    return f"{module}.{name}" if module.startswith("torch") and "._" not in module else str(name)


def _public(name: str) -> str:
    """Return the name that PyTorch documents: `torch.linalg.eig`, not `torch._C._linalg.linalg_eig`."""
    for private, public in (
        ("torch._C._nn.", "torch.nn.functional."),
        ("torch._C._linalg.linalg_", "torch.linalg."),
        ("torch._C._fft.fft_", "torch.fft."),
        ("torch._C._special.special_", "torch.special."),
        ("torch._C._TensorBase.", "torch.Tensor."),
        ("torch.functional.", "torch."),
        ("TensorBase.", "torch.Tensor."),
        ("Tensor.", "torch.Tensor."),
    ):
        if name.startswith(private):
            return public + name[len(private) :]
    return name if name.startswith("torch.") else f"torch.{name}"


def _ignored(recorder: Recorder, name: str, value: Any) -> Callable[..., Any]:
    """Return a function of `torch.cuda` that records its call and does nothing."""
    original = getattr(torch.cuda, name)

    @functools.wraps(original)
    def call(*_: Any, **__: Any) -> Any:
        recorder.use(f"torch.cuda.{name}", recorder.caller(sys._getframe(1)))
        return value

    return call


def _recorded_init(recorder: Recorder, name: str, kind: Any, default: str) -> None:
    """Record that an object of a class, such as `torch.autocast`, is made for CUDA."""
    original = kind.__init__

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        key = "device_type" if "device_type" in kwargs else "device"
        device = str(args[0] if args else kwargs.get(key, default))
        if device.startswith("cuda"):
            caller = recorder.caller(sys._getframe(1))
            recorder.use(name, caller, argument=device, disabled=kwargs.get("enabled") is False)
            if kind is torch.autocast and not torch.cuda.is_available():  # the CPU computes in the same dtype
                kwargs.setdefault("dtype", torch.float16)
                args, kwargs = ("cpu", *args[1:]), {one: kwargs[one] for one in kwargs if one != key}
        original(self, *args, **kwargs)

    kind.__init__ = init


def watch(recorder: Recorder) -> None:
    """Watch this thread until the process ends."""
    state = _Watch(recorder)
    _recorded_init(recorder, "torch.autocast", torch.autocast, "")
    _recorded_init(recorder, "torch.amp.GradScaler", torch.amp.GradScaler, "cuda")
    if not torch.cuda.is_available():
        for name, value in CUDA_CALLS.items():
            setattr(torch.cuda, name, _ignored(recorder, name, value))
    _OperatorMode(state).__enter__()
    _FunctionMode(state).__enter__()
