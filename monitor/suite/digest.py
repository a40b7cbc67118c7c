"""What a result was, in a few digits: so that a change of values shows where every check still passes.

A promise holds for many results: those of a random function, of an initializer, of a decomposition. A plain hash of
rounded values would change by chance, whenever one of a thousand elements lies beside where rounding turns. So what
is inexact is summed up, each sum in units of its dtype's tolerance, and only the rest is hashed.
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

PROJECTIONS = (
    2  # sums over a result with random signs: what two results have in common in both, they have by being equal
)
PLAIN = (str, bytes, bool, int, type(None))
SEED = 0


def digest_of(device: Device, result: Any) -> Digest:
    """The digest of a result: its makeup and whatever is exact as a hash, the rest as `1 + PROJECTIONS` figures.

    They are the logarithm of each inexact leaf's Euclidean norm, and its projections on fixed vectors of random signs,
    relative to that norm; each in units of the tolerance of the leaf's dtype, and added up over the leaves.
    """
    return digest(device.fetch(leaf) or leaf for leaf in leaves(result))


def digest(results: Iterable[Any]) -> Digest:
    """The digest of flat results, tensors fetched."""
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
    """Set every generator that a call may draw from without being told to, so that it draws the same again."""
    random.seed(SEED)
    np.random.seed(SEED)
    device.seed(SEED)


def _as_fetched(leaf: Any) -> FetchedTensor | None:
    """Numbers outside of tensors too; those of Python's are as exact as what they were computed in: float32 at most."""
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
    norm = largest * np.linalg.norm(values / largest)  # no square of a large number is beyond range
    signs = np.random.default_rng([SEED, number]).choice((-1.0, 1.0), (PROJECTIONS, len(values)))
    return np.concatenate([[np.log(norm)], signs @ (values / norm)])
