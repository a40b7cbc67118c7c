"""JAX's own primitive harness: every use of a primitive that its authors test, with the limits that they declare.

The harness is `test_harnesses` of `jax._src.internal_test_util`, as the installed build ships it. The checks are in
`monitor.suite.primitives`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from monitor.formats.error_text import describe
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.device import Device
from monitor.suite.primitives.check import CompiledHarnessCheck, HarnessCheck
from monitor.suite.primitives.gradients import HarnessGradientCheck, has_gradient

HARNESS = "jax._src.internal_test_util.test_harnesses"

COMPILED_DTYPES = frozenset({"bfloat16", "float32", "int32"})


def checks(device: Device) -> Iterator[HarnessCheck]:
    """Yield the checks of each harness: eager, compiled, and of its gradients. Raises SuiteUnavailableError."""
    timed: set[str] = set()
    try:
        for harness in _harnesses(device):
            limit = _declared_limit(harness, device)
            single = np.dtype(harness.dtype) == np.float32
            check = HarnessCheck(harness, limit, timed=single and harness.group_name not in timed)
            if check.timed:
                timed.add(harness.group_name)
            yield check
            if check.dtype in COMPILED_DTYPES:
                yield CompiledHarnessCheck(harness, limit, timed=False)
            if has_gradient(harness):
                yield HarnessGradientCheck(harness, limit, timed=False)
    except Exception as error:  # a private module may change in any way
        raise SuiteUnavailableError(f"this build's {HARNESS} cannot be read: {describe(error)}") from error


def _harnesses(device: Device) -> Any:
    # The module declares JAX's settings as command-line flags, which must be text: a device is not.
    jax.config.update("jax_default_device", None)
    from jax._src.internal_test_util.test_harnesses import all_harnesses

    jax.config.update("jax_default_device", device.device())
    return all_harnesses


def _declared_limit(harness: Any, device: Any) -> str:
    """Return the limit that the authors of the harness declare for this kind of device."""
    kind = device.lowers_for
    kinds = {kind, "gpu"} if kind in ("cuda", "rocm") else {kind}
    limits = [
        limit.description
        for limit in harness.jax_unimplemented
        if any(limit.filter(device=one, dtype=harness.dtype) for one in kinds)
    ]
    return "; ".join(sorted(set(limits)))
