"""Draw the arrays of a model by the name and shape of each, with the same values in every run and build.

The initialisers of the packages are not called: eagerly, they compile a program for each shape.
"""

from __future__ import annotations

import math
import zlib
from typing import Any

import jax
import numpy as np

from monitor.suite.declare import Tensor
from monitor.suite.inputs import Array, draw_tensor

COUNT = 3  # steps that an optimizer counts before: Adam divides by a number that is zero at the first one


def drawn(tree: Any, seed: str) -> list[tuple[Array, str]]:
    """Return the values and the dtype of each leaf of a tree, in its order."""
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return [(_leaf(jax.tree_util.keystr(path), leaf, seed), str(leaf.dtype)) for path, leaf in leaves]


def _leaf(path: str, leaf: Any, seed: str) -> Array:
    """Return the values of an array: positive variances and scales near one, the rest by the number of its inputs."""
    dtype, shape = str(leaf.dtype), tuple(leaf.shape)
    name = path.lower()
    number = zlib.crc32(f"{seed}{path}".encode())
    if not dtype.startswith(("float", "bfloat")):
        return np.full(shape, COUNT)
    if ".trace" in name or ".mu" in name:
        return np.zeros(shape)
    if ".nu" in name:
        return draw_tensor(Tensor(shape, dtype, within=(0.5e-4, 1.5e-4)), dtype, seed=number)
    if "var" in name.rpartition("[")[2] or "moving_variance" in name:
        return draw_tensor(Tensor(shape, dtype, within=(0.5, 1.5)), dtype, seed=number)
    if "scale" in name or "gamma" in name:
        return draw_tensor(Tensor(shape, dtype, within=(0.8, 1.2)), dtype, seed=number)
    return draw_tensor(Tensor(shape, dtype, factor=_factor(name, shape)), dtype, seed=number)


def _factor(name: str, shape: tuple[int, ...]) -> float:
    """Return the standard deviation that keeps the size of numbers from layer to layer."""
    if "embedding" in name:
        return 0.5
    if len(shape) < 2:
        return 0.1
    inputs = shape[:-2] if "depthwise" in name else shape[:-1]
    return 1 / math.sqrt(math.prod(inputs))
