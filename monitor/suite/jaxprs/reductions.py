"""Primitives that combine elements: reductions, cumulative ones, windows, products and convolutions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from monitor.suite.inputs import Array
from monitor.suite.jaxprs.interpreter import NoReferenceError, numpy_dtype, primitive
from monitor.suite.jaxprs.shaping import pad

Pairs = tuple[tuple[int, int], ...]
Sizes = tuple[int, ...]


def _reduction(combine: Any) -> Callable[..., Array]:
    def reduction(x: Array, *, axes: Sizes, **_: Any) -> Array:
        moved = np.moveaxis(x, axes, range(len(axes))).reshape(
            -1, *(size for axis, size in enumerate(x.shape) if axis not in axes)
        )
        if combine in (np.maximum, np.minimum) and not len(moved):
            return np.full(moved.shape[1:], _lowest(x, largest=combine is np.minimum), x.dtype)
        return np.asarray(combine.reduce(moved, axis=0, dtype=x.dtype))

    return reduction


def _lowest(x: Array, *, largest: bool) -> Any:
    if x.dtype.kind == "b":
        return largest
    if x.dtype.kind in "iu":
        return np.iinfo(x.dtype).max if largest else np.iinfo(x.dtype).min
    return np.inf if largest else -np.inf


COMBINING = {
    "sum": np.add,
    "prod": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}
for _name, _combine in COMBINING.items():
    primitive(f"reduce_{_name}")(_reduction(_combine))


def _cumulative(combine: Any) -> Callable[..., Array]:
    def cumulative(x: Array, *, axis: int, reverse: bool, **_: Any) -> Array:
        turned = np.flip(x, axis) if reverse else x
        summed = combine.accumulate(turned, axis=axis, dtype=x.dtype)
        return np.flip(summed, axis) if reverse else np.asarray(summed)

    return cumulative


primitive("cumsum")(_cumulative(np.add))
primitive("cumprod")(_cumulative(np.multiply))
primitive("cummax")(_cumulative(np.maximum))
primitive("cummin")(_cumulative(np.minimum))
primitive("cumlogsumexp")(_cumulative(np.logaddexp))


def _windows(x: Array, sizes: Sizes, strides: Sizes, padding: Pairs, base: Sizes, window: Sizes, fill: Any) -> Array:
    """Return all windows of an array: the places of the result first, then the places in a window."""
    config = tuple((low, high, dilation - 1) for (low, high), dilation in zip(padding, base, strict=True))
    padded = pad(x, np.asarray(fill, x.dtype), padding_config=config)
    spans = [(size - 1) * dilation + 1 for size, dilation in zip(sizes, window, strict=True)]
    if any(whole < span for whole, span in zip(padded.shape, spans, strict=True)):
        shape = [
            max(0, (whole - span) // step + 1) for whole, span, step in zip(padded.shape, spans, strides, strict=True)
        ]
        return np.zeros((*shape, *sizes), x.dtype)
    views = np.lib.stride_tricks.sliding_window_view(padded, spans)
    outer = tuple(slice(None, None, step) for step in strides)
    inner = tuple(slice(None, None, dilation) for dilation in window)
    return views[outer + inner]


def _window_reduction(combine: Any, start: Callable[[Array], Any]) -> Callable[..., Array]:
    def reduction(
        x: Array,
        *_: Array,
        window_dimensions: Sizes,
        window_strides: Sizes,
        padding: Pairs,
        base_dilation: Sizes,
        window_dilation: Sizes,
        **__: Any,
    ) -> Array:
        views = _windows(x, window_dimensions, window_strides, padding, base_dilation, window_dilation, start(x))
        flat = views.reshape(*views.shape[: x.ndim], -1)
        return np.asarray(combine.reduce(flat, axis=-1, dtype=x.dtype, initial=start(x)))

    return reduction


primitive("reduce_window_sum")(_window_reduction(np.add, lambda x: x.dtype.type(0)))
primitive("reduce_window_max")(_window_reduction(np.maximum, lambda x: _lowest(x, largest=False)))
primitive("reduce_window_min")(_window_reduction(np.minimum, lambda x: _lowest(x, largest=True)))


@primitive("reduce_window")
def reduce_window(x: Array, initial: Array, *, jaxpr: Any, **parameters: Any) -> Array:
    """Reduce windows by a program of one primitive: a sum, a product, a maximum or a minimum."""
    names = [equation.primitive.name for equation in getattr(jaxpr, "jaxpr", jaxpr).eqns]
    combine = {"add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}.get(" ".join(names))
    if combine is None:
        raise NoReferenceError(f"no reference for a window that is reduced by {' '.join(names)}")
    function = _window_reduction(combine, lambda _: initial)
    return function(x, **parameters)


@primitive("select_and_scatter_add")
def select_and_scatter_add(
    source: Array,
    x: Array,
    *,
    select_prim: Any,
    window_dimensions: Sizes,
    window_strides: Sizes,
    padding: Pairs,
    **_: Any,
) -> Array:
    largest = {"ge": True, "le": False}[select_prim.name]
    ones = (1,) * x.ndim
    places = np.arange(x.size).reshape(x.shape)
    fill = _lowest(x, largest=not largest)
    values = _windows(x, window_dimensions, window_strides, padding, ones, ones, fill)
    where = _windows(places, window_dimensions, window_strides, padding, ones, ones, -1)
    flat, flat_where = values.reshape(source.size, -1), where.reshape(source.size, -1)
    result = np.zeros(x.size, x.dtype)
    for one, indices, update in zip(flat, flat_where, source.ravel(), strict=True):
        inside = indices >= 0
        if not inside.any():
            continue
        chosen = one[inside]
        best = np.argmax(chosen) if largest else np.argmin(chosen)
        result[indices[inside][best]] += update
    return result.reshape(x.shape)


@primitive("select_and_gather_add")
def select_and_gather_add(
    tangents: Array,
    x: Array,
    *,
    select_prim: Any,
    window_dimensions: Sizes,
    window_strides: Sizes,
    padding: Pairs,
    base_dilation: Sizes,
    window_dilation: Sizes,
    **_: Any,
) -> Array:
    largest = {"ge": True, "le": False}[select_prim.name]
    shape = (window_dimensions, window_strides, padding, base_dilation, window_dilation)
    values = _windows(x, *shape, _lowest(x, largest=not largest))
    moved = _windows(tangents, *shape, 0)
    flat = values.reshape(*values.shape[: x.ndim], -1)
    best = np.argmax(flat, -1) if largest else np.argmin(flat, -1)
    return np.take_along_axis(moved.reshape(flat.shape), best[..., None], -1)[..., 0]


def _accumulated(x: Array, y: Array, dtype: Any) -> tuple[Array, Array]:
    """Return integers in the dtype of their sums."""
    if dtype is None or x.dtype.kind not in "iu":
        return x, y
    return x.astype(numpy_dtype(dtype)), y.astype(numpy_dtype(dtype))


@primitive("dot_general")
def dot_general(x: Array, y: Array, *, dimension_numbers: Any, preferred_element_type: Any = None, **_: Any) -> Array:
    (x_contracted, y_contracted), (x_batch, y_batch) = dimension_numbers
    x, y = _accumulated(x, y, preferred_element_type)
    x_free = [axis for axis in range(x.ndim) if axis not in (*x_contracted, *x_batch)]
    y_free = [axis for axis in range(y.ndim) if axis not in (*y_contracted, *y_batch)]
    batch = [x.shape[axis] for axis in x_batch]
    contracted = math.prod(x.shape[axis] for axis in x_contracted)
    left = x.transpose(*x_batch, *x_free, *x_contracted).reshape(
        math.prod(batch), math.prod(x.shape[axis] for axis in x_free), contracted
    )
    right = y.transpose(*y_batch, *y_contracted, *y_free).reshape(
        math.prod(batch), contracted, math.prod(y.shape[axis] for axis in y_free)
    )
    shape = [*batch, *(x.shape[axis] for axis in x_free), *(y.shape[axis] for axis in y_free)]
    return np.asarray(np.matmul(left, right).reshape(shape))


@primitive("conv_general_dilated")
def conv_general_dilated(
    x: Array,
    kernel: Array,
    *,
    window_strides: Sizes,
    padding: Pairs,
    lhs_dilation: Sizes,
    rhs_dilation: Sizes,
    dimension_numbers: Any,
    feature_group_count: int,
    batch_group_count: int,
    preferred_element_type: Any = None,
    **_: Any,
) -> Array:
    x, kernel = _accumulated(x, kernel, preferred_element_type)
    data = x.transpose(dimension_numbers.lhs_spec)
    weights = kernel.transpose(dimension_numbers.rhs_spec)
    sizes = weights.shape[2:]
    spatial = len(sizes)
    views = _windows(
        data,
        (1, 1, *sizes),
        (1, 1, *window_strides),
        ((0, 0), (0, 0), *padding),
        (1, 1, *lhs_dilation),
        (1, 1, *rhs_dilation),
        0,
    )
    views = views.reshape(*views.shape[: 2 + spatial], *sizes)  # batch, feature, places, places in the window
    groups = max(feature_group_count, batch_group_count)
    features = weights.shape[0] // groups
    parts = []
    for group in range(groups):
        axis, of = (1, feature_group_count) if feature_group_count > 1 else (0, batch_group_count)
        length = views.shape[axis] // of
        chosen = views[(slice(None),) * axis + (slice(group * length, (group + 1) * length),)]
        wanted = weights[group * features : (group + 1) * features]
        summed = tuple(range(2 + spatial, 2 + 2 * spatial))
        parts.append(np.moveaxis(np.tensordot(chosen, wanted, ((1, *summed), (1, *range(2, 2 + spatial)))), -1, 1))
    result = np.concatenate(parts, 1)
    return result.transpose(np.argsort(dimension_numbers.out_spec))
