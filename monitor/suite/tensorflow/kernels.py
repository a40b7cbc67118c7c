"""TensorFlow's kernels: which operators are registered for a type of device, and for which dtypes.

A wheel registers what it was built with, whatever machine it is on: that of a GPU lists the GPU's kernels on a CPU.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import tensorflow as tf

from monitor.suite.check import SuiteUnavailableError
from monitor.suite.kernel import Kernel

ANY = "DEFAULT"  # a kernel for every type of device: control flow, and what only passes tensors on
FEWEST = 300  # a build for a GPU has hundreds of its kernels; one for a CPU has the few that need no CUDA


def kernels(platform: str) -> dict[str, Kernel]:
    """Every operator of `tf.raw_ops` that has any kernel. Raises SuiteUnavailableError.

    `platform` is a type of device: GPU, CPU, TPU ...
    """
    from tensorflow.python.framework import kernels as registry

    registered: dict[str, list[Any]] = {}
    for one in registry.get_all_registered_kernels().kernel:
        registered.setdefault(one.op, []).append(one)
    there = sum(any(one.device_type == platform for one in all_) for all_ in registered.values())
    if there < FEWEST:
        raise SuiteUnavailableError(f"this build has {there} kernels for {platform}: it is not built with it")
    return {
        f"tf.raw_ops.{name}": _kernel([one for one in registered[name] if one.device_type in (platform, ANY)])
        for name in sorted(registered)
        if hasattr(tf.raw_ops, name)
    }


def _kernel(found: Iterable[Any]) -> Kernel:
    """The kernels of one operator as one, with all dtypes of each of its attributes."""
    there = False
    dtypes: dict[str, set[str]] = {}
    for one in found:
        there = True
        for constraint in one.constraint:
            allowed = constraint.allowed_values.list.type
            dtypes.setdefault(constraint.name, set()).update(tf.as_dtype(value).name for value in allowed)
    return Kernel(there, "; ".join(f"{name}: {', '.join(sorted(of))}" for name, of in sorted(dtypes.items())))
