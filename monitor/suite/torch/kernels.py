"""Look up PyTorch's kernels: the operators that a backend implements, by itself or by calls of others.

`native_functions.yaml` lists the kernels of the backends in PyTorch's own source tree. Every wheel contains it with its
reader `torchgen`, so a CPU wheel is enough for CUDA and MPS. Any other backend registers its kernels when its library
is loaded, so only the dispatcher of a build that has it can list them. An operator without a kernel of the backend's
own is followed to the operators that it calls (`monitor.suite.torch.composites`): it is supported where those are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from pathlib import Path as FilePath
from typing import Any

import torch

from monitor.model import Outcome
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.kernel_entry import CompositeCall, KernelEntry, follow_composites
from monitor.suite.torch.composites import follow

IN_TREE = {"CPU", "CUDA", "MPS"}
FEWEST = 100  # a build that has a backend has hundreds of its kernels; any build has a few of every backend
KINDS = ("Sparse", "SparseCsr", "Quantized", "NestedTensor")  # of tensor that have kernels of a backend apart

# Operators by the libraries of one backend, which no other is meant to have, and operators of PyTorch's own tests.
LIBRARIES = {
    "cudnn": "CUDA",
    "cufft": "CUDA",
    "cslt": "CUDA",
    "fbgemm": "CPU",
    "miopen": "HIP",
    "mkldnn": "CPU",
    "mps": "MPS",
    "nnpack": "CPU",
}
TESTS = ("_foobar", "_test_")

# Operators that a backend registers to the CPU in its own source, which `native_functions.yaml` does not know, by
# aten/src/ATen/mps/MPSFallback.mm of pytorch 035290b. They were fewer from one release to the next: one that has got a
# kernel of its own since is there.
PASSED_TO_THE_CPU = {"MPS": {"col2im", "embedding_renorm_", "linalg_svd", "linalg_svd.U", "upsample_nearest3d.vec"}}

# Calls of composites that depend on the options of the library's build, which a CPU wheel does not show for another
# one, by aten/src/ATen/native/Convolution.cpp of the same.
BUILT_FOR = {"MPS": {"_convolution": {"_mps_convolution", "_mps_convolution_transpose"}}}


def kernels(platform: str) -> dict[str, KernelEntry]:
    """Return every operator of `native_functions.yaml`, without the variants that are generated from others.

    `platform` is a dispatch key: CUDA, MPS, XPU ... Raises SuiteUnavailableError, and ImportError without PyYAML.
    """
    import torchgen
    from torchgen.gen import parse_native_yaml

    folder = FilePath(torchgen.__file__).parent / "packaged" / "ATen" / "native"
    parsed = parse_native_yaml(str(folder / "native_functions.yaml"), str(folder / "tags.yaml"))
    functions = {str(function.func.name): function for function in parsed.native_functions}
    own = _written(functions, parsed.backend_indices, platform) if platform in IN_TREE else _loaded(functions, platform)
    composites = {name for name, function in functions.items() if function.has_composite_kernel} - own.keys()
    passed_on = PASSED_TO_THE_CPU.get(platform, set()) - own.keys()
    own_entries = {name: KernelEntry(Outcome.PASS, how) for name, how in own.items()}
    own_entries |= dict.fromkeys(passed_on, KernelEntry(Outcome.FALLBACK, "passed on to the CPU"))
    entries = follow_composites(platform, own_entries, _paths(composites, platform))
    meant = (
        name for name, function in functions.items() if "generated" not in function.tags and _is_meant(name, platform)
    )
    return {f"torch.ops.aten.{name}": entries.get(name, KernelEntry(Outcome.UNSUPPORTED)) for name in meant}


def _is_meant(name: str, platform: str) -> bool:
    """Return whether this platform is meant to have an operator: not another library's, and not one for tests."""
    of_library = next((of for library, of in LIBRARIES.items() if library in name.lstrip("_").split(".")[0]), platform)
    return of_library == platform and not name.startswith(TESTS)


def _paths(composites: Set[str], platform: str) -> dict[str, set[CompositeCall]]:
    chosen = {name: {CompositeCall(frozenset(calls), True)} for name, calls in BUILT_FOR.get(platform, {}).items()}
    paths = follow(composites, platform.lower()) | {name: path for name, path in chosen.items() if name in composites}
    return {name: paths.get(name, set()) for name in composites}


def _owned(functions: Mapping[str, Any], having: Callable[[str], Set[str]], platform: str) -> dict[str, str]:
    """Return the entries of the operators that have a kernel under a dispatch key of the platform.

    An operator that delegates to another, its `out` variant, has the kernel of that one. The entry of an operator with
    kernels only for tensors of another kind mentions that.
    """
    reasons: dict[str, str] = {}
    for kind in ("", *KINDS):
        registered = having(f"{kind}{platform}")
        for name, one in functions.items():
            if kind and one.has_composite_kernel:
                continue  # plain tensors work too, by calls of other operators, and those count here
            if name in registered or str(one.structured_delegate) in registered:
                reasons.setdefault(name, f"for {kind} tensors alone" if kind else "")
    return reasons


def _written(functions: Mapping[str, Any], backends: Mapping[Any, Any], platform: str) -> dict[str, str]:
    """Return the entries of the operators whose kernels of the backend are in the source."""
    from torchgen.model import DispatchKey

    def having(key: str) -> set[str]:
        index = backends.get(getattr(DispatchKey, key, None))
        return {name for name, one in functions.items() if index is not None and index.has_kernel(one)}

    return _owned(functions, having, platform)


def _loaded(functions: Mapping[str, Any], platform: str) -> dict[str, str]:
    """Return the entries of the operators whose kernels of the backend are in this process.

    Raises SuiteUnavailableError.
    """
    has = torch._C._dispatch_has_kernel_for_dispatch_key

    def having(key: str) -> set[str]:
        try:
            return {name for name in functions if has(f"aten::{name}", key)}
        except (AttributeError, RuntimeError) as error:
            if key == platform:
                raise SuiteUnavailableError(f"the dispatcher cannot be asked for {platform}: {error}") from error
            return set()  # a key that the dispatcher does not know: no backend of this name has such tensors

    entries = _owned(functions, having, platform)
    if len(entries) < FEWEST:
        raise SuiteUnavailableError(f"this build has {len(entries)} kernels for {platform}: it is not built with it")
    return entries
