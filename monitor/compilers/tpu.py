"""The compiler of TPUs, libtpu, which compiles for every generation on a machine without a TPU."""

from __future__ import annotations

import os
import re

from monitor.compilers.xla import Refusals, XlaCompiler
from monitor.model import Outcome

# Without these variables libtpu searches for TPUs, queries the cloud for its location, and refuses a second process.
VARIABLES = {
    "TPU_SKIP_MDS_QUERY": "1",
    "TPU_WORKER_HOSTNAMES": "localhost",
    "TPU_ACCELERATOR_TYPE": "v5litepod-1",
    "ALLOW_MULTIPLE_LIBTPU_LOAD": "1",
    "JAX_PLATFORMS": "cpu",
}

# A kernel too large for the scratch memory of the chip (VMEM) is refused; only the memory of the device (HBM) is `oom`.
# "Unexpected operand type for FFT: c128" means that the compiler has no FFT for that dtype.
REFUSALS: Refusals = {
    Outcome.OOM: re.compile(
        r"Ran out of memory (on|in memory space) hbm|RESOURCE_EXHAUSTED(?!.*\bvmem\b)", re.IGNORECASE | re.DOTALL
    ),
    Outcome.UNSUPPORTED: re.compile(
        r"UNIMPLEMENTED|not implemented|not supported|unsupported|Unexpected operand type|RESOURCE_EXHAUSTED",
        re.IGNORECASE,
    ),
}


def compiler(topology: str, configuration: str) -> XlaCompiler:
    """Return the compiler for a topology such as `v5e:2x2`. Raises CompilerUnavailableError."""
    del configuration  # libtpu knows its chips
    os.environ.update(VARIABLES)
    return XlaCompiler("tpu", topology)
