"""XLA's compilers by way of JAX: a topology of chips that are not present, and a client that compiles for them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from monitor.model import Compiled, Outcome

# Patterns of a compiler's messages by outcome; the first match counts, and any other message is an error.
Refusals = Mapping[Outcome, re.Pattern[str]]

# Those of the compilers for GPUs, beside what a device or a driver lacks. A kernel too large for the shared memory of a
# multiprocessor is refused; only the memory of the device is `oom`.
GPU_REFUSALS: Refusals = {
    Outcome.OOM: re.compile(r"out of memory|RESOURCE_EXHAUSTED(?!.*shared memory)", re.IGNORECASE | re.DOTALL),
    Outcome.UNSUPPORTED: re.compile(
        r"UNIMPLEMENTED|not implemented|not supported|unsupported|RESOURCE_EXHAUSTED", re.IGNORECASE
    ),
}

BYTECODE = b"ML\xefR"  # the first bytes of MLIR's bytecode


class CompilerUnavailableError(Exception):
    """A compiler that does not open, in one line."""


class UnreadableError(Exception):
    """A program in no known version of StableHLO, which is not a fault of the compiler."""


class TooFewDevicesError(Exception):
    """A program for more devices than the topology has."""


class XlaCompiler:
    """The compiler of one topology, for programs on one or several of its devices."""

    def __init__(self, platform: str, name: str, **options: str) -> None:
        """Open the compiler; JAX passes the options on. Raises CompilerUnavailableError."""
        import jax
        from jax.experimental import topologies

        self.version: str = jax.__version__
        try:
            described = topologies.get_topology_desc(platform=platform, topology_name=name, **options)
        except Exception as error:  # a plug-in that is missing or of another version fails in many ways
            raise CompilerUnavailableError(f"{platform} {name}: {error}") from error
        self._devices = tuple(described.devices)
        self._device = self._devices[0]

    def environment(self) -> dict[str, str]:
        """Return facts about the compiler by name, for the record of a run."""
        version: str = getattr(self._device.client, "platform_version", "")
        facts = {"compiler.device": self._device.device_kind, "compiler.platform": " ".join(version.split())}
        return {key: value for key, value in facts.items() if value}

    def compile(self, program: bytes) -> Compiled:
        """Compile a program in StableHLO. Raises UnreadableError, TooFewDevicesError, and what the compiler raises."""
        import numpy as np
        from jax._src import compiler
        from jax._src.interpreters import mlir
        from jax._src.lib import xla_client

        with mlir.make_ir_context() as context:
            module = _read(program, context)
            needed, available = _partitions(module), len(self._devices)
            if needed > available:
                raise TooFewDevicesError(f"the program is spread over {needed} devices; the topology has {available}")
            chips = self._devices[:needed]
            options = compiler.get_compile_options(
                num_replicas=1, num_partitions=len(chips), device_assignment=np.array([[chip.id for chip in chips]])
            )
            if len(chips) > 1:
                options.executable_build_options.use_spmd_partitioning = True
                options.executable_build_options.use_shardy_partitioner = True
            client = self._device.client
            start = time.perf_counter()
            if hasattr(client, "compile_and_load"):
                executable = client.compile(module, xla_client._xla.DeviceList(chips), options)
            else:  # up to jax 0.6.0
                executable = client.compile(mlir.module_to_bytecode(module), options)
            seconds = time.perf_counter() - start
        return _figures(executable, seconds)


def _partitions(module: Any) -> int:
    """Return the number of devices of a program."""
    attributes = module.operation.attributes
    return int(attributes["mhlo.num_partitions"].value) if "mhlo.num_partitions" in attributes else 1


def _read(program: bytes, context: Any) -> Any:
    from jax._src.lib.mlir import ir
    from jax._src.lib.mlir.dialects import hlo

    try:
        if program.startswith(BYTECODE):
            return hlo.deserialize_portable_artifact(context, program)
        return ir.Module.parse(program.decode())
    except Exception as error:
        raise UnreadableError(" ".join(str(error).split())) from error


def _figures(executable: Any, seconds: float) -> Compiled:
    """Return the compiler's figures of an executable. Made-up ones (negative) are left out."""
    costs = _query(executable.cost_analysis) or {}
    costs = costs[0] if isinstance(costs, list) else costs
    memory = _query(executable.get_compiled_memory_stats)
    code = memory.generated_code_size_in_bytes if memory else 0
    return Compiled(
        programs=1,
        seconds=round(seconds, 4),
        flops=_figure(costs, "flops"),
        bytes=_figure(costs, "bytes accessed"),
        memory=_memory_bytes(memory) + code if memory else None,
        code=code or None,  # no program is without code: that compiler does not count it
    )


def _query(query: Callable[[], Any]) -> Any:
    """Return the result of a query to an executable; None where its compiler does not implement it."""
    try:
        return query()
    except Exception as error:
        if "UNIMPLEMENTED" in str(error):
            return None
        raise


def _memory_bytes(memory: Any) -> int:
    """Return the bytes of arguments, results and temporaries; shared memory counts once."""
    shared = memory.alias_size_in_bytes
    return int(memory.argument_size_in_bytes + memory.output_size_in_bytes + memory.temp_size_in_bytes - shared)


def _figure(costs: Mapping[str, float], name: str) -> float | None:
    value = costs.get(name)
    return float(value) if value is not None and value >= 0 else None
