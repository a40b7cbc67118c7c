"""JAX on one device."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import repeat
from types import ModuleType
from typing import Any

import jax
import jaxlib.version
import numpy as np

from monitor.formats.jax_messages import is_refusal
from monitor.model import Outcome
from monitor.suite.declare import View
from monitor.suite.device import DeviceUnavailableError
from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor

# Error of a program over more devices than the host has, which is no failure of the function.
HOST_LACKS = "devices of one kind are needed"
OUT_OF_MEMORY = re.compile(r"RESOURCE_EXHAUSTED|out of memory", re.IGNORECASE)


class JaxDevice:
    """A device of the platform that `jax.devices` takes: cpu, gpu, tpu ..."""

    name = "jax"
    prefix = "jax"
    module: ModuleType = jax
    has_views = False

    def __init__(self, name: str) -> None:
        # The sample has float64 and int64 functions, and 32 bit by default would refuse or narrow them silently.
        jax.config.update("jax_enable_x64", True)
        try:
            self._device = jax.devices(name)[0]
        except RuntimeError as error:
            raise DeviceUnavailableError(f"jax has no device {name!r}: {str(error).splitlines()[0]}") from error
        jax.config.update("jax_default_device", self._device)
        self.lowers_for: str = self._device.platform  # whose limits count, where authors declare some

    def versions(self) -> tuple[str, str]:
        return jax.__version__, getattr(jax.version, "_git_hash", None) or ""

    def environment(self) -> dict[str, str]:
        facts = {
            "device.name": self._device.device_kind,
            "device.platform": self._device.platform,
            "device.count": str(len(jax.devices(self._device.platform))),
            # The version text of a plug-in has several lines, and the first is the same for all.
            "build.flavour": " ".join(self._device.client.platform_version.removeprefix("PJRT C API").split()),
            "jax.jaxlib.commit": getattr(jaxlib.version, "_git_hash", None),
            "jax.x64": "true",
        }
        return {key: value for key, value in facts.items() if value}

    def seed(self, number: int) -> None:
        """Do nothing: every function that draws takes its key."""

    def device(self) -> Any:
        return self._device

    def dtype(self, name: str) -> Any:
        return jax.numpy.dtype(name)

    def put(self, values: Array, dtype: str) -> Any:
        return jax.device_put(np.asarray(values).astype(self.dtype(dtype)), self._device)

    def viewed(self, tensor: Any, view: View) -> Any:
        if view is View.TRANSPOSED:
            return jax.numpy.transpose(tensor)
        return tensor[1:] if view is View.OFFSET else tensor[..., ::2]

    def placed(self, built: Any, dtype: str) -> Any:
        del dtype
        return built  # arrays are made on the default device, which is ours

    def fetch(self, leaf: Any) -> FetchedTensor | None:
        return fetch(leaf)

    def memory(self, leaf: Any) -> None:
        """Return nothing: no call can write into an array."""

    def judge_memory(self, call: Callable[..., Any], tensors: dict[str, Any], result: Any) -> bool:
        del call, tensors, result
        return False

    def elsewhere(self, leaf: Any) -> str:
        if isinstance(leaf, jax.Array) and leaf.devices() != {self._device}:
            return ", ".join(sorted(map(str, leaf.devices())))
        return ""

    def fallbacks(self) -> tuple[str, ...]:
        return ()  # placement is strict: an operator that cannot run on the device raises

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        function: Callable[..., Any] = jax.jit(call)
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
        names = [*tensors]

        def derive(tensors: dict[str, Any], fixed: dict[str, Any], weights: list[Any]) -> list[Any]:
            gradients = _gradients(partial(call, **fixed), tensors, weights)
            return [gradients[name] for name in names]

        return partial(jax.jit(derive) if is_compiled else derive, tensors, fixed, weights)

    def vectorized(self, call: Callable[..., Any]) -> Callable[..., Any]:
        function: Callable[..., Any] = jax.vmap(call)
        return function

    def forward_derivative(
        self, call: Callable[..., Any], tensors: dict[str, Any], tangents: dict[str, Any]
    ) -> Callable[[], list[Any]]:
        def derive() -> list[Any]:
            _, pushed = jax.jvp(lambda given: call(**given), (tensors,), (tangents,))
            return list(jax.tree_util.tree_leaves(pushed))

        return derive

    def second_derivative(
        self, call: Callable[..., Any], tensors: dict[str, Any], weights: list[Any], tangents: dict[str, Any]
    ) -> Callable[[], list[Any]]:
        def derive() -> list[Any]:
            _, second = jax.jvp(lambda given: _gradients(call, given, weights), (tensors,), (tangents,))
            return [second[name] for name in tensors]

        return derive

    def repeat(self, call: Callable[[], Any], times: int) -> Any:
        # JAX dispatches asynchronously, and on a CPU calls would overlap: its own guide waits for every result.
        wait = jax.block_until_ready
        for _ in repeat(None, times - 1):
            wait(call())
        return wait(call())

    def refuses_values(self, error: BaseException) -> bool:
        del error
        return False  # an eager call does not read values either

    def refusal(self, error: BaseException) -> Outcome | None:
        if HOST_LACKS in str(error):
            return Outcome.BLOCKED
        if isinstance(error, MemoryError) or OUT_OF_MEMORY.search(str(error)):
            return Outcome.OOM
        return Outcome.UNSUPPORTED if is_refusal(error) else None


def _gradients(call: Callable[..., Any], tensors: dict[str, Any], weights: list[Any]) -> dict[str, Any]:
    """Return the derivatives of the weighted sum of all results of `call(**tensors)`, by the name of the tensor."""
    _, pull_back = jax.vjp(lambda given: jax.tree_util.tree_leaves(call(**given)), tensors)
    (gradients,) = pull_back(weights)
    return dict(gradients)


def fetch(leaf: Any) -> FetchedTensor | None:
    """Return the values and dtype of an array, None for anything else.

    A dtype that NumPy lacks is widened. Some functions return their own NumPy argument.
    """
    if not hasattr(leaf, "__array__") or isinstance(leaf, type):
        return None
    dtype = str(leaf.dtype)
    values = np.asarray(leaf)
    wide = values.astype(float) if dtype == "bfloat16" or dtype.startswith("float8") else values
    return FetchedTensor(wide, dtype, weak=getattr(leaf, "weak_type", False))
