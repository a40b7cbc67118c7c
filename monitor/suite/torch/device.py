"""PyTorch on one device."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import repeat
from types import ModuleType
from typing import Any

import numpy as np
import torch

from monitor.model import Outcome
from monitor.suite.check_protocol import InputError
from monitor.suite.declare import View
from monitor.suite.device import DeviceUnavailableError
from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor, leaves
from monitor.suite.torch.meta import Arguments, contract_of, memory_of, name_of

# Messages of refusals by PyTorch. Every other exception is an error.
REFUSALS = re.compile(
    r"not implemented for|not supported|unsupported|not yet implemented|not compiled with CUDA|Found no NVIDIA driver"
    r"|not linked with support for|when none is available|Could not run '.*' with arguments from the",
    re.IGNORECASE,
)

# NumPy has no dtype for these.
WIDER = {torch.bfloat16: torch.float64, torch.complex32: torch.complex128} | {
    dtype: torch.float64 for name in dir(torch) if name.startswith("float8_") and (dtype := getattr(torch, name))
}

# The start of the warning of an operator that runs on the CPU instead, from MPS, XPU and the backends out of tree.
FALLS_BACK = re.compile(r".*(fall back|fallback) to run on the CPU")

# Error of torch.compile on a host without a C++ compiler, which is no failure of the function.
HOST_LACKS = "No working C++ compiler found"

# Counted by torch_xla as a fallback, although it is none: a value that the program itself reads, as `item()` does.
FETCH = "aten::_local_scalar_dense"

# The attributes of a module that hold what moves with it.
REGISTERED = {"_parameters", "_buffers", "_modules"}

# A name that is there for one more message only.
REMOVED = re.compile(r"This function was deprecated since version \S+ and is now removed")


class TorchDevice:
    """A device of the name that `torch.device` takes: cpu, cuda, xpu, mps, xla ..."""

    name = "torch"
    prefix = "torch"
    module: ModuleType = torch
    has_views = True

    def __init__(self, name: str) -> None:
        # Read when an operator first falls back, so that it refuses instead.
        os.environ["PYTORCH_ENABLE_MPS_FALLBACK"] = "0"
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        # The lazy device of torch_xla exists only after the import of its package.
        self._xla = import_module("torch_xla") if name == "xla" else None
        try:
            torch.empty(1, device=name)
        except (RuntimeError, AssertionError) as error:
            raise DeviceUnavailableError(f"torch has no device {name!r}: {str(error).splitlines()[0]}") from error
        self._device = torch.device(name)
        # An operator without a kernel on a device may run on the CPU instead, and says so only as a warning.
        self._fallback_warnings: list[str] = []
        torch.set_warn_always(True)
        warnings.filterwarnings("always", message=FALLS_BACK.pattern)
        warnings.showwarning = self._hear

    def versions(self) -> tuple[str, str]:
        return torch.__version__, torch.version.git_version or ""

    def environment(self) -> dict[str, str]:
        facts = {
            "torch.threads": str(torch.get_num_threads()),
            "device.platform": self._device.type,
            "device.count": str(1 if self._xla or self._device.type == "cpu" else torch.accelerator.device_count()),
            "build.flavour": _flavour(),
        }
        if self._xla:
            facts["torch.xla"] = self._xla.__version__
        elif hasattr(accelerator := torch.get_device_module(self._device), "get_device_name"):
            facts["device.name"] = accelerator.get_device_name()
        else:
            facts["torch.cpu"] = torch.backends.cpu.get_cpu_capability()
        return {key: value for key, value in facts.items() if value}

    def seed(self, number: int) -> None:
        torch.manual_seed(number)

    def device(self) -> Any:
        return self._device

    def dtype(self, name: str) -> Any:
        return getattr(torch, name)

    def put(self, values: Array, dtype: str) -> Any:
        return torch.from_numpy(np.array(values, order="C")).to(self.dtype(dtype)).to(self._device)

    def viewed(self, tensor: Any, view: View) -> Any:
        if view is View.TRANSPOSED:
            return tensor.permute(*reversed(range(tensor.ndim)))
        return tensor[1:] if view is View.OFFSET else tensor[..., ::2]

    def placed(self, built: Any, dtype: str) -> Any:
        if not isinstance(built, torch.nn.Module | torch.Tensor):
            return built
        held = [built] if isinstance(built, torch.Tensor) else [*built.parameters(), *built.buffers()]
        if isinstance(built, torch.nn.Module) and (name := _unregistered(built, {id(tensor) for tensor in held})):
            raise InputError(f"the built module keeps {name} outside of its parameters and buffers")
        if any(tensor.is_meta for tensor in held):  # without values: the case gives them in its call
            return built
        wanted = self.dtype(dtype) if dtype else None
        if wanted is None or not (wanted.is_floating_point or wanted.is_complex):
            return built.to(self._device)
        if isinstance(built, torch.Tensor) and not (built.is_floating_point() or built.is_complex()):
            return built.to(self._device)
        return built.to(self._device, wanted)

    def fetch(self, leaf: Any) -> FetchedTensor | None:
        if not isinstance(leaf, torch.Tensor):
            return None
        return fetch(leaf)

    def memory(self, leaf: Any) -> int | None:
        return memory_of(leaf) if isinstance(leaf, torch.Tensor) else None

    def judge_memory(self, call: Callable[..., Any], tensors: dict[str, Any], result: Any) -> bool:
        contract = contract_of(lambda given: call(**given.named), Arguments(tensors))
        if contract is None:
            return False
        contract.judge_memory(result, [*tensors.values()])
        return contract.fresh

    def elsewhere(self, leaf: Any) -> str:
        if isinstance(leaf, torch.Tensor) and leaf.device.type != self._device.type:
            return str(leaf.device)
        return ""

    def fallbacks(self) -> tuple[str, ...]:
        passed_on = tuple(self._fallback_warnings)
        self._fallback_warnings.clear()
        if self._xla:  # an operator without a lowering runs on the CPU, and is counted under its name
            metrics = import_module("torch_xla.debug.metrics")
            passed_on += tuple(
                f"the CPU: {name}" for name in metrics.counter_names() if name.startswith("aten::") and name != FETCH
            )
            metrics.clear_all()
        return passed_on

    def _hear(self, message: Warning | str, *_: Any, **__: Any) -> None:
        if FALLS_BACK.match(str(message)):
            self._fallback_warnings.append(str(message).splitlines()[0])

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        torch._dynamo.reset()
        function: Callable[..., Any] = torch.compile(call, fullgraph=True, dynamic=False)
        return function

    def gradient(
        self,
        call: Callable[..., Any],
        tensors: dict[str, Any],
        weights: list[Any],
        *,
        fixed: dict[str, Any],
        is_compiled: bool,
    ) -> Callable[[], list[Any]]:
        variables = list(tensors.values())
        for variable in variables:
            variable.requires_grad_(True)
        if is_compiled:
            call = self.compiled(_as_function(call))

        def derive() -> list[Any]:
            results = call(**tensors, **fixed)
            results = list(results) if isinstance(results, tuple | list) else [results]
            return list(torch.autograd.grad(results, variables, weights))

        return derive

    def vectorized(self, call: Callable[..., Any]) -> Callable[..., Any]:
        function: Callable[..., Any] = torch.func.vmap(call)
        return function

    def forward_derivative(
        self, call: Callable[..., Any], tensors: dict[str, Any], tangents: dict[str, Any]
    ) -> Callable[[], list[Any]]:
        names = [*tensors]

        def function(*given: Any) -> Any:
            return call(**dict(zip(names, given, strict=True)))

        def derive() -> list[Any]:
            _, pushed = torch.func.jvp(function, (*tensors.values(),), (*tangents.values(),))
            return list(leaves(pushed))

        return derive

    def second_derivative(
        self, call: Callable[..., Any], tensors: dict[str, Any], weights: list[Any], tangents: dict[str, Any]
    ) -> Callable[[], list[Any]]:
        variables = list(tensors.values())
        for variable in variables:
            variable.requires_grad_(True)

        def derive() -> list[Any]:
            results = [*leaves(call(**tensors))]
            gradients = torch.autograd.grad(results, variables, weights, create_graph=True)
            pairs = [pair for pair in zip(gradients, tangents.values(), strict=True) if pair[0].requires_grad]
            if not pairs:  # of a linear function
                return [torch.zeros_like(variable) for variable in variables]
            bent, directions = zip(*pairs, strict=True)
            return list(torch.autograd.grad(bent, variables, directions, materialize_grads=True))

        return derive

    def repeat(self, call: Callable[[], Any], times: int) -> Any:
        if self._xla:
            return _repeat_lazily(self._xla, call, times)
        for _ in repeat(None, times - 1):
            call()
        result = call()
        if self._device.type != "cpu":
            torch.accelerator.synchronize()
        return result

    def refuses_values(self, error: BaseException) -> bool:
        return isinstance(error, torch.linalg.LinAlgError)

    def refusal(self, error: BaseException) -> Outcome | None:
        if isinstance(error, torch.OutOfMemoryError | MemoryError):
            return Outcome.OOM
        if HOST_LACKS in str(error):
            return Outcome.BLOCKED
        if REMOVED.search(str(error)):
            return Outcome.ABSENT
        if isinstance(error, NotImplementedError) or REFUSALS.search(str(error)):
            return Outcome.UNSUPPORTED
        return None


def _as_function(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a call as a function, which the compiler takes; it takes no partial one."""

    def function(**tensors: Any) -> Any:
        return call(**tensors)

    return function


