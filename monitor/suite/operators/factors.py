"""Judge the decompositions of PyTorch's operator database by what they promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from monitor.suite.factors import check_eigh, check_qr, check_right_vectors, check_svd, check_triangle
from monitor.suite.inputs import Array


def _qr(a: Array, results: list[Array], dtype: str, mode: str = "reduced", **_: Any) -> None:
    if mode == "r":
        check_triangle(a, results[1], dtype)
    else:
        check_qr(a, results, dtype)


def _old_qr(a: Array, results: list[Array], dtype: str, **_: Any) -> None:
    check_qr(a, results, dtype)


def _svd(a: Array, results: list[Array], dtype: str, **_: Any) -> None:
    u, s, vh = results
    check_svd(a, [s, u, vh], dtype)


def _old_svd(a: Array, results: list[Array], dtype: str, compute_uv: bool = True, **_: Any) -> None:
    if compute_uv:
        u, s, v = results
        check_svd(a, [s, u, np.swapaxes(v, -1, -2).conj()], dtype)


def _eigh(a: Array, results: list[Array], dtype: str, **_: Any) -> None:
    values, vectors = results
    check_eigh(a, [vectors, values], dtype)


def _eig(a: Array, results: list[Array], dtype: str, **_: Any) -> None:
    values, vectors = results
    check_right_vectors(a, values, vectors, dtype)


# `check(matrix, results, dtype, **options)` by operator; the matrix is in double precision.
FACTORED: dict[str, Callable[..., None]] = {
    "linalg.eig": _eig,
    "linalg.eigh": _eigh,
    "linalg.qr": _qr,
    "linalg.svd": _svd,
    "qr": _old_qr,
    "svd": _old_svd,
}
