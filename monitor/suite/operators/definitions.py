"""Operators of PyTorch in NumPy and SciPy, written from their documentation, where the database has no reference.

A definition takes the arguments of its operator, with arrays of NumPy in the place of tensors.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from monitor.suite.inputs import Array
from monitor.suite.operators.scatters import flat_put, gather, index_put, index_reduce, masked_scatter, scattering

Definition = Callable[..., Any]


def _scipy(name: str) -> Definition:
    """Return a function of SciPy, which is imported when it is called: an environment may lack it."""
    return lambda *args, **kwargs: getattr(import_module("scipy.special"), name)(*args, **kwargs)


def _matrix_transpose(x: Array) -> Array:
    return np.swapaxes(x, -1, -2)


def _combining(combine: Any) -> Definition:
    """Return a reduction over all elements, or over one dimension with the place of its first extreme element."""

    def reduction(x: Array, dim: int | None = None, keepdim: bool = False) -> Any:
        if dim is None:
            return combine.reduce(x, axis=None)
        where = np.argmax if combine is np.maximum else np.argmin
        if x.ndim == 0:
            return x, np.zeros((), int)
        return combine.reduce(x, axis=dim, keepdims=keepdim), where(x, axis=dim, keepdims=keepdim)

    return reduction


def _cumulative(combine: Any) -> Definition:
    """Return a cumulative extreme with the place of its last occurrence."""

    def cumulative(x: Array, dim: int) -> tuple[Array, Array]:
        if x.ndim == 0 or not x.size:
            return x, np.zeros(x.shape, int)
        extreme = combine.accumulate(x, axis=dim)
        counted = np.moveaxis(np.broadcast_to(np.arange(x.shape[dim]), np.moveaxis(x, dim, -1).shape), -1, dim)
        places = np.where((x == extreme) | np.isnan(x), counted, -1)
        return extreme, np.maximum.accumulate(places, axis=dim)

    return cumulative


def _sort(x: Array, dim: int = -1, descending: bool = False, stable: bool = False) -> tuple[Array, Any]:
    if x.ndim == 0:
        return x, np.zeros((), int)
    order = np.argsort(x, axis=dim, kind="stable")
    if descending:
        turned = np.argsort(np.flip(x, dim), axis=dim, kind="stable")
        order = x.shape[dim] - 1 - np.flip(turned, dim)
    ties = not stable and len(np.unique(x)) < x.size  # equal elements have no order
    return np.take_along_axis(x, order, dim), None if ties else order


def _topk(x: Array, k: int, dim: int = -1, largest: bool = True, *_: Any, **__: Any) -> Any:
    if x.ndim == 0:
        return x, None
    return np.take(_sort(x, dim, descending=largest)[0], np.arange(k), axis=dim), None  # equal ones have no order


def _softmax(x: Array, dim: int, *_: Any, **__: Any) -> Array:
    return np.asarray(_scipy("softmax")(x, axis=dim) if x.size else x) if x.ndim else np.ones(())


def _log_softmax(x: Array, dim: int, *_: Any, **__: Any) -> Array:
    return np.asarray(_scipy("log_softmax")(x, axis=dim) if x.size else x) if x.ndim else np.zeros(())


def _added(product: Definition) -> Definition:
    def added(x: Array, a: Array, b: Array, beta: Any = 1, alpha: Any = 1) -> Any:
        if x.dtype.kind in "iu" and (beta != int(beta) or alpha != int(alpha)):
            raise NotImplementedError
        return beta * x + alpha * product(a, b)

    return added


def _slices(x: Array, sections: Any, dim: int = 0) -> list[Array]:
    size = x.shape[dim]
    if isinstance(sections, int):
        return np.split(x, range(sections, size, sections), dim)
    return np.split(x, np.cumsum(sections)[:-1].tolist(), dim)


def _chunks(x: Array, chunks: int, dim: int = 0) -> list[Array]:
    return _slices(x, max(1, -(-x.shape[dim] // chunks)), dim)


def _slice(x: Array, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Array:
    return np.moveaxis(np.moveaxis(x, dim, 0)[start:end:step], 0, dim)


def _unbiased(function: Definition) -> Definition:
    def deviation(x: Array, dim: Any = None, unbiased: bool = True, keepdim: bool = False) -> Any:
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        axis = tuple(dim) if isinstance(dim, list) else dim
        return function(x, axis=axis, ddof=int(unbiased), keepdims=keepdim)

    return deviation


def _padding(mode: str) -> Definition:
    def pad(x: Array, pads: Sequence[int], _: Any = None, value: Any = None, **__: Any) -> Array:
        pairs = [(pads[place], pads[place + 1]) for place in range(0, len(pads), 2)][::-1]
        widths = [(0, 0)] * (x.ndim - len(pairs)) + pairs
        cut = tuple(
            slice(max(-low, 0), size - max(-high, 0)) for size, (low, high) in zip(x.shape, widths, strict=True)
        )
        outer = [(max(low, 0), max(high, 0)) for low, high in widths]
        names = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
        filled = {} if mode in names else {"constant_values": value or 0}
        return np.asarray(np.pad(x[cut], outer, names.get(mode, "constant"), **filled))  # type: ignore[call-overload]

    return pad


def _trapezoid(y: Array, x: Array | None = None, *, dx: float = 1.0, dim: int = -1) -> Any:
    return np.trapezoid(y, x, dx, dim)


def _polynomial(function: Definition) -> Definition:
    def polynomial(x: Any, n: Any) -> Any:
        degree = np.trunc(n).astype(int)
        return np.where(degree < 0, 0, function(np.maximum(degree, 0), np.asarray(x, float)))

    return polynomial


def _linear(x: Array, weight: Array, bias: Any = 0) -> Any:
    return x @ weight.T + (0 if bias is None else bias)


def _unique_consecutive(x: Array, *_: Any, return_inverse: bool = False, return_counts: bool = False, **__: Any) -> Any:
    if return_inverse or return_counts or _ or __:
        raise NotImplementedError
    flat = x.reshape(-1)
    return flat[np.concatenate([[True], flat[1:] != flat[:-1]])] if flat.size else flat


def _turned(operation: Definition) -> Definition:
    return lambda x, y: operation(y, x)


def _full_like(value: Any) -> Definition:
    return lambda x, **_: np.full(np.shape(x), value)


def _scaled_softmax_gradient(gradient: Array, output: Array, dim: int, *_: Any) -> Array:
    return np.asarray(output * (gradient - (gradient * output).sum(dim, keepdims=True)))


def _cross(a: Array, b: Array, dim: int | None = None) -> Any:
    if dim is None:
        shape = np.broadcast_shapes(a.shape, b.shape)
        dim = shape.index(3)
    a, b = np.broadcast_arrays(a, b)
    return np.cross(a, b, axis=dim)


def _cdist(a: Array, b: Array, p: float = 2.0, *_: Any, **__: Any) -> Any:
    return np.linalg.norm(a[..., :, None, :] - b[..., None, :, :], p, axis=-1)


def _product(*parts: Array) -> Any:
    if len(parts) == 1:
        return parts[0]
    return np.array([*itertools.product(*parts)]).reshape(-1, len(parts))


def _logdet(x: Array) -> Any:
    if x.dtype.kind == "c":
        raise NotImplementedError
    sign, logarithm = np.linalg.slogdet(x)
    return logarithm + np.where(sign < 0, np.nan, 0)


POLYNOMIALS: dict[str, Definition] = {
    "chebyshev_polynomial_t": _scipy("eval_chebyt"),
    "chebyshev_polynomial_u": _scipy("eval_chebyu"),
    "hermite_polynomial_h": _scipy("eval_hermite"),
    "hermite_polynomial_he": _scipy("eval_hermitenorm"),
    "laguerre_polynomial_l": _scipy("eval_laguerre"),
    "legendre_polynomial_p": _scipy("eval_legendre"),
    "shifted_chebyshev_polynomial_t": _scipy("eval_sh_chebyt"),
    "shifted_chebyshev_polynomial_u": _scipy("eval_sh_chebyu"),
}
_LISTED: dict[str, Any] = {
    "H": lambda x: x.T.conj(),
    "__getitem__": lambda x, index: x[tuple(index) if isinstance(index, list | tuple) else index],
    "__radd__": _turned(np.add),
    "__rand__": _turned(np.bitwise_and),
    "__rdiv__": _turned(np.divide),
    "__rmatmul__": _turned(np.matmul),
    "__rmul__": _turned(np.multiply),
    "__ror__": _turned(np.bitwise_or),
    "__rsub__": _turned(np.subtract),
    "__rxor__": _turned(np.bitwise_xor),
    "_softmax_backward_data": _scaled_softmax_gradient,
    "addmm": _added(np.matmul),
    "addmm.decomposed": _added(np.matmul),
    "addmv": _added(np.matmul),
    "argsort": lambda *a, **k: _sort(*a, **k)[1],
    "baddbmm": _added(np.matmul),
    "bincount": lambda x, weights=None, minlength=0: np.bincount(x, weights, minlength),
    "bmm": np.matmul,
    "cartesian_prod": _product,
    "cdist": _cdist,
    "cholesky": lambda x, upper=False: np.linalg.cholesky(x, upper=upper),
    "cross": _cross,
    "cummax": _cumulative(np.maximum),
    "cummin": _cumulative(np.minimum),
    "cumulative_trapezoid": lambda y, x=None, *, dx=1.0, dim=-1: (
        np.cumsum(
            (np.moveaxis(y, dim, -1)[..., 1:] + np.moveaxis(y, dim, -1)[..., :-1])
            / 2
            * (dx if x is None else np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, dim, -1))),
            -1,
        )
        if dim in (-1, y.ndim - 1)
        else NotImplemented
    ),
    "dist": lambda x, y, p=2: np.linalg.norm((x - y).reshape(-1), p),
    "einsum": lambda parts, equation: np.einsum(equation, *parts),
    "full": lambda size, value, *, dtype=None, **_: np.full(size, value, dtype),
    "full_like": lambda x, value, *, dtype=None, **_: np.full(np.shape(x), value, dtype or x.dtype),
    "gather": gather,
    "index_put": index_put,
    "index_reduce.amax": index_reduce,
    "index_reduce.amin": index_reduce,
    "index_reduce.mean": index_reduce,
    "index_reduce.prod": index_reduce,
    "inner": np.inner,
    "isin": lambda x, test, invert=False, **_: np.isin(x, test, invert=invert),
    "kron": np.kron,
    "linalg.cholesky": lambda x, upper=False: np.linalg.cholesky(x, upper=upper),
    "linalg.cond": np.linalg.cond,
    "linalg.cross": lambda a, b, dim=-1: _cross(a, b, dim),
    "linalg.det": np.linalg.det,
    "linalg.eigvalsh": np.linalg.eigvalsh,
    "linalg.inv": np.linalg.inv,
    "linalg.matrix_power": np.linalg.matrix_power,
    "linalg.multi_dot": np.linalg.multi_dot,
    "linalg.slogdet": lambda x: tuple(np.linalg.slogdet(x)),
    "log_softmax": _log_softmax,
    "logcumsumexp": lambda x, dim: np.logaddexp.accumulate(x, axis=dim) if x.ndim else x,
    "logdet": _logdet,
    "mH": lambda x: _matrix_transpose(x).conj(),
    "mT": _matrix_transpose,
    "masked_scatter": masked_scatter,
    "masked_select": lambda x, mask: np.broadcast_to(x, np.broadcast_shapes(x.shape, mask.shape))[
        np.broadcast_to(mask, np.broadcast_shapes(x.shape, mask.shape))
    ],
    "matmul": np.matmul,
    "max.reduction_no_dim": _combining(np.maximum),
    "max.reduction_with_dim": _combining(np.maximum),
    "min.reduction_no_dim": _combining(np.minimum),
    "min.reduction_with_dim": _combining(np.minimum),
    "mm": np.matmul,
    "msort": lambda x: np.sort(x, axis=0) if x.ndim else x,
    "mv": np.matmul,
    "nn.functional.bilinear": lambda a, b, weight, bias=None: (
        np.einsum("...i,oij,...j->...o", a, weight, b) + (0 if bias is None else bias)
    ),
    "nn.functional.embedding": lambda weight, index, **options: weight[index] if not options.get("max_norm") else None,
    "nn.functional.hardswish": lambda x, **_: x * np.clip(x + 3, 0, 6) / 6,
    "nn.functional.linear": _linear,
    "nn.functional.pad.circular": _padding("circular"),
    "nn.functional.pad.constant": _padding("constant"),
    "nn.functional.pad.reflect": _padding("reflect"),
    "nn.functional.pad.replicate": _padding("replicate"),
    "nn.functional.pad.replicate_negative": _padding("replicate"),
    "nn.functional.softmin": lambda x, dim, **_: _softmax(-x, dim),
    "nonzero": lambda x, **_: np.stack(np.nonzero(np.atleast_1d(x)), -1)[:, : x.ndim],
    "ones_like": _full_like(1),
    "outer": np.outer,
    "pinverse": np.linalg.pinv,
    "put": flat_put,
    "repeat_interleave": lambda x, repeats, dim=None, **_: np.repeat(x, repeats, dim),
    "resolve_conj": lambda x: x,
    "resolve_neg": lambda x: x,
    "scalar_tensor": lambda x, *, dtype=None, **_: np.asarray(x, dtype),
    "scatter": scattering(None),
    "scatter_add": scattering("add"),
    "scatter_reduce.amax": scattering(None),
    "scatter_reduce.amin": scattering(None),
    "scatter_reduce.mean": scattering(None),
    "scatter_reduce.prod": scattering(None),
    "scatter_reduce.sum": scattering(None),
    "select": lambda x, dim, index: np.take(x, index, dim),
    "slice": _slice,
    "softmax": _softmax,
    "sort": _sort,
    "split": _slices,
    "split.list_args": _slices,
    "split_with_sizes_copy": _slices,
    "std.unbiased": _unbiased(np.std),
    "take": lambda x, index: x.reshape(-1)[index],
    "tensordot": lambda a, b, dims=2: np.tensordot(a, b, dims),
    "topk": _topk,
    "trapezoid": _trapezoid,
    "trapz": _trapezoid,
    "unique_consecutive": _unique_consecutive,
    "unsafe_chunk": _chunks,
    "unsafe_split": _slices,
    "var.unbiased": _unbiased(np.var),
    "view_as_real": lambda x: np.stack([x.real, x.imag], -1),
    "zero_": _full_like(0),
    "zeros_like": _full_like(0),
}
DEFINITIONS: dict[str, Definition] = _LISTED | {
    f"special.{name}": _polynomial(function) for name, function in POLYNOMIALS.items()
}
