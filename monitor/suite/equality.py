"""Compare values that a function must keep exactly, for promises. Standard library only."""

from __future__ import annotations

import importlib
from typing import Any


def same_values(got: Any, want: Any) -> bool:
    """Return whether numbers, arrays or nested lists have the same values at the same places.

    Not-a-number is the same as not-a-number. Zeros of different signs differ. Each part of a complex number counts.
    """
    if isinstance(want, list):
        return isinstance(got, list) and len(got) == len(want) and all(map(same_values, got, want))
    np = importlib.import_module("numpy")
    got, want = np.asarray(got), np.asarray(want)
    return got.shape == want.shape and all(
        np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a[a == 0]), np.signbit(b[b == 0]))
        for a, b in ((got.real, want.real), (got.imag, want.imag))
    )
