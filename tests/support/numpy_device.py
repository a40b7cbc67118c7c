"""NumPy as a framework, for tests of checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from monitor.model import Outcome
from monitor.suite.declare import View
from monitor.suite.oracle import FetchedTensor


class NumpyDevice:
    """NumPy as a framework on one device: it computes what a case calls, and takes views."""

    name, prefix, module, has_views = "numpy", "numpy", np, True

    def put(self, array: Any, dtype: str) -> Any:
        return np.asarray(array).astype("float32" if dtype == "bfloat16" else dtype)

    def viewed(self, array: Any, view: View) -> Any:
        if view is View.TRANSPOSED:
            return array.T
        return array[1:] if view is View.OFFSET else array[..., ::2]

    def fetch(self, leaf: Any) -> FetchedTensor | None:
        return FetchedTensor(np.asarray(leaf), leaf.dtype.name) if isinstance(leaf, np.ndarray | np.generic) else None

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        return call

    def gradient(
        self, call: Callable[..., Any], tensors: dict[str, Any], weights: list[Any], **_: Any
    ) -> Callable[[], Any]:
        """Return the call of the derivative that a case has as its input `slope`."""
        return lambda: [call.keywords["slope"](**tensors) * weights[0]]  # type: ignore[attr-defined]

    def vectorized(self, call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arrays: np.stack([call(*each) for each in zip(*arrays, strict=True)])

    def seed(self, number: int) -> None:
        np.random.seed(number)

    def memory(self, leaf: Any) -> int | None:
        return np.lib.array_utils.byte_bounds(leaf)[0] if isinstance(leaf, np.ndarray) else None

    def judge_memory(self, call: Any, tensors: dict[str, Any], result: Any) -> bool:
        return not any(np.shares_memory(result, tensor) for tensor in tensors.values())

    def fallbacks(self) -> tuple[str, ...]:
        return ()

    def elsewhere(self, leaf: Any) -> str:
        return ""

    def repeat(self, call: Callable[[], Any], times: int) -> Any:
        return [call() for _ in range(times)][-1]

    def refuses_values(self, error: BaseException) -> bool:
        return isinstance(error, IndexError)

    def refusal(self, error: BaseException) -> Outcome | None:
        return None
