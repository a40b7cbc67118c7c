"""Faults of the kernels that a module of PyTorch calls. Its own code takes part in its truth; a kernel need not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

from monitor.suite.operators.decompositions import MOVING

Call = Callable[..., Any]
# Kernels that compute no result: those that move elements, and those that make the weights of a gradient.
OTHERS = MOVING | {"mul", "fmod", "sub", "div", "_local_scalar_dense", "is_same_size"}


class KernelFault(TorchDispatchMode):  # type: ignore[misc]
    """Calls `make(kernel)` in the place of every kernel of that name."""

    def __init__(self, name: str, make: Callable[[Call], Call]) -> None:
        super().__init__()
        self._name, self._make = name, make
        self._planted: dict[Any, Call] = {}

    def __torch_dispatch__(self, kernel: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        call = kernel
        if kernel.overloadpacket.__name__ == self._name:
            if kernel not in self._planted:
                self._planted[kernel] = self._make(kernel)
            call = self._planted[kernel]
        return call(*args, **kwargs or {})


class _Recording(TorchDispatchMode):  # type: ignore[misc]
    """Notes the names of the kernels of calls with values."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, kernel: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = kernel(*args, **kwargs or {})
        if not getattr(result, "is_meta", False):
            self.names.append(kernel.overloadpacket.__name__)
        return result


def last_kernels(device: Any, checks: Iterable[Any]) -> dict[str, str]:
    """Return, by mode, the last kernel that a call of one case computes with; of a gradient, the last backward one."""
    found: dict[str, str] = {}
    for check in checks:
        mode = check.mode.value
        if mode in found or check.dtype != "float32":
            continue
        call = check.prepare(device)
        with _Recording() as recording:
            call()
        names = [name for name in recording.names if name not in OTHERS]
        backward = [name for name in names if "backward" in name]
        found[mode] = (backward if mode == "gradient" and backward else names or [""])[-1]
    return found
