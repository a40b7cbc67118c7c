"""XLA's compiler for AMD GPUs, which needs a description of the chip, but neither GPU nor ROCm.

Its plug-in is linked to ROCm's libraries, which no package index holds. `monitor.compilers.stub_libraries` makes stub
libraries, which let the plug-in load; compilation does not use them.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from monitor.compilers.stub_libraries import StubError, load_stubs
from monitor.compilers.xla import GPU_REFUSALS, CompilerUnavailableError, Refusals, XlaCompiler
from monitor.model import Outcome

REFUSALS: Refusals = {
    # The compiler chooses an algorithm for a convolution by trying it on the device.
    Outcome.BLOCKED: re.compile(r"No supported config found"),
    **GPU_REFUSALS,
}

# With a higher level, the compiler tries algorithms on the device, and dies without one.
NO_TRIALS = "--xla_gpu_autotune_level=0"
STUBS = "rocm-stubs"  # the folder of the stub libraries, in the environment of the compiler
# The compiler itself, and the libraries with the solvers' call targets.
ROCM_PARTS = ("jax_plugins/xla_rocm*/*.so", "jax_rocm*_plugin/*.so")


def compiler(topology: str, configuration: str) -> XlaCompiler:
    """Return the compiler for the chip that the configuration describes. Raises CompilerUnavailableError."""
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {NO_TRIALS}".strip()
    try:
        load_stubs(_libraries(), Path(sys.prefix, STUBS))
    except StubError as error:
        raise CompilerUnavailableError(f"rocm: {error}") from error
    from jax._src import hardware_utils

    # The plug-in registers itself only on a machine with an AMD GPU.
    hardware_utils.num_available_amd_gpus = lambda **_: 1
    import jax._src.lax.linalg  # noqa: F401 - registers the solvers that programs call

    return XlaCompiler("rocm", "described", topology=topology, target_config=configuration)


def _libraries() -> list[Path]:
    """Return the libraries of AMD's packages in this environment."""
    packages = [Path(folder) for folder in sys.path if folder]
    return sorted(path for folder in packages for part in ROCM_PARTS for path in folder.glob(part))
