"""Compile a graph of PyTorch for a GPU that is described and not present: Inductor, Triton, and ptxas or LLVM.

This is the path of `torch.compile` up to the launch of the kernels. A CPU wheel has it, beside the `triton` package,
which brings the assemblers of both makers. No interface of PyTorch describes an absent GPU, so this module replaces
names of `torch.cuda` and private names of Inductor. All of them are here. `missing_names` returns those that a newer
build lacks.
"""

from __future__ import annotations

import ctypes
import importlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from monitor.suite.device import DeviceUnavailableError
from monitor.suite.torch.aten_kernels import AtenCall
from monitor.suite.torch.graphs import NoKernelError, computed_on_gpu, tensors_in

AMD_ARCHITECTURE = re.compile(r'gcn_arch_name: "gfx(\d+)(\d)[0-9a-f]')
NVIDIA_CAPABILITY = re.compile(r"cuda_compute_capability \{ major: (\d+) minor: (\d+) \}")

# Names that this module replaces or calls, beside those of `torch.cuda`, which exist in every build.
PRIVATE_NAMES = (
    ("torch._inductor.compile_fx", "compile_fx"),
    ("torch._inductor.graph", "GraphLowering.codegen"),
    ("torch._inductor.ir", "ExternKernel"),
    ("torch._inductor.ir", "MultiOutput"),
    ("torch._inductor.runtime.triton_heuristics", "CachingAutotuner._precompile_worker"),
    ("torch._inductor.runtime.triton_heuristics", "CachingAutotuner._precompile_config"),
    ("torch._inductor.runtime.triton_heuristics", "CachingAutotuner._make_launchers"),
    ("torch._inductor.runtime.triton_heuristics", "CachingAutotuner._dynamic_scale_rblock"),
    ("torch._inductor.runtime.triton_helpers", "set_driver_to_gpu"),
    ("torch._dynamo.device_interface", "CudaInterface.get_raw_stream"),
    ("torch._subclasses.fake_tensor", "FakeTensorMode.avoid_device_init"),
    ("torch.fx.experimental.proxy_tensor", "make_fx"),
    ("torch.fx.experimental.symbolic_shapes", "ShapeEnv"),
    ("triton.backends.compiler", "GPUTarget"),
    ("triton.runtime.driver", "driver.set_active"),
)

# PyTorch's table of device guards by type of device. Where a build for GPUs finds none, PyTorch puts a guard there that
# does nothing. A build for the CPU has no guard at all. The one of lazy tensors, which has no device either, stands in.
LIBRARY = Path(torch.__file__).parent / "lib" / "libc10.so"
GUARDS = "_ZN3c104impl26device_guard_impl_registryE"
CUDA, LAZY = 1, 17  # c10/core/DeviceType.h

# No measurements, and no launchers that load kernels.
OPTIONS = {
    "triton.cudagraphs": False,
    "max_autotune": False,
    "use_static_triton_launcher": False,
    "shape_padding": False,
    "joint_graph_constant_folding": False,  # it computes constants on the device
}

VERSIONS = {"cuda": "13.0", "hip": "7.2.0"}  # of the makers' software, as PyTorch's wheels for GPUs have it


@dataclass(frozen=True)
class DescribedGpu:
    """A GPU by the description in a runner file, the text of XLA's `GpuTargetConfigProto`.

    `kind` is Triton's name of the maker, `cuda` or `hip`, and `architecture` Triton's name of the chip.
    """

    kind: str
    architecture: int | str
    capability: tuple[int, int]
    properties: SimpleNamespace

    @classmethod
    def from_text(cls, configuration: str) -> DescribedGpu:
        """Return the GPU of a description. Raises DeviceUnavailableError where a field is missing."""
        found = re.findall(r'(\w+): (?:"([^"]*)"|(\S+))', configuration)
        fields = {name: text or number for name, text, number in found}
        try:
            amd = fields.get("gcn_arch_name", "")
            version = (AMD_ARCHITECTURE if amd else NVIDIA_CAPABILITY).search(configuration)
            if not version:
                raise KeyError("cuda_compute_capability")
            major, minor = map(int, version.groups())
            properties = SimpleNamespace(
                name=fields["device_description_str"],
                major=major,
                minor=minor,
                multi_processor_count=int(fields["core_count"]),
                regs_per_multiprocessor=int(fields["registers_per_core_limit"]),
                max_threads_per_multi_processor=int(fields["threads_per_core_limit"]),
                max_threads_per_block=int(fields["threads_per_block_limit"]),
                warp_size=int(fields["threads_per_warp"]),
                shared_memory_per_block=int(fields["shared_memory_per_block"]),
                shared_memory_per_block_optin=int(fields["shared_memory_per_block_optin"]),
                shared_memory_per_multiprocessor=int(fields["shared_memory_per_core"]),
                L2_cache_size=int(fields["l2_cache_size"]),
                total_memory=int(fields["device_memory_size"]),
                clock_rate=int(float(fields["clock_rate_ghz"]) * 1_000_000),
                memory_clock_rate=0,
                memory_bus_width=0,
                is_integrated=0,
                is_multi_gpu_board=0,
                gcnArchName=amd,
            )
        except KeyError as error:
            raise DeviceUnavailableError(f"the description of the GPU has no field {error}") from error
        capability = (properties.major, properties.minor)
        if amd:
            return cls("hip", amd.partition(":")[0], capability, properties)
        return cls("cuda", 10 * capability[0] + capability[1], capability, properties)


