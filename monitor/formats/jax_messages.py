"""Messages of JAX's lowering that decide an outcome, for every process that lowers for a platform without its hardware.

The process has JAX; this module does not import it.
"""

from __future__ import annotations

import re

from monitor.model import Outcome

# The message of a callback to the host's Python, which needs the device's own runtime.
HOST_CALLBACK = "the platform for the specified backend"
# Queries of some rules that need the hardware: the version of a library, the kind of the device.
NEEDS_DEVICE = re.compile(r"cu(solver|dnn|blas|fft|sparse)\w*\(|libcuda|device kind: cpu", re.IGNORECASE)
NO_RULE = "MLIR translation rule for primitive"
REFUSALS = re.compile(
    r"UNIMPLEMENTED|not implemented|not supported|unsupported|only implemented for|only interpret mode is supported",
    re.IGNORECASE,
)


def lowering_outcome(error: BaseException) -> Outcome:
    """Return the outcome that an exception of the lowering means."""
    words = str(error)
    if NEEDS_DEVICE.search(words):
        return Outcome.BLOCKED
    if NO_RULE in words or isinstance(error, NotImplementedError) or REFUSALS.search(words):
        return Outcome.UNSUPPORTED
    return Outcome.ERROR
