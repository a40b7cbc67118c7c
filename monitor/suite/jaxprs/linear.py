"""Primitives of linear algebra, Fourier transforms, and random numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import fft as fourier
from scipy import linalg

from monitor.suite.inputs import Array
from monitor.suite.jaxprs.interpreter import NoReferenceError, evaluate, primitive

WORD = 0xFFFFFFFF
ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)


@primitive("fft")
def fft(x: Array, *, fft_type: Any, fft_lengths: tuple[int, ...], **_: Any) -> Array:
    axes = tuple(range(x.ndim - len(fft_lengths), x.ndim))
    name = str(getattr(fft_type, "name", fft_type)).lower()
    transform: Any = {"fft": fourier.fftn, "ifft": fourier.ifftn, "rfft": fourier.rfftn, "irfft": fourier.irfftn}[name]
    return np.asarray(transform(x, s=fft_lengths, axes=axes))


@primitive("cholesky")
def cholesky(x: Array, *, symmetrize_input: bool = False, **_: Any) -> Array:
    x = (x + np.swapaxes(x, -1, -2).conj()) / 2 if symmetrize_input else x
    return np.linalg.cholesky(x)


@primitive("triangular_solve")
def triangular_solve(
    a: Array,
    b: Array,
    *,
    left_side: bool,
    lower: bool,
    transpose_a: bool,
    conjugate_a: bool,
    unit_diagonal: bool,
    **_: Any,
) -> Array:
    matrix = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        matrix = np.where(np.eye(a.shape[-1], dtype=bool), 1, matrix)
    matrix = matrix.conj() if conjugate_a else matrix
    matrix = np.swapaxes(matrix, -1, -2) if transpose_a else matrix
    if left_side:
        return np.linalg.solve(matrix, b)
    return np.swapaxes(np.linalg.solve(np.swapaxes(matrix, -1, -2), np.swapaxes(b, -1, -2)), -1, -2)


@primitive("lu")
def lu(x: Array, **_: Any) -> list[Array]:
    shape, least = x.shape, min(x.shape[-2:])
    factors = np.zeros(shape, x.dtype)
    pivots = np.zeros((*shape[:-2], least), np.int64)
    orders = np.zeros((*shape[:-2], shape[-2]), np.int64)
    for batch in np.ndindex(shape[:-2]):
        if not x[batch].size:
            continue
        factors[batch], pivots[batch] = linalg.lu_factor(x[batch])
        order = np.arange(shape[-2])
        for row, pivot in enumerate(pivots[batch]):
            order[[row, pivot]] = order[[pivot, row]]
        orders[batch] = order
    return [factors, pivots, orders]


@primitive("tridiagonal_solve")
def tridiagonal_solve(lower: Array, diagonal: Array, upper: Array, b: Array, **_: Any) -> Array:
    size = diagonal.shape[-1]
    matrix = np.zeros((*diagonal.shape, size), np.result_type(diagonal, b))
    places = np.arange(size)
    matrix[..., places, places] = diagonal
    matrix[..., places[1:], places[:-1]] = lower[..., 1:]
    matrix[..., places[:-1], places[1:]] = upper[..., :-1]
    return np.linalg.solve(matrix, b)


@primitive("svd")
def svd(x: Array, *, full_matrices: bool, compute_uv: bool, **_: Any) -> list[Array]:
    if not compute_uv:
        return [np.linalg.svd(x, compute_uv=False)]
    u, s, v = np.linalg.svd(x, full_matrices=full_matrices)
    return [s, u, v]


@primitive("qr")
def qr(x: Array, *, full_matrices: bool, pivoting: bool = False, **_: Any) -> list[Array]:
    if pivoting:
        raise NoReferenceError("no reference for qr with pivoting")
    q, r = np.linalg.qr(x, "complete" if full_matrices else "reduced")
    return [q, r]


@primitive("eigh")
def eigh(x: Array, *, lower: bool, subset_by_index: Any = None, **_: Any) -> list[Array]:
    if subset_by_index is not None:
        raise NoReferenceError("no reference for some of the eigenvalues")
    values, vectors = np.linalg.eigh(x, "L" if lower else "U")
    return [vectors, values]


@primitive("eig")
def eig(x: Array, *, compute_left_eigenvectors: bool, compute_right_eigenvectors: bool, **_: Any) -> list[Array]:
    values, right = np.linalg.eig(x)
    left = np.linalg.eig(np.swapaxes(x, -1, -2).conj())[1]
    return [values, *[left] * compute_left_eigenvectors, *[right] * compute_right_eigenvectors]


@primitive("custom_linear_solve")
def custom_linear_solve(*operands: Array, const_lengths: Any, jaxprs: Any, **_: Any) -> list[Array]:
    before = const_lengths.matvec + const_lengths.vecmat
    constants = operands[before : before + const_lengths.solve]
    return evaluate(jaxprs.solve, [*constants, *operands[sum(const_lengths) :]])


def threefry(key: Array, first: Array, second: Array) -> list[Array]:
    """Return Threefry-2x32 with 20 rounds (Salmon et al., Parallel random numbers: as easy as 1, 2, 3; SC 2011)."""
    low, high = (key[..., part].astype(np.uint64) for part in (0, 1))
    keys = [low, high, low ^ high ^ np.uint64(0x1BD11BDA)]
    word = np.uint64(WORD)
    x, y = (first.astype(np.uint64) + keys[0]) & word, (second.astype(np.uint64) + keys[1]) & word
    for turn in range(20):
        bits = ROTATIONS[turn % 8]
        x = (x + y) & word
        y = ((y << np.uint64(bits) | y >> np.uint64(32 - bits)) & word) ^ x
        if turn % 4 == 3:
            step = turn // 4 + 1
            x = (x + keys[step % 3]) & word
            y = (y + keys[(step + 1) % 3] + np.uint64(step)) & word
    return [x.astype(np.uint32), y.astype(np.uint32)]


def _is_threefry(impl: Any) -> None:
    if "fry" not in str(getattr(impl, "tag", impl)) and "fry" not in str(getattr(impl, "name", "")):
        raise NoReferenceError(f"no reference for the generator {impl}")


@primitive("random_seed")
def random_seed(seeds: Array, *, impl: Any, **_: Any) -> Array:
    _is_threefry(impl)
    wide = seeds.astype(np.int64).view(np.uint64)
    high = wide >> np.uint64(32) if seeds.dtype.itemsize == 8 else np.zeros_like(wide)
    return np.stack([high, wide & np.uint64(WORD)], -1).astype(np.uint32)


@primitive("random_wrap")
def random_wrap(data: Array, *, impl: Any, **_: Any) -> Array:
    _is_threefry(impl)
    return data


@primitive("random_unwrap")
def random_unwrap(keys: Array, **_: Any) -> Array:
    return keys


def _counted(shape: tuple[int, ...]) -> list[Array]:
    counts = np.arange(int(np.prod(shape, dtype=int)), dtype=np.uint64).reshape(shape)
    return [counts >> np.uint64(32), counts & np.uint64(WORD)]


@primitive("iota_2x32_shape")
def iota_2x32_shape(*, shape: tuple[int, ...], **_: Any) -> list[Array]:
    return _counted(shape)


@primitive("threefry2x32")
def threefry2x32(low: Array, high: Array, first: Array, second: Array, **_: Any) -> list[Array]:
    return threefry(np.stack(np.broadcast_arrays(low, high), -1), first, second)


@primitive("random_split")
def random_split(keys: Array, *, shape: tuple[int, ...], **_: Any) -> Array:
    spread = keys.reshape(*keys.shape[:-1], *(1,) * len(shape), 2)
    return np.stack(threefry(spread, *_counted(shape)), -1)


@primitive("random_fold_in")
def random_fold_in(keys: Array, data: Array, **_: Any) -> Array:
    word = data.astype(np.uint32)
    return np.stack(threefry(keys, np.zeros_like(word), word), -1)


@primitive("random_bits")
def random_bits(keys: Array, *, bit_width: int, shape: tuple[int, ...], **_: Any) -> Array:
    spread = keys.reshape(*keys.shape[:-1], *(1,) * len(shape), 2)
    high, low = threefry(spread, *_counted(shape))
    if bit_width == 64:
        return high.astype(np.uint64) << np.uint64(32) | low
    return (high ^ low).astype(f"uint{bit_width}")
