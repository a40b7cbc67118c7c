"""Judge decompositions, which are unique up to signs, phases or the order of equal values, by what they promise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from monitor.suite.inputs import Array
from monitor.suite.oracle import MismatchError
from monitor.suite.tolerances import tolerance_of

STEPS = 16  # a decomposition rounds once for each row, more or less


def nearest(got: Array, want: Array) -> Array:
    """Return the expected eigenvalues in the order of the nearest ones of a result."""
    if got.shape != want.shape:
        return want
    ordered = np.empty(want.shape, want.dtype)
    for batch in np.ndindex(want.shape[:-1]):
        left = [*want[batch]]
        for place, value in enumerate(got[batch]):
            ordered[(*batch, place)] = left.pop(int(np.argmin(np.abs(np.array(left) - value))))
    return ordered


def check_qr(a: Array, results: list[Array], dtype: str) -> None:
    """Raise MismatchError unless `q @ r` is the matrix, `q` has orthonormal columns, and `r` is triangular."""
    q, r, *rest = results
    if rest:  # the order of the columns
        a = np.take_along_axis(a, rest[0][..., None, :].astype(int), -1)
    _same("the product of its factors", q @ r, a, dtype)
    _orthonormal(q, dtype)
    _same("r below the diagonal", np.tril(r, -1), np.zeros_like(r), dtype)


def check_svd(a: Array, results: list[Array], dtype: str) -> None:
    """Raise MismatchError unless the product of the factors is the matrix, and both bases are orthonormal."""
    if len(results) == 3:
        s, u, v = results
        least = s.shape[-1]
        _same("the product of its factors", (u[..., :least] * s[..., None, :]) @ v[..., :least, :], a, dtype)
        _orthonormal(u, dtype)
        _orthonormal(np.swapaxes(v, -1, -2), dtype)


def check_eigh(a: Array, results: list[Array], dtype: str) -> None:
    """Raise MismatchError unless the vectors are orthonormal eigenvectors of the values."""
    vectors, values = results
    diagonal = a.real * np.eye(a.shape[-1])  # LAPACK does not read its imaginary part
    hermitian = diagonal + np.tril(a, -1) + np.swapaxes(np.tril(a, -1), -1, -2).conj()
    upper = diagonal + np.triu(a, 1) + np.swapaxes(np.triu(a, 1), -1, -2).conj()
    _orthonormal(vectors, dtype)
    product = (vectors * values[..., None, :]) @ np.swapaxes(vectors, -1, -2).conj()
    try:
        _same("the product of its factors", product, hermitian, dtype)
    except MismatchError:
        _same("the product of its factors", product, upper, dtype)


def check_eig(a: Array, results: list[Array], dtype: str) -> None:
    """Raise MismatchError unless each vector is an eigenvector of its value; the last ones are the right ones."""
    values, *vectors = results
    if len(vectors) == 2:
        left = np.swapaxes(vectors[0], -1, -2).conj()
        _same("its left vectors times the matrix", left @ a, values[..., :, None] * left, dtype)
        check_right_vectors(a, values, vectors[1], dtype)


def check_right_vectors(a: Array, values: Array, vectors: Array, dtype: str) -> None:
    """Raise MismatchError unless each column is an eigenvector of its value, of length one."""
    _same("the matrix times its vectors", a @ vectors, vectors * values[..., None, :], dtype)
    lengths = np.linalg.norm(vectors, axis=-2, keepdims=True)
    _same("the lengths of its vectors", lengths, np.ones_like(lengths), dtype)


def check_triangle(a: Array, r: Array, dtype: str) -> None:
    """Raise MismatchError unless `r` is the triangle of a decomposition `q @ r` of the matrix, whatever `q` is."""
    _same("r below the diagonal", np.tril(r, -1), np.zeros_like(r), dtype)
    squared = np.swapaxes(a, -1, -2).conj() @ a
    _same("the square of its triangle", np.swapaxes(r, -1, -2).conj() @ r, squared, dtype)


FACTORED: dict[str, Callable[[Array, list[Array], str], None]] = {
    "qr": check_qr,
    "svd": check_svd,
    "eigh": check_eigh,
    "eig": check_eig,
}


def _orthonormal(vectors: Array, dtype: str) -> None:
    product = np.swapaxes(vectors, -1, -2).conj() @ vectors
    _same("the product of its vectors", product, np.broadcast_to(np.eye(product.shape[-1]), product.shape), dtype)


def _same(what: str, got: Array, want: Array, dtype: str) -> None:
    if not got.size:
        return
    scale = max(float(np.abs(want).max()), 1.0)
    rows = max(want.shape[-2:])
    off = float(np.abs(got - want).max())
    if not off <= STEPS * rows * tolerance_of(dtype) * scale:
        raise MismatchError(f"{what} is another matrix")
