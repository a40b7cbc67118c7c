"""Run calls of PyTorch with its kernels replaced by their decompositions: smaller operators, written in Python.

Such a result is independent of the replaced kernels. PyTorch's compiler uses the same decompositions; its kernels do
not.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from monitor.suite.operators.definitions import DEFINITIONS

# Operators that make, copy or view tensors.
MOVING = {
    *("alias", "as_strided", "detach", "expand", "permute", "select", "slice", "split", "split_with_sizes", "squeeze"),
    *("stack", "t", "transpose", "unbind", "unsqueeze", "view", "_unsafe_view", "cat", "clone", "contiguous", "copy_"),
    *("arange", "empty", "empty_like", "empty_strided", "fill", "fill_", "full", "full_like", "new_empty", "new_full"),
    *("new_empty_strided", "new_zeros", "ones", "ones_like", "scalar_tensor", "zeros", "zeros_like", "lift_fresh"),
    *("_to_copy", "flip", "index_select", "resize_", "set_"),
}


class Decomposing(TorchDispatchMode):  # type: ignore[misc]
    """Replaces the kernels that a call uses by their decompositions."""

    def __init__(self) -> None:
        super().__init__()
        self._called: set[Any] = set()  # by the call itself
        self._ran: set[Any] = set()  # with their own kernels
        self._running: list[Any] = []

    @property
    def independent(self) -> bool:
        """Return whether kernels were replaced, and all others are elementwise, move elements or have a reference."""
        return bool(self._called - self._ran) and all(_is_elementary(operator) for operator in self._called & self._ran)

    def __torch_dispatch__(self, operator: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if implementation := getattr(operator, "impl_aten", None):  # a step of a decomposition
            with self:
                return implementation(*args, **kwargs)
        if not self._running and not _moves(operator):
            self._called.add(operator)
        decomposition = _decompositions().get(operator)
        if decomposition is None or operator in self._running:
            self._ran.add(operator)
            return operator(*args, **kwargs)
        self._running.append(operator)
        try:
            with self:
                return decomposition(*args, **kwargs)
        finally:
            self._running.pop()


def _is_elementary(operator: Any) -> bool:
    """Return whether an operator is elementwise, or judged by a reference of its own."""
    name = operator.overloadpacket.__name__
    return torch.Tag.pointwise in operator.tags or name in MOVING or name in _referenced()


def _moves(operator: Any) -> bool:
    return operator.overloadpacket.__name__ in MOVING


@cache
def _referenced() -> frozenset[str]:
    """Return the operators of the database that have a reference in NumPy."""
    from torch.testing._internal.common_methods_invocations import op_db

    return frozenset(DEFINITIONS) | {operator.name for operator in op_db if operator.ref is not None}


@cache
def _decompositions() -> dict[Any, Any]:
    """Return PyTorch's table of decompositions, by operator."""
    from torch._decomp import decomposition_table

    return dict(decomposition_table)