def _unregistered(module: torch.nn.Module, registered: set[int]) -> str:
    """Return the name of an attribute that holds a tensor which is no parameter or buffer; empty where none does.

    Such a tensor stays where it was made when the module moves to a device.
    """
    for prefix, part in module.named_modules():
        for name, value in vars(part).items():
            if name not in REGISTERED and any(id(tensor) not in registered for tensor in _tensors(value)):
                return f"{prefix}.{name}" if prefix else name
    return ""


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors in nested lists, tuples and dicts."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _tensors(item)


def _flavour() -> str:
    """Return the vendor software that the build is made for, with its version; ROCm's devices are called `cuda` too."""
    makers = ((maker, getattr(torch.version, maker, None)) for maker in ("cuda", "hip", "xpu"))
    return next((f"{maker} {version}" for maker, version in makers if version), "cpu")


def fetch(tensor: torch.Tensor) -> FetchedTensor:
    """Return the values and dtype of a tensor, dense; a dtype that NumPy lacks is widened."""
    values = tensor.detach().cpu()
    if values._is_zerotensor():  # zeros without memory, as the gradient of a constant
        values = values.clone()
    if values.layout is not torch.strided:
        values = values.to_dense()
    if wider := WIDER.get(values.dtype):
        values = values.to(wider)
    return FetchedTensor(values.numpy(force=True), name_of(tensor.dtype))


def _repeat_lazily(xla: Any, call: Callable[[], Any], times: int) -> Any:
    for _ in repeat(None, times):
        result = call()
        xla.sync()  # each call is a program of its own, not one of `times` calls
    import_module("torch_xla.core.xla_model").wait_device_ops()
    return result
