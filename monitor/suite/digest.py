"""Summarise a result in a few digits, so that a change of values shows although every check still passes.

A promise holds for many results: those of a random function, of an initializer, of a decomposition. A plain hash of
rounded values would change by chance whenever one of a thousand elements is near a rounding boundary. So inexact values
are summed, each sum in units of the tolerance of its dtype, and only the rest is hashed.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from typing import Any

import numpy as np

from monitor.model import Digest
from monitor.suite.device import Device
from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor, leaves
from monitor.suite.tolerances import tolerance_of

PROJECTIONS = 2  # sums with random signs; unequal results hardly agree in both
PLAIN = (str, bytes, bool, int, type(None))
SEED = 0


def digest_of(device: Device, result: Any) -> Digest:
    """Return the digest of a result: a hash of its structure and exact values, and figures of the rest.

    The `1 + PROJECTIONS` figures are the logarithm of the Euclidean norm of each inexact leaf, and its projections on
    fixed vectors of random signs relative to that norm; each is in units of the tolerance of the dtype, and summed over
    the leaves.
    """
    return digest(device.fetch(leaf) or leaf for leaf in leaves(result))


def digest(results: Iterable[Any]) -> Digest:
    """Return the digest of flat results whose tensors are fetched."""
    exact = hashlib.sha256()
    figures = np.zeros(1 + PROJECTIONS)
    for number, leaf in enumerate(results):
        fetched = _as_fetched(leaf)
        if fetched is None:
            exact.update(repr(leaf if isinstance(leaf, PLAIN) else type(leaf).__name__).encode())
            continue
        exact.update(f"{fetched.dtype} {fetched.values.shape}".encode())
        if tolerance := tolerance_of(fetched.dtype):
            values = _flat(fetched.values)
            finite = np.isfinite(values)
            exact.update(repr(values[~finite].tolist()).encode() + np.packbits(finite).tobytes())
            figures += _figures(values[finite], number) / tolerance
        else:
            exact.update(repr(fetched.values.tolist()).encode())
    return Digest(exact.hexdigest()[:8], tuple(int(figure) for figure in np.rint(figures)))


def seed(device: Device) -> None:
    """Seed every generator that a call may use without an argument, so that it draws the same values again."""
    random.seed(SEED)
    np.random.seed(SEED)
    device.seed(SEED)


def _as_fetched(leaf: Any) -> FetchedTensor | None:
    """Return a number as a tensor. A Python number counts as single precision, the least of its computation."""
    if isinstance(leaf, float | complex):
        return FetchedTensor(np.asarray(leaf), "complex64" if isinstance(leaf, complex) else "float32")
    if isinstance(leaf, np.ndarray | np.generic):
        return FetchedTensor(np.asarray(leaf), leaf.dtype.name)
    return leaf if isinstance(leaf, FetchedTensor) else None


def _flat(values: Array) -> Array:
    values = np.ravel(values)
    return np.concatenate([values.real, values.imag]).astype(float) if np.iscomplexobj(values) else values.astype(float)


def _figures(values: Array, number: int) -> Array:
    largest = np.abs(values).max(initial=0.0)
    if not largest:
        return np.zeros(1 + PROJECTIONS)
    values = values / largest  # no square of a large number is beyond range
    norm = np.linalg.norm(values)
    signs = np.random.default_rng([SEED, number]).choice((-1.0, 1.0), (PROJECTIONS, len(values)))
    return np.concatenate([[np.log(largest) + np.log(norm)], signs @ (values / norm)])
