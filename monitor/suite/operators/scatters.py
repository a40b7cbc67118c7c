"""Definitions of PyTorch's operators that gather elements and combine them into places, in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from monitor.suite.inputs import Array


def gather(x: Array, dim: int, index: Array, **_: Any) -> Array:
    if x.ndim == 0:
        return x.reshape(1)[index]
    places: list[Any] = list(np.indices(index.shape))
    places[dim] = index
    return np.asarray(x[tuple(places)])


def scattering(default: str | None) -> Callable[..., Any]:
    def scatter(
        x: Array, dim: int, index: Array, src: Any, reduce: str | None = default, include_self: bool = True
    ) -> Any:
        flat = np.atleast_1d(x).copy()
        index = np.atleast_1d(index)
        source = np.broadcast_to(src, index.shape) if np.ndim(src) == 0 else np.atleast_1d(src)
        places: list[Any] = list(np.indices(index.shape))
        places[dim] = index
        rest = source[tuple(slice(size) for size in index.shape)]
        return _put(flat, tuple(places), rest, reduce, include_self=include_self).reshape(x.shape)

    return scatter


def _put(x: Array, places: Any, source: Array, reduce: str | None, *, include_self: bool = True) -> Array:
    """Return an array with values combined into its places, which may be repeated."""
    count = np.zeros(x.shape, int)
    np.add.at(count, places, 1)
    operations: dict[str, tuple[Any, Any]] = {
        "add": (np.add, 0),
        "sum": (np.add, 0),
        "mean": (np.add, 0),
        "multiply": (np.multiply, 1),
        "prod": (np.multiply, 1),
        "amax": (np.maximum, _extreme(x, largest=False)),
        "amin": (np.minimum, _extreme(x, largest=True)),
    }
    if reduce is None:
        x[places] = source
        return x
    combine, neutral = operations[reduce]
    if not include_self:
        x = np.where(count > 0, np.asarray(neutral, x.dtype), x)
    combine.at(x, places, source)
    if reduce != "mean":
        return x
    total = count + include_self
    if x.dtype.kind in "iu":
        return np.where(count > 0, np.floor_divide(x, np.maximum(total, 1)), x)
    return np.where(count > 0, x / np.maximum(total, 1), x)


def _extreme(x: Array, *, largest: bool) -> Any:
    if x.dtype.kind == "b":
        return largest
    if x.dtype.kind in "iu":
        return np.iinfo(x.dtype).max if largest else np.iinfo(x.dtype).min
    return np.inf if largest else -np.inf


def index_reduce(x: Array, dim: int, index: Array, source: Array, reduce: str, include_self: bool = True) -> Array:
    result = np.moveaxis(np.atleast_1d(x).copy(), dim, 0)
    moved = np.moveaxis(np.atleast_1d(source), dim, 0)
    expanded = tuple(np.indices(moved.shape)[1:])
    places = (np.broadcast_to(np.reshape(index, (-1, *(1,) * (moved.ndim - 1))), moved.shape), *expanded)
    name = {"prod": "prod", "mean": "mean", "amax": "amax", "amin": "amin"}[reduce]
    return np.moveaxis(_put(result.copy(), places, moved, name, include_self=include_self), 0, dim).reshape(x.shape)


def index_put(x: Array, indices: Sequence[Array], values: Array, accumulate: bool = False) -> Array:
    result = x.copy()
    if accumulate:
        np.add.at(result, tuple(indices), values)
    else:
        result[tuple(indices)] = values
    return result


def flat_put(x: Array, index: Array, source: Array, accumulate: bool = False) -> Array:
    result = x.copy().reshape(-1)
    if accumulate:
        np.add.at(result, index.reshape(-1), source.reshape(-1))
    else:
        result[index.reshape(-1)] = source.reshape(-1)
    return result.reshape(x.shape)


def masked_scatter(x: Array, mask: Array, source: Array) -> Array:
    shape = np.broadcast_shapes(x.shape, mask.shape)
    result, where = np.broadcast_to(x, shape).copy(), np.broadcast_to(mask, shape)
    result[where] = source.reshape(-1)[: int(where.sum())]
    return result
