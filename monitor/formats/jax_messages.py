"""Messages of JAX that decide an outcome, for every process that runs or lowers its programs.

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
# Messages of refusals by JAX and XLA. Every other exception is an error.
REFUSALS = re.compile(
    r"UNIMPLEMENTED|not implemented|not supported|unsupported|only implemented for|only interpret mode is supported",
    re.IGNORECASE,
)


def is_refusal(error: BaseException) -> bool:
    """Return whether JAX or XLA refuses a program with an exception."""
    return isinstance(error, NotImplementedError) or bool(REFUSALS.search(str(error)))


def lacking_outcome(error: BaseException) -> Outcome | None:
    """Return the outcome of a lowering that lacks the device or a rule for the platform; None for another exception."""
    if NEEDS_DEVICE.search(str(error)):
        return Outcome.BLOCKED
    return Outcome.UNSUPPORTED if NO_RULE in str(error) else None


def lowering_outcome(error: BaseException) -> Outcome:
    """Return the outcome that an exception of the lowering means."""
    return lacking_outcome(error) or (Outcome.UNSUPPORTED if is_refusal(error) else Outcome.ERROR)
