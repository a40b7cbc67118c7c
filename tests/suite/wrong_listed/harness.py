"""JAX's own use of a multiplication, with every fault that the oracle must find."""

import jax
import numpy as np
from jax._src.lax.lax import _convert_element_type

from monitor.suite.jax.harness import HarnessCheck, _harnesses


class Wrong:
    """A harness whose kernels have a fault in every dtype."""

    def __init__(self, harness, fault):
        self._harness, self._fault = harness, fault

    def __getattr__(self, name):
        return getattr(self._harness, name)

    def dyn_fun(self, *inputs):
        result = self._harness.dyn_fun(*inputs)
        return result if isinstance(result, jax.core.Tracer) else FAULTS[self._fault](result)


FAULTS = {
    "fine": lambda result: result,
    "one-element": lambda result: result.at[(0,) * result.ndim].add(0.01),
    "sign": lambda result: -result,
    "off-by-a-thousandth": lambda result: result * 1.001,
    "nan": lambda result: result * jax.numpy.nan,
    "shape": lambda result: result[None],
    "dtype": lambda result: result.astype("float64"),
    "weak-type": lambda result: _convert_element_type(result, weak_type=True),
}


def checks(device):
    harness = next(h for h in _harnesses(device) if h.group_name == "mul" and np.dtype(h.dtype) == "float32")
    for fault in FAULTS:
        check = HarnessCheck(Wrong(harness, fault), "", timed=False)
        check.id = f"jax/jax.lax.mul/{fault}"
        yield check
