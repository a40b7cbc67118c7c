"""TensorFlow's kernels: the operators that are registered for a type of device, and their dtypes.

A wheel registers the kernels that it was built with, on any machine: a wheel for GPUs lists the kernels for GPUs on a
CPU. Operators that TensorFlow keeps on the host by design are not expected of an accelerator: text, input pipelines,
tables, queues and files.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import tensorflow as tf

from monitor.model import Outcome
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.kernel_entry import KernelEntry

ANY = "DEFAULT"  # a kernel for every type of device: control flow, and what only passes tensors on
HOST = "CPU"

# Operators that take or give one of these types are the host's: text, and handles of datasets and other host objects.
HOST_TYPES = {"string", "variant"}
# Handles of resources have one type for all of them, so the names of operators show which of them the host keeps.
HOST_OBJECTS = (
    "Accumulator",
    "HashTable",
    "Iterator",
    "LookupTable",
    "MemoryCache",
    "Queue",
    "Reader",
    "StatsAggregator",
    "SummaryWriter",
    "ThreadPool",
    "InitializeTable",
)
FEWEST = 300  # a build for a GPU has hundreds of its kernels; one for a CPU has the few that need no CUDA


def kernels(platform: str) -> dict[str, KernelEntry]:
    """Return every operator of `tf.raw_ops` that has a kernel and is not only for the host.

    `platform` is a type of device: GPU, CPU, TPU ... Raises SuiteUnavailableError.
    """
    from tensorflow.python.framework import kernels as registry

    registered: dict[str, list[Any]] = {}
    for one in registry.get_all_registered_kernels().kernel:
        registered.setdefault(one.op, []).append(one)
    registered_here = sum(any(one.device_type == platform for one in all_) for all_ in registered.values())
    if registered_here < FEWEST:
        raise SuiteUnavailableError(f"this build has {registered_here} kernels for {platform}: it is not built with it")
    entries = {
        name: _kernel([one for one in registered[name] if one.device_type in (platform, ANY)])
        for name in sorted(registered)
        if hasattr(tf.raw_ops, name)
    }
    return {
        f"tf.raw_ops.{name}": kernel
        for name, kernel in entries.items()
        if kernel.outcome is Outcome.PASS or platform == HOST or not _is_of_host(name)
    }


def _is_of_host(name: str) -> bool:
    """Return whether an operator works on objects that only the host has, or computes nothing."""
    from tensorflow.python.framework import op_def_registry

    definition = op_def_registry.get(name)
    arguments = [*definition.input_arg, *definition.output_arg] if definition else []
    types = {tf.as_dtype(one.type).base_dtype.name for one in arguments if one.type}
    return not arguments or bool(types & HOST_TYPES) or any(word in name for word in HOST_OBJECTS)


def _kernel(kernels_: Iterable[Any]) -> KernelEntry:
    """Return the kernels of one operator as one entry, with all dtypes of each attribute."""
    there = False
    dtypes: dict[str, set[str]] = {}
    for one in kernels_:
        there = True
        for constraint in one.constraint:
            allowed = constraint.allowed_values.list.type
            dtypes.setdefault(constraint.name, set()).update(tf.as_dtype(value).name for value in allowed)
    if not there:
        return KernelEntry(Outcome.UNSUPPORTED)
    return KernelEntry(
        Outcome.PASS, "; ".join(f"{name}: {', '.join(sorted(of))}" for name, of in sorted(dtypes.items()))
    )
