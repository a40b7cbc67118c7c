"""Silent fallbacks to another device are found, as far as a machine without one can show."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.execution.builds.provider import ProvisionedBuild

CHECKOUT = Path(__file__).resolve().parents[2]

# An interpreter that has torch_xla and the torch it was built for, with expecttest and scipy: 7 GB, as its wheels come
# with CUDA. `uv pip install torch==2.9.0 torch_xla==2.9.0 numpy scipy expecttest` makes one.
TORCH_XLA = os.environ.get("PORTABILITY_TORCH_XLA_PYTHON", "")


def run(python: Path | str, code: str, **environment: str) -> list[str]:
    """Return the output of a program in a framework's environment."""
    done = subprocess.run(
        [str(python), "-c", f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n{code}"],
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


OBSERVE = """
from monitor.suite.worker import observe
class Check:
    id, function, declared_limit, timed, fresh = "x/y/z", "{module}.add", "", False, False
    def __init__(self, call): self.call = call
    def prepare(self, device): return self.call
    def judge(self, device, result): return None
def say(call):
    seen = observe(device, Check(call))
    print(seen.outcome.value, seen.message)
"""

TENSORFLOW = """
import tensorflow as tf
from monitor.suite.tensorflow.device import TensorflowDevice
device = TensorflowDevice("cpu")
device._type = "GPU"  # as on a machine that has one: this one stands for it, and has no kernel for anything

def add():
    with tf.device("/GPU:0"):
        return tf.add(tf.constant(1.0), tf.constant(2.0))

say(add)
tf.config.set_soft_device_placement(True)
say(add)
"""


def test_soft_placement_is_off_and_would_be_found(builds: Callable[[str], ProvisionedBuild]) -> None:
    """With soft placement, TensorFlow silently runs operators for a GPU on the CPU."""
    strict, soft = run(builds("tensorflow").python, OBSERVE.format(module="tf") + TENSORFLOW)
    assert strict.startswith("unsupported InvalidArgumentError: Could not satisfy device specification")
    assert soft.startswith("fallback ran on /job:localhost/replica:0/task:0/device:CPU:0")


TORCH = """
import torch, warnings
from monitor.suite.torch.device import TorchDevice
device = TorchDevice("cpu")

def fall_back():  # what the back ends of MPS and XPU say, in their words, by the same channel
    warnings.warn(
        "The operator 'aten::linalg_eig' is not currently supported on the XPU backend and will fall back to run on "
        "the CPU. This may have performance implications."
    )
    return torch.ones(1)

say(fall_back)
say(lambda: torch.ones(1))
say(lambda: warnings.warn("something else") or torch.ones(1))
say(lambda: torch.ones(1, device="meta"))
"""


def test_a_warning_of_a_fall_back_is_heard(builds: Callable[[str], ProvisionedBuild]) -> None:
    reported, silent, other, elsewhere = run(builds("torch").python, OBSERVE.format(module="torch") + TORCH)
    assert reported.startswith("fallback ran on The operator 'aten::linalg_eig' is not currently supported on the XPU")
    assert (silent.strip(), other.strip()) == ("pass", "pass")
    assert elsewhere == "fallback ran on meta"


JAX = """
import jax
from monitor.suite.jax.device import JaxDevice
device = JaxDevice("cpu")
say(lambda: jax.numpy.ones(1))
say(lambda: jax.device_put(jax.numpy.ones(1), jax.devices("cpu")[1]))
"""


def test_a_result_on_another_device_is_found(builds: Callable[[str], ProvisionedBuild]) -> None:
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    here, there = run(builds("jax").python, OBSERVE.format(module="jax").replace(".add", ".jit") + JAX, **flags)
    assert here.strip() == "pass"
    assert re.fullmatch("fallback ran on .*[:_]1", there)


XLA = """
from monitor.suite.worker import checks_of, observe, open_device
device = open_device("torch", "xla")
checks = checks_of(device, "opinfo")
for name in ("add", "matmul", "unique", "fft.fft"):
    seen = observe(device, checks[f"torch/torch.{name}/opinfo-eager-float32"])
    print(name, seen.outcome.value, seen.message)
"""


@pytest.mark.skipif(not TORCH_XLA, reason="PORTABILITY_TORCH_XLA_PYTHON names no interpreter with torch_xla (7 GB)")
def test_the_counters_of_torch_xla_are_read() -> None:
    """On its lazy device, here on the CPU, operators without a lowering fall back and are counted."""
    *_, add, matmul, unique, fft = run(TORCH_XLA, XLA, PJRT_DEVICE="CPU", OMP_NUM_THREADS="1")
    assert add.strip() == "add pass"
    assert matmul.strip() == "matmul pass"
    assert unique == "unique fallback ran on the CPU: aten::_unique2"
    assert fft == "fft.fft fallback ran on the CPU: aten::_fft_r2c"
