"""PyTorch's kernels: which operators a backend implements, by itself or by way of others.

The backends in PyTorch's own source tree are looked up in `native_functions.yaml`, which every wheel brings with its
reader `torchgen`, so that a CPU's wheel tells of CUDA and MPS. Any other backend registers its kernels when its library
is loaded: only a build that has it knows them, and its dispatcher is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from monitor.suite.check import SuiteUnavailableError
from monitor.suite.kernel import Kernel

IN_TREE = {"CPU", "CUDA", "MPS"}
FEWEST = 100  # a build that has a backend has hundreds of its kernels; any build has a few of every backend


def kernels(platform: str) -> dict[str, Kernel]:
    """Every operator of `native_functions.yaml`, without the variants that are generated from others.

    `platform` is a dispatch key: CUDA, MPS, XPU ... Raises SuiteUnavailableError, and ImportError without PyYAML.
    """
    import torchgen
    from torchgen.gen import parse_native_yaml

    folder = Path(torchgen.__file__).parent / "packaged" / "ATen" / "native"
    parsed = parse_native_yaml(str(folder / "native_functions.yaml"), str(folder / "tags.yaml"))
    functions = {str(one.func.name): one for one in parsed.native_functions if "generated" not in one.tags}
    own = _written(functions, parsed.backend_indices, platform) if platform in IN_TREE else _loaded(functions, platform)
    return {f"torch.ops.aten.{name}": _kernel(name in own, one) for name, one in functions.items()}


def _kernel(own: bool, function: Any) -> Kernel:
    return Kernel(True) if own else Kernel(bool(function.has_composite_kernel), "by way of other operators")


def _written(functions: Mapping[str, Any], backends: Mapping[Any, Any], platform: str) -> set[str]:
    """The operators that have a kernel of the backend's own in the source, which may be that of their `out` variant."""
    from torchgen.model import DispatchKey

    has = backends[DispatchKey[platform]].has_kernel
    return {
        name
        for name, one in functions.items()
        if has(one) or (one.structured_delegate and has(functions[str(one.structured_delegate)]))
    }


def _loaded(functions: Iterable[str], platform: str) -> set[str]:
    """The operators that have a kernel of the backend's own in this process. Raises SuiteUnavailableError."""
    try:
        has = torch._C._dispatch_has_kernel_for_dispatch_key
        found = {name for name in functions if has(f"aten::{name}", platform)}
    except (AttributeError, RuntimeError) as error:
        raise SuiteUnavailableError(f"the dispatcher cannot be asked for {platform}: {error}") from error
    if len(found) < FEWEST:
        raise SuiteUnavailableError(f"this build has {len(found)} kernels for {platform}: it is not built with it")
    return found
