"""The public names of PyTorch, in the modules that its documentation lists.

A module's `__all__` says which names are public. PyTorch's own test of its interface takes those of a module without
one that are defined there, and so does this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import BuiltinFunctionType, ModuleType
from typing import Any

import torch

from monitor.suite.name_listing import Member, PublicModule, public_methods

# "Python API" of PyTorch's documentation, without the parts for distributed training and for compilers' authors.
MODULES = frozenset(
    f"torch.{name}"
    for name in (
        *("accelerator", "amp", "autograd", "autograd.forward_ad", "autograd.functional", "autograd.graph"),
        *("autograd.profiler", "backends", "backends.cpu", "backends.cuda", "backends.cudnn", "backends.mha"),
        *(
            "backends.mkl",
            "backends.mkldnn",
            "backends.mps",
            "backends.nnpack",
            "backends.openmp",
            "backends.opt_einsum",
        ),
        *("backends.quantized", "backends.xeon", "compiler", "cpu", "cpu.amp", "cuda", "cuda.amp", "cuda.comm"),
        *("cuda.graphs", "cuda.memory", "cuda.nvtx", "cuda.profiler", "cuda.random", "cuda.tunable"),
        *("distributions", "distributions.constraint_registry", "distributions.constraints", "distributions.kl"),
        *("distributions.transforms", "export", "fft", "func", "futures", "fx", "fx.experimental", "hub", "jit"),
        *("library", "linalg", "masked", "monitor", "mps", "mtia", "multiprocessing", "nested", "nn", "nn.attention"),
        *("nn.attention.bias", "nn.attention.experimental", "nn.attention.flex_attention", "nn.functional", "nn.init"),
        *("nn.parallel", "nn.parameter", "nn.utils", "nn.utils.fusion", "nn.utils.parametrizations"),
        *("nn.utils.parametrize", "nn.utils.prune", "nn.utils.rnn", "nn.utils.stateless", "onnx", "optim"),
        *("optim.lr_scheduler", "optim.swa_utils", "overrides", "package", "profiler", "quantization", "quasirandom"),
        *("random", "serialization", "signal", "signal.windows", "sparse", "special", "testing", "types", "utils"),
        *("utils.benchmark", "utils.bottleneck", "utils.checkpoint", "utils.cpp_extension", "utils.data"),
        *("utils.data.datapipes", "utils.deterministic", "utils.dlpack", "utils.hooks", "utils.mobile_optimizer"),
        *("utils.model_zoo", "utils.module_tracker", "utils.tensorboard", "xpu", "xpu.random"),
    )
)
DEVICES = ("torch.cuda", "torch.mps", "torch.mtia", "torch.xpu")
CONSTANTS = (bool, int, float, complex, torch.dtype, torch.layout, torch.memory_format)


class TorchApi:
    """The public names of PyTorch."""

    prefix = "torch"
    module: ModuleType = torch

    def members(self, module: PublicModule) -> Iterable[str]:
        here = module.module
        stated = {*getattr(here, "__all__", ())}
        every = stated | {*dir(here)}
        if stated and here is not torch:  # torch's own lacks the layouts, and functions that it has had for long
            every = stated | {
                name for name in dir(here) if _in_c(getattr(here, name), module.path)
            }  # `torch.fft.hfft2`
        return sorted(name for name in every if not name.startswith("_"))

    def submodules(self, module: PublicModule) -> Mapping[str, str]:
        below = [one for one in sorted(MODULES) if one.rpartition(".")[0] == module.path]
        return {one.rpartition(".")[2]: one for one in below}

    def is_public(self, member: Member) -> bool:
        value, path = member.value, member.at.path
        if isinstance(value, ModuleType):  # only those that the documentation lists
            return False
        if member.name in getattr(member.at.module, "__all__", ()) or _in_c(value, path):
            return True
        if isinstance(value, type) or callable(value):
            home = getattr(value, "__module__", None) or "torch"
            return home == path or (home.startswith("torch") and (home not in MODULES) and _is_exported(path, home))
        return isinstance(value, CONSTANTS)

    def methods(self, value: type) -> Iterable[str]:
        if value is torch.Tensor:  # also what it inherits from a class in C
            return [name for name in dir(value) if not name.startswith("_")]
        if type(value).__name__ == "tensortype":  # `torch.FloatTensor` and the like: the same methods again
            return ()
        if value.__module__.startswith(DEVICES):  # a wheel for the CPU lacks their base classes in C
            own = [vars(base) for base in value.__mro__ if base.__module__.startswith(DEVICES)]
            return [name for name in public_methods(value, ("torch",)) if any(name in names for names in own)]
        return public_methods(value, ("torch",)) if value.__module__.startswith("torch") else ()


API = TorchApi()


def _in_c(value: Any, path: str) -> bool:
    """Return whether an object is a function in C for that module; some lists of public names lack such functions."""
    return isinstance(value, BuiltinFunctionType) and value.__module__ == f"torch._C._{path.rpartition('.')[2]}"


def _is_exported(path: str, home: str) -> bool:
    """Return whether a module without `__all__` exports an object of that home: one below it, or in C."""
    return path in ("torch", "torch.nn.functional") or home.startswith((f"{path}.", "torch._C"))
