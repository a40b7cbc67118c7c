"""TensorFlow on one device."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import repeat
from types import ModuleType
from typing import Any

import numpy as np
import tensorflow as tf

from monitor.model import Outcome
from monitor.suite.declare import View
from monitor.suite.device import DeviceUnavailableError
from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor

# Message for an operator without a kernel for a device or a dtype; the class of the exception varies.
NO_KERNEL = (
    "Could not find device for node",
    "No OpKernel was registered",
    "Could not satisfy device specification",
    "Detected unsupported operations when trying to compile graph",
)

# Message about values: of an index, or of an assertion, which XLA leaves out.
OF_VALUES = re.compile(
    r"is not in \[|does not index into|out of (?:bounds|range)|did not hold|assertion failed", re.IGNORECASE
)


class TensorflowDevice:
    """A device of the type that `tf.config.list_physical_devices` takes: CPU, GPU, TPU, XPU ..."""

    name = "tensorflow"
    prefix = "tf"
    module: ModuleType = tf
    has_views = False

    def __init__(self, name: str) -> None:
        threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        # With soft placement, TensorFlow silently runs on the CPU what the device cannot run.
        tf.config.set_soft_device_placement(False)
        if not tf.config.list_physical_devices(name.upper()):
            here = ", ".join(device.device_type for device in tf.config.list_physical_devices())
            raise DeviceUnavailableError(f"tensorflow has no device {name!r}, only {here}")
        self._type = name.upper()
        self._scope = tf.device(f"/{self._type}:0")
        self._scope.__enter__()

    def versions(self) -> tuple[str, str]:
        return tf.__version__, tf.version.GIT_VERSION.rpartition("-g")[2]

    def environment(self) -> dict[str, str]:
        facts = {
            "tensorflow.git": tf.version.GIT_VERSION,
            "tensorflow.keras": _keras_version(),
            "device.platform": self._type,
            "device.count": str(len(tf.config.list_physical_devices(self._type))),
            "build.flavour": _flavour(),
        }
        if self._type == "GPU":
            device = tf.config.list_physical_devices("GPU")[0]
            facts["device.name"] = tf.config.experimental.get_device_details(device).get("device_name", "")
        return facts

    def seed(self, number: int) -> None:
        tf.random.set_seed(number)

    def device(self) -> Any:
        return f"/{self._type}:0"

    def dtype(self, name: str) -> Any:
        return tf.as_dtype(name)

    def put(self, values: Array, dtype: str) -> Any:
        return tf.constant(np.asarray(values).astype(tf.as_dtype(dtype).as_numpy_dtype))

    def viewed(self, tensor: Any, view: View) -> Any:
        if view is View.TRANSPOSED:
            return tf.transpose(tensor)
        return tensor[1:] if view is View.OFFSET else tensor[..., ::2]

    def placed(self, built: Any, dtype: str) -> Any:
        del dtype
        return built  # the object was made in the scope of our device

    def fetch(self, leaf: Any) -> FetchedTensor | None:
        if isinstance(leaf, tf.Variable):
            leaf = leaf.read_value()
        # A session gives arrays of NumPy, which are TensorFlow's results as much as its tensors are.
        if not isinstance(leaf, tf.Tensor | np.ndarray | np.generic):
            return None
        values = leaf.numpy() if isinstance(leaf, tf.Tensor) else leaf
        dtype = tf.as_dtype(leaf.dtype).name
        return FetchedTensor(np.asarray(values, dtype=float) if dtype == "bfloat16" else np.asarray(values), dtype)

    def memory(self, leaf: Any) -> None:
        """Return nothing: no call can write into an array."""

    def judge_memory(self, call: Callable[..., Any], tensors: dict[str, Any], result: Any) -> bool:
        del call, tensors, result
        return False

    def elsewhere(self, leaf: Any) -> str:
        if isinstance(leaf, tf.Tensor) and hasattr(leaf, "backing_device"):
            device: str = leaf.backing_device
            return device if device and f"device:{self._type}:" not in device else ""
        return ""

    def fallbacks(self) -> tuple[str, ...]:
        return ()  # placement is strict: an operator that cannot run on the device raises

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        function: Callable[..., Any] = tf.function(call, jit_compile=True)
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
        def derive(tensors: dict[str, Any], fixed: dict[str, Any], weights: list[Any]) -> list[Any]:
            variables = list(tensors.values())
            with tf.GradientTape() as tape:
                tape.watch(variables)
                results = tf.nest.flatten(call(**tensors, **fixed))
            return [_dense(one) for one in tape.gradient(results, variables, output_gradients=weights)]

        return partial(self.compiled(derive) if is_compiled else derive, tensors, fixed, weights)

    def vectorized(self, call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *tensors: tf.vectorized_map(lambda given: call(*given), tensors)

    def forward_derivative(
        self, call: Callable[..., Any], tensors: dict[str, Any], tangents: dict[str, Any]
    ) -> Callable[[], list[Any]]:
        def derive() -> list[Any]:
            with tf.autodiff.ForwardAccumulator([*tensors.values()], [*tangents.values()]) as accumulator:
                results = tf.nest.flatten(call(**tensors))
            pushed = accumulator.jvp(results, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            return [_dense(one) for one in pushed]

        return derive

    def second_derivative(
        self, call: Callable[..., Any], tensors: dict[str, Any], weights: list[Any], tangents: dict[str, Any]
    ) -> Callable[[], list[Any]]:
        variables = list(tensors.values())
        zero = tf.UnconnectedGradients.ZERO

        def derive() -> list[Any]:
            with tf.GradientTape() as outer:
                outer.watch(variables)
                with tf.GradientTape() as inner:
                    inner.watch(variables)
                    results = tf.nest.flatten(call(**tensors))
                pulled = inner.gradient(results, variables, output_gradients=weights, unconnected_gradients=zero)
                gradients = [_dense(one) for one in pulled]
            directions = [*tangents.values()]
            second = outer.gradient(gradients, variables, output_gradients=directions, unconnected_gradients=zero)
            return [_dense(one) for one in second]

        return derive

    def repeat(self, call: Callable[[], Any], times: int) -> Any:
        for _ in repeat(None, times - 1):
            call()
        result = call()
        if self._type != "CPU":
            tf.test.experimental.sync_devices()
        return result

    def refuses_values(self, error: BaseException) -> bool:
        return bool(OF_VALUES.search(str(error)))

    def refusal(self, error: BaseException) -> Outcome | None:
        if isinstance(error, tf.errors.ResourceExhaustedError | MemoryError):
            return Outcome.OOM
        if isinstance(error, tf.errors.UnimplementedError | NotImplementedError):
            return Outcome.UNSUPPORTED
        if any(words in str(error) for words in NO_KERNEL):
            return Outcome.UNSUPPORTED
        return None


def _dense(gradient: Any) -> Any:
    """Return a gradient as a tensor: that of picking rows comes as only the rows, and rows picked twice add up."""
    return tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient


def _flavour() -> str:
    """Return the vendor software that the build is made for, with its version."""
    build = tf.sysconfig.get_build_info()
    if build.get("is_rocm_build"):
        return "rocm"
    # A wheel that is built only with CUDA's stubs has no version of CUDA.
    return f"cuda {build.get('cuda_version', '')}".strip() if build.get("is_cuda_build") else "cpu"


def _keras_version() -> str:
    """Return the version of the package behind `tf.keras`, which has none of its own before TensorFlow 2.16."""
    package = import_module(tf.keras.layers.Layer.__module__.partition(".")[0])
    version: str = package.__version__
    return version
