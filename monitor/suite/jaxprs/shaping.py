"""Primitives that move elements: shapes, slices, gathers and scatters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from monitor.suite.inputs import Array
from monitor.suite.jaxprs.interpreter import NoReferenceError, evaluate, numpy_dtype, primitive

Indices = tuple[int, ...]


@primitive("broadcast_in_dim")
def broadcast_in_dim(
    x: Array, *_: Array, shape: tuple[int, ...], broadcast_dimensions: tuple[int, ...], **__: Any
) -> Array:
    along = [1] * len(shape)
    for size, dimension in zip(x.shape, broadcast_dimensions, strict=True):
        along[dimension] = size
    return np.broadcast_to(x.reshape(along), shape).copy()


@primitive("reshape")
def reshape(x: Array, *_: Array, new_sizes: tuple[int, ...], dimensions: Any = None, **__: Any) -> Array:
    return (x if dimensions is None else x.transpose(dimensions)).reshape(new_sizes)


@primitive("transpose")
def transpose(x: Array, *, permutation: tuple[int, ...], **_: Any) -> Array:
    return x.transpose(permutation)


@primitive("squeeze")
def squeeze(x: Array, *, dimensions: tuple[int, ...], **_: Any) -> Array:
    return np.squeeze(x, tuple(dimensions))


@primitive("rev")
def rev(x: Array, *, dimensions: tuple[int, ...], **_: Any) -> Array:
    return np.flip(x, tuple(dimensions))


@primitive("stack")
def stack(*arrays: Array, axis: int, **_: Any) -> Array:
    return np.stack(arrays, axis)


@primitive("unstack")
def unstack(x: Array, *, axis: int, **_: Any) -> list[Array]:
    return [*np.moveaxis(x, axis, 0)]


@primitive("concatenate")
def concatenate(*parts: Array, dimension: int, **_: Any) -> Array:
    return np.concatenate(parts, dimension)


@primitive("split")
def split(x: Array, *, sizes: tuple[int, ...], axis: int, **_: Any) -> list[Array]:
    return np.split(x, np.cumsum(sizes)[:-1].tolist(), axis)


@primitive("pad")
def pad(x: Array, value: Array, *, padding_config: tuple[tuple[int, int, int], ...], **_: Any) -> Array:
    spread = [size + max(0, size - 1) * inside for size, (_, _, inside) in zip(x.shape, padding_config, strict=True)]
    shape = [max(0, low + size + high) for size, (low, high, _) in zip(spread, padding_config, strict=True)]
    result = np.full(shape, value, x.dtype)
    targets, sources = [], []
    for size, (low, _high, inside), whole in zip(x.shape, padding_config, shape, strict=True):
        places = low + np.arange(size) * (inside + 1)
        kept = (places >= 0) & (places < whole)
        targets.append(places[kept])
        sources.append(np.flatnonzero(kept))
    if x.ndim == 0:
        return x
    result[np.ix_(*targets)] = x[np.ix_(*sources)]
    return result


@primitive("slice")
def slice_(x: Array, *, start_indices: Indices, limit_indices: Indices, strides: Any, **_: Any) -> Array:
    steps = strides or (1,) * x.ndim
    return x[tuple(map(slice, start_indices, limit_indices, steps))]


def _starts(shape: tuple[int, ...], sizes: tuple[int, ...], starts: tuple[Array, ...]) -> tuple[slice, ...]:
    """Return slices of these sizes, moved so that they are inside."""
    first = [min(max(int(start), 0), whole - size) for start, whole, size in zip(starts, shape, sizes, strict=True)]
    return tuple(slice(start, start + size) for start, size in zip(first, sizes, strict=True))


@primitive("dynamic_slice")
def dynamic_slice(x: Array, *starts: Array, slice_sizes: tuple[int, ...], **_: Any) -> Array:
    return x[_starts(x.shape, slice_sizes, starts)]


@primitive("dynamic_update_slice")
def dynamic_update_slice(x: Array, update: Array, *starts: Array, **_: Any) -> Array:
    result = x.copy()
    result[_starts(x.shape, update.shape, starts)] = update
    return result


def _batches(indices: Array) -> Iterator[tuple[Indices, Array]]:
    """Yield each place in all dimensions of the indices but the last, with its start."""
    for batch in np.ndindex(indices.shape[:-1]):
        yield batch, indices[batch]


def _is_clip(mode: Any) -> bool:
    """Return whether indices are moved inside."""
    return "clip" in str(mode).lower()


def _skip(mode: Any) -> None:
    """Raise NoReferenceError for an index outside that was promised to be inside: its result is undefined."""
    if "promise" in str(mode).lower():
        raise NoReferenceError("an index is outside")


@primitive("gather")
def gather(
    x: Array, indices: Array, *, dimension_numbers: Any, slice_sizes: Indices, mode: Any, fill_value: Any, **_: Any
) -> Array:
    numbers = dimension_numbers
    batching = tuple(getattr(numbers, "operand_batching_dims", ()))
    start_batching = tuple(getattr(numbers, "start_indices_batching_dims", ()))
    dropped = set(numbers.collapsed_slice_dims) | set(batching)
    kept = [size for dimension, size in enumerate(slice_sizes) if dimension not in dropped]
    rank = indices.ndim - 1 + len(kept)
    offsets = [*numbers.offset_dims]
    batch_dims = [dimension for dimension in range(rank) if dimension not in offsets]
    shape = [0] * rank
    for dimension, size in zip(offsets, kept, strict=True):
        shape[dimension] = size
    for dimension, size in zip(batch_dims, indices.shape[:-1], strict=True):
        shape[dimension] = size
    result = np.full(shape, _fill(x, mode, fill_value), x.dtype)
    for batch, start in _batches(indices):
        first = [0] * x.ndim
        for dimension, value in zip(numbers.start_index_map, start, strict=True):
            first[dimension] = int(value)
        for dimension, index_place in zip(batching, start_batching, strict=True):
            first[dimension] = batch[index_place]
        last = [whole - size for whole, size in zip(x.shape, slice_sizes, strict=True)]
        if _is_clip(mode):
            first = [min(max(value, 0), most) for value, most in zip(first, last, strict=True)]
        elif any(not 0 <= value <= most for value, most in zip(first, last, strict=True)):
            _skip(mode)
            continue
        part = x[tuple(slice(value, value + size) for value, size in zip(first, slice_sizes, strict=True))]
        place: list[Any] = [slice(None)] * rank
        for dimension, index in zip(batch_dims, batch, strict=True):
            place[dimension] = index
        result[tuple(place)] = np.squeeze(part, tuple(sorted(dropped)))
    return result


def _fill(x: Array, mode: Any, fill_value: Any) -> Any:
    if _is_clip(mode) or fill_value is not None:
        return 0 if fill_value is None else fill_value
    if x.dtype.kind in "fc":
        return np.nan
    if x.dtype.kind == "b":
        return True
    info = np.iinfo(x.dtype)
    return info.min if x.dtype.kind == "i" else info.max


def _scatter(combine: Callable[[Array, Array], Any]) -> Callable[..., Array]:
    def scatter(x: Array, indices: Array, updates: Array, *, dimension_numbers: Any, mode: Any, **_: Any) -> Array:
        numbers = dimension_numbers
        batching = tuple(getattr(numbers, "operand_batching_dims", ()))
        index_batching = tuple(getattr(numbers, "scatter_indices_batching_dims", ()))
        inserted = sorted({*numbers.inserted_window_dims, *batching})
        windows = [*numbers.update_window_dims]
        scattered = [dimension for dimension in range(updates.ndim) if dimension not in windows]
        result = x.copy()
        for batch, start in _batches(indices):
            place: list[Any] = [slice(None)] * updates.ndim
            for dimension, index in zip(scattered, batch, strict=True):
                place[dimension] = index
            update = np.expand_dims(updates[tuple(place)], tuple(inserted))
            first = [0] * x.ndim
            for dimension, value in zip(numbers.scatter_dims_to_operand_dims, start, strict=True):
                first[dimension] = int(value)
            for dimension, index_place in zip(batching, index_batching, strict=True):
                first[dimension] = batch[index_place]
            last = [whole - size for whole, size in zip(x.shape, update.shape, strict=True)]
            if _is_clip(mode):
                first = [min(max(value, 0), most) for value, most in zip(first, last, strict=True)]
            elif any(not 0 <= value <= most for value, most in zip(first, last, strict=True)):
                _skip(mode)
                continue
            target = tuple(slice(value, value + size) for value, size in zip(first, update.shape, strict=True))
            result[target] = combine(result[target], update)
        return result

    return scatter


primitive("scatter")(_scatter(lambda _, new: new))
primitive("scatter-add", "scatter_add")(_scatter(np.add))
primitive("scatter-sub", "scatter_sub")(_scatter(np.subtract))
primitive("scatter-mul", "scatter_mul")(_scatter(np.multiply))
primitive("scatter-max", "scatter_max")(_scatter(np.maximum))
primitive("scatter-min", "scatter_min")(_scatter(np.minimum))


@primitive("sort")
def sort(*operands: Array, dimension: int, num_keys: int, is_stable: bool = True, **_: Any) -> list[Array]:
    if not is_stable and num_keys < len(operands):
        raise NoReferenceError("equal keys have no order")
    keys = [_ordered(operand) for operand in reversed(operands[:num_keys])]
    order = np.lexsort([part for key in keys for part in key], axis=dimension)
    return [np.take_along_axis(operand, order, dimension) for operand in operands]


def _ordered(key: Array) -> list[Array]:
    """Return the keys of `lexsort`, the last one first, that order values with NaN at the end."""
    if key.dtype.kind == "c":
        return [key.imag, key.real]
    return [key, np.isnan(key)] if key.dtype.kind == "f" else [key]


def _total(x: Array) -> Array:
    """Return the rank of a NaN in the total order of IEEE 754: 0 before all numbers, or 2 after them with a sign."""
    return np.where(np.isnan(x), np.where(np.signbit(x), 2, 0), 1)


@primitive("top_k")
def top_k(x: Array, *, k: int, **parameters: Any) -> list[Array]:
    axis = parameters.get("axis", -1)
    negative = -x.astype(object) if x.dtype.kind in "iub" else -x
    keys = [negative, _total(x)] if x.dtype.kind == "f" else [negative.astype(float)]
    order = np.lexsort(keys, axis=axis)
    first = np.take(order, np.arange(k), axis=axis)
    return [np.take_along_axis(x, first, axis), first]


def _arg(largest: bool) -> Callable[..., Array]:
    def arg(x: Array, *, axes: tuple[int, ...], index_dtype: Any, **_: Any) -> Array:
        found = np.argmax(x, axes[0]) if largest else np.argmin(x, axes[0])
        return np.asarray(found).astype(numpy_dtype(index_dtype))

    return arg


primitive("argmax")(_arg(largest=True))
primitive("argmin")(_arg(largest=False))


@primitive("reduce")
def reduce(*operands: Array, jaxpr: Any, dimensions: tuple[int, ...], consts: Any = (), **_: Any) -> list[Array]:
    half = len(operands) // 2
    values, initial = operands[:half], operands[half:]
    closed = jaxpr if hasattr(jaxpr, "jaxpr") else SimpleNamespace(jaxpr=jaxpr, consts=consts)
    kept = [dimension for dimension in range(values[0].ndim) if dimension not in dimensions]
    shape = [values[0].shape[dimension] for dimension in kept]
    state = [np.broadcast_to(one, shape).copy() for one in initial]
    moved = [np.moveaxis(one, dimensions, range(len(dimensions))) for one in values]
    for place in np.ndindex(*[values[0].shape[dimension] for dimension in dimensions]):
        for index in np.ndindex(*shape):
            results = evaluate(closed, [*(one[index] for one in state), *(one[place][index] for one in moved)])
            for one, result in zip(state, results, strict=True):
                one[index] = result
    return state
