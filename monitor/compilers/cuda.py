"""XLA's compiler for NVIDIA GPUs, which needs a description of the chip, but neither GPU nor driver."""

from __future__ import annotations

import os
import re

from monitor.compilers.xla import GPU_REFUSALS, Refusals, XlaCompiler
from monitor.model import Outcome

REFUSALS: Refusals = {
    # Libraries that the compiler calls at compile time, and that need a driver. A refusal may name a library too.
    Outcome.BLOCKED: re.compile(
        r"\A(?!UNIMPLEMENTED).*(cusolver|cudnn|cublas|cufft|libcuda|CUDA driver)", re.IGNORECASE | re.DOTALL
    ),
    **GPU_REFUSALS,
}


def compiler(topology: str, configuration: str) -> XlaCompiler:
    """Return the compiler for the chip that the configuration describes. Raises CompilerUnavailableError."""
    os.environ["JAX_PLATFORMS"] = "cpu"
    return XlaCompiler("cuda", "described", topology=topology, target_config=configuration)