def missing_names() -> list[str]:
    """Return the private names that this build lacks, so that it cannot compile for an absent GPU."""
    missing = []
    for module, name in PRIVATE_NAMES:
        try:
            owner: Any = importlib.import_module(module)
            for part in name.split("."):
                owner = getattr(owner, part)
        except (ImportError, AttributeError):
            missing.append(f"{module}.{name}")
    return missing


@dataclass
class CompiledGraph:
    """Figures of a compiled graph: Triton kernels, the bytes of their code, and the calls that go to ATen.

    `on_gpu` is whether it has any tensor there; otherwise it computes on the host.
    """

    kernels: int = 0
    code: int = 0
    seconds: float = 0.0
    calls: set[AtenCall] = field(default_factory=set)
    on_gpu: bool = False

    def __add__(self, other: CompiledGraph) -> CompiledGraph:
        """Return the figures of two graphs together."""
        seconds = round(self.seconds + other.seconds, 4)
        return CompiledGraph(
            self.kernels + other.kernels,
            self.code + other.code,
            seconds,
            self.calls | other.calls,
            self.on_gpu or other.on_gpu,
        )


class InductorCompiler:
    """Inductor for one described GPU. The process is for that GPU from then on: `torch.cuda` describes it."""

    def __init__(self, gpu: DescribedGpu) -> None:
        """Replace the names. Raises DeviceUnavailableError where the build lacks one."""
        self.gpu = gpu
        self._found = CompiledGraph()
        _describe_to_torch(gpu)  # before Inductor, which copies names of `torch.cuda`
        if missing := missing_names():
            raise DeviceUnavailableError(f"torch {torch.__version__} lacks {', '.join(missing)}")
        _describe_to_triton(gpu)
        _disable_caches()
        self._watch_compilation()

    def compile(self, graph: torch.fx.GraphModule, inputs: Sequence[Any]) -> CompiledGraph:
        """Compile a graph of ATen operators on fake tensors. A graph without a tensor on the GPU has no program.

        Raises NoKernelError, and what Inductor, Triton and the assembler raise.
        """
        from torch._inductor.compile_fx import compile_fx

        if not any(tensor.is_cuda for tensor in tensors_in(graph, inputs)):
            return CompiledGraph()
        self._found = CompiledGraph(on_gpu=True)
        computed = computed_on_gpu(graph)
        start = time.perf_counter()
        with torch.no_grad():
            compile_fx(graph, list(inputs), config_patches=OPTIONS)
        self._found.seconds = round(time.perf_counter() - start, 4)
        if computed and not self._found.kernels and not self._found.calls:
            raise NoKernelError(f"Inductor makes no kernel for {', '.join(computed)}")
        return self._found

    def _watch_compilation(self) -> None:
        """Collect the kernels of each compilation, without the launchers that load them on the device."""
        from torch._inductor import ir
        from torch._inductor.graph import GraphLowering
        from torch._inductor.runtime.triton_heuristics import CachingAutotuner

        generate = GraphLowering.codegen

        def generated(lowering: Any, *args: Any, **kwargs: Any) -> Any:
            text = generate(lowering, *args, **kwargs)
            for operation in lowering.operations:
                if isinstance(operation, ir.ExternKernel) and not isinstance(operation, ir.MultiOutput):
                    self._found.calls |= _call_of(operation)
            return text

        def compiled(kernel: Any) -> None:
            result = _first_that_fits(kernel)
            self._found.kernels += 1
            binaries = [code for code in result.kernel.asm.values() if isinstance(code, bytes)]
            self._found.code += max(map(len, binaries), default=0)

        GraphLowering.codegen = generated
        CachingAutotuner._precompile_worker = compiled
        CachingAutotuner._make_launchers = lambda _: None
        CachingAutotuner._dynamic_scale_rblock = lambda _: None


def _first_that_fits(kernel: Any) -> Any:
    """Return the first configuration of a kernel that compiles, of those that Inductor would try on the device."""
    from torch._inductor.runtime.triton_heuristics import OutOfResources, PTXASError

    refusal: Exception | None = None
    for configuration in kernel.configs:
        try:
            return kernel._precompile_config(configuration)
        except (OutOfResources, PTXASError) as error:
            refusal = error
    raise refusal or RuntimeError("Inductor made a kernel without a configuration")


def _call_of(operation: Any) -> set[AtenCall]:
    """Return the call to ATen that an operation of Inductor is; empty for one of Inductor's own, such as a check."""
    if not (overload := getattr(operation, "op_overload", None)):
        return set()
    dtypes = [each.get_dtype() for each in operation.inputs if hasattr(each, "get_dtype")]
    return {AtenCall.to(overload, dtypes[0] if dtypes else None)}


def _describe_to_torch(gpu: DescribedGpu) -> None:
    """Replace the functions of `torch.cuda` that ask for a device."""
    stream = SimpleNamespace(cuda_stream=0, stream_id=0, device_index=0, device_type=1)
    answers = {
        "is_available": True,
        "is_initialized": True,
        "_is_compiled": True,
        "_lazy_init": None,
        "device_count": 1,
        "current_device": 0,
        "set_device": None,
        "_exchange_device": 0,
        "_maybe_exchange_device": 0,
        "synchronize": None,
        "manual_seed": None,
        "manual_seed_all": None,
        "current_stream": stream,
        "get_rng_state": torch.zeros(16, dtype=torch.uint8),
        "set_rng_state": None,
        "get_device_capability": gpu.capability,
        "get_device_properties": gpu.properties,
        "get_device_name": gpu.properties.name,
        "get_arch_list": [gpu.architecture if gpu.kind == "hip" else f"sm_{gpu.architecture}"],
        "is_bf16_supported": True,
    }
    for name, value in answers.items():
        setattr(torch.cuda, name, _answer(value))
    for name in ("_cuda_getCurrentRawStream", "_cuda_getDevice", "_cuda_exchangeDevice", "_cuda_maybeExchangeDevice"):
        setattr(torch._C, name, _answer(0))
    guards = (ctypes.c_void_p * (LAZY + 1)).in_dll(ctypes.CDLL(str(LIBRARY)), GUARDS)
    guards[CUDA] = guards[LAZY]
    torch._C._ensureCUDADeviceGuardSet()
    for kind, version in VERSIONS.items():
        setattr(torch.version, kind, version if kind == gpu.kind else None)


def _disable_caches() -> None:
    """Compile each graph anew: a graph from a cache shows neither its kernels nor its calls to ATen."""
    import torch._functorch.config
    import torch._inductor.config

    torch._inductor.config.force_disable_caches = True
    torch._functorch.config.enable_autograd_cache = False


def _answer(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def _describe_to_triton(gpu: DescribedGpu) -> None:
    from torch._inductor.runtime import triton_helpers
    from torch._subclasses.fake_tensor import FakeTensorMode
    from triton.backends.compiler import GPUTarget
    from triton.runtime.driver import driver

    torch._dynamo.config.error_on_nested_fx_trace = False  # a compiled call inside of a call is part of its graph
    target = GPUTarget(gpu.kind, gpu.architecture, gpu.properties.warp_size)
    shared = gpu.properties.shared_memory_per_block_optin
    properties = {
        "max_shared_mem": shared,
        "warpSize": gpu.properties.warp_size,
        "multiprocessor_count": gpu.properties.multi_processor_count,
    }
    driver.set_active(
        SimpleNamespace(
            get_current_target=lambda: target,
            get_current_device=lambda: 0,
            get_current_stream=lambda _: 0,
            get_active_torch_device=lambda: torch.device("cuda", 0),
            map_python_to_cpp_type=str,
            utils=SimpleNamespace(get_device_properties=lambda _: properties),
        )
    )
    triton_helpers.set_driver_to_gpu = lambda: None
    FakeTensorMode.avoid_device_init = property(lambda _: True)  # the device is available, but cannot be opened


@contextmanager
def described_device() -> Iterator[Any]:
    """Yield a mode in which tensors are on the described GPU: they have a shape and a dtype, and no values."""
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.fx.experimental.symbolic_shapes import ShapeEnv

    shapes = ShapeEnv(allow_scalar_outputs=True, allow_dynamic_output_shape_ops=True)
    with FakeTensorMode(allow_non_fake_inputs=True, shape_env=shapes, static_shapes=True) as mode:
        yield mode
